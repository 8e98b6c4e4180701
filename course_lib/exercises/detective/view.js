const PRICE = { witness: 1, line: 2 };

/** The two losses, in one chart that says its ends in words. */
function lossPicture(losses) {
  const picture = chart({ width: 260, height: 140, bottom: 34, title: "loss L", below: "step" });
  const all = Object.values(losses).flat().filter(Number.isFinite);
  const steps = Object.values(losses)[0].length;
  picture.axes({ from: 0, to: steps - 1 }, { from: Math.min(0, ...all), to: 1.05 * Math.max(...all, 0.1) });
  for (const [k, values] of Object.values(losses).entries()) {
    const line = svg("path", { class: k ? "bss-loss bss-dashed" : "bss-loss", d: picture.line(values.map((L, step) => [step, L])) });
    picture.inside.append(line);
  }
  const ends = Object.entries(losses).map(([words, values]) => `${words}: from ${number(values[0])} to ${number(values.at(-1))}`);
  picture.name(`Loss over ${steps} steps. ${ends.join("; ")}.`);
  return element("figure", {}, picture.box, element("figcaption", {}, `${ends[0]} (solid); ${ends[1]} (dashed)`));
}

/** The code, a list of lines: one Tab stop, the arrow keys go from line to line, Enter chooses. */
function codeLines(code, onchoose) {
  const lines = code.split("\n").map((text, k) => {
    const parts = [element("span", { class: "bss-number", "aria-hidden": "true" }, String(k + 1)), element("code", {}, text)];
    const name = `line ${k + 1}: ${text.trim() || "empty"}`;
    return element("div", { class: "bss-source", role: "option", id: `bss-${++ids}`, "aria-label": name, onclick: () => choose(k) }, ...parts);
  });
  const box = element("div", { class: "bss-code", role: "listbox", tabindex: 0, "aria-label": "code" }, ...lines);
  let active = 0;

  function point(k) {
    active = Math.max(0, Math.min(lines.length - 1, k));
    box.setAttribute("aria-activedescendant", lines[active].id);
    lines.forEach((line, l) => line.classList.toggle("bss-active", l === active));
  }
  function choose(k) {
    point(k);
    lines.forEach((line, l) => line.setAttribute("aria-selected", l === k));
    onchoose(k + 1);
  }
  box.addEventListener("focus", () => point(active));
  box.addEventListener("keydown", (event) => {
    const to = { ArrowUp: active - 1, ArrowDown: active + 1, Home: 0, End: lines.length - 1 }[event.key];
    if (event.altKey || event.metaKey || event.ctrlKey || (to === undefined && event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    if (to === undefined) choose(active);
    else point(to);
  });
  return { box, lines };
}

function render({ model, el }) {
  const view = frame(el, `Detective, ${model.get("title")}`);
  const { root, status, say, follow } = view;
  root.classList.add("bss-detective");
  const [places, code] = [model.get("places"), model.get("code")];
  const { box, lines } = codeLines(code, choose);
  const points = element("strong");
  const heard = element("div", { class: "bss-heard" });
  const witnesses = Object.keys(model.get("witnesses")).map((name) => button(name, () => hear(name)));
  const typed = element("input", { class: "bss-typed", "aria-label": "the line as it should be", spellcheck: "false" });
  const attempt = element("div", { class: "bss-controls" }, typed, button("Run with this line", run));
  attempt.hidden = !model.widget_manager; // a page has no kernel
  let line = 0;

  const pay = (price) => Math.max(0, model.get("points") - price);
  const isFound = () => model.get("found").length === places.length;

  function choose(chosen) {
    line = chosen;
    typed.value = code.split("\n")[line - 1].trim();
    const k = places.findIndex(({ lines: right }) => right.includes(line));
    if (k >= 0 && !model.get("found").includes(k)) put(model, { found: [...model.get("found"), k] });
    else if (k < 0 && !isFound()) put(model, { points: pay(PRICE.line) });
    const more = isFound() ? "" : " One more line is wrong.";
    say(k >= 0 ? `✓ Line ${line}: ${places[k].says}.${more}` : `✗ Line ${line} is not it.`);
  }

  function hear(name) {
    const paid = model.get("opened").includes(name) || isFound();
    if (!paid) put(model, { opened: [...model.get("opened"), name], points: pay(PRICE.witness) });
    heard.replaceChildren(element("strong", {}, name), element("pre", { tabindex: 0, role: "region", "aria-label": name }, model.get("witnesses")[name]));
  }

  function run() {
    if (!line) return say("Choose a line first.");
    say("Running …");
    put(model, { asked: [line, typed.value] });
  }

  function draw() {
    points.textContent = `${model.get("points")} points`;
    for (const made of witnesses) made.setAttribute("aria-pressed", model.get("opened").includes(made.textContent));
    const right = model.get("found").flatMap((k) => places[k].lines);
    lines.forEach((made, k) => made.classList.toggle("bss-right", right.includes(k + 1)));
  }

  const ask = places.length > 1 ? `${places.length} lines are wrong: which?` : "Which line is wrong, or in the wrong place?";
  const hint = `${ask} Choose it, or ask a witness first (1 point); another line costs 2.`;
  const asking = element("div", { class: "bss-asking", role: "group", "aria-label": "witnesses" }, points, ...witnesses);
  const desk = element("div", { class: "bss-desk" }, heard, attempt, status);
  root.append(element("p", {}, `${model.get("facts")} ${hint}`), element("div", { class: "bss-scene" }, box, asking, lossPicture(model.get("losses")), desk));
  follow(model, { points: draw, found: draw, opened: draw, answer: () => model.get("answer").says && say(model.get("answer").says) });
  draw();
  return view.close;
}

export default { render };
