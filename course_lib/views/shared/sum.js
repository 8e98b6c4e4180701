// The sum that makes an entry, written out.

const TERMS_WRITTEN = 8; // of a sum that are written out at once; dots stand for the others

/**
 * {box, draw}: the index sum of an entry. onpoint gets the number of the term that is pointed at, "result", or null.
 * draw({name, terms, most, step, active, keys, total}): terms are texts, of which `step` are added, and `active` is lit (null for
 * none), as are the keys. most: for how many terms room is kept, so that nothing jumps. total: "" while it is not known.
 */
function indexSum(onpoint) {
  const slots = Array.from({ length: TERMS_WRITTEN }, (_, slot) => slot);
  let first = 0;
  const line = linked("index sum", [["", "result"], " = ", ...slots.map((slot) => ["", slot])], (key) =>
    onpoint(typeof key === "number" ? first + key : key),
  );
  const [, ...pieces] = line.box.querySelectorAll("button");
  const pluses = pieces.map((piece) => {
    const plus = element("span", {}, " + ");
    piece.before(plus);
    return plus;
  });
  const [empty, after, equals] = [element("span", {}, "0, an empty sum"), element("span", {}, " + …"), element("span")];
  line.box.append(empty, after, equals);

  function draw({ name, terms, most, step, active = null, keys = [], total }) {
    const count = Math.min(TERMS_WRITTEN, most);
    if (active === null && !step) first = 0;
    if (active !== null && (active < first || active >= first + count))
      first = active - (active < first ? count - 3 : 2); // with two terms more, on the side it comes from
    first = Math.max(0, Math.min(terms.length - count, first));
    line.write("result", name);
    pieces.forEach((piece, slot) => {
      const place = first + slot;
      piece.hidden = pluses[slot].hidden = slot >= count;
      if (place < terms.length) setWords(piece, terms[place]);
      piece.classList.toggle("bss-asleep", place >= terms.length);
      pluses[slot].classList.toggle("bss-asleep", place >= terms.length);
      piece.classList.toggle("bss-added", place < step);
    });
    setText(pluses[0], first ? "… + " : "");
    empty.hidden = terms.length > 0;
    after.hidden = first + count >= terms.length;
    setText(equals, total && terms.length ? ` = ${total}` : "");
    line.light([...keys, ...(active === null ? [] : [active - first])]);
  }
  return { box: line.box, draw };
}
