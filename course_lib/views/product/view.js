const MOST_TERMS = 9; // of a sum that are written out; the others hide behind dots

/** A matrix turned over: O becomes O^T, and O^T becomes O. */
function transposed(matrix) {
  const [rows, columns] = matrix.shape;
  const data = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) data[j * rows + i] = at(matrix, i, j);
  const name = matrix.name.endsWith("^T") ? matrix.name.slice(0, -2) : `${matrix.name}^T`;
  return { name, symbols: [...matrix.symbols].reverse(), shape: [columns, rows], data };
}

/** O^T as numpy writes it: O.T; the ones are called ones. */
function code(name) {
  return name.replace(/^1(?=$|\^)/, "ones").replaceAll("^T", ".T");
}

/** A[:, :steps] B[:steps, :], the sum of the first outer products. */
function outerSum(left, right, steps) {
  const [rows, inner] = left.shape;
  const columns = right.shape[1];
  const data = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++)
    for (let s = 0; s < steps; s++)
      for (let j = 0; j < columns; j++) data[i * columns + j] += left.data[i * inner + s] * right.data[s * columns + j];
  return data;
}

function render({ model, el }) {
  const factors = model.get("factors").map(unpack);
  const given = model.get("variants")[0];
  const view = frame(el, `Product ${spoken(given.name)}`);
  const { root, status, say, signal } = view;
  const options = (onactive) => ({ onactive });
  const leftGrid = new MatrixGrid(signal, options((entry, how) => point(entry[0], at_.j, entry[1], how)));
  const rightGrid = new MatrixGrid(signal, options((entry, how) => point(at_.i, entry[1], entry[0], how)));
  const productGrid = new MatrixGrid(signal, options((entry, how) => point(entry[0], entry[1], null, how)));
  const none = element("div", { class: "bss-none" });
  const words = element("p", { class: "bss-words" });

  // ---- what is shown: at_ is the entry (i, j) and perhaps one term of its sum
  let at_ = { i: 0, j: 0, term: null };
  let left, right, product, outer;

  const toggle = (text, bit) =>
    button(text, () => put(model, { variant: model.get("variant") ^ bit }), { "aria-pressed": "false" });
  const swap = toggle("Swap the factors", 4);
  const turns = [
    toggle(`Transpose ${shown(factors[0].name)}`, 2),
    toggle(`Transpose ${shown(factors[1].name)}`, 1),
  ];
  const mode = button("Build it from outer products", () => setOuter(!outer), { "aria-pressed": "false" });
  const corner = element("div", { class: "bss-corner" }, ...turns, swap, mode);
  const area = element("div", { class: "bss-product" }, corner, rightGrid.box, leftGrid.box, productGrid.box, none);

  const line = (title) => element("div", { class: "bss-line" }, element("b", {}, title));
  const [sumLine, formulaLine, numpyLine] = ["Index sum", "Matrices", "numpy"].map(line);
  const lines = element("div", { class: "bss-lines" }, sumLine, formulaLine, numpyLine);
  const steps = player("Outer products added", factors[0].shape[1], addUpTo, signal);
  root.append(area, steps.box, status, words, lines);

  // Terms of the sum are buttons that stay; only their texts change, so that pointing costs no layout of new elements.
  const head = element("button", { type: "button", class: "bss-link", onclick: () => productGrid.grid.focus() });
  const tail = element("span");
  const [before, after] = [element("span"), element("span")];
  const terms = Array.from({ length: MOST_TERMS }, (_, k) => {
    const piece = element("button", { type: "button", class: "bss-link" });
    const enter = () => show({ ...at_, term: first + k });
    for (const kind of ["pointerenter", "focus", "click"]) piece.addEventListener(kind, enter);
    for (const kind of ["pointerleave", "blur"]) piece.addEventListener(kind, () => show({ ...at_, term: null }));
    return piece;
  });
  const pluses = terms.map(() => element("span", {}, " + "));
  let first = 0;
  const sumBox = element("span", { class: "bss-linked", role: "group", "aria-label": "index sum" }, head, " = ", before);
  terms.forEach((piece, k) => sumBox.append(...(k ? [pluses[k]] : []), piece));
  sumBox.append(after, tail);
  sumLine.append(sumBox);
  let formula, numpy;

  function point(i, j, term, how) {
    if (how === "left") return place();
    show({ i, j, term });
    const entry = model.get("entry");
    if (how === "cursor" && product && (entry[0] !== i || entry[1] !== j)) put(model, { entry: [i, j] });
  }

  function lay() {
    const variant = model.get("variants")[model.get("variant")];
    const pair = factors.map((factor, k) => (variant.turned[k] ? transposed(factor) : factor));
    [left, right] = variant.swapped ? pair.reverse() : pair;
    product = variant.product && unpack(variant.product);
    leftGrid.set(left);
    rightGrid.set(right);
    if (product) productGrid.set(product);
    align(leftGrid, rightGrid, ...(product ? [productGrid] : []));
    productGrid.box.hidden = !product;
    none.hidden = Boolean(product);
    none.textContent = product ? "" : `no ${shown(variant.name)}`;
    swap.setAttribute("aria-pressed", variant.swapped);
    turns.forEach((turn, k) => turn.setAttribute("aria-pressed", variant.turned[k]));
    words.textContent = variant.words.replaceAll("^T", "ᵀ");
    // The picture may grow with another order of the factors, but what is below it does not jump back.
    const em = parseFloat(getComputedStyle(area).fontSize);
    area.style.minHeight = `${Math.max(area.offsetHeight / em, parseFloat(area.style.minHeight) || 0)}em`;
    lines.hidden = !product;
    mode.setAttribute("aria-disabled", !product);
    formula?.box.remove();
    numpy?.box.remove();
    const shape = ({ symbols, shape: sizes }) => `(${(symbols.length ? symbols : sizes).join(", ")})`;
    const shapes = product ? `   ${shape(left)} ${shape(right)} → ${shape(product)}` : "";
    formula = linked("matrix formula", [[shown(left.name), "left"], " ", [shown(right.name), "right"], shapes], pointAt);
    numpy = linked("numpy", [["", "left"], " @ ", ["", "right"]], pointAt);
    formulaLine.append(formula.box);
    numpyLine.append(numpy.box);
    steps.setLast(left.shape[1]);
    setOuter(false);
    place();
  }

  /** To the entry that the model names. */
  function place() {
    const [i, j] = model.get("entry");
    if (product) productGrid.move([i, j], { silent: true });
    leftGrid.move([i, leftGrid.cursor[1]], { silent: true });
    rightGrid.move([rightGrid.cursor[0], j], { silent: true });
    show({ i, j, term: null });
  }

  function pointAt(key) {
    show(at_, key);
  }

  function show(to, key = null) {
    at_ = to;
    const { i, j, term } = to;
    if (outer) {
      say(`${productGrid.words([i, j])}, with what has been added so far.`);
      return;
    }
    if (!product) {
      leftGrid.mark([{ row: Math.min(i, left.shape[0] - 1) }]);
      rightGrid.mark([{ column: Math.min(j, right.shape[1] - 1), dashed: true }]);
      say(`${leftGrid.words(leftGrid.entry)}, ${rightGrid.words(rightGrid.entry)}`);
      return;
    }
    const chosen = term === null ? [] : [0];
    leftGrid.mark([...(key === "right" ? [] : [{ row: i }]), ...chosen.map(() => ({ entry: [i, term] }))]);
    rightGrid.mark([
      ...(key === "left" ? [] : [{ column: j, dashed: true }]),
      ...chosen.map(() => ({ entry: [term, j] })),
    ]);
    productGrid.mark([{ entry: [i, j] }]);
    const lit = key ? [key] : ["left", "right"];
    formula.light(lit);
    numpy.light(lit);
    numpy.write("left", `${code(left.name)}[${i}, ${term ?? ":"}]`);
    numpy.write("right", `${code(right.name)}[${term ?? ":"}, ${j}]`);
    write(i, j, term);
  }

  function write(i, j, term) {
    const inner = left.shape[1];
    const factor = (s) => [at(left, i, s), at(right, s, j)];
    first = Math.max(0, Math.min(inner - MOST_TERMS, (term ?? 0) - (MOST_TERMS >> 1)));
    const last = Math.min(inner, first + MOST_TERMS);
    const entry = `(${shown(product.name)})[${i}, ${j}]`;
    const value = precise(at(product, i, j));
    head.textContent = entry;
    before.textContent = first ? "… + " : "";
    after.textContent = last < inner ? " + …" : "";
    tail.textContent = ` = ${value}`;
    terms.forEach((piece, k) => {
      const s = first + k;
      piece.hidden = s >= inner;
      pluses[k].hidden = s >= inner;
      if (s >= inner) return;
      piece.textContent = factor(s).map(bracketed).join("·");
      piece.classList.toggle("bss-on", s === term);
    });
    if (term === null) {
      const row = `row ${i} of ${shown(left.name)}`;
      say(`${entry} = ${value}: ${row} times column ${j} of ${shown(right.name)}, ${inner} products.`);
    } else {
      const [a, b] = factor(term);
      let partial = 0;
      for (let s = 0; s <= term; s++) partial += at(left, i, s) * at(right, s, j);
      const names = `${shown(left.name)}[${i}, ${term}] · ${shown(right.name)}[${term}, ${j}]`;
      say(`${names} = ${bracketed(a)} · ${bracketed(b)} = ${precise(a * b)}; sum up to here ${precise(partial)} of ${value}.`);
    }
  }

  function bracketed(x) {
    return x < 0 ? `(${number(x)})` : number(x);
  }

  // ---- the same product as a sum of outer products
  function setOuter(on) {
    outer = on && Boolean(product);
    mode.setAttribute("aria-pressed", outer);
    steps.box.classList.toggle("bss-asleep", !outer);
    steps.box.inert = !outer;
    steps.pause();
    if (outer) steps.go(0);
    else if (product) {
      productGrid.set(product, { cell: productGrid.cell });
      place();
    }
  }

  function addUpTo(count) {
    if (!outer) return;
    const limit = Math.max(...product.data.map(Math.abs).filter(Number.isFinite), 0);
    productGrid.set({ ...product, data: outerSum(left, right, count) }, { cell: productGrid.cell, limit });
    const inner = left.shape[1];
    leftGrid.mark(count ? [{ column: count - 1 }] : []);
    rightGrid.mark(count ? [{ row: count - 1, dashed: true }] : []);
    productGrid.mark([]);
    const name = shown(product.name);
    if (!count) say(`Nothing is added yet. ${name} is the sum of ${inner} outer products.`);
    else {
      const term = `column ${count - 1} of ${shown(left.name)} times row ${count - 1} of ${shown(right.name)}`;
      say(`${term} is added: ${count} of ${inner}${count === inner ? `, and the sum is ${name}` : ""}.`);
    }
  }

  view.follow(model, { variant: lay, entry: place });
  lay();
  return view.close;
}

export default { render };
