// Colours are read from the page, so that light and dark themes, and what the reader has set, are kept.

let coloursRead = null; // the colours as they were read last: of a page, they are the same for all

/** The colours by name, where an element of the page stands; see matrix.css. */
function palette(el) {
  if (coloursRead) return coloursRead;
  const style = getComputedStyle(el);
  const paper = rgb(style.getPropertyValue("--bss-paper").trim() || "#ffffff");
  const read = (name) => rgb(style.getPropertyValue(`--bss-${name}`).trim() || "#767676", paper);
  const others = ["zero", "ink", "faint", "above", "below", "mark", "O", "W", "G", "Z", "b"];
  return (coloursRead = { paper, ...Object.fromEntries(others.map((name) => [name, read(name)])) });
}

/** Draw again whenever the page gets another theme; and once `root` is in the page, where its colours can be read. */
function onTheme(draw, signal, root = null) {
  const anew = () => ((coloursRead = null), draw());
  const themes = new MutationObserver(anew);
  themes.observe(document.body, { attributeFilter: ["data-jp-theme-name", "data-jp-theme-light", "class"] });
  signal.addEventListener("abort", () => themes.disconnect());
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", anew, { signal });
  if (!root) return;
  const placed = new ResizeObserver(() => (draw(), placed.disconnect()));
  placed.observe(root);
  signal.addEventListener("abort", () => placed.disconnect());
}

let parser = null;

/** Any CSS colour as [red, green, blue]; one that lets something through, as it looks on the colour under it. */
function rgb(colour, under = [255, 255, 255]) {
  parser ??= document.createElement("canvas").getContext("2d");
  parser.fillStyle = "#000";
  parser.fillStyle = colour;
  const text = parser.fillStyle;
  if (text.startsWith("#")) return [1, 3, 5].map((k) => parseInt(text.slice(k, k + 2), 16));
  const [red, green, blue, alpha = 1] = text.match(/[\d.]+/g).map(Number);
  return [red, green, blue].map((part, k) => Math.round(alpha * part + (1 - alpha) * under[k]));
}

const css = ([red, green, blue]) => `rgb(${red}, ${green}, ${blue})`;

/** The colour of a number: as good as the paper at 0, red above, blue below; `limit` is the largest size in the matrix. */
function signed(x, limit, { zero, above, below, faint }) {
  if (!Number.isFinite(x)) return faint;
  const share = limit ? Math.min(1, Math.abs(x) / limit) * 0.9 : 0;
  const full = x > 0 ? above : below;
  return zero.map((part, k) => Math.round(part + (full[k] - part) * share));
}

/** Black or white, whichever is read better on a colour. */
function textOn([red, green, blue]) {
  const light = 0.2126 * (red / 255) ** 2.2 + 0.7152 * (green / 255) ** 2.2 + 0.0722 * (blue / 255) ** 2.2;
  return light < 0.179 ? "#ffffff" : "#000000";
}
