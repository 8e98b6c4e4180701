// Z goes forwards, the other two backwards.
const SERIES = [
  { name: "Z", kind: "bss-Z", mark: "●" },
  { name: "G", kind: "bss-G", mark: "■" },
  { name: "∇_W L", kind: "bss-W", mark: "▲" },
];
const MOST_MARKS = 40; // of a curve
const SIDE = 7; // em, of the large one
const SCALES = { least: 0.1, most: 31.6, steps: 500 }; // of the slider for the scale, which begins at 0
const FOUND = 0.02; // a scale this near to the critical one, relative to it, has found it

/** Numbers of a kind from the bytes that the kernel sent. */
function numbers(Kind, bytes) {
  return new Kind(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

const sameSettings = (a, b) => Object.keys(b).every((key) => a[key] === b[key]);
const short = (x) => (Number.isNaN(x) ? "none" : written(x, 3));

/** The slider for the scale: 0, and then equal factors. */
function scaleAt(place) {
  const { least, most, steps } = SCALES;
  return place ? Number((least * (most / least) ** ((place - 1) / (steps - 1))).toPrecision(3)) : 0;
}

function placeOf(scale) {
  const { least, most, steps } = SCALES;
  const place = 1 + ((steps - 1) * Math.log(scale / least)) / Math.log(most / least);
  return scale ? Math.max(1, Math.min(steps, Math.round(place))) : 0;
}

/** A chart of some of the series, by layer: the measured ones with marks, the theory dashed, and a line at a layer. */
class Curves {
  constructor(title, own) {
    this.own = own;
    this.picture = chart({ width: 324, height: 152, left: 38, right: 48, bottom: 36, log: true, title, below: "layer" });
    const { inside, over, box } = this.picture;
    this.gaps = svg("g");
    this.lines = ["bss-hovered", "bss-chosen"].map((look) => svg("path", { class: look }));
    this.parts = own.map((s) => {
      const { name, kind } = SERIES[s];
      const [base, below = "", rest = ""] = name.split(/_(.)/);
      const words = [base, svg("tspan", { dy: 3, "font-size": "75%" }, below), svg("tspan", { dy: below ? -3 : 0 }, rest)];
      const [theory, curve, marks] = ["theory", "curve", "marks"].map((look) => svg("path", { class: `bss-${look} ${kind}` }));
      return { theory, curve, marks, name: svg("text", { class: `bss-name ${kind}` }, ...words) };
    });
    inside.append(this.gaps, ...this.lines);
    for (const { theory, curve, marks, name } of this.parts) {
      inside.append(theory, curve);
      over.append(marks, name);
    }
    box.setAttribute("aria-hidden", "true"); // the slider that it stands in says it
  }

  draw({ depth, rms, theory, gaps }) {
    const { picture, own, parts } = this;
    const every = Math.ceil(depth / MOST_MARKS);
    this.depth = depth;
    this.range = decades(own.flatMap((s) => [...rms[s], ...theory[s]]), this.range);
    picture.axes({ from: -0.5, to: depth - 0.5, ticks: ticks(0, depth - 1, 8) }, this.range);
    const ends = own.map((s, k) => {
      const measured = Array.from(rms[s], (v, l) => [l, v]);
      parts[k].curve.setAttribute("d", picture.line(measured));
      parts[k].theory.setAttribute("d", picture.line(Array.from(theory[s], (v, l) => [l, v])));
      parts[k].marks.setAttribute("d", picture.dots(measured.filter(([l]) => l % every === 0), s));
      return measured.findLast(([, v]) => v > 0 && v < Infinity);
    });
    this.#names(ends);
    this.gaps.replaceChildren(...gaps.filter((gap) => own.includes(gap.series)).flatMap((gap, k) => this.#gap(gap, k)));
  }

  /** Each name at the end of its curve; two that would stand on each other move apart. */
  #names(ends) {
    const places = ends.map((end) => (end ? this.picture.toY(end[1]) + 4 : NaN));
    const near = 15 - Math.abs(places[0] - places[1]);
    ends.forEach((end, k) => {
      const { name } = this.parts[k];
      name.setAttribute("visibility", end ? "visible" : "hidden");
      if (!end) return;
      const aside = near > 0 ? (near / 2) * (places[k] < places[1 - k] || (k === 0 && places[0] === places[1]) ? -1 : 1) : 0;
      name.setAttribute("x", this.picture.toX(end[0]) + 7);
      name.setAttribute("y", places[k] + aside);
    });
  }

  /** The layers without a point, and the reason. */
  #gap({ from, to, words }, k) {
    const { area, toX } = this.picture;
    const [start, end] = [toX(from - 0.5), toX(to + 0.5)];
    const late = (start + end) / 2 > area.x + 0.6 * area.width;
    const place = { x: late ? end - 6 : start + 6, y: area.y + 18 + 17 * k, "text-anchor": late ? "end" : "start" };
    const ground = svg("rect", { x: start, y: area.y, width: end - start, height: area.height, class: "bss-gap" });
    return [ground, svg("text", { class: "bss-gap-words", ...place }, words)];
  }

  point(layer, under) {
    const { area, toX } = this.picture;
    [under, layer].forEach((l, k) => this.lines[k].setAttribute("d", l === null ? "" : `M${toX(l)} ${area.y}v${area.height}`));
  }

  layerAt(event) {
    return Math.max(0, Math.min(this.depth - 1, Math.round(this.picture.xAt(event))));
  }
}

/** The histogram of Z, and f' over it. */
function histogramPicture() {
  const picture = chart({ width: 226, height: 138, left: 34, right: 14, bottom: 36, below: "an entry of Z" });
  const [bars, zero, slope] = ["bss-bars", "bss-gridline", "bss-slope-line"].map((look) => svg("path", { class: look }));
  picture.inside.append(bars, zero, slope);

  function draw({ counts, slopes, reach, title, label }) {
    const { x, y, width, height } = picture.area;
    const largest = Math.max(1, ...counts);
    const wide = width / counts.length;
    const bar = (count, k) => `M${(x + k * wide).toFixed(1)} ${y + height}v${((-0.94 * height * count) / largest).toFixed(1)}h${wide.toFixed(1)}V${y + height}z`;
    bars.setAttribute("d", Array.from(counts, bar).join(""));
    const finite = slopes.filter(Number.isFinite);
    const [from, to] = [Math.min(0, ...finite), Math.max(...finite)];
    picture.axes({ from: -reach, to: reach, ticks: [-reach, 0, reach], words: short }, { from, to: to * 1.06, ticks: [0, to], words: short });
    slope.setAttribute("d", picture.line(Array.from(slopes, (v, k) => [reach * ((2 * k) / (slopes.length - 1) - 1), v])));
    setText(picture.heading, title);
    picture.name(label);
  }
  return { box: picture.box, draw };
}

/** Small pictures of G, its first rows and columns, one for each layer, each in its own colours. */
class Thumbnails {
  constructor(onhover, onchoose) {
    this.box = element("div", { class: "bss-layers", "aria-hidden": "true" });
    this.all = [];
    const at = (event) => this.all.indexOf(event.target.closest("canvas"));
    this.box.addEventListener("pointermove", (event) => onhover(at(event) < 0 ? null : at(event)));
    this.box.addEventListener("pointerleave", () => onhover(null));
    this.box.addEventListener("pointerdown", (event) => at(event) >= 0 && onchoose(at(event)));
  }

  draw({ shape: [depth, rows, columns], corner }, colours) {
    const shade = shades(colours);
    while (this.all.length < depth) this.all.push(this.box.appendChild(element("canvas")));
    this.box.classList.toggle("bss-many", depth > 40);
    this.all.forEach((canvas, l) => {
      canvas.hidden = l >= depth;
      if (l < depth) paint(canvas, rows, columns, (k) => shade(corner[l * rows * columns + k]));
    });
  }

  point(layer, under) {
    this.all.forEach((canvas, l) => {
      canvas.classList.toggle("bss-chosen", l === layer);
      canvas.classList.toggle("bss-hovered", l === under);
    });
  }
}

/** The challenge: the answer is not on the page until the learner has tried. current(): the run with its settings. */
function challenge(current) {
  const words = element("p", { class: "bss-verdict", "aria-live": "polite" });
  const judge = button("Judge my scale", tried);
  const reveal = button("Theory's value", show, { "aria-disabled": "true" });
  let [tries, riddle] = [0, ""];

  /** Another network has another answer: what was said of the last one is taken away. */
  function renew() {
    const { asked } = current();
    const now = [asked.activation, asked.initializer, asked.depth, asked.residual].join();
    if (now === riddle) return;
    [riddle, tries] = [now, 0];
    reveal.setAttribute("aria-disabled", true);
    setWords(words, "Challenge: set the scale so that, by the theory, the RMS of G is the same in the first layer as in the last.");
  }

  function tried() {
    const { asked, critical, depth, theory } = current();
    if (asked.residual || depth === 1) {
      const none = "With a residual connection the factor on E[G²] is 1 + χ, and χ is above 0 at every scale above 0: no scale keeps G.";
      return setWords(words, asked.residual ? none : "With one layer the first is the last: take more layers.");
    }
    tries += 1;
    reveal.setAttribute("aria-disabled", false);
    const off = asked.scale - critical;
    const factor = theory[1][0] / theory[1][depth - 1];
    const right = Math.abs(off) <= FOUND * critical;
    const verdict = right ? `right, to within ${100 * FOUND} %` : `too ${off > 0 ? "large" : "small"}`;
    const effect = Number.isFinite(factor) ? ` There the theory multiplies the RMS of G by ${short(factor)} on the way from the last layer to the first.` : "";
    setWords(words, `Try ${tries}: scale ${short(asked.scale)} is ${verdict}.${effect}`);
  }

  function show() {
    if (!tries) return setWords(words, "Try first: set a scale, and let it be judged.");
    const { asked, critical, depth, gainAtOne } = current();
    const gain = short(critical ** 2 * gainAtOne);
    const whose = `for ${depth} layers of ${asked.activation}. At another depth it may be another one.`;
    setWords(words, `Theory: scale ${short(critical)}, where n Var(W) = ${gain}, ${whose}`);
  }
  return { buttons: [judge, reveal], words, renew };
}

/** The controls of the settings by name, {box, input, set}; ask gets {name: value}. */
function settingsOf(choices, ask) {
  const measured = (name, range, read, place, words) => {
    const value = element("span", { class: "bss-value", "aria-hidden": "true" });
    const { box, input } = slider(name, { ...range, value: range.min }, (at) => ask({ [name]: read(at) }));
    box.append(value);
    const set = (to) => {
      input.value = place(to);
      input.setAttribute("aria-valuetext", words(to));
      setText(value, words(to));
    };
    return { box, input, set };
  };
  const whole = (name) => measured(name, { min: 1, max: choices.most[name] }, Number, Number, String);
  const listed = (name) => {
    const { box, input } = choice(name, choices[name].map((key) => [key, key]), "", (to) => ask({ [name]: to }));
    return { box, input, set: (to) => { input.value = to; } };
  };
  const carried = button("residual, O + f(Z)", () => ask({ residual: carried.getAttribute("aria-pressed") !== "true" }));
  return {
    depth: whole("depth"),
    width: whole("width"),
    activation: listed("activation"),
    initializer: listed("initializer"),
    scale: measured("scale", { min: 0, max: SCALES.steps }, scaleAt, placeOf, short),
    residual: { box: carried, input: carried, set: (to) => carried.setAttribute("aria-pressed", to) },
  };
}

class FlowView {
  constructor(model, el) {
    const hint = "Move the scale and watch G; point at a layer of the curves (arrow keys work there too).";
    Object.assign(this, { model, view: frame(el, "Gradient flow through a deep network", hint) });
    this.hasKernel = Boolean(model.widget_manager); // a page that was exported has no widget manager
    this.under = null; // the layer under the pointer
    const { root, signal } = this.view;
    root.classList.add("bss-flow");
    this.notice = element("div", { class: "bss-problem", "aria-live": "polite" });
    this.curves = [new Curves("forwards: RMS of Z", [0]), new Curves("backwards: RMS of G and ∇L", [1, 2])];
    this.plot = element("div", { class: "bss-plot", role: "slider", tabindex: "0", "aria-label": "layer", "aria-valuemin": "0" });
    this.histogram = histogramPicture();
    this.grid = new MatrixGrid(signal, { onactive: (entry, how) => this.read(entry, how) });
    this.pictures = new Thumbnails((l) => this.hover(l), (l) => this.choose(l));
    this.riddle = challenge(() => ({ ...this.run, asked: this.answer.asked, critical: this.answer.critical }));
    this.lines = [element("p"), element("p")];
    this.gapWords = element("p", { class: "bss-unseen" }); // they stand in the charts too
    this.controls = settingsOf(model.get("choices"), (part) => this.ask(part));
    for (const { input } of Object.values(this.controls)) input.disabled = !this.hasKernel;
    this.lay();
    this.kernel = asker(model, this.view, {
      same: sameSettings,
      draw: () => this.receive(),
      settle: () => this.settle(),
      tell: (words) => setText(this.notice, words),
    });
    this.listen();
    this.kernel.receive();
  }

  lay() {
    const { view, controls, riddle, curves, plot, grid, histogram, pictures, lines, notice, gapWords } = this;
    const legend = element("p", { class: "bss-legend" });
    for (const { mark, kind, name } of SERIES) legend.append(element("span", { class: kind }, mark), " ", ...typeset(name), "  ");
    legend.append("of this network; dashed: what the theory predicts for wide layers");
    plot.append(...curves.map(({ picture }) => element("div", {}, picture.box)));
    const { residual, ...fields } = controls;
    const buttons = [residual.box, ...riddle.buttons, resetButton(this.model)];
    const tools = element("div", { class: "bss-buttons", role: "toolbar", "aria-label": "residual, challenge, reset" }, ...buttons);
    roving(tools);
    const bar = element("div", { class: "bss-controls", role: "group", "aria-label": "settings" });
    bar.append(...Object.values(fields).map(({ box }) => box), tools);
    const all = element("div", { class: "bss-all-layers" }, element("div", {}, "G by layer, each in its own colours"), pictures.box);
    const below = element("div", { class: "bss-row" }, element("div", { class: "bss-histogram" }, histogram.box), grid.box, all);
    view.root.append(view.said, bar, riddle.words, notice, plot, gapWords, legend, ...lines, below);
  }

  listen() {
    const { plot, curves, view } = this;
    const at = (event) => curves.find(({ picture }) => picture.box.contains(event.target))?.layerAt(event) ?? null;
    plot.addEventListener("pointermove", (event) => {
      this.hover(at(event));
      if (event.buttons & 1) this.choose(at(event));
    });
    plot.addEventListener("pointerdown", (event) => this.choose(at(event)));
    plot.addEventListener("pointerleave", () => this.hover(null));
    plot.addEventListener("keydown", (event) => {
      if (event.altKey || event.metaKey || event.ctrlKey) return;
      const [l, last] = [this.layer, this.run.depth - 1];
      const to = { ArrowLeft: l - 1, ArrowDown: l - 1, ArrowRight: l + 1, ArrowUp: l + 1, PageDown: l - 10, PageUp: l + 10, Home: 0, End: last }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      this.under = null;
      this.choose(Math.max(0, Math.min(last, to)));
    });
    const paint = () => this.pictures.draw(this.run, (this.colours = palette(view.root)));
    onTheme(paint, view.signal);
    oncePlaced(view.root, paint, view.signal);
    view.follow(this.model, { layer: () => this.drawLayer() });
  }

  // ---- the kernel computes

  ask(part) {
    const wish = { ...this.kernel.latest(), ...part };
    for (const [name, control] of Object.entries(this.controls)) control.set(wish[name]);
    this.kernel.ask(wish);
  }

  settle() {
    const { answer } = this;
    for (const [name, control] of Object.entries(this.controls)) control.set(answer.asked[name]);
    const none = this.hasKernel ? "" : "The settings need a running kernel, and this page has none. Everything else answers.";
    setText(this.notice, answer.problem || none);
  }

  receive() {
    const answer = this.model.get("answer");
    const [depth, , columns] = answer.shape;
    const three = (key) => SERIES.map((_, s) => numbers(Float64Array, answer[key]).subarray(s * depth, (s + 1) * depth));
    const run = { depth, columns, shape: answer.shape, rms: three("rms"), theory: three("theory"), gaps: answer.gaps };
    for (const key of ["factor", "chi", "largest", "reach", "saturated"]) run[key] = numbers(Float64Array, answer[key]);
    for (const key of ["corner", "slopes"]) run[key] = numbers(Float32Array, answer[key]);
    run.counts = numbers(Int32Array, answer.counts);
    run.gainAtOne = answer.asked.scale ? answer.gain / answer.asked.scale ** 2 : 1;
    Object.assign(this, { answer, run });
    for (const curves of this.curves) curves.draw(run);
    this.pictures.draw(run, (this.colours ??= palette(this.view.root)));
    setText(this.gapWords, run.gaps.map(({ words }) => `${words}.`).join(" "));
    this.plot.setAttribute("aria-valuemax", depth - 1);
    this.drawLayer();
    this.riddle.renew();
  }

  // ---- what depends on the chosen layer

  get layer() {
    return Math.min(this.model.get("layer"), this.run.depth - 1);
  }

  drawLayer() {
    const { run, layer: l, answer } = this;
    const [, rows, columns] = run.shape;
    const { activation: f, residual } = answer.asked;
    const part = (all) => all.subarray((l * all.length) / run.depth, ((l + 1) * all.length) / run.depth);
    const saturated = `f′ is below a tenth of its largest value at ${short(100 * run.saturated[l])} % of the entries of Z; G hardly passes there.`;
    const share = Number.isNaN(run.saturated[l]) ? "Z is not finite here." : saturated;
    const title = `Z of layer ${l}; line: f′`;
    const label = `Histogram of Z of layer ${l}, the outer bars with all beyond, with f′ of ${f}. ${share}`;
    this.histogram.draw({ counts: part(run.counts), slopes: part(run.slopes), reach: run.reach[l], title, label });
    const theory = `${residual ? "1 + χ" : "χ"} = ${short(run.chi[l])}`;
    const factor = Number.isNaN(run.factor[l]) ? "what is no number" : short(run.factor[l]);
    const back = `Going back through it multiplies the mean square of the gradient by ${factor} (theory: ${theory}).`;
    setWords(this.lines[0], l ? back : "Nobody needs the gradient for the data, so going back ends here.");
    setWords(this.lines[1], share);
    const data = Float64Array.from(part(run.corner), (x) => x * run.largest[l]);
    const side = Math.min(1.4, SIDE / Math.max(rows, columns));
    const whole = rows === answer.asked.batch && columns === answer.asked.width;
    this.grid.set({ name: `G[${l}]${whole ? "" : `[:${rows}, :${columns}]`}`, symbols: [], shape: [rows, columns], data }, { cell: { width: side, height: side, em: 1 } });
    this.mark();
  }

  mark() {
    const { layer, run } = this;
    if (this.under !== null && this.under >= run.depth) this.under = null;
    for (const one of [...this.curves, this.pictures]) one.point(layer, this.under === layer ? null : this.under);
    this.plot.setAttribute("aria-valuenow", layer);
    this.plot.setAttribute("aria-valuetext", this.sentence(layer));
    this.view.say(this.sentence(this.under ?? layer));
  }

  sentence(l) {
    const { rms, theory } = this.run;
    return `layer ${l}: RMS ${SERIES.map(({ name }, s) => `of ${name} ${short(rms[s][l])} (theory ${short(theory[s][l])})`).join(", ")}`;
  }

  read(entry, how) {
    if (how === "left" && document.activeElement !== this.grid.grid) this.mark();
    else this.view.say(`${this.grid.words(entry)}: sample ${entry[0]}, unit ${entry[1]}.`);
  }

  hover(l) {
    if (l === this.under) return;
    this.under = l;
    this.mark();
  }

  choose(l) {
    if (l !== null && l !== this.model.get("layer")) put(this.model, { layer: l });
  }
}

export default { render: ({ model, el }) => new FlowView(model, el).view.close };
