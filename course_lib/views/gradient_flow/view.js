const SERIES = [
  { name: "Z", mark: "●", kind: "bss-Z" },
  { name: "G", mark: "■", kind: "bss-G" },
  { name: "grad_W", mark: "▲", kind: "bss-W" },
];
// In units of the viewBox: the curves of Z above, those of G and grad_W below.
const CURVES = { width: 640, height: 400, left: 56, right: 66 };
const PANELS = [
  { top: 24, bottom: 146, title: "forwards: RMS of Z" },
  { top: 186, bottom: 362, title: "backwards: RMS of G and of grad_W" },
];
const HISTOGRAM = { width: 340, height: 210, left: 14, right: 46, top: 24, bottom: 36 };
const MOST_MARKS = 40; // of a curve
const THUMBNAIL = 16; // rows and columns of the small pictures of G
const SCALES = { least: 0.1, most: 31.6, steps: 500 }; // of the slider for the scale, which begins at 0
const FOUND = 0.02; // a scale this near to the critical one, relative to it, has found it

/** Numbers of a kind from the bytes that the kernel sent. */
function numbers(Kind, bytes) {
  return new Kind(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

const sameSettings = (a, b) => Object.keys(b).every((key) => a[key] === b[key]);
const short = (x) => (Number.isNaN(x) ? "none" : written(x, 3));

// ---- the slider for the scale: 0, and then equal factors

function scaleAt(place) {
  const { least, most, steps } = SCALES;
  return place ? Number((least * (most / least) ** ((place - 1) / (steps - 1))).toPrecision(3)) : 0;
}

function placeOf(scale) {
  const { least, most, steps } = SCALES;
  if (!scale) return 0;
  const place = 1 + ((steps - 1) * Math.log(scale / least)) / Math.log(most / least);
  return Math.max(1, Math.min(steps, Math.round(place)));
}

// ---- the curves

const MARKS = [
  (x, y) => `M${x - 3} ${y}a3 3 0 1 0 6 0a3 3 0 1 0 -6 0`,
  (x, y) => `M${x - 2.8} ${y - 2.8}h5.6v5.6h-5.6z`,
  (x, y) => `M${x} ${y - 3.8}l3.8 6.6h-7.6z`,
];

/** Both panels with a line at the layer: {box, draw, point(layer, hovered), layerAt(event)}. */
function curvePicture() {
  const { width, height, left, right } = CURVES;
  const text = (kind, attributes) => svg("text", { class: kind, ...attributes });
  const box = svg("svg", { viewBox: `0 0 ${width} ${height}`, class: "bss-curves", "aria-hidden": "true" });
  const panels = PANELS.map(({ top, bottom, title }) => {
    const frame = svg("rect", { x: left, y: top, width: width - left - right, height: bottom - top, class: "bss-frame" });
    const [lines, shade, labels] = [svg("path", { class: "bss-lines" }), svg("g"), svg("g")];
    box.append(shade, lines, frame, labels, Object.assign(text("bss-axis", { x: left, y: top - 8 }), { textContent: title }));
    return { top, bottom, shade, lines, labels, range: null };
  });
  const layers = svg("g");
  const axis = text("bss-axis", { x: (left + width - right) / 2, y: height - 4, "text-anchor": "middle" });
  axis.textContent = "layer";
  const [chosen, hovered] = ["bss-chosen", "bss-hovered"].map((kind) => svg("path", { class: kind }));
  const parts = SERIES.map(({ name, kind }) => {
    const part = { theory: svg("path", { class: `bss-theory ${kind}` }), curve: svg("path", { class: `bss-curve ${kind}` }) };
    part.marks = svg("path", { class: `bss-marks ${kind}` });
    part.name = text(`bss-name ${kind}`);
    part.name.textContent = name;
    return part;
  });
  box.append(layers, axis, chosen, hovered, ...parts.flatMap((part) => Object.values(part)));
  let depth = 1;
  const inner = width - left - right;
  const toX = (layer) => left + ((layer + 0.5) / depth) * inner;

  function draw({ depth: deep, rms, theory, gaps }) {
    depth = deep;
    panels.forEach((panel, p) => {
      const own = SERIES.map((_, s) => s).filter((s) => (s === 0) === (p === 0));
      panel.range = decades(own.flatMap((s) => [...rms[s], ...theory[s]]), panel.range);
      const { from: low, to: high } = panel.range;
      const level = (exponent) => panel.bottom - ((exponent - low) / (high - low)) * (panel.bottom - panel.top);
      const toY = (v) => level(Math.log10(v));
      const marks = ticks(low, high, 5.5);
      panel.lines.setAttribute("d", marks.map((k) => `M${left} ${level(k).toFixed(1)}h${inner}`).join(""));
      const tick = (k) => Object.assign(text("", { x: left - 6, y: level(k) + 4, "text-anchor": "end" }), { textContent: power(k) });
      panel.labels.replaceChildren(...marks.map(tick));
      for (const s of own) drawSeries(s, rms[s], theory[s], toY);
      if (p) spread(parts[1].name, parts[2].name);
      panel.shade.replaceChildren(...gaps.filter((gap) => own.includes(gap.series)).flatMap((gap, k) => shaded(panel, gap, k)));
    });
    const shown = ticks(0, depth - 1, 10);
    layers.replaceChildren(
      ...shown.map((l) => {
        const label = text("", { x: toX(l), y: PANELS[1].bottom + 16, "text-anchor": "middle" });
        label.textContent = l;
        return label;
      }),
    );
  }

  function drawSeries(s, measured, theory, toY) {
    const drawn = (v) => v > 0 && v < Infinity;
    const line = (values) => lineThrough(Array.from(values, (v, l) => [toX(l), drawn(v) ? toY(v) : NaN]));
    const { curve, theory: predicted, marks, name } = parts[s];
    curve.setAttribute("d", line(measured));
    predicted.setAttribute("d", line(theory));
    const every = Math.ceil(depth / MOST_MARKS);
    let path = "";
    let last = -1;
    for (let l = 0; l < depth; l++) {
      if (!drawn(measured[l])) continue;
      last = l;
      if (l % every === 0) path += MARKS[s](Number(toX(l).toFixed(1)), Number(toY(measured[l]).toFixed(1)));
    }
    marks.setAttribute("d", path);
    name.setAttribute("visibility", last < 0 ? "hidden" : "visible");
    if (last >= 0) [["x", toX(last) + 8], ["y", toY(measured[last]) + 4]].forEach(([key, to]) => name.setAttribute(key, to));
  }

  /** Two names that would stand on each other move apart. */
  function spread(a, b) {
    const [upper, lower] = [a, b].sort((one, other) => one.getAttribute("y") - other.getAttribute("y"));
    const missing = 15 - (lower.getAttribute("y") - upper.getAttribute("y"));
    if (missing <= 0) return;
    upper.setAttribute("y", Number(upper.getAttribute("y")) - missing / 2);
    lower.setAttribute("y", Number(lower.getAttribute("y")) + missing / 2);
  }

  /** The layers without a point, and the reason. */
  function shaded({ top, bottom }, { from, to, words }, k) {
    const [start, end] = [toX(from - 0.5), toX(to + 0.5)];
    const late = (start + end) / 2 > left + 0.6 * inner;
    const place = { x: late ? end - 6 : start + 6, y: top + 18 + 17 * k, "text-anchor": late ? "end" : "start" };
    const label = text("bss-gap-words", place);
    label.textContent = words;
    return [svg("rect", { x: start, y: top, width: end - start, height: bottom - top, class: "bss-gap" }), label];
  }

  function point(layer, under) {
    const line = (l) => PANELS.map(({ top, bottom }) => `M${toX(l)} ${top}V${bottom}`).join("");
    chosen.setAttribute("d", line(layer));
    hovered.setAttribute("d", under === null || under === layer ? "" : line(under));
  }

  function layerAt(event) {
    const { left: start, width: wide } = box.getBoundingClientRect();
    const x = ((event.clientX - start) / wide) * width;
    return Math.max(0, Math.min(depth - 1, Math.floor(((x - left) / inner) * depth)));
  }
  return { box, draw, point, layerAt };
}

// ---- the histogram of Z, and f' over it

function histogramPicture() {
  const { width, height, left, right, top, bottom } = HISTOGRAM;
  const [low, high] = [height - bottom, top];
  const inner = width - left - right;
  const box = svg("svg", { viewBox: `0 0 ${width} ${height}`, class: "bss-histogram", role: "img" });
  const put = (kind, attributes, words = "") => {
    const made = svg("text", { class: kind, ...attributes });
    made.textContent = words;
    return box.appendChild(made);
  };
  const bars = box.appendChild(svg("path", { class: "bss-bars" }));
  box.append(svg("rect", { x: left, y: top, width: inner, height: low - top, class: "bss-frame" }));
  const zero = box.appendChild(svg("path", { class: "bss-zero" }));
  const slope = box.appendChild(svg("path", { class: "bss-slope-line" }));
  const ends = ["start", "middle", "end"].map((anchor, k) => put("", { x: left + (inner * k) / 2, y: low + 16, "text-anchor": anchor }));
  put("bss-axis", { x: left + inner / 2, y: height - 4, "text-anchor": "middle" }, "an entry of Z");
  const title = put("bss-axis", { x: left, y: top - 8 });
  put("bss-axis", { x: width - right + 6, y: (low + high) / 2 }, "f′");
  const [most, none] = [put("", { x: width - right + 6, y: top + 6 }), put("", { x: width - right + 6 }, "0")];

  function draw({ counts, slopes, reach, layer, label }) {
    const largest = Math.max(1, ...counts);
    const wide = inner / counts.length;
    let path = "";
    counts.forEach((count, k) => {
      if (count) path += `M${(left + k * wide).toFixed(1)} ${low}V${(low - (0.94 * (low - top) * count) / largest).toFixed(1)}h${wide.toFixed(1)}V${low}z`;
    });
    bars.setAttribute("d", path);
    const finite = slopes.filter(Number.isFinite);
    const [from, to] = [Math.min(0, ...finite), Math.max(...finite)];
    const toY = (v) => low - ((v - from) / (to * 1.06 - from)) * (low - top);
    slope.setAttribute("d", lineThrough(Array.from(slopes, (v, k) => [left + (inner * k) / (slopes.length - 1), toY(v)])));
    zero.setAttribute("d", `M${left} ${toY(0).toFixed(1)}h${inner}`);
    none.setAttribute("y", toY(0) + 4);
    most.setAttribute("y", toY(to) + 4);
    [short(-reach), "0", short(reach)].forEach((words, k) => setText(ends[k], words));
    setText(most, short(to));
    setText(title, `Z of layer ${layer}, and f′`);
    box.setAttribute("aria-label", label);
  }
  return { box, draw };
}

// ---- G

/** G of the chosen layer; its cells are sized in em, and the view hears when it is drawn anew. */
class LayerGrid extends MatrixGrid {
  draw() {
    if (this.matrix) {
      const em = parseFloat(getComputedStyle(this.box).fontSize) || 14;
      const [rows, columns] = this.matrix.shape;
      const side = Math.min(1.4, 21 / Math.max(rows, columns)) * em;
      this.cell = rows <= 10 && columns <= 6 ? null : { width: side, height: side };
    }
    super.draw();
    this.ondraw?.();
  }

  words([i, j]) {
    return `G[${i}, ${j}] of layer ${this.layer} = ${precise(at(this.matrix, i, j))}`;
  }
}

/** A colour for each of 255 steps from -1 to 1, and one for what is no number, as pixels. */
function pixels(colours) {
  const pixel = ([red, green, blue]) => (255 << 24) | (blue << 16) | (green << 8) | red;
  return Int32Array.from({ length: 256 }, (_, k) => pixel(k < 255 ? signed((k - 127) / 127, 1, colours) : colours.faint));
}

/** Pictures of G, its first rows and columns, one for each layer, in lines on one canvas: {box, draw, layerAt, room}. */
function layerPictures() {
  const canvas = element("canvas", { "aria-hidden": "true" });
  const box = element("div", { class: "bss-layers" }, canvas);
  const pictures = { box, draw, layerAt, room: Infinity }; // room: the width there is, in pixels
  let plan = null;
  let small = null;

  function draw({ shape: [depth, rows, columns], corner, largest, common, layer, under }, colours) {
    const style = getComputedStyle(box);
    const em = parseFloat(style.fontSize) || 14;
    const least = parseFloat(style.getPropertyValue("--bss-least")) || 0;
    const [down, along] = [Math.min(rows, THUMBNAIL), Math.min(columns, THUMBNAIL)]; // entries in a picture
    const side = THUMBNAIL * Math.max(1, Math.round((em / 14) * (depth <= 20 ? 3 : 2)));
    const [gap, left] = [0.35 * em, 2.2 * em];
    const across = Math.max(1, Math.floor((Math.min(46 * em, pictures.room) - left) / (side + gap)));
    plan = { em, side, gap, left, across, depth };
    const [width, height] = [left + Math.min(across, depth) * (side + gap), Math.ceil(depth / across) * (side + gap) + gap];
    const ratio = devicePixelRatio;
    const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (canvas.width !== wide || canvas.height !== high) {
      Object.assign(canvas, { width: wide, height: high });
      Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
    }
    const pen = canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    pen.imageSmoothingEnabled = false;
    const colour = pixels(colours);
    if (small?.canvas.width !== columns || small?.canvas.height !== rows * depth) small = context(columns, rows * depth);
    const image = small.createImageData(columns, rows * depth);
    const into = new Int32Array(image.data.buffer);
    const most = largest.reduce((a, b) => Math.max(a, b), 0);
    const count = rows * columns;
    for (let l = 0; l < depth; l++) {
      const times = 127 * (common && most ? largest[l] / most : 1);
      for (let k = l * count; k < (l + 1) * count; k++)
        into[k] = colour[Number.isFinite(corner[k]) ? 127 + Math.round(corner[k] * times) : 255];
    }
    small.putImageData(image, 0, 0);
    pen.font = `${Math.max(least, 0.8 * em)}px ${style.fontFamily || "sans-serif"}`;
    pen.textAlign = "right";
    pen.textBaseline = "middle";
    pen.strokeStyle = css(colours.faint);
    pen.lineWidth = 1;
    for (let l = 0; l < depth; l++) {
      const [x, y] = place(l);
      pen.drawImage(small.canvas, 0, l * rows, along, down, x, y, side, side);
      pen.strokeRect(x, y, side, side);
      if (l % across) continue;
      pen.fillStyle = css(colours.ink);
      pen.fillText(l, left - 0.5 * em, y + side / 2);
    }
    for (const [l, thick] of [[under, 2], [layer, 3]]) {
      if (l === null) continue;
      const [x, y] = place(l);
      pen.lineWidth = thick;
      pen.strokeStyle = css(colours.mark);
      pen.strokeRect(x - 1, y - 1, side + 2, side + 2);
    }
  }

  function place(l) {
    const { side, gap, left, across } = plan;
    return [left + (l % across) * (side + gap), gap + Math.floor(l / across) * (side + gap)];
  }

  function layerAt(event) {
    const { left: x0, top: y0 } = canvas.getBoundingClientRect();
    const { side, gap, left, across, depth } = plan;
    const column = Math.floor((event.clientX - x0 - left + gap / 2) / (side + gap));
    const l = Math.floor((event.clientY - y0 - gap / 2) / (side + gap)) * across + column;
    return column >= 0 && column < across && l >= 0 && l < depth ? l : null;
  }
  return pictures;
}

// ---- the challenge: the answer is not on the page until the learner has tried

function challenge(current) {
  const words = element("p", { class: "bss-verdict", "aria-live": "polite" });
  const judge = button("Judge my scale", tried);
  const reveal = button("Show the theory's value", show, { "aria-disabled": "true" });
  const task =
    "Set the scale so that G keeps its size: by the theory, its RMS is the same in the first layer as in the last. Then let it be judged.";
  const box = element(
    "div",
    { role: "group", "aria-label": "Challenge: find the critical scale" },
    element("div", { class: "bss-heading" }, "Challenge: find the critical scale"),
    element("p", { class: "bss-task" }, task),
    element("div", { class: "bss-controls" }, judge, reveal),
    words,
  );
  let tries = 0;
  let riddle = "";

  /** Another network has another answer: what was said of the last one is taken away. */
  function renew() {
    const { asked } = current();
    const now = [asked.activation, asked.initializer, asked.depth, asked.width, asked.residual].join();
    if (now === riddle) return;
    riddle = now;
    tries = 0;
    reveal.setAttribute("aria-disabled", true);
    setText(words, "");
  }

  function tried() {
    const { asked, critical, depth, theory } = current();
    if (asked.residual) {
      words.textContent =
        "With a residual connection the factor on E[G²] is 1 + χ, and χ is above 0 at every scale above 0: no scale keeps G. Switch it off to try.";
      return;
    }
    if (depth === 1) {
      words.textContent = "With one layer the first is the last: take more layers.";
      return;
    }
    tries += 1;
    reveal.setAttribute("aria-disabled", false);
    const off = asked.scale - critical;
    const factor = theory[1][0] / theory[1][depth - 1];
    const is = `Try ${tries}: scale ${short(asked.scale)} is`;
    const verdict =
      Math.abs(off) <= FOUND * critical
        ? `${is} right, to within ${100 * FOUND} %.`
        : `${is} ${short(Math.abs(off))} too ${off > 0 ? "large" : "small"}.`;
    const effect = Number.isFinite(factor) ? ` There the theory multiplies the RMS of G by ${short(factor)} on the way from the last layer to the first.` : "";
    words.textContent = verdict + effect;
  }

  function show() {
    if (!tries) {
      words.textContent = "Try first: set a scale, and let it be judged.";
      return;
    }
    const { asked, critical, depth, gainAtOne } = current();
    const gain = short(critical ** 2 * gainAtOne);
    words.textContent =
      `Theory: scale ${short(critical)}, where n Var(W) = ${gain}, for ${depth} layers of ${asked.width} ${asked.activation} units. ` +
      "At another depth it may be another one, since the first layers change Z most.";
  }
  return { box, renew };
}

function render({ model, el }) {
  const choices = model.get("choices");
  const hasKernel = Boolean(model.widget_manager); // a page that was exported has no widget manager
  const view = frame(el, "Gradient flow through a deep network");
  const { root, status, say, signal } = view;
  root.classList.add("bss-flow");
  let answer;
  let run; // the answer with its arrays as numbers
  let under = null; // the layer under the pointer
  let common = false; // one scale of colours for all layers

  // ---- controls
  const whole = (name) => {
    const shown = element("span", { class: "bss-value", "aria-hidden": "true" });
    const { box, input } = slider(name, { min: 1, max: choices.most[name], value: 1 }, (to) => ask({ [name]: to }));
    box.append(shown);
    return { box, input, set: (to) => { input.value = to; setText(shown, String(to)); } };
  };
  const listed = (name) => {
    const { box, input } = choice(name, choices[name].map((key) => [key, key]), "", (to) => ask({ [name]: to }));
    return { box, input, set: (to) => { input.value = to; } };
  };
  const scale = slider("scale", { min: 0, max: SCALES.steps, value: 0 }, (place) => ask({ scale: scaleAt(place) }));
  const typed = element("input", { type: "number", min: 0, step: "any", "aria-label": "scale, any number from 0" });
  typed.addEventListener("change", () => {
    const value = typed.value.trim() === "" ? NaN : Number(typed.value);
    if (value >= 0 && value < Infinity) ask({ scale: value });
    else setText(notice, "The scale is no number from 0: type one such as 0.5.");
  });
  scale.box.append(typed);
  const residual = element("input", { type: "checkbox", id: `bss-${++ids}` });
  residual.addEventListener("change", () => ask({ residual: residual.checked }));
  const controls = {
    depth: whole("depth"),
    width: whole("width"),
    batch: whole("batch"),
    activation: listed("activation"),
    initializer: listed("initializer"),
    scale: {
      box: scale.box,
      input: scale.input,
      set(to) {
        scale.input.value = placeOf(to);
        scale.input.setAttribute("aria-valuetext", short(to));
        if (document.activeElement !== typed) typed.value = to;
      },
    },
    residual: {
      box: element("span", { class: "bss-field" }, residual, element("label", { for: residual.id }, "residual, O + f(Z)")),
      input: residual,
      set: (to) => { residual.checked = to; },
    },
  };
  typed.addEventListener("blur", () => controls.scale.set(kernel.latest().scale));
  for (const input of [typed, ...Object.values(controls).map((control) => control.input)]) input.disabled = !hasKernel;
  const colours = choice("colours", [["own", "each layer's own"], ["common", "the same for all layers"]], "own", (to) => {
    common = to === "common";
    drawLayers();
  });

  // ---- pictures
  const curves = curvePicture();
  const plot = element("div", { class: "bss-plot", role: "slider", tabindex: "0", "aria-label": "layer", "aria-valuemin": "0" });
  plot.append(curves.box);
  const histogram = histogramPicture();
  const lines = Array.from({ length: 3 }, () => element("p"));
  const grid = new LayerGrid(signal, { onactive: (entry, how) => told(entry, how) });
  const gridNote = element("div", { class: "bss-note" });
  const pictures = layerPictures();
  const riddle = challenge(() => ({ ...run, asked: answer.asked, critical: answer.critical }));
  const notice = element("div", { class: "bss-problem", "aria-live": "polite" });
  const gapWords = element("p", { class: "bss-gaps" });
  const legend = element("p", { class: "bss-legend" });
  SERIES.forEach(({ name, mark, kind }) => legend.append(element("span", { class: kind, "aria-hidden": "true" }, mark), ` ${name}  `));
  legend.append("of this network; dashed: what the theory predicts");
  const bar = element("div", { class: "bss-controls", role: "group", "aria-label": "settings" });
  bar.append(...Object.values(controls).map(({ box }) => box));
  const layersBox = element(
    "div",
    { class: "bss-all-layers" },
    element("div", { class: "bss-heading" }, "G of every layer: click one, or move along the curves with the arrow keys"),
    element("div", { class: "bss-controls" }, colours.box),
    pictures.box,
    riddle.box,
  );
  root.append(
    bar,
    notice,
    element(
      "div",
      { class: "bss-row" },
      element("div", {}, plot, legend, gapWords),
      element("div", { class: "bss-side-words" }, histogram.box, ...lines),
    ),
    status,
    element("div", { class: "bss-row" }, layersBox, element("div", {}, grid.box, gridNote)),
  );

  // ---- the kernel computes
  const kernel = asker(model, view, { same: sameSettings, draw: receive, settle, tell: (words) => setText(notice, words) });

  function ask(part) {
    for (const [name, value] of Object.entries(part)) controls[name].set(value);
    kernel.ask({ ...kernel.latest(), ...part });
  }

  function receive() {
    answer = model.get("answer");
    read();
    drawAll();
  }

  function settle() {
    for (const [name, value] of Object.entries(answer.asked)) controls[name].set(value);
    setText(notice, answer.problem || (hasKernel ? "" : "The settings need a running kernel, and this page has none. Everything else answers."));
  }

  function read() {
    const depth = answer.shape[0];
    const three = (key) => {
      const all = numbers(Float64Array, answer[key]);
      return SERIES.map((_, s) => all.subarray(s * depth, (s + 1) * depth));
    };
    run = { depth, shape: answer.shape, rms: three("rms"), theory: three("theory"), gaps: answer.gaps };
    for (const key of ["factor", "chi", "largest", "reach", "saturated"]) run[key] = numbers(Float64Array, answer[key]);
    for (const key of ["corner", "slopes"]) run[key] = numbers(Float32Array, answer[key]);
    run.counts = numbers(Int32Array, answer.counts);
    const { scale: asked } = answer.asked;
    run.gainAtOne = asked ? answer.gain / asked ** 2 : 1;
  }

  // ---- drawing
  const layer = () => Math.min(model.get("layer"), run.depth - 1);

  function drawAll() {
    curves.draw(run);
    plot.setAttribute("aria-valuemax", run.depth - 1);
    setText(gapWords, run.gaps.map(({ words }) => `${words}.`).join(" "));
    drawLayer();
    riddle.renew();
  }

  /** What depends on the chosen layer. */
  function drawLayer() {
    const l = layer();
    const [, rows, columns] = run.shape;
    const [bins, points] = [run.counts.length / run.depth, run.slopes.length / run.depth];
    const saturated = short(100 * run.saturated[l]);
    const f = answer.asked.activation;
    const lost = Number.isNaN(run.saturated[l]);
    const share = lost
      ? "Z is not finite here."
      : `f′ is below a tenth of its largest value at ${saturated} % of the entries; G hardly passes there.`;
    histogram.draw({
      counts: run.counts.subarray(l * bins, (l + 1) * bins),
      slopes: run.slopes.subarray(l * points, (l + 1) * points),
      reach: run.reach[l],
      layer: l,
      label: `Histogram of Z of layer ${l}, with f′ of ${f}. ${share}`,
    });
    const { batch, width, residual: carried } = answer.asked;
    setText(lines[0], `Bars: Z of layer ${l}, ${answer.counted} of ${batch} samples; the outer bars hold all beyond. Line: f′ of ${f}.`);
    setText(lines[1], share);
    const theory = `${short(run.chi[l])}, which in wide layers is ${carried ? "1 + χ" : "χ"}`;
    const factor = Number.isNaN(run.factor[l]) ? "what is no number" : short(run.factor[l]);
    const back = `Going back through layer ${l}, the mean square of dL/dO is multiplied by ${factor}. Theory: ${theory}.`;
    setText(lines[2], l ? back : "Nobody needs the gradient for the data, so going back ends in layer 0.");
    const data = Float64Array.from(run.corner.subarray(l * rows * columns, (l + 1) * rows * columns), (x) => x * run.largest[l]);
    grid.layer = l;
    grid.set({ name: `G of layer ${l}`, symbols: [], shape: [rows, columns], data });
    const finite = data.some(Number.isFinite);
    const size = finite ? `largest entry ${short(run.largest[l])}` : "no entry is a finite number";
    setText(gridNote, `${rows} of ${batch} samples, ${columns} of ${width} units; ${size}`);
    mark();
  }

  function drawLayers() {
    const l = layer();
    pictures.draw({ ...run, common, layer: l, under: under === l ? null : under }, grid.colours ?? palette(root));
  }

  function mark() {
    const l = layer();
    if (under !== null && under >= run.depth) under = null;
    curves.point(l, under);
    plot.setAttribute("aria-valuenow", l);
    plot.setAttribute("aria-valuetext", sentence(l));
    say(sentence(under ?? l));
  }

  function sentence(l) {
    const parts = SERIES.map(({ name }, s) => `of ${name} ${short(run.rms[s][l])} (theory ${short(run.theory[s][l])})`);
    return `layer ${l}: RMS ${parts.join(", ")}`;
  }

  function told(entry, how) {
    if (how === "left" && document.activeElement !== grid.grid) mark();
    else say(`${grid.words(entry)}: sample ${entry[0]}, unit ${entry[1]}.`);
  }

  // ---- the layer: pointed at, chosen with a click, a drag or the keys
  function choose(l) {
    if (l === model.get("layer")) return;
    put(model, { layer: l });
  }

  function hover(l) {
    if (l === under) return;
    under = l;
    mark();
    drawLayers();
  }

  const listen = (target, kind, handler) => target.addEventListener(kind, handler, { signal });
  listen(plot, "pointermove", (event) => {
    hover(curves.layerAt(event));
    if (event.buttons & 1) choose(under);
  });
  listen(plot, "pointerdown", (event) => choose(curves.layerAt(event)));
  listen(pictures.box, "pointermove", (event) => hover(pictures.layerAt(event)));
  listen(pictures.box, "pointerdown", (event) => {
    const l = pictures.layerAt(event);
    if (l !== null) choose(l);
  });
  for (const target of [plot, pictures.box]) listen(target, "pointerleave", () => hover(null));
  listen(plot, "keydown", (event) => {
    if (event.altKey || event.metaKey || event.ctrlKey) return;
    const [l, last] = [layer(), run.depth - 1];
    const to = {
      ArrowLeft: l - 1, ArrowDown: l - 1, ArrowRight: l + 1, ArrowUp: l + 1, PageDown: l - 10, PageUp: l + 10, Home: 0, End: last,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    under = null;
    choose(Math.max(0, Math.min(last, to)));
  });

  grid.ondraw = () => run && drawLayers(); // again when the theme or the zoom has changed
  const resized = new ResizeObserver(([{ contentRect }]) => {
    pictures.room = contentRect.width;
    drawLayers();
  });
  resized.observe(pictures.box);
  view.follow(model, { layer: drawLayer });
  kernel.receive();
  return () => {
    resized.disconnect();
    view.close();
  };
}

export default { render };
