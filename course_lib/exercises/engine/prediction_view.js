function render({ model, el }) {
  const view = frame(el, "Predict first");
  const { root, status, say } = view;
  root.classList.add("bss-prediction");
  const [answers, name] = [model.get("answers"), `bss-${++ids}`];
  const radios = answers.map(() =>
    element("input", { type: "radio", name, onkeydown: (event) => event.key === "Enter" && answer() }),
  );
  const choices = model.get("texts").map((text, k) =>
    element("label", { class: "bss-choice" }, radios[k], `${k + 1}. `, element("span", { class: "bss-option" }, text)),
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
    say(number ? answers[number - 1] : "Choose one first.");
    if (number) put(model, { chosen: number });
  }

  function follow() {
    const number = model.get("chosen");
    radios.forEach((radio, k) => (radio.checked = k + 1 === number));
    say(answers[number - 1] ?? "");
  }

  view.follow(model, { chosen: follow });
  follow();
  return view.close;
}

export default { render };
