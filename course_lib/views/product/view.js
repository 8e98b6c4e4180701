/** O^T as numpy writes it: O.T; the ones are called ones. */
function code(name) {
  return name.replace(/^1(?=$|\^)/, "ones").replaceAll("^T", ".T");
}

class ProductView extends SteppedSum {
  constructor(model, el) {
    super(model, el, `Product ${spoken(model.get("variants")[0].name)}`);
    const { view } = this;
    this.factors = model.get("factors").map(unpack);
    const [first, second] = this.factors.map(({ name }) => name);
    const grid = (place) => new MatrixGrid(view.signal, { onactive: (entry, how) => this.touch(...place(entry), how) });
    this.left = grid(([i, s]) => [i, null, s]);
    this.right = grid(([s, j]) => [null, j, s]);
    this.result = grid(([i, j]) => [i, j, null]);
    const turn = (text, bit) => button(text, () => this.start({ variant: model.get("variant") ^ bit, made: [] }));
    this.turns = [turn(`Transpose ${first}`, 2), turn(`Transpose ${second}`, 1), turn("Swap the factors", 4)];
    this.mode = button("As outer products", () => this.whole && this.start({ outer: !model.get("outer") }));
    this.build();
    this.lay();
    const place = () => this.place();
    view.follow(model, { variant: () => this.lay(), entry: place, outer: place, step: place, made: () => this.draw() });
    this.quiz.show();
  }

  build() {
    const { root, said } = this.view;
    const bar = element("div", { class: "bss-buttons", role: "toolbar", "aria-label": "the product" });
    bar.append(...this.turns, this.mode);
    roving(bar);
    this.words = element("p", { class: "bss-words" });
    this.none = element("div", { class: "bss-none" });
    const corner = element("div", { class: "bss-corner" }, bar, this.words);
    this.area = element("div", { class: "bss-product" }, corner, this.right.box, this.left.box, this.result.box, this.none);
    root.append(said, this.steps.box, this.quiz.box, this.area, this.lines);
  }

  // ---- what the reader does
  touch(i, j, term, how) {
    const [h, k] = this.entry;
    const to = [i ?? h, j ?? k];
    this.pointed = how === "left" || term === null ? null : { term, before: "" };
    if (how === "cursor") this.mover.stop();
    if (how === "cursor" && this.whole && String(to) !== String(this.entry)) this.choose(to);
    else this.draw();
  }

  choose(entry) {
    if (!this.outer) return super.choose(entry);
    this.stop();
    put(this.model, { entry });
  }

  /** Begin to add anew. */
  start(values) {
    this.stop();
    put(this.model, { step: 0, ...values });
  }

  showAll() {
    this.start({ outer: false });
    super.showAll();
  }

  /** Product s on its way into the entry; before the first one, row i turns and stands beside column j. Or a table falls. */
  flights(s) {
    const { left, right, result } = this;
    if (![left, right, result].every((grid) => grid.numbered)) return [];
    const [i, j] = this.entry;
    const above = ({ x, y, ...size }, up) => ({ ...size, x, y: y - up });
    if (this.outer)
      return placesOf(this.whole.shape).map(([p, q]) => {
        const product = at(left.matrix, p, s) * at(right.matrix, s, q);
        const to = result.place(p, q);
        return { text: number(product), colour: result.colourOf(product), from: above(to, 4 * result.em), to, start: 0.2, waits: true };
      });
    const beside = (t) => ({ ...right.place(t, j), x: right.place(t, j).x - right.size.width });
    const turning = (s ? [s] : this.pairs().map((_, t) => t)).map((t) => {
      const x = at(left.matrix, i, t);
      return { text: number(x), colour: left.colourOf(x), from: left.place(i, t), to: beside(t), end: 0.55, waits: true };
    });
    const product = at(left.matrix, i, s) * at(right.matrix, s, j);
    return [...turning, { text: number(product), colour: result.colourOf(product), from: beside(s), to: result.place(i, j), start: 0.55 }];
  }

  // ---- what is seen
  lay() {
    const { model, factors } = this;
    const variant = model.get("variants")[model.get("variant")];
    const pair = factors.map((factor, k) => (variant.turned[k] ? transposed(factor) : factor));
    const [left, right] = variant.swapped ? pair.reverse() : pair;
    this.whole = variant.product && unpack(variant.product);
    this.left.set(left);
    this.right.set(right);
    if (this.whole) this.result.set(this.whole);
    align(this.left, this.right, ...(this.whole ? [this.result] : []));
    this.cell = this.result.cell;
    this.most = left.shape[1];
    const inside = this.entry.map((k, axis) => Math.min(k, (this.whole?.shape[axis] ?? Infinity) - 1)); // without a kernel too
    if (String(inside) !== String(this.entry)) put(model, { entry: inside });
    [...variant.turned, variant.swapped].forEach((on, k) => this.turns[k].setAttribute("aria-pressed", on));
    this.layWords(variant, left, right);
  }

  layWords(variant, left, right) {
    const { whole: product, lines, area } = this;
    this.result.box.hidden = lines.hidden = this.steps.box.inert = this.quiz.box.inert = !product;
    this.none.hidden = Boolean(product);
    setWords(this.none, product ? "" : `no ${variant.name}`);
    setWords(this.words, variant.words);
    this.mode.setAttribute("aria-disabled", !product);
    // The picture may grow with another order of the factors, but what is below it does not jump back.
    const em = parseFloat(getComputedStyle(area).fontSize);
    area.style.minHeight = `${Math.max(area.offsetHeight / em, parseFloat(area.style.minHeight) || 0)}em`;
    const shape = ({ symbols, shape: sizes }) => `(${(symbols.length ? symbols : sizes).join(", ")})`;
    const shapes = product ? `   ${shape(left)} ${shape(right)} → ${shape(product)}` : "";
    const [one, other] = this.parts();
    this.writeLines([one, " ", other, shapes], [["", "left"], " @ ", ["", "right"]]);
    this.steps.setLast(this.most);
    this.place();
  }

  parts() {
    return [[this.left.matrix.name, "left"], [this.right.matrix.name, "right"]];
  }

  get outer() {
    return this.whole && this.model.get("outer");
  }

  get term() {
    return this.outer ? null : super.term;
  }

  pairs() {
    const [[i, j], left, right] = [this.entry, this.left.matrix, this.right.matrix];
    return Array.from({ length: this.most }, (_, s) => [at(left, i, s), at(right, s, j)]);
  }

  named(s) {
    return `${this.left.nameOf([this.entry[0], s])}·${this.right.nameOf([s, this.entry[1]])}`;
  }

  written(_, pair) {
    return pair.map((x) => factor(x)).join("·");
  }

  /** To the entry and the step that the model names. */
  place() {
    const [i, j] = this.entry;
    if (this.whole) this.result.move([i, j], { silent: true });
    this.left.move([i, this.left.cursor[1]], { silent: true });
    this.right.move([this.right.cursor[0], j], { silent: true });
    this.steps.go(this.model.get("step"));
    this.draw();
  }

  draw() {
    const { left, right, outer } = this;
    const step = this.model.get("step");
    const [i, j] = this.entry;
    this.mode.setAttribute("aria-pressed", Boolean(outer));
    if (!this.whole) {
      left.mark([{ row: Math.min(i, left.matrix.shape[0] - 1), dashed: true }]);
      right.mark([{ column: Math.min(j, right.matrix.shape[1] - 1), dashed: true }]);
      return this.view.say(`${left.words(left.entry)}, ${right.words(right.entry)}`);
    }
    // Where whole rows and columns take part, numpy has slices; the first outer products are added by a product of them.
    this.code.write("left", `${code(left.matrix.name)}[${outer ? `:, :${step}` : `${i}, :`}]`);
    this.code.write("right", `${code(right.matrix.name)}[${outer ? `:${step}, :` : `:, ${j}`}]`);
    super.draw();
  }

  drawResult(step) {
    if (this.outer) this.showResult(outerSum(this.left.matrix, this.right.matrix, 0, step));
    else super.drawResult(step);
  }

  mark(term, part) {
    const { left, right } = this;
    const [[i, j], step] = [this.entry, this.model.get("step")];
    if (this.outer) {
      left.mark(step ? [{ column: step - 1 }] : []);
      right.mark(step ? [{ row: step - 1 }] : []);
      return this.result.mark([]);
    }
    const lit = (entry) => (term === null ? [] : [{ entry }]);
    left.mark(part === "right" ? [] : [{ row: i, dashed: true }, ...lit([i, term])]);
    right.mark(part === "left" ? [] : [{ column: j, dashed: true }, ...lit([term, j])]);
    this.markResult();
  }

  about(value) {
    const [left, right, name] = [this.left.matrix.name, this.right.matrix.name, this.chosen()];
    const [[i, j], step, n] = [this.entry, this.model.get("step"), this.most];
    if (!this.outer) return `${name} = ${value}: row ${i} of ${left} times column ${j} of ${right}, ${plural(n, "product")}.`;
    if (this.result.hovered || document.activeElement === this.result.grid)
      return `${this.result.words(this.result.entry)}, with ${step} of ${n} outer products added.`;
    if (!step) return `Nothing is added yet. ${this.whole.name} is the sum of ${plural(n, "outer product")}.`;
    const end = step === n ? `, and the sum is ${this.whole.name}` : "";
    return `column ${step - 1} of ${left} times row ${step - 1} of ${right} is added: ${step} of ${n}${end}.`;
  }
}

export default { render: ({ model, el }) => new ProductView(model, el).view.close };
