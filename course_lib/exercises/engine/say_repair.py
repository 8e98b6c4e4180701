"""What each kind of change is worth, and what is said about it.

cost: the likelier a kind of mistake, the cheaper; from the mistakes that people made in public. says: of the line, without
giving the change away; hint: one step further. {old} is the learner's text at the place, {new} what repairs it.
"""

import functools
from typing import NamedTuple


class Kind(NamedTuple):
    """How dear a kind is, the sentence about the place, and the hint."""

    cost: float
    says: str
    hint: str


# kind | cost | what is said of the place | the hint
_TABLE = """
name | 1.0 | another array belongs in this place | Another name that you have belongs here.
joined term | 2.3 | entries depend on one another here, and a term that joins them is missing | Subtract a sum over the axis that joins them.
scaled | 1.0 | this multiplies what is there, and nothing is subtracted from it | Subtract, and do not multiply.
transpose too many | 1.0 | a transpose is too many here | Leave one transpose out.
transpose missing | 1.0 | a transpose is missing here | Put one transpose in.
no transpose | 1.0 | this exchanges no rows and columns: it is no transpose | A transpose, or nothing, belongs here.
elementwise | 1.0 | a product entry by entry stands where products are summed | A matrix product belongs here; mind which index is summed.
order | 1.1 | this product does not join the indexes that belong together | Mind the order and the transposes: which index is summed?
matrix product | 1.1 | a matrix product stands where each entry has its own factor | An element-wise product belongs here.
exchanged | 1.5 | two names, or two arguments, stand in each other's place | Exchange two of them.
einsum | 1.02 | the letters do not join the indexes that belong together | One letter, or their order, is wrong.
averaged | 1.0 | a mean stands where the sum belongs | Leave the division by the number of samples out.
factor too many | 1.1 | a factor is too many here | Leave one factor out.
slope too many | 1.0 | a function is applied that does not belong here | Leave the function, or its factor, out.
term inside | 1.2 | a term stands inside, where it is multiplied or changed too | Move one term out of the brackets.
repeated index | 1.0 | with a list of indexes, what comes more than once is added only once | Add in a loop, or with np.add.at.
labels | 1.1 | this array is one-hot, and no array of class numbers | Find the number of the class in each row.
result dropped | 1.0 | the result of this call is used nowhere: the call changes none of its arrays | Write the result into the array.
choice | 1.0 | `if` decides once for a whole array, and each entry needs its own choice | Use np.where.
not put back | 1.0 | an entry is changed in each round, and still is in the next one | Put the entry back at the end of the round.
averaged too far | 1.1 | this mean runs over more than it should | Divide by another size, and do not take the mean.
term too many | 1.5 | a term is too many here | Leave one term out.
power | 1.3 | a power is too many here | Leave the power out.
slope missing | 1.0 | the slope is missing here | Multiply by the derivative of the activation.
factor missing | 1.3 | a factor is missing here | An array or a number that you have is a factor here.
not averaged | 1.3 | a division by a size, as in 1/m, is missing here | Divide by a size, such as the number of samples.
two | 1.5 | a factor of 2 is wrong here | Multiply or divide by 2.
sign | 1.1 | a sign is wrong here | Turn the sign around.
power missing | 1.25 | a power is missing here | A square belongs here.
root | 1.5 | a root, or one over it, is missing here | A root, or one over it, belongs here.
overflow | 1.2 | an exponential of a large number overflows here | The largest entry of a row can be subtracted before exp.
path missing | 1.5 | one of the paths to the result is missing here | Another path adds its part: through the other factor, or through the divisor.
term missing | 1.8 | a term is missing here | Add an array that you have; it may have a factor.
operator | 1.1 | another operator belongs here | Another of + - * / belongs here, or the other way round.
brackets | 1.2 | the operators are grouped in another way than it seems | Set brackets.
wrapped | 1.6 | more is done here than belongs here | A part of this is enough.
own slope | 1.3 | this is not the slope that belongs here | The derivative of the activation belongs here, called, written with the output, or a number that you know.
keepdims | 1.1 | the axis of length 1 is kept or lost here | Mind keepdims.
axis | 1.0 | this works along the wrong axis | Another axis.
number | 1.3 | this number is wrong | Another number belongs here.
typed size | 1.3 | a size is typed in here | Compute it from an array's shape.
index | 1.2 | this index is not the one that belongs here | Another index, or one more, or one less.
index too many | 1.2 | an index takes away what is needed here | Leave the index out.
indexes exchanged | 1.2 | the indexes stand in the wrong order | Exchange two indexes.
bound | 1.1 | the loop begins or ends at the wrong place | One earlier, or one later.
reversed | 1.2 | the order is the wrong way round | Turn the order around.
summed too many | 1.3 | what is summed here should stay apart | Leave the sum out.
reduced | 1.2 | this sum, mean or maximum is not the one that belongs here | Sum, mean or maximum: another of them.
not summed | 1.2 | a sum is missing here | Add up, along one axis.
size | 1.4 | this is another size than it should be | Count something else, or one more, or one less.
function | 1.2 | another function belongs here | Call another function.
argument | 1.0 | the function is called for the wrong array | Another array goes into the function.
call missing | 1.4 | a function should be applied here | Call a function that you have.
dtype | 1.1 | the numbers lose their fractions, or digits, here | Mind the dtype.
copy | 1.1 | two names stand for one and the same array here | Make a copy.
comparison | 1.2 | this comparison is not the one that belongs here | Another comparison: mind the equal case and the side.
condition | 1.2 | this condition is not the one that belongs here | Always, never, or in the other case.
added | 1.0 | this overwrites what was there before | Add to what is there.
bound anew | 1.0 | a name is bound to a new array here, and the old array stays as it was | Change the array itself.
carry | 1.0 | what is read later is not handed on here | Hand the result on to the name that is read later, in the next round or behind.
assigned | 1.4 | this adds to what is there | Assign, and do not add.
in place | 0.95 | this changes an array that others hold | Make a new array.
statement too many | 1.2 | this line is too many | Leave the line out.
too early | 1.0 | this line does not stand where it belongs: it comes too early | Move the line down.
too late | 1.0 | this line does not stand where it belongs: it comes too late | Move the line up.
in every round | 1.1 | a term is added in every round of the loop, and belongs there once | Move one term behind the loop.
other block | 1.1 | this line does not stand where it belongs: mind its indentation | Move the line into the loop or the condition, or out of it.
kept | 1.0 | a default value lives from call to call: what is written into it stays | Make it anew in each call.
input changed | 1.2 | an array that was passed in is written into | Work on a copy.
left out | 1.0 | one of the arrays is left out | Do the same for the other array.
"""
KINDS = {}
for _line in _TABLE.strip().splitlines():
    _kind, _cost, _says, _hint = _line.split(" | ")
    KINDS[_kind] = Kind(float(_cost), _says, _hint)


@functools.cache
def of(kind):
    """The `Kind` of a change; "axis +0.15" is an "axis" that is dearer by so much."""
    name, _, more = kind.partition(" +")
    return KINDS[name]._replace(cost=KINDS[name].cost + float(more or 0))


def cost(kind):
    """What a change of this kind costs."""
    return of(kind).cost


ROLES = {
    "O": "is the input of the layer",
    "Z": "is what stands between W and the activation",
    "W": "holds the weights",
    "G": "is the gradient that arrives",
    "T": "is the target",
    "b": "is the bias",
}
_LONGEST = 90  # characters of the learner's that are quoted


def sentence(repairs, names=()):
    """Where a learner's code goes wrong, and what kind of mistake it is; names: of arguments that play their usual part."""
    places = list({tuple(step.line for step in each.steps): each.steps for each in repairs}.values())
    if len(places) > 1 and all(len(steps) == 1 for steps in places[:2]):
        either = " or ".join(_spoken(steps[0]) for steps in places[:2])
        return f"One small change makes it right, in either of two places: {either}."
    said = {}
    for step in repairs[0].steps:
        said.setdefault(f"{of(step.kind).says}{_role(step, names)}", {})[_spoken(step)] = None
    return _upper("; and ".join(f"{' and '.join(spots)}: {words}" for words, spots in said.items())) + "."


def hints(repairs):
    """One step further each: the kind of change, then the changed line. Pairs of (text, code)."""
    steps = repairs[0].steps
    kinds = " ".join(dict.fromkeys(f"{_upper(_spoken(step))}: {of(step.kind).hint}" for step in steps))
    changed = [step.new for step in steps if step.new]
    gone = [step.text for step in steps if not step.new]
    lines = ("With this line:", "\n".join(changed)) if changed else ("Without this line:", "\n".join(gone))
    return (kinds, ""), lines


def _upper(text):
    return text[0].upper() + text[1:]


def _spoken(step):
    where = f"line {step.line}" + (f" of `{step.helper}`" if step.helper else "")
    text = step.text if len(step.text) <= _LONGEST else ""
    if not text or "`" in text:
        return where
    at = step.old if step.old in text and len(step.old) < len(text) - 8 else ""
    return f"{where}, `{text}`" + (f", at `{at}`" if at and "`" not in at else "")


def _role(step, names):
    """What a name that is in the wrong place stands for."""
    root = step.old.split("[")[0].split(".")[0]
    letter = root.removesuffix("s") if root in names else ""
    return f" (`{root}` {ROLES[letter]})" if step.kind in ("name", "argument") and letter in ROLES else ""
