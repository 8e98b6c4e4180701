// A result whose entries are sums of products, made one product at a time: what ProductExplorer and KeyIdeaExplorer share.

/**
 * What is drawn follows from the traits entry, step and made, and from `pointed`: {term}, {part} or {words} under the pointer
 * or the focus. A view has `whole`, the result; chosen(), the name of its chosen entry; pairs(), the factors [[a, b], ...]
 * of the products of that entry; flights(s), what moves where product s is added; parts(), which linked words of the text
 * around it may name; and draw(). zeros: the other question of your turn, if there is one.
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

  get count() {
    return this.pairs().length;
  }

  /** The trait "made" holds the entries that are made, as numbers in the order of the rows. */
  isMade(entry) {
    return this.model.get("made").includes(this.number(entry));
  }

  /** That list with the chosen entry, or with all. */
  madeWith(all) {
    const { model, whole } = this;
    if (all) return placesOf(whole.shape).map((entry) => this.number(entry));
    return [...new Set([...model.get("made"), this.number(model.get("entry"))])];
  }

  number([i, j]) {
    return i * this.whole.shape[1] + j;
  }

  showAll() {
    this.stop();
    put(this.model, { made: this.madeWith(true), step: this.count });
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

  /** In your turn a verdict stays until there is something else to say. */
  say(words) {
    const name = this.chosen();
    if (!this.quiz.asks() || this.pointed || this.saidOf !== name) this.view.say(words);
    this.saidOf = name;
  }

  /** The question of your turn: the chosen entry. */
  asked() {
    const { model, whole } = this;
    const entry = model.get("entry");
    const solve = () => put(model, { made: this.madeWith(false), step: this.count });
    const slips = [...otherEntries(whole, entry), ...slipsOfSum(this.pairs())];
    return { name: this.chosen(), value: at(whole, ...entry), slips, made: this.isMade(entry), solve };
  }
}
