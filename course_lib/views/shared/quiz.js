// Your turn: questions about entries, asked and judged in the browser.

const ASKS = { entry: "What is this entry?", zeros: "Which entries are not 0?" };

/** What a wrong number may be, [[number, words], ...]: slips in a sum of the products of these factors [[a, b], ...]. */
function slipsOfSum(factors) {
  const products = factors.map(([a, b]) => a * b);
  const add = (numbers) => numbers.reduce((sum, x) => sum + x, 0);
  const [total, n] = [add(products), products.length];
  return [
    [-total, "the right number with the other sign"],
    [total / n, `the mean of the ${n} products, not their sum`],
    ...products.map((product, k) => [total - product, `the sum without product ${k + 1}`]),
    ...products.map((product, k) => [product, `product ${k + 1} alone`]),
    ...products.map((product, k) => [total - 2 * product, `the sum with the sign of product ${k + 1} turned`]),
    ...products.map((_, k) => [add(products.slice(0, k + 1)), `the sum of the first ${k + 1} products`]),
    [add(factors.flat()), "the sum of the factors, not of their products"],
    [add(factors.map(([a]) => a)), "the sum of the first factors alone"],
    [add(factors.map(([, b]) => b)), "the sum of the second factors alone"],
  ];
}

/** The other entries of a matrix as slips. */
function otherEntries(matrix, [i, j]) {
  const others = placesOf(matrix.shape).filter(([p, q]) => p !== i || q !== j);
  return others.map(([p, q]) => [at(matrix, p, q), `entry [${p}, ${q}], not [${i}, ${j}]`]);
}

/**
 * {box, button, asks, press, marks, forget, show}: a button and the questions behind it. asks() is "entry", "zeros", or "" while it is off.
 * entry() gives {name, value, slips, made, solve}: the entry that is chosen; zeros() gives {name, shape, isNonzero(i, j),
 * hint, solve}; without it there is one question. changed() is called when there is something to draw anew.
 * press(entry) marks an entry or takes the mark away, and marks() are the outlines. The trait "turn" keeps
 * {asks, right, tries}.
 */
function quiz({ tell, follow }, model, { entry, zeros, changed }) {
  const turn = () => model.get("turn");
  const keep = (values) => put(model, { turn: { ...turn(), ...values } });
  const kinds = Object.entries(ASKS).filter(([kind]) => kind !== "zeros" || zeros);
  let [marked, judged] = [[], null];
  const isMarked = (place) => marked.some((other) => String(other) === String(place));

  const begin = button("Your turn", () => keep({ asks: kinds[0][0] }));
  const end = button("Done", () => keep({ asks: "" }));
  const which = choice("Question", kinds, turn().asks, (kind) => keep({ asks: kind }));
  const typed = element("input", { autocomplete: "off", spellcheck: "false", class: "bss-typed", "aria-label": "your number" });
  const check = () => (turn().asks === "entry" ? judgeEntry() : judgeZeros());
  typed.addEventListener("keydown", (event) => event.key === "Enter" && check());
  const count = element("span", { class: "bss-score" });
  const box = element("div", { class: "bss-controls bss-quiz", role: "group", "aria-label": "your turn" });
  box.append(...(kinds.length > 1 ? [which.box] : [ASKS.entry]), typed, button("Check", check), end, count);

  function judge(right, words) {
    keep({ right: turn().right + right, tries: turn().tries + 1 });
    tell(`${right ? "✓" : "✗"} ${words}`);
  }

  function judgeEntry() {
    const { name, value, slips, made, solve } = entry();
    const number = typedNumber(typed.value);
    if (made) return tell(`${name} is made already: choose an entry that shows a ?.`);
    if (number === null) return tell(`Type a number such as −3 or 7/3: it is to be ${name}.`);
    const words = typed.value.trim().replaceAll("-", "−");
    if (isNumber(number, value)) {
      typed.value = "";
      solve();
      return judge(true, `${name} = ${words} is right.`);
    }
    const slip = slips.find(([wrong]) => isNumber(number, wrong) && !isNumber(wrong, value));
    judge(false, `${words} is not ${name}: ${slip ? `it is ${slip[1]}` : "no usual slip gives it"}.`);
  }

  function judgeZeros() {
    const { name, shape, isNonzero, hint, solve } = zeros();
    const missed = placesOf(shape).filter((place) => isNonzero(...place) && !isMarked(place)).length;
    const wrong = marked.filter((place) => !isNonzero(...place)).length;
    judged = (place) => (isNonzero(...place) ? "✓" : "✗");
    if (!missed && !wrong) solve();
    judge(!missed && !wrong, missed || wrong ? `${missed} missing, ${wrong} too many. ${hint}` : `These ${marked.length} entries of ${name} are not 0, and no others.`);
    changed();
  }

  function show() {
    const { asks, right, tries } = turn();
    box.hidden = !asks;
    which.input.value = asks;
    typed.hidden = asks !== "entry";
    setText(count, tries ? `${right} of ${tries} right` : "");
    if (asks !== "zeros") forget();
    changed();
  }

  function forget() {
    [marked, judged] = [[], null];
  }

  function press(place) {
    if (turn().asks !== "zeros") return;
    marked = isMarked(place) ? marked.filter((other) => String(other) !== String(place)) : [...marked, place];
    judged = null;
    changed();
  }

  function marks() {
    return marked.map((entry) => ({ entry, sign: judged ? judged(entry) : "●" }));
  }
  follow(model, { turn: show });
  return { box, button: begin, asks: () => turn().asks, press, marks, forget, show };
}
