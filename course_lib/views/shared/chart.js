// What the views' charts share: elements of SVG, axes, and lines through points.

/** An element of SVG with attributes and children; text is only text. */
function svg(tag, attributes = {}, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** A line through the points [x, y]; where y is no finite number there is a gap. */
function lineThrough(points) {
  let [path, open] = ["", false];
  for (const [x, y] of points) {
    const drawn = Number.isFinite(y);
    if (drawn) path += `${open ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`;
    open = drawn;
  }
  return path;
}

/** The whole multiples of a step of 1, 2 or 5 times a power of ten from `low` to `high`, at most `most` of them; never finer than `finest`. */
function ticks(low, high, most, finest = 1) {
  const raw = Math.max(finest, (high - low) / most);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((k) => k * power).find((size) => size >= raw);
  const first = Math.ceil(low / step) * step;
  return Array.from({ length: Math.floor((high - first) / step) + 1 }, (_, k) => first + k * step);
}

/** The range of a logarithmic axis in whole decades, with `room` of one at the ends; the one it had, while that still fits, so that it does not jump. */
function decades(values, old = null, room = 0.1) {
  const seen = values.filter((x) => x > 0 && x < Infinity);
  if (!seen.length) return old ?? { low: -1, high: 1 };
  const [least, most] = [Math.min(...seen), Math.max(...seen)].map(Math.log10);
  const fit = { low: Math.floor(least - room), high: Math.ceil(most + room) };
  const fits = old && old.low <= fit.low && old.high >= fit.high && old.high - old.low <= fit.high - fit.low + 2;
  return fits ? old : fit;
}

const power = (k) => `10${String(k).replace(/./g, (c) => (c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c]))}`;
