// The chart of all views: a frame, its ticks, and places for numbers in it. What stands inside is the view's own.

/** An element of SVG with attributes and children; text is only text. */
function svg(tag, attributes = {}, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** The first of 1, 2 and 5 times a power of ten that is not below a size. */
function upTo(size) {
  const power = 10 ** Math.floor(Math.log10(size));
  return [1, 2, 5, 10].map((k) => k * power).find((round) => round >= size);
}

/** The multiples of 1, 2 or 5 times a power of ten from `low` to `high`, at most `most` of them; never finer than `finest`. */
function ticks(low, high, most, finest = 1) {
  const step = upTo(0.999 * (Math.max(finest, (high - low) / most) || 1));
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, k) => Number(((first + k) * step).toPrecision(12)));
}

/** The range of a logarithmic axis in whole decades, with `room` of one at the ends; the one it had, while that still fits, so that it does not jump. */
function decades(values, old = null, room = 0.1) {
  const seen = values.filter((x) => x > 0 && x < Infinity).map(Math.log10);
  if (!seen.length) return old ?? { from: -1, to: 1 };
  const fit = { from: Math.floor(Math.min(...seen) - room), to: Math.ceil(Math.max(...seen) + room) };
  if (fit.to === fit.from) fit.to += 1;
  const fits = old && old.from <= fit.from && old.to >= fit.to && old.to - old.from <= fit.to - fit.from + 2;
  return fits ? old : fit;
}

/** 0.01, 1, 100, 10⁴: ten to the k. */
function tenTo(k) {
  if (k >= -2 && k <= 3) return String(10 ** k).slice(0, 5);
  return `10${String(k).replace(/./g, (c) => (c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c]))}`;
}

/** Marks around a point: a circle, a square, a triangle. */
const DOTS = [
  (x, y) => `M${x - 3.5} ${y}a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0z`,
  (x, y) => `M${x - 3} ${y - 3}h6v6h-6z`,
  (x, y) => `M${x} ${y - 3.8}l3.8 6.6h-7.6z`,
];

/**
 * A chart of these sizes, in units of its viewBox. title stands above it, `below` under its x axis; log: y goes by powers
 * of ten, and its ends and ticks are exponents. What is drawn into `inside` is cut off at the frame, into `over` it is not.
 * axes(x, y) sets both: {from, to, ticks, words}, the last two for others than the usual ones. line and dots give the path
 * of points [x, y]: where y is no finite number (on a log axis: above 0) there is a gap.
 */
function chart({ width = 330, height = 200, left = 46, right = 12, top = 24, bottom = 26, log = false, title = "", below = "" }) {
  const area = { x: left, y: top, width: width - left - right, height: height - top - bottom };
  const clip = `bss-clip-${++ids}`;
  const label = (words, attributes) => svg("text", attributes, words);
  const [lines, labels, over] = [svg("path", { class: "bss-gridline" }), svg("g"), svg("g")];
  const inside = svg("g", { "clip-path": `url(#${clip})` });
  const frame = svg("rect", { ...area, class: "bss-frame" });
  const room = svg("clipPath", { id: clip }, svg("rect", { ...area, y: top - 2, height: area.height + 4 }));
  const heading = label(title, { x: left, y: top - 8, class: "bss-axis" });
  const foot = label(below, { x: left + area.width / 2, y: height - 4, "text-anchor": "middle", class: "bss-axis" });
  const box = svg("svg", { viewBox: `0 0 ${width} ${height}`, class: "bss-chart" }, room, lines, inside, frame, labels, heading, foot, over);
  let [x, y, drawn] = [{ from: 0, to: 1 }, { from: 0, to: 1 }, ""];

  const toX = (u) => left + ((u - x.from) / (x.to - x.from || 1)) * area.width;
  const level = (v) => Math.max(-1e4, Math.min(1e4, top + ((y.to - v) / (y.to - y.from || 1)) * area.height));
  const toY = (v) => (Number.isFinite(v) && (!log || v > 0) ? level(log ? Math.log10(v) : v) : NaN);

  function axes(newX, newY) {
    [x, y] = [newX, newY];
    const xTicks = x.ticks ?? ticks(x.from, x.to, 6, 0);
    const yTicks = y.ticks ?? (log ? ticks(y.from, y.to, 5.5) : ticks(y.from, y.to, 5, 0));
    const xWords = xTicks.map(x.words ?? number);
    const yWords = yTicks.map(y.words ?? (log ? tenTo : number));
    const key = JSON.stringify([x, y, xWords, yWords]);
    if (key === drawn) return;
    drawn = key;
    lines.setAttribute("d", yTicks.map((tick) => `M${left} ${level(tick).toFixed(1)}h${area.width}`).join(""));
    const beside = yTicks.map((tick, k) => label(yWords[k], { x: left - 6, y: level(tick) + 4, "text-anchor": "end" }));
    const under = xTicks.map((tick, k) => label(xWords[k], { x: toX(tick), y: top + area.height + 16, "text-anchor": "middle" }));
    labels.replaceChildren(...beside, ...under);
  }

  function line(points) {
    let pen = "M";
    return points.reduce((path, [u, v]) => {
      const [place, begun] = [toY(v), pen];
      pen = Number.isNaN(place) ? "M" : "L";
      return pen === "M" ? path : `${path}${begun}${toX(u).toFixed(1)} ${place.toFixed(1)}`;
    }, "");
  }

  function dots(points, shape = 0) {
    const places = points.map(([u, v]) => [Number(toX(u).toFixed(1)), Number(toY(v).toFixed(1))]);
    return places.filter(([, v]) => !Number.isNaN(v)).map(([u, v]) => DOTS[shape](u, v)).join("");
  }

  /** Say in words what is drawn; without them it is hidden from screen readers. */
  function name(words) {
    box.setAttribute("role", "img");
    box.setAttribute("aria-label", words);
  }
  return { box, inside, over, area, heading, foot, axes, toX, toY, line, dots, name };
}
