// How a view asks the kernel: one question at a time, and the last wish wins.

const PATIENCE = 2000; // milliseconds until a view says that the kernel has not answered
const ABSENT = "This page has no running kernel: what needs one is switched off, and everything else answers.";
const BUSY = "The kernel has not answered yet: it is busy, or it is not running.";

/**
 * Questions are values of the trait "asked"; the answer to one comes in the trait "answer", with the question, or the part
 * of it that no other has, as `asked`. A question leaves once the answer before has been drawn, or is late. draw() draws the answer, settle() says what
 * is to be said once nothing is under way. send(question) sends it in another way; join(old, wish) makes one question of two
 * that have to wait, by default the wish. Returns {ask(question), latest(), receive(), absent, notice, tell(...words)}: latest
 * is the question that was asked last; absent, whether there is no kernel; notice, an element for the view to place, which
 * says what keeps a question waiting, that there is no kernel, and what one tells.
 */
function asker(model, { root, follow, signal }, { draw, settle = () => {}, send = (asked) => put(model, { asked }), join = (_, wish) => wish }) {
  let [waiting, wanted, late, undrawn] = [null, null, false, false];
  let [timer, frame] = [null, null];
  const answered = () => model.get("answer").asked;
  const same = (question) => Object.entries(answered()).every(([key, value]) => question[key] === value);
  const absent = !model.widget_manager; // a page that was exported has no widget manager
  const notice = element("div", { class: "bss-problem", "aria-live": "polite" });

  function ask(question) {
    wanted = wanted ? join(wanted, question) : question;
    root.setAttribute("aria-busy", true);
    next();
  }

  function next() {
    if (!wanted || undrawn || (waiting && !late)) return;
    if (!waiting && same(wanted)) {
      wanted = null;
      rest();
      return;
    }
    [waiting, wanted, late] = [wanted, null, false];
    clearTimeout(timer);
    timer = setTimeout(() => {
      late = true;
      setText(notice, BUSY);
    }, PATIENCE);
    send(waiting);
  }

  function receive() {
    if (waiting && same(waiting)) {
      [waiting, late] = [null, false];
      clearTimeout(timer);
    }
    cancelAnimationFrame(frame);
    undrawn = true;
    frame = requestAnimationFrame(() => {
      undrawn = false;
      next();
    });
    draw(); // what it puts off to that frame comes after the next question has left
    rest();
  }

  function rest() {
    if (waiting || wanted) return;
    root.setAttribute("aria-busy", false);
    settle();
  }

  follow(model, { answer: receive });
  signal.addEventListener("abort", () => {
    clearTimeout(timer);
    cancelAnimationFrame(frame);
  });
  const tell = (...words) => setText(notice, [absent ? ABSENT : "", ...words].filter(Boolean).join(" "));
  return { ask, receive, absent, notice, tell, latest: () => wanted ?? waiting ?? answered() };
}
