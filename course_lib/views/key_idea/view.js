/** "O[{i}, {h}]" with the numbers of the indexes in place of their letters. */
function filled(text, index) {
  return text.replace(/\{([ijhk])\}/g, (_, letter) => index[letter]);
}

/**
 * The sum for the entry (h, k): the matrix of slopes ∂Y/∂X[h, k], its structural non-zeros in the order of the rows as
 * terms {cell, source, text, left, right, product, sum}, and for the cells of both matrices the number of the term that
 * they are in.
 */
function walkOf([h, k], { tensor, structural, G, texts }) {
  const [rows, columns, p, q] = tensor.shape;
  const slopes = new Float64Array(rows * columns);
  const [terms, byCell, bySource] = [[], new Map(), new Map()];
  let sum = 0;
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) {
      const place = ((i * columns + j) * p + h) * q + k;
      const [left, right] = [tensor.data[place], at(G, i, j)];
      slopes[i * columns + j] = left;
      if (!structural[place]) continue;
      const index = { i, j, h, k, 0: 0 };
      const source = texts.at.map((letter) => index[letter]);
      sum += left * right;
      byCell.set(`${i},${j}`, terms.length);
      bySource.set(String(source), terms.length);
      const text = texts.term.map((part) => filled(part, index)).join("·");
      terms.push({ cell: [i, j], source, text, left, right, product: left * right, sum });
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
    const [texts, { view }] = [model.get("texts"), this];
    Object.assign(this, { tensor, G, whole, structural, texts });
    [this.rows, this.columns, this.p, this.q] = tensor.shape;
    this.zero = texts.by_index ? "0 by its index" : "0";
    const given = model.get("source");
    this.source = given.data ? unpack(given) : null;
    this.walk = walkOf(model.get("entry"), this);
    this.makeGrids();
    this.build();
    this.firstSizes();
    this.walk = null;
    view.follow(model, { entry: () => this.lay(), step: () => this.lay(), made: () => this.draw() });
    this.lay();
    this.quiz.show();
  }

  // ---- the matrices
  makeGrids() {
    const { view, texts } = this;
    const term = (entry) => this.walk.byCell.get(String(entry));
    const press = (entry) => this.quiz.press(entry);
    this.result = new MatrixGrid(view.signal, { onactive: (entry, how) => this.pick(entry, how) });
    this.slopes = this.cells(term, (entry) => `${this.slopes.words(entry)}: it adds nothing.`, press);
    const name = (entry) => this.cellName(entry);
    this.right = this.cells(term, (entry) => `${this.right.words(entry)} is multiplied by ${name(entry)}, which is ${this.zero}: it adds nothing.`);
    const outside = (entry) => `${this.left.words(entry)} is in no product of ${this.chosen()}.`;
    this.left = this.source && this.cells((entry) => this.walk.bySource.get(String(entry)), outside);
    this.result.words = ([h, k]) => `${filled(texts.result, { h, k })} = ${this.result.said(h, k)}`;
    this.right.words = ([i, j]) => `${this.G.name}${filled(texts.y, { i, j })} = ${precise(at(this.G, i, j))}`;
    this.slopes.words = ([i, j]) => {
      const fact = `${name([i, j])} = ${this.slopes.said(i, j)}`;
      return texts.by_index && !this.slopes.open && !this.walk.byCell.has(`${i},${j}`) ? `${fact} by its index` : fact;
    };
  }

  cellName([i, j]) {
    const { texts, walk } = this;
    return filled(`∂${texts.Y}${texts.y}/∂${texts.X}${texts.x}`, { i, j, h: walk.h, k: walk.k });
  }

  /** The name of the entry that is chosen. */
  chosen() {
    return filled(this.texts.result, this.walk);
  }

  /** A matrix whose cells are in terms of the sum: pointing at one points at its term, if it is in any. */
  cells(termAt, outside, onpress) {
    const follow = () => {
      if (!this.walk) return;
      if (!grid.hovered && document.activeElement !== grid.grid) return this.point(null);
      const term = termAt(grid.entry);
      if (grid.open) this.point({ words: grid.words(grid.entry) });
      else this.point(term === undefined ? { words: outside(grid.entry) } : { term, before: `${grid.words(grid.entry)}: ` });
    };
    const grid = new MatrixGrid(this.view.signal, { onactive: follow, onpress });
    for (const kind of ["focus", "blur"]) grid.grid.addEventListener(kind, follow, { signal: this.view.signal });
    return grid;
  }

  /** The slopes' cells have room for every number of the tensor: choosing an entry moves nothing. */
  firstSizes() {
    const { tensor, G, slopes, right, left, rows, columns, texts, p, q } = this;
    this.limit = largest(tensor.data);
    const numbers = Math.max(rows, columns) <= MOST_NUMBERED ? new Set(tensor.data) : this.walk.slopes;
    const everything = new Float64Array(Math.max(rows * columns, numbers.size ?? 0));
    everything.set([...numbers]);
    slopes.set({ ...G, name: filled(tensor.name + texts.x, { h: p - 1, k: q - 1 }), data: everything });
    right.set(G, { vector: isVector(texts.y) });
    left?.set(this.source);
    align(slopes, right);
    this.result.set(this.whole, { vector: isVector(texts.x) });
    this.cell = Math.max(p, q) <= MOST_NUMBERED ? { ...this.result.measure(), em: this.result.em } : null;
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
    const step = (title, grid) => element("div", {}, element("div", { class: "bss-title" }, ...typeset(title)), grid.box);
    const operator = (sign) => element("span", { class: "bss-operator", "aria-hidden": "true" }, sign);
    const pair = [step(`It moves ${texts.Y}`, this.slopes), operator("⊙"), step(`times ∂${texts.z}/∂${texts.Y}`, this.right)];
    const paths = element("div", { class: "bss-paths" }, ...(this.left ? [step("Factors", this.left)] : []));
    paths.append(element("div", { class: "bss-pair" }, ...pair), operator("→"), step("and the sum", this.result));
    root.append(said, this.steps.box, this.quiz.box, paths, this.counts, this.lines);
  }

  // ---- what happens
  pick(entry, how) {
    if (!this.walk) return;
    const { h, k } = this.walk;
    if (how === "pointer") return this.point({ words: `${this.result.words(entry)}. Click to choose this entry.` });
    if (how === "left" || (entry[0] === h && entry[1] === k)) return this.point(null);
    this.stop();
    put(this.model, { step: 0, entry: [...entry] });
    if (this.isMade(entry)) put(this.model, { step: this.count });
  }

  parts() {
    return this.texts.formula;
  }

  pairs() {
    return this.walk.terms.map(({ left, right }) => [left, right]);
  }

  /** The factor of product s flies to its slope, the first time all of them, and the product from there into the sum. */
  flights(s) {
    const { left, slopes, right, result, walk } = this;
    if (![slopes, right, result].every((grid) => grid.numbered)) return [];
    const way = ({ left: x, cell, source }) => ({
      ...{ text: number(x), colour: slopes.colourOf(x), from: left.place(...source), to: slopes.place(...cell) },
      ...{ start: 0, end: 0.5, waits: true },
    });
    const turning = left?.numbered ? walk.terms.slice(s ? s : 0, s ? s + 1 : undefined).map(way) : [];
    const { cell, product } = walk.terms[s];
    const [a, b] = [slopes.place(...cell), right.place(...cell)];
    const between = { ...b, x: (a.x + b.x) / 2 };
    const dropped = { text: number(product), colour: result.colourOf(product), from: between, to: result.place(walk.h, walk.k) };
    return [...turning, { ...dropped, start: turning.length ? 0.5 : 0, end: 1 }];
  }

  /** To the entry and the step that the model names. */
  lay() {
    const [h, k] = this.model.get("entry");
    if (this.walk?.h !== h || this.walk.k !== k) {
      this.walk = walkOf([h, k], this);
      this.pointed = null;
      this.solved = false;
      this.quiz.forget();
      this.result.move([h, k], { silent: true });
      setWords(this.counts, this.counted());
      this.rewrite(this.formula, this.texts.formula);
      this.rewrite(this.code, this.texts.code);
      this.steps.setLast(this.walk.terms.length);
    }
    this.steps.go(this.model.get("step"));
    this.draw();
  }

  /** The pieces of a line for the chosen entry. */
  rewrite(line, parts) {
    for (const part of parts) if (typeof part !== "string") line.write(part[1], filled(part[0], this.walk));
  }

  counted() {
    const { walk, texts, rows, columns, zero } = this;
    const { terms } = walk;
    const others = rows * columns - terms.length;
    const zeros = terms.filter(({ left }) => left === 0).length;
    const where = texts.counted ? `: ${filled(texts.counted, walk)}` : "";
    const s = zeros === 1 ? "s" : "";
    const chance = zeros ? ` ${zeros} of the ${terms.length} happen${s} to be 0, and still count${s}.` : "";
    const are = `${others === 1 ? "entry is" : "entries are"} ${zero.replace("its", others === 1 ? "its" : "their")}`;
    const rest = ` The other ${others} of ${rows * columns} ${are}.`;
    const kind = texts.by_index ? "structural non-zero" : "non-zero";
    return `${plural(terms.length, kind)} in ${this.slopesName()}${where}.${chance}${others ? rest : ""}`;
  }

  slopesName() {
    return filled(this.tensor.name + this.texts.x, this.walk);
  }

  // ---- what is seen
  draw() {
    if (!this.walk) return;
    const { model, walk, pointed, quiz, left, slopes, right } = this;
    const { terms, h, k } = walk;
    const step = model.get("step");
    const landed = step === terms.length;
    const hidden = quiz.asks() === "zeros" && !this.solved;
    this.steps.box.hidden = Boolean(quiz.asks());
    this.counts.classList.toggle("bss-asleep", hidden);
    this.drawMatrices(step - this.late, hidden);
    const active = terms[pointed ? (pointed.term ?? -1) : step - 1];
    const part = pointed?.part;
    const marks = (place, all) => {
      const dashed = terms.filter((term, t) => term !== active && (all || t < step));
      return [
        ...dashed.map((term) => ({ entry: term[place], dashed: !all })),
        ...(active ? [{ entry: active[place] }] : []),
      ];
    };
    slopes.mark(quiz.asks() === "zeros" ? quiz.marks() : marks("cell", part === "left"));
    right.mark(hidden ? [] : marks("cell", part === "right"));
    left?.mark(hidden ? [] : marks("source", part === "left"));
    this.result.mark([{ entry: [h, k], dashed: !landed && part !== "result" }]);
    const lit = part ? [part] : [...(active ? ["left", "right"] : []), ...(landed && !pointed ? ["result"] : [])];
    for (const line of [this.formula, this.code]) line.light(lit);
    const total = this.isMade([h, k]) ? precise(at(this.whole, h, k)) : "";
    const term = active ? terms.indexOf(active) : null;
    this.sum.draw({ name: this.chosen(), terms: terms.map(({ text }) => text), most: this.most, step, active: term, keys: part === "result" || (landed && !pointed) ? ["result"] : [], total });
    this.settle();
    this.say(this.said(active, term, step, total || "?"));
  }

  /** The slopes for the chosen entry, and the result as far as it is made. */
  drawMatrices(step, hidden) {
    const { walk, G, slopes, whole: gradient, q } = this;
    const { h, k, terms } = walk;
    const faded = (i, j) => !hidden && !walk.byCell.has(`${i},${j}`);
    const matrix = { ...G, name: this.slopesName(), data: walk.slopes };
    const open = hidden ? () => true : null;
    slopes.set(matrix, { faded, open, cell: slopes.cell, limit: this.limit, vector: isVector(this.texts.y) });
    const adding = step > 0 && step < terms.length;
    const sofar = gradient.data.slice();
    if (adding) sofar[h * q + k] = terms[step - 1].sum;
    const isOpen = (i, j) => (i === h && j === k && (adding || this.late) ? !adding : !this.isMade([i, j]));
    this.result.set({ ...gradient, data: sofar }, { open: isOpen, cell: this.cell, limit: largest(gradient.data), vector: isVector(this.texts.x) });
  }

  said(active, now, step, value) {
    const { pointed, texts, walk } = this;
    const { terms } = walk;
    if (pointed?.words) return pointed.words;
    const name = this.chosen();
    const products = plural(terms.length, "product");
    if (pointed?.part === "result") return `${name} = ${value}, the sum of ${products}.`;
    const part = pointed?.part && texts.formula.find((piece) => piece[1] === pointed.part)[0];
    if (part) return `${part}: outlined is what it gives to the ${products} of ${name}.`;
    if (!terms.length) return `${name} is chosen. It moves no entry of ${texts.Y}: the sum is empty, ${name} = 0.`;
    if (!active) return `${name} is chosen. None of its ${products} is added yet.`;
    const product = `${active.text} = ${factor(active.left, precise)}·${factor(active.right, precise)} = ${precise(active.product)}`;
    const place = `product ${now + 1} of ${terms.length}`;
    if (pointed) return `${pointed.before}${product}, ${place} of ${name}.`;
    const sofar = `Added ${place}: ${product}.`;
    if (step < terms.length) return `${sofar} The sum so far is ${precise(active.sum)}.`;
    return `${sofar} All are added: ${name} = ${value}.`;
  }

  // ---- your turn
  askedForZeros() {
    const { walk, rows, columns, texts } = this;
    const hint = `Ask of each: does ${texts.Y}${filled(texts.y, { i: "i", j: "j" })} depend on ${texts.X}${filled(texts.x, walk)}?`;
    const isNonzero = (i, j) => walk.byCell.has(`${i},${j}`);
    const value = (i, j) => walk.slopes[i * columns + j];
    return { name: this.slopesName(), shape: [rows, columns], isNonzero, value, hint, solve: () => (this.solved = true) };
  }
}

export default { render: ({ model, el }) => new KeyIdeaView(model, el).view.close };
