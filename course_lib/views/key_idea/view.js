/** "O[{i}, {h}]" with the numbers of the indexes in place of their letters. */
function filled(text, index) {
  return text.replace(/\{([ijhk])\}/g, (_, letter) => index[letter]);
}

/**
 * The sum for the entry (h, k): the matrix of slopes ∂Y/∂X[h, k], its structural non-zeros in the order of the rows as
 * terms {cell, source, text, left, right}, and for the cells of both matrices the number of the term that they are in.
 */
function walkOf([h, k], { tensor, structural, G, texts }) {
  const [rows, columns, p, q] = tensor.shape;
  const slopes = new Float64Array(rows * columns);
  const [terms, byCell, bySource] = [[], new Map(), new Map()];
  for (const [i, j] of placesOf([rows, columns])) {
    const place = ((i * columns + j) * p + h) * q + k;
    slopes[i * columns + j] = tensor.data[place];
    if (!structural[place]) continue;
    const index = { i, j, h, k };
    const source = texts.at.map((letter) => index[letter]);
    byCell.set(`${i},${j}`, terms.length);
    bySource.set(String(source), terms.length);
    const text = texts.term.map((part) => filled(part, index)).join("·");
    terms.push({ cell: [i, j], source, text, left: tensor.data[place], right: at(G, i, j) });
  }
  return { h, k, slopes, terms, byCell, bySource };
}

const isVector = (index) => !index.includes(","); // [{i}, {j}] or [{i}]

class KeyIdeaView extends SteppedSum {
  constructor(model, el) {
    const [tensor, G, whole] = ["tensor", "G", "gradient"].map((name) => unpack(model.get(name)));
    super(model, el, `Key idea: ${tensor.name} and ${G.name}`, () => this.askedForZeros());
    const bytes = model.get("structural");
    const structural = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    Object.assign(this, { tensor, G, whole, structural, texts: model.get("texts") });
    this.zero = this.texts.by_index ? "0 by its index" : "0";
    this.walk = walkOf(model.get("entry"), this);
    this.makeGrids();
    this.build();
    this.firstSizes(model.get("source"));
    this.walk = null;
    this.view.follow(model, { entry: () => this.lay(), step: () => this.lay(), made: () => this.draw() });
    this.lay();
    this.quiz.show();
  }

  // ---- the matrices
  makeGrids() {
    const term = (entry) => this.walk.byCell.get(String(entry));
    const press = (entry) => this.quiz.press(entry);
    this.result = new MatrixGrid(this.view.signal, { onactive: (entry, how) => this.pick(entry, how) });
    this.slopes = this.cells(term, (entry) => `${this.slopes.words(entry)}: it adds nothing.`, press);
    const times0 = (entry) => `is multiplied by ${this.cellName(entry)}, which is ${this.zero}: it adds nothing.`;
    this.right = this.cells(term, (entry) => `${this.right.words(entry)} ${times0(entry)}`);
    const outside = (entry) => `${this.left.words(entry)} is in no product of ${this.chosen()}.`;
    const factors = this.model.get("source").data; // of a layer, the left factors stand in one of its matrices
    this.left = factors && this.cells((entry) => this.walk.bySource.get(String(entry)), outside);
    this.slopes.words = (entry) => {
      const fact = `${this.cellName(entry)} = ${this.slopes.said(...entry)}`;
      return this.texts.by_index && !this.slopes.open && term(entry) === undefined ? `${fact} by its index` : fact;
    };
  }

  cellName([i, j]) {
    const { texts, walk } = this;
    return filled(`∂${texts.Y}${texts.y}/∂${texts.X}${texts.x}`, { ...walk, i, j });
  }

  slopesName(entry = this.walk) {
    return filled(this.tensor.name + this.texts.x, entry);
  }

  /** A matrix whose cells are in terms of the sum: pointing at one points at its term, if it is in any. */
  cells(termAt, outside, onpress) {
    const follow = () => {
      if (!this.walk) return;
      if (!grid.hovered && document.activeElement !== grid.grid) return this.point(null);
      const [words, term] = [grid.words(grid.entry), termAt(grid.entry)];
      if (grid.open) this.point({ words });
      else this.point(term === undefined ? { words: outside(grid.entry) } : { term, before: `${words}: ` });
    };
    const grid = new MatrixGrid(this.view.signal, { onactive: follow, onpress });
    for (const kind of ["focus", "blur"]) grid.grid.addEventListener(kind, follow, { signal: this.view.signal });
    return grid;
  }

  /** The slopes' cells have room for every number of the tensor: choosing an entry moves nothing. */
  firstSizes(source) {
    const { tensor, G, slopes, right, texts } = this;
    const [rows, columns, p, q] = tensor.shape;
    this.limit = largest(tensor.data);
    const numbers = Math.max(rows, columns) <= MOST_NUMBERED ? new Set(tensor.data) : this.walk.slopes;
    const everything = new Float64Array(Math.max(rows * columns, numbers.size ?? 0));
    everything.set([...numbers]);
    slopes.set({ ...G, name: this.slopesName({ h: p - 1, k: q - 1 }), data: everything });
    right.set(G, { vector: isVector(texts.y) });
    this.left?.set(source);
    align(slopes, right);
    this.result.set(this.whole, { vector: isVector(texts.x) });
    this.cell = this.result.measure();
    const counts = new Uint32Array(p * q);
    this.structural.forEach((marked, place) => (counts[place % (p * q)] += marked));
    this.most = counts.reduce((a, b) => Math.max(a, b), 0);
  }

  // ---- the page
  build() {
    const { texts } = this;
    const { root, said } = this.view;
    const first = (part) => (typeof part === "string" ? part : [filled(part[0], { h: 0, k: 0 }), part[1]]);
    this.writeLines(texts.formula.map(first), texts.code.map(first));
    this.counts = element("div", { class: "bss-counted" });
    const titled = (title, grid) => element("div", {}, element("div", { class: "bss-title" }, ...typeset(title)), grid.box);
    const moves = (from, to, grid) => titled(`how ${from} moves ${to}`, grid);
    const operator = (sign) => element("span", { class: "bss-operator", "aria-hidden": "true" }, sign);
    const pair = [moves(texts.X, texts.Y, this.slopes), operator("⊙"), moves(texts.Y, texts.z, this.right)];
    const paths = element("div", { class: "bss-paths" }, ...(this.left ? [titled("holds the slopes", this.left)] : []));
    paths.append(element("div", { class: "bss-pair" }, ...pair), operator("→"), moves(texts.X, texts.z, this.result));
    root.append(said, this.steps.box, this.quiz.box, paths, this.counts, this.lines);
  }

  // ---- what happens
  pick(entry, how) {
    if (!this.walk) return;
    if (how === "pointer") return this.point({ words: `${this.result.words(entry)}. Click to choose this entry.` });
    if (how === "left" || String(entry) === String(this.entry)) return this.point(null);
    this.choose(entry);
  }

  parts() {
    return this.texts.formula;
  }

  pairs() {
    return this.walk.terms.map(({ left, right }) => [left, right]);
  }

  named(s) {
    return this.walk.terms[s].text;
  }

  written(s) {
    return this.named(s);
  }

  /** The factor of product s flies to its slope, the first time all of them, and the product from there into the sum. */
  flights(s) {
    const { left, slopes, right, result, walk } = this;
    if (![slopes, right, result].every((grid) => grid.numbered)) return [];
    const way = ({ left: x, cell, source }) => ({
      ...{ text: number(x), colour: slopes.colourOf(x), from: left.place(...source), to: slopes.place(...cell) },
      ...{ end: 0.5, waits: true },
    });
    const turning = left?.numbered ? walk.terms.slice(s ? s : 0, s ? s + 1 : undefined).map(way) : [];
    const { cell, left: x, right: y } = walk.terms[s];
    const [a, b] = [slopes.place(...cell), right.place(...cell)];
    const between = { ...b, x: (a.x + b.x) / 2 };
    const dropped = { text: number(x * y), colour: result.colourOf(x * y), from: between, to: result.place(...this.entry) };
    return [...turning, { ...dropped, start: turning.length ? 0.5 : 0 }];
  }

  /** To the entry and the step that the model names. */
  lay() {
    if (String([this.walk?.h, this.walk?.k]) !== String(this.entry)) {
      this.walk = walkOf(this.entry, this);
      this.pointed = null;
      this.solved = false;
      this.quiz.forget();
      this.result.move(this.entry, { silent: true });
      setWords(this.counts, this.counted());
      for (const [line, parts] of [[this.formula, this.texts.formula], [this.code, this.texts.code]])
        for (const part of parts) if (typeof part !== "string") line.write(part[1], filled(part[0], this.walk));
      this.steps.setLast(this.count);
    }
    this.steps.go(this.model.get("step"));
    this.draw();
  }

  counted() {
    const { walk, texts, zero } = this;
    const { terms, slopes } = walk;
    const others = slopes.length - terms.length;
    const zeros = terms.filter(({ left }) => left === 0).length;
    const where = texts.counted ? `: ${filled(texts.counted, walk)}` : "";
    const s = zeros === 1 ? "s" : "";
    const chance = zeros ? ` ${zeros} of the ${terms.length} happen${s} to be 0, and still count${s}.` : "";
    const are = `${others === 1 ? "entry is" : "entries are"} ${zero.replace("its", others === 1 ? "its" : "their")}`;
    const rest = ` The other ${others} of ${slopes.length} ${are}.`;
    const kind = texts.by_index ? "structural non-zero" : "non-zero";
    return `${plural(terms.length, kind)} in ${this.slopesName()}${where}.${chance}${others ? rest : ""}`;
  }

  // ---- what is seen
  draw() {
    if (!this.walk) return;
    this.hidden = this.quiz.asks() === "zeros" && !this.solved;
    this.counts.classList.toggle("bss-asleep", this.hidden);
    const faded = (i, j) => !this.hidden && !this.walk.byCell.has(`${i},${j}`);
    const matrix = { ...this.G, name: this.slopesName(), data: this.walk.slopes };
    const open = this.hidden ? () => true : null;
    this.slopes.set(matrix, { faded, open, cell: this.slopes.cell, limit: this.limit, vector: isVector(this.texts.y) });
    super.draw();
  }

  /** Solid: the term that is lit. Dashed: those that are added, or all that the part of the formula gives. */
  mark(term, part) {
    const step = this.model.get("step");
    const marks = (place, all) =>
      this.walk.terms.flatMap((one, t) => (t === term ? [{ entry: one[place] }] : all || t < step ? [{ entry: one[place], dashed: true }] : []));
    this.slopes.mark(this.quiz.asks() === "zeros" ? this.quiz.marks() : marks("cell", part === "left"));
    this.right.mark(this.hidden ? [] : marks("cell", part === "right"));
    this.left?.mark(this.hidden ? [] : marks("source", part === "left"));
    this.markResult();
  }

  about(value) {
    const { count } = this;
    const none = `it moves no entry of ${this.texts.Y}`;
    return `${this.chosen()} = ${count ? value : 0}: ${count ? `the sum of ${plural(count, "product")}` : none}.`;
  }

  // ---- your turn
  askedForZeros() {
    const { walk, texts } = this;
    const [rows, columns] = this.tensor.shape;
    const hint = `Ask of each: does ${texts.Y}${filled(texts.y, { i: "i", j: "j" })} depend on ${texts.X}${filled(texts.x, walk)}?`;
    const isNonzero = (i, j) => walk.byCell.has(`${i},${j}`);
    const value = (i, j) => walk.slopes[i * columns + j];
    return { name: this.slopesName(), shape: [rows, columns], isNonzero, value, hint, solve: () => (this.solved = true) };
  }
}

export default { render: ({ model, el }) => new KeyIdeaView(model, el).view.close };
