// How a view asks the kernel: one question at a time, and the last wish wins.

const PATIENCE = 2000; // milliseconds until a view says that the kernel has not answered
const BUSY = "The kernel has not answered yet: it is busy, or it is not running.";

/**
 * Questions are values of the trait "asked"; the answer to one comes in the trait "answer", with the question in it as
 * `asked`. A question leaves once the answer before has been drawn, or is late. same(a, b) compares two questions; draw()
 * draws the answer, settle() says what is to be said once nothing is under way, tell(words) what keeps it waiting.
 * send(question) sends it in another way; join(old, wish) makes one question of two that have to wait, by default the wish.
 * Returns {ask(question), latest(), receive()}: latest is the question that was asked last.
 */
function asker(model, { root, follow, signal }, { same, draw, settle = () => {}, tell, send = (asked) => put(model, { asked }), join = (_, wish) => wish }) {
  let [waiting, wanted, late, undrawn] = [null, null, false, false];
  let [timer, frame] = [null, null];
  const answered = () => model.get("answer").asked;

  function ask(question) {
    wanted = wanted ? join(wanted, question) : question;
    root.setAttribute("aria-busy", true);
    next();
  }

  function next() {
    if (!wanted || undrawn || (waiting && !late)) return;
    if (!waiting && same(answered(), wanted)) {
      wanted = null;
      rest();
      return;
    }
    [waiting, wanted, late] = [wanted, null, false];
    clearTimeout(timer);
    timer = setTimeout(() => {
      late = true;
      tell(BUSY);
    }, PATIENCE);
    send(waiting);
  }

  function receive() {
    if (waiting && same(answered(), waiting)) {
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
  return { ask, receive, latest: () => wanted ?? waiting ?? answered() };
}
