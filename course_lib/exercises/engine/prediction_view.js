function render({ model, el }) {
  const view = frame(el, "Predict first");
  const { root, status, say } = view;
  root.classList.add("bss-prediction");
  const group = `bss-${++ids}`;
  const answers = model.get("answers");

  const radios = model.get("texts").map((_, k) => {
    const radio = element("input", { type: "radio", name: group, value: k + 1, id: `bss-${++ids}` });
    radio.addEventListener("keydown", (event) => event.key === "Enter" && answer());
    return radio;
  });
  const choices = model.get("texts").map((text, k) =>
    element(
      "label",
      { class: "bss-choice", for: radios[k].id },
      radios[k],
      element("span", {}, `${k + 1}. `),
      element("span", { class: "bss-option" }, text),
    ),
  );
  // The room of the longest answer is kept free, whatever the width: all of them lie here, and none is seen or read.
  const room = answers.map((text) => element("div", { class: "bss-asleep", "aria-hidden": "true" }, text));
  root.append(
    element("fieldset", {}, element("legend", {}, model.get("ask")), ...choices),
    element("div", { class: "bss-controls" }, button("Answer", answer)),
    element("div", { class: "bss-answers" }, ...room, status),
  );

  function answer() {
    const number = radios.findIndex((radio) => radio.checked) + 1;
    if (!number) {
      say("Choose one first.");
      return;
    }
    say(answers[number - 1]);
    put(model, { chosen: number });
  }

  function follow() {
    const number = model.get("chosen");
    for (const [k, radio] of radios.entries()) radio.checked = k + 1 === number;
    say(number ? answers[number - 1] : "");
  }

  view.follow(model, { chosen: follow });
  follow();
  return view.close;
}

export default { render };
