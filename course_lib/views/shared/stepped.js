// A result whose entries are sums of products, made one product at a time: what ProductExplorer and KeyIdeaExplorer share.

const TERMS_WRITTEN = 8; // of a sum that are written out at once; dots stand for the others

/** Dashed outlines of these entries: of a whole row or column where they are one. */
function outlines(places, [rows, columns]) {
  const inLine = (axis, count) => places.length === count && places.every((place) => place[axis] === places[0][axis]);
  const marks = inLine(0, columns) ? [{ row: places[0][0] }] : inLine(1, rows) ? [{ column: places[0][1] }] : places.map((entry) => ({ entry }));
  return marks.map((mark) => ({ ...mark, dashed: true }));
}

/**
 * What is drawn follows from the traits entry, step and made, from `hidden`, while the non-zeros are not to be seen, and from
 * `pointed`: {term, before}, {part}, {over} or {words}
 * under the pointer or the focus. A view has `whole`, the result; termsOf(entry), its products [{pair: [a, b], named, places},
 * ...]: the factors, the product in letters, where its factors stand in each of `factors`, and `written`, if the index sum has
 * it otherwise; layEntry(), if something else changes with the entry; route(s), the places
 * {from, to} that the first factor flies between; and about(value), what is said where nothing is lit. zeros: the other question of your turn, if there is one.
 */
class SteppedSum {
  constructor(model, el, label, zeros) {
    const view = frame(el, label, "Choose an entry of the result (arrow keys work too), then press Step.");
    Object.assign(this, { model, view, pointed: null, late: 0, factors: [], terms: [], count: 0, first: 0 });
    this.mover = mover(view.root, view.signal);
    this.quiz = quiz(view, model, { entry: () => this.asked(), zeros, changed: () => this.draw() });
    this.sum = element("span");
    const more = [button("Show all", () => this.showAll()), resetButton(model, () => this.stop()), this.quiz.button];
    this.steps = player("Products added", 0, (step, moves) => this.add(step, moves), view.signal, { more });
    this.lines = element("div", { class: "bss-lines", role: "toolbar", "aria-label": "the sum in three ways" });
    this.settle = roving(this.lines);
    this.result = new MatrixGrid(view.signal, { onactive: (entry, how) => this.pick(entry, how) });
    this.result.grid.addEventListener("blur", () => this.point(null));
    textLinks(() => this.formula.parts, (key) => this.pointAt(key), view.signal);
    view.follow(model, { entry: () => this.lay(), step: () => this.lay(), made: () => this.draw() });
  }

  /** A matrix that factors stand in; key: that of its piece in the text. Pointing at a factor points at its product. */
  addFactors(key, options = {}) {
    const place = this.factors.length;
    const follow = () => {
      if (!this.result.matrix) return;
      if (!grid.hovered && document.activeElement !== grid.grid) return this.point(null);
      const [[i, j], words] = [grid.entry, grid.words(grid.entry)];
      const term = this.terms.findIndex(({ places }) => places[place][0] === i && places[place][1] === j);
      if (grid.open || !this.whole || this.outer) this.point({ words });
      else if (term < 0) this.point({ words: `${words} is in no product of ${this.chosen()}.` });
      else this.point({ term, before: this.terms[term].named.includes(grid.nameOf([i, j])) ? "" : `${words}: ` });
    };
    const grid = new MatrixGrid(this.view.signal, { onactive: follow, ...options });
    for (const kind of ["focus", "blur"]) grid.grid.addEventListener(kind, follow);
    this.factors.push({ grid, key });
    return grid;
  }

  /** The sum as matrices, in numpy, and by its indexes: pieces as `linked` takes them. */
  writeLines(formula, code) {
    const point = (key) => this.pointAt(key);
    this.formula = linked("matrix formula", formula, point);
    this.code = linked("numpy", code, point, { code: true });
    const line = (title, { box }) => element("div", { class: "bss-line" }, element("b", {}, title), box);
    const inOne = element("div", { class: "bss-both" }, line("Matrices", this.formula), line("numpy", this.code));
    this.lines.replaceChildren(inOne, line("Index sum", { box: this.sum }));
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

  /** As a sum of outer products, where no entry is made by itself. */
  get outer() {
    return this.model.get("outer");
  }

  /** The product that is lit: the one that is pointed at, or else the last one that was added. */
  get term() {
    const { pointed } = this;
    const step = this.model.get("step");
    return this.outer ? null : pointed ? pointed.term ?? null : step ? step - 1 : null;
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

  /** The pointer or the cursor is in the result. */
  pick(entry, how) {
    if (how === "cursor") this.mover.stop();
    const step = this.outer ? this.model.get("step") : 0; // none of its products is being added
    if (how === "cursor" && String(entry) !== String(this.entry)) this.start({ entry, step });
    this.point(how === "pointer" || (how === "cursor" && this.outer) ? { over: entry } : null);
  }

  /** Begin to add anew. */
  start(values) {
    this.stop();
    put(this.model, { step: 0, ...values });
  }

  showAll() {
    this.start({ made: this.madeWith(true) });
  }

  /** That many products are added; where it is one more, it moves. */
  add(step, moves) {
    const { model } = this;
    if (!this.whole || step === model.get("step")) return;
    this.mover.stop();
    this.late = moves ? 1 : 0;
    put(model, { step, ...(step === this.count ? { made: this.madeWith(this.outer) } : {}) });
    const land = () => ((this.late = 0), this.draw());
    if (moves) this.mover.move(this.flights(step - 1), STEP_TAKES * this.steps.pace(), land);
  }

  /** Factor s flies to the other one, the first time all of them, and the product from between them into the sum. */
  flights(s) {
    const [left, right] = this.factors.map(({ grid }) => grid);
    if (![left, right, this.result].every((grid) => grid.numbered)) return [];
    const turning = (s ? [s] : this.terms.map((_, t) => t)).flatMap((t) => {
      const [x, { from, to }] = [this.terms[t].pair[0], this.route(t)];
      return from ? [{ text: number(x), colour: left.colourOf(x), from, to, end: 0.5, waits: true }] : [];
    });
    const { pair: [a, b], places } = this.terms[s];
    const beside = right.place(...places[1]);
    const from = { ...beside, x: (this.route(s).to.x + beside.x) / 2 };
    const dropped = { text: number(a * b), colour: this.result.colourOf(a * b), from, to: this.result.place(...this.entry) };
    return [...turning, { ...dropped, start: turning.length ? 0.5 : 0 }];
  }

  // ---- what is seen

  /** To the entry and the step that the model names. */
  lay() {
    if (this.whole && String(this.laid) !== String(this.entry)) {
      Object.assign(this, { laid: this.entry, pointed: null, terms: this.termsOf(this.entry) });
      this.quiz.forget();
      this.result.move(this.entry, { silent: true });
      this.layEntry?.();
      this.count = this.terms.length;
      this.steps.setLast(this.count);
    }
    this.steps.go(this.model.get("step"));
    this.draw();
  }

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
    this.drawSum(term, [term, lit.includes("result") && "result"], isMade ? ` = ${total}` : "");
    this.view.say(this.said(term, part, total));
  }

  /** The sum by its indexes, with the terms around the one that is lit. */
  drawSum(term, lit, end) {
    const written = this.terms.map((one) => one.written ?? one.named);
    const last = Math.max(0, written.length - TERMS_WRITTEN);
    if (term === null) this.first = this.model.get("step") ? this.first : 0;
    else if (term < this.first || term >= this.first + TERMS_WRITTEN) this.first = Math.max(0, Math.min(last, term - 2));
    this.first = Math.min(last, this.first);
    const text = [this.chosen(), this.first, end, ...written].join();
    if (text !== this.sumText) {
      const terms = written.slice(this.first, this.first + TERMS_WRITTEN).flatMap((one, k) => [k ? " + " : "", [one, this.first + k]]);
      const sum = [...(this.first ? ["… + "] : []), ...(terms.length ? terms : ["0, an empty sum"]), ...(this.first < last ? [" + …"] : [])];
      this.indexSum = linked("index sum", [[this.chosen(), "result"], " = ", ...sum, end], (key) => this.pointAt(key));
      this.sum.replaceChildren(this.indexSum.box);
      this.sumText = text;
      this.settle();
    }
    this.indexSum.light(lit, Array.from({ length: this.model.get("step") }, (_, k) => k));
  }

  /** The result as far as it is made: an entry whose products are being added shows their sum so far. */
  drawResult(step) {
    const { whole, entry, late } = this;
    const data = whole.data.slice();
    const adding = step > 0 && step < this.count;
    if (adding) data[this.number(entry)] = this.sumOf(step);
    const open = (i, j) => (String([i, j]) === String(entry) && (adding || late) ? !adding : !this.isMade([i, j]));
    this.showResult(data, open);
  }

  showResult(data, open = null) {
    this.result.set({ ...this.whole, data }, { open, limit: largest(this.whole.data) });
  }

  /** The sum of the first products. */
  sumOf(step) {
    return this.terms.slice(0, step).reduce((sum, { pair: [a, b] }) => sum + a * b, 0);
  }

  /** Solid: the product that is lit. Dashed: all that the sum runs over, or that the part of the text gives; and the entry until it is made. */
  mark(term, part) {
    for (const [k, { grid, key }] of this.factors.entries()) {
      const places = this.terms.map((one) => one.places[k]);
      const dashed = this.hidden || (part && part !== key) ? [] : outlines(places, grid.matrix.shape);
      grid.mark([...dashed, ...(term === null ? [] : [{ entry: places[term] }])]);
    }
    this.result.mark([{ entry: this.entry, dashed: !this.isMade(this.entry) }]);
  }

  said(term, part, value) {
    const { pointed, count } = this;
    const [name, step, products] = [this.chosen(), this.model.get("step"), plural(count, "product")];
    if (pointed?.words) return pointed.words;
    if (pointed?.over) return `${this.result.words(pointed.over)}${this.outer ? `, with ${step} of ${count} outer products added` : ". Click to choose this entry"}.`;
    if (part === "result") return `${name} = ${value}, the sum of ${products}.`;
    if (part) return `${this.formula.parts.find(([, key]) => key === part)[0]}: outlined is what it gives to the ${products} of ${name}.`;
    if (term === null) return this.about(value);
    const { pair: [a, b], named } = this.terms[term];
    const product = `${named} = ${factor(a, precise)}·${factor(b, precise)} = ${precise(a * b)}`;
    const place = `product ${term + 1} of ${count}`;
    if (pointed) return `${pointed.before}${product}, ${place} of ${name}.`;
    const end = step < count ? `The sum so far is ${precise(this.sumOf(step))}.` : `All are added: ${name} = ${value}.`;
    return `Added ${place}: ${product}. ${end}`;
  }

  /** The question of your turn: the chosen entry. */
  asked() {
    const { model, whole, entry } = this;
    const solve = () => put(model, { made: this.madeWith(false), step: 0 });
    const slips = [...otherEntries(whole, entry), ...slipsOfSum(this.terms.map(({ pair }) => pair))];
    return { name: this.chosen(), value: at(whole, ...entry), slips, solve };
  }
}
