// Pieces of a page, which all views are made of.

// Each view of a page has a module of its own, and ids have to differ in the whole page: labels find controls by them.
let ids = 1000 * Math.floor(1e9 * Math.random());

/** An element with attributes, handlers (where the name begins with "on") and children; text is only text. */
function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

/** Give an element another text; one that it has already stays, since writing costs a layout. */
function setText(into, text) {
  if (into.textContent !== text) into.textContent = text;
}

/** The same for a text with names in it, which are set. */
function setWords(into, text) {
  if (into.textContent !== shown(text)) into.replaceChildren(...typeset(text));
}

/**
 * The frame of a view in `el`: a group with a name, and a status that tells what is active. hint says what to do, and
 * leaves with the first use. Returns {root, said, status, say, tell, follow, signal, close}; `said`, for the view to place,
 * holds hint and status, and has room for two lines. What one tells stays until there is something else to say.
 */
function frame(el, label, hint = "") {
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
  const { signal } = stop;
  // The attribute above does not protect what has the focus itself: an arrow key would move the cell, not the slider.
  const keep = (event) => event.ctrlKey || event.altKey || event.metaKey || event.stopPropagation();
  root.addEventListener("keydown", keep, { signal });
  let last = "";
  const line = element("div", { class: "bss-hint" }, ...typeset(hint));
  const used = (event) => event.key !== "Tab" && (line.style.visibility = "hidden"); // its place stays: nothing jumps
  for (const kind of ["click", "keydown"]) root.addEventListener(kind, used, { signal });
  return {
    root,
    said: element("div", { class: "bss-said" }, ...(hint ? [line] : []), status),
    status,
    signal,
    say: (text) => text !== last && setWords(status, (last = text)),
    tell: (text) => setWords(status, text),
    /** Hear of changes of the model's traits, {name: handler}, until the view is closed. */
    follow(model, handlers) {
      for (const [name, handler] of Object.entries(handlers)) {
        model.on(`change:${name}`, handler);
        signal.addEventListener("abort", () => model.off(`change:${name}`, handler));
      }
    },
    close() {
      stop.abort();
      root.remove();
    },
  };
}

const button = (text, onclick, attributes = {}) =>
  element("button", { type: "button", class: "bss-button", onclick, ...attributes }, ...typeset(text));

/** A button that puts back all that the reader has chosen. */
const resetButton = (model, before = () => {}) => button("Reset", () => (before(), put(model, model.get("initial"))));

function labelled(label, input) {
  input.id = `bss-${++ids}`;
  return { box: element("span", { class: "bss-field" }, element("label", { for: input.id }, ...typeset(label)), input), input };
}

/** A field for one number. */
function numberInput(attributes) {
  return element("input", { autocomplete: "off", spellcheck: "false", class: "bss-typed", ...attributes });
}

/** A labelled slider: {box, input}. oninput gets the number. */
function slider(label, { min, max, step = 1, value }, oninput) {
  const input = element("input", { type: "range", min, max, step });
  input.value = value;
  input.addEventListener("input", () => oninput(Number(input.value)));
  return labelled(label, input);
}

/** A labelled list to choose from: {box, input}. options: words, or [value, text]; onchange gets the value. */
function choice(label, options, value, onchange) {
  const input = element("select");
  for (const [key, text = key] of options.map((option) => [option].flat())) input.append(element("option", { value: key }, text));
  input.value = value;
  input.addEventListener("change", () => onchange(input.value));
  return labelled(label, input);
}

/**
 * Make the buttons of a box, or what else `stops` selects, one stop for Tab: the arrow keys, Home and End go from one to
 * the next. Returns a function to call when some of them were hidden or shown.
 */
function roving(box, stops = "button") {
  const all = () => [...box.querySelectorAll(stops)];
  const seen = () => all().filter((one) => !one.hidden && !one.classList.contains("bss-asleep"));
  function settle(chosen) {
    const stop = chosen ?? seen().find((one) => one.tabIndex === 0) ?? seen()[0];
    for (const one of all()) one.tabIndex = one === stop ? 0 : -1;
  }
  box.addEventListener("focusin", ({ target }) => target.matches(stops) && settle(target));
  box.addEventListener("keydown", (event) => {
    const shown = seen();
    const k = shown.indexOf(event.target);
    const to = { ArrowRight: k + 1, ArrowDown: k + 1, ArrowLeft: k - 1, ArrowUp: k - 1, Home: 0, End: shown.length - 1 }[event.key];
    if (k < 0 || to === undefined || event.altKey || event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    shown[to]?.focus();
  });
  settle();
  return () => settle();
}

const SPEEDS_OF_STEPS = [["1×", 1], ["2×", 0.5], ["½×", 1.45]];

/**
 * Back, step, play and pause through steps 0 to `last`: {box, go, pause, setLast, pace}. onstep gets the step, and whether
 * it is one step forward, which may move; pace() is how long that takes, 1 at normal speed. more: buttons beside these.
 * Where the reader's system asks for reduced motion there is no play: nothing moves by itself.
 */
function player(label, last, onstep, signal, { step = 0, every = 900, more = [] } = {}) {
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  let [timer, speed] = [null, 0];
  const pace = () => SPEEDS_OF_STEPS[speed][1];
  const { box: range, input } = slider(label, { min: 0, max: last, value: step }, (value) => (pause(), go(value)));
  const count = element("span", { class: "bss-done", "aria-hidden": "true" });
  input.classList.add("bss-steps");
  range.append(count);
  const back = button("◀ Back", () => (pause(), go(step - 1)));
  const forward = button("Step ▶", () => (pause(), go(step + 1, true)));
  const play = button("Play", () => (timer ? pause() : (step === last && go(0), run(true))), { class: "bss-button bss-play" });
  const faster = button("", () => quicken((speed + 1) % SPEEDS_OF_STEPS.length));
  const bar = element("div", { class: "bss-buttons", role: "toolbar", "aria-label": `${label}: steps` }, back, forward, play, ...more, faster);
  const box = element("div", { class: "bss-controls bss-player", role: "group", "aria-label": `${label}: controls` }, bar, range);
  const settle = roving(bar);

  function go(to, moves = false) {
    const before = step;
    step = Math.max(0, Math.min(last, to));
    input.value = step;
    setText(count, `${step} of ${last}`);
    input.setAttribute("aria-valuetext", count.textContent);
    // A disabled button would lose the focus, and the keyboard with it.
    back.setAttribute("aria-disabled", step === 0);
    forward.setAttribute("aria-disabled", step === last);
    onstep(step, moves && step === before + 1);
  }
  function run(on) {
    clearInterval(timer);
    timer = on ? setInterval(() => (step < last ? go(step + 1, true) : pause()), every * pace()) : null;
    setText(play, on ? "Pause" : "Play");
  }
  const pause = () => run(false);
  function quicken(to) {
    speed = to;
    setText(faster, `Speed ${SPEEDS_OF_STEPS[speed][0]}`);
    run(timer !== null);
  }
  function motion() {
    pause();
    play.hidden = faster.hidden = still.matches;
    settle();
  }
  still.addEventListener("change", motion, { signal });
  signal.addEventListener("abort", pause);
  motion();
  quicken(0);
  return { box, go, pause, setLast: (to) => (input.max = last = to), pace };
}

/**
 * A link in the text around a view, [column h](#Live-view "O in the live view"), lights the piece that its title names by
 * one of the letters O, W, G, Z and b. parts() gives the pieces, [text, key]; onpoint gets the key of one that is
 * pointed at or has the focus, and then null.
 */
function textLinks(parts, onpoint, signal) {
  const keyOf = ({ target }) => {
    const letter = hueOf(target.closest?.('a[href^="#"][title]')?.title ?? "");
    return letter && parts().find(([text]) => hueOf(text) === letter)?.[1];
  };
  const point = (event) => {
    const key = keyOf(event);
    if (!key) return;
    if (event.type === "click") event.preventDefault(); // the page stays where it is
    onpoint(key);
  };
  for (const kind of ["pointerover", "focusin", "click"]) document.addEventListener(kind, point, { signal });
  for (const kind of ["pointerout", "focusout"]) document.addEventListener(kind, (event) => keyOf(event) && onpoint(null), { signal });
}

/**
 * A line of text whose pieces are linked: parts are strings, or [text, key]. onpoint gets the key of the piece under the
 * pointer or the focus, or null. Returns {box, parts, light(keys, added), write(key, text)}: the pieces; light the pieces with these keys, and no
 * others, and underline those that were added; give the piece of a key another text. In a line of code no names are set.
 */
function linked(label, parts, onpoint, { code = false } = {}) {
  const box = element("span", { class: code ? "bss-linked bss-code" : "bss-linked", role: "group", "aria-label": label });
  const write = code ? setText : setWords;
  const pieces = [];
  for (const part of parts) {
    if (typeof part === "string") {
      box.append(...(code ? [part] : typeset(part)));
      continue;
    }
    const [text, key] = part;
    const piece = element("button", { type: "button", class: "bss-link" });
    write(piece, text);
    for (const kind of ["pointerenter", "focus", "click"]) piece.addEventListener(kind, () => onpoint(key));
    for (const kind of ["pointerleave", "blur"]) piece.addEventListener(kind, () => onpoint(null));
    pieces.push([key, piece]);
    box.append(piece);
  }
  return {
    box,
    parts: parts.filter(Array.isArray),
    light(keys, added = []) {
      for (const [key, piece] of pieces) {
        piece.classList.toggle("bss-on", keys.includes(key));
        piece.classList.toggle("bss-added", added.includes(key));
      }
    },
    write: (key, text) => pieces.forEach(([own, piece]) => own === key && write(piece, text)),
  };
}
