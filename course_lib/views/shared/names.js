// Numbers and names as a reader sees them, and numbers as they are typed.

/** An entry as it stands in its cell: whole numbers as such, others with two digits; a minus is a minus sign. */
const number = (x) => written(x, 2);

/** An entry as the read-out says it: up to four digits. */
const precise = (x) => written(x, 4);

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

/** Whether an entry is all of x, and not rounded. */
const isShort = (x) => Number(number(x).replace("−", "-")) === x;

/** A number as a factor: (−3), so that its sign is not read as a difference. */
const factor = (x, write = number) => (x < 0 ? `(${write(x)})` : write(x));

const plural = (count, word) => `${count} ${count === 1 ? word : `${word.replace(/y$/, "ie")}s`}`; // entry, entries

/** O^T as it is shown: Oᵀ. */
const shown = (name) => name.replaceAll("^T", "ᵀ");

/** The entry of a matrix by its name: G[2, 1], (∇_W L)[2, 1], (∂y/∂x)[2, 1]. */
function entryName(name, entry) {
  return `${/^[^(].*[ /]/.test(name) ? `(${shown(name)})` : shown(name)}[${entry.join(", ")}]`;
}

/** O^T as it is read aloud: O transposed. */
const spoken = (name) => name.replaceAll("^T", " transposed");

// A matrix of a layer standing by itself; and what is written below the line, after one letter or ∇.
const NAMES = /(?<![A-Za-z_.])([OWGZb])(?![A-Za-z_(]|\.[A-Za-z])|(?<=(?<![A-Za-z_])[A-Za-z∇])_([A-Za-z]+|\d+)/g;

/**
 * A text whose names are set, as nodes: n_in and ∇_W with what is below the line, Oᵀ, and O, W, G, Z and b in their hues.
 * Their text is that of the words: what is read aloud, searched for or copied is ∇_W L.
 */
function typeset(text) {
  const words = shown(text);
  const nodes = [];
  let end = 0;
  for (const { 0: all, 1: letter, 2: below, index } of words.matchAll(NAMES)) {
    nodes.push(words.slice(end, index), letter ? hued(letter) : element("sub", {}, element("i", {}, "_"), hued(below)));
    end = index + all.length;
  }
  return [...nodes, words.slice(end)].filter((node) => node !== "");
}

const hued = (name) => (/^[OWGZb]$/.test(name) ? element("span", { class: `bss-${name}` }, name) : name);

/** The one letter of O, W, G, Z and b that a name is about, and whose hue its matrix has; null if it is about two, or none. */
function hueOf(name) {
  const letters = [...new Set(name.match(/(?<![A-Za-z])[OWGZb](?![A-Za-z])/g))];
  return letters.length === 1 ? letters[0] : null;
}

/** (7, 3) = (m, n_out); without symbols (7, 3); of a vector (7,). */
function shapeText(shape, symbols) {
  const tuple = (parts) => `(${parts.join(",\u00a0")}${parts.length === 1 ? "," : ""})`; // a line may break at "=" alone
  return symbols.length ? `${tuple(shape)} = ${tuple(symbols)}` : tuple(shape);
}

const TYPED = /^([+-]?\d+(?:[.,]\d+)?)(?:\s*\/\s*(\d+))?$/;
const CLOSE = 0.005; // a number that is not whole may be typed with two digits
const EXACT = 1e-9;

/** The number that is typed: -3, 2.5, 2,5 or 7/3; null if it is none. */
function typedNumber(text) {
  const found = TYPED.exec(text.trim().replaceAll("−", "-"));
  if (!found || Number(found[2]) === 0) return null;
  return Number(found[1].replace(",", ".")) / Number(found[2] ?? 1);
}

/** Whether a typed number is meant to be x. */
const isNumber = (typed, x) => Math.abs(typed - x) <= (Number.isInteger(x) ? EXACT : CLOSE);

/**
 * What is said of a text that was typed for `name`, whose number is `value`: [whether it is right, or null for no number, words].
 * slips: [[number, words], ...], sentences on what a wrong number may be, the likelier first; none: that where no slip gives it.
 */
function judged(text, name, value, slips, none) {
  const typed = text.trim().replaceAll("-", "−");
  const number = typedNumber(typed);
  if (number === null) return [null, `“${typed}” is no number. Type one such as −3 or 7/3: it is to be ${name}.`];
  if (isNumber(number, value)) return [true, `✓ ${name} = ${typed} is right.`];
  const slip = slips.find(([wrong]) => isNumber(number, wrong) && !isNumber(wrong, value));
  return [false, `✗ ${typed} is not ${name}. ${slip ? slip[1] : none}`];
}
