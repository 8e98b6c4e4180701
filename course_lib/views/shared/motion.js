// What moves: copies of entries that fly above a view. They say nothing: what is so stands in the matrices under them.

const STEP_TAKES = 600; // milliseconds at normal speed

/**
 * move(flights, ms, land): each flight is {text, colour, from, to, start, end}: from and to are places in the window, start
 * and end the parts of the time, 0 to 1, between which it goes; before, it is seen only with `waits`. land() is called
 * once: when all have arrived, or when another move, or stop(), ends this one. With less motion nothing flies, and it
 * lands at once. While it moves the view has the attribute data-moving.
 */
function mover(root, signal) {
  const stage = element("div", { class: "bss-stage", "aria-hidden": "true" });
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  let finish = null;
  root.append(stage);

  function move(flights, ms, land) {
    stop();
    if (still.matches || !flights.length) return land();
    const origin = stage.getBoundingClientRect();
    const animations = flights.map((flight) => launch(flight, origin, ms));
    root.setAttribute("data-moving", "");
    const arrive = () => {
      finish = null;
      stage.replaceChildren();
      root.removeAttribute("data-moving");
      land();
    };
    finish = arrive;
    Promise.all(animations.map(({ finished }) => finished)).then(() => finish === arrive && arrive());
  }

  function launch({ text, colour, from, to, start = 0, end = 1, waits = false }, origin, ms) {
    const piece = element("div", { class: "bss-flying" }, text);
    Object.assign(piece.style, { width: `${from.width}px`, height: `${from.height}px`, lineHeight: `${from.height}px` });
    if (colour) Object.assign(piece.style, { background: css(colour), color: textOn(colour) });
    stage.append(piece);
    const middle = (to.width - from.width) / 2;
    const at = ({ x, y }, shift = 0) => `translate(${x - origin.x + shift}px, ${y - origin.y}px)`;
    const frames = [
      { transform: at(from), opacity: waits ? 1 : 0 },
      { transform: at(from), opacity: 1, offset: 0.15 },
      { transform: at(to, middle), opacity: 1 },
    ];
    return piece.animate(frames, { delay: start * ms, duration: (end - start) * ms, fill: "both", easing: "ease-in-out" });
  }

  const stop = () => finish?.();
  still.addEventListener("change", stop, { signal });
  signal.addEventListener("abort", stop);
  return { move, stop };
}
