function render({ model, el }) {
  const view = frame(el, `By hand: ${model.get("case").name}`);
  const grids = model.get("case").given.map(() => new MatrixGrid(view.signal));
  const table = element("table");
  // A page that was exported has no kernel, and no widget manager either.
  const anew = model.widget_manager && button("New numbers", () => put(model, { draws: model.get("draws") + 1 }));
  const keys = element("span", { class: "bss-hint" }, "Type a number, then press Enter or Tab. Indexes start at 0.");
  view.root.classList.add("bss-by-hand");
  view.root.append(
    element("p", {}, ...typeset(model.get("case").ask)),
    element("div", { class: "bss-sheet" }, ...grids.map(({ box }) => box), table),
    view.status,
    element("div", { class: "bss-controls" }, anew || "Other numbers need a kernel.", keys),
  );
  let inputs; // along the rows; aria-invalid says "true" or "false" of those that are judged

  function rebuild() {
    const { name, symbols, shape, given } = model.get("case");
    grids.forEach((grid, k) => grid.set(given[k]));
    align(...grids);
    inputs = placesOf(shape).map((entry, place) => numberInput({
      "aria-label": `entry (${entry.join(", ")}) of ${name}`,
      oninput: () => write(place),
      onchange: () => settle(place), // by Enter, too
      onblur: () => settle(place),
    }));
    const [rows, columns] = shape.map((count, axis) =>
      Array.from({ length: count }, (_, k) => element("th", { scope: ["row", "col"][axis] }, k)),
    );
    const cells = inputs.map((input) => element("td", {}, input));
    const title = element("b", {}, ...typeset(name));
    table.replaceChildren(
      element("caption", { class: "bss-caption" }, title, ...typeset(` ${shapeText(shape, symbols)}`)),
      element("tr", {}, element("td"), ...columns),
      ...rows.map((head, h) => element("tr", {}, head, ...cells.slice(h * columns.length, (h + 1) * columns.length))),
    );
    show();
    view.say(count());
  }

  /** What the model holds, which may have been typed into another copy of this view. */
  function show() {
    const others = [...model.get("answers").entries()].filter(([place, text]) => inputs[place].value !== text);
    for (const [place, text] of others) {
      inputs[place].value = text;
      judge(place);
    }
    if (others.length) view.say(count());
  }

  function write(place) {
    inputs[place].ariaInvalid = null;
    put(model, { answers: inputs.map((input) => input.value) });
  }

  /** The entry is left: say what is to be said about it. */
  function settle(place) {
    view.say([...judge(place), count()].join(" "));
  }

  /** Mark the entry as right or wrong, and return what is said about it: one sentence or none. */
  function judge(place) {
    const { name, shape, right, wrong, none } = model.get("case");
    const { value } = inputs[place];
    const slips = wrong.map(([words, numbers]) => [numbers[place], `A known mistake gives it: ${words}.`]);
    const [isRight, words] = judged(value, entryName(name, placesOf(shape)[place]), right[place], slips, none);
    inputs[place].ariaInvalid = value.trim() ? String(!isRight) : null;
    return value.trim() ? [words] : [];
  }

  function count() {
    return `Right: ${inputs.filter((input) => input.ariaInvalid === "false").length} of ${inputs.length}.`;
  }

  view.follow(model, { case: rebuild, answers: show });
  rebuild();
  return view.close;
}

export default { render };
