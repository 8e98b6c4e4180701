// Z goes forwards, the other two backwards.
const SERIES = [
  { name: "Z", kind: "bss-Z", mark: "●" },
  { name: "G", kind: "bss-G", mark: "■" },
  { name: "∇_W L", kind: "bss-W", mark: "▲" },
];
const MOST_MARKS = 40; // of a curve
const TASK = "Your turn: find the scale of W at which the dashed line of G is as high in the first layer as in the last; then press Check my scale.";
const FOUND = 0.02; // a scale this near to the critical one, relative to it, has found it

const short = (x) => (Number.isNaN(x) ? "none" : written(x, 3));

// The slider for the scale has its logarithm.
const scaleAt = (place) => Number((10 ** place).toPrecision(3));

/** A chart of some of the series, by layer: the measured ones with marks, the theory dashed, and a line at a layer. */
function curves(title, own) {
  const picture = chart({ width: 324, height: 172, left: 38, right: 12, bottom: 36, log: true, title, below: "layer" });
  const { inside, over, box, area, toX } = picture;
  const path = (into, look) => into.appendChild(svg("path", { class: look }));
  const line = path(inside, "bss-chosen");
  const parts = own.map((s) => [[inside, "theory"], [inside, "curve"], [over, "marks"]].map(([into, look]) => path(into, `bss-${look} ${SERIES[s].kind}`)));
  let range = null;
  box.setAttribute("aria-hidden", "true"); // the slider of the layers says it

  function draw(columns) {
    const depth = columns[0].length;
    const every = Math.ceil(depth / MOST_MARKS);
    const all = own.map((s) => [columns[SERIES.length + s], columns[s]]);
    range = decades(all.flat(2), range);
    picture.axes({ from: -0.5, to: depth - 0.5, ticks: ticks(0, depth - 1, 8) }, range);
    all.forEach((both, k) => {
      const [theory, measured] = both.map((values) => values.map((v, l) => [l, v]));
      const drawn = [picture.line(theory), picture.line(measured), picture.dots(measured.filter(([l]) => l % every === 0), own[k])];
      drawn.forEach((d, part) => parts[k][part].setAttribute("d", d));
    });
  }
  const point = (layer) => line.setAttribute("d", `M${toX(layer)} ${area.y}v${area.height}`);
  return { box, draw, point };
}

/** The histogram of Z, and f' over it. */
function histogramPicture() {
  const picture = chart({ width: 226, height: 138, left: 34, right: 14, bottom: 36, below: "an entry of Z" });
  const [bars, slope] = ["bss-bars", "bss-slope-line"].map((look) => svg("path", { class: look }));
  picture.inside.append(bars, slope);

  function draw({ counts, slopes, reach, title, label }) {
    const { x, y, width, height } = picture.area;
    const most = Math.max(1, ...counts);
    const wide = width / counts.length;
    const bar = (count, k) => `M${(x + k * wide).toFixed(1)} ${y + height}v${((-0.94 * height * count) / most).toFixed(1)}h${wide.toFixed(1)}V${y + height}z`;
    bars.setAttribute("d", counts.map(bar).join(""));
    const finite = slopes.filter(Number.isFinite);
    const [from, to] = [Math.min(0, ...finite), Math.max(...finite)];
    picture.axes({ from: -reach, to: reach, ticks: [-reach, 0, reach], words: short }, { from, to: to * 1.06, ticks: [0, to], words: short });
    slope.setAttribute("d", picture.line(slopes.map((v, k) => [reach * ((2 * k) / (slopes.length - 1) - 1), v])));
    setText(picture.heading, title);
    picture.name(label);
  }
  return { box: picture.box, draw };
}

/** The challenge: the answer is not on the page until the learner has tried. current(): the settings, with what follows from them. */
function challenge(current) {
  const words = element("p", { class: "bss-verdict", "aria-live": "polite" });
  const judge = button("Check my scale", tried);
  const reveal = button("Show the answer", show, { hidden: "" });
  let [tries, riddle] = [0, ""];

  /** Another network has another answer: what was said of the last one is taken away. */
  function renew() {
    const { asked } = current();
    const now = [asked.activation, asked.initializer, asked.depth, asked.residual].join();
    if (now === riddle) return;
    [riddle, tries, reveal.hidden] = [now, 0, true];
    words.replaceChildren(element("em", { class: "bss-hint" }, ...typeset(TASK)));
  }

  function tried() {
    const { asked, critical } = current();
    if (critical === null) {
      const none = "With a residual connection the factor on E[G²] is 1 + χ, and χ is above 0 at every scale above 0: no scale keeps G.";
      return setWords(words, asked.residual ? none : "With one layer the first is the last: take more layers.");
    }
    [tries, reveal.hidden] = [tries + 1, false];
    const off = asked.scale - critical;
    const right = Math.abs(off) <= FOUND * critical;
    const verdict = right ? `right, to within ${100 * FOUND} %` : `too ${off > 0 ? "large" : "small"}`;
    setWords(words, `Try ${tries}: scale ${short(asked.scale)} is ${verdict}.`);
  }

  function show() {
    const { asked, critical, gain } = current();
    setWords(words, `By the theory it is scale ${short(critical)}, where n Var(W) = ${short(gain)}, for ${asked.depth} layers of ${asked.activation}. At another depth it may be another one.`);
  }
  return { buttons: [judge, reveal], words, renew };
}

/** The controls of the settings by name, {box, input, set}; ask gets {name: value}. */
function settingsOf(choices, ask) {
  const measured = (name, label, range, read, place, words) => {
    const value = element("span", { class: "bss-value", "aria-hidden": "true" });
    const { box, input } = slider(label, { ...range, value: range.min }, (at) => ask({ [name]: read(at) }));
    box.append(value);
    const set = (to) => {
      input.value = place(to);
      input.setAttribute("aria-valuetext", words(to));
      setText(value, words(to));
    };
    return { box, input, set };
  };
  const whole = (name) => measured(name, name, { min: 1, max: choices.most[name] }, Number, Number, String);
  const listed = (name) => {
    const { box, input } = choice(name, choices[name], "", (to) => ask({ [name]: to }));
    return { box, input, set: (to) => { input.value = to; } };
  };
  const carried = button("residual, O + f(Z)", () => ask({ residual: carried.getAttribute("aria-pressed") !== "true" }));
  return {
    scale: measured("scale", "scale of W", { min: -1, max: 1.5, step: 0.005 }, scaleAt, Math.log10, short),
    activation: listed("activation"),
    residual: { box: carried, input: carried, set: (to) => carried.setAttribute("aria-pressed", to) },
    depth: whole("depth"),
    width: whole("width"),
    initializer: listed("initializer"),
  };
}

class FlowView {
  constructor(model, el) {
    Object.assign(this, { model, view: frame(el, "Gradient flow through a deep network") });
    this.curves = [curves("forwards: RMS of Z", [0]), curves("backwards: RMS of G and gradients", [1, 2])];
    this.layers = slider("layer", { min: 0, max: 0, value: 0 }, (layer) => put(model, { layer }));
    this.histogram = histogramPicture();
    this.words = [element("p"), element("p")];
    this.riddle = challenge(() => this.answer);
    this.controls = settingsOf(model.get("choices"), (part) => this.ask(part));
    this.kernel = asker(model, this.view, { draw: () => this.receive(), settle: () => this.settle() });
    for (const { input } of Object.values(this.controls)) input.disabled = this.kernel.absent;
    this.lay();
    this.view.follow(model, { layer: () => this.drawLayer() });
    this.kernel.receive();
  }

  lay() {
    const { view, riddle, layers, histogram, words, kernel } = this;
    const plot = element("div", { class: "bss-plot" }, ...this.curves.map(({ box }) => element("div", {}, box)));
    const { scale, activation, residual, ...others } = Object.fromEntries(Object.entries(this.controls).map(([name, { box }]) => [name, box]));
    const legend = element("p");
    for (const { mark, kind, name } of SERIES) legend.append(element("span", { class: kind }, mark), " ", ...typeset(name), "\u2003");
    legend.append("of this network; dashed: what the theory predicts for wide layers");
    const tools = element("div", { class: "bss-buttons", role: "toolbar", "aria-label": "residual, challenge, reset" }, residual, ...riddle.buttons, resetButton(this.model));
    roving(tools);
    const bar = element("div", { class: "bss-controls", role: "group", "aria-label": "settings" }, scale, activation, tools);
    const more = element("div", { class: "bss-controls", role: "group", "aria-label": "the network" }, ...Object.values(others));
    const below = element("div", { class: "bss-row" }, element("div", { class: "bss-histogram" }, histogram.box), element("div", { class: "bss-layer" }, ...words));
    const summary = element("summary", {}, "More: depth, width and initializer; Z of the chosen layer against f′");
    this.more = element("details", { ontoggle: () => this.drawMore(this.layer) }, summary, more, below);
    view.root.classList.add("bss-flow");
    view.root.append(riddle.words, bar, kernel.notice, plot, legend, layers.box, view.said, this.more);
  }

  // ---- the kernel computes

  ask(part) {
    const wish = { ...this.kernel.latest(), ...part };
    for (const name of Object.keys(part)) this.controls[name].set(wish[name]);
    this.kernel.ask(wish);
  }

  settle() {
    const { answer } = this;
    for (const [name, control] of Object.entries(this.controls)) control.set(answer.asked[name]);
    this.kernel.tell(...answer.gaps.map((words) => `${words}.`));
  }

  receive() {
    this.answer = this.model.get("answer");
    this.lines = rowsOf(this.answer.run.lines);
    for (const one of this.curves) one.draw(this.lines);
    this.layers.input.max = this.lines[0].length - 1;
    this.drawLayer();
    this.riddle.renew();
  }

  // ---- what depends on the chosen layer

  get layer() {
    return Math.min(this.model.get("layer"), this.lines[0].length - 1);
  }

  drawLayer() {
    const { layer, layers } = this;
    for (const one of this.curves) one.point(layer);
    layers.input.value = layer;
    const numbers = this.lines.map((line) => short(line[layer]));
    const words = `layer ${layer}: RMS ${SERIES.map(({ name }, s) => `of ${name} ${numbers[s]} (theory ${numbers[SERIES.length + s]})`).join(", ")}`;
    layers.input.setAttribute("aria-valuetext", words);
    this.view.say(words);
    this.drawMore(layer);
  }

  drawMore(l) {
    if (!this.more.open) return;
    const { asked: { activation: f, residual }, run } = this.answer;
    const [counts, slopes, [reach, saturated]] = [run.counts, run.slopes, run.shares].map((table) => rowOf(unpack(table), l));
    const [factor, chi] = this.lines.slice(-2).map((line) => line[l]);
    const flat = `f′ is below a tenth of its largest value at ${short(100 * saturated)} % of the entries of Z; G hardly passes there.`;
    const share = Number.isNaN(saturated) ? "Z is not finite here." : flat;
    const label = `Histogram of Z of layer ${l}, the outer bars with all beyond, with f′ of ${f}. ${share}`;
    this.histogram.draw({ counts, slopes, reach, title: `Z of layer ${l}; line: f′`, label });
    const theory = `${residual ? "1 + χ" : "χ"} = ${short(chi)}`;
    const back = `Going back through layer ${l} multiplies the mean square of the gradient by ${Number.isNaN(factor) ? "what is no number" : short(factor)} (theory: ${theory}).`;
    setWords(this.words[0], l ? back : "Layer 0 takes the data, for which no gradient is needed: the way back ends here.");
    setWords(this.words[1], share);
  }
}

export default { render: ({ model, el }) => new FlowView(model, el).view.close };
