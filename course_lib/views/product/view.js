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
    const turn = (text, bit) => button(text, () => this.become(model.get("variant") ^ bit));
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
    const [h, k] = this.model.get("entry");
    this.pointed = how === "left" || term === null ? null : { term };
    if (how === "cursor") this.mover.stop();
    if (how === "cursor" && this.whole && (i ?? h) + "," + (j ?? k) !== h + "," + k) this.choose([i ?? h, j ?? k]);
    else this.draw();
  }

  /** Choose an entry: none of its products is added, or all where it is made. */
  choose(entry) {
    this.stop();
    put(this.model, { entry, step: this.model.get("outer") ? this.model.get("step") : this.isMade(entry) ? this.inner : 0 });
  }

  become(variant) {
    this.start({ variant, made: [] });
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
    const { left, right, result, model } = this;
    if (![left, right, result].every((grid) => grid.numbered)) return [];
    const [i, j] = model.get("entry");
    const flight = (grid, place, from, to, more) => ({ text: number(at(grid.matrix, ...place)), colour: grid.colour(...place), from, to, ...more });
    const above = ({ x, y, ...size }, up) => ({ ...size, x, y: y - up });
    if (model.get("outer")) {
      const product = (p, q) => at(this.leftMatrix, p, s) * at(this.rightMatrix, s, q);
      return placesOf(this.whole.shape).map(([p, q]) => ({
        ...{ text: number(product(p, q)), colour: result.colourOf(product(p, q)), waits: true },
        ...{ from: above(result.place(p, q), 4 * result.em), to: result.place(p, q), start: 0.2 },
      }));
    }
    const beside = (t) => ({ ...right.place(t, j), x: right.place(t, j).x - right.size.width });
    const row = s ? [s] : Array.from({ length: this.inner }, (_, t) => t);
    const turning = row.map((t) => flight(left, [i, t], left.place(i, t), beside(t), { start: 0, end: 0.55, waits: true }));
    const [a, b] = [at(this.leftMatrix, i, s), at(this.rightMatrix, s, j)];
    const dropped = { text: number(a * b), colour: result.colourOf(a * b), from: beside(s), to: result.place(i, j), start: 0.55, end: 1 };
    return [...turning, dropped];
  }

  // ---- what is seen
  lay() {
    const { model, factors } = this;
    const variant = model.get("variants")[model.get("variant")];
    const pair = factors.map((factor, k) => (variant.turned[k] ? transposed(factor) : factor));
    const [left, right] = variant.swapped ? pair.reverse() : pair;
    this.whole = variant.product && unpack(variant.product);
    Object.assign(this, { leftMatrix: left, rightMatrix: right, inner: left.shape[1], variant });
    this.left.set(left);
    this.right.set(right);
    if (this.whole) this.result.set(this.whole);
    align(this.left, this.right, ...(this.whole ? [this.result] : []));
    this.cell = this.result.cell;
    [...variant.turned, variant.swapped].forEach((on, k) => this.turns[k].setAttribute("aria-pressed", on));
    this.layWords();
  }

  layWords() {
    const { variant, whole: product, lines, area, leftMatrix: left, rightMatrix: right } = this;
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
    this.steps.setLast(this.inner);
    this.place();
  }

  parts() {
    return [[this.leftMatrix.name, "left"], [this.rightMatrix.name, "right"]];
  }

  chosen() {
    return `(${this.whole.name})[${this.model.get("entry").join(", ")}]`;
  }

  pairs() {
    const [i, j] = this.model.get("entry");
    return Array.from({ length: this.inner }, (_, s) => [at(this.leftMatrix, i, s), at(this.rightMatrix, s, j)]);
  }

  /** To the entry and the step that the model names. */
  place() {
    const [i, j] = this.model.get("entry");
    if (this.whole) this.result.move([i, j], { silent: true });
    this.left.move([i, this.left.cursor[1]], { silent: true });
    this.right.move([this.right.cursor[0], j], { silent: true });
    this.steps.go(this.model.get("step"));
    this.draw();
  }

  draw() {
    const { model, left, right, result, whole: product, pointed } = this;
    const outer = model.get("outer") && product;
    this.mode.setAttribute("aria-pressed", Boolean(outer));
    this.steps.box.hidden = Boolean(this.quiz.asks());
    const [i, j] = model.get("entry");
    const step = model.get("step");
    if (!product) {
      left.mark([{ row: Math.min(i, left.matrix.shape[0] - 1) }]);
      right.mark([{ column: Math.min(j, right.matrix.shape[1] - 1), dashed: true }]);
      return this.view.say(`${left.words(left.entry)}, ${right.words(right.entry)}`);
    }
    this.drawResult(outer, step - this.late);
    if (outer) {
      left.mark(step ? [{ column: step - 1 }] : []);
      right.mark(step ? [{ row: step - 1, dashed: true }] : []);
      result.mark([]);
    } else {
      const term = pointed?.term ?? (step && !pointed && step < this.inner ? step - 1 : null);
      const chosen = term === null ? [] : [term];
      left.mark([...(pointed?.part === "right" ? [] : [{ row: i }]), ...chosen.map((s) => ({ entry: [i, s] }))]);
      right.mark([...(pointed?.part === "left" ? [] : [{ column: j, dashed: true }]), ...chosen.map((s) => ({ entry: [s, j] }))]);
      result.mark([{ entry: [i, j], dashed: step < this.inner }]);
    }
    this.write(i, j, step, outer);
  }

  /** The result as far as it is made: an entry whose products are being added shows their sum so far. */
  drawResult(outer, step) {
    const { model, whole: product, result } = this;
    const [i, j] = model.get("entry");
    const sofar = outer ? outerSum(this.leftMatrix, this.rightMatrix, 0, step) : product.data.slice();
    const adding = !outer && step > 0 && step < this.inner;
    if (adding) sofar[i * product.shape[1] + j] = this.partial(step);
    const open = (p, q) => !outer && !this.isMade([p, q]) && !(adding && p === i && q === j);
    const late = (p, q) => this.late > 0 && step === 0 && p === i && q === j && !outer;
    result.set({ ...product, data: sofar }, { cell: this.cell, limit: largest(product.data), open: (p, q) => open(p, q) || late(p, q) });
  }

  partial(step) {
    return this.pairs().slice(0, step).reduce((sum, [a, b]) => sum + a * b, 0);
  }

  write(i, j, step, outer) {
    const { pointed, leftMatrix: left, rightMatrix: right, whole: product, inner } = this;
    const term = outer ? null : pointed?.term ?? null;
    const lit = outer ? [] : pointed?.part ? [pointed.part] : ["left", "right"];
    this.formula.light(lit);
    this.code.light(lit);
    const along = outer ? `:${step}` : term ?? ":"; // the first outer products are added by a product of slices
    this.code.write("left", `${code(left.name)}[${outer ? ":" : i}, ${along}]`);
    this.code.write("right", `${code(right.name)}[${along}, ${outer ? ":" : j}]`);
    const made = outer ? step === inner : this.isMade([i, j]);
    const name = this.chosen();
    const terms = this.pairs().map(([a, b]) => `${factor(a)}·${factor(b)}`);
    this.sum.draw({ name, terms, most: inner, step, active: term, total: made ? precise(at(product, i, j)) : "" });
    this.settle();
    this.say(outer ? this.saidOuter(step) : this.said(name, step, term, made));
  }

  said(name, step, term, made) {
    const { leftMatrix: left, rightMatrix: right, inner, whole: product } = this;
    const [i, j] = this.model.get("entry");
    const s = term ?? step - 1;
    if (term !== null || (step && step < inner)) {
      const [a, b] = this.pairs()[s];
      const added = term === null ? `Added product ${step} of ${inner}: ` : "";
      const names = `${left.name}[${i}, ${s}] · ${right.name}[${s}, ${j}]`;
      return `${added}${names} = ${factor(a)} · ${factor(b)} = ${precise(a * b)}; the sum up to here is ${precise(this.partial(s + 1))}.`;
    }
    const value = made ? precise(at(product, i, j)) : "?";
    return `${name} = ${value}: row ${i} of ${left.name} times column ${j} of ${right.name}, ${plural(inner, "product")}.`;
  }

  saidOuter(step) {
    const { inner, leftMatrix: left, rightMatrix: right, whole: product } = this;
    if (this.result.hovered || document.activeElement === this.result.grid)
      return `${this.result.words(this.result.entry)}, with ${step} of ${inner} outer products added.`;
    if (!step) return `Nothing is added yet. ${product.name} is the sum of ${plural(inner, "outer product")}.`;
    const term = `column ${step - 1} of ${left.name} times row ${step - 1} of ${right.name}`;
    return `${term} is added: ${step} of ${inner}${step === inner ? `, and the sum is ${product.name}` : ""}.`;
  }
}

export default { render: ({ model, el }) => new ProductView(model, el).view.close };
