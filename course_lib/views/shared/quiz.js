// Your turn: questions about entries, asked and judged in the browser.

const ASKS = [["entry", "What is this entry?"], ["zeros", "Which entries are not 0?"]];

/** What a wrong number may be, [[number, words], ...]: slips in a sum of the products of these factors [[a, b], ...]. */
function slipsOfSum(factors) {
  const products = factors.map(([a, b]) => a * b);
  const total = products.reduce((sum, x) => sum + x, 0);
  return [
    [-total, "the right number with the other sign"],
    [total / products.length, `the mean of the ${products.length} products, not their sum`],
    ...products.map((product, k) => [total - product, `the sum without product ${k + 1}`]),
    ...products.map((product, k) => [product, `product ${k + 1} alone`]),
    ...products.map((product, k) => [total - 2 * product, `the sum with the sign of product ${k + 1} turned`]),
  ];
}

/** The other entries of a matrix as slips. */
function otherEntries(matrix, [i, j]) {
  const others = placesOf(matrix.shape).filter(([p, q]) => p !== i || q !== j);
  return others.map(([p, q]) => [at(matrix, p, q), `entry [${p}, ${q}]`]);
}

/**
 * {box, button, asks, press, marks, forget, show}: a button and the questions behind it. asks() is "entry", "zeros", or "" while it is off.
 * entry() gives {name, value, slips, solve}: the entry that is chosen; zeros(), for the second question, gives {name, shape,
 * isNonzero(i, j), hint, solve}. changed() is called when there is something to draw anew. press(entry) marks an entry or takes
 * the mark away, and marks() are the outlines. The trait "turn" keeps {asks, right, tries}.
 */
function quiz({ tell, follow }, model, { entry, zeros, changed }) {
  const asks = () => model.get("turn").asks;
  const keep = (values) => put(model, { turn: { ...model.get("turn"), ...values } });
  const marks = new Map(); // {entry, sign} by the entry as text
  const begin = button("Your turn", () => keep({ asks: "entry" }));
  const which = choice("Question", ASKS, "", (kind) => keep({ asks: kind }));
  const typed = numberInput({ "aria-label": "your number", onkeydown: ({ key }) => key === "Enter" && check() });
  const score = element("span", { class: "bss-score" });
  const box = element("div", { class: "bss-controls bss-quiz", role: "group", "aria-label": "your turn" });
  box.append(zeros ? which.box : ASKS[0][1], typed, button("Check", check), button("Done", () => keep({ asks: "" })), score);

  function check() {
    const [question, judge] = asks() === "entry" ? [entry(), judgeEntry] : [zeros(), judgeZeros];
    const [right, words] = judge(question);
    if (right) {
      typed.value = "";
      question.solve();
    }
    if (right !== null) keep({ right: model.get("turn").right + right, tries: model.get("turn").tries + 1 });
    tell(words);
  }

  function judgeEntry({ name, value, slips }) {
    const sentences = slips.map(([number, words]) => [number, `It is ${words}.`]);
    return judged(typed.value, name, value, sentences, "No usual slip gives it.");
  }

  function judgeZeros({ name, shape, isNonzero, hint }) {
    for (const mark of marks.values()) mark.sign = isNonzero(...mark.entry) ? "✓" : "✗";
    const missed = placesOf(shape).filter((place) => isNonzero(...place) && !marks.has(String(place))).length;
    const wrong = [...marks.values()].filter(({ sign }) => sign === "✗").length;
    if (missed || wrong) return [false, `✗ ${missed} missing, ${wrong} too many. ${hint}`];
    return [true, `✓ These ${marks.size} entries of ${name} are not 0, and no others.`];
  }

  function show() {
    const { right, tries } = model.get("turn");
    box.hidden = !asks();
    which.input.value = asks();
    typed.hidden = asks() !== "entry";
    setText(score, tries ? `${right} of ${tries} right` : "");
    if (asks() !== "zeros") marks.clear();
    changed();
  }

  function press(place) {
    if (asks() !== "zeros") return;
    if (!marks.delete(String(place))) marks.set(String(place), { entry: place });
    for (const mark of marks.values()) mark.sign = "●";
    changed();
  }
  follow(model, { turn: show });
  return { box, button: begin, asks, press, marks: () => [...marks.values()], forget: () => marks.clear(), show };
}
