"""ProductExplorer: which row and column make an entry of a matrix product, and why the factors stand in that order."""

import numpy as np
import traitlets

from course_lib.pictures.blackboard import board
from course_lib.pictures.panel import Panel, check_symbols, check_texts, checked_entry, checked_index, listed
from course_lib.shapes import ShapeError
from course_lib.views.shared.view import MOST_ENTRIES, View, as_made, as_matrix, packed, script, turn, unpacked


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
        known = {}
        pairs = [(symbols[:2], A), (symbols[1:], B)] if symbols else [((), A), ((), B)]
        for name, (pair, factor) in zip(names, pairs, strict=True):
            if symbols:
                check_symbols(name, factor.shape, pair, known)
        factors = [packed(name, X, pair) for name, (pair, X) in zip(names, pairs, strict=True)]
        variants = [_variant(factors, number) for number in range(8)]
        variant = checked_index("ProductExplorer: variant", variant, 7)  # now: the entry depends on it
        super().__init__(factors=factors, variants=variants, variant=variant, entry=entry)

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
        left, right = map(_panel, _as_they_stand(self.factors, self.variant))
        words = variant["words"].replace("^T", "ᵀ") if self.variant else ""
        if not variant["product"]:
            return board([[left, "@", right]], words)
        with np.errstate(invalid="ignore", over="ignore"):
            sofar = left.A[:, : self.step] @ right.A[: self.step]  # (p, r)
        made = sofar if self.outer else as_made(variant["product"], self.made)  # (p, r)
        if self.step:
            made[i, j] = sofar[i, j]
        product = _panel(variant["product"])._replace(A=made, entries=[(i, j)])
        return board([[None, right._replace(columns=[j])], [left._replace(rows=[i]), product]], words)


def _as_they_stand(factors, variant):
    """The left factor and the right one."""
    A, B = (_turned(factor) if variant & bit else factor for factor, bit in zip(factors, (2, 1), strict=True))
    return (B, A) if variant & 4 else (A, B)


def _variant(factors, number):
    """One order and transpose of the two factors: their names, what they give, and in words whether that is right."""
    given = unpacked(factors[0]) @ unpacked(factors[1])  # (p, q) @ (q, r) -> (p, r)
    left, right = _as_they_stand(factors, number)
    name, right_name = f"{left['name']} {right['name']}", f"{factors[0]['name']} {factors[1]['name']}"
    variant = {"name": name, "product": None, "inner": left["shape"][1]}
    columns, rows = _size(left, 1), _size(right, 0)
    if left["shape"][1] != right["shape"][0]:
        pair = f"a row of {left['name']} has {columns} entries, a column of {right['name']} has {rows}"
        return variant | {"words": f"There is no {name}: {pair}, and the sum cannot pair them."}
    shape = (left["shape"][0], right["shape"][1])
    if shape[0] * shape[1] > MOST_ENTRIES:
        return variant | {"words": f"{name} has shape {shape}, too large to be drawn; {right_name} is {given.shape}."}
    with np.errstate(invalid="ignore", over="ignore"):
        product = unpacked(left) @ unpacked(right)
    symbols = (left["symbols"][0], right["symbols"][1]) if left["symbols"] else ()
    variant["product"] = packed(name, product, symbols)
    if not number:
        return variant | {"words": f"The sum runs over {columns}: columns of {left['name']}, rows of {right['name']}."}
    return variant | {"words": f"{name} can be formed. " + _verdict(left, right, product, given, right_name)}


def _verdict(left, right, product, given, right_name):
    """What is wrong with a product that can be formed, in words."""
    shapes = [A["symbols"] or [str(size) for size in A["shape"]] for A in (left, right)]
    if product.shape == given.shape and np.allclose(product, given, equal_nan=True):
        return f"For these numbers it is equal to {right_name}."
    chance = ""
    if shapes[0][1] != shapes[1][0]:
        chance = f" The sizes meet by chance: {shapes[0][1]} and {shapes[1][0]} are both {left['shape'][1]}."
    if product.shape != given.shape:
        turned = product.T.shape == given.shape and np.allclose(product.T, given, equal_nan=True)
        same = f" Its entries are those of {right_name}, transposed." if turned else ""
        return f"But its shape is {product.shape}, and {right_name} is {given.shape}.{same}{chance}"
    wrong = np.count_nonzero(~np.isclose(product, given, equal_nan=True))
    return f"But {wrong} of {given.size} entries differ from {right_name}.{chance}"


def _turned(factor):
    """A packed matrix transposed: O becomes O^T, and O^T becomes O."""
    name = factor["name"].removesuffix("^T") if factor["name"].endswith("^T") else f"{factor['name']}^T"
    return packed(name, unpacked(factor).T, factor["symbols"][::-1])


def _size(factor, axis):
    size = factor["shape"][axis]
    return f"{factor['symbols'][axis]} = {size}" if factor["symbols"] else str(size)


def _panel(factor):
    return Panel(factor["name"], unpacked(factor), tuple(factor["symbols"]) or tuple(map(str, factor["shape"])))
