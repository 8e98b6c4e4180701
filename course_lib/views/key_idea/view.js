/** "O[{i}, {h}]" with the numbers of the indexes in place of their letters. */
function filled(text, index) {
  return text.replace(/\{([ijhk])\}/g, (_, letter) => index[letter]);
}

class KeyIdeaView extends SteppedSum {
  constructor(model, el) {
    const [tensor, G, whole] = ["tensor", "G", "gradient"].map((name) => unpack(model.get(name)));
    super(model, el, `Key idea: ${tensor.name} and ${G.name}`, () => this.askedForZeros());
    const { buffer, byteOffset, byteLength } = model.get("structural");
    const structural = new Uint8Array(buffer, byteOffset, byteLength);
    Object.assign(this, { tensor, G, whole, structural, texts: model.get("texts"), limit: largest(tensor.data) });
    this.makeGrids(model.get("source"));
    this.build();
    this.lay();
    align(this.slopes, this.right);
    this.quiz.show();
  }

  // ---- the matrices: the slopes of the chosen entry and G, and of a layer the matrix that its slopes come from

  makeGrids(source) {
    const { tensor, G, whole, texts, result } = this;
    // The cells have room for every number of the tensor: choosing an entry moves nothing.
    const room = [...new Set(tensor.data)].reduce((most, x) => Math.max(most, number(x).length), 1);
    this.slopes = this.addFactors("left", { room, onpress: (entry) => this.quiz.press(entry) });
    this.slopes.words = (entry) => {
      const fact = `${this.cellName(entry)} = ${this.slopes.said(...entry)}`;
      return texts.by_index && !this.slopes.open && !this.isNonzero(...entry) ? `${fact} by its index` : fact;
    };
    this.right = this.addFactors("right");
    this.right.set(G);
    if (source.data) (this.source = this.addFactors("left")).set(source);
    result.set(whole);
    result.cell = result.measure();
  }

  index(entry, [i, j] = [0, 0]) {
    return { i, j, h: entry[0], k: entry[1] };
  }

  /** Where ∂Y[i, j]/∂X[h, k] of the chosen entry stands in the tensor. */
  place(i, j, [h, k] = this.entry) {
    const [, columns, p, q] = this.tensor.shape;
    return ((i * columns + j) * p + h) * q + k;
  }

  isNonzero(i, j) {
    return this.structural[this.place(i, j)] === 1;
  }

  cellName(cell) {
    const { Y, X } = this.texts;
    return `∂${entryName(Y, cell)}/∂${entryName(X, this.entry)}`;
  }

  /** The structural non-zeros of ∂Y/∂X[h, k], in the order of the rows. */
  termsOf(entry) {
    const { texts, G, tensor } = this;
    return placesOf(G.shape).filter((cell) => this.isNonzero(...cell)).map((cell) => {
      const index = this.index(entry, cell);
      const named = texts.term.map((part) => filled(part, index)).join("·");
      const pair = [tensor.data[this.place(...cell)], at(G, ...cell)];
      return { pair, named, places: [cell, cell, texts.at.map((letter) => index[letter])] };
    });
  }

  // ---- the page
  build() {
    const { texts, source, slopes, right, result } = this;
    this.counts = element("div", { class: "bss-counted" });
    const titled = (title, grid) => element("div", {}, element("div", { class: "bss-title" }, ...typeset(title)), grid.box);
    const moves = (from, to, grid) => titled(`how ${from} moves ${to}`, grid);
    const operator = (sign) => element("span", { class: "bss-operator", "aria-hidden": "true" }, sign);
    const pair = [moves(texts.X, texts.Y, slopes), operator("⊙"), moves(texts.Y, texts.z, right)];
    const paths = element("div", { class: "bss-paths" }, ...(source ? [titled("slopes come from", source)] : []));
    paths.append(element("div", { class: "bss-pair" }, ...pair), operator("→"), moves(texts.X, texts.z, result));
    this.view.root.append(this.view.said, this.steps.box, this.quiz.box, paths, this.counts, this.lines);
  }

  /** The factor flies from its own matrix to its slope. */
  route(s) {
    const { slopes, source, terms } = this;
    const [cell, , from] = terms[s].places;
    return { from: source?.numbered && source.place(...from), to: slopes.place(...cell) };
  }

  layEntry() {
    const { entry, texts, tensor, G } = this;
    const fill = (part) => (typeof part === "string" ? part : [filled(part[0], this.index(entry)), part[1]]);
    this.solved = false;
    const data = Float64Array.from(placesOf(G.shape), (cell) => tensor.data[this.place(...cell)]);
    this.matrix = { ...G, name: `∂${texts.Y}/∂(${entryName(texts.X, entry)})`, data };
    setWords(this.counts, this.counted());
    this.writeLines(texts.formula.map(fill), texts.code.map(fill));
  }

  counted() {
    const { terms, matrix, texts } = this;
    const where = texts.counted ? `: ${filled(texts.counted, this.index(this.entry))}` : "";
    return `${terms.length} of ${matrix.data.length} entries of ${matrix.name} ${texts.by_index ? "can differ from" : "are not"} 0${where}.`;
  }

  // ---- what is seen
  draw() {
    const { slopes, limit } = this;
    this.hidden = this.quiz.asks() === "zeros" && !this.solved;
    this.counts.classList.toggle("bss-asleep", this.hidden);
    const faded = (i, j) => !this.hidden && !this.isNonzero(i, j);
    slopes.set(this.matrix, { faded, open: this.hidden ? () => true : null, limit });
    super.draw();
    if (this.quiz.asks() === "zeros") slopes.mark(this.quiz.marks());
  }

  about(value) {
    const { count } = this;
    const none = `it moves no entry of ${this.texts.Y}`;
    return `${this.chosen()} = ${count ? value : 0}: ${count ? `the sum of ${plural(count, "product")}` : none}.`;
  }

  // ---- your turn
  askedForZeros() {
    const { matrix, texts } = this;
    const hint = `Ask of each: does ${texts.Y}[i, j] depend on ${entryName(texts.X, this.entry)}?`;
    const isNonzero = (i, j) => this.isNonzero(i, j);
    return { name: matrix.name, shape: matrix.shape, isNonzero, hint, solve: () => (this.solved = true) };
  }
}

export default { render: ({ model, el }) => new KeyIdeaView(model, el).view.close };
