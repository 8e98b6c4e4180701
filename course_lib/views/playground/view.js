const STEPS = 20; // of training, for each frame that is drawn
const SAID_EVERY = 1000; // milliseconds between two readings while it plays
const REPLAY_EVERY = 200; // milliseconds for each recorded frame
const SIDE = 320; // of the plane, in units of its picture
const SETTINGS = { data: "data", hidden: "hidden units", activation: "activation", learning_rate: "learning rate", batch_size: "batch size", lam: "λ (L2)" };
const LOOKS = ["bss-first", "bss-second"]; // of the two lines of a chart
const FEW = 12; // points of a line: so few have marks

const percent = (share) => (Number.isFinite(share) ? `${Number((100 * share).toFixed(1))}%` : precise(share));
const thousands = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, ","); // 12,345

const panel = (title, ...parts) => element("div", { class: "bss-panel" }, element("div", { class: "bss-title" }, ...typeset(title)), ...parts);

/** A chart with a title, two lines (the second dashed) and a legend: {box, draw(lines, words, x, y)}. */
function twoLines(title, log) {
  const picture = chart({ width: 250, height: 150, left: 42, right: 14, top: 8, bottom: 24, log });
  const lines = LOOKS.map((look) => picture.inside.appendChild(svg("path", { class: look })));
  const marks = LOOKS.map((look) => picture.over.appendChild(svg("path", { class: `${look} bss-dots` })));
  const legend = LOOKS.map((look, k) => {
    const key = svg("svg", { viewBox: "0 0 28 10", class: "bss-key", "aria-hidden": "true" });
    key.append(svg("path", { d: "M1 5H27", class: look }), svg("path", { d: DOTS[k](14, 5), class: `${look} bss-dots` }));
    const words = element("span", { class: "bss-value" });
    return { box: element("div", { class: "bss-entry" }, key, words), words };
  });
  const box = panel(title, ...legend.map((one) => one.box), picture.box);
  function draw(points, words, x, y, label = words.join(", ")) {
    picture.axes(x, y);
    points.forEach((line, k) => {
      lines[k].setAttribute("d", picture.line(line));
      marks[k].setAttribute("d", line.length > FEW ? "" : picture.dots(line, k));
      setText(legend[k].words, words[k]);
    });
    picture.name(`${title}: ${label}`);
  }
  return { box, draw };
}

/** Bytes as they come from the kernel, as whole numbers from -128 to 127. */
function bytes({ data, ...rest }) {
  return { ...rest, data: new Int8Array(data.buffer, data.byteOffset, data.byteLength) };
}

/** The plane: colours for what the network says, its boundary as a line, and the points. */
function plane() {
  const ground = element("canvas"); // a pixel for each point of the grid; the page makes it large
  const boundary = svg("path", { class: "bss-boundary" });
  const kinds = [0, 1, 2, 3].map((kind) => svg("path", { class: `bss-class${kind % 2} ${kind > 1 ? "bss-held" : ""}` }));
  const over = svg("svg", { viewBox: `0 0 ${SIDE} ${SIDE}` }, boundary, ...kinds);
  const label = "The points of the plane and the boundary between the two classes";
  const picture = element("div", { class: "bss-plane", role: "img", "aria-label": label }, ground, over);
  const marks = ["● ○", "■ □"].map((text, kind) => element("span", { class: `bss-class${kind}` }, text));
  const key = element("div", {}, marks[0], " class 0, ", marks[1], " class 1; open: held out");
  const box = panel("the plane; line: boundary", key, picture);

  function draw({ shape: [rows, columns], data }, line, shade) {
    // Row 0 is the lowest y: the page turns all upside down. The outermost points of the grid stand on the edge.
    paint(ground, rows, columns, (k) => shade(data[k] / 127));
    for (const [one, count] of [["width", columns], ["height", rows]]) ground.style[one] = `${(100 * count) / (count - 1)}%`;
    boundary.setAttribute("d", line);
    boundary.setAttribute("transform", `scale(${SIDE / (columns - 1)} ${SIDE / (rows - 1)})`);
  }

  /** all: rows of x, y, class, and whether it is held out; x and y are shares of the side. */
  function points(all) {
    const of = (kind) => all.filter(([, , c, held]) => c + 2 * held === kind);
    kinds.forEach((path, kind) => path.setAttribute("d", of(kind).map(([x, y]) => DOTS[kind % 2](SIDE * x, SIDE * y)).join("")));
  }
  return { box, draw, points };
}

/** Held-out digits that the network reads as another: {box, draw}. */
function mistakes() {
  const list = element("ul", { class: "bss-mistakes" });
  const box = panel("", list);
  box.firstChild.classList.add("bss-misread");
  let drawn = "";

  function image(ink) {
    const canvas = element("canvas", { "aria-hidden": "true" });
    paint(canvas, 8, 8, (k) => pixel(Array(3).fill(255 - ink[k]))); // on paper, in both themes
    return canvas;
  }

  function draw({ count, first }, { m_test, images }) {
    const more = count > first.length ? `; the first ${first.length}` : "";
    setText(box.firstChild, `${count} of ${m_test} held-out digits read wrong${more}`);
    if (drawn === String(first)) return;
    drawn = String(first);
    const pixels = (row) => new Uint8Array(images.buffer, images.byteOffset + 64 * row, 64);
    list.replaceChildren(...first.map(([row, label, read]) => element("li", {}, image(pixels(row)), `${label} as ${read}`)));
  }
  return { box, draw };
}

/** The G of every layer: {box, draw}. The largest entry of each G has the full colour. */
function strip() {
  const row = element("div", { class: "bss-strip" });
  const note = "A row for each sample of one mini-batch, at most 32; the largest entry of each G has the full colour.";
  const box = panel("G by layer", element("div", { class: "bss-note" }, note), row);
  box.classList.add("bss-wide");
  let [made, pieces] = ["", []];

  function lay(matrices, batch) {
    const wide = 16 / Math.max(16, matrices.reduce((sum, { shape }) => sum + shape[1], 0)); // em for a column
    pieces = matrices.map(({ shape: [m, n] }, l) => {
      const canvas = element("canvas", { role: "img" });
      Object.assign(canvas.style, { width: `${n * Math.min(0.55, wide)}em`, height: `${m * Math.min(0.45, 7 / m)}em` });
      const words = element("div", { class: "bss-value" });
      const name = element("div", { class: "bss-caption" }, element("b", {}, ...typeset(`G[${l}]`)), ` (${batch}, ${n})`);
      return { canvas, words, box: element("div", {}, name, canvas, words) };
    });
    row.replaceChildren(...pieces.map((piece) => piece.box));
  }

  function draw(matrices, batch, shade) {
    const sizes = String([batch, ...matrices.map(({ shape }) => shape)]);
    if (made !== sizes) lay(matrices, batch);
    made = sizes;
    matrices.forEach(({ data, limit, finite, shape: [m, n] }, l) => {
      paint(pieces[l].canvas, m, n, (k) => shade(data[k] / 127));
      setText(pieces[l].words, finite ? `largest ${precise(limit)}` : "not finite (grey)");
      pieces[l].canvas.setAttribute("aria-label", `G[${l}], ${m} by ${n}: ${pieces[l].words.textContent}`);
    });
  }
  return { box, draw };
}

class Playground {
  constructor(model, el) {
    this.model = model;
    this.view = frame(el, "Training playground", "Press Play, and watch the loss and G; change a setting while it plays.");
    this.view.root.classList.add("bss-playground");
    [this.playing, this.saidAt] = [false, -Infinity];
    this.charts = { loss: twoLines("loss J, by step", true), accuracy: twoLines("accuracy, by step", false), norms: twoLines("norm of ∇_W J, by layer", true) };
    Object.assign(this, { ground: plane(), wrong: mistakes(), layers: strip() });
    this.kernel = asker(model, this.view, {
      draw: () => this.receive(),
      send: (question) => this.send(question),
      join: (old, wish) => ({ ...wish, steps: wish.reset ? 0 : old.steps + wish.steps, reset: old.reset || wish.reset, settings: { ...old.settings, ...wish.settings } }),
    });
    this.lay();
    this.begin();
  }

  begin() {
    const { view, model } = this;
    const points = () => this.setup.points && this.ground.points(rowsOf(this.setup.points));
    points();
    this.shown = model.get("answer");
    this.paint();
    if (this.kernel.absent && model.get("recorded").length) this.replay();
    onTheme(() => this.paint(), view.signal, view.root);
    view.follow(model, { setup: points });
    view.signal.addEventListener("abort", () => {
      this.playing = false;
      cancelAnimationFrame(this.due);
    });
  }

  get setup() {
    return this.model.get("setup");
  }

  // ---- settings and controls

  lay() {
    this.where = element("span", { class: "bss-where" });
    this.fields = Object.entries(SETTINGS).map(([name, label]) => {
      const values = this.setup.choices[name];
      const options = values.map((value, k) => [k, [value].flat().join(", ") || "none"]);
      const { box, input } = choice(label, options, null, (k) => this.ask({ settings: { [name]: values[k] } }));
      input.disabled = this.kernel.absent;
      return { box, show: (settings) => { input.value = values.findIndex((value) => String(value) === String(settings[name])); } };
    });
    const settings = element("div", { class: "bss-controls", role: "group", "aria-label": "settings" }, ...this.fields.map(({ box }) => box));
    this.controls = element("div", { class: "bss-controls", role: "group", "aria-label": "training: controls" });
    if (!this.kernel.absent) this.controls.append(this.buttons(), this.where);
    const charts = Object.values(this.charts).map(({ box }) => box);
    const panels = element("div", { class: "bss-panels" }, this.ground.box, this.wrong.box, ...charts, this.layers.box);
    this.view.root.append(this.view.said, settings, this.controls, this.kernel.notice, panels);
  }

  buttons() {
    const still = matchMedia("(prefers-reduced-motion: reduce)");
    this.play = button("Play", () => (this.playing ? this.stop() : this.start()), { class: "bss-button bss-play" });
    const pausing = (part) => () => (this.playing && this.stop(), this.ask(part));
    const all = [this.play, button("One step", pausing({ steps: 1 })), button("Reset", pausing({ reset: true }))];
    const tools = element("div", { class: "bss-buttons", role: "toolbar", "aria-label": "training" }, ...all);
    const settle = roving(tools);
    const motion = () => {
      if (still.matches && this.playing) this.stop();
      this.play.hidden = still.matches;
      settle();
    };
    still.addEventListener("change", motion, { signal: this.view.signal });
    motion();
    return tools;
  }

  // ---- what is asked of the kernel: the next question when the last answer is about to be drawn

  ask(part) {
    this.kernel.ask({ id: ++ids, steps: 0, reset: false, settings: {}, ...part });
  }

  send(question) {
    try {
      this.model.send({ ...question, steps: question.steps || (this.playing ? STEPS : 0) }); // it may have been paused since
    } catch {
      // The kernel has been restarted: nobody answers, and then the view says so.
    }
  }

  start() {
    if (this.shown.exploded !== null) return this.speak();
    this.playing = true;
    setText(this.play, "Pause");
    this.ask({});
  }

  stop() {
    this.playing = false;
    setText(this.play, "Play");
    this.speak();
  }

  receive() {
    this.due ??= requestAnimationFrame(() => {
      this.due = null;
      const next = this.model.get("answer");
      if (this.playing && next.exploded === null) this.ask({}); // the kernel trains on while this frame is painted
      this.draw(next);
    });
  }

  // ---- what is drawn

  draw(next) {
    this.shown = next;
    const { charts, setup } = this;
    const curve = rowsOf(next.curve);
    const [, loss, lossTest, rate, rateTest] = (this.measured = curve.at(-1));
    const columns = [1, 2, 3, 4].map((k) => curve.map((row) => [row[0], row[k]]));
    const to = upTo(Math.max(100, 1.1 * next.step)); // lasts for a while
    const x = { from: 0, to, ticks: [0, to / 2, to], words: thousands };
    const named = (one, other) => [`training ${one}`, `held out ${other}`];
    const losses = [...columns[0], ...columns[1]].map(([, y]) => y);
    charts.loss.draw(columns.slice(0, 2), named(precise(loss), precise(lossTest)), x, decades([1, ...losses], null, 0));
    charts.accuracy.draw(columns.slice(2), named(percent(rate), percent(rateTest)), x, { from: 0, to: 1, ticks: [0, 0.5, 1], words: percent });
    this.drawNorms(rowsOf(next.norms));
    this.ground.box.hidden = !setup.points;
    this.wrong.box.hidden = !setup.images;
    if (setup.points) this.ground.draw(bytes(next.boundary), next.line, this.pale);
    if (setup.images) this.wrong.draw(next.wrong, setup);
    this.layers.draw(next.G.map(bytes), next.settings.batch_size, this.shade);
    setText(this.where, `step ${thousands(next.step)}`);
    for (const field of this.fields) field.show(next.settings);
    if (this.playing && next.exploded !== null) this.stop();
    if (!this.playing || performance.now() > this.saidAt + SAID_EVERY) this.speak();
  }

  drawNorms(both) {
    this.range = decades(both.flat(), this.range, 0);
    const x = { from: -0.4, to: both[0].length - 0.6, ticks: both[0].map((_, l) => l) };
    const points = both.map((values) => values.map((y, l) => [l, y]));
    this.charts.norms.draw(points, ["now", "before the first step"], x, this.range, both[0].map(precise).join(", "));
  }

  /** Say what is shown: at most once a second while it moves. */
  speak() {
    this.saidAt = performance.now();
    const { shown } = this;
    const [, loss, lossTest, rate, rateTest] = this.measured;
    const results = `training loss ${precise(loss)}, accuracy ${percent(rate)}; held out loss ${precise(lossTest)}, accuracy ${percent(rateTest)}`;
    this.view.say(`Step ${thousands(shown.step)}, epoch ${shown.epoch.toFixed(1)}: ${results}.`);
    this.kernel.tell(shown.remark);
  }

  // ---- colours are known once the view is in the page; they change with the theme

  paint() {
    const colours = palette(this.view.root);
    [this.shade, this.pale] = [shades(colours), shades(colours, 2)];
    this.draw(this.shown);
  }

  /** Without a kernel: the frames that were recorded when the view was made. */
  replay() {
    const recorded = this.model.get("recorded");
    const last = recorded.length - 1;
    const bar = player("recorded frame", last, (k) => this.draw(recorded[k]), this.view.signal, { step: last, every: REPLAY_EVERY });
    this.controls.append(bar.box, this.where);
    bar.go(last);
  }
}

export default { render: ({ model, el }) => new Playground(model, el).view.close };
