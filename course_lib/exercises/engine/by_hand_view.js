function render({ model, el }) {
  const view = frame(el, `By hand: ${model.get("case").name}`);
  const { root, status, say, signal } = view;
  root.classList.add("bss-by-hand");
  const grids = model.get("case").given.map(() => new MatrixGrid(signal));
  const table = element("table");
  const more = element("div", { class: "bss-controls" });
  // A page that was exported has no kernel, and no widget manager either.
  if (model.widget_manager) more.append(button("New numbers", () => put(model, { draws: model.get("draws") + 1 })));
  else more.append(element("span", { class: "bss-hint" }, "Other numbers need a kernel."));
  const keys = "Type a number, then press Enter or an arrow key. Indexes start at 0.";
  root.append(
    element("p", {}, ...typeset(model.get("ask"))),
    element("div", { class: "bss-sheet" }, ...grids.map(({ box }) => box), table),
    ...[status, more, element("div", { class: "bss-hint" }, keys)],
  );
  let cells; // along the rows: {input, sign, label, right, wrong, verdict: null until it is left}

  function rebuild() {
    const { name, symbols, shape, given, right, wrong } = model.get("case");
    grids.forEach((grid, k) => grid.set(given[k]));
    align(...grids);
    cells = placesOf(shape).map((entry, place) =>
      cell(place, entry.join(", "), right[place], wrong.map(([words, numbers]) => [words, numbers[place]])),
    );
    const [rows, columns] = shape.map((count) => [...Array(count).keys()]);
    const caption = element("caption", { class: "bss-caption" }, element("b", {}, ...typeset(name)), ...typeset(` ${shapeText(shape, symbols)}`));
    table.replaceChildren(
      caption,
      element("tr", {}, element("td"), ...columns.map((k) => element("th", { scope: "col" }, k))),
      ...rows.map((h) => {
        const row = cells.slice(h * columns.length, (h + 1) * columns.length);
        return element("tr", {}, element("th", { scope: "row" }, h), ...row.map(({ input, sign }) => element("td", {}, input, sign)));
      }),
    );
    show();
    say(summary());
  }

  function show() {
    cells.forEach((cell, place) => {
      const text = model.get("answers")[place];
      if (cell.input.value === text) return;
      cell.input.value = text;
      judge(cell);
    });
  }

  function cell(place, entry, right, wrong) {
    const input = element("input", { autocomplete: "off", spellcheck: "false", class: "bss-typed bss-entry" });
    const made = { input, sign: element("span", { class: "bss-mark", "aria-hidden": "true" }), entry, right, wrong };
    input.addEventListener("input", () => {
      mark(made, null);
      put(model, { answers: cells.map((cell) => cell.input.value) });
    });
    input.addEventListener("keydown", (event) => move(event, place));
    input.addEventListener("blur", () => settle(made));
    mark(made, "");
    return made;
  }

  function move(event, place) {
    const { input } = cells[place];
    const columns = model.get("case").shape[1];
    const all = input.selectionStart === 0 && input.selectionEnd === input.value.length; // selected, as on arrival
    const steps = {
      Enter: event.shiftKey ? -1 : 1,
      ArrowDown: columns,
      ArrowUp: -columns,
      ArrowRight: all || input.selectionStart === input.value.length ? 1 : 0,
      ArrowLeft: all || input.selectionEnd === 0 ? -1 : 0,
    };
    if (!steps[event.key] || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    const next = cells[place + steps[event.key]];
    next?.input.focus();
    next?.input.select();
    if (!next) settle(cells[place]);
  }

  /** The entry is left: say what is to be said about it, once. */
  function settle(cell) {
    if (cell.verdict === null) say([judge(cell), summary()].filter(Boolean).join(" "));
  }

  function mark(cell, verdict) {
    const { input, sign, entry } = cell;
    cell.verdict = verdict;
    setText(sign, { right: "✓", wrong: "✗" }[verdict] ?? "");
    for (const kind of ["right", "wrong"]) input.classList.toggle(`bss-${kind}`, verdict === kind);
    input.setAttribute("aria-invalid", verdict === "wrong");
    input.setAttribute("aria-label", `entry (${entry}) of ${model.get("case").name}${verdict ? `: ${verdict}` : ""}`);
  }

  /** Mark the entry as right or wrong, and return what is said about it. */
  function judge(cell) {
    const { input, entry, right, wrong } = cell;
    const text = input.value.trim().replaceAll("-", "−");
    const value = typedNumber(text);
    const isRight = value !== null && isNumber(value, right);
    mark(cell, text && (isRight ? "right" : "wrong"));
    if (!text) return "";
    if (isRight) return `✓ Entry (${entry}) is right.`;
    if (value === null) return `✗ Entry (${entry}): “${text}” is no number. Type one such as −3.`;
    const known = [...new Set(wrong.filter(([, number]) => isNumber(value, number)).map(([words]) => words))];
    const why = known.length ? `a known mistake gives it: ${known.slice(0, 2).join("; or ")}.` : `no known mistake gives it. Look again at ${model.get("case").where}`;
    return `✗ Entry (${entry}): ${text} is not right, and ${why}`;
  }

  function summary() {
    const count = cells.filter(({ verdict }) => verdict === "right").length;
    if (count === cells.length) return `All ${count} entries are right.`;
    return `${count} of ${cells.length} entries ${count === 1 ? "is" : "are"} right.`;
  }

  view.follow(model, { case: rebuild, answers: show });
  rebuild();
  return view.close;
}

export default { render };
