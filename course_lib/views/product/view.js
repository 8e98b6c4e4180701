/** A matrix turned over: O becomes O^T, and O^T becomes O. */
function transposed(matrix) {
  const [rows, columns] = matrix.shape;
  const data = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) data[j * rows + i] = at(matrix, i, j);
  const name = matrix.name.endsWith("^T") ? matrix.name.slice(0, -2) : `${matrix.name}^T`;
  return { name, symbols: [...matrix.symbols].reverse(), shape: [columns, rows], data };
}

/** O^T as numpy writes it: O.T; the ones are called ones. */
function code(name) {
  return name.replace(/^1(?=$|\^)/, "ones").replaceAll("^T", ".T");
}

/** A[:, :steps] B[:steps, :], the sum of the first outer products. */
function outerSum(left, right, steps) {
  const [rows, inner] = left.shape;
  const columns = right.shape[1];
  const data = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++)
    for (let s = 0; s < steps; s++)
      for (let j = 0; j < columns; j++) data[i * columns + j] += left.data[i * inner + s] * right.data[s * columns + j];
  return data;
}

const HINT = "Choose an entry of the result (arrow keys work too), then press Step.";

/** What is drawn follows from the model's traits, and from `pointed`: {term} or {part} under the pointer or the focus. */
class ProductView {
  constructor(model, el) {
    const factors = model.get("factors").map(unpack);
    const [first, second] = factors.map(({ name }) => name);
    const view = frame(el, `Product ${spoken(model.get("variants")[0].name)}`, HINT);
    Object.assign(this, { model, view, factors, pointed: null, late: 0, sum: indexSum((key) => this.pointAt(key)) });
    const grid = (place) => new MatrixGrid(view.signal, { onactive: (entry, how) => this.point(...place(entry), how) });
    this.left = grid(([i, s]) => [i, null, s]);
    this.right = grid(([s, j]) => [null, j, s]);
    this.result = grid(([i, j]) => [i, j, null]);
    this.mover = mover(view.root, view.signal);
    this.quiz = quiz(view, model, { entry: () => this.asked(), changed: () => this.draw() });
    const turn = (text, bit) => button(text, () => this.become(model.get("variant") ^ bit));
    this.turns = [turn(`Transpose ${first}`, 2), turn(`Transpose ${second}`, 1), turn("Swap the factors", 4)];
    this.mode = button("As outer products", () => this.product && this.start({ outer: !model.get("outer") }));
    const more = [button("Show all", () => this.showAll()), resetButton(model, () => this.stop()), this.quiz.button];
    this.steps = player("Products added", 1, (step, moves) => this.add(step, moves), view.signal, { more });
    textLinks(() => [[this.leftMatrix.name, "left"], [this.rightMatrix.name, "right"]], (key) => this.pointAt(key), view.signal);
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
    this.lines = element("div", { class: "bss-lines", role: "toolbar", "aria-label": "the product in three ways" });
    root.append(said, this.steps.box, this.quiz.box, this.area, this.lines);
  }

  // ---- what the reader does
  point(i, j, term, how) {
    const [h, k] = this.model.get("entry");
    this.pointed = how === "left" || term === null ? null : { term };
    if (how === "cursor") this.mover.stop();
    if (how === "cursor" && this.product && (i ?? h) + "," + (j ?? k) !== h + "," + k) this.choose([i ?? h, j ?? k]);
    else this.draw();
  }

  pointAt(key) {
    this.pointed = key === null ? null : typeof key === "number" ? { term: key } : { part: key };
    this.draw();
  }

  /** Choose an entry: none of its products is added, or all where it is made. */
  choose(entry) {
    this.stop();
    const made = isMade(this.model, entry, this.product.shape) || this.model.get("outer");
    put(this.model, { entry, step: this.model.get("outer") ? this.model.get("step") : made ? this.inner : 0 });
  }

  become(variant) {
    this.start({ variant, made: [] });
  }

  stop() {
    this.steps.pause();
    this.mover.stop();
  }

  /** Begin to add anew. */
  start(values) {
    this.stop();
    put(this.model, { step: 0, ...values });
  }

  showAll() {
    this.start({ outer: false });
    put(this.model, { made: allOf(this.product.shape), step: this.inner });
  }

  /** That many products are added; where it is one more, it moves. */
  add(step, moves) {
    const { model } = this;
    if (!this.product || step === model.get("step")) return;
    this.mover.stop();
    this.late = moves ? 1 : 0;
    const whole = step === this.inner && this.product;
    const made = whole ? (model.get("outer") ? allOf(whole.shape) : withMade(model, model.get("entry"), whole.shape)) : model.get("made");
    put(model, { step, made });
    const land = () => ((this.late = 0), this.draw());
    if (moves) this.mover.move(this.flights(step - 1), STEP_TAKES * this.steps.pace(), land);
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
      const places = allOf(this.product.shape).map((k) => [Math.floor(k / this.product.shape[1]), k % this.product.shape[1]]);
      return places.map(([p, q]) => ({
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
    this.product = variant.product && unpack(variant.product);
    Object.assign(this, { leftMatrix: left, rightMatrix: right, inner: left.shape[1], variant });
    this.left.set(left);
    this.right.set(right);
    if (this.product) this.result.set(this.product);
    align(this.left, this.right, ...(this.product ? [this.result] : []));
    this.cell = this.result.cell;
    [...variant.turned, variant.swapped].forEach((on, k) => this.turns[k].setAttribute("aria-pressed", on));
    this.layWords();
  }

  layWords() {
    const { variant, product, lines, area, leftMatrix: left, rightMatrix: right } = this;
    this.result.box.hidden = lines.hidden = this.steps.box.inert = !product;
    this.none.hidden = Boolean(product);
    setWords(this.none, product ? "" : `no ${variant.name}`);
    setWords(this.words, variant.words);
    this.mode.setAttribute("aria-disabled", !product);
    // The picture may grow with another order of the factors, but what is below it does not jump back.
    const em = parseFloat(getComputedStyle(area).fontSize);
    area.style.minHeight = `${Math.max(area.offsetHeight / em, parseFloat(area.style.minHeight) || 0)}em`;
    const shape = ({ symbols, shape: sizes }) => `(${(symbols.length ? symbols : sizes).join(", ")})`;
    const shapes = product ? `   ${shape(left)} ${shape(right)} → ${shape(product)}` : "";
    const point = (key) => this.pointAt(key);
    this.formula = linked("matrix formula", [[left.name, "left"], " ", [right.name, "right"], shapes], point);
    this.numpy = linked("numpy", [["", "left"], " @ ", ["", "right"]], point, { code: true });
    const line = (title, { box }) => element("div", { class: "bss-line" }, element("b", {}, title), box);
    const inOne = element("div", { class: "bss-both" }, line("Matrices", this.formula), line("numpy", this.numpy));
    lines.replaceChildren(inOne, line("Index sum", this.sum));
    this.settle = roving(lines);
    this.steps.setLast(this.inner);
    this.place();
  }

  /** To the entry and the step that the model names. */
  place() {
    const [i, j] = this.model.get("entry");
    if (this.product) this.result.move([i, j], { silent: true });
    this.left.move([i, this.left.cursor[1]], { silent: true });
    this.right.move([this.right.cursor[0], j], { silent: true });
    this.steps.go(this.model.get("step"));
    this.draw();
  }

  draw() {
    const { model, left, right, result, product, pointed } = this;
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
    const { model, product, result } = this;
    const [i, j] = model.get("entry");
    const sofar = outer ? outerSum(this.leftMatrix, this.rightMatrix, step) : product.data.slice();
    const adding = !outer && step > 0 && step < this.inner;
    if (adding) sofar[i * product.shape[1] + j] = this.partial(step);
    const open = (p, q) => !outer && !isMade(model, [p, q], product.shape) && !(adding && p === i && q === j);
    const late = (p, q) => this.late > 0 && step === 0 && p === i && q === j && !outer;
    result.set({ ...product, data: sofar }, { cell: this.cell, limit: largest(product.data), open: (p, q) => open(p, q) || late(p, q) });
  }

  partial(step) {
    const [i, j] = this.model.get("entry");
    let sum = 0;
    for (let s = 0; s < step; s++) sum += at(this.leftMatrix, i, s) * at(this.rightMatrix, s, j);
    return sum;
  }

  write(i, j, step, outer) {
    const { pointed, leftMatrix: left, rightMatrix: right, product, inner } = this;
    const term = outer ? null : pointed?.term ?? null;
    const lit = outer ? [] : pointed?.part ? [pointed.part] : ["left", "right"];
    this.formula.light(lit);
    this.numpy.light(lit);
    const along = outer ? `:${step}` : term ?? ":"; // the first outer products are added by a product of slices
    this.numpy.write("left", `${code(left.name)}[${outer ? ":" : i}, ${along}]`);
    this.numpy.write("right", `${code(right.name)}[${along}, ${outer ? ":" : j}]`);
    const made = outer ? step === inner : isMade(this.model, [i, j], product.shape);
    const name = `(${product.name})[${i}, ${j}]`;
    const terms = Array.from({ length: inner }, (_, s) => `${factor(at(left, i, s))}·${factor(at(right, s, j))}`);
    this.sum.draw({ name, terms, most: inner, step, active: term, total: made ? precise(at(product, i, j)) : "" });
    this.settle();
    const fresh = this.saidOf !== name; // a verdict stays until there is something else to say
    this.saidOf = name;
    if (!this.quiz.asks() || pointed || fresh) this.view.say(outer ? this.saidOuter(step) : this.said(name, step, term, made));
  }

  said(name, step, term, made) {
    const { leftMatrix: left, rightMatrix: right, inner, product } = this;
    const [i, j] = this.model.get("entry");
    const s = term ?? step - 1;
    if (term !== null || (step && step < inner)) {
      const [a, b] = [at(left, i, s), at(right, s, j)];
      const added = term === null ? `Added product ${step} of ${inner}: ` : "";
      const names = `${left.name}[${i}, ${s}] · ${right.name}[${s}, ${j}]`;
      return `${added}${names} = ${factor(a)} · ${factor(b)} = ${precise(a * b)}; the sum up to here is ${precise(this.partial(s + 1))}.`;
    }
    const value = made ? precise(at(product, i, j)) : "?";
    return `${name} = ${value}: row ${i} of ${left.name} times column ${j} of ${right.name}, ${plural(inner, "product")}.`;
  }

  saidOuter(step) {
    const { inner, leftMatrix: left, rightMatrix: right, product } = this;
    if (this.result.hovered || document.activeElement === this.result.grid)
      return `${this.result.words(this.result.entry)}, with ${step} of ${inner} outer products added.`;
    if (!step) return `Nothing is added yet. ${product.name} is the sum of ${plural(inner, "outer product")}.`;
    const term = `column ${step - 1} of ${left.name} times row ${step - 1} of ${right.name}`;
    return `${term} is added: ${step} of ${inner}${step === inner ? `, and the sum is ${product.name}` : ""}.`;
  }

  /** The question of your turn: the chosen entry. */
  asked() {
    const { model, product, leftMatrix: left, rightMatrix: right, inner } = this;
    const [i, j] = model.get("entry");
    const value = at(product, i, j);
    const factors = Array.from({ length: inner }, (_, s) => [at(left, i, s), at(right, s, j)]);
    const solve = () => put(model, { made: withMade(model, [i, j], product.shape), step: inner });
    const made = isMade(model, [i, j], product.shape);
    return { name: `(${product.name})[${i}, ${j}]`, value, slips: [...otherEntries(product, [i, j]), ...slipsOfSum(factors)], made, solve };
  }
}

function render({ model, el }) {
  return new ProductView(model, el).view.close;
}

export default { render };
