function render({ model, el }) {
  const view = frame(el, `By hand: ${model.get("case").result}`);
  const { root, status, say } = view;
  root.classList.add("bss-by-hand");
  const area = element("div", { class: "bss-sheet" });
  const more = element("div", { class: "bss-controls" });
  // A page that was exported has no kernel, and no widget manager either.
  if (model.widget_manager) more.append(button("New numbers", draw));
  else more.append(element("span", { class: "bss-hint" }, "Other numbers need a kernel."));
  const keys = "Type a number, then press Enter or an arrow key. Indexes start at 0.";
  root.append(element("p", {}, model.get("ask")), area, status, more, element("div", { class: "bss-hint" }, keys));

  let shownCase, build, cells; // cells[h][k]: {input, mark, judged}

  function draw() {
    put(model, { draws: model.get("draws") + 1 });
  }

  function show() {
    const fresh = model.get("case") !== shownCase;
    if (fresh) rebuild();
    const answers = model.get("answers");
    each((cell, h, k) => {
      const text = answers[h]?.[k] ?? "";
      if (cell.input.value === text && !fresh) return;
      cell.input.value = text;
      judge(h, k);
    });
    if (fresh) say(summary());
  }

  function rebuild() {
    build?.abort();
    build = new AbortController();
    shownCase = model.get("case");
    const { result, symbols, given, right } = shownCase;
    const grids = given.map((matrix) => {
      const grid = new MatrixGrid(build.signal);
      grid.set(matrix);
      return grid;
    });
    align(...grids);
    const index = (text, scope) => element("th", { scope }, text);
    cells = right.map((row, h) => row.map((_, k) => cell(result, h, k)));
    const head = element("tr", {}, element("td"), ...right[0].map((_, k) => index(k, "col")));
    const rows = cells.map((row, h) =>
      element("tr", {}, index(h, "row"), ...row.map(({ input, mark }) => element("td", {}, input, mark))),
    );
    const shape = `(${symbols.join(", ")}) = (${right.length}, ${right[0].length})`;
    const caption = element("caption", { class: "bss-caption" }, element("b", {}, result), ` ${shape}`);
    area.replaceChildren(...grids.map(({ box }) => box), element("table", {}, caption, head, ...rows));
  }

  function cell(result, h, k) {
    const input = element("input", { autocomplete: "off", spellcheck: "false", class: "bss-typed bss-entry" });
    const mark = element("span", { class: "bss-mark", "aria-hidden": "true" });
    input.addEventListener("input", () => {
      const answers = cells.map((row) => row.map((each) => each.input.value));
      unmark(h, k);
      put(model, { answers });
    });
    input.addEventListener("keydown", (event) => move(event, h, k));
    input.addEventListener("blur", () => settle(h, k));
    const made = { input, mark, judged: null, name: `entry (${h}, ${k}) of ${result}` };
    input.setAttribute("aria-label", made.name);
    return made;
  }

  function each(callback) {
    cells.forEach((row, h) => row.forEach((cell, k) => callback(cell, h, k)));
  }

  function move(event, h, k) {
    const { input } = cells[h][k];
    const columns = cells[0].length;
    const [start, end] = [input.selectionEnd === 0, input.selectionStart === input.value.length];
    const all = input.selectionStart === 0 && input.selectionEnd === input.value.length; // selected, as on arrival
    const place = h * columns + k;
    let to = null;
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "Enter") to = place + (event.shiftKey ? -1 : 1);
    else if (event.key === "ArrowDown") to = place + columns;
    else if (event.key === "ArrowUp") to = place - columns;
    else if (event.key === "ArrowRight" && (end || all)) to = k + 1 < columns ? place + 1 : place;
    else if (event.key === "ArrowLeft" && (start || all)) to = k > 0 ? place - 1 : place;
    if (to === null) return;
    event.preventDefault();
    settle(h, k);
    const next = cells[Math.floor(to / columns)]?.[to % columns];
    if (to !== place && next) {
      next.input.focus();
      next.input.select();
    }
  }

  /** The entry is left: say what is to be said about it, once. */
  function settle(h, k) {
    if (cells[h]?.[k] && cells[h][k].judged === null) say([judge(h, k), summary()].filter(Boolean).join(" "));
  }

  function unmark(h, k) {
    const { input, mark, name } = cells[h][k];
    cells[h][k].judged = null;
    mark.textContent = "";
    input.classList.remove("bss-right", "bss-wrong");
    input.removeAttribute("aria-invalid");
    input.setAttribute("aria-label", name);
  }

  /** Mark the entry as right or wrong, and return what is said about it. */
  function judge(h, k) {
    unmark(h, k);
    const { input, mark, name } = cells[h][k];
    const text = input.value.trim().replaceAll("-", "−");
    cells[h][k].judged = "empty";
    if (!text) return "";
    const value = typedNumber(text);
    const verdict = value !== null && isNumber(value, shownCase.right[h][k]) ? "right" : "wrong";
    cells[h][k].judged = verdict;
    input.classList.add(`bss-${verdict}`);
    mark.textContent = verdict === "right" ? "✓" : "✗";
    input.setAttribute("aria-label", `${name}: ${verdict}`);
    if (verdict === "right") return `✓ Entry (${h}, ${k}) is right.`;
    input.setAttribute("aria-invalid", "true");
    if (value === null) return `✗ Entry (${h}, ${k}): “${text}” is no number. Type one such as −3.`;
    const known = shownCase.known.find(
      ({ entry, value: wrong }) =>
        entry[0] === h && entry[1] === k && isNumber(value, wrong),
    );
    return `✗ Entry (${h}, ${k}): ${text} is ${known ? `${known.words}.` : shownCase.unexplained}`;
  }

  function summary() {
    const all = cells.flat();
    const count = all.filter(({ judged }) => judged === "right").length;
    if (count === all.length) return `All ${count} entries are right.`;
    return `${count} of ${all.length} entries ${count === 1 ? "is" : "are"} right.`;
  }

  view.follow(model, { case: show, answers: show });
  show();
  return () => {
    build.abort();
    view.close();
  };
}

export default { render };
