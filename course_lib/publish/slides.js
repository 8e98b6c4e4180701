
// ---- the cells as slides: cut into pages of one height where that costs least, and handed to reveal.js.

const PAGE = { width: 1168, height: 720 - 26 - 50 }; // in units, without the padding of slides.css
const TITLE = 54; // units, of the heading that is repeated on a page that does not begin with one
const SIZES = [36, 32, 28, 26, 24, 22, 20, 18, 16, 15, 14, 13, 12, 11]; // of text in views and pictures, in units; other text has 24 to 36
const [MOST, LEAST] = [24, 14]; // the size of a picture or view that is laid out as if nothing else were on its page, and the least
const SIDE = 480; // units, the least width of text beside a picture
const DRAWS = /^(plots|curves)\.\w+\((.|\n[ )])*\)\s*$/; // one call, over one line or more

function make(tag, className, ...children) {
  const made = document.createElement(tag);
  made.className = className;
  made.append(...children);
  return made;
}

/** A comma or a full stop behind a formula stays with it. */
function keepMarks() {
  for (const math of document.querySelectorAll(".cells math:not([display=block])")) {
    const next = math.nextSibling;
    const mark = next?.nodeType === Node.TEXT_NODE && /^[.,;:!?)]+/.exec(next.data)?.[0];
    if (!mark) continue;
    next.data = next.data.slice(mark.length);
    const kept = make("span", "kept");
    math.replaceWith(kept);
    kept.append(math, mark);
  }
}

const isFormula = (element) =>
  element.matches("math[display=block]") ||
  (element.children.length === 1 && element.firstElementChild.matches("math[display=block]"));
const level = (element) => (/^H[1-3]$/.test(element.tagName) ? Number(element.tagName[1]) : 0);

/** The pieces of a cell that stay whole, in order: paragraphs, formulas, code, outputs. */
function pieces(article) {
  const text = article.querySelector(".text_cell_render");
  if (text) return [...text.children];
  const outputs = [...article.querySelectorAll(".output_area")];
  const input = article.querySelector(".input");
  const code = input?.querySelector("pre");
  if (code) code.innerHTML = code.innerHTML.replace(/\n{3,}/g, "\n\n"); // one empty line is enough here
  for (const pre of article.querySelectorAll("pre"))
    pre.style.setProperty("--columns", Math.max(...pre.textContent.split("\n").map((line) => line.length)));
  // A line that does nothing but make a live view, a question, a sheet or a picture says nothing to a class.
  const made = outputs.some((output) => output.querySelector(".live-view, .prediction")) || (outputs.length && DRAWS.test(code?.textContent));
  return [made ? null : input, ...outputs].filter(Boolean);
}

/** The cells as blocks. begins: 1 if a column begins with the block, 3 if a slide should; step: it waits for a key. */
function blocksOf(articles) {
  const blocks = [];
  let [minutes, notes] = [0, []];
  for (const article of articles) {
    const { type } = article.dataset;
    const all = pieces(article);
    if (type === "notes") {
      blocks.at(-1)?.notes.push(make("div", "", ...all));
      continue;
    }
    minutes += Number(article.dataset.minutes) || 0;
    notes.push(...article.querySelectorAll(":scope > aside.notes"));
    // What stands above a heading in the middle of a cell belongs to the slide before.
    const own = all.findIndex(level) <= 0 && { slide: 1, subslide: 3 }[type];
    let derives = false;
    for (const [i, piece] of all.entries()) {
      const heading = level(piece);
      const output = piece.matches(".output_area, details");
      const decides = output && piece.closest("details.folded") && !all[i - 1]?.matches(".output_area");
      derives = isFormula(piece) || (derives && !heading); // a derivation appears line by line
      const step = derives || decides || (type === "fragment" && i === 0);
      const begins = (i === 0 && own) || (heading && (heading < 3 ? 1 : 3));
      const block = Object.assign(make("div", "block", piece), { heading, step, begins, minutes, notes });
      block.follows = output ? blocks.at(-1) : null; // its code, its question
      [minutes, notes] = [0, []];
      blocks.push(block);
    }
  }
  return blocks;
}

const unit = () => Math.min(innerWidth / 1280, innerHeight / 720);
const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
const heightOf = (block) => block.getBoundingClientRect().height / unit();
const isWide = (element) => [...element.querySelectorAll(".bss-view")].some((view) => view.scrollWidth > view.clientWidth + 1);

/** Whether a line of code takes more than one. */
const wraps = (element) =>
  [...element.querySelectorAll(".input pre")].some((pre) => {
    const lines = pre.textContent.trimEnd().split("\n").length;
    return pre.clientHeight > (lines + 1) * parseFloat(getComputedStyle(pre).lineHeight);
  });

/** Give each element the largest of the sizes at which it fits. */
async function settle(elements, sizes, fits) {
  let open = elements;
  for (const size of sizes) {
    for (const element of open) {
      element.style.setProperty("--size", size);
      for (const held of element.querySelectorAll("[style*=min-height]")) held.style.minHeight = ""; // of a larger text
    }
    await frame();
    open = open.filter((element) => !fits(element));
    if (!open.length) return;
  }
}

/** Cut what is too high for a page into the fewest equal parts: code and text by lines, tables by rows, lists by items. */
function cut(block, room) {
  const holds = ":scope > ul, :scope > ol, :scope > blockquote, tbody, pre";
  const holder = block.matches(".flexible") || heightOf(block) <= room ? null : block.querySelector(holds);
  const lines = holder?.tagName === "PRE" && holder.innerHTML.split("\n");
  const items = lines || [...(holder?.children ?? [])];
  for (let count = 2; count <= items.length; count++) {
    const each = Math.ceil(items.length / count);
    const parts = Array.from({ length: Math.ceil(items.length / each) }, (_, k) => {
      const part = Object.assign(block.cloneNode(true), { begins: 0, step: false, minutes: 0, notes: [] });
      const place = part.querySelector(holds);
      const taken = items.slice(k * each, (k + 1) * each);
      if (lines) place.innerHTML = taken.join("\n");
      else place.replaceChildren(...taken.map((item) => item.cloneNode(true)));
      if (place.tagName === "OL") place.start = (place.start || 1) + k * each;
      return part;
    });
    block.after(...parts);
    const fit = parts.every((part) => heightOf(part) <= room);
    if (fit || count === items.length) {
      const { begins, step, minutes, notes } = block;
      Object.assign(parts[0], { begins, step, minutes, notes });
      block.remove();
      return parts;
    }
    for (const part of parts) part.remove();
  }
  if (!block.matches(".flexible") && heightOf(block) > room) block.style.zoom = room / heightOf(block); // what cannot be cut
  return [block];
}

/**
 * What a page costs that ends before the block `next`. used: the part of its height; shrunk: how far its pictures are from
 * the size that they would have alone, 0, to the least, 1.
 */
function cost(page, next, used, shrunk) {
  const last = page.at(-1);
  const says = (block) => block.querySelector(":scope > :is(p, ul, ol, table, blockquote)");
  const asks = page.some((block) => block.querySelector(".live-view, .course-card") || block.textContent.includes("?"));
  return (
    1 +
    (1 - used) ** 2 +
    2 * shrunk +
    (used < 1 / 3 && !asks ? 5 : 0) +
    (page[0].begins ? 0 : 1) +
    page.slice(1).filter((block) => block.begins).length * 1.5 +
    (last.heading ? 20 : 0) +
    (next?.follows === last ? 3 : 0) + // code without its output
    (next && /:\s*$/.test(last.textContent) ? 3 : 0) + // a line that announces what follows
    (page.some((block) => block.picture) && !page.some(says) ? 8 : 0)
  );
}

/** The blocks of a column by pages: the cheapest way, from what the cheapest ways to all earlier ends cost. */
function paged(blocks, measure) {
  const largest = blocks.map(heightOf);
  for (const block of blocks) if (block.picture) block.style.setProperty("--size", Math.min(LEAST, block.style.getPropertyValue("--size")));
  const heights = blocks.map(heightOf);
  const narrow = new Map(); // by picture: the heights of the others in the width that is left beside it
  for (const picture of blocks.filter((block) => block.picture)) {
    const width = PAGE.width - picture.querySelector("img").getBoundingClientRect().width / unit() - 24;
    if (width < SIDE) continue;
    measure.style.width = `calc(${width} * var(--unit))`;
    narrow.set(picture, blocks.map((block) => (block === picture ? 0 : wraps(block) ? Infinity : heightOf(block))));
    measure.style.width = "";
  }
  const best = [{ cost: 0, pages: [] }];
  for (let end = 1; end <= blocks.length; end++) {
    best[end] = { cost: Infinity };
    for (let start = end - 1; start >= 0; start--) {
      const page = blocks.slice(start, end);
      const room = PAGE.height - (page[0].heading ? 0 : TITLE);
      const inside = (numbers) => numbers.slice(start, end).reduce((sum, one) => sum + one, 0);
      const [picture, ...others] = page.filter((block) => block.picture);
      const side = inside(heights) > room && narrow.has(picture) && !others.length;
      const used = side ? Math.max(heights[blocks.indexOf(picture)], inside(narrow.get(picture))) : inside(heights);
      if (used > room && page.length > 1) continue;
      const shrunk = picture ? Math.max(0, inside(largest) - room) / (1 + inside(largest) - inside(heights)) : 0;
      const all = best[start].cost + cost(page, blocks[end], (used + PAGE.height - room) / PAGE.height, Math.min(1, shrunk));
      if (all < best[end].cost) best[end] = { cost: all, pages: [...best[start].pages, Object.assign(page, { side })] };
    }
  }
  return best.at(-1).pages;
}

/** The section of one page. What comes after a step is not seen before it. */
function sectionOf(page, title) {
  const sheet = make("div", "slide-page", ...page);
  if (page.side) sheet.classList.add("beside");
  if (!page[0].heading && title) sheet.prepend(make("p", "running", title));
  let index = -1;
  for (const block of page.slice(1)) {
    if (block.step) index += 1;
    if (index < 0) continue;
    block.classList.add("fragment");
    block.dataset.fragmentIndex = index;
  }
  const section = make("section", "", sheet);
  const minutes = page.reduce((sum, { share }) => sum + share, 0);
  const aside = make("aside", "notes");
  if (minutes) {
    section.dataset.timing = Math.round(60 * minutes);
    aside.append(make("p", "", `${Math.round(10 * minutes) / 10} min`));
  }
  aside.append(...page.flatMap((block) => block.notes).flatMap((note) => [...note.childNodes]));
  if (aside.childNodes.length) section.append(aside);
  return section;
}

async function present() {
  const measure = make("div", "measure");
  document.body.append(measure);
  const room = PAGE.height - TITLE;
  keepMarks();
  let blocks = blocksOf([...document.querySelectorAll(".cells > article")]);
  measure.append(...blocks);
  const answers = [...measure.querySelectorAll(".block > details, .prediction details")].sort((a, b) => a.textContent.length - b.textContent.length);
  for (const answer of answers) answer.open = true; // there is room for each; of a question's choices the longest is left open
  for (const block of blocks) {
    const image = block.querySelector(":scope > .output_area img, :scope > p > img, :scope > img");
    block.picture = Boolean(image);
    await image?.decode().catch(() => {});
    const points = image && Number(document.documentElement.dataset.points); // units for a pixel, so that its text has 24
    const tall = image && (points * image.naturalHeight * SIZES.at(-1)) / 24;
    image?.style.setProperty("--natural", points * image.naturalWidth * Math.min(1, room / tall));
    block.classList.toggle("flexible", block.picture || Boolean(block.querySelector(".live-view")));
  }
  const flexible = blocks.filter((block) => block.matches(".flexible"));
  await settle(flexible, SIZES.filter((size) => size <= MOST), (block) => heightOf(block) <= room && !isWide(block));
  for (const math of measure.querySelectorAll("math")) {
    const boxes = [...math.querySelectorAll("*")].map((part) => part.getBoundingClientRect());
    const wide = Math.max(...boxes.map((box) => box.right)) - Math.min(...boxes.map((box) => box.left));
    const held = math.parentElement.clientWidth || math.closest(".block").clientWidth;
    if (wide > held) math.style.fontSize = `${(1.06 * held) / wide}em`; // 1.08, which export.css has, and a little room
  }
  blocks = blocks.flatMap((block) => cut(block, room));
  let timed = null; // the block whose minutes are shared, by height, by all up to the next that has some
  for (const block of blocks) {
    if (block.minutes || block.begins) timed = Object.assign(block, { height: 0 });
    timed ??= Object.assign(block, { height: 0 });
    timed.height += heightOf(block);
    block.timed = timed;
  }
  for (const block of blocks) block.share = (block.timed.minutes * heightOf(block)) / block.timed.height || 0;
  const columns = [];
  for (const block of blocks) {
    if (block.begins === 1 || !columns.length) columns.push([]);
    columns.at(-1).push(block);
  }
  let title = "";
  const sections = columns.map((column) =>
    paged(column, measure).map((page) => {
      const section = sectionOf(page, title);
      title = page.findLast((block) => block.heading)?.textContent ?? title;
      return section;
    }),
  );
  measure.replaceChildren(...sections.flat());
  for (const block of flexible) block.style.removeProperty("--size");
  const fits = (section) => {
    const [sheet] = section.children;
    return sheet.scrollHeight <= sheet.clientHeight + 1 && sheet.scrollWidth <= sheet.clientWidth + 1 && !isWide(sheet) && !wraps(sheet);
  };
  await settle(sections.flat(), SIZES, fits);
  document.querySelector(".slides").append(...sections.map((column) => make("section", "", ...column)));
  for (const answer of answers) answer.open = false;
  document.querySelector(".cells").remove();
  measure.remove();
  await Reveal.initialize({
    width: "100%",
    height: "100%",
    margin: 0,
    minScale: 1,
    maxScale: 1,
    center: false,
    hash: true,
    transition: "none",
    viewDistance: 1e9, // all slides are laid out from the start, so that the next one has to be painted only
    mobileViewDistance: 1e9,
    backgroundTransition: "none",
    slideNumber: "c/t",
    pdfSeparateFragments: false,
    defaultTiming: 60,
    plugins: [RevealNotes],
  });
}

// In a view the keys belong to the view; Page Up and Page Down, the keys of a presenter's remote, turn the page anywhere.
addEventListener("keydown", (event) => {
  if (event.key !== "PageDown" && event.key !== "PageUp") return;
  event.preventDefault();
  event.stopPropagation();
  if (event.key === "PageDown") Reveal.next();
  else Reveal.prev();
}, { capture: true });
for (const own of document.querySelectorAll(".live-view, .output_html, summary"))
  own.addEventListener("keydown", (event) => event.key !== "Escape" && event.stopPropagation());
for (const view of document.querySelectorAll(".live-view")) view.dataset.preventSwipe = "";

await present();
document.documentElement.dataset.slides = "ready";
