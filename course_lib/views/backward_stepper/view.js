const MOST_TERMS = 7; // of a sum; of a longer one three are written
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
    onTheme(() => this.paint(), signal, this.bar);
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
    const [sizes, steps] = [model.get("sizes"), model.get("steps")];
    const matrices = Object.fromEntries(Object.entries(model.get("matrices")).map(([name, given]) => [name, unpack(given)]));
    const hint = "Press Step ▶: each step computes one matrix, forwards to the loss, then backwards.";
    const view = frame(el, `A pass of a network with ${sizes.join(", ")} units, forwards and backwards`, hint);
    Object.assign(this, { model, steps, matrices, view, now: -1, operands: [] });
    const { root, status, signal } = view;
    this.mover = mover(root, signal);
    const more = [resetButton(model, () => this.player.pause())];
    this.player = player("Step", steps.length - 1, (k, moves) => this.show(k, moves), signal, { step: model.get("step"), every: 2000, more });
    this.overview = new Overview(sizes.length - 1, matrices, steps, (k) => (this.player.pause(), this.player.go(k)), signal);
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

  show(k, moves) {
    const { steps, grids, matrices } = this;
    const step = steps[k];
    this.player.box.querySelector("input").setAttribute("aria-valuetext", `${k} of ${steps.length - 1}: ${step.title}`);
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
    board.style.fontSize = "";
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
    this.width = root.clientWidth;
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

  /** An entry of the g-th matrix of the formula is active; of the result, the first one, outline what it is made from. */
  point(g, entry) {
    const { grids, operands, equals } = this;
    const [i, j] = entry;
    const { form } = this.steps[this.now];
    const places = { product: [null, { row: i }, { column: j }, { entry: [0, j] }], entries: operands.map(() => ({ entry })) }[form];
    const made = g ? [] : operands.map((_, k) => k && places?.[k]);
    operands.forEach((_, k) => grids[k].mark(k === g ? [{ entry }] : made[k] ? [{ ...made[k], dashed: true }] : []));
    const named = operands.filter((_, k) => made[k]).map((name, k) => placeName(shown(name), made[k + 1]));
    const text = named.length ? ` ${equals} ${form === "product" ? this.#sum(i, j) : this.#entries(i, j)}: ${named.join(", ")}` : "";
    setWords(this.entryLine, grids[g].words(entry) + text);
  }

  /** The formula of a step with the numbers of one entry: 0.3 · 1 */
  #entries(i, j) {
    const signs = { "⊙": "·", m: this.matrices.T.shape[0] };
    const parts = this.steps[this.now].parts.slice(1).map((part) => (part in this.matrices ? factor(at(this.matrices[part], i, j), precise) : part));
    return parts.join("").trim().split(" ").slice(1).map((word) => signs[word] ?? word).join(" ");
  }

  /** The sum that an entry of a product stands for: 1·0.3 + 2·(−1) + 0.5, the last one of b */
  #sum(i, j) {
    const [, left, right, b] = this.operands.map((name) => this.matrices[name]);
    const products = Array.from({ length: left.shape[1] }, (_, h) => `${factor(at(left, i, h))}·${factor(at(right, h, j))}`);
    const more = products.length > MOST_TERMS ? [`… (${products.length - 3} more)`] : [];
    return [...products.slice(0, more.length ? 3 : MOST_TERMS), ...more, ...(b ? [factor(at(b, 0, j))] : [])].join(" + ");
  }
}

export default { render: ({ model, el }) => new Stepper(model, el).view.close };
