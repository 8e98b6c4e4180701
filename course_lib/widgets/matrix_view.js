function render({ model, el }) {
  const { name, shape } = model.get("matrix");
  const sources = model.get("sources");
  const editable = model.get("editable");
  const view = frame(el, `Matrix ${spoken(name)}`);
  const { root, status, say, signal } = view;
  root.classList.add("bss-matrix-view");
  const grid = new MatrixGrid(signal, { onactive: point, onedit: editable ? edit : null });
  const problem = element("div", { class: "bss-problem", "aria-live": "polite" });
  const words = element("span");
  const swatch = (kind) => element("span", { class: `bss-swatch bss-${kind}`, "aria-hidden": "true" });
  const signs = element("span", {}, swatch("red"), " red above 0, ", swatch("blue"), " blue below 0, blank at 0; ");
  root.append(grid.box, status, element("div", { class: "bss-legend" }, signs, words));
  if (sources.length) root.append(problem);
  for (const text of hints()) root.append(element("div", { class: "bss-hint" }, text));

  function hints() {
    const texts = [];
    if (sources.length) texts.push(`Computed from ${sources.map(shown).join(", ")}.`);
    if (editable) texts.push("To change an entry, type a number over it, or double-click it.");
    // A page that was exported has no kernel, and no widget manager either.
    if (editable && !model.widget_manager) texts.push("No kernel is here, so what you type changes this matrix alone.");
    if (Math.max(...shape) > MOST_NUMBERED)
      texts.push(`With more than ${MOST_NUMBERED} rows or columns the cells have no numbers: point at one to read it.`);
    return texts;
  }

  function point(entry, how) {
    say(grid.words(entry));
    const [i, j] = model.get("entry");
    if (how === "cursor" && (entry[0] !== i || entry[1] !== j)) {
      model.set("entry", entry);
      model.save_changes();
    }
  }

  function edit(i, j, value) {
    const data = grid.matrix.data.slice();
    data[i * shape[1] + j] = value;
    model.set("matrix", { ...model.get("matrix"), data: new DataView(data.buffer) });
    show(); // also where the model, that of an exported page, does not see that other bytes are a change
    model.save_changes();
  }

  function show() {
    grid.set(model.get("matrix"));
    words.textContent = scale();
    say(grid.words(grid.entry));
  }

  /** What the strongest colour stands for. */
  function scale() {
    const { data } = grid.matrix;
    const k = data.findIndex((x) => Math.abs(x) === grid.limit);
    if (k < 0) return "there is no finite number here.";
    if (grid.limit === 0) return "every number here is 0.";
    const entry = `${shown(name)}[${Math.floor(k / shape[1])}, ${k % shape[1]}]`;
    return `strongest at the largest size, |${entry}| = ${precise(grid.limit)}.`;
  }

  function place() {
    grid.move(model.get("entry"), { silent: true });
    say(grid.words(grid.entry));
  }

  function warn() {
    problem.textContent = shown(model.get("problem"));
    root.classList.toggle("bss-stale", Boolean(problem.textContent));
  }

  const listeners = { "change:matrix": show, "change:entry": place, "change:problem": warn };
  for (const [kind, listener] of Object.entries(listeners)) model.on(kind, listener);
  show();
  place();
  warn();
  return () => {
    for (const [kind, listener] of Object.entries(listeners)) model.off(kind, listener);
    view.close();
  };
}

export default { render };
