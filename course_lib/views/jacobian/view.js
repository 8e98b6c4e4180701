const SLOPE = { width: 380, height: 230, left: 52, right: 14, top: 24, bottom: 34 };
const ROOM = 5; // characters of a cell, so that cells do not grow and shrink with every move

/** The curve of y_i against x_j with its tangent, rise and run: {box, draw}. */
function slopePicture() {
  const picture = chart(SLOPE);
  const { area, inside, over, toX, toY } = picture;
  const [zero, curve, tangent, step] = ["zero", "curve", "tangent", "step"].map((kind) => svg("path", { class: `bss-${kind}` }));
  const point = svg("circle", { r: 5, class: "bss-point" });
  const [runText, riseText] = [svg("text", { "text-anchor": "middle", class: "bss-axis" }), svg("text", { class: "bss-axis" })];
  inside.append(zero, curve, tangent, step);
  over.append(point, runText, riseText);

  function draw({ ys, y, x, slope, run, reach, names }) {
    const seen = [...ys.filter(Number.isFinite), y];
    const [low, high] = [Math.min(...seen), Math.max(...seen)];
    const room = 0.14 * (high - low) || Math.abs(high) || 1;
    picture.axes({ from: -reach, to: reach }, { from: low - room, to: high + room });
    [picture.heading.textContent, picture.foot.textContent] = [names.y, names.x];
    curve.setAttribute("d", picture.line(Array.from(ys, (v, k) => [-reach + (2 * reach * k) / (ys.length - 1), v])));
    zero.setAttribute("d", `M${area.x} ${toY(0)}h${area.width}M${toX(0)} ${area.y}v${area.height}`);
    const onTangent = (u) => y + slope * (u - x);
    tangent.setAttribute("d", `M${toX(-reach)} ${toY(onTangent(-reach))}L${toX(reach)} ${toY(onTangent(reach))}`);
    point.setAttribute("cx", toX(x));
    point.setAttribute("cy", toY(y));
    // The step starts at the point, or ends there, so that it stays inside the picture.
    const start = x + run > reach ? x - run : x;
    const [foot, tip, level, end] = [toX(start), toX(start + run), toY(onTangent(start)), toY(onTangent(start + run))];
    step.setAttribute("d", `M${foot} ${level}H${tip}V${end}`);
    const near = tip > SLOPE.width - 110;
    const write = (text, words, place, v, anchor) => {
      text.textContent = words;
      text.setAttribute("x", place);
      text.setAttribute("y", Math.max(area.y + 12, Math.min(area.y + area.height - 6, v)));
      text.setAttribute("text-anchor", anchor);
    };
    write(runText, `run ${number(run)}`, (foot + tip) / 2, level + (slope < 0 ? -7 : 16), "middle");
    write(riseText, `rise ${number(slope * run)}`, near ? foot - 6 : tip + 6, (level + end) / 2 + 4, near ? "end" : "start");
    picture.name(`Curve of ${names.y} against ${names.x}, with the tangent of slope ${precise(slope)}`);
  }
  return { box: picture.box, draw };
}

const [yi, xj] = [(i) => `y[${i}]`, (j) => `x[${j}]`];
const HINT = "Drag a slider and watch; choose an entry of the Jacobian to see it as a slope.";

/** What is drawn follows from the model's traits, and from `pointed`: {what: "J" | "y" | "x", entry} under pointer or focus. */
class JacobianView {
  constructor(model, el) {
    const { J: { shape: [m, n] } } = model.get("answer");
    const view = frame(el, `Jacobian ∂y/∂x of ${model.get("formula")}`, HINT);
    view.root.classList.add("bss-jacobian");
    Object.assign(this, { model, view, m, n, pointed: null });
    this.solved = new Set(); // entries whose number was found, in your turn
    this.quiz = quiz(view, model, { entry: () => this.asked(), zeros: () => this.askedForZeros(), changed: () => this.draw() });
    const { signal } = view;
    const grid = (what, onpress) =>
      new MatrixGrid(signal, { onactive: (entry, how) => this.point(what, entry, how), onpress, room: ROOM });
    this.grids = { y: grid("y"), J: grid("J", (entry) => this.quiz.press(entry)), x: grid("x") };
    this.kernel = asker(model, view, { draw: () => this.draw(), settle: () => this.settle() });
    this.build();
    this.grids.x.grid.tabIndex = -1; // its entries are those of the sliders beside it
    const resized = new ResizeObserver(() => this.alignSliders());
    resized.observe(this.grids.x.box);
    signal.addEventListener("abort", () => resized.disconnect());
    view.follow(model, { entry: () => this.draw() });
    this.quiz.show();
    this.settle();
  }

  build() {
    const { n, grids, quiz: turn, view } = this;
    const { reach } = this.model.get("answer");
    const inputs = { min: -reach, max: reach, step: upTo(reach / 150), value: 0 };
    this.sliders = Array.from({ length: n }, (_, j) => slider(xj(j), inputs, (to) => this.drag(j, to)));
    this.column = element("div", { class: "bss-sliders" }, ...this.sliders.map(({ box }) => box));
    const moved = element("div", { class: "bss-moved" }, grids.x.box, this.column);
    this.picture = slopePicture();
    this.lines = Array.from({ length: 3 }, () => element("p"));
    const bar = element("div", { class: "bss-controls", role: "toolbar", "aria-label": "the Jacobian" });
    const forget = () => ((this.pointed = null), this.solved.clear());
    bar.append(element("b", {}, ...typeset(this.model.get("formula"))), turn.button, resetButton(this.model, forget));
    roving(bar);
    const map = element("div", { class: "bss-map" }, grids.y.box, grids.J.box, moved);
    this.slope = element("div", { class: "bss-slopes" }, this.picture.box, element("div", { class: "bss-slope-words" }, ...this.lines));
    view.root.append(view.said, bar, turn.box, this.kernel.notice, map, this.slope);
  }

  // ---- what the reader does
  point(what, entry, how) {
    const moved = how === "cursor" && this.choose(this.slopeOf(what, entry));
    const held = how === "pointer" || moved || document.activeElement === this.grids[what].grid;
    this.pointed = held ? { what, entry } : null;
    this.mark();
  }

  /** The entry of the Jacobian that an entry of y or x is about, beside the one that is chosen. */
  slopeOf(what, [k, l]) {
    const [i, j] = this.model.get("entry");
    return { J: [k, l], y: [k, j], x: [i, k] }[what];
  }

  choose(to) {
    if (String(this.model.get("entry")) === String(to)) return false;
    put(this.model, { entry: to });
    return true;
  }

  /** The kernel computes what follows from a slider. */
  drag(j, to) {
    const next = [...this.kernel.latest()];
    next[j] = to;
    this.sliders[j].input.setAttribute("aria-valuetext", precise(to));
    this.pointed = { what: "x", entry: [j, 0] };
    this.choose(this.slopeOf("x", [j])); // its curve is drawn, and stands still
    this.kernel.ask(next);
  }

  settle() {
    const { asked, problem } = this.model.get("answer");
    for (const [j, { input }] of this.sliders.entries()) {
      Object.assign(input, { value: asked[j], disabled: this.kernel.absent });
      input.setAttribute("aria-valuetext", precise(asked[j]));
    }
    this.kernel.tell(problem && `${problem.replace(/\.$/, "")}. The numbers are those of the last x that worked.`);
  }

  // ---- what is seen
  draw() {
    const { model, grids: { y, J, x } } = this;
    const [[i, j], answer] = [model.get("entry"), model.get("answer")];
    const open = this.quiz.asks() ? (i, j) => !this.solved.has(`${i},${j}`) : null;
    y.set(answer.y, { vector: true });
    J.set(answer.J, { open });
    x.set(answer.x, { vector: true });
    J.move([i, j], { silent: true });
    y.move([i, 0], { silent: true });
    x.move([j, 0], { silent: true });
    this.mark();
  }

  /** Each slider stands beside its entry of x, whatever the size of the text is. */
  alignSliders() {
    const { x } = this.grids;
    const offset = x.grid.getBoundingClientRect().top - x.box.getBoundingClientRect().top;
    this.column.style.paddingTop = `${offset + x.top}px`;
    for (const { box } of this.sliders) box.style.height = `${x.size.height}px`;
  }

  /** Outline what is pointed at, or else chosen. */
  mark() {
    const { y, J, x } = this.grids;
    const [i, j] = this.model.get("entry");
    const { what, entry } = this.pointed ?? { what: "J", entry: [i, j] };
    const [row, column] = this.slopeOf(what, entry);
    const all = { J: [], y: [{ row, dashed: true }], x: [{ column, dashed: true }] }[what];
    J.mark([...all, { entry: [row, column] }, ...(this.quiz.asks() === "zeros" ? this.quiz.marks() : [])]);
    y.mark([{ entry: [row, 0] }]);
    x.mark([{ entry: [column, 0] }]);
    this.view.say(this.sentence(what, entry));
    this.drawSlope(i, j);
  }

  sentence(what, entry) {
    const { grids } = this;
    const said = grids[what].words(entry);
    const [i, j] = entry;
    if (what === "y") return `${said}. Row ${i} of ∂y/∂x says how it moves with each component of x.`;
    if (what === "J") {
      if (grids.J.open?.(i, j)) return `${said}: move ${xj(j)} by 1. By how much does ${yi(i)} move?`;
      return `${said}: if ${xj(j)} moves by a little, ${yi(i)} moves ${precise(at(grids.J.matrix, i, j))} times as far.`;
    }
    if (this.quiz.asks()) return `${said}. Move it, and watch which components of y move.`;
    return `${said}. Move it by dx: dy = column ${i} of ∂y/∂x times dx.`;
  }

  drawSlope(i, j) {
    const { m, n, grids } = this;
    const answer = this.model.get("answer");
    this.slope.classList.toggle("bss-asleep", Boolean(grids.J.open?.(i, j)));
    const place = answer.columns.indexOf(j);
    if (place < 0) return; // the kernel is sending this curve
    const curves = unpack({ data: answer.curves }).data;
    const count = curves.length / answer.columns.length / m;
    const ys = Array.from({ length: count }, (_, k) => curves[(place * count + k) * m + i]);
    const slope = at(grids.J.matrix, i, j);
    const run = upTo(answer.reach / 5);
    const [here, value] = [at(grids.x.matrix, j, 0), at(grids.y.matrix, i, 0)];
    const texts = [
      `${yi(i)} against ${xj(j)}`,
      `At ${xj(j)} = ${precise(here)}, ${yi(i)} = ${precise(value)}.${n > 1 ? " The other components of x stand still." : ""}`,
      `Slope of the dashed tangent = rise / run = ${precise(slope * run)} / ${number(run)} = ${precise(slope)}, the entry [${i}, ${j}] of ∂y/∂x.`,
    ];
    texts.forEach((text, k) => setWords(this.lines[k], text));
    this.picture.draw({ ys, y: value, x: here, slope, run, reach: answer.reach, names: { x: xj(j), y: yi(i) } });
  }

  // ---- your turn
  asked() {
    const { J, y, x } = this.grids;
    const [i, j] = this.model.get("entry");
    const value = at(J.matrix, i, j);
    const [yValue, xValue] = [at(y.matrix, i, 0), at(x.matrix, j, 0)];
    const slips = [
      ...otherEntries(J.matrix, [i, j]),
      [-value, "the right number with the other sign"],
      [1 / value, `how far ${xj(j)} moves with ${yi(i)}`],
      [value * xValue, `${J.nameOf([i, j])} times ${xj(j)}`],
      [yValue, `${yi(i)} itself`],
      [yValue + value, `${yi(i)} after the move, not by how much it moved`],
    ];
    return { name: J.nameOf([i, j]), value, slips, solve: () => this.solved.add(`${i},${j}`) };
  }

  askedForZeros() {
    const { J } = this.grids;
    const isNonzero = (i, j) => at(J.matrix, i, j) !== 0;
    const solve = () => placesOf([this.m, this.n]).forEach((place) => this.solved.add(String(place)));
    const hint = `Move one component of x: which components of y stay where they are?`;
    return { name: "∂y/∂x", shape: [this.m, this.n], isNonzero, hint, solve };
  }
}

export default { render: ({ model, el }) => new JacobianView(model, el).view.close };
