/** O^T as numpy writes it: O.T; the ones are called ones. */
function code(name) {
  return name.replace(/^1(?=$|\^)/, "ones").replaceAll("^T", ".T");
}

class ProductView extends SteppedSum {
  constructor(model, el) {
    super(model, el, `Product ${spoken(model.get("variants")[0].name)}`);
    this.given = model.get("factors").map(unpack);
    const [first, second] = this.given.map(({ name }) => name);
    this.left = this.addFactors("left");
    this.right = this.addFactors("right");
    const turn = (text, bit) => button(text, () => this.start({ variant: model.get("variant") ^ bit, made: [] }));
    this.turns = [turn(`Transpose ${first}`, 2), turn(`Transpose ${second}`, 1), turn("Swap the factors", 4)];
    this.mode = button("As outer products", () => this.whole && this.start({ outer: !model.get("outer") }));
    this.build();
    this.layVariant();
    this.view.follow(model, { variant: () => this.layVariant(), outer: () => this.draw() });
    this.quiz.show();
  }

  build() {
    const { root, said } = this.view;
    const bar = element("div", { class: "bss-buttons", role: "toolbar", "aria-label": "the product" });
    bar.append(...this.turns, this.mode);
    roving(bar);
    this.words = element("p", { class: "bss-words" });
    const corner = element("div", { class: "bss-corner" }, bar, this.words);
    const area = element("div", { class: "bss-product" }, corner, this.right.box, this.left.box, this.result.box);
    root.append(said, this.steps.box, this.quiz.box, area, this.lines);
  }

  showAll() {
    this.start({ outer: false });
    super.showAll();
  }

  termsOf([i, j]) {
    const [left, right] = [this.left.matrix, this.right.matrix];
    return Array.from({ length: left.shape[1] }, (_, s) => {
      const [pair, places] = [[at(left, i, s), at(right, s, j)], [[i, s], [s, j]]];
      return { pair, places, named: `${this.left.nameOf([i, s])}·${this.right.nameOf([s, j])}`, written: pair.map((x) => factor(x)).join("·") };
    });
  }

  /** Row i turns and stands beside column j. */
  route(s) {
    const [from, to] = this.terms[s].places;
    const beside = this.right.place(...to);
    return { from: this.left.place(...from), to: { ...beside, x: beside.x - beside.width } };
  }

  /** As outer products, a table falls onto the sum. */
  flights(s) {
    const { left, right, result, whole } = this;
    if (!this.outer || !result.numbered) return super.flights(s);
    return placesOf(whole.shape).map(([p, q]) => {
      const [product, to] = [at(left.matrix, p, s) * at(right.matrix, s, q), result.place(p, q)];
      const from = { ...to, y: to.y - 4 * result.em };
      return { text: number(product), colour: result.colourOf(product), from, to, start: 0.2, waits: true };
    });
  }

  // ---- what is seen
  layVariant() {
    const { model } = this;
    const variant = model.get("variants")[model.get("variant")];
    const on = [2, 1, 4].map((bit) => Boolean(model.get("variant") & bit));
    const pair = this.given.map((factor, k) => (on[k] ? transposed(factor) : factor));
    const [left, right] = on[2] ? pair.reverse() : pair;
    const product = variant.product && unpack(variant.product);
    Object.assign(this, { whole: product, laid: null });
    this.left.set(left);
    this.right.set(right);
    if (product) this.result.set(product);
    align(this.left, this.right, ...(product ? [this.result] : []));
    this.turns.forEach((turn, k) => turn.setAttribute("aria-pressed", on[k]));
    this.result.box.hidden = this.lines.hidden = this.steps.box.inert = this.quiz.box.inert = !product;
    setWords(this.words, variant.words);
    this.mode.setAttribute("aria-disabled", !product);
    const shape = ({ symbols, shape: sizes }) => `(${(symbols.length ? symbols : sizes).join(", ")})`;
    const [one, other] = [[left.name, "left"], [right.name, "right"]];
    this.writeLines([one, " ", other, product ? `   ${shape(left)} ${shape(right)} → ${shape(product)}` : ""], [["", "left"], " @ ", ["", "right"]]);
    const inside = this.entry.map((k, axis) => Math.min(k, (product?.shape[axis] ?? Infinity) - 1)); // without a kernel too
    if (String(inside) !== String(this.entry)) put(model, { entry: inside });
    this.lay();
  }

  draw() {
    const { left, right, outer } = this;
    const [step, [i, j]] = [this.model.get("step"), this.entry];
    this.mode.setAttribute("aria-pressed", Boolean(this.whole && outer));
    if (!this.whole) {
      for (const grid of [left, right]) grid.mark([]);
      return this.view.say(this.pointed?.words ?? "");
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
    if (!this.outer) return super.mark(term, part);
    const step = this.model.get("step");
    this.left.mark(step ? [{ column: step - 1 }] : []);
    this.right.mark(step ? [{ row: step - 1 }] : []);
    this.result.mark([]);
  }

  about(value) {
    const [left, right, name] = [this.left.matrix.name, this.right.matrix.name, this.chosen()];
    const [[i, j], step, n] = [this.entry, this.model.get("step"), this.count];
    if (!this.outer) return `${name} = ${value}: row ${i} of ${left} times column ${j} of ${right}, ${plural(n, "product")}.`;
    if (!step) return `Nothing is added yet. ${this.whole.name} is the sum of ${plural(n, "outer product")}.`;
    const end = step === n ? `, and the sum is ${this.whole.name}` : "";
    return `column ${step - 1} of ${left} times row ${step - 1} of ${right} is added: ${step} of ${n}${end}.`;
  }
}

export default { render: ({ model, el }) => new ProductView(model, el).view.close };
