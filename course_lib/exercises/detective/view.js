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

function render({ model, el }) {
  const view = frame(el, `Detective, ${model.get("title")}`);
  const { root, status, say, follow } = view;
  root.classList.add("bss-detective");
  const places = model.get("places");
  const group = `bss-${++ids}`;
  const lines = model.get("code").split("\n").map((text, k) => {
    const name = `line ${k + 1}: ${text.trim() || "empty"}`;
    const radio = element("input", { type: "radio", name: group, "aria-label": name, onchange: () => (typed.value = text.trim()) });
    radio.addEventListener("keydown", (event) => event.key === "Enter" && choose());
    return element("label", { class: "bss-source" }, radio, element("span", { class: "bss-number", "aria-hidden": "true" }, String(k + 1).padStart(2)), element("code", {}, `  ${text}`));
  });
  const points = element("strong");
  const heard = element("div", { class: "bss-heard" });
  const witnesses = Object.keys(model.get("witnesses")).map((name) => button(name, () => hear(name)));
  const typed = element("input", { class: "bss-typed", "aria-label": "the line as it should be", spellcheck: "false" });
  const attempt = element("div", { class: "bss-controls" }, typed, button("Run with this line", run));
  attempt.hidden = !model.widget_manager; // a page has no kernel

  const pay = (price) => Math.max(0, model.get("points") - price);
  const isFound = () => model.get("found").length === places.length;
  const line = () => lines.findIndex((label) => label.firstChild.checked) + 1; // 0 if none is chosen

  function choose() {
    if (!line()) return say("Choose a line first.");
    const k = places.findIndex(({ lines: right }) => right.includes(line()));
    if (k >= 0 && !model.get("found").includes(k)) put(model, { found: [...model.get("found"), k] });
    else if (k < 0 && !isFound()) put(model, { points: pay(PRICE.line) });
    const more = isFound() ? "" : " One more line is wrong.";
    say(k >= 0 ? `✓ Line ${line()}: ${places[k].says}.${more}` : `✗ Line ${line()} is not it.`);
  }

  function hear(name) {
    const paid = model.get("opened").includes(name) || isFound();
    if (!paid) put(model, { opened: [...model.get("opened"), name], points: pay(PRICE.witness) });
    heard.replaceChildren(element("strong", {}, name), element("pre", { tabindex: 0, role: "region", "aria-label": name }, model.get("witnesses")[name]));
  }

  function run() {
    if (!line()) return say("Choose a line first.");
    say("Running …");
    put(model, { asked: [line(), typed.value] });
  }

  function draw() {
    points.textContent = `${model.get("points")} points`;
    for (const made of witnesses) made.setAttribute("aria-pressed", model.get("opened").includes(made.textContent));
    const right = model.get("found").flatMap((k) => places[k].lines);
    lines.forEach((made, k) => made.classList.toggle("bss-right", right.includes(k + 1)));
  }

  const ask = places.length > 1 ? `${places.length} lines are wrong: which?` : "Which line is wrong, or in the wrong place?";
  const hint = `${ask} Choose one, or ask a witness first (1 point); a line that is not it costs 2.`;
  const code = element("div", { class: "bss-code", role: "radiogroup", "aria-label": "code" }, ...lines);
  const answer = button("It is this line", choose);
  const asking = element("div", { class: "bss-asking", role: "group", "aria-label": "answer, or ask a witness" }, points, answer, ...witnesses);
  const desk = element("div", { class: "bss-desk" }, attempt, status, heard);
  root.append(element("p", {}, `${model.get("facts")} ${hint}`), element("div", { class: "bss-scene" }, code, asking, lossPicture(model.get("losses")), desk));
  follow(model, { points: draw, found: draw, opened: draw, answer: () => model.get("answer").says && say(model.get("answer").says) });
  draw();
  return view.close;
}

export default { render };
