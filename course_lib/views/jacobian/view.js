const SLOPE = { width: 380, height: 230, left: 52, right: 14, top: 24, bottom: 34 };
const FEWEST_CHARACTERS = 5; // of a cell, so that cells do not grow and shrink with every move

/** The largest of 1, 2 and 5, times a power of ten, that is not above a size: for steps, which then meet whole numbers. */
function round(size) {
  const power = 10 ** Math.floor(Math.log10(size));
  return Number(([5, 2, 1].find((k) => k * power <= size) * power).toPrecision(1));
}

function same(a, b) {
  return a.length === b.length && a.every((value, k) => value === b[k]);
}

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
    const flat = Math.abs(end - level) < 12; // too low for words beside it: they stand above
    const [near, bottom] = [tip > SLOPE.width - 110, area.y + area.height];
    const write = (text, words, place, v, anchor) => {
      text.textContent = words;
      text.setAttribute("x", place);
      text.setAttribute("y", Math.max(area.y + 12, Math.min(bottom - 6, v)));
      text.setAttribute("text-anchor", anchor);
    };
    write(runText, `run ${number(run)}`, (foot + tip) / 2, level + (slope < 0 && !flat ? -7 : 16), "middle");
    const beside = flat ? Math.min(level, end) - 8 : (level + end) / 2 + 4;
    write(riseText, `rise ${number(slope * run)}`, near ? foot - 6 : tip + 6, beside, near ? "end" : "start");
    picture.name(`Curve of ${names.y} against ${names.x}, with the tangent of slope ${precise(slope)}`);
  }
  return { box: picture.box, draw };
}

function render({ model, el }) {
  const [yName, jName, xName] = model.get("names");
  const [m, n] = model.get("answer").J.shape;
  const [rowSymbol, columnSymbol] = model.get("symbols");
  const elementwise = model.get("elementwise");
  const hasKernel = Boolean(model.widget_manager); // a page that was exported has no widget manager
  const view = frame(el, `Jacobian ${jName}`);
  const { root, status, say, signal } = view;
  root.classList.add("bss-jacobian");
  const yi = (i) => `${yName}[${i}]`;
  const xj = (j) => `${xName}[${j}]`;

  const J = new MatrixGrid(signal, { onactive: (entry, how) => point("J", entry, how) });
  const y = vector(yName, m, rowSymbol, "y");
  const x = vector(xName, n, columnSymbol, "x");
  const grids = { y, J, x };
  const widest = { y: FEWEST_CHARACTERS, J: FEWEST_CHARACTERS, x: FEWEST_CHARACTERS };
  const sliders = Array.from({ length: n }, (_, j) => slider(xj(j), { min: -1, max: 1, step: "any", value: 0 }, (to) => drag(j, to)));
  const column = element("div", { class: "bss-sliders", role: "group", "aria-label": `components of ${xName}` });
  column.append(...sliders.map(({ box }) => box));
  const picture = slopePicture();
  const words = element("div", { class: "bss-slope-words" });
  const notice = element("div", { class: "bss-problem", "aria-live": "polite" });
  const lines = Array.from({ length: 5 }, () => words.appendChild(element("p")));
  const moved = element("div", { class: "bss-moved" }, x.box, column); // a slider stays beside its entry
  const area = element("div", { class: "bss-map" }, y.box, J.box, moved);
  root.append(area, status, element("div", { class: "bss-slopes" }, picture.box, words), notice);

  const size = () => parseFloat(getComputedStyle(root).fontSize) || 14;
  let answer, curves, em;
  let pointed = null; // {what: "J" | "y" | "x", entry}

  /** A vector, drawn as a column: its entries have one index. */
  function vector(name, size, symbol, what) {
    const grid = new MatrixGrid(signal, { onactive: (entry, how) => point(what, entry, how) });
    grid.words = ([i]) => `${name}[${i}] = ${precise(at(grid.matrix, i, 0))}`;
    grid.name = () => {
      grid.caption.replaceChildren(element("b", {}, name), ` (${size},) = (${symbol},)`);
      grid.grid.setAttribute("aria-label", `${name}, ${size} components, ${symbol}`);
    };
    return grid;
  }

  function point(what, entry, how) {
    const [i, j] = model.get("entry");
    const k = entry[0];
    const moved = how === "cursor" && (what === "J" ? i !== k || j !== entry[1] : k !== (what === "y" ? i : j));
    pointed = how === "pointer" || moved || document.activeElement === grids[what].grid ? { what, entry } : null;
    if (moved) {
      choose(what === "J" ? entry : elementwise ? [k, k] : what === "y" ? [k, j] : [i, k]);
    }
    mark();
  }

  function choose(to) {
    if (String(model.get("entry")) !== String(to)) put(model, { entry: to });
  }

  // ---- the sliders: the kernel computes
  const kernel = asker(model, view, { same, draw: receive, settle, tell: (words) => setText(notice, words) });

  function drag(j, to) {
    const next = [...kernel.latest()];
    next[j] = to;
    sliders[j].input.setAttribute("aria-valuetext", precise(to));
    pointed = { what: "x", entry: [j, 0] };
    if (elementwise) choose([j, j]); // no other slope moves
    kernel.ask(next);
  }

  function receive() {
    answer = model.get("answer");
    curves = unpack({ data: answer.curves }).data;
    lay();
    mark();
  }

  function settle() {
    answer.asked.forEach(setSlider);
    const none = "The sliders need a running kernel, and this page has none. Everything else answers.";
    const lasting = answer.problem && !same(answer.asked, unpack(answer.x).data);
    const kept = `${answer.problem.replace(/\.$/, "")}. The numbers are those of the last ${xName} that worked.`;
    setText(notice, lasting ? kept : answer.problem || (hasKernel ? "" : none));
  }

  function setSlider(value, j) {
    const { input } = sliders[j];
    if (Number(input.max) !== answer.reach) {
      const { reach } = answer;
      Object.assign(input, { min: -reach, max: reach, step: round(reach / 100) });
    }
    input.value = value;
    input.disabled = !hasKernel;
    input.setAttribute("aria-valuetext", precise(value));
  }

  function lay() {
    em = size();
    show("y", answer.y);
    show("J", answer.J, elementwise ? (i, j) => i !== j : null);
    show("x", answer.x);
    y.name();
    x.name();
  }

  /** Show a matrix; its cells may grow, but they never shrink. */
  function show(what, matrix, faded = null) {
    const grid = grids[what];
    const { shape, data } = unpack(matrix);
    for (const value of data) widest[what] = Math.max(widest[what], number(value).length);
    const cell = { width: Math.ceil(em * (0.9 + 0.56 * widest[what])), height: Math.ceil(em * grid.rowHeight) };
    const entry = what === "J" ? { symbols: [rowSymbol, columnSymbol] } : {};
    grid.set({ ...matrix, ...entry }, { faded, cell: Math.max(...shape) > MOST_NUMBERED ? null : cell });
  }

  /** Each slider stands beside its entry of x, whatever the size of the text is. */
  function alignSliders() {
    if (em !== size()) lay();
    const offset = x.grid.getBoundingClientRect().top - x.box.getBoundingClientRect().top;
    column.style.paddingTop = `${offset + x.top}px`;
    for (const { box } of sliders) box.style.height = `${x.size.height}px`;
  }

  // ---- what is pointed at, or else chosen
  function mark() {
    const [i, j] = model.get("entry");
    const { what, entry } = pointed ?? { what: "J", entry: [i, j] };
    const [row, col] = what === "J" ? entry : what === "y" ? [entry[0], null] : [null, entry[0]];
    J.mark(what === "J" ? [{ entry }] : what === "y" ? [{ row, dashed: true }] : [{ column: col, dashed: true }]);
    y.mark(row === null ? [] : [{ entry: [row, 0] }]);
    x.mark(col === null ? [] : [{ entry: [col, 0] }]);
    say(sentence(what, entry));
    drawSlope(i, j);
  }

  function sentence(what, entry) {
    const said = grids[what].words(entry);
    const [i, j] = entry;
    if (what === "y") return `${said}. Row ${i} of ${jName} says how it moves with each component of ${xName}.`;
    if (what === "J") {
      if (elementwise && i !== j) return `${said}: zero by its index, since ${yi(i)} depends on ${xj(i)} alone.`;
      return `${said}: if ${xj(j)} moves by a little, ${yi(i)} moves ${precise(at(J.matrix, i, j))} times as far.`;
    }
    const slopes = Array.from({ length: Math.min(m, 6) }, (_, k) => number(at(J.matrix, k, i)));
    const dy = `(${slopes.join(", ")}${m > 6 ? ", …" : ""})`;
    return `${said}. Move it by d${xName}: d${yName} = column ${i} of ${jName} times d${xName} = ${dy} d${xName}.`;
  }

  function drawSlope(i, j) {
    const place = answer.columns.indexOf(j);
    if (place < 0) return; // the kernel is sending this curve
    const count = curves.length / answer.columns.length / m;
    const ys = Array.from({ length: count }, (_, k) => curves[(place * count + k) * m + i]);
    const slope = at(J.matrix, i, j);
    const run = round(answer.reach / 3);
    const [here, value] = [at(x.matrix, j, 0), at(y.matrix, i, 0)];
    const rise = precise(slope * run);
    const texts = [
      `${yi(i)} against ${xj(j)}`,
      `At ${xj(j)} = ${precise(here)}, ${yi(i)} = ${precise(value)}. The other components of ${xName} stand still.`,
      `Run: ${xj(j)} goes on by ${number(run)}. Rise: along the dashed tangent, ${yi(i)} goes on by ${rise}.`,
      `Slope = rise / run = ${rise} / ${number(run)} = ${precise(slope)}.`,
      `That is d${yi(i)}/d${xj(j)}, the entry [${i}, ${j}] of ${jName}.`,
    ];
    texts.forEach((text, k) => setText(lines[k], text));
    picture.draw({ ys, y: value, x: here, slope, run, reach: answer.reach, names: { x: xj(j), y: yi(i) } });
  }

  function place() {
    const [i, j] = model.get("entry");
    J.move([i, j], { silent: true });
    y.move([i, 0], { silent: true });
    x.move([j, 0], { silent: true });
    mark();
  }

  column.addEventListener("focusout", () => { pointed = null; mark(); });
  column.addEventListener("focusin", ({ target }) => {
    pointed = { what: "x", entry: [sliders.findIndex(({ input }) => input === target), 0] };
    mark();
  });
  const resized = new ResizeObserver(alignSliders);
  resized.observe(x.box);
  view.follow(model, { entry: place });
  kernel.receive();
  place();
  alignSliders();
  return () => {
    resized.disconnect();
    view.close();
  };
}

export default { render };
