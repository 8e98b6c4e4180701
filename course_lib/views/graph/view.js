/** Lines of text around a point: above it, or below it. */
function around([x, y], lines, kind) {
  const text = svg("text", { class: `bss-${kind}`, "text-anchor": "middle" });
  const first = kind === "value" ? y - 6 - 15 * (lines.length - 1) : y + 16;
  lines.forEach((line, k) => text.append(svg("tspan", { x, y: first + 15 * k, "xml:space": "preserve" }, line)));
  return text;
}

function drawEdge(edge) {
  const [from, by, to] = edge.path;
  const line = svg("path", { class: "bss-edge", d: `M ${from} Q ${by} ${to}` });
  const value = around(edge.label, edge.value, "value");
  const gradient = around(edge.label, edge.gradient, "gradient");
  return { step: edge.step, line, gradient, all: [value, gradient] };
}

function drawNode({ name, place: [x, y], step, width }) {
  const box = svg("rect", { class: "bss-node", x: x - width / 2, y: y - 15, width, height: 30, rx: step ? 15 : 3 });
  return { step, x, line: box, all: [box, svg("text", { class: "bss-name", x, y: y + 5, "text-anchor": "middle" }, name)] };
}

function render({ model, el }) {
  const hint = "Press Step: the gradients come back from the end. Above an edge stands its value, below it its gradient.";
  const view = frame(el, "Graph of an expression, and the way back", hint);
  const [words, [width, height]] = [model.get("words"), model.get("size")];
  const edges = model.get("edges").map(drawEdge);
  const nodes = model.get("nodes").map(drawNode);
  const drawn = [...edges, ...nodes];
  const picture = svg("svg", { class: "bss-graph", viewBox: `0 0 ${width} ${height}`, width, height, role: "img", style: `--wide: ${width}` });
  picture.append(...edges.map((edge) => edge.line)); // under all texts
  for (const part of drawn) picture.append(...part.all);
  const scrolls = element("div", { class: "bss-scrolls" }, picture); // on a phone
  const last = words.length - 1;
  const steps = player("Step", last, show, view.signal, { step: model.get("step"), every: 1500, more: [resetButton(model, () => steps.pause())] });

  function show(step) {
    for (const { line, step: own } of drawn) line.classList.toggle("bss-now", own === step && step > 0);
    for (const { gradient, step: own } of edges) gradient.classList.toggle("bss-asleep", own > step);
    const known = edges.filter((edge) => edge.step <= step).length;
    const { x } = nodes.find((node) => node.step === step) ?? { x: step ? width : 0 };
    scrolls.scrollLeft = (x / width) * scrolls.scrollWidth - scrolls.clientWidth / 2;
    picture.setAttribute("aria-label", `${nodes.length} nodes; ${known} of ${edges.length} edges have their gradient`);
    view.say(`Step ${step} of ${last}: ${words[step]}`);
    if (model.get("step") !== step) put(model, { step });
  }

  view.root.append(view.said, scrolls, steps.box);
  view.follow(model, { step: () => steps.go(model.get("step")) });
  steps.go(model.get("step"));
  return view.close;
}

export default { render };
