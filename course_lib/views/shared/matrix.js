// The matrix one can point at and walk in.

const MOST_NUMBERED = 20; // rows or columns; beyond that a matrix shows colours, and the read-out says the number
const LONGEST_SIDE = 512; // of a matrix without numbers, in pixels
const SMALLEST = 11; // pixels of an index, however small its matrix
const LONGEST_OF_SEVERAL = 288; // the same where several stand in line

/**
 * A matrix to look at, to point at and to walk in with the keyboard: role grid, with the entry under the cursor as its
 * active descendant. What is below changes only with the matrix; cursor and marks are a second canvas above it.
 *
 * onactive(entry, how): entry is [i, j]. how is "cursor" if the cursor was put there, with a key or a click; "pointer" if
 * only the pointer is above it; "left" if the pointer has left the matrix, and entry is the cursor again. onpress(entry):
 * a click, Enter or Space. A matrix that is about one of O, W, G, Z and b has that letter's hue in its name, its brackets
 * and its outlines.
 */
class MatrixGrid {
  constructor(signal, { onactive = () => {}, onpress = () => {} } = {}) {
    Object.assign(this, { onactive, onpress });
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
    listen("focus", () => this.drawMarks());
    listen("blur", () => this.drawMarks());
    // The theme, the zoom and the size of the text can change while the page is open.
    onTheme(() => ((this.colours = null), this.draw()), signal);
    addEventListener("resize", () => this.ratio !== devicePixelRatio && this.draw(), { signal });
    // A view is often drawn before it is put into the page, where its colours and the size of its text are known.
    const seen = new ResizeObserver(() => (this.em !== this.#em() || !this.attached) && this.draw());
    seen.observe(this.box);
    signal.addEventListener("abort", () => seen.disconnect());
  }

  /**
   * Show a matrix. faded(i, j) says which entries are zero by their index, and drawn pale; open(i, j), which are not
   * made yet: they show "?" where there are numbers. cell is the size of a cell if the view gives one; limit is the size
   * of number with the full colour, by default that of the largest entry. vector: its entries have one index.
   */
  set(matrix, { faded = null, open = null, cell = null, limit = null, vector = false } = {}) {
    this.matrix = unpack(matrix);
    Object.assign(this, { faded, open, cell });
    const { name, symbols, shape, data } = this.matrix;
    const [rows, columns] = shape;
    this.cursor = [Math.min(this.cursor[0], rows - 1), Math.min(this.cursor[1], columns - 1)];
    this.hovered = null;
    this.limit = limit ?? largest(data);
    this.finite = data.every(Number.isFinite);
    this.small = Math.max(rows, columns) <= MOST_NUMBERED;
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
    setText(this.notice, this.#remark());
    this.#announce();
    this.draw();
  }

  #remark() {
    return this.finite ? "" : `${this.small ? "Hatched" : "Grey"} entries are not finite numbers.`;
  }

  /** G[2, 1] = 0.37 */
  words([i, j]) {
    return `${entryName(this.matrix.name, [i, j])} = ${this.said(i, j)}`;
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

  /** The colour of a number, and that of an entry, as they are drawn. */
  colourOf(x) {
    return signed(x, this.limit, this.colours);
  }

  colour(i, j) {
    return this.colourOf(at(this.matrix, i, j));
  }

  /** Put the cursor on an entry; silent: without telling the view, which has asked for it. */
  move([i, j], { silent = false } = {}) {
    const [rows, columns] = this.matrix.shape;
    this.cursor = [Math.max(0, Math.min(rows - 1, i)), Math.max(0, Math.min(columns - 1, j))];
    this.#announce();
    this.drawMarks();
    if (!silent) this.onactive(this.cursor, "cursor");
  }

  /** Outline rows, columns and entries: [{row}, {column}, {entry: [i, j], sign}, ...]; {dashed: true} for a second kind. */
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
    let longest = 2;
    for (const x of this.matrix.data) longest = Math.max(longest, number(x).length);
    return { width: Math.ceil(em * (0.75 + 0.56 * longest)), height: Math.ceil(em * this.rowHeight) };
  }

  get textSize() {
    return this.#em();
  }

  /** The height of a cell with a number, in em. */
  get rowHeight() {
    return this.#least() ? 1.25 : 1.7;
  }

  draw() {
    if (!this.matrix) return;
    this.em = this.#em();
    this.attached = this.grid.isConnected;
    if (this.attached) this.colours ??= palette(this.grid);
    this.ratio = devicePixelRatio;
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
    if (!this.size || !this.attached) return;
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
      pen.strokeStyle = css(colours[this.hue ?? "mark"]);
      pen.lineWidth = thick;
      pen.strokeRect(...box);
    };
    for (const { row, column, entry, dashed, sign } of this.marks) {
      if (entry) outline(entry[0], entry[1], 1, 1, { dashed });
      else if (row !== undefined) outline(row, 0, 1, columns, { dashed });
      else outline(0, column, rows, 1, { dashed });
      if (sign) this.#index(pen, sign, left + (entry[1] + 0.5) * size.width, top + (entry[0] + 0.5) * size.height, "center");
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
    pen.font = `${Math.max(this.least, this.em * 0.8, SMALLEST)}px ${this.family}`;
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
        const open = this.open?.(i, j);
        const pale = open || this.faded?.(i, j);
        const colour = pale ? colours.paper : signed(value, this.limit, colours);
        const [x, y] = [left + j * size.width, top + i * size.height];
        pen.fillStyle = css(colour);
        pen.fillRect(x, y, size.width, size.height);
        pen.strokeStyle = css(colours.faint);
        pen.globalAlpha = 0.35;
        pen.lineWidth = 1;
        pen.strokeRect(x + 0.5, y + 0.5, size.width - 1, size.height - 1);
        pen.globalAlpha = 1;
        if (!open && !Number.isFinite(value)) this.#hatch(pen, x, y);
        pen.font = `${Math.max(this.least, em * (pale && !open ? 0.8 : 0.95))}px ${this.family}`;
        pen.fillStyle = pale ? css(colours.faint) : textOn(colour);
        pen.fillText(open ? "?" : number(value), x + size.width / 2, y + size.height / 2 + 1);
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
  } else cell.em = grids[0].textSize; // cells with numbers grow with their text
  for (const grid of grids) {
    grid.cell = cell;
    grid.draw();
  }
}
