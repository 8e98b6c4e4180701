const CHART = { width: 330, height: 200, left: 46, right: 12, top: 10, bottom: 24 }; // in units of its viewBox
const SPEEDS = [1, 5, 20, 50, 100]; // training steps for each frame that is drawn
const SAID_EVERY = 1000; // milliseconds between two readings while it plays
const REPLAY_EVERY = 200; // milliseconds for each recorded frame
const NOT_FINITE = -128; // among the colours of course_lib's _coloured
const SIDE = 320; // pixels of the plane
const NUMBERS = { learning_rate: "learning rate", batch_size: "batch size", lam: "λ (L2)", seed: "seed" };

/** A labelled field for typed text: {box, input}; onchange gets the text once it is entered. */
function field(label, onchange, attributes = {}) {
  const input = element("input", { type: "text", autocomplete: "off", spellcheck: "false", id: `bss-${++ids}`, ...attributes });
  input.addEventListener("change", () => onchange(input.value));
  return { box: element("span", { class: "bss-field" }, element("label", { for: input.id }, label), input), input };
}

/** A number as it was typed, or the text where it is none: the kernel says what is expected. */
function typed(text) {
  const value = Number(text.replace("−", "-").replace(",", "."));
  return text.trim() === "" || !Number.isFinite(value) ? text : value;
}

function percent(share) {
  return Number.isFinite(share) ? `${Number((100 * share).toFixed(1))}%` : precise(share);
}

/**
 * A chart with a title, two lines (the second dashed) and a legend: {box, draw}. draw(lines, {x, low, high}): a line is
 * {points: [[x, y], ...], words}; x: {at, words, from, to}; what is no finite number (on a log axis: above 0) has no point.
 */
function twoLines(title, { log = false, dots = false }) {
  const { width, height, left, right, top, bottom } = CHART;
  const clip = `bss-clip-${++ids}`;
  const area = { x: left, y: top, width: width - left - right, height: height - top - bottom };
  const grid = svg("path", { class: "bss-gridline" });
  const texts = svg("g");
  const lines = [svg("path", { class: "bss-first" }), svg("path", { class: "bss-second" })];
  const marks = [svg("path", { class: "bss-first bss-dots" }), svg("path", { class: "bss-second bss-dots" })];
  const box_ = svg("svg", { viewBox: `0 0 ${width} ${height}`, class: "bss-chart", role: "img" });
  const inside = svg("g", { "clip-path": `url(#${clip})` }, ...lines);
  box_.append(svg("defs", {}, svg("clipPath", { id: clip }, svg("rect", { ...area, y: top - 4, height: area.height + 8 }))));
  box_.append(grid, svg("rect", { ...area, class: "bss-frame" }), texts, inside, ...(dots ? marks : []));
  const legend = lines.map((_, k) => {
    const key = svg("svg", { viewBox: "0 0 28 10", class: "bss-key", "aria-hidden": "true" });
    key.append(svg("path", { d: "M1 5H27", class: k ? "bss-second" : "bss-first" }));
    if (dots) key.append(svg("path", { d: dot(14, 5, k), class: `${k ? "bss-second" : "bss-first"} bss-dots` }));
    const words = element("span", { class: "bss-value" });
    return { box: element("span", { class: "bss-entry" }, key, words), words };
  });
  const heading = element("div", { class: "bss-title" }, title);
  const box = element("div", { class: "bss-panel" }, heading, element("div", { class: "bss-legend" }, ...legend.map((one) => one.box)), box_);
  let drawn = "";

  /** A mark around a point: a filled circle for the first line, a hollow square for the second. */
  function dot(x, y, k) {
    const [u, v] = [x.toFixed(1), y.toFixed(1)];
    return k ? `M${x - 4} ${y - 4}h8v8h-8Z` : `M${u} ${v}m-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0`;
  }

  function draw(given, { x, low, high }) {
    const range = log ? decades([low, high], null, 0) : { from: 0, to: 1 };
    const { from, to } = range;
    const yTicks = log ? ticks(from, to, 4) : [0, 0.5, 1];
    const toY = (v) => top + ((to - (log ? Math.log10(v) : v)) / (to - from || 1)) * area.height;
    const toX = (u) => left + ((u - x.from) / (x.to - x.from || 1)) * area.width;
    given.forEach(({ points, words }, k) => {
      const seen = points.filter(([, v]) => Number.isFinite(v) && (!log || v > 0));
      lines[k].setAttribute("d", lineThrough(seen.map(([u, v]) => [toX(u), toY(v)])) + (seen.length === 1 ? "h0.1" : ""));
      if (dots) marks[k].setAttribute("d", seen.map(([u, v]) => dot(toX(u), toY(v), k)).join(""));
      setText(legend[k].words, words);
    });
    const axes = JSON.stringify([yTicks, from, to, x]);
    if (axes === drawn) return;
    drawn = axes;
    const label = (text, attributes) => {
      const made = svg("text", attributes);
      made.textContent = text;
      return made;
    };
    const atY = (tick) => toY(log ? 10 ** tick : tick);
    grid.setAttribute("d", yTicks.map((tick) => `M${left} ${atY(tick).toFixed(1)}h${area.width}`).join(""));
    const words = yTicks.map((tick) => label(log ? power(tick) : percent(tick), { x: left - 5, y: atY(tick) + 4, "text-anchor": "end" }));
    for (const [k, at] of x.at.entries())
      words.push(label(x.words[k], { x: toX(at), y: height - 8, "text-anchor": at === x.to && k ? "end" : "middle" }));
    texts.replaceChildren(...words);
  }
  return { box, draw, name: (text) => box_.setAttribute("aria-label", text) };
}

/** Bytes as they come from the kernel, as whole numbers from -128 to 127. */
function bytes({ data, ...rest }) {
  return { ...rest, data: new Int8Array(data.buffer, data.byteOffset, data.byteLength) };
}

/** The colour of each byte, as a pixel; a limit above 1 makes all of them paler. */
function colourTable(colours, limit) {
  const share = (k) => (k === NOT_FINITE ? NaN : k / 127);
  const pixels = Array.from({ length: 256 }, (_, k) => signed(share(k - 128), limit, colours));
  return new Uint32Array(new Uint8Array(pixels.flatMap((pixel) => [...pixel, 255])).buffer);
}

/** The plane: colours for what the network says, its boundary as a line, and the points. */
function plane() {
  const base = element("canvas", { "aria-hidden": "true" });
  const over = element("canvas", { "aria-hidden": "true", class: "bss-overlay" });
  const picture = element("div", { class: "bss-plane", role: "img" }, base, over);
  const key = (text) => element("span", { class: "bss-entry" }, text);
  const legend = element("div", {}, key("● class 0"), key("■ class 1"), key("○ □ held out"), key("line: the boundary"));
  const box = element("div", { class: "bss-panel" }, element("div", { class: "bss-title" }, "the plane"), legend, picture);
  const small = context(1, 1);

  /** A canvas with as many pixels as the screen has there: its pen, for lengths from 0 to SIDE. */
  function penOf(canvas) {
    const side = Math.round(SIDE * devicePixelRatio);
    if (canvas.width !== side) Object.assign(canvas, { width: side, height: side });
    const pen = canvas.getContext("2d");
    pen.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    return pen;
  }

  function draw({ shape: [rows, columns], data }, table, ink) {
    if (small.canvas.width !== columns) Object.assign(small.canvas, { width: columns, height: rows });
    const image = small.createImageData(columns, rows);
    const pixels = new Uint32Array(image.data.buffer);
    // Row 0 is the lowest y, and stands at the bottom.
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++) pixels[(rows - 1 - i) * columns + j] = table[data[i * columns + j] + 128];
    small.putImageData(image, 0, 0);
    const pen = penOf(base);
    pen.imageSmoothingEnabled = true;
    // A grid of points: the outermost stand on the edge, so the picture is larger than the canvas by half a cell a side.
    const [w, h] = [SIDE / (columns - 1), SIDE / (rows - 1)];
    pen.drawImage(small.canvas, -w / 2, -h / 2, SIDE + w, SIDE + h);
    pen.strokeStyle = ink;
    pen.lineWidth = 2;
    pen.beginPath();
    contour(data, rows, columns, (i, j) => [j * w, SIDE - i * h], pen);
    pen.stroke();
  }

  function points({ points: packed, extent }, colours) {
    const { data, shape } = unpack(packed);
    const [[x0, x1], [y0, y1]] = extent;
    const pen = penOf(over);
    pen.clearRect(0, 0, SIDE, SIDE);
    for (let k = 0; k < shape[0]; k++) {
      const [x, y, kind, isTest] = data.subarray(4 * k, 4 * k + 4);
      const [u, v] = [((x - x0) / (x1 - x0)) * SIDE, ((y1 - y) / (y1 - y0)) * SIDE];
      pen.beginPath();
      if (kind) pen.rect(u - 3, v - 3, 6, 6);
      else pen.arc(u, v, 3.5, 0, 7);
      const own = css(kind ? colours.above : colours.below);
      pen.fillStyle = isTest ? css(colours.paper) : own;
      pen.fill();
      pen.strokeStyle = isTest ? own : css(colours.paper);
      pen.lineWidth = isTest ? 2 : 1;
      pen.stroke();
    }
  }
  return { box, draw, points, name: (text) => picture.setAttribute("aria-label", text) };
}

/** Draw the line on which numbers on a grid change their sign: straight pieces, cell by cell. */
function contour(data, rows, columns, place, pen) {
  const cut = (i, j, k, l) => {
    const [a, b] = [data[i * columns + j], data[k * columns + l]];
    if ((a < 0) === (b < 0) || a === NOT_FINITE || b === NOT_FINITE) return null;
    const share = a / (a - b);
    return place(i + (k - i) * share, j + (l - j) * share);
  };
  for (let i = 0; i < rows - 1; i++)
    for (let j = 0; j < columns - 1; j++) {
      const sides = [cut(i, j, i, j + 1), cut(i, j + 1, i + 1, j + 1), cut(i + 1, j, i + 1, j + 1), cut(i, j, i + 1, j)];
      const ends = sides.filter(Boolean);
      for (let k = 0; k + 1 < ends.length; k += 2) {
        pen.moveTo(...ends[k]);
        pen.lineTo(...ends[k + 1]);
      }
    }
}

/** Held-out digits that the network reads as another: {box, draw}. */
function mistakes() {
  const count = element("div", { class: "bss-title bss-count" });
  const list = element("ul", { class: "bss-mistakes" });
  const slots = [];
  const box = element("div", { class: "bss-panel" }, count, list);

  function draw({ count: total, first }, setup) {
    const more = total > first.length ? `; the first ${first.length}` : "";
    setText(count, `${total} of ${setup.m_test} held-out digits read wrong${more}`);
    while (slots.length < first.length) {
      const canvas = element("canvas", { width: 8, height: 8, "aria-hidden": "true" });
      const words = element("span");
      const item = element("li", {}, canvas, words);
      slots.push({ item, canvas, words, row: null });
      list.append(item);
    }
    slots.forEach((slot, k) => {
      slot.item.hidden = k >= first.length;
      if (slot.item.hidden) return;
      const [row, label, read] = first[k];
      setText(slot.words, `${label} as ${read}`);
      if (slot.row === row) return;
      slot.row = row;
      const pen = slot.canvas.getContext("2d");
      const image = pen.createImageData(8, 8);
      for (let p = 0; p < 64; p++) {
        const light = 255 - setup.images.getUint8(64 * row + p); // 0 is paper, 1 is ink, in both themes
        image.data.set([light, light, light, 255], 4 * p);
      }
      pen.putImageData(image, 0, 0);
    });
  }
  return { box, draw, forget: () => slots.forEach((slot) => { slot.row = null; }) };
}

/** The G of every layer: {box, draw, name}. The largest entry of each G has the full colour. */
function strip() {
  const row = element("div", { class: "bss-strip" });
  const note = element("div", { class: "bss-note" });
  const box = element("div", { class: "bss-panel bss-wide" });
  box.append(element("div", { class: "bss-title" }, "G of every layer, for the same samples in every frame"), note, row);
  let made = "";
  let pieces = [];

  function lay(matrices, batch) {
    made = JSON.stringify([matrices.map(({ shape }) => shape), batch]);
    pieces = matrices.map(({ shape: [m, n] }, l) => {
      const canvas = element("canvas", { width: n, height: m });
      const scale = Math.min(0.55, 22 / n); // em for each column
      canvas.style.width = `${n * scale}em`;
      canvas.style.height = `${m * Math.min(0.45, 12 / m)}em`;
      const picture = element("div", { role: "img", class: "bss-map" }, canvas);
      const largest = element("div", { class: "bss-value" });
      const name = element("div", { class: "bss-caption" }, element("b", {}, `G[${l}]`), ` (${batch}, ${n}) = (m, n_out)`);
      return { canvas, picture, largest, shape: [m, n], box: element("div", { class: "bss-G" }, name, picture, largest) };
    });
    const [m] = matrices[0].shape;
    const which = m === batch ? `The ${m} samples` : `The first ${m} of the ${batch} samples`;
    setText(note, `${which} of the first mini-batch, a row each. Red above 0, blue below; each G has its own scale.`);
    row.replaceChildren(...pieces.map((piece) => piece.box));
  }

  function draw(matrices, batch, table) {
    if (made !== JSON.stringify([matrices.map(({ shape }) => shape), batch])) lay(matrices, batch);
    matrices.forEach(({ data, limit, finite }, l) => {
      const { canvas, shape: [m, n], largest } = pieces[l];
      const pen = canvas.getContext("2d");
      const image = pen.createImageData(n, m);
      const pixels = new Uint32Array(image.data.buffer);
      for (let k = 0; k < pixels.length; k++) pixels[k] = table[data[k] + 128];
      pen.putImageData(image, 0, 0);
      setText(largest, finite ? `largest ${precise(limit)}` : "not finite (grey)");
    });
  }
  function name() {
    for (const [l, { picture, largest, shape }] of pieces.entries())
      picture.setAttribute("aria-label", `G[${l}], ${shape.join(" by ")}: ${largest.textContent}`);
  }
  return { box, draw, name };
}

function render({ model, el }) {
  const id = `${Date.now()}-${Math.random()}`; // of this view; a model may have several
  const hasKernel = Boolean(model.widget_manager); // a page that was exported has no widget manager
  const recorded = model.get("recorded");
  const view = frame(el, "Training playground");
  const { root, status, signal } = view;
  root.classList.add("bss-playground");
  const still = matchMedia("(prefers-reduced-motion: reduce)");

  // ---- what is asked of the kernel: one question at a time, the next one when its answer is about to be drawn
  let [playing, driving, speed, count] = [false, false, 20, 0];
  let waiting = null; // the number of the question that is under way
  let wanted = { steps: 0, reset: false, settings: {} }; // what the next question takes along
  let [patience, overdue] = [null, false];

  function ask() {
    const { steps, reset, settings } = wanted;
    if (waiting !== null || !(playing || steps || reset || Object.keys(settings).length)) return;
    wanted = { steps: 0, reset: false, settings: {} };
    waiting = ++count;
    patience ??= setTimeout(() => {
      patience = null;
      overdue = waiting !== null;
      if (overdue) setText(notice, BUSY);
    }, PATIENCE);
    const question = { view: id, count, play: playing, drive: playing && !driving, reset, settings };
    try {
      model.send({ ...question, steps: steps || (playing ? speed : 0) });
    } catch {
      // The kernel has been restarted: nobody answers, and then the view says so.
    }
  }

  function start() {
    if (shown.exploded !== null) return void speak();
    [playing, driving] = [true, false];
    if (overdue) waiting = null; // an answer that does not come is not waited for
    wanted.steps = 0;
    setText(play, "Pause");
    root.setAttribute("data-playing", "");
    ask();
  }

  function stop() {
    [playing, driving] = [false, false];
    setText(play, "Play");
    root.removeAttribute("data-playing");
    speak();
  }

  function step(steps) {
    if (playing) stop();
    wanted.steps = Math.min(wanted.steps + steps, SPEEDS.at(-1));
    ask();
  }

  function change(name, value) {
    delete refused[name];
    wanted.settings[name] = value;
    ask();
  }

  // ---- settings and controls
  let refused = {}; // {setting: why the kernel did not take it}
  const setup = () => model.get("setup");
  const named = (values) => values.map((value) => [value, value]);
  const notice = element("div", { class: "bss-problem", "aria-live": "polite", id: `bss-${++ids}` });
  const fields = {
    data: choice("data", named(setup().data), null, (value) => change("data", value)),
    hidden: field("hidden units", (text) => {
      const parts = text.split(/[\s,;()]+/).filter(Boolean).map(typed);
      change("hidden", parts.every((part) => typeof part === "number") ? parts : text);
    }),
    activation: choice("activation", named(setup().activations), null, (value) => change("activation", value)),
  };
  for (const [name, label] of Object.entries(NUMBERS))
    fields[name] = field(label, (text) => change(name, typed(text)), { inputmode: "decimal", size: 6 });
  for (const { input } of Object.values(fields)) input.setAttribute("aria-describedby", notice.id);
  const settings = element("div", { class: "bss-controls", role: "group", "aria-label": "settings" });
  settings.append(...Object.values(fields).map(({ box }) => box));

  const play = button("Play", () => (playing ? stop() : start()), { class: "bss-button bss-play" });
  const many = button(`${speed} steps`, () => step(speed));
  const speeds = choice("steps a frame", SPEEDS.map((n) => [n, String(n)]), speed, (value) => {
    speed = Number(value);
    setText(many, speed === 1 ? "1 step" : `${speed} steps`);
    many.hidden = speed === 1; // there is a button for that already
  });
  const reset = button("Reset", () => {
    if (playing) stop();
    wanted = { ...wanted, steps: 0, reset: true };
    ask();
  });
  const motion = element("span", { class: "bss-note" }, "Your system asks for less motion: the step buttons move the run.");
  const where = element("span", { class: "bss-where" });
  const controls = element("div", { class: "bss-controls", role: "group", "aria-label": "training: controls" });
  if (hasKernel) controls.append(play, button("One step", () => step(1)), many, reset, speeds.box, motion, where);
  else for (const { input } of Object.values(fields)) input.disabled = true;
  const lessMotion = () => {
    if (still.matches && playing) stop();
    play.hidden = still.matches;
    motion.hidden = !still.matches;
  };
  still.addEventListener("change", lessMotion, { signal });

  // ---- what is drawn
  const charts = {
    loss: twoLines("loss J, log axis, by step", { log: true }),
    accuracy: twoLines("accuracy, by step", {}),
    norms: twoLines("norm of grad_W, log axis, by layer", { log: true, dots: true }),
  };
  const ground = plane();
  const wrong = mistakes();
  const layers = strip();
  const panels = element("div", { class: "bss-panels" }, ground.box, wrong.box);
  panels.append(charts.loss.box, charts.accuracy.box, charts.norms.box, layers.box);
  let shown; // the frame in the picture
  let colours, table, paleTable;
  let [due, later, saidAt] = [null, null, -Infinity];
  let range = {}; // of the norms, which only grows in one run

  function receive() {
    const { answers, driver, refused: now, left } = model.get("frame");
    if (answers[0] === id && answers[1] === waiting) {
      if (!wanted.reset) wanted.steps += left;
      clearTimeout(patience);
      [waiting, patience, overdue] = [null, null, false];
      driving = playing && driver === id;
      refused = { ...refused, ...now };
    } else if (driving && driver !== id) {
      waiting = null; // another view of this run has taken over, and the kernel answers that one alone
      stop();
    }
    due ??= requestAnimationFrame(() => {
      due = null;
      const next = model.get("frame");
      if (playing && next.exploded === null) ask(); // the kernel trains on while this frame is drawn
      draw(next);
      ask();
    });
  }

  function draw(next, curve = unpack(next.curve)) {
    const told = shown?.step !== next.step || shown?.run !== next.run;
    const unpackedRow = (matrix, i = 0) => [...unpack(matrix).data.subarray(i * matrix.shape[1], (i + 1) * matrix.shape[1])];
    shown = next;
    const [loss, lossTest, rate, rateTest] = unpackedRow(next.measured);
    const column = (k) => Array.from({ length: curve.shape[0] }, (_, i) => [at(curve, i, 0), at(curve, i, k)]);
    const lines = [1, 2, 3, 4].map(column);
    const seen = [...lines[0], ...lines[1]].map(([, y]) => y).filter((y) => Number.isFinite(y) && y > 0);
    const gap = ticks(0, next.step, 4)[1] ?? 1;
    const to = Math.max(1, gap * Math.ceil(next.step / gap));
    const marks = ticks(0, to, 4);
    const x = { at: marks, words: marks.map(thousands), from: 0, to };
    const named = (values, write) => [`training ${write(values[0])}`, `held out ${write(values[1])}`];
    const both = (k, words) => [0, 1].map((i) => ({ points: lines[k + i], words: words[i] }));
    charts.loss.draw(both(0, named([loss, lossTest], precise)), { x, low: Math.min(1, ...seen), high: Math.max(1, ...seen) });
    charts.accuracy.draw(both(2, named([rate, rateTest], percent)), { x });
    drawNorms(unpackedRow(next.norms), unpackedRow(next.norms, 1), next.run);
    const { points, images } = setup();
    ground.box.hidden = !points;
    wrong.box.hidden = !images;
    if (points) ground.draw(bytes(next.boundary), paleTable, css(colours.ink));
    if (images) wrong.draw(next.wrong, setup());
    layers.draw(next.G.map(bytes), next.settings.batch_size, table);
    setText(where, `step ${thousands(next.step)}`);
    for (const [name, { input }] of Object.entries(fields)) {
      const isRefused = name in refused;
      if (isRefused) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
      const value = next.settings[name];
      const text = Array.isArray(value) ? value.join(", ") : String(value);
      if (input.tagName === "SELECT" || (!isRefused && document.activeElement !== input)) input.value = text;
    }
    if (playing && next.exploded !== null) stop();
    tell(!playing && hasKernel && told);
  }

  function drawNorms(now, first, run) {
    const fine = [...now, ...first].filter((y) => Number.isFinite(y) && y > 0);
    const before = range.run === run ? [range.low, range.high] : [];
    range = { run, low: Math.min(...fine, ...before), high: Math.max(...fine, ...before) };
    if (!fine.length && !before.length) Object.assign(range, { low: 0.1, high: 1 });
    const gaps = now.flatMap((y, l) => (Number.isFinite(y) && y > 0 ? [] : [`${precise(y)} at layer ${l}`]));
    const at = now.map((_, l) => l);
    const x = { at, words: at.map(String), from: -0.4, to: now.length - 0.6 };
    const lines = [
      { points: now.map((y, l) => [l, y]), words: ["now", ...gaps].join(", ") },
      { points: first.map((y, l) => [l, y]), words: "before the first step" },
    ];
    charts.norms.draw(lines, { x, low: range.low, high: range.high });
  }

  // ---- what is said: at most once a second while it moves
  function tell(atOnce) {
    clearTimeout(later);
    const wait = saidAt + SAID_EVERY - performance.now();
    if (atOnce || wait <= 0) speak();
    else later = setTimeout(speak, wait);
  }

  function speak() {
    clearTimeout(later);
    saidAt = performance.now();
    const [loss, lossTest, rate, rateTest] = unpack(shown.measured).data;
    const results = `training loss ${precise(loss)}, accuracy ${percent(rate)}; held out loss ${precise(lossTest)}, accuracy ${percent(rateTest)}`;
    view.say(`Step ${thousands(shown.step)}, epoch ${shown.epoch.toFixed(1)}: ${results}.`);
    charts.loss.name(`Loss J by step, to ${precise(loss)} in training and ${precise(lossTest)} held out`);
    charts.accuracy.name(`Accuracy by step, to ${percent(rate)} in training and ${percent(rateTest)} held out`);
    const norms = [...unpack(shown.norms).data.subarray(0, shown.norms.shape[1])].map(precise);
    charts.norms.name(`Norm of grad_W by layer: ${norms.join(", ")}`);
    ground.name(`The points of the plane and the boundary between the two classes, at accuracy ${percent(rate)}`);
    layers.name();
    const refusals = Object.values(refused).map((why) => `${why}. The run goes on as before.`);
    setText(notice, [...refusals, shown.remark, hasKernel ? "" : absent].filter(Boolean).join(" "));
  }

  const some = recorded.length > 1;
  const absent = `Training needs a running kernel, and this page has none.${some ? " It replays what was recorded." : ""}`;

  // ---- colours are known once the view is in the page; they change with the theme, and pixels with the zoom
  function paint() {
    colours = palette(root);
    [table, paleTable] = [colourTable(colours, 1), colourTable(colours, 2)];
    if (setup().points) ground.points(setup(), colours);
    if (shown) draw(shown, shownCurve());
  }
  let shownCurve = () => unpack(shown.curve);
  onTheme(paint, signal);
  addEventListener("resize", paint, { signal });

  function renew() {
    wrong.forget();
    if (setup().points) ground.points(setup(), colours);
  }

  root.append(settings, controls, status, notice, panels);
  paint();
  draw(model.get("frame"));
  if (!hasKernel && some) replay();
  lessMotion();
  oncePlaced(root, paint, signal);
  view.follow(model, { setup: renew, frame: receive });

  /** Without a kernel: the frames that were recorded when the view was made. */
  function replay() {
    const all = unpack(model.get("frame").curve);
    const cut = () => {
      const rows = Array.from({ length: all.shape[0] }, (_, i) => i).filter((i) => at(all, i, 0) < shown.step);
      const data = [...rows.flatMap((i) => [...all.data.subarray(5 * i, 5 * i + 5)]), shown.step, ...unpack(shown.measured).data];
      return { shape: [rows.length + 1, 5], data: Float64Array.from(data) };
    };
    shownCurve = cut;
    const last = recorded.length - 1;
    const show = (k) => {
      shown = { ...model.get("frame"), ...recorded[k] };
      draw(shown, cut());
    };
    const bar = player("recorded frame", last, show, signal, { step: last, every: REPLAY_EVERY });
    controls.append(bar.box, where);
    bar.go(last);
  }

  return () => {
    playing = false;
    cancelAnimationFrame(due);
    for (const timer of [patience, later]) clearTimeout(timer);
    view.close();
  };
}

/** 12,345 */
function thousands(n) {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ",");
}

export default { render };
