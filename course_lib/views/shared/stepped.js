// A result whose entries are sums of products, made one product at a time: what ProductExplorer and KeyIdeaExplorer share.

/**
 * What is drawn follows from the traits entry, step and made, and from `pointed`: {term, before}, {part} or {words} under the
 * pointer or the focus. A view has `whole`, the result, and `result`, its grid; pairs(), the factors [[a, b], ...] of the
 * products of the chosen entry, named(s), what product s is in letters, and written(s, [a, b]), as it stands in the index sum; most,
 * the largest number of products; flights(s), what moves where product s is added; parts(), which linked words of the text
 * around it may name; mark(term, part), and about(value), what is said where no product is lit. zeros: the other question of
 * your turn, if there is one.
 */
class SteppedSum {
  constructor(model, el, label, zeros) {
    const view = frame(el, label, "Choose an entry of the result (arrow keys work too), then press Step.");
    Object.assign(this, { model, view, pointed: null, late: 0 });
    this.mover = mover(view.root, view.signal);
    this.quiz = quiz(view, model, { entry: () => this.asked(), zeros, changed: () => this.draw() });
    this.sum = indexSum((key) => this.pointAt(key));
    const more = [button("Show all", () => this.showAll()), resetButton(model, () => this.stop()), this.quiz.button];
    this.steps = player("Products added", 0, (step, moves) => this.add(step, moves), view.signal, { more });
    this.lines = element("div", { class: "bss-lines", role: "toolbar", "aria-label": "the sum in three ways" });
    this.settle = roving(this.lines);
    textLinks(() => this.parts(), (key) => this.pointAt(key), view.signal);
  }

  /** The sum as matrices, in numpy, and by its indexes: pieces as `linked` takes them. */
  writeLines(formula, code) {
    const point = (key) => this.pointAt(key);
    this.formula = linked("matrix formula", formula, point);
    this.code = linked("numpy", code, point, { code: true });
    const line = (title, { box }) => element("div", { class: "bss-line" }, element("b", {}, title), box);
    const inOne = element("div", { class: "bss-both" }, line("Matrices", this.formula), line("numpy", this.code));
    this.lines.replaceChildren(inOne, line("Index sum", this.sum));
    this.settle();
  }

  pointAt(key) {
    this.point(key === null ? null : typeof key === "number" ? { term: key, before: "" } : { part: key });
  }

  point(to) {
    if (to === null && this.pointed === null) return;
    this.pointed = to;
    this.draw();
  }

  stop() {
    this.steps.pause();
    this.mover.stop();
  }

  get entry() {
    return this.model.get("entry");
  }

  get count() {
    return this.pairs().length;
  }

  /** The product that is lit: the one that is pointed at, or else the last one that was added. */
  get term() {
    const { pointed } = this;
    const step = this.model.get("step");
    return pointed ? pointed.term ?? null : step ? step - 1 : null;
  }

  chosen() {
    return this.result.nameOf(this.entry);
  }

  /** The trait "made" holds the entries that are made, as numbers in the order of the rows. */
  isMade(entry) {
    return this.model.get("made").includes(this.number(entry));
  }

  /** That list with the chosen entry, or with all. */
  madeWith(all) {
    if (all) return placesOf(this.whole.shape).map((entry) => this.number(entry));
    return [...new Set([...this.model.get("made"), this.number(this.entry)])];
  }

  number([i, j]) {
    return i * this.whole.shape[1] + j;
  }

  /** Choose an entry: none of its products is being added. */
  choose(entry) {
    this.stop();
    put(this.model, { step: 0, entry });
  }

  showAll() {
    this.stop();
    put(this.model, { made: this.madeWith(true), step: 0 });
  }

  /** That many products are added; where it is one more, it moves. */
  add(step, moves) {
    const { model } = this;
    if (!this.whole || step === model.get("step")) return;
    this.mover.stop();
    this.late = moves ? 1 : 0;
    put(model, { step, ...(step === this.count ? { made: this.madeWith(model.get("outer")) } : {}) });
    const land = () => ((this.late = 0), this.draw());
    if (moves) this.mover.move(this.flights(step - 1), STEP_TAKES * this.steps.pace(), land);
  }

  // ---- what is seen
  draw() {
    const { entry, pointed, term } = this;
    const [part, isMade] = [pointed?.part, this.isMade(entry)];
    this.steps.box.hidden = Boolean(this.quiz.asks());
    this.drawResult(this.model.get("step") - this.late);
    this.mark(term, part);
    const ended = isMade && !pointed && [0, this.count].includes(this.model.get("step"));
    const lit = part ? [part] : [...(term === null ? [] : ["left", "right"]), ...(ended ? ["result"] : [])];
    for (const line of [this.formula, this.code]) line.light(lit);
    const total = isMade ? precise(at(this.whole, ...entry)) : "?";
    const terms = this.pairs().map((pair, s) => this.written(s, pair));
    const keys = lit.filter((key) => key === "result");
    this.sum.draw({ name: this.chosen(), terms, most: this.most, step: this.model.get("step"), active: term, keys, total: isMade ? total : "" });
    this.settle();
    this.view.say(this.said(term, part, total));
  }

  /** The result as far as it is made: an entry whose products are being added shows their sum so far. */
  drawResult(step) {
    const { whole, result, entry, late } = this;
    const data = whole.data.slice();
    const adding = step > 0 && step < this.count;
    if (adding) data[this.number(entry)] = this.sumOf(step);
    const open = (i, j) => (String([i, j]) === String(entry) && (adding || late) ? !adding : !this.isMade([i, j]));
    this.showResult(data, open);
  }

  showResult(data, open = null) {
    this.result.set({ ...this.whole, data }, { open, cell: this.cell, limit: largest(this.whole.data), vector: this.result.vector });
  }

  /** The sum of the first products. */
  sumOf(step) {
    return this.pairs().slice(0, step).reduce((sum, [a, b]) => sum + a * b, 0);
  }

  /** The chosen entry of the result: dashed until it is made. */
  markResult() {
    this.result.mark([{ entry: this.entry, dashed: !this.isMade(this.entry) }]);
  }

  said(term, part, value) {
    const { pointed, count } = this;
    const [name, step, products] = [this.chosen(), this.model.get("step"), plural(count, "product")];
    if (pointed?.words) return pointed.words;
    if (part === "result") return `${name} = ${value}, the sum of ${products}.`;
    if (part) return `${this.parts().find(([, key]) => key === part)[0]}: outlined is what it gives to the ${products} of ${name}.`;
    if (term === null) return this.about(value);
    const [a, b] = this.pairs()[term];
    const product = `${this.named(term)} = ${factor(a, precise)}·${factor(b, precise)} = ${precise(a * b)}`;
    const place = `product ${term + 1} of ${count}`;
    if (pointed) return `${pointed.before}${product}, ${place} of ${name}.`;
    const end = step < count ? `The sum so far is ${precise(this.sumOf(step))}.` : `All are added: ${name} = ${value}.`;
    return `Added ${place}: ${product}. ${end}`;
  }

  /** The question of your turn: the chosen entry. */
  asked() {
    const { model, whole, entry } = this;
    const solve = () => put(model, { made: this.madeWith(false), step: 0 });
    const slips = [...otherEntries(whole, entry), ...slipsOfSum(this.pairs())];
    return { name: this.chosen(), value: at(whole, ...entry), slips, made: this.isMade(entry), solve };
  }
}
