
// ---- the cells as slides: laid out as tall as they are here, cut into pages of one height, and handed to reveal.js.

const unit = () => Math.min(innerWidth / 1280, innerHeight / 720);
const PAGE = { width: 1168, height: 720 - 26 - 50 }; // in units, without the padding of slides.css
const FULL = { width: 1256, height: 674 }; // a slide that is one live view and nothing else
const VIEW_TEXT = [28, 26, 24]; // units; 24 units are 18 points
const SMALLER = [22, 20, 18.5, 17, 15.5, 14, 12]; // for what has not the room even on slides of its own
const GAP = 24; // between what stands side by side
const sources = [...document.querySelectorAll(".cells > article")];

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
const level = (element) => (/^H[1-6]$/.test(element.tagName) ? Number(element.tagName[1]) : 0);

/** The pieces of a cell that stay whole, in order: paragraphs, formulas, code, outputs. */
function pieces(article) {
  const text = article.querySelector(".text_cell_render");
  if (text) return [...text.children];
  const outputs = [...article.querySelectorAll(".output_area")];
  // The line that makes a live view, a question or a sheet says nothing to a class: the slide is the view's.
  const view = outputs.some((output) => output.querySelector(".live-view"));
  const input = article.querySelector(".input");
  const code = input?.querySelector("pre");
  if (code) code.innerHTML = code.innerHTML.replace(/\n{3,}/g, "\n\n"); // one empty line is enough here
  const name = outputs.length && /^\s*\w+\s*$/.test(code?.textContent ?? ""); // alone: `checked`, the table of a notebook
  return [view || name ? null : input, ...outputs].filter(Boolean);
}

/** The cells as slides: {level, heading, blocks, notes, minutes}. A heading begins a slide, whatever its cell says. */
function slidesOf(articles) {
  const slides = [];
  const begin = (depth) => {
    slides.push({ depth, blocks: [], notes: [], minutes: 0 });
    return slides.at(-1);
  };
  for (const article of articles) {
    const type = article.dataset.type;
    const notes = [...article.querySelectorAll(":scope > aside.notes")];
    let now = slides.at(-1) ?? begin(1);
    if (type === "notes") {
      now.notes.push(make("div", "", ...pieces(article)));
      continue;
    }
    const all = pieces(article);
    const headed = all.findIndex((piece) => level(piece) && level(piece) < 4);
    // What stands above a heading in the middle of a cell belongs to the slide before.
    if (headed <= 0 && now.blocks.length && (type === "slide" || type === "subslide"))
      now = begin(type === "slide" ? 1 : 2);
    let formula = false;
    let first = null; // the slide on which the cell begins: its minutes and notes are those of that slide
    for (const [i, piece] of all.entries()) {
      const heading = level(piece);
      if (heading && heading < 4 && now.blocks.length) now = begin(heading < 3 ? 1 : 2);
      if (heading) formula = false;
      const folded = Boolean(piece.closest("details.folded")); // the answer to a question: it comes with a key of its own
      const block = make("div", "block", piece);
      block.heading = heading;
      block.follows = piece.matches(".output_area, details") ? now.blocks.at(-1) : null; // its code, its question
      block.step = type === "fragment" ? i === 0 || formula || isFormula(piece) : formula || (isFormula(piece) && now.blocks.length > 0);
      block.step ||= folded && !all[i - 1]?.matches(".output_area");
      block.joined = (type === "fragment" || folded) && !block.step; // appears with the one before
      formula ||= isFormula(piece);
      now.blocks.push(block);
      first ??= now;
    }
    first ??= now;
    first.minutes += Number(article.dataset.minutes) || 0;
    first.notes.push(...notes);
  }
  return slides.filter((slide) => slide.blocks.length);
}

const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));

/**
 * Make each view as large as a page allows. One that has not the room for text of 18 points beside anything else gets the
 * whole slide, and then, if slides.css knows parts of it, a slide for each part: more views of the same model.
 */
async function fitViews(blocks) {
  const u = unit();
  let open = blocks.filter((block) => block.querySelector(".live-view"));
  const tried = async (ways) => {
    for (const { size, full = false, alone = false } of ways) {
      if (!open.length) return;
      for (const block of open) {
        block.style.setProperty("--jp-content-font-size1", `calc(${size} * var(--unit))`);
        block.style.width = full ? `calc(${FULL.width} * var(--unit))` : "";
        for (const held of block.querySelectorAll("[style*=min-height]")) held.style.minHeight = ""; // of a larger text
        block.dataset.text = String(size);
        block.full = full;
        block.classList.toggle("full-view", full);
      }
      await frame();
      open = open.filter((block) => {
        const view = block.querySelector(".bss-view") ?? block;
        const above = alone ? 60 : block.above.reduce((sum, one) => sum + one.getBoundingClientRect().height / u, 60);
        const page = full ? FULL : { width: PAGE.width, height: PAGE.height - above };
        return block.scrollHeight > page.height * u || view.scrollWidth > page.width * u;
      });
    }
  };
  // First together with the few lines above it, then on a page of its own, then on a slide without anything else.
  await tried(VIEW_TEXT.map((size) => ({ size })));
  await tried(VIEW_TEXT.map((size) => ({ size, alone: true })));
  await tried([{ size: 24, full: true, alone: true }]);
  for (const block of [...open]) open.push(...(await split(block)));
  await tried([...VIEW_TEXT, ...SMALLER].map((size) => ({ size, full: true, alone: true })));
}

/** A block for each further part of a view; the block itself keeps the first. */
async function split(block) {
  const view = block.querySelector(".bss-view");
  const count = view ? Number(getComputedStyle(view).getPropertyValue("--slide-parts")) || 1 : 1;
  if (count === 1) return [];
  block.dataset.part = "1";
  block.more = [];
  for (let part = 2; part <= count; part++) {
    const place = make("div", "live-view");
    place.dataset.model = block.querySelector(".live-view").dataset.model;
    const copy = Object.assign(make("div", "block", place), { above: [], follows: null, heading: 0, step: false });
    copy.dataset.part = String(part);
    (block.more.at(-1) ?? block).after(copy);
    block.more.push(copy);
    await show(place);
  }
  return block.more;
}

/** Make each picture and each formula as large as a page allows; how small a picture may be is kept with it. */
async function fit(blocks, measure) {
  for (const math of measure.querySelectorAll("math")) {
    const boxes = [...math.querySelectorAll("*")].map((part) => part.getBoundingClientRect());
    const wide = Math.max(...boxes.map((box) => box.right)) - Math.min(...boxes.map((box) => box.left));
    const room = math.parentElement.clientWidth || math.closest(".block").clientWidth;
    if (wide > room) math.style.fontSize = `${(1.06 * room) / wide}em`; // 1.08, which export.css has, and a little room
  }
  for (const block of blocks) {
    const image = block.querySelector("img");
    if (!image || block.querySelector(".live-view")) continue;
    await image.decode().catch(() => {});
    const [width, height] = [image.naturalWidth || 1, image.naturalHeight || 1];
    const points = Number(document.documentElement.dataset.points); // units for a pixel, so that its text has 24
    const beside = Math.min(PAGE.width / width, (PAGE.height - 60) / height, 1.25 * points);
    block.full = beside < 0.999 * points; // the text in it would be too small: it gets the whole slide
    const largest = block.full ? Math.min(FULL.width / width, FULL.height / height, points) : beside;
    block.image = { image, width, height, largest, smallest: Math.min(largest, points) };
    size(block, largest);
  }
}

function size(block, scale) {
  block.image.image.style.width = `calc(${block.image.width * scale} * var(--unit))`;
  block.image.image.style.height = `calc(${block.image.height * scale} * var(--unit))`;
}

/** How much lower a block may become, in units. */
const slack = (block) => (block.image ? block.image.height * (block.image.largest - block.image.smallest) : 0);

/** Cut what is too high for a page into parts: code and text by lines, tables by rows, lists by items. */
function parts(block, room, heightOf) {
  const list = block.querySelector(":scope > ul, :scope > ol, :scope > blockquote, :scope > table > tbody") ??
    block.querySelector("table > tbody");
  if (list && list.children.length > 1) {
    // As many rows on each page, so that the last one is not left with a single row.
    const count = Math.ceil(heightOf(block) / room);
    const most = Math.max(...[...list.children].map((row) => heightOf(row)));
    const rest = heightOf(block) - [...list.children].reduce((sum, row) => sum + heightOf(row), 0);
    room = Math.min(room, (heightOf(block) - rest) / count + rest + most);
    const copies = [];
    let rows = [...list.children];
    while (rows.length) {
      const copy = block.cloneNode(true);
      const place = [...copy.querySelectorAll(list.tagName)].at(0);
      place.replaceChildren();
      list.closest(".measure").append(copy);
      const taken = [];
      for (const row of rows) {
        place.append(row);
        if (taken.length && heightOf(copy) > room) break;
        taken.push(row);
      }
      if (list.tagName === "OL") place.start = (list.start || 1) + list.children.length - rows.length;
      place.replaceChildren(...taken);
      rows = rows.slice(taken.length);
      copy.remove();
      copies.push(copy);
    }
    return copies;
  }
  const pre = block.querySelector("pre");
  if (!pre) return [block];
  const lines = pre.innerHTML.split("\n");
  const count = Math.ceil(heightOf(block) / room);
  const each = Math.ceil(lines.length / count);
  return Array.from({ length: count }, (_, k) => {
    const copy = block.cloneNode(true);
    copy.querySelector("pre").innerHTML = lines.slice(k * each, (k + 1) * each).join("\n");
    return copy;
  });
}

/**
 * The blocks by pages, filled in order. height(block): with all the room there is; beside(blocks, width): whether the
 * blocks fit on a page in that width; head: the height of what stands above the blocks on every page but the first.
 */
function filled(blocks, height, beside, head) {
  const pages = [[]];
  let left = PAGE.height;
  for (const [i, block] of blocks.entries()) {
    const page = pages.at(-1);
    if (block.full) {
      if (page.length) pages.push([]);
      pages.at(-1).push(block);
      pages.push([]);
      left = PAGE.height - head;
      continue;
    }
    const tall = height(block) - slack(block);
    const next = blocks[i + 1];
    const kept = block.heading && next ? Math.min(height(next) - slack(next), 200) : 0;
    if (page.side || (page.length && tall + kept > left)) {
      const picture = (page.side ?? block).image;
      const width = picture ? PAGE.width - picture.width * picture.smallest - GAP : 0;
      if (page.side && !block.image && !block.heading && beside([...page, block], width)) {
        page.push(block);
        continue;
      }
      if (!page.side && width > 480 && beside([...page], width)) {
        page.side = block;
        continue;
      }
      const fresh = [];
      const room = PAGE.height - head - tall;
      let taken = 0;
      // Code goes with its output, and a line that announces what follows with that, if they fit on a page.
      for (let last = page.at(-1); page.length > 1 && last && !page.side; last = page.at(-1)) {
        const announces = last.heading || (/:\s*$/.test(last.textContent) && height(last) < 130);
        const first = fresh[0] ?? block;
        if (!(first.follows === last || (announces && !first.heading)) || taken + height(last) > room) break;
        fresh.unshift(page.pop());
        taken += height(last);
      }
      pages.push(fresh);
      left = PAGE.height - head - taken;
    }
    pages.at(-1).push(block);
    left -= tall;
  }
  return pages.filter((page) => page.length);
}

/** The pages of one slide, each a list of blocks; dense if a smaller text saves a page. */
function paged(slide, measure, title) {
  const u = unit();
  const heightOf = (block) => block.getBoundingClientRect().height / u;
  const head = title ? 54 : 0;
  const total = (blocks, width) => {
    measure.style.width = `calc(${width} * var(--unit))`;
    measure.replaceChildren(...blocks);
    const sum = blocks.reduce((all, block) => all + heightOf(block), 0);
    measure.style.width = "";
    measure.replaceChildren(...slide.blocks);
    return sum;
  };
  const lay = (dense) => {
    measure.classList.toggle("dense", dense);
    measure.replaceChildren(...slide.blocks);
    const heights = new Map(slide.blocks.map((block) => [block, heightOf(block)]));
    const beside = (blocks, width) => total(blocks, width) + head <= PAGE.height;
    return { dense, pages: filled(slide.blocks, (block) => heights.get(block), beside, head), heights };
  };
  measure.classList.add("dense");
  measure.replaceChildren(...slide.blocks);
  const room = PAGE.height - 70;
  let above = 0; // of what stands above a block, where it is so little that the block begins on the same page
  slide.blocks = slide.blocks.flatMap((block) => {
    const here = above;
    above += heightOf(block);
    if (block.image || block.querySelector(".live-view") || heightOf(block) <= room) return [block];
    const left = here < 0.4 * room ? room - here : room;
    return parts(block, left, heightOf).map((part) => Object.assign(part, { heading: block.heading, step: false }));
  });
  measure.replaceChildren(...slide.blocks);
  for (const block of slide.blocks) // what cannot be cut
    if (!block.image && !block.full && heightOf(block) > PAGE.height) block.style.zoom = String(room / heightOf(block));
  const dense = lay(true);
  const normal = lay(false);
  const chosen = dense.pages.length < normal.pages.length ? dense : normal;
  measure.classList.toggle("dense", chosen.dense);
  for (const [k, page] of chosen.pages.entries()) {
    if (page.side) widen(page, (width) => total([...page], width) + head <= PAGE.height, head);
    const used = page.reduce((sum, block) => sum + chosen.heights.get(block), k ? head : 0);
    const flexible = page.reduce((sum, block) => sum + slack(block), 0);
    const by = Math.min(1, (used - PAGE.height) / flexible);
    if (!page.side && by > 0)
      for (const block of page.filter((one) => one.image))
        size(block, block.image.largest - by * (block.image.largest - block.image.smallest));
  }
  return chosen;
}

/** Make the picture at the side of a page as large as the text beside it allows. */
function widen(page, fits, head) {
  const { width, height, smallest, largest } = page.side.image;
  let scale = smallest;
  for (const better of [0.75, 0.5, 0.25].map((part) => smallest + part * (largest - smallest))) {
    const rest = PAGE.width - width * better - GAP;
    if (height * better + head <= PAGE.height && rest > 480 && fits(rest)) {
      scale = better;
      break;
    }
  }
  size(page.side, scale);
  page.rest = PAGE.width - width * scale - GAP;
}

/** The section of one page. */
function sectionOf(page, { dense, title, notes, minutes }) {
  const full = page[0].full;
  const frameOf = make("div", `slide-page${dense ? " dense" : ""}${full ? " full" : ""}`);
  if (title && !full) frameOf.append(make("p", "running", title));
  let index = -1;
  for (const [k, block] of [...page, page.side].filter(Boolean).entries()) {
    if (block.step && k > 0) index += 1;
    if ((block.step || block.joined) && index >= 0) {
      block.classList.add("fragment");
      block.dataset.fragmentIndex = String(index);
    }
  }
  if (page.side) {
    const left = make("div", "", ...page);
    left.style.width = `calc(${page.rest} * var(--unit))`;
    frameOf.append(make("div", "beside", left, page.side));
  } else frameOf.append(...page);
  const section = make("section", "", frameOf);
  if (minutes) section.dataset.timing = String(Math.round(60 * minutes));
  const aside = make("aside", "notes");
  if (minutes) aside.append(make("p", "", `${Math.round(10 * minutes) / 10} min`));
  aside.append(...notes.flatMap((note) => [...note.childNodes]));
  if (aside.childNodes.length) section.append(aside);
  return section;
}

async function present() {
  const holder = document.querySelector(".slides");
  const measure = make("div", "measure slides-measure");
  document.body.append(measure);
  keepMarks();
  const slides = slidesOf(sources);
  const blocks = slides.flatMap((slide) => slide.blocks);
  measure.append(...blocks);
  for (const slide of slides)
    for (const [i, block] of slide.blocks.entries()) block.above = slide.blocks.slice(Math.max(0, i - 2), i);
  const answers = [...measure.querySelectorAll(".block > details")]; // there is room for them when they are opened
  for (const answer of answers) answer.open = true;
  await fitViews(blocks);
  for (const slide of slides) slide.blocks = slide.blocks.flatMap((block) => [block, ...(block.more ?? [])]);
  await fit(blocks, measure);
  let column = null;
  let title = "";
  for (const slide of slides) {
    const heading = slide.blocks[0].heading ? slide.blocks[0].textContent : "";
    if (heading) title = heading;
    const { dense, pages } = paged(slide, measure, title);
    const minutes = slide.minutes / pages.length;
    for (const [k, page] of pages.entries()) {
      const running = k === 0 && heading ? "" : title;
      const notes = k === 0 ? slide.notes : [];
      const section = sectionOf(page, { dense, title: running, notes, minutes });
      if (slide.depth === 1 && k === 0) holder.append((column = make("section", "")));
      column.append(section);
    }
  }
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
