const MOST_TERMS = 8; // of a sum; of a longer one the middle is added up
const THUMB = 4.2; // em: the longest side of a matrix in the overview
const THUMB_CELL = 0.7;

/** [row of the forward pass, row of the backward pass] for each column: a gradient stands below what it belongs to. */
function columns(layers) {
  const all = [[["O[0]"], []]];
  for (let l = 0; l < layers; l++)
    all.push(
      [[`W[${l}]`, `b[${l}]`], [`grad_W[${l}]`, `grad_b[${l}]`]],
      [[`Z[${l}]`], [`G[${l}]`]],
      [[`O[${l + 1}]`], [`dL_dO[${l + 1}]`]],
    );
  return [...all, [["T"], []]];
}

/** The row of all matrices: small pictures, each a button that goes to the step that makes it. One stop for Tab. */
function overview(layers, matrices, steps, goTo, signal) {
  const items = new Map(); // name: {button, canvas, made, words, partner}
  const all = columns(layers);
  const cell = (names) => {
    const box = element("div", { class: "bss-stack" });
    for (const name of names) {
      const [rows, wide] = matrices[name].shape;
      const scale = Math.min(THUMB_CELL, THUMB / Math.max(rows, wide));
      const canvas = element("canvas", { "aria-hidden": "true", width: wide, height: rows });
      canvas.style.width = `${Math.max(wide * scale, 0.15)}em`;
      canvas.style.height = `${Math.max(rows * scale, 0.15)}em`;
      const maker = steps.findIndex((step) => step.result === name);
      const to = maker < 0 ? steps.findIndex((step) => step.uses.includes(name)) : maker;
      const given = maker < 0; // T, W and b are there from the start
      const words = `${name}, ${rows} by ${wide}: go to the ${given ? "first step that uses it" : "step that makes it"}`;
      const piece = button("", () => goTo(to), { class: "bss-thumb", tabindex: "-1" });
      piece.append(element("span", { class: "bss-cells" }, canvas), element("span", { class: "bss-name" }, name));
      items.set(name, { piece, canvas, made: given ? 0 : maker, words });
      box.append(piece);
    }
    return box;
  };
  const bar = element("div", { class: "bss-overview", role: "toolbar", "aria-label": "All matrices of the pass" });
  bar.append(element("span", { class: "bss-way" }, "forwards →"), element("span", { class: "bss-way" }, "← backwards"));
  for (const [above, below] of all) bar.append(cell(above), cell(below));

  const names = [...items.keys()];
  const pieces = names.map((name) => items.get(name).piece);
  const partner = new Map();
  for (const [above, below] of all)
    below.forEach((name, k) => [partner.set(above[k], name), partner.set(name, above[k])]);
  pieces[0].tabIndex = 0;
  bar.addEventListener("focusin", (event) => {
    for (const piece of pieces) piece.tabIndex = piece === event.target ? 0 : -1;
  });
  bar.addEventListener("keydown", (event) => {
    const k = pieces.indexOf(event.target);
    const other = items.get(partner.get(names[k]))?.piece;
    const to = {
      ArrowRight: pieces[k + 1],
      ArrowLeft: pieces[k - 1],
      ArrowUp: other,
      ArrowDown: other,
      Home: pieces[0],
      End: pieces.at(-1),
    };
    if (!(event.key in to)) return;
    event.preventDefault();
    to[event.key]?.focus();
  });

  function paint() {
    const colours = palette(bar);
    for (const [name, { canvas }] of items) {
      const { data, shape } = matrices[name];
      const limit = data.reduce((most, x) => (Number.isFinite(x) ? Math.max(most, Math.abs(x)) : most), 0);
      const pen = canvas.getContext("2d");
      const image = pen.createImageData(shape[1], shape[0]);
      data.forEach((x, k) => image.data.set([...signed(x, limit, colours), 255], 4 * k));
      pen.putImageData(image, 0, 0);
    }
  }
  oncePlaced(bar, paint, signal);
  onTheme(paint, signal);

  function show(now) {
    const { result, uses } = steps[now];
    for (const [name, { piece, made, words }] of items) {
      const role = name === result ? "result" : uses.includes(name) ? "operand" : "";
      piece.dataset.role = role;
      piece.toggleAttribute("data-empty", made > now);
      const said = { result: ", the result of this step", operand: ", used in this step" }[role] ?? "";
      piece.setAttribute("aria-label", words + said + (made > now ? ", not computed yet" : ""));
    }
    reveal(bar, items.get(result).piece);
  }
  return { bar, show };
}

/** Scroll a row sideways, and nothing else, until a piece of it is seen. */
function reveal(row, piece) {
  const [outer, inner] = [row.getBoundingClientRect(), piece.getBoundingClientRect()];
  if (inner.left < outer.left || inner.right > outer.right)
    row.scrollLeft += inner.left + inner.width / 2 - outer.left - outer.width / 2;
}

function render({ model, el }) {
  const sizes = model.get("sizes");
  const steps = model.get("steps");
  const matrices = Object.fromEntries(Object.entries(model.get("matrices")).map(([name, given]) => [name, unpack(given)]));
  const last = steps.length - 1;
  const view = frame(el, `A pass of a network with ${sizes.join(", ")} units, forwards and backwards`);
  const { root, status, signal } = view;
  let [now, operands] = [-1, []];

  const play = player("Step", last, show, signal, { step: model.get("step"), every: 2000 });
  const handle = play.box.querySelector("input");
  const named = steps.map(({ title }, k) => [k, `${k}. ${title}`]);
  const list = choice("Go to", named, 0, (k) => goTo(Number(k)));
  play.box.append(list.box);
  const formula = element("div", { class: "bss-formula", role: "math" });
  const notes = steps.map((step) => element("p", {}, step.note));
  const board = element("div", { class: "bss-board" });
  const all = overview(sizes.length - 1, matrices, steps, goTo, signal);
  const legend = "Solid outline: the result. Dashed: what it is made from. Empty: not computed yet.";
  // Of the two lines only the one that changes is read aloud.
  const [stepLine, entryLine] = [element("div"), element("div")];
  status.setAttribute("aria-atomic", "false");
  status.append(stepLine, entryLine);
  const heading = [play.box, all.bar, element("p", { class: "bss-legend" }, legend), formula];
  root.append(element("div", { class: "bss-stepper" }, ...heading, element("div", { class: "bss-notes" }, ...notes), status, board));
  board.style.minHeight = tallest();

  const most = Math.max(...steps.map((step) => names(step).length));
  const grids = Array.from({ length: most }, (_, k) => {
    const grid = new MatrixGrid(signal, { onactive: (entry) => point(k, entry) });
    grid.grid.addEventListener("focus", () => point(k, grid.entry), { signal });
    return grid;
  });

  function names({ parts }) {
    return parts.filter((part) => typeof part !== "string").map((part) => part.matrix);
  }

  /** The room that the highest matrices of all steps need, so that no step moves what stands below the view. */
  function tallest() {
    let [numbered, coloured] = [0, 0];
    for (const { shape: [rows, wide] } of steps.flatMap(names).map((name) => matrices[name]))
      if (Math.max(rows, wide) <= MOST_NUMBERED) numbered = Math.max(numbered, rows);
      else coloured = Math.max(coloured, rows);
    return `calc(max(${numbered * 1.95}em, min(${coloured * 1.4}em, ${LONGEST_OF_SEVERAL}px)) + 5.4em + 18px)`;
  }

  function goTo(k) {
    play.pause();
    play.go(k);
  }

  function show(k) {
    if (k === now) return;
    now = k;
    const step = steps[k];
    operands = names(step);
    list.input.value = k;
    handle.setAttribute("aria-valuetext", `${k} of ${last}: ${step.title}`);
    write(step);
    all.show(k);
    let g = 0;
    const pieces = step.parts.map((part) =>
      typeof part === "string" ? element("span", { class: "bss-operator", "aria-hidden": "true" }, part.trim() || "@") : grids[g++].box,
    );
    board.replaceChildren(...pieces);
    operands.forEach((name, j) => grids[j].set(matrices[name]));
    // Rows and columns of neighbours stand in line; colours alone have cells too small for numbers.
    const used = grids.slice(0, operands.length);
    for (const kind of [true, false]) {
      const same = used.filter((grid) => grid.small === kind);
      if (same.length) align(...same);
    }
    board.scrollLeft = 0;
    point(0, grids[0].cursor);
    if (model.get("step") !== k) put(model, { step: k });
  }

  function write(step) {
    formula.replaceChildren();
    let [words, shapes] = ["", ""];
    for (const part of step.parts) {
      if (typeof part === "string") {
        formula.append(element("span", {}, part.trim()));
        words += part;
        shapes += now ? part : ", "; // step 0 has no formula, only the data
        continue;
      }
      const { name, symbols, shape } = matrices[part.matrix];
      const lines = [element("b", {}, shown(name)), element("span", {}, `(${symbols.join(", ")})`)];
      formula.append(element("span", { class: "bss-factor" }, ...lines, element("span", {}, `(${shape.join(", ")})`)));
      words += shown(name);
      shapes += `(${shape.join(", ")})`;
    }
    formula.setAttribute("aria-label", `${words}, shapes ${shapes}`);
    notes.forEach((note, k) => note.classList.toggle("bss-asleep", k !== now));
    stepLine.textContent = `Step ${now} of ${last}. ${step.title}: ${words}, shapes ${shapes}`;
  }

  /** The entry [i, j] of the g-th matrix of the formula is active: outline what it is made from, or what it goes into. */
  function point(g, [i, j]) {
    const { form } = steps[now];
    const marks = grids.map(() => []);
    marks[g] = [{ entry: [i, j] }];
    const into = `${grids[g].words([i, j])}: it goes into`;
    const result = shown(operands[0]);
    let text = grids[g].words([i, j]);
    const inside = ({ matrix }) => ({ entry: [Math.min(i, matrix.shape[0] - 1), j], dashed: true });
    if (form === "product") {
      if (g === 0) {
        marks[1] = [{ row: i, dashed: true }];
        marks[2] = [{ column: j, dashed: true }];
        if (operands[3]) marks[3] = [inside(grids[3])];
        text += ` = ${sum(i, j)}: row ${i} of ${shown(operands[1])} with column ${j} of ${shown(operands[2])}`;
        if (operands[3]) text += `, plus ${operands[3]}[${marks[3][0].entry.join(", ")}]`;
      } else if (g === 1) {
        marks[0] = [{ row: i, dashed: true }];
        marks[2] = [{ row: j, dashed: true }];
        text = `${into} row ${i} of ${result}, times row ${j} of ${shown(operands[2])}`;
      } else if (g === 2) {
        marks[0] = [{ column: j, dashed: true }];
        marks[1] = [{ column: i, dashed: true }];
        text = `${into} column ${j} of ${result}, times column ${i} of ${shown(operands[1])}`;
      } else if (operands[3].startsWith("b")) {
        marks[0] = [{ column: j, dashed: true }];
        text = `${into} column ${j} of ${result}, once for each sample`;
      } else {
        marks[0] = [inside(grids[0])];
        text = `${into} ${result}[${i}, ${j}]`;
      }
    } else if (form === "entries") {
      for (let k = 0; k < operands.length; k++) if (k !== g) marks[k] = [inside(grids[k])];
      text = g === 0 ? `${text} ${entries(i, j)}` : `${into} ${result}[${i}, ${j}] ${entries(i, j)}`;
    }
    operands.forEach((_, k) => grids[k].mark(marks[k]));
    if (entryLine.textContent !== text) entryLine.textContent = text;
  }

  const bracketed = (x) => (x < 0 ? `(${number(x)})` : number(x));

  /** The formula of a step with the numbers of one entry: = 0.3 · 1 */
  function entries(i, j) {
    const numbers = { "⊙": "·", m: matrices.T.shape[0] };
    const worded = ({ matrix }) => bracketed(at(matrices[matrix], i, j));
    const parts = steps[now].parts.slice(1).map((part) => (typeof part === "string" ? part : worded(part)));
    return parts.join("").trim().split(" ").map((word) => numbers[word] ?? word).join(" ");
  }

  /** The sum that an entry of a product stands for: 1·0.3 + 2·(−1) + 0.5 */
  function sum(i, j) {
    const [, left, right, extra] = operands.map((name) => matrices[name]);
    const inner = left.shape[1];
    const terms = Array.from({ length: inner }, (_, h) => [at(left, i, h), at(right, h, j)]);
    const written = ([a, b]) => `${bracketed(a)}·${bracketed(b)}`;
    let pieces = terms.map(written);
    if (inner > MOST_TERMS) {
      const [front, back] = [MOST_TERMS / 2, 2];
      const partial = terms.slice(front, -back).reduce((total, [a, b]) => total + a * b, 0);
      const middle = `[${inner - front - back} more, in all ${number(partial)}]`;
      pieces = [...pieces.slice(0, front), middle, ...pieces.slice(-back)];
    }
    if (extra) {
      const x = bracketed(at(extra, Math.min(i, extra.shape[0] - 1), j));
      pieces.push(steps[now].parts.some((part) => part === " + λ ") ? `${model.get("lam")}·${x}` : x);
    }
    return pieces.join(" + ");
  }

  const follow = () => play.go(model.get("step"));
  view.follow(model, { step: follow });
  follow();
  return view.close;
}

export default { render };
