// What all views share: the matrix one can point at, the texts that are linked with it, and the buttons under it.
// base.py puts this text before the text of a view, so that the two are one module that needs nothing from elsewhere.
// A matrix comes as {name, symbols, shape, data}: data holds float64 in the order of the rows.

const SUPERSCRIPT = { T: "ᵀ" };
const MOST_NUMBERED = 20; // rows or columns; beyond that a matrix shows colours, and the read-out says the number
const LONGEST_SIDE = 512; // of a matrix without numbers, in pixels
const LONGEST_OF_SEVERAL = 288; // the same where several stand in line
// Each view of a page has a module of its own, and ids have to differ in the whole page: labels find controls by them.
let ids = 1000 * Math.floor(1e9 * Math.random());

// ---- numbers and names as text

/** An entry as it stands in its cell: whole numbers as such, others with two digits; a minus is a minus sign. */
function number(x) {
  return written(x, 2);
}

/** An entry as the read-out says it: up to four digits. */
function precise(x) {
  return written(x, 4);
}

function written(x, digits) {
  if (Number.isNaN(x)) return "nan";
  if (!Number.isFinite(x)) return x > 0 ? "inf" : "−inf";
  if (Number.isInteger(x) && Math.abs(x) < 1e5) return String(x).replace("-", "−");
  const [mantissa, power] = x.toExponential(digits - 1).split("e");
  const exponent = Number(power);
  const text =
    exponent >= -3 && exponent < 5 ? x.toFixed(Math.max(0, digits - 1 - exponent)) : `${mantissa}e${exponent}`;
  return text.replaceAll("-", "−");
}

/** O^T as it is shown: Oᵀ. */
function shown(name) {
  return name.replace(/\^(T)/g, (_, letter) => SUPERSCRIPT[letter]);
}

/** O^T as it is read aloud: O transposed. */
function spoken(name) {
  return name.replace(/\^T/g, " transposed");
}

/** (7, 3) = (m, n_out); without symbols (7, 3). */
function shapeText({ shape, symbols }) {
  const sizes = `(${shape.join(", ")})`;
  return symbols.length ? `${sizes} = (${symbols.join(", ")})` : sizes;
}

/** {name, symbols, shape, data} with its data as numbers, and the index of an entry. */
function unpack(matrix) {
  const { data } = matrix;
  if (data instanceof Float64Array) return matrix;
  const bytes = data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength);
  return { ...matrix, data: new Float64Array(bytes) };
}

/** The entry [i, j] of an unpacked matrix. */
function at(matrix, i, j) {
  return matrix.data[i * matrix.shape[1] + j];
}

// ---- pieces of a page

/** An element with attributes (or properties, where the name begins with a dot) and children; text is only text. */
function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name.startsWith(".")) made[name.slice(1)] = value;
    else if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

/** Give an element another text; one that it has already stays, since writing costs a layout. */
function setText(into, text) {
  if (into.textContent !== text) into.textContent = text;
}

/** The frame of a view in `el`: a group with a name, and a status that tells what is active. Returns {root, status, say, follow, signal, close}. */
function frame(el, label) {
  const status = element("div", { role: "status", class: "bss-status" });
  // JupyterLab has shortcuts for single keys; inside a view the keys belong to the view.
  const root = element("div", {
    class: "bss-view",
    role: "group",
    "aria-label": label,
    "data-lm-suppress-shortcuts": "true",
  });
  el.append(root);
  const stop = new AbortController();
  // The attribute above does not protect what has the focus itself: an arrow key would move the cell, not the slider.
  const keep = (event) => event.ctrlKey || event.altKey || event.metaKey || event.stopPropagation();
  root.addEventListener("keydown", keep, { signal: stop.signal });
  return {
    root,
    status,
    signal: stop.signal,
    say(text) {
      setText(status, text);
    },
    /** Hear of changes of the model's traits, {name: handler}, until the view is closed. */
    follow(model, handlers) {
      for (const [name, handler] of Object.entries(handlers)) {
        model.on(`change:${name}`, handler);
        stop.signal.addEventListener("abort", () => model.off(`change:${name}`, handler));
      }
    },
    close() {
      stop.abort();
      root.remove();
    },
  };
}

function button(text, onclick, attributes = {}) {
  return element("button", { type: "button", class: "bss-button", onclick, ...attributes }, text);
}

/** A labelled slider: {box, input}. oninput gets the number. */
function slider(label, { min, max, step = 1, value }, oninput) {
  const input = element("input", { type: "range", min, max, step, id: `bss-${++ids}` });
  input.value = value;
  input.addEventListener("input", () => oninput(Number(input.value)));
  return { box: element("span", { class: "bss-field" }, element("label", { for: input.id }, label), input), input };
}

/** A labelled list to choose from: {box, input}. options: [[value, text], ...]; onchange gets the value. */
function choice(label, options, value, onchange) {
  const input = element("select", { id: `bss-${++ids}` });
  for (const [key, text] of options) input.append(element("option", { value: key }, text));
  input.value = value;
  input.addEventListener("change", () => onchange(input.value));
  return { box: element("span", { class: "bss-field" }, element("label", { for: input.id }, label), input), input };
}

/**
 * Back, step, play and pause through steps 0 to `last`: {box, go, setLast}. onstep gets the step.
 * Where the reader's system asks for reduced motion there is no play: nothing moves by itself.
 */
function player(label, last, onstep, signal, { step = 0, every = 900 } = {}) {
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  let timer = null;
  const { box: field, input } = slider(label, { min: 0, max: last, value: step }, (value) => {
    pause();
    go(value);
  });
  const back = button("◀ Back", () => { pause(); go(step - 1); });
  const forward = button("Step ▶", () => { pause(); go(step + 1); });
  const play = button("Play", () => (timer ? pause() : start()), { class: "bss-button bss-play" });
  const box = element("div", { class: "bss-controls", role: "group", "aria-label": `${label}: controls` });
  box.append(back, forward, play, field);

  function go(to) {
    step = Math.max(0, Math.min(last, to));
    input.value = step;
    // A disabled button would lose the focus, and the keyboard with it.
    back.setAttribute("aria-disabled", step === 0);
    forward.setAttribute("aria-disabled", step === last);
    onstep(step);
  }
  function start() {
    if (step === last) go(0);
    timer = setInterval(() => (step < last ? go(step + 1) : pause()), every);
    play.textContent = "Pause";
  }
  function pause() {
    clearInterval(timer);
    timer = null;
    play.textContent = "Play";
  }
  function motion() {
    pause();
    play.hidden = still.matches;
  }
  still.addEventListener("change", motion, { signal });
  signal.addEventListener("abort", pause);
  motion();
  return {
    box,
    go,
    pause,
    setLast(to) {
      last = to;
      input.max = to;
    },
  };
}

/**
 * A line of text whose pieces are linked: parts are strings, or [text, key]. onpoint gets the key of the piece under the
 * pointer or the focus, or null. Returns {box, light(keys), write(key, text)}: light the pieces with these keys, and no
 * others; give the piece of a key another text.
 */
function linked(label, parts, onpoint) {
  const box = element("span", { class: "bss-linked", role: "group", "aria-label": label });
  const pieces = [];
  for (const part of parts) {
    if (typeof part === "string") {
      box.append(part);
      continue;
    }
    const [text, key] = part;
    const piece = element("button", { type: "button", class: "bss-link" }, text);
    for (const kind of ["pointerenter", "focus", "click"]) piece.addEventListener(kind, () => onpoint(key));
    for (const kind of ["pointerleave", "blur"]) piece.addEventListener(kind, () => onpoint(null));
    pieces.push([key, piece]);
    box.append(piece);
  }
  return {
    box,
    light(keys) {
      for (const [key, piece] of pieces) piece.classList.toggle("bss-on", keys.includes(key));
    },
    write(key, text) {
      for (const [own, piece] of pieces) if (own === key) piece.textContent = text;
    },
  };
}

// ---- colours: read from the page, so that light and dark themes, and what the reader has set, are kept

function palette(el) {
  const style = getComputedStyle(el);
  const paper = rgb(style.getPropertyValue("--bss-paper").trim() || "#ffffff");
  const read = (name, otherwise) => rgb(style.getPropertyValue(name).trim() || otherwise, paper);
  return {
    paper,
    ink: read("--bss-ink", "#1a1a1a"),
    faint: read("--bss-faint", "#767676"),
    above: read("--bss-above", "#b2182b"),
    below: read("--bss-below", "#2166ac"),
    mark: read("--bss-mark", "#1a1a1a"),
  };
}

/** Draw again whenever the page gets another theme. */
function onTheme(draw, signal) {
  const themes = new MutationObserver(draw);
  themes.observe(document.body, { attributeFilter: ["data-jp-theme-name", "data-jp-theme-light", "class"] });
  signal.addEventListener("abort", () => themes.disconnect());
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw, { signal });
}

/** Draw once the view is in the page, where its colours are known. */
function oncePlaced(root, draw, signal) {
  const placed = new ResizeObserver(() => (draw(), placed.disconnect()));
  placed.observe(root);
  signal.addEventListener("abort", () => placed.disconnect());
}

const context = (width, height) => Object.assign(document.createElement("canvas"), { width, height }).getContext("2d");
let parser = null;

/** Any CSS colour as [red, green, blue]; one that lets something through, as it looks on the colour under it. */
function rgb(colour, under = [255, 255, 255]) {
  parser ??= context(1, 1);
  parser.fillStyle = "#000";
  parser.fillStyle = colour;
  const text = parser.fillStyle;
  if (text.startsWith("#")) return [1, 3, 5].map((k) => parseInt(text.slice(k, k + 2), 16));
  const [red, green, blue, alpha = 1] = text.match(/[\d.]+/g).map(Number);
  return [red, green, blue].map((part, k) => Math.round(alpha * part + (1 - alpha) * under[k]));
}

function css([red, green, blue]) {
  return `rgb(${red}, ${green}, ${blue})`;
}

/** The colour of a number: the paper at 0, red above, blue below; `limit` is the largest size in the matrix. */
function signed(x, limit, { paper, above, below, faint }) {
  if (!Number.isFinite(x)) return faint;
  const share = limit ? Math.min(1, Math.abs(x) / limit) * 0.9 : 0;
  const full = x > 0 ? above : below;
  return paper.map((part, k) => Math.round(part + (full[k] - part) * share));
}

/** Black or white, whichever is read better on a colour. */
function textOn([red, green, blue]) {
  const light = 0.2126 * (red / 255) ** 2.2 + 0.7152 * (green / 255) ** 2.2 + 0.0722 * (blue / 255) ** 2.2;
  return light < 0.179 ? "#ffffff" : "#000000";
}

// ---- the matrix

/**
 * A matrix to look at, to point at and to walk in with the keyboard: role grid, with the entry under the cursor as its
 * active descendant. What is below changes only with the matrix; cursor and marks are a second canvas above it.
 *
 * onactive(entry, how): entry is [i, j]. how is "cursor" if the cursor was put there, with a key or a click; "pointer" if
 * only the pointer is above it; "left" if the pointer has left the matrix, and entry is the cursor again.
 */
class MatrixGrid {
  constructor(signal, { onactive = () => {} } = {}) {
    this.onactive = onactive;
    this.cursor = [0, 0];
    this.hovered = null;
    this.marks = [];
    this.faded = null;
    this.cell = null;
    this.caption = element("div", { class: "bss-caption" });
    this.active = element("div", { role: "gridcell", id: `bss-${++ids}` });
    this.row = element("div", { role: "row", class: "bss-unseen" }, this.active);
    this.base = element("canvas", { "aria-hidden": "true" });
    this.overlay = element("canvas", { "aria-hidden": "true", class: "bss-overlay" });
    this.grid = element("div", { role: "grid", tabindex: "0", class: "bss-grid" }, this.base, this.overlay, this.row);
    this.notice = element("div", { class: "bss-notice" });
    this.box = element("div", { class: "bss-matrix" }, this.caption, this.grid, this.notice);

    const { grid } = this;
    const listen = (kind, handler) => grid.addEventListener(kind, handler, { signal });
    listen("keydown", (event) => this.#key(event));
    listen("pointermove", (event) => this.#hover(this.#under(event)));
    listen("pointerleave", () => this.#hover(null));
    listen("pointerdown", (event) => {
      const entry = this.#under(event);
      if (entry) this.move(entry);
    });
    listen("focus", () => this.drawMarks());
    listen("blur", () => this.drawMarks());
    // The theme, the zoom and the size of the text can change while the page is open.
    onTheme(() => this.draw(), signal);
    addEventListener("resize", () => this.ratio !== devicePixelRatio && this.draw(), { signal });
    // A view is often drawn before it is put into the page, where its colours and the size of its text are known.
    const seen = new ResizeObserver(() => (this.em !== this.#em() || !this.attached) && this.draw());
    seen.observe(this.box);
    signal.addEventListener("abort", () => seen.disconnect());
  }

  /**
   * Show a matrix. faded(i, j) says which entries are zero by their index, and drawn pale; cell is the size of a cell if
   * the view gives one; limit is the size of number with the full colour, by default that of the largest entry.
   */
  set(matrix, { faded = null, cell = null, limit = null } = {}) {
    this.matrix = unpack(matrix);
    this.faded = faded;
    this.cell = cell;
    const { name, symbols, shape, data } = this.matrix;
    const [rows, columns] = shape;
    this.cursor = [Math.min(this.cursor[0], rows - 1), Math.min(this.cursor[1], columns - 1)];
    this.hovered = null;
    this.limit = limit ?? data.reduce((most, x) => (Number.isFinite(x) ? Math.max(most, Math.abs(x)) : most), 0);
    this.finite = data.every(Number.isFinite);
    this.small = Math.max(rows, columns) <= MOST_NUMBERED;
    const said = symbols.length ? `, ${symbols.join(" by ")}` : "";
    const label = `${spoken(name)}, ${rows} by ${columns}${said}`;
    if (this.grid.getAttribute("aria-label") !== label) {
      // Writing into the page costs a layout, even where nothing changes.
      this.caption.replaceChildren(element("b", {}, shown(name)), ` ${shapeText(this.matrix)}`);
      this.grid.setAttribute("aria-label", label);
      this.grid.setAttribute("aria-rowcount", rows);
      this.grid.setAttribute("aria-colcount", columns);
      this.grid.setAttribute("aria-readonly", true);
    }
    setText(this.notice, this.#remark());
    this.#announce();
    this.draw();
  }

  #remark() {
    return this.finite ? "" : `${this.small ? "Hatched" : "Grey"} entries are not finite numbers.`;
  }

  /** G[2, 1] = 0.37 */
  words([i, j]) {
    return `${shown(this.matrix.name)}[${i}, ${j}] = ${precise(at(this.matrix, i, j))}`;
  }

  /** What is pointed at: the entry under the pointer, or else the cursor. */
  get entry() {
    return this.hovered ?? this.cursor;
  }

  /** Put the cursor on an entry; silent: without telling the view, which has asked for it. */
  move([i, j], { silent = false } = {}) {
    const [rows, columns] = this.matrix.shape;
    this.cursor = [Math.max(0, Math.min(rows - 1, i)), Math.max(0, Math.min(columns - 1, j))];
    this.#announce();
    this.drawMarks();
    if (!silent) this.onactive(this.cursor, "cursor");
  }

  /** Outline rows, columns and entries: [{row}, {column}, {entry: [i, j]}, ...]; {dashed: true} for a second kind. */
  mark(marks) {
    this.marks = marks;
    this.drawMarks();
  }

  /** The size of a cell in pixels that this matrix would choose. */
  measure() {
    const em = this.#em();
    const [rows, columns] = this.matrix.shape;
    if (!this.small) {
      const side = Math.max(1, Math.min(em * 1.4, Math.floor(LONGEST_SIDE / Math.max(rows, columns))));
      return { width: side, height: side };
    }
    const least = this.#least();
    if (least) {
      const pen = context(1, 1);
      pen.font = `${Math.max(least, em * 0.95)}px ${this.#family()}`;
      const widest = this.matrix.data.reduce((most, x) => Math.max(most, pen.measureText(number(x)).width), em);
      return { width: Math.ceil(widest + 0.35 * em), height: Math.ceil(em * this.rowHeight) };
    }
    let longest = 3;
    for (const x of this.matrix.data) longest = Math.max(longest, number(x).length);
    return { width: Math.ceil(em * (0.9 + 0.56 * longest)), height: Math.ceil(em * this.rowHeight) };
  }

  /** The height of a cell with a number, in em. */
  get rowHeight() {
    return this.#least() ? 1.25 : 1.9;
  }

  draw() {
    if (!this.matrix) return;
    this.em = this.#em();
    this.attached = this.grid.isConnected;
    this.ratio = devicePixelRatio;
    this.colours = palette(this.grid);
    const grown = this.cell?.em ? this.em / this.cell.em : 1; // since the cell was measured
    this.size = this.cell
      ? { width: this.cell.width * grown, height: this.cell.height * grown }
      : this.measure();
    this.numbered = this.small && this.size.width >= 1.5 * this.em; // in line with a large one there is no room
    const { em, matrix, size, colours } = this;
    const [rows, columns] = matrix.shape;
    this.least = this.#least();
    this.family = this.#family();
    const tight = this.least > 0;
    this.left = Math.ceil(em * (tight ? (rows > 10 && this.numbered ? 1.8 : 1.2) : 2.1));
    this.top = Math.ceil(em * (tight ? 1.3 : 1.5));
    const width = this.left + columns * size.width + Math.ceil(em * (tight ? 0.5 : 0.7));
    const height = this.top + rows * size.height + Math.ceil(em * (tight ? 0.3 : 0.5));
    const pen = this.#sized(this.base, width, height);
    this.#sized(this.overlay, width, height);
    if (this.numbered) this.#numbers(pen, rows, columns);
    else this.#image(pen, rows, columns);
    pen.strokeStyle = css(colours.ink);
    pen.lineWidth = 2;
    const [gap, hook] = [0.3 * em, 0.35 * em];
    const [low, high] = [this.top - 0.15 * em, this.top + rows * size.height + 0.15 * em];
    for (const [x, inwards] of [[this.left - gap, hook], [this.left + columns * size.width + gap, -hook]]) {
      pen.beginPath();
      pen.moveTo(x + inwards, low);
      pen.lineTo(x, low);
      pen.lineTo(x, high);
      pen.lineTo(x + inwards, high);
      pen.stroke();
    }
    this.drawMarks();
  }

  drawMarks() {
    if (!this.size) return;
    const { matrix, size, left, top, em, colours } = this;
    const [rows, columns] = matrix.shape;
    const pen = this.overlay.getContext("2d");
    pen.clearRect(0, 0, this.overlay.width, this.overlay.height);
    const outline = (i, j, height, width, { dashed = false, thin = false } = {}) => {
      const box = [left + j * size.width, top + i * size.height, width * size.width, height * size.height];
      const thick = thin ? 1.5 : size.width < 8 ? 1.5 : 3;
      pen.setLineDash([]);
      pen.strokeStyle = css(colours.paper);
      pen.lineWidth = thick + 3;
      pen.strokeRect(...box);
      pen.setLineDash(dashed ? [em * 0.45, em * 0.3] : []);
      pen.strokeStyle = css(colours.mark);
      pen.lineWidth = thick;
      pen.strokeRect(...box);
    };
    for (const { row, column, entry, dashed } of this.marks) {
      if (entry) outline(entry[0], entry[1], 1, 1, { dashed });
      else if (row !== undefined) outline(row, 0, 1, columns, { dashed });
      else outline(0, column, rows, 1, { dashed });
    }
    const focused = document.activeElement === this.grid;
    if (focused || this.hovered) {
      const [i, j] = this.entry;
      outline(i, j, 1, 1);
      pen.setLineDash([]);
      pen.fillStyle = css(colours.ink);
      pen.beginPath(); // a corner that only the cursor has
      const [x, y, side] = [left + j * size.width, top + i * size.height, Math.max(5, em * 0.5)];
      pen.moveTo(x, y);
      pen.lineTo(x + side, y);
      pen.lineTo(x, y + side);
      pen.fill();
      if (!this.numbered) {
        this.#index(pen, String(i), left - 0.5 * em, top + (i + 0.5) * size.height, "right");
        this.#index(pen, String(j), left + (j + 0.5) * size.width, top / 2, "center");
      }
    }
  }

  #em() {
    return parseFloat(getComputedStyle(this.box).fontSize) || 14;
  }

  #family() {
    return getComputedStyle(this.box).fontFamily || "sans-serif";
  }

  /** The size of the smallest text, in pixels, where the page asks for one, as slides do: then all else is tight. Or 0. */
  #least() {
    return parseFloat(getComputedStyle(this.box).getPropertyValue("--bss-least")) || 0;
  }

  #sized(canvas, width, height) {
    const [across, down] = [Math.round(width * this.ratio), Math.round(height * this.ratio)];
    const pen = canvas.getContext("2d");
    if (canvas.width !== across || canvas.height !== down) {
      // Setting a canvas's size, even to what it is, takes new memory for it.
      canvas.width = across;
      canvas.height = down;
      canvas.style.width = `${width}px`;
      canvas.style.height = `${height}px`;
    }
    pen.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    return pen;
  }

  #index(pen, text, x, y, align) {
    pen.font = `${Math.max(this.least, this.em * 0.8)}px ${this.family}`;
    pen.textAlign = align;
    pen.textBaseline = "middle";
    pen.fillStyle = css(this.colours.faint);
    pen.fillText(text, x, y);
  }

  #numbers(pen, rows, columns) {
    const { size, left, top, em, colours, matrix } = this;
    for (let i = 0; i < rows; i++) this.#index(pen, String(i), left - 0.5 * em, top + (i + 0.5) * size.height, "right");
    for (let j = 0; j < columns; j++)
      this.#index(pen, String(j), left + (j + 0.5) * size.width, top / 2, "center");
    pen.textAlign = "center";
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++) {
        const value = at(matrix, i, j);
        const pale = this.faded?.(i, j);
        const colour = pale ? colours.paper : signed(value, this.limit, colours);
        const [x, y] = [left + j * size.width, top + i * size.height];
        pen.fillStyle = css(colour);
        pen.fillRect(x, y, size.width, size.height);
        pen.strokeStyle = css(colours.faint);
        pen.globalAlpha = 0.35;
        pen.lineWidth = 1;
        pen.strokeRect(x + 0.5, y + 0.5, size.width - 1, size.height - 1);
        pen.globalAlpha = 1;
        if (!Number.isFinite(value)) this.#hatch(pen, x, y);
        pen.font = `${Math.max(this.least, em * (pale ? 0.8 : 0.95))}px ${this.family}`;
        pen.fillStyle = pale ? css(colours.faint) : textOn(colour);
        pen.fillText(number(value), x + size.width / 2, y + size.height / 2 + 1);
      }
  }

  #hatch(pen, x, y) {
    const { width, height } = this.size;
    pen.save();
    pen.beginPath();
    pen.rect(x, y, width, height);
    pen.clip();
    pen.strokeStyle = css(this.colours.paper);
    pen.globalAlpha = 0.5;
    pen.beginPath();
    for (let k = -height; k < width; k += 6) {
      pen.moveTo(x + k, y + height);
      pen.lineTo(x + k + height, y);
    }
    pen.stroke();
    pen.restore();
  }

  #image(pen, rows, columns) {
    const small = context(columns, rows);
    const image = small.createImageData(columns, rows);
    this.matrix.data.forEach((x, k) => {
      image.data.set(signed(x, this.limit, this.colours), 4 * k);
      image.data[4 * k + 3] = 255;
    });
    small.putImageData(image, 0, 0);
    pen.imageSmoothingEnabled = false;
    pen.drawImage(small.canvas, this.left, this.top, columns * this.size.width, rows * this.size.height);
  }

  #under(event) {
    const box = this.grid.getBoundingClientRect();
    const j = Math.floor((event.clientX - box.left - this.left) / this.size.width);
    const i = Math.floor((event.clientY - box.top - this.top) / this.size.height);
    const [rows, columns] = this.matrix.shape;
    return i >= 0 && j >= 0 && i < rows && j < columns ? [i, j] : null;
  }

  #hover(entry) {
    const [old, now] = [String(this.hovered), String(entry)];
    if (old === now) return;
    this.hovered = entry;
    this.drawMarks();
    this.onactive(this.entry, entry ? "pointer" : "left");
  }

  #announce() {
    const [i, j] = this.cursor;
    this.row.setAttribute("aria-rowindex", i + 1);
    this.active.setAttribute("aria-colindex", j + 1);
    this.active.textContent = this.words(this.cursor);
    this.grid.setAttribute("aria-activedescendant", this.active.id);
  }

  #key(event) {
    if (event.target !== this.grid || event.altKey || event.metaKey) return;
    const [i, j] = this.cursor;
    const [rows, columns] = this.matrix.shape;
    const all = event.ctrlKey;
    const to = {
      ArrowLeft: [i, j - 1],
      ArrowRight: [i, j + 1],
      ArrowUp: [i - 1, j],
      ArrowDown: [i + 1, j],
      Home: all ? [0, 0] : [i, 0],
      End: all ? [rows - 1, columns - 1] : [i, columns - 1],
      PageUp: [i - 10, j],
      PageDown: [i + 10, j],
    }[event.key];
    if (to) {
      this.hovered = null; // the hand has gone from the pointer to the keys
      this.move(to);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

/** Give matrices cells of one size, so that rows and columns of neighbours stand in line. */
function align(...grids) {
  const sizes = grids.map((grid) => grid.measure());
  const cell = {
    width: Math.max(...sizes.map((size) => size.width)),
    height: Math.max(...sizes.map((size) => size.height)),
  };
  if (grids.some((grid) => !grid.small)) {
    const longest = Math.max(...grids.flatMap((grid) => grid.matrix.shape));
    const side = Math.max(1, Math.min(LONGEST_OF_SEVERAL / longest, ...sizes.map((size) => size.height)));
    cell.width = cell.height = side;
  } else cell.em = grids[0].em; // cells with numbers grow with their text
  for (const grid of grids) {
    grid.cell = cell;
    grid.draw();
  }
}
