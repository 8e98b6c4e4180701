const MOST_TERMS = 8; // of a sum that are written out at once; dots stand for the others

/** "O[{i}, {h}]" with the numbers of the indexes in place of their letters. */
function filled(text, index) {
  return text.replace(/\{([ijhk])\}/g, (_, letter) => index[letter]);
}

/** A number as a factor: (−3), so that its sign is not read as a difference. */
function factor(x) {
  return precise(x).startsWith("−") ? `(${precise(x)})` : precise(x);
}

const plural = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;

/**
 * The sum for the entry (h, k): the matrix of slopes dY/dX[h, k], its structural non-zeros in the order of the rows as
 * terms {i, j, product, sum, source}, and for the cells of both matrices the number of the term that they are in.
 */
function walkOf([h, k], { tensor, structural, G, texts }) {
  const [rows, columns, p, q] = tensor.shape;
  const slopes = new Float64Array(rows * columns);
  const [terms, byCell, bySource] = [[], new Map(), new Map()];
  let sum = 0;
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) {
      const place = ((i * columns + j) * p + h) * q + k;
      const [left, right] = [tensor.data[place], at(G, i, j)];
      slopes[i * columns + j] = left;
      if (!structural[place]) continue;
      const index = { i, j, h, k, 0: 0 };
      const source = texts.at.map((letter) => index[letter]);
      sum += left * right;
      byCell.set(`${i},${j}`, terms.length);
      bySource.set(String(source), terms.length);
      const text = texts.term.map((part) => filled(part, index)).join("·");
      terms.push({ cell: [i, j], source, text, left, right, product: left * right, sum });
    }
  return { h, k, slopes, terms, byCell, bySource };
}

function render({ model, el }) {
  const [tensor, X, G, gradient] = ["tensor", "X", "G", "gradient"].map((name) => unpack(model.get(name)));
  const source = model.get("source").data ? unpack(model.get("source")) : null;
  const bytes = model.get("structural");
  const structural = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const texts = model.get("texts");
  const data = { tensor, structural, G, texts };
  const [rows, columns, p, q] = tensor.shape;
  const zero = texts.by_index ? "0 by its index" : "0";
  let walk = null;
  let step = -1; // how many products are added, as far as it is drawn
  let pointed = null; // {term}, {part} or {words}: what the pointer or the focus is on
  let first = 0; // the first term that is written out

  const view = frame(el, `Key idea: ${tensor.name} and ${G.name}`);
  const { root, status, say, signal } = view;
  const count = element("div", { class: "bss-count" });

  // ---- the matrices
  const named = (index) => filled(tensor.name + texts.x, index);
  const cellName = ([i, j]) => filled(`d${texts.Y}${texts.y}/d${texts.X}${texts.x}`, { i, j, h: walk.h, k: walk.k });
  const chosen = () => filled(texts.result, walk);
  const value = () => at(gradient, walk.h, walk.k);

  const picker = new MatrixGrid(signal, { onactive: (entry, how) => pick(picker, entry, how) });
  const result = new MatrixGrid(signal, { onactive: (entry, how) => pick(result, entry, how) });
  const inSlopes = (entry) => walk.byCell.get(String(entry));
  const slopes = cells(inSlopes, (entry) => `${slopes.words(entry)}: it adds nothing.`);
  const right = cells(
    inSlopes,
    (entry) => `${right.words(entry)} is multiplied by ${cellName(entry)}, which is ${zero}: it adds nothing.`,
  );
  const left =
    source &&
    cells(
      (entry) => walk.bySource.get(String(entry)),
      (entry) => `${left.words(entry)} is in no product of ${chosen()}.`,
    );
  const wordsOf = (matrix, name) => ([i, j]) => `${name(i, j)} = ${precise(at(matrix, i, j))}`;
  picker.words = wordsOf(X, (h, k) => X.name + filled(texts.x, { h, k }));
  result.words = wordsOf(gradient, (h, k) => filled(texts.result, { h, k }));
  right.words = wordsOf(G, (i, j) => G.name + filled(texts.y, { i, j }));
  slopes.words = ([i, j]) => {
    const fact = `${cellName([i, j])} = ${precise(walk.slopes[i * columns + j])}`;
    return texts.by_index && !walk.byCell.has(`${i},${j}`) ? `${fact} by its index` : fact;
  };

  /** A matrix whose cells are in terms of the sum: pointing at one points at its term, if it is in any. */
  function cells(termAt, outside) {
    const grid = new MatrixGrid(signal, { onactive: follow });
    for (const kind of ["focus", "blur"]) grid.grid.addEventListener(kind, follow, { signal });
    function follow() {
      if (!walk) return;
      if (!grid.hovered && document.activeElement !== grid.grid) return point(null);
      const term = termAt(grid.entry);
      point(term === undefined ? { words: outside(grid.entry) } : { term, before: `${grid.words(grid.entry)}: ` });
    }
    return grid;
  }

  // ---- the lines of text
  const controls = player("Products added", 0, added, signal);
  const range = controls.box.querySelector("input");
  const text = (part) => (typeof part === "string" ? part : [filled(part[0], { h: 0, k: 0 }), part[1]]);
  const pointAt = (part) => point(part && { part });
  const formula = linked("matrix formula", texts.formula.map(text), pointAt);
  const code = texts.code.map((line) => linked("numpy", line.map(text), pointAt));
  const most = mostTerms();
  const slots = Array.from({ length: Math.min(MOST_TERMS, most) }, (_, slot) => slot);
  const sum = linked("index sum", [["", "result"], " = ", ...slots.flatMap((slot) => [" + ", ["", slot]])], (key) =>
    point(typeof key === "number" ? { term: first + key, before: "" } : key && { part: key }),
  );
  // Each plus hides with the term behind it; the first one stands for the terms before, and one more for those after.
  const pieces = [...sum.box.querySelectorAll("button")].slice(1);
  const pluses = pieces.map((piece) => {
    const plus = element("span", {}, " + ");
    piece.previousSibling.replaceWith(plus);
    return plus;
  });
  const last = { i: rows - 1, j: columns - 1, h: p - 1, k: q - 1 };
  for (const piece of pieces) piece.style.minWidth = `${filled(texts.term.join("·"), last).length + 1}ch`;
  const empty = element("span", {}, "0, an empty sum");
  const after = element("span", {}, " + …");
  const equals = element("span");
  sum.box.append(empty, after, equals);
  pluses[0]?.replaceChildren("… + ");
  if (most <= slots.length) for (const dots of [pluses[0], after]) dots?.remove();

  // ---- the page
  const column = (title, grid) => element("div", {}, element("div", { class: "bss-title" }, title), grid.box);
  const operator = (sign) => element("span", { class: "bss-operator", "aria-hidden": "true" }, sign);
  const line = (title, ...boxes) => element("div", { class: "bss-line" }, element("b", {}, title), ...boxes);
  const numpyBoxes = code.flatMap(({ box }, number) => (number ? ["or", box] : [box]));
  const slope = `d${texts.z}/d${texts.Y}`;
  root.append(
    element(
      "div",
      { class: "bss-paths" },
      element("div", {}, column(`1. Pick an entry of ${texts.X}`, picker), ...(left ? [column("Factors", left)] : [])),
      element(
        "div",
        {},
        column(`2. It moves ${texts.Y}`, slopes),
        operator("⊙"),
        column(`3. Times ${slope}`, right),
        operator("→"),
        column("4. The sum", result),
      ),
    ),
    count,
    controls.box,
    status,
    line("Index sum", sum.box),
    line("Matrices", formula.box),
    line("numpy", ...numpyBoxes),
  );

  // ---- what happens
  function pick(grid, entry, how) {
    if (!walk) return;
    if (how === "pointer") return point({ words: `${grid.words(entry)}. Click to choose this entry.` });
    const [h, k] = model.get("entry");
    if (how === "left" || (entry[0] === h && entry[1] === k)) return point(null);
    controls.pause();
    put(model, { step: 0, entry: [...entry] });
    lay();
  }

  function point(to) {
    if (to === null && pointed === null) return;
    pointed = to;
    show();
  }

  function added(now) {
    if (!walk) return;
    step = now;
    range.setAttribute("aria-valuetext", `${step} of ${plural(walk.terms.length, "product")}`);
    if (model.get("step") !== step) put(model, { step });
    show();
  }

  /** To the entry and the step that the model names. */
  function lay() {
    const [h, k] = model.get("entry");
    if (walk?.h !== h || walk.k !== k) {
      walk = walkOf([h, k], data);
      pointed = null;
      first = 0;
      const matrix = { ...G, name: named({ h, k }), data: walk.slopes };
      slopes.set(matrix, { faded: (i, j) => !walk.byCell.has(`${i},${j}`), cell: slopes.cell, limit });
      asVector(slopes, texts.y);
      for (const grid of [picker, result]) grid.move([h, k], { silent: true });
      count.textContent = counted();
      sum.write("result", chosen());
      for (const linkedLine of [...code, formula]) rewrite(linkedLine);
      controls.setLast(walk.terms.length);
      step = -1;
    }
    if (step !== model.get("step")) controls.go(model.get("step"));
  }

  /** The pieces of a line for the chosen entry. */
  function rewrite(linkedLine) {
    const parts = linkedLine === formula ? texts.formula : texts.code[code.indexOf(linkedLine)];
    for (const part of parts) if (typeof part !== "string") linkedLine.write(part[1], filled(part[0], walk));
  }

  function counted() {
    const { terms } = walk;
    const others = rows * columns - terms.length;
    const zeros = terms.filter(({ left: slope }) => slope === 0).length;
    const name = named(walk);
    const where = texts.counted ? `: ${filled(texts.counted, walk)}` : "";
    const s = zeros === 1 ? "s" : "";
    const chance = zeros ? ` ${zeros} of the ${terms.length} happen${s} to be 0, and still count${s}.` : "";
    const are = `${others === 1 ? "entry is" : "entries are"} ${zero.replace("its", others === 1 ? "its" : "their")}`;
    const rest = ` The other ${others} of ${rows * columns} ${are}.`;
    const kind = texts.by_index ? "structural non-zero" : "non-zero";
    return `${plural(terms.length, kind)} in ${name}${where}.${chance}${others ? rest : ""}`;
  }

  function show() {
    const { terms } = walk;
    const landed = step === terms.length;
    const active = terms[pointed ? (pointed.term ?? -1) : step - 1];
    const part = pointed?.part;
    const lit = part ? [part] : [...(active ? ["left", "right"] : []), ...(landed && !pointed ? ["result"] : [])];
    const marks = (place, all) => {
      const dashed = terms.filter((term, t) => term !== active && (all || t < step));
      return [
        ...dashed.map((term) => ({ entry: term[place], dashed: !all })),
        ...(active ? [{ entry: active[place] }] : []),
      ];
    };
    slopes.mark(marks("cell", part === "left"));
    right.mark(marks("cell", part === "right"));
    left?.mark(marks("source", part === "left"));
    picker.mark([{ entry: [walk.h, walk.k] }]);
    result.mark([{ entry: [walk.h, walk.k], dashed: !landed && part !== "result" }]);
    for (const { light } of [formula, ...code]) light(lit);

    const now = active ? terms.indexOf(active) : 0;
    if (active && (now < first || now >= first + slots.length)) {
      const page = now - (now < first ? slots.length - 3 : 2); // with two terms more, on the side it comes from
      first = Math.max(0, Math.min(terms.length - slots.length, page));
    }
    writeSum(terms, landed);
    sum.light(part === "result" ? lit : part ? slots : [...(active ? [now - first] : []), ...lit]);
    say(said(terms, active, now));
  }

  function writeSum(terms, landed) {
    pieces.forEach((piece, slot) => {
      const term = terms[first + slot];
      if (term && piece.textContent !== term.text) piece.textContent = term.text;
      piece.classList.toggle("bss-asleep", !term);
      piece.classList.toggle("bss-added", first + slot < step);
      pluses[slot].classList.toggle("bss-asleep", !term || (slot === 0 && first === 0));
    });
    empty.hidden = terms.length > 0;
    after.classList.toggle("bss-asleep", first + slots.length >= terms.length);
    equals.textContent = ` = ${precise(value())}`;
    equals.classList.toggle("bss-asleep", !landed || !terms.length);
  }

  function said(terms, active, now) {
    if (pointed?.words) return pointed.words;
    const total = `${chosen()} = ${precise(value())}`;
    const products = plural(terms.length, "product");
    if (pointed?.part === "result") return `${total}, the sum of ${products}.`;
    const name = pointed?.part && texts.formula.find((piece) => piece[1] === pointed.part)[0];
    if (name) return `${name}: outlined is what it gives to the ${products} of ${chosen()}.`;
    const before = `${picker.words([walk.h, walk.k])} is chosen`;
    if (!terms.length) return `${before}. It moves no entry of ${texts.Y}: the sum is empty, ${total}.`;
    if (!active) return `${before}. None of the ${products} of ${chosen()} is added yet.`;
    const product = `${active.text} = ${factor(active.left)}·${factor(active.right)} = ${precise(active.product)}`;
    const place = `product ${now + 1} of ${terms.length}`;
    if (pointed) return `${pointed.before}${product}, ${place} of ${chosen()}.`;
    const sofar = `Added ${place}: ${product}.`;
    if (step < terms.length) return `${sofar} The sum so far is ${precise(active.sum)}.`;
    return `${sofar} All are added: ${total}.`;
  }

  /** A vector stands in one row, but its shape has one index. */
  function asVector(grid, index) {
    const { shape, symbols } = grid.matrix;
    if (index.includes(",")) return;
    grid.caption.lastChild.textContent = ` (${shape[1]},)${symbols.length ? ` = (${symbols[1]},)` : ""}`;
  }

  /** The number of terms of the longest sum. */
  function mostTerms() {
    const counts = new Uint32Array(p * q);
    structural.forEach((marked, place) => (counts[place % (p * q)] += marked));
    return counts.reduce((a, b) => Math.max(a, b), 0);
  }

  // ---- first drawing. The slopes' cells have room for every number of the tensor: choosing an entry moves nothing.
  walk = walkOf(model.get("entry"), data);
  const limit = tensor.data.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  const numbers = Math.max(rows, columns) <= MOST_NUMBERED ? new Set(tensor.data) : walk.slopes;
  const everything = new Float64Array(Math.max(rows * columns, numbers.size ?? 0));
  everything.set([...numbers]);
  slopes.set({ ...G, name: named(last), data: everything });
  right.set(G);
  picker.set(X);
  result.set(gradient);
  left?.set(source);
  for (const grid of [picker, result]) asVector(grid, texts.x);
  asVector(right, texts.y);
  align(slopes, right);
  walk = null;
  view.follow(model, { entry: lay, step: lay });
  lay();
  return view.close;
}

export default { render };
