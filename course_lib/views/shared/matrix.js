// The matrix one can point at and walk in.

const MOST_NUMBERED = 20; // rows or columns; beyond that a matrix shows colours, and the read-out says the number
const LONGEST_SIDE = 512; // of a matrix without numbers, in pixels
const SMALLEST = 11; // pixels of a text, however small its matrix
const LONGEST_OF_SEVERAL = 288; // the same where several stand in line
const BESIDE = 2.9; // em, for brackets and indexes beside the cells of a matrix

// A view is often drawn before it is put into the page, where its colours and the size of its text are known. All matrices
// of a view look first, and then draw: a look at the page after a change of it costs a layout.
const gridsPlaced = new ResizeObserver((boxes) => {
  const grids = boxes.map(({ target }) => target.grid).filter((grid) => grid.matrix);
  const looks = grids.map((grid) => grid.look());
  grids.forEach((grid, k) => (grid.em !== looks[k].em || !grid.attached) && grid.draw(looks[k]));
});

/**
 * A matrix to look at, to point at and to walk in with the keyboard: role grid, with the entry under the cursor as its
 * active descendant. What is below changes only with the matrix; cursor and marks are a second canvas above it.
 *
 * onactive(entry, how): entry is [i, j]. how is "cursor" if the cursor was put there, with a key or a click; "pointer" if
 * only the pointer is above it; "left" if the pointer has left the matrix, and entry is the cursor again. onpress(entry):
 * a click, Enter or Space. room: cells have room for so many characters, and for more once there were more. A matrix that is about one of O, W, G, Z and b has that letter's hue in its name, its brackets
 * and its outlines.
 */
class MatrixGrid {
  constructor(signal, { onactive = () => {}, onpress = () => {}, room = 0 } = {}) {
    Object.assign(this, { onactive, onpress, room });
    this.cursor = [0, 0];
    this.hovered = null;
    this.marks = [];
    this.caption = element("div", { class: "bss-caption" });
    this.active = element("div", { role: "gridcell", id: `bss-${++ids}` });
    this.row = element("div", { role: "row", class: "bss-unseen" }, this.active);
    this.base = element("canvas", { "aria-hidden": "true" });
    this.pixels = element("canvas"); // of a matrix without numbers
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
      if (!entry) return;
      this.move(entry);
      this.onpress(entry);
    });
    for (const kind of ["focus", "blur"]) listen(kind, () => this.drawMarks());
    // The theme, the zoom and the size of the text can change while the page is open.
    onTheme(() => this.draw(), signal);
    addEventListener("resize", () => this.ratio !== devicePixelRatio && this.draw(), { signal });
    this.box.grid = this;
    gridsPlaced.observe(this.box);
    signal.addEventListener("abort", () => gridsPlaced.unobserve(this.box));
  }

  /**
   * Show a matrix. faded(i, j) says which entries are zero by their index, and drawn pale; open(i, j), which are not
   * made yet: they show "?" where there are numbers. limit is the size of number with the full colour, by default that of
   * the largest entry. vector: its entries have one index. A view may set `cell`, the size of a cell, or `fit`, {width,
   * height} in em for all cells: where there is no room for numbers, colours take as much of it as they can use.
   */
  set(matrix, { faded = null, open = null, limit = null, vector = false } = {}) {
    this.matrix = unpack(matrix);
    Object.assign(this, { faded, open, vector });
    const { name, symbols, shape, data } = this.matrix;
    const [rows, columns] = shape;
    this.cursor = [Math.min(this.cursor[0], rows - 1), Math.min(this.cursor[1], columns - 1)];
    if (this.hovered?.[0] >= rows || this.hovered?.[1] >= columns) this.hovered = null;
    this.limit = limit ?? largest(data);
    this.small = Math.max(rows, columns) <= MOST_NUMBERED;
    this.texts = this.small ? Array.from(data, number) : [];
    const [sizes, letters] = vector ? [[rows * columns], symbols.filter((symbol) => symbol !== "1")] : [shape, symbols];
    const counted = vector ? plural(sizes[0], "component") : sizes.join(" by ");
    const label = [spoken(name), counted, ...(letters.length ? [letters.join(" by ")] : [])].join(", ");
    if (this.grid.getAttribute("aria-label") !== label) {
      // Writing into the page costs a layout, even where nothing changes.
      this.hue = hueOf(name);
      const title = element("b", { class: this.hue && `bss-${this.hue}` }, ...typeset(name));
      this.caption.replaceChildren(title, element("span", {}, ...typeset(` ${shapeText(sizes, letters)}`)));
      this.grid.setAttribute("aria-label", label);
      this.grid.setAttribute("aria-rowcount", rows);
      this.grid.setAttribute("aria-colcount", columns);
      this.grid.setAttribute("aria-readonly", true);
    }
    this.draw(this.attached ? {} : this.look()); // new numbers change nothing of its look, and to look costs a layout
    setText(this.notice, data.every(Number.isFinite) ? "" : "Grey entries are not finite numbers.");
    queueMicrotask(() => this.#announce()); // once all matrices are drawn: to draw text costs a layout where the page has changed
  }

  /** The name of an entry; of a vector it has one index. */
  nameOf([i, j]) {
    return entryName(this.matrix.name, this.vector ? [i + j] : [i, j]);
  }

  /** G[2, 1] = 0.37 */
  words(entry) {
    return `${this.nameOf(entry)} = ${this.said(...entry)}`;
  }

  /** The number of an entry, or "?". */
  said(i, j) {
    return this.small && this.open?.(i, j) ? "?" : precise(at(this.matrix, i, j));
  }

  /** Where an entry stands in the window: {x, y, width, height}. */
  place(i, j) {
    const { x, y } = this.grid.getBoundingClientRect();
    const { width, height } = this.size;
    return { x: x + this.left + j * width, y: y + this.top + i * height, width, height };
  }

  /** What is pointed at: the entry under the pointer, or else the cursor. */
  get entry() {
    return this.hovered ?? this.cursor;
  }

  /** The colour of a number, as it is drawn here. */
  colourOf(x) {
    return signed(x, this.limit, this.colours);
  }

  /** Put the cursor on an entry; silent: without telling the view, which has asked for it. */
  move([i, j], { silent = false } = {}) {
    const [rows, columns] = this.matrix.shape;
    this.cursor = [Math.max(0, Math.min(rows - 1, i)), Math.max(0, Math.min(columns - 1, j))];
    this.#announce();
    this.drawMarks();
    if (!silent) this.onactive(this.cursor, "cursor");
  }

  /** Outline rows, columns and entries: [{row}, {column}, {entry: [i, j], sign}, ...]; dashed: all that a sum runs over, or what is not made yet. */
  mark(marks) {
    this.marks = marks;
    this.drawMarks();
  }

  /** Text size and font where it stands, and its smallest text, where a page asks for one, as slides do: then all is tight. */
  look() {
    const style = getComputedStyle(this.box);
    const [em, least] = [parseFloat(style.fontSize) || 14, parseFloat(style.getPropertyValue("--bss-least")) || 0];
    const attached = this.box.isConnected;
    return { em, least, attached, family: style.fontFamily, colours: attached && palette(this.box), ratio: devicePixelRatio };
  }

  /** The size of a cell in pixels that this matrix would choose; with numbers in it, it grows with its text, em. */
  measure() {
    const { em, fit, least, matrix } = this;
    const [rows, columns] = matrix.shape;
    if (this.small) {
      const longest = Math.max(2, this.room, ...this.texts.map((text) => text.length));
      if (this.room) this.room = longest;
      const width = Math.ceil(0.59 * longest * Math.max(least, 0.95 * em) + (least ? 0.35 : 0.75) * em);
      const height = Math.ceil(em * (least ? 1.25 : 1.7));
      if (!fit || (columns * width <= fit.width * em && rows * height <= fit.height * em)) return { width, height, em };
    }
    const side = Math.max(1, Math.floor(LONGEST_SIDE / Math.max(rows, columns)));
    const [width, height] = fit ? [(fit.width * em) / columns, (fit.height * em) / rows] : [side, side];
    return { width: Math.min(1.3 * em, width), height: Math.min(1.3 * em, height) };
  }

  draw(look = this.look()) {
    if (!this.matrix) return;
    Object.assign(this, look);
    const cell = this.cell ?? this.measure();
    const grown = cell.em ? this.em / cell.em : 1; // since the cell was measured
    this.size = { width: cell.width * grown, height: cell.height * grown };
    this.numbered = this.small && this.size.width >= 1.5 * this.em; // in line with a large one there is no room
    const { em, matrix, size, colours } = this;
    const [rows, columns] = matrix.shape;
    const tight = this.least > 0;
    this.left = Math.ceil(em * (tight ? (rows > 10 && this.numbered ? 1.8 : 1.2) : 1.7));
    this.top = Math.ceil(em * (tight ? 1.3 : 1.5));
    const width = this.left + columns * size.width + Math.ceil(em * (tight ? 0.5 : 0.6));
    const height = this.top + rows * size.height + Math.ceil(em * (tight ? 0.3 : 0.5));
    if (!this.attached) return; // nobody sees it yet
    const pen = this.#sized(this.base, width, height);
    this.#sized(this.overlay, width, height);
    if (this.numbered) this.#numbers(pen, rows, columns);
    else this.#image(pen, rows, columns);
    pen.strokeStyle = css(colours[this.hue ?? "ink"]);
    pen.lineWidth = this.hue ? 2.5 : 2;
    const [gap, hook] = [0.3 * em, 0.35 * em];
    const [low, high] = [this.top - 0.15 * em, this.top + rows * size.height + 0.15 * em];
    for (const [x, inwards] of [[this.left - gap, hook], [this.left + columns * size.width + gap, -hook]])
      pen.stroke(new Path2D(`M${x + inwards} ${low}H${x}V${high}h${inwards}`));
    this.drawMarks();
  }

  drawMarks() {
    if (!this.size || !this.attached) return;
    const { matrix, size, left, top, em, colours } = this;
    const [rows, columns] = matrix.shape;
    const pen = this.overlay.getContext("2d");
    pen.clearRect(0, 0, this.overlay.width, this.overlay.height);
    const outline = (i, j, height, width, dashed = false) => {
      const box = [left + j * size.width, top + i * size.height, width * size.width, height * size.height];
      const thick = size.width < 8 ? 1.5 : 3;
      for (const [colour, width, dashes] of [["paper", thick + 3, []], [this.hue ?? "mark", thick, dashed ? [em * 0.45, em * 0.3] : []]]) {
        Object.assign(pen, { strokeStyle: css(colours[colour]), lineWidth: width });
        pen.setLineDash(dashes);
        pen.strokeRect(...box);
      }
    };
    for (const { row, column, entry, dashed, sign } of this.marks) {
      if (entry) outline(entry[0], entry[1], 1, 1, dashed);
      else if (row !== undefined) outline(row, 0, 1, columns, dashed);
      else outline(0, column, rows, 1, dashed);
      if (sign) this.#write(pen, sign, left + (entry[1] + 0.5) * size.width, top + (entry[0] + 0.5) * size.height);
    }
    if (document.activeElement !== this.grid && !this.hovered) return;
    const [i, j] = this.entry;
    outline(i, j, 1, 1);
    pen.fillStyle = css(colours.ink); // of a corner that only the cursor has
    const side = Math.max(5, em * 0.5);
    pen.fill(new Path2D(`M${left + j * size.width} ${top + i * size.height}h${side}l${-side} ${side}z`));
    if (!this.numbered) this.#count(pen, i, j);
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

  #write(pen, text, x, y, { size = 0.8, fillStyle = css(this.colours.faint), textAlign = "center" } = {}) {
    const font = `${Math.max(this.least, this.em * size, SMALLEST)}px ${this.family}`;
    Object.assign(pen, { font, fillStyle, textAlign, textBaseline: "middle" }).fillText(text, x, y);
  }

  /** The indexes of row i and column j beside them. */
  #count(pen, i, j) {
    const { size, left, top, em } = this;
    if (i !== null) this.#write(pen, String(i), left - 0.5 * em, top + (i + 0.5) * size.height, { textAlign: "right" });
    if (j !== null) this.#write(pen, String(j), left + (j + 0.5) * size.width, top / 2);
  }

  #numbers(pen, rows, columns) {
    const { size, left, top, colours, matrix } = this;
    for (let i = 0; i < rows; i++) this.#count(pen, i, null);
    for (let j = 0; j < columns; j++) this.#count(pen, null, j);
    Object.assign(pen, { strokeStyle: css(colours.faint).replace(")", ", 0.35)"), lineWidth: 1 });
    for (const [k, [i, j]] of placesOf(matrix.shape).entries()) {
      const open = this.open?.(i, j);
      const pale = open || this.faded?.(i, j);
      const colour = pale ? colours.paper : this.colourOf(matrix.data[k]);
      const [x, y] = [left + j * size.width, top + i * size.height];
      pen.fillStyle = css(colour);
      pen.fillRect(x, y, size.width, size.height);
      pen.strokeRect(x + 0.5, y + 0.5, size.width - 1, size.height - 1);
      const look = { size: pale && !open ? 0.8 : 0.95, fillStyle: pale ? css(colours.faint) : textOn(colour) };
      this.#write(pen, open ? "?" : this.texts[k], x + size.width / 2, y + size.height / 2 + 1, look);
    }
  }

  #image(pen, rows, columns) {
    const [small, shade, { data }] = [this.pixels, shades(this.colours), this.matrix];
    paint(small, rows, columns, (k) => shade(this.limit ? Math.max(-1, Math.min(1, data[k] / this.limit)) : 0 * data[k]));
    pen.imageSmoothingEnabled = false;
    pen.drawImage(small, this.left, this.top, columns * this.size.width, rows * this.size.height);
  }

  #under(event) {
    const box = this.grid.getBoundingClientRect();
    const j = Math.floor((event.clientX - box.left - this.left) / this.size.width);
    const i = Math.floor((event.clientY - box.top - this.top) / this.size.height);
    const [rows, columns] = this.matrix.shape;
    return i >= 0 && j >= 0 && i < rows && j < columns ? [i, j] : null;
  }

  #hover(entry) {
    if (String(this.hovered) === String(entry)) return;
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
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      return this.onpress(this.cursor);
    }
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
    if (!to || (event.key === "ArrowLeft" && !j) || (event.key === "ArrowRight" && j === columns - 1)) return; // on to the next matrix
    event.preventDefault();
    event.stopPropagation();
    this.hovered = null; // the hand has gone from the pointer to the keys
    this.move(to);
  }
}

/** Give matrices cells of one size, so that rows and columns of neighbours stand in line. */
function align(...grids) {
  const sizes = grids.map((grid) => grid.measure());
  const [width, height] = ["width", "height"].map((side) => Math.max(...sizes.map((size) => size[side])));
  const longest = Math.max(...grids.flatMap((grid) => grid.matrix.shape));
  const side = Math.max(1, Math.min(LONGEST_OF_SEVERAL / longest, ...sizes.map((size) => size.height)));
  const cell = grids.some((grid) => !grid.small) ? { width: side, height: side } : { width, height, em: sizes[0].em };
  for (const grid of grids) {
    grid.cell = cell;
    grid.draw();
  }
}

/** Matrices side by side in a room of so many em: the narrow ones first, and what they leave is for the wide ones. */
function fitInRow(grids, room, height) {
  let left = room;
  for (const [k, grid] of [...grids].sort((a, b) => a.matrix.shape[1] - b.matrix.shape[1]).entries()) {
    grid.fit = { width: left / (grids.length - k) - BESIDE, height };
    grid.draw();
    left -= grid.box.offsetWidth / grid.em + 0.6; // its name may be wider than its cells
  }
}
