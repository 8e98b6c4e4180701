const ROOM = 52; // em, for the cells of three matrices side by side
const NUMBER = 4.2; // em, for the widest number in a cell
const MOST_TERMS = 3; // of a sum that the status writes out

/** A matrix with cells of a size in em, which the view gives; so they follow the size of the text. */
class SizedGrid extends MatrixGrid {
  draw() {
    const em = parseFloat(getComputedStyle(this.box).fontSize) || 14;
    if (this.cells) this.cell = { width: this.cells.width * em, height: this.cells.height * em };
    super.draw();
    this.ondraw?.();
  }
}

/** Buttons of which one is pressed. The arrow keys go through them; Tab enters and leaves all of them at once. */
function chooser(label, contents, onchoose, look = "") {
  const buttons = contents.map((content, k) => {
    const made = button("", () => onchoose(k), { class: `bss-button bss-pick ${look}` });
    made.append(...content);
    return made;
  });
  const box = element("div", { class: "bss-picks", role: "toolbar", "aria-label": label }, ...buttons);
  let pressed = 0;
  box.addEventListener("keydown", (event) => {
    const [k, last] = [pressed, buttons.length - 1];
    const to = { ArrowLeft: k - 1, ArrowUp: k - 1, ArrowRight: k + 1, ArrowDown: k + 1, Home: 0, End: last }[event.key];
    if (to === undefined || event.altKey || event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    event.stopPropagation();
    onchoose(Math.max(0, Math.min(last, to)));
    buttons[pressed].focus();
  });
  return {
    box,
    press(chosen) {
      pressed = chosen;
      buttons.forEach((made, k) => {
        made.setAttribute("aria-pressed", k === chosen);
        made.tabIndex = k === chosen ? 0 : -1;
      });
      this.reveal();
    },
    /** Scroll the box, and not the page, to the pressed button. */
    reveal() {
      const { offsetTop: top, offsetHeight: height } = buttons[pressed];
      if (top < box.scrollTop || top + height > box.scrollTop + box.clientHeight) box.scrollTop = top - 4;
    },
  };
}

/** Add O[from:to]^T G[from:to], the outer products o_i^T g_i of these samples, to data. */
function outerSum(O, G, from, to, data = new Float64Array(O.shape[1] * G.shape[1])) {
  const [n_in, n_out] = [O.shape[1], G.shape[1]];
  for (let i = from; i < to; i++)
    for (let h = 0; h < n_in; h++) {
      const o = O.data[i * n_in + h];
      for (let k = 0; k < n_out; k++) data[h * n_out + k] += o * G.data[i * n_out + k];
    }
  return data;
}

function largest(data, most = 0) {
  return data.reduce((size, x) => Math.max(size, Math.abs(x)), most);
}

/** Sizes of cells, in em: with numbers where there is room for them, first in G. Rows of O, Z and G stand in line. */
function sizesInARow({ O, Z, G }) {
  const widths = { O: Math.min(1.4, 20 / O.shape[1]), Z: Math.min(1.4, 15 / Z.shape[1]) };
  widths.G = widths.Z;
  let taken = O.shape[1] * widths.O + 2 * Z.shape[1] * widths.Z;
  let numbers = false;
  for (const { name, shape, data } of [G, Z, O]) {
    if (shape[0] > 14 || shape[1] > MOST_NUMBERED) continue;
    const needed = name === "G" ? NUMBER : 0.9 + 0.56 * Math.max(3, ...Array.from(data, (x) => number(x).length));
    const more = shape[1] * (needed - widths[name]);
    if (taken + more > ROOM) continue;
    widths[name] = needed;
    taken += more;
    numbers = true;
  }
  const height = numbers ? Math.min(1.9, 22 / O.shape[0]) : Math.min(1.4, 16 / O.shape[0]);
  return Object.fromEntries(Object.entries(widths).map(([name, width]) => [name, { width, height }]));
}

/** The size of cells, in em, of three matrices (n_in, n_out) side by side. */
function sizesOfSums([n_in, n_out]) {
  if (n_in <= 14 && 3 * n_out * NUMBER <= ROOM) return { height: Math.min(1.9, 22 / n_in), width: NUMBER };
  return { height: Math.min(1.4, 20 / n_in), width: Math.min(1.4, 16 / n_out) };
}

/** Fill a canvas with one pixel for each entry; style makes them large. */
function paint(canvas, rows, columns, colour) {
  [canvas.width, canvas.height] = [columns, rows];
  const pen = canvas.getContext("2d");
  const image = pen.createImageData(columns, rows);
  for (let k = 0; k < rows * columns; k++) image.data.set([...colour(k), 255], 4 * k);
  pen.putImageData(image, 0, 0);
}

/** A canvas for the image of each sample: ink on white paper, in either theme. */
function pictures({ shape: [m, rows, columns], data }) {
  const [paper, ink] = [data.reduce((a, b) => Math.min(a, b)), data.reduce((a, b) => Math.max(a, b))];
  return Array.from({ length: m }, (_, i) => {
    const canvas = element("canvas", { class: "bss-image", "aria-hidden": "true" });
    const grey = (k) => 255 * (1 - (data[i * rows * columns + k] - paper) / (ink - paper || 1));
    paint(canvas, rows, columns, (k) => [grey(k), grey(k), grey(k)]);
    return canvas;
  });
}

function render({ model, el }) {
  const NAMES = ["O", "Z", "G", "grad_W"];
  const layers = model.get("O").map((_, l) => Object.fromEntries(NAMES.map((name) => [name, unpack(model.get(name)[l])])));
  const [labels, m] = [model.get("labels"), layers[0].O.shape[0]];
  const { root, status, say, follow, signal, close } = frame(el, `A batch of ${m} samples`);
  const who = (i) => `sample ${i}${labels[i] && `, ${labels[i]}`}`;

  // ---- samples, layers and losses to choose from
  const images = model.get("images").data ? pictures(unpack(model.get("images"))) : [];
  const ticks = labels.map(() => element("span", { class: "bss-tick", "aria-hidden": "true" }, "✓"));
  const named = (i) => {
    const sample = element("span", { class: "bss-unseen" }, "sample ");
    return element("span", {}, sample, element("b", {}, String(i)), labels[i] && `, ${labels[i]}`);
  };
  const buttonsOf = labels.map((_, i) => [...images.slice(i, i + 1), named(i), ticks[i]]);
  const samples = chooser("Samples of the batch", buttonsOf, choose, "bss-sample");
  const bars = layers.map(() => NAMES.slice(0, 3).map(() => element("canvas", { class: "bss-bar" })));
  const stripOf = (l) =>
    bars[l].map((bar, k) => element("span", { class: "bss-strip", "aria-hidden": "true" }, NAMES[k], bar));
  const layerButtons = model.get("layers").map((words, l) => [element("span", {}, words), ...stripOf(l)]);
  const layerPicks = chooser("Layers", layerButtons, (layer) => put(model, { layer }), "bss-layer");
  const kinds = [["loss is a mean: G has the 1/m"], ["loss is a sum: G without 1/m"]];
  const losses = chooser("The loss", kinds, (k) => put(model, { mean: k === 0 }));
  const whose = [
    `The mean puts 1/m = 1/${m} into G, so the sum OᵀG is already a mean over samples; dividing again in (A) would be 1/m twice.`,
    `No 1/m anywhere: G, each part and OᵀG are m = ${m} times as large. For a mean, divide in the loss, not in (A).`,
  ].map((words) => element("p", {}, words));

  // ---- the matrices
  const made = Array.from({ length: 6 }, () => {
    const grid = new SizedGrid(signal, { onactive: (entry, how) => point(grid, entry, how) });
    return grid;
  });
  const [O, Z, G, part, sum, dW] = made;
  const [rows, sums] = [made.slice(0, 3), made.slice(3)];
  const notes = new Map(made.map((grid) => [grid, element("div", { class: "bss-note" })]));
  const side = (grids, look) =>
    element("div", { class: `bss-side ${look}` }, ...grids.map((grid) => element("div", {}, grid.box, notes.get(grid))));
  const steps = player("Samples added", m, addUpTo, signal, { step: model.get("added") });
  const progress = element("p", { class: "bss-progress" });
  const heading = (text) => element("div", { class: "bss-heading" }, text);
  root.append(
    heading("Choose a sample"),
    samples.box,
    heading("Its row of O, Z and G in every layer; choose a layer"),
    layerPicks.box,
    side(rows, ""),
    status,
    losses.box,
    element("div", { class: "bss-whose" }, ...whose),
    steps.box,
    progress,
    heading("What one sample gives, in its own colours; the sum so far and the whole gradient, in the same colours"),
    side(sums, "bss-sums"),
  );
  root.classList.add("bss-batch");
  status.classList.add("bss-two-lines");
  G.ondraw = () => (drawBars(), samples.reveal()); // again when the view has come into the page

  function show(grid, matrix, words, cells, limit = null) {
    grid.cells = cells;
    grid.set(matrix, { limit });
    notes.get(grid).textContent = `${words}largest entry ${precise(largest(matrix.data))}`;
  }

  // ---- what is shown: the chosen layer, with G as the chosen loss makes it
  let layer, limit, running;

  function drawLayer() {
    const mean = model.get("mean");
    const times = (matrix) => ({ ...matrix, data: matrix.data.map((x) => (mean ? x : m * x)) });
    layer = { ...layers[model.get("layer")] };
    const cells = sizesInARow(layer);
    [layer.G, layer.grad_W] = [times(layer.G), times(layer.grad_W)];
    show(O, layer.O, "", cells.O);
    show(Z, layer.Z, "", cells.Z);
    show(G, layer.G, mean ? "1/m is in it; " : "without 1/m; ", cells.G);
    limit = largest(layer.grad_W.data); // one scale for all sums, so that one sees them grow
    running = { upTo: m, data: outerSum(layer.O, layer.G, 0, 0) };
    for (let i = 0; i < m; i++) limit = largest(outerSum(layer.O, layer.G, i, i + 1, running.data), limit);
    show(dW, layer.grad_W, "OᵀG; ", sizesOfSums(layer.grad_W.shape), limit);
    layerPicks.press(model.get("layer"));
    losses.press(mean ? 0 : 1);
    whose.forEach((words, k) => words.classList.toggle("bss-asleep", mean !== (k === 0)));
    drawSample();
    drawSum();
  }

  function drawSample() {
    const i = model.get("sample");
    const matrix = { ...layer.grad_W, name: `(o_${i}^T g_${i})`, data: outerSum(layer.O, layer.G, i, i + 1) };
    show(part, matrix, `sample ${i} alone; `, dW.cells);
    for (const grid of rows) grid.move([i, grid.cursor[1]], { silent: true });
    samples.press(i);
    drawBars();
    tell();
  }

  function drawSum() {
    const added = model.get("added");
    if (added < running.upTo) running = { upTo: 0, data: outerSum(layer.O, layer.G, 0, 0) };
    const data = outerSum(layer.O, layer.G, running.upTo, added, running.data);
    running.upTo = added;
    show(sum, { ...layer.grad_W, name: "sum", data }, `${added} of ${m} samples; `, dW.cells, limit);
    ticks.forEach((tick, i) => tick.classList.toggle("bss-asleep", i >= added));
    const off = largest(data.map((x, k) => x - layer.grad_W.data[k]));
    const some = `${added} of ${m} samples added (✓): the sum`;
    if (off > 1e-9 * limit) progress.textContent = `${some} is not yet OᵀG. An entry is off by up to ${precise(off)}.`;
    else if (added < m) progress.textContent = `${some} equals OᵀG already, for what is missing adds up to 0.`;
    else progress.textContent = `All ${m} samples added (✓): the sum equals OᵀG. A sum, and nothing is divided.`;
    tell();
  }

  /** The row of the sample in each layer, as coloured bars: O, Z and G. */
  function drawBars() {
    const colours = palette(root);
    bars.forEach((canvases, l) =>
      canvases.forEach((canvas, k) => {
        const matrix = layers[l][NAMES[k]];
        const most = largest(matrix.data);
        paint(canvas, 1, matrix.shape[1], (j) => signed(at(matrix, model.get("sample"), j), most, colours));
      }),
    );
  }

  // ---- choosing and pointing
  let pointed = null; // the matrix that the pointer or the cursor is in

  function choose(i) {
    pointed = null;
    if (i === model.get("sample")) tell();
    else put(model, { sample: i });
  }

  function addUpTo(added) {
    if (added === model.get("added")) return;
    put(model, { added });
    if (added) choose(added - 1); // what came last stands beside the sum
  }

  function point(grid, [i], how) {
    pointed = how === "left" && document.activeElement !== grid.grid ? null : grid;
    if (how === "cursor" && rows.includes(grid) && i !== model.get("sample")) put(model, { sample: i });
    else tell();
  }

  /** The words for what is pointed at; its column of O and of G, and its entry in the sums, are outlined with it. */
  function tell() {
    const sample = model.get("sample");
    const [i, j] = pointed ? pointed.entry : [sample, null];
    const [h, k] = sums.includes(pointed) ? [i, j] : pointed === O ? [j, null] : [null, j];
    const dashed = (place) => (Object.values(place)[0] === null ? [] : [{ ...place, dashed: true }]);
    O.mark([...dashed({ column: h }), { row: sample }]);
    for (const grid of [Z, G]) grid.mark([...dashed({ column: k }), { row: sample }]);
    const both = h !== null && k !== null;
    for (const grid of sums) grid.mark(both ? [{ entry: [h, k] }] : [...dashed({ row: h }), ...dashed({ column: k })]);
    say(pointed ? `${pointed.words([i, j])}${meaning(sample, i, j)}` : `Row ${i} of O, Z and G belongs to ${who(i)}. Its part of grad_W is o_${i}ᵀ g_${i}.`);
  }

  function meaning(sample, i, j) {
    if (pointed === O) return `: input ${j} of ${who(i)}. It meets all of row ${i} of G, in row ${j} of grad_W.`;
    if (pointed === Z) return `: unit ${j} of ${who(i)}.`;
    const share = model.get("mean") ? `The loss's 1/m = 1/${m} is in it.` : "There is no 1/m in it.";
    if (pointed === G) return `: how the loss answers to Z[${i}, ${j}], unit ${j} of ${who(i)}. ${share}`;
    const [from, to] = pointed === part ? [sample, sample + 1] : [0, pointed === sum ? model.get("added") : m];
    if (from === to) return ": no sample is added yet.";
    const written = (term) => {
      const terms = Array.from({ length: Math.min(to - from, MOST_TERMS) }, (_, n) => term(from + n));
      if (to - from > MOST_TERMS) terms.splice(MOST_TERMS - 1, 1, "…", term(to - 1));
      return terms.join(" + ");
    };
    const numbers = (s) => `${number(at(layer.O, s, i))} · ${number(at(layer.G, s, j))}`;
    return ` = ${written((s) => `O[${s}, ${i}] G[${s}, ${j}]`)} = ${written(numbers)}`;
  }

  const followSum = () => (steps.go(model.get("added")), drawSum());
  follow(model, { sample: drawSample, layer: drawLayer, mean: drawLayer, added: followSum });
  drawLayer();
  steps.go(model.get("added"));
  return close;
}

export default { render };
