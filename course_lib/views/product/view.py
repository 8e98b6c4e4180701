"""ProductExplorer: which row and column make an entry of a matrix product, and why the factors stand in that order."""

import numpy as np
import traitlets

from course_lib.pictures.blackboard import board
from course_lib.pictures.panel import Panel, check_texts, checked_entry, checked_index, listed
from course_lib.shapes import ShapeError
from course_lib.views.shared.view import MOST_ENTRIES, View, as_made, as_matrix, packed, script, turn


class ProductExplorer(View):
    """The product A B as on a blackboard, entry by entry or as a sum of outer products; also a transpose lab.

    A: (p, q), B: (q, r). names: of the factors, such as ("O^T", "G"). symbols: three, such as ("n_in", "m", "n_out"),
    for p, q and r. entry: which entry of the product is chosen. variant: how the factors stand, from 0 to 7: 0 as
    given, plus 4 if they are swapped, plus 2 if the first one is transposed, plus 1 if the second one is (row S14: of
    all orders and transposes one is the gradient). Raises ShapeError if A and B have no product or the symbols do not
    fit, TypeError for other than real numbers, ValueError for an empty or huge matrix or another variant.
    """

    _esm, _css = script(__file__)
    factors = traitlets.List().tag(sync=True)
    variants = traitlets.List().tag(sync=True)
    variant = traitlets.Any(0).tag(sync=True)
    entry = traitlets.Any((0, 0)).tag(sync=True)
    outer = traitlets.Bool().tag(sync=True)  # as a sum of outer products
    step = traitlets.Any(0).tag(sync=True)  # how many products are added
    made = traitlets.List(traitlets.Int()).tag(sync=True)  # the entries that are made, in the order of the rows
    turn = turn()
    kept = ("variant", "outer", "entry", "made", "step", "turn")

    def __init__(self, A, B, names=("A", "B"), symbols=(), entry=(0, 0), variant=0):
        check_texts("ProductExplorer(A, B, names): names", names, 2)
        call = f"ProductExplorer({names[0]}, {names[1]})"
        A, B = (as_matrix(call, *pair).astype(float) for pair in zip(names, (A, B), strict=True))  # (p, q), (q, r)
        if A.shape[1] != B.shape[0]:
            raise ShapeError(
                f"{call}: a row of {names[0]}, {A.shape}, has {A.shape[1]} entries, a column of {names[1]}, {B.shape}, "
                f"has {B.shape[0]}: they have no product."
            )
        if len(listed(f"{call}: symbols", symbols)) not in (0, 3):
            raise ValueError(f"{call}: symbols is {symbols!r}, expected three strings, or none")
        sizes, known = symbols or tuple(map(str, (*A.shape, B.shape[1]))), {}
        pairs = zip(names, (A, B), (sizes[:2], sizes[1:]), strict=True)
        self._factors = [Panel(*pair).check(known) for pair in pairs]
        super().__init__(
            factors=[_packed(factor) for factor in self._factors],
            variants=[_variant(self._factors, number) for number in range(8)],
            variant=checked_index("ProductExplorer: variant", variant, 7),  # now: the entry depends on it
            entry=entry,
        )

    @traitlets.validate("variant")
    def _one_of_eight(self, proposal):
        return checked_index("ProductExplorer: variant", proposal["value"], 7)

    @traitlets.validate("entry")
    def _inside_the_product(self, proposal):
        product = self.variants[self.variant]["product"]
        shape = product["shape"] if product else (MOST_ENTRIES, MOST_ENTRIES)
        return list(checked_entry("ProductExplorer: entry", proposal["value"], shape, "the product"))

    @traitlets.validate("step")
    def _one_of_the_steps(self, proposal):
        return checked_index("ProductExplorer: step", proposal["value"], self.variants[self.variant]["inner"])

    @traitlets.observe("variant")
    def _another_product(self, change):
        product = self.variants[self.variant]["product"]
        if product:
            self.entry = [min(k, size - 1) for k, size in zip(self.entry, product["shape"], strict=True)]
        self.step, self.made = 0, []

    def __repr__(self):
        A, B = self.factors
        return f"ProductExplorer({A['name']} {tuple(A['shape'])}, {B['name']} {tuple(B['shape'])})"

    def figure(self):
        """The factors as they stand, laid out as on a blackboard, and what of their product is made, or why there is none."""
        variant, (i, j) = self.variants[self.variant], self.entry
        left, right = _as_they_stand(self._factors, self.variant)
        words = variant["words"].replace("^T", "ᵀ") if self.variant else ""
        if not variant["product"]:
            return board([[left, "@", right]], words)
        with np.errstate(invalid="ignore", over="ignore"):
            sofar = left.A[:, : self.step] @ right.A[: self.step]  # (p, r)
        made = sofar if self.outer else as_made(variant["product"], self.made)  # (p, r)
        if self.step:
            made[i, j] = sofar[i, j]
        product = Panel(variant["name"], made, (left.symbols[0], right.symbols[1]), entries=[(i, j)])
        return board([[None, right._replace(columns=[j])], [left._replace(rows=[i]), product]], words)


def _packed(panel):
    """Symbols that are sizes are not said twice."""
    return packed(panel.name, panel.A, () if panel.symbols[0].isdecimal() else panel.symbols)


def _as_they_stand(factors, number):
    """The left factor and the right one."""
    A, B = (_turned(factor) if number & bit else factor for factor, bit in zip(factors, (2, 1), strict=True))
    return (B, A) if number & 4 else (A, B)


def _turned(panel):
    """A matrix transposed: O becomes O^T, and O^T becomes O."""
    name = panel.name.removesuffix("^T") if panel.name.endswith("^T") else f"{panel.name}^T"
    return panel._replace(name=name, A=panel.A.T, symbols=panel.symbols[::-1])


def _variant(factors, number):
    """One order and transpose of the two factors: their names, what they give, and in words whether that is right."""
    left, right = _as_they_stand(factors, number)
    name, right_name = (" ".join(factor.name for factor in pair) for pair in ((left, right), factors))
    columns, rows = (
        symbol if symbol.isdecimal() else f"{symbol} = {size}"
        for symbol, size in ((left.symbols[1], left.A.shape[1]), (right.symbols[0], right.A.shape[0]))
    )
    shape, variant = (len(left.A), right.A.shape[1]), {"name": name, "product": None, "inner": left.A.shape[1]}
    if left.A.shape[1] != len(right.A):
        pair = f"a row of {left.name} has {columns} entries, a column of {right.name} has {rows}"
        return variant | {"words": f"There is no {name}: {pair}, and the sum cannot pair them."}
    if shape[0] * shape[1] > MOST_ENTRIES:
        return variant | {"words": f"{name} has shape {shape}, too large to be drawn."}
    with np.errstate(invalid="ignore", over="ignore"):
        product, given = left.A @ right.A, factors[0].A @ factors[1].A
    variant["product"] = _packed(Panel(name, product, (left.symbols[0], right.symbols[1])))
    if not number:
        return variant | {"words": f"The sum runs over {columns}: columns of {left.name}, rows of {right.name}."}
    words = f"{name} can be formed. {_verdict(product, given, right_name)}"
    if left.symbols[1] != right.symbols[0] and "equal" not in words:
        words += f" The sizes meet by chance: {left.symbols[1]} and {right.symbols[0]} are both {len(right.A)}."
    return variant | {"words": words}


def _verdict(product, given, right_name):
    """What is wrong with a product that can be formed, in words."""
    if product.shape != given.shape:
        turned = product.T.shape == given.shape and np.allclose(product.T, given, equal_nan=True)
        same = f" Its entries are those of {right_name}, transposed." if turned else ""
        return f"But its shape is {product.shape}, and {right_name} is {given.shape}.{same}"
    wrong = np.count_nonzero(~np.isclose(product, given, equal_nan=True))
    return (
        f"But {wrong} of {given.size} entries differ from {right_name}."
        if wrong
        else f"For these numbers it is equal to {right_name}."
    )
