const MOST_TERMS = 7; // of a sum; of a longer one the middle is added up
const THUMB = { side: 2.2, cell: 0.5 }; // em: the longest side of a matrix in the overview, and the most for an entry
const COLOURS = { width: 9, height: 17 }; // em, of a matrix without numbers beside others with numbers
const LEAST = 0.66; // of the size of the text: so small the numbers become before there are colours
const PHONE = 30; // em

/** Rows of names for each group of the overview, forwards above backwards: a gradient stands below what it belongs to. */
function groupsOf(layers) {
  const layer = (_, l) => [
    [`W[${l}]`, `b[${l}]`, `Z[${l}]`, `O[${l + 1}]`],
    [`∇_W[${l}] L`, `∇_b[${l}] L`, `G[${l}]`, `∇_O[${l + 1}] L`],
  ];
  return [[["O[0]"], []], ...Array.from({ length: layers }, layer), [["T"], []]];
}

/** All matrices of the pass: small pictures, each a button that goes to the step that makes it. One stop for Tab. */
class Overview {
  constructor(layers, matrices, steps, goTo, signal) {
    Object.assign(this, { matrices, steps, items: new Map() });
    this.bar = element("div", { class: "bss-overview", role: "toolbar", "aria-label": "All matrices of the pass" });
    for (const [above, below] of groupsOf(layers)) {
      const thumbs = above.flatMap((name, k) => [name, below[k]]).map((name) => (name ? this.#thumb(name, goTo) : element("span")));
      this.bar.append(element("div", { class: "bss-group" }, ...thumbs));
    }
    roving(this.bar);
    oncePlaced(this.bar, () => this.paint(), signal);
    onTheme(() => this.paint(), signal);
  }

  #thumb(name, goTo) {
    const [rows, wide] = this.matrices[name].shape;
    const scale = Math.min(THUMB.cell, THUMB.side / Math.max(rows, wide));
    const canvas = element("canvas", { "aria-hidden": "true", width: wide, height: rows });
    canvas.style.width = `${Math.max(wide * scale, 0.15)}em`;
    canvas.style.height = `${Math.max(rows * scale, 0.15)}em`;
    const maker = this.steps.findIndex((step) => step.result === name);
    const given = maker < 0; // T, W and b are there from the start
    const to = given ? this.steps.findIndex((step) => step.uses.includes(name)) : maker;
    const words = `${spoken(name)}, ${rows} by ${wide}: go to the ${given ? "first step that uses it" : "step that makes it"}`;
    const piece = button(name, () => goTo(to), { class: "bss-thumb" });
    piece.replaceChildren(element("span", { class: "bss-cells" }, canvas), element("span", { class: "bss-name" }, ...piece.childNodes));
    this.items.set(name, { piece, canvas, made: given ? 0 : maker, words });
    return piece;
  }

  paint() {
    const shade = shades(palette(this.bar));
    for (const [name, { canvas }] of this.items) {
      const { data, shape } = this.matrices[name];
      const limit = largest(data) || 1;
      paint(canvas, ...shape, (k) => shade(data[k] / limit));
    }
  }

  show(now) {
    const { result, uses } = this.steps[now];
    for (const [name, { piece, made, words }] of this.items) {
      const role = name === result ? "result" : uses.includes(name) ? "operand" : "";
      piece.dataset.role = role;
      piece.toggleAttribute("data-empty", made > now);
      const said = { result: ", the result of this step", operand: ", used in this step" }[role] ?? "";
      piece.setAttribute("aria-label", words + said + (made > now ? ", not computed yet" : ""));
    }
  }
}

const placeName = (name, { row, column, entry }) =>
  entry ? entryName(name, entry) : column === undefined ? `row ${row} of ${name}` : `column ${column} of ${name}`;

class Stepper {
  constructor(model, el) {
    const sizes = model.get("sizes");
    const steps = model.get("steps");
    const matrices = Object.fromEntries(Object.entries(model.get("matrices")).map(([name, given]) => [name, unpack(given)]));
    const hint = "Press Step ▶: each step computes one matrix, forwards to the loss, then backwards.";
    const view = frame(el, `A pass of a network with ${sizes.join(", ")} units, forwards and backwards`, hint);
    Object.assign(this, { model, steps, matrices, view, now: -1, operands: [] });
    const { root, status, signal } = view;
    const last = steps.length - 1;
    this.mover = mover(root, signal);
    const more = [resetButton(model, () => this.player.pause())];
    this.player = player("Step", last, (k, moves) => this.show(k, moves), signal, { step: model.get("step"), every: 2000, more });
    this.handle = this.player.box.querySelector("input");
    this.overview = new Overview(sizes.length - 1, matrices, steps, (k) => this.goTo(k), signal);
    this.board = element("div", { class: "bss-board" });
    // Of the two lines only the one that changes is read aloud.
    [this.stepLine, this.entryLine] = [element("div"), element("div")];
    status.setAttribute("aria-atomic", "false");
    status.append(this.stepLine, this.entryLine);
    const legend = element("p", { class: "bss-legend" }, "Outlined: result; dashed: what makes it; faint: to come. Point at an entry for its sum (≈: rounded).");
    root.classList.add("bss-stepper");
    root.append(view.said, this.player.box, this.overview.bar, legend, this.board);
    const most = Math.max(...steps.map((step) => this.#names(step).length));
    this.grids = Array.from({ length: most }, (_, k) => {
      const grid = new MatrixGrid(signal, { onactive: (entry) => this.point(k, entry) });
      grid.grid.addEventListener("focus", () => this.point(k, grid.entry), { signal });
      return grid;
    });
    const resized = new ResizeObserver(() => root.clientWidth !== this.width && this.#fit());
    resized.observe(root);
    signal.addEventListener("abort", () => resized.disconnect());
    view.follow(model, { step: () => this.player.go(model.get("step")) });
    this.player.go(model.get("step"));
  }

  #names({ parts }) {
    return parts.filter((part) => part in this.matrices);
  }

  goTo(k) {
    this.player.pause();
    this.player.go(k);
  }

  show(k, moves) {
    const { steps, grids, matrices } = this;
    const step = steps[k];
    this.handle.setAttribute("aria-valuetext", `${k} of ${steps.length - 1}: ${step.title}`);
    if (k === this.now) return;
    this.now = k;
    this.operands = this.#names(step);
    this.equals = this.operands.every((name) => matrices[name].data.every(isShort)) ? "=" : "≈"; // rounded factors
    this.mover.stop();
    setWords(this.stepLine, `Step ${k} of ${steps.length - 1}. ${step.words}`);
    this.overview.show(k);
    let g = 0;
    const operator = (text) => element("span", { class: "bss-operator", "aria-hidden": "true" }, ...typeset(text.trim() || "@"));
    this.board.replaceChildren(...step.parts.map((part) => (part in matrices ? grids[g++].box : operator(part))));
    this.operands.forEach((name, j) => grids[j].set(matrices[name]));
    this.#fit();
    this.point(0, grids[0].cursor);
    if (this.model.get("step") !== k) put(this.model, { step: k });
    if (moves && step.form === "product" && this.operands[0].startsWith("∇_O")) this.#travel();
  }

  /** In one line: with numbers where the text need not become too small for that, else in colours. On a phone each takes a line. */
  #fit() {
    const { board, operands, view: { root } } = this;
    const used = this.grids.slice(0, operands.length);
    board.style.fontSize = board.style.minHeight = "";
    const { fontSize, columnGap } = getComputedStyle(board);
    const [em, gap] = [fontSize, columnGap].map(parseFloat);
    const signs = [...board.querySelectorAll(".bss-operator")].reduce((sum, { offsetWidth }) => sum + offsetWidth + 2 * gap, 0);
    const room = (board.clientWidth - signs) / em;
    for (const grid of used) {
      grid.fit = grid.small ? null : COLOURS;
      grid.draw();
    }
    const scale = Math.min(1, (0.99 * room * em) / used.reduce((sum, { box }) => sum + box.offsetWidth, 0));
    const tallest = Math.max(...used.map(({ matrix, size }) => matrix.shape[0] * size.height)) / em;
    if (board.clientWidth < PHONE * em) used.forEach((grid) => fitInRow([grid], board.clientWidth / em, COLOURS.height));
    else if (scale < (used[0].least ? 0.8 : LEAST) || tallest * scale > COLOURS.height) fitInRow(used, room, COLOURS.height);
    else {
      board.style.fontSize = `${scale}em`;
      used.forEach((grid) => grid.draw());
    }
    this.tallest = Math.max(this.width === root.clientWidth ? this.tallest : 0, board.offsetHeight); // what is below jumps no more than it has to
    this.width = root.clientWidth;
    board.style.minHeight = `${this.tallest}px`;
  }

  /** In (C) each row of G travels to W^T, and what comes out of it, to the layer before. */
  #travel() {
    const [result, G, W] = this.grids;
    if (!G.numbered || !W.numbered) return;
    const rowOf = (grid, i) => ({ ...grid.place(i, 0), width: grid.size.width * grid.matrix.shape[1] });
    const text = ({ matrix }, i) => Array.from({ length: matrix.shape[1] }, (_, k) => number(at(matrix, i, k))).join("\u2002");
    const through = rowOf(W, Math.floor(W.matrix.shape[0] / 2));
    const flights = Array.from({ length: G.matrix.shape[0] }, (_, i) => [
      { text: text(G, i), from: rowOf(G, i), to: through, end: 0.5 },
      { text: text(result, i), from: through, to: rowOf(result, i), start: 0.5 },
    ]).flat();
    const show = (open) => (Object.assign(result, { open }).draw(), this.point(0, result.cursor));
    show(() => true); // it is there once it has arrived
    this.mover.move(flights, STEP_TAKES * this.player.pace(), () => show(null));
  }

  /** The entry [i, j] of the g-th matrix of the formula is active: outline what it is made from, or what it goes into. */
  point(g, [i, j]) {
    const { grids, operands, equals } = this;
    const { form } = this.steps[this.now];
    const places = form === "product" ? this.#ofProduct(g, i, j) : operands.map(() => form === "entries" && { entry: [i, j] });
    operands.forEach((_, k) => grids[k].mark(k === g ? [{ entry: [i, j] }] : places[k] ? [{ ...places[k], dashed: true }] : []));
    const named = operands.flatMap((name, k) => (k !== g && places[k] ? placeName(shown(name), places[k]) : []));
    const made = { product: () => `${equals} ${this.#sum(i, j)}`, entries: () => this.#entries(i, j).replace("=", equals), whole: () => "" };
    const text = g ? (named.length ? `: it goes into ${named.join(", with ")}` : "") : ` ${made[form]()}${named.length ? ": " : ""}${named.join(", ")}`;
    setWords(this.entryLine, grids[g].words([i, j]) + text);
  }

  /** What the entry [i, j] of the g-th matrix of a product is made from or goes into, by matrix. */
  #ofProduct(g, i, j) {
    const [, , , extra] = this.operands.map((name) => this.matrices[name]);
    const isRow = extra?.shape[0] === 1; // b: it is added to each sample
    if (g === 1) return [{ row: i }, null, { row: j }];
    if (g === 2) return [{ column: j }, { column: i }];
    if (g === 3) return [isRow ? { column: j } : { entry: [i, j] }];
    return [null, { row: i }, { column: j }, extra && { entry: [isRow ? 0 : i, j] }];
  }

  /** The formula of a step with the numbers of one entry: = 0.3 · 1 */
  #entries(i, j) {
    const signs = { "⊙": "·", m: this.matrices.T.shape[0] };
    const parts = this.steps[this.now].parts.slice(1).map((part) => (part in this.matrices ? factor(at(this.matrices[part], i, j), precise) : part));
    return parts.join("").trim().split(" ").map((word) => signs[word] ?? word).join(" ");
  }

  /** The sum that an entry of a product stands for: 1·0.3 + 2·(−1) + 0.5 */
  #sum(i, j) {
    const [, left, right, extra] = this.operands.map((name) => this.matrices[name]);
    const inner = left.shape[1];
    const terms = Array.from({ length: inner }, (_, h) => [at(left, i, h), at(right, h, j)]);
    let pieces = terms.map(([a, b]) => `${factor(a)}·${factor(b)}`);
    if (inner > MOST_TERMS) {
      const [front, back] = [3, 2];
      const partial = terms.slice(front, -back).reduce((total, [a, b]) => total + a * b, 0);
      pieces = [...pieces.slice(0, front), `[${inner - front - back} more, in all ${number(partial)}]`, ...pieces.slice(-back)];
    }
    if (!extra) return pieces.join(" + ");
    const x = factor(at(extra, Math.min(i, extra.shape[0] - 1), j));
    const weighted = this.steps[this.now].parts.includes(" + λ ");
    return [...pieces, weighted ? `${this.model.get("lam")}·${x}` : x].join(" + ");
  }
}

export default { render: ({ model, el }) => new Stepper(model, el).view.close };
