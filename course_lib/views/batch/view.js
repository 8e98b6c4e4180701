const HEIGHTS = { rows: 12, sums: 8.6 }; // em, of the cells of a matrix at most
const ROOM = 6; // characters of a cell
/** A canvas for the image of each sample: ink on white paper, in either theme. */
function pictures({ shape: [m, rows, columns], data }) {
  const [paper, ink] = [data.reduce((a, b) => Math.min(a, b)), data.reduce((a, b) => Math.max(a, b))];
  return Array.from({ length: m }, (_, i) => {
    const canvas = element("canvas", { class: "bss-image", "aria-hidden": "true" });
    const grey = (k) => 255 * (1 - (data[i * rows * columns + k] - paper) / (ink - paper || 1));
    paint(canvas, rows, columns, (k) => pixel(Array(3).fill(grey(k))));
    return canvas;
  });
}

class Batch {
  constructor(model, el) {
    this.model = model;
    this.given = ["O", "Z", "G"].map((name) => unpack(model.get(name)));
    this.labels = model.get("labels");
    this.m = this.labels.length;
    this.pointed = null; // the matrix that the pointer or the cursor is in
    this.view = frame(el, `A batch of ${this.m} samples, ${model.get("where")}`, "Press Step ▶ to add the samples one by one, or choose a sample to see its row.");
    const { root, signal, follow } = this.view;
    this.grids = Array.from({ length: 6 }, (_, k) => new MatrixGrid(signal, { onactive: (entry, how) => this.point(this.grids[k], entry, how), room: ROOM }));
    [this.O, this.Z, this.G, this.part, this.sum, this.whole] = this.grids;
    [this.rows, this.sums] = [this.grids.slice(0, 3), this.grids.slice(3)];
    this.lay();
    for (const name of ["sample", "mean", "added"]) follow(model, { [name]: () => this.draw() });
    this.draw();
    const resized = new ResizeObserver(() => this.draw());
    resized.observe(root);
    signal.addEventListener("abort", () => resized.disconnect());
  }

  lay() {
    const { model, view, labels, m } = this;
    const images = model.get("images").data ? pictures(unpack(model.get("images"))) : [];
    this.samples = labels.map((label, i) => {
      const made = button("", () => this.choose(i), { class: "bss-button bss-sample" });
      const unseen = element("span", { class: "bss-unseen" }, "sample ");
      made.append(...images.slice(i, i + 1), element("span", {}, unseen, element("b", {}, String(i)), label && `, ${label}`));
      return made;
    });
    this.picks = element("div", { class: "bss-picks", role: "toolbar", "aria-label": "Samples of the batch" }, ...this.samples);
    this.loss = button("Loss as a sum", () => put(model, { mean: !model.get("mean") }));
    this.whose = element("p");
    this.progress = element("p", { class: "bss-progress" });
    const more = [this.loss, resetButton(model, () => this.steps.pause())];
    this.steps = player("Samples added", m, (added) => this.addUpTo(added), view.signal, { step: model.get("added"), more });
    const side = (grids, look) => element("div", { class: `bss-side ${look}` }, ...grids.map(({ box }) => box));
    const [rows, sums] = [side(this.rows, ""), side(this.sums, "bss-sums")];
    for (const box of [rows, sums]) roving(box, "[role=grid]");
    for (const one of this.grids) one.grid.addEventListener("focus", () => this.point(one, one.entry));
    roving(this.picks);
    view.root.classList.add("bss-batch");
    view.root.append(view.said, this.picks, rows, this.steps.box, this.whose, this.progress, sums);
  }

  /** O, Z and G, with G as the chosen loss makes it; below, the part of the chosen sample, the sum so far, and all. */
  draw() {
    const { model, m, rows, part, sum, whole, view } = this;
    const [sample, mean, added] = ["sample", "mean", "added"].map((name) => model.get(name));
    const [O, Z, ofMean] = this.given;
    const G = { ...ofMean, data: ofMean.data.map((x) => (mean ? x : m * x)) };
    this.shown = { O, G };
    const turned = transposed(O);
    const gradient = { symbols: [], shape: [O.shape[1], G.shape[1]] };
    const sumOf = (from, to) => outerSum(turned, G, from, to);
    const [data, sofar] = [sumOf(0, m), sumOf(0, added)];
    const limit = largest(data); // one scale for all three, so that one sees them grow
    const room = Math.min(62, view.said.clientWidth / parseFloat(getComputedStyle(view.root).fontSize));
    const narrow = room < 40; // there each matrix has the whole width
    [O, Z, G].forEach((matrix, k) => rows[k].set(matrix));
    for (const row of narrow ? rows.map((grid) => [grid]) : [rows]) fitInRow(row, room, HEIGHTS.rows);
    whole.set({ ...gradient, name: "∇_W L", data }, { limit });
    fitInRow([whole], narrow ? room : room / 3, HEIGHTS.sums);
    part.cell = sum.cell = whole.measure();
    part.set({ ...gradient, name: `o_${sample}^T g_${sample}`, data: sumOf(sample, sample + 1) }, { limit });
    sum.set({ ...gradient, name: "sum", data: sofar }, { limit });
    for (const grid of rows) grid.move([sample, grid.cursor[1]], { silent: true });
    this.samples.forEach((made, i) => made.setAttribute("aria-pressed", i === sample));
    const { offsetTop: top, offsetHeight: height } = this.samples[sample]; // the box scrolls to it, and not the page
    if (top < this.picks.scrollTop || top + height > this.picks.scrollTop + this.picks.clientHeight) this.picks.scrollTop = top - 4;
    this.loss.setAttribute("aria-pressed", !mean);
    this.steps.go(added);
    const inside = `1/m = 1/${m} is in G: OᵀG is a mean already, and to divide it again would be 1/m twice.`;
    setWords(this.whose, mean ? inside : `No 1/m anywhere: G, each part and OᵀG are m = ${m} times as large. A mean divides in the loss.`);
    const off = precise(largest(data.map((x, k) => x - sofar[k])));
    const all = `All ${m} samples added: the sum equals OᵀG. A sum, and nothing is divided.`;
    setWords(this.progress, added < m ? `${added} of ${m} samples added: an entry of the sum is off from OᵀG by up to ${off}.` : all);
    this.tell();
  }

  // ---- choosing and pointing

  choose(sample) {
    this.pointed = null;
    put(this.model, { sample });
    this.tell();
  }

  addUpTo(added) {
    if (added === this.model.get("added")) return;
    this.pointed = null;
    put(this.model, { added, ...(added ? { sample: added - 1 } : {}) }); // what came last stands beside the sum
  }

  point(grid, [i], how) {
    this.pointed = how === "left" && document.activeElement !== grid.grid ? null : grid;
    if (how === "cursor" && this.rows.includes(grid)) put(this.model, { sample: i });
    this.tell();
  }

  /** The words for what is pointed at; its column of O and of G, and its entry in the sums, are outlined with it. */
  tell() {
    const { pointed, O, Z, G, sums } = this;
    const sample = this.model.get("sample");
    const [i, j] = pointed ? pointed.entry : [sample, null];
    const [h, k] = sums.includes(pointed) ? [i, j] : pointed === O ? [j, null] : [null, j];
    const dashed = (place) => (Object.values(place)[0] === null ? [] : [{ ...place, dashed: true }]);
    O.mark([...dashed({ column: h }), { row: sample }]);
    for (const grid of [Z, G]) grid.mark([...dashed({ column: k }), { row: sample }]);
    const both = h !== null && k !== null;
    for (const grid of sums) grid.mark(both ? [{ entry: [h, k] }] : [...dashed({ row: h }), ...dashed({ column: k })]);
    const row = `Row ${i} of O, Z and G belongs to ${this.who(i)}. Its part of ∇_W L is o_${i}ᵀ g_${i}.`;
    this.view.say(pointed ? `${pointed.words([i, j])}${this.meaning(sample, i, j)}` : row);
  }

  who(i) {
    return `sample ${i}${this.labels[i] && `, ${this.labels[i]}`}`;
  }

  meaning(sample, i, j) {
    const { pointed, O, G, part, sum, m, shown } = this;
    if (pointed === G) return `: how the loss answers to Z[${i}, ${j}], unit ${j} of ${this.who(i)}.`;
    if (this.rows.includes(pointed)) return `: ${pointed === O ? "input" : "unit"} ${j} of ${this.who(i)}.`;
    const [from, to] = pointed === part ? [sample, sample + 1] : [0, pointed === sum ? this.model.get("added") : m];
    if (from === to) return ": no sample is added yet.";
    if (to - from > 1) return `: the sum of O[s, ${i}] G[s, ${j}] over the samples s = ${from} to ${to - 1}.`;
    return ` = O[${from}, ${i}] G[${from}, ${j}] = ${number(at(shown.O, from, i))} · ${number(at(shown.G, from, j))}`;
  }
}

export default { render: ({ model, el }) => new Batch(model, el).view.close };
