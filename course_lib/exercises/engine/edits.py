"""Small changes of a learner's code: each kind is a function on the syntax tree that yields changed text.

`@edit(ast.Compare)` enters a function for these nodes in the one table. It is called with a node and the `Scope`, and
yields `(kind, text)`: what stands in the node's place; or `(kind, spans)`, a list of `(start, end, text)`, for changes
elsewhere. What a kind is worth and says stands in `say_repair.KINDS`. Nothing here runs a learner's code.
"""

import ast
import itertools
import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from course_lib.exercises.engine.say_repair import cost

TABLE = {}  # type of node -> functions
NOT_VALUES = {"range", "len", "zip", "enumerate", "reversed", "list", "tuple", "print", "isinstance", "int", "dict"}
REDUCTIONS = ("sum", "mean", "max", "min")
PAIRS = {
    "exp": "log",
    "argmax": "argmin",
    "maximum": "minimum",
    "zeros": "ones",
    "zeros_like": "ones_like",
    "hstack": "vstack",
}
_NAMES = 24  # so many names can stand for another
FUNCTIONS = ("tanh", "exp", "log", "sqrt", "abs", "square", "sin", "cos")
INSTEAD = {name: other for pair in PAIRS.items() for name, other in (pair, pair[::-1])}
SIGNS = {ast.Gt: ">", ast.GtE: ">=", ast.Lt: "<", ast.LtE: "<=", ast.Eq: "==", ast.NotEq: "!="}
OPERATORS = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.MatMult: "@",
    ast.Pow: "**",
    ast.FloorDiv: "//",
}
_BLOCKS = (ast.FunctionDef, ast.For, ast.While, ast.If)
ARRAYS = ("array", "matrix")  # kinds
_ATOM = re.compile(r"[\w.]+(\([\w ]*\)|\[[\w ]*\])?")  # what binds as one thing, seen at a glance
_ATOMS = (ast.Name, ast.Attribute, ast.Subscript, ast.Call, ast.Constant, ast.List, ast.ListComp, ast.Dict)


def edit(*types):
    """Enter a function for nodes of these types."""

    def enter(function):
        for each in types:
            TABLE.setdefault(each, []).append(function)
        return function

    return enter


@dataclass(frozen=True)
class Change:
    """One small change. spans: (start, end, text) in the source. line, place: where, and the learner's text there.

    old, new: what was replaced by what, as text; alike: what other places have in common where the same is changed.
    """

    kind: str
    spans: tuple
    line: int
    place: str
    old: str
    new: str

    @property
    def alike(self):
        """The same change elsewhere has the same key."""
        if self.kind in ("averaged", "bound anew", "added", "in place", "dtype", "step"):
            return (self.kind,)
        what = self.new.replace(self.old, "_", 1) if self.old and self.old in self.new else (self.old, self.new)
        return (self.kind, what, self.line if self.kind == "copy" else 0)

    def apply(self, source):
        """The changed source; bytes, as the source."""
        for start, end, text in sorted(self.spans, reverse=True):
            source = source[:start] + text.encode() + source[end:]
        return source

    def lines(self, source, table):
        """Of each line of the changed source, the line that `table` has for it in the source."""
        table = list(table)
        for start, end, text in sorted(self.spans, reverse=True):
            first, last = source.count(b"\n", 0, start), source.count(b"\n", 0, end)
            here = table[min(first, len(table) - 1)]
            table[first : last + 1] = [here] * text.count("\n") + table[last : last + 1]
        return table


class Scope:
    """What a function's text holds: its nodes, and the names that can stand for another. kinds: name -> kind, seen in a run.

    A kind is "array", "matrix" (two axes or more), "number", "whole", "list", "call" or "other".
    """

    def __init__(self, source, kinds, beside=""):
        self.beside = beside  # code that is right, whose factors and functions may be missing here
        self.source, self.tree = source, ast.parse(source)
        self.starts = [0, *itertools.accumulate(len(line) for line in source.splitlines(keepends=True))]
        self.above = {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}
        self.function = next(n for n in ast.walk(self.tree) if isinstance(n, (ast.FunctionDef, ast.Lambda)))
        every = [n for n in ast.walk(self.tree) if isinstance(n, ast.Name)]
        own = [a.arg for a in ast.walk(self.tree) if isinstance(a, ast.arg)]
        stored = sorted((n for n in every if isinstance(n.ctx, ast.Store)), key=lambda n: (n.lineno, n.col_offset))
        self.arguments = tuple(dict.fromkeys(own))
        self.names = tuple(dict.fromkeys([*own, *(n.id for n in stored)]))[:_NAMES]
        self.reads = Counter(n.id for n in every if isinstance(n.ctx, ast.Load))
        self.local = set(self.names) - set(own)
        self.kept = self.local - {name for name, kind in kinds.items() if kind not in ARRAYS}
        self.unused = set(self.names) - set(self.reads)
        self.kinds = {name: kinds.get(name, "array") for name in self.names}
        self.kinds |= {name: kind for name, kind in kinds.items() if kind == "call"}

    def start(self, node):
        """Where a node begins, in bytes."""
        return self.starts[node.lineno - 1] + node.col_offset

    def end(self, node):
        """Where a node ends, in bytes."""
        return self.starts[node.end_lineno - 1] + node.end_col_offset

    def line(self, number):
        """The text of a line."""
        return self.source[self.starts[number - 1] : self.starts[number]].decode().strip()

    def text(self, node):
        """The learner's own text of a node."""
        return self.source[self.start(node) : self.end(node)].decode()

    def put(self, node, part, text):
        """The text of a node, with another text for a part of it."""
        before, behind = self.source[self.start(node) : self.start(part)], self.source[self.end(part) : self.end(node)]
        return before.decode() + text + behind.decode()

    def tight(self, node):
        """The text of a node, in brackets unless it is one thing."""
        text = self.text(node)
        return text if isinstance(node, _ATOMS) else f"({text})"

    def of(self, *kinds):
        """The names of these kinds."""
        return [name for name, kind in self.kinds.items() if kind in kinds]

    def is_name(self, node, *kinds):
        """True for a name of one of these kinds."""
        return isinstance(node, ast.Name) and self.kinds.get(node.id) in kinds

    @cached_property
    def slots(self):
        """All that can stand for an array: names, and what stands behind the indexes that the code uses."""
        found, lists = dict.fromkeys(self.of(*ARRAYS)), self.of("list")
        for node in ast.walk(self.tree):
            indexed = isinstance(node, ast.Subscript) and self.is_name(node.value, "list")
            if indexed and not isinstance(node.slice, (ast.Slice, ast.Tuple)):
                found |= dict.fromkeys(f"{each}[{self.text(node.slice)}]" for each in lists)
        return [each for each in found if each.split("[")[0] in self.names]

    @cached_property
    def slopes(self):
        """Each function at each array."""
        return [f"{f}({a})" for f in self.of("call") for a in self.slots]

    @cached_property
    def written(self):
        """The slopes that are written with an output."""
        near = [f"{a[:-1]} {by}]" for a in self.slots if a[-1:] == "]" and ":" not in a for by in ("+ 1", "- 1")]
        forms = ("(1 - {0} ** 2)", "{0} * (1 - {0})", "({0} > 0)")
        return [form.format(a) for a in [*self.slots, *near] for form in forms]

    @cached_property
    def sizes(self):
        """What a number of samples, of columns or of entries can be."""
        arrays = [a for a in self.arguments if self.kinds[a] in ARRAYS]
        return [form.format(a) for a in arrays for form in ("len({})", "{}.shape[1]", "{}.size")] + self.of("whole")

    @cached_property
    def factors(self):
        """What the code beside multiplies and divides by: of the arguments, and of its own names that hold a number."""
        tree, found = ast.parse(self.beside), []
        numbers = {
            each.targets[0].id: str(each.value.value)
            for each in ast.walk(tree)
            if isinstance(each, ast.Assign)
            and isinstance(each.value, ast.Constant)
            and isinstance(each.targets[0], ast.Name)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Mult, ast.Div)):
                sides = [node.right] if isinstance(node.op, ast.Div) else [node.left, node.right]
                found += [
                    numbers.get(text := ast.unparse(side).removeprefix("-"), text)
                    for side in sides
                    if _names(side) <= {*self.arguments, *numbers, "np", "len"}
                ]
        return list(dict.fromkeys(found))

    @cached_property
    def starting(self):
        """Where the slices of the code begin."""
        return {
            self.text(n.lower)
            for n in ast.walk(self.tree)
            if isinstance(n, ast.Slice) and isinstance(n.lower, ast.BinOp)
        }

    @cached_property
    def functions(self):
        """The functions of one number that this code and the code beside call."""
        calls = [n for tree in (self.tree, ast.parse(self.beside)) for n in ast.walk(tree) if isinstance(n, ast.Call)]
        return ["np.diag", *dict.fromkeys(f"np.{_called(n)}" for n in calls if _called(n) in FUNCTIONS)]

    def is_value(self, node):
        """True for what can be an array or a number, and is no index, no size of something and no keyword."""
        above = self.above.get(node)
        if not isinstance(getattr(node, "ctx", None), (ast.Load, type(None))):
            return False
        if isinstance(above, (ast.keyword, ast.Slice, ast.Starred, ast.comprehension, ast.For, ast.FormattedValue)):
            return False
        if isinstance(above, ast.Subscript) and node is above.slice or isinstance(above, ast.arguments):
            return False
        if isinstance(above, ast.Attribute) and above.attr in ("shape", "size", "ndim"):
            return False
        if isinstance(above, ast.Call) and isinstance(above.func, ast.Name) and above.func.id in NOT_VALUES:
            return False
        if isinstance(node, ast.Name):
            return self.kinds.get(node.id) in ("array", "matrix", "number")
        if isinstance(node, ast.Call):
            return not (isinstance(node.func, ast.Name) and node.func.id in NOT_VALUES) and not isinstance(
                above, ast.Expr
            )
        if isinstance(node, ast.Attribute):
            return node.attr == "T"
        return isinstance(node, (ast.BinOp, ast.UnaryOp, ast.Subscript))

    def around(self, node):
        """What stands around a node, from inside out."""
        while (node := self.above.get(node)) is not None:
            yield node

    def is_array(self, node):
        """True for a value that can be an array."""
        return self.is_value(node) and not self.is_name(node, "number", "whole")

    def is_root(self, node):
        """True for a value as a whole: behind `=` or return, in a tuple, a term of a sum, an argument."""
        above = self.above.get(node)
        if isinstance(above, ast.BinOp):
            return isinstance(above.op, (ast.Add, ast.Sub))
        return not isinstance(above, (ast.Attribute, ast.Subscript, ast.UnaryOp, ast.Compare))

    # Statements: whole lines, moved with their indentation.

    def alone(self, stmt):
        """True if no other statement shares the lines of this one."""
        before = self.source[self.starts[stmt.lineno - 1] : self.start(stmt)]
        behind = self.source[self.end(stmt) : self.starts[stmt.end_lineno]].strip()
        return not before.strip() and (not behind or behind.startswith(b"#"))

    def indent(self, stmt):
        """What stands before a statement in its first line."""
        return self.source[self.starts[stmt.lineno - 1] : self.start(stmt)].decode()

    def block(self, stmt):
        """Where the lines of a statement begin and end."""
        return self.starts[stmt.lineno - 1], self.starts[stmt.end_lineno]

    def lines_of(self, stmt, indent):
        """The lines of a statement, moved to this indentation."""
        first, last = self.block(stmt)
        lines, own = self.source[first:last].decode().splitlines(), self.indent(stmt)
        return "".join(f"{indent}{line.removeprefix(own)}\n" for line in lines)

    def removed(self, stmt):
        """The span that takes a statement away; `pass` where nothing would be left."""
        body = next(b for b in bodies(self.above[stmt]) if stmt in b)
        return (*self.block(stmt), f"{self.indent(stmt)}pass\n" if len(body) == 1 else "")


def bodies(node):
    """The lists of statements in a node."""
    found = (getattr(node, name, None) for name in ("body", "orelse", "finalbody"))
    return [each for each in found if isinstance(each, list) and each]


def changes(scope, over=lambda: False, wanted=None):
    """All single changes, a list of `Change`; each text once, as the likeliest kind. over: says when there is no time for more; wanted: kinds."""
    found, skipped = {}, set()
    for node in ast.walk(scope.function):
        if over():
            break
        above = scope.above.get(node)
        told = isinstance(above, (ast.arg, ast.Assert, ast.Raise))  # not what is computed
        if above in skipped or isinstance(node, (ast.JoinedStr, ast.arg)) or told:
            skipped.add(node)
            continue
        for function in TABLE.get(type(node), ()):
            for kind, what in function(node, scope):
                for change in _made(scope, node, kind, what) if wanted is None or kind in wanted else ():
                    known = found.setdefault(change.spans, change)
                    if cost(change.kind) < cost(known.kind):
                        found[change.spans] = change
    return list(found.values())


def _made(scope, node, kind, what):
    first = node if hasattr(node, "lineno") else scope.function
    if not isinstance(what, str):
        line = first.lineno
        if kind in ("input changed", "not put back"):  # it is spoken of where it is written into
            name = re.match(r"\s*(\w+)", what[0][2])[1]
            line = next((n.lineno for n in ast.walk(scope.function) if _writes_into(n, name)), line)
        elif len(what) == 1 and what[0][0] == what[0][1] and kind != "kept":  # a new line: where it is put
            above = scope.source[: what[0][0]].decode().splitlines()
            line = len(above) + (what[0][0] < scope.end(first))
        head = scope.line(line)
        yield Change(kind, tuple(what), line, head, "" if what[0][0] == what[0][1] else head, what[-1][2].strip())
        return
    old = scope.text(node)
    if what == old:
        return
    above = scope.above.get(node)
    tight = isinstance(above, (ast.BinOp, ast.UnaryOp, ast.Attribute, ast.Compare, ast.BoolOp, ast.IfExp))
    tight = (
        tight
        or isinstance(above, (ast.Subscript, ast.Call))
        and node in (getattr(above, "value", 0), getattr(above, "func", 0))
    )
    text = f"({what})" if tight and not _is_one(what) else what
    yield Change(kind, ((scope.start(node), scope.end(node), text),), node.lineno, old, old, what)


def _is_one(text):
    """True for text that binds as one thing."""
    try:
        return bool(_ATOM.fullmatch(text)) or isinstance(ast.parse(text, mode="eval").body, _ATOMS)
    except SyntaxError:
        return False


# Names and products


@edit(ast.Name, ast.Subscript)
def another_name(node, s):
    """Another name of its kind, or an array where a list's entry stands."""
    if isinstance(node, ast.Subscript):
        for other in s.slots if s.is_name(node.value, "list") and s.is_value(node) else ():
            yield "name", other
        return
    kind, above = s.kinds.get(node.id), s.above[node]
    if not isinstance(node.ctx, ast.Load) or kind in (None, "other"):
        return
    alike = {"number": ("number", "whole"), "matrix": ARRAYS, "array": ARRAYS}.get(kind, (kind,))
    beside = {n.id for n in ast.walk(above) if isinstance(n, ast.Name)} if isinstance(above, ast.Compare) else ()
    sized = getattr(above, "attr", "") in ("shape", "size", "ndim") or _called(above) in ("len", "range")
    for other in s.of(*alike):
        if other not in beside:
            yield "name in a size" if sized and kind not in ("whole", "number") else "name", other
    if kind in ("array", "matrix", "number") and isinstance(above, ast.BinOp) and not isinstance(above.op, ast.Pow):
        yield "squared", f"{node.id} ** 2"
    if kind in ARRAYS and _called(above) == "where":
        yield "constant", "1.0"
    if kind in ARRAYS and not isinstance(above, ast.Subscript):
        for other in s.slots:
            if "[" in other:
                yield "name", other


@edit(ast.Attribute, ast.Call)
def no_transpose(node, s):
    """Without its transpose; or transposed where it is reshaped or inverted."""
    inner = _transposed(node)
    if inner is not None:
        yield "transpose too many", s.text(inner)
    name = _called(node)
    if name in ("reshape", "inv", "pinv", "swapaxes", "ravel", "flatten", "squeeze"):
        array = _array_of(node)
        if array is not None:
            yield "reshape" if name not in ("inv", "pinv") else "inverse", f"{s.tight(array)}.T"
            yield "reshape", s.text(array)


@edit(ast.Name, ast.Subscript, ast.Call, ast.BinOp)
def with_transpose(node, s):
    """Transposed."""
    if s.is_array(node) and _transposed(s.above[node]) is not node:
        apart = isinstance(s.above[node], ast.Call) and not _product(s.above[node])[0]
        yield "transpose missing" + ", 2" * apart, f"{s.tight(node)}.T"


@edit(ast.BinOp, ast.Call)
def another_product(node, s):
    """A product with its factors in the other order, turned or not; element-wise for a matrix product, and back."""
    operator, factors = _product(node)
    if operator is None or any(isinstance(f, ast.Constant) or s.is_name(f, "number", "whole") for f in factors):
        return
    bare = [_transposed(f) or f for f in factors]
    turned = [_transposed(f) is not None for f in factors]
    texts = [s.tight(f) for f in bare]
    for first in (0, 1):
        order = (first, 1 - first)
        for flips in itertools.product((False, True), repeat=2):
            sides = [texts[i] + ".T" * flips[i] for i in order]
            moved = sum(a != b for a, b in zip(flips, turned, strict=True))
            kinds = ["order"] * (first == 1) + ["transposes"] * (moved > 0)
            if operator == "*" and not kinds:
                yield "elementwise, outer", f"np.outer({texts[0]}, {texts[1]})"
            if operator != "@":
                yield "elementwise" if not kinds else "elementwise, turned", " @ ".join(sides)
            elif kinds:
                yield kinds[0] if len(kinds) == 1 else "order, turned", " @ ".join(sides)
    if operator == "@":
        for left, right in itertools.product({s.tight(factors[0]), texts[0]}, {s.tight(factors[1]), texts[1]}):
            yield "matrix product", f"{left} * {right}"
        yield "matrix product, outer", f"np.outer({s.text(factors[0])}, {s.text(factors[1])})"


@edit(ast.Call, ast.BinOp)
def term_in_argument(node, s):
    """A term within a product, or an argument, that belongs beside it."""
    for part in _product(node)[1] or (node.args if isinstance(node, ast.Call) else ()):
        if isinstance(part, ast.BinOp) and isinstance(part.op, (ast.Add, ast.Sub)):
            for kept, term in ((part.left, part.right), (part.right, part.left)):
                rest = s.put(node, part, s.text(kept))
                yield "term inside", f"{rest} {OPERATORS[type(part.op)]} {s.tight(term)}"


@edit(ast.Name)
def labels(node, s):
    """The number of the class, where an index is one-hot."""
    index = s.above.get(node)
    if isinstance(index, ast.Tuple) and isinstance(s.above[index], ast.Subscript) and s.is_name(node, "matrix"):
        yield "labels", f"{node.id}.argmax(axis=1)"


@edit(ast.Call)
def running(node, s):
    """A running sum from the other end."""
    if _called(node) in ("cumsum", "cumprod") and (array := _array_of(node)):
        yield "reversed", s.put(node, array, f"{s.tight(array)}[::-1]") + "[::-1]"


@edit(ast.Call, ast.Tuple, ast.List)
def exchanged(node, s):
    """Two arguments, or two elements of a tuple or a list, in each other's place."""
    if isinstance(node, ast.Call):
        texts = [s.text(a) for a in node.args] if _called(node) not in ("insert", "range") else []
        for i in range(len(texts) - 1):
            yield "exchanged", _call(s, node, _swapped(texts, i, i + 1))
    elif len(node.elts) < 5:
        around = "[{}]" if isinstance(node, ast.List) else "({})"
        for i, j in itertools.combinations(range(len(node.elts)), 2):
            yield "exchanged", around.format(", ".join(_swapped(map(s.text, node.elts), i, j)))


def _swapped(texts, i, j):
    texts = list(texts)
    texts[i], texts[j] = texts[j], texts[i]
    return texts


@edit(ast.Constant)
def einsum_letters(node, s):
    """The letters of einsum: another order behind the arrow, one letter for another, other arrays."""
    if not isinstance(node.value, str) or _called(s.above[node]) != "einsum" or "->" not in node.value:
        return
    inputs, output = node.value.replace(" ", "").split("->")
    letters = sorted(set(inputs) - {",", "."})
    for n in {len(output), len(output) - 1, len(output) + 1}:
        for order in itertools.permutations(letters, n) if 0 <= n < 5 else ():
            yield "einsum", repr(f"{inputs}->{''.join(order)}")
    for i, each in itertools.product(range(len(inputs)), letters):
        if inputs[i] not in ",.":
            yield "einsum", repr(f"{inputs[:i]}{each}{inputs[i + 1 :]}->{output}")
    parts = inputs.split(",")
    for i, part in enumerate(parts):
        for a, b in itertools.combinations(range(len(part)), 2):
            turned = "".join(_swapped(part, a, b))
            yield "einsum", repr(f"{','.join([*parts[:i], turned, *parts[i + 1 :]])}->{output}")


@edit(ast.Call)
def einsum_factor(node, s):
    """A factor more in einsum."""
    if _called(node) != "einsum" or not isinstance(getattr(node.args[0], "value", 0), str):
        return
    inputs, _, output = node.args[0].value.replace(" ", "").partition("->")
    letters, texts = sorted(set(inputs + output) - {",", "."}), [s.text(a) for a in node.args[1:]]
    for two, other in itertools.product(itertools.permutations(letters, 2), s.slots):
        if other not in texts:
            yield "array missing", _call(s, node, [repr(f"{inputs},{''.join(two)}->{output}"), *texts, other])


# Factors, terms, signs, brackets


@edit(ast.BinOp)
def one_side(node, s):
    """A factor or a term too many."""
    left, right, kind = s.text(node.left), s.text(node.right), "factor too many"
    if isinstance(node.op, (ast.Add, ast.Sub)):
        kind = "term too many"
    if isinstance(node.op, ast.Div):
        yield "averaged" if _is_size(node.right, s) and not s.is_name(node.left, "number") else kind, left
        return
    if isinstance(node.op, ast.Pow):
        yield "power", left
        return
    slope = any(s.is_name(getattr(side, "func", None), "call") for side in (node.left, node.right))
    yield "averaged" if _is_mean(node.right, s) else "slope too many" if slope else kind, left
    yield "averaged" if _is_mean(node.left, s) else "slope too many" if slope else kind, right


@edit(ast.Name, ast.Subscript, ast.Call, ast.BinOp, ast.UnaryOp, ast.Attribute)
def with_factor(node, s):
    """A factor that is missing: a number, a size, an array, a slope."""
    if not s.is_value(node):
        return
    text, above = s.tight(node), s.above[node]
    if isinstance(above, ast.BinOp) and isinstance(above.op, (ast.Mult, ast.Div)):
        return
    plain = s.text(node) if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Mult, ast.Div)) else text
    if not s.is_name(node, "number") and not (set(FUNCTIONS) & set(map(_called, s.around(node)))):
        for kind, slopes in (("slope missing", s.slopes), ("own slope missing", s.written)):
            for slope in slopes:
                yield kind, f"{plain} * {slope}"
        for other in s.slots:
            yield "array missing", f"{plain} * {other}"
            yield "array missing, below", f"{plain} / {other}"
    if s.is_root(node) and s.kinds.get(text) != "whole":
        for number in s.of("number"):
            yield "number missing", f"{number} * {text}"
            yield "number missing", f"{plain} / {number}"
        for factor in s.factors:
            yield "forward's factor", f"{plain} * {factor}"
            yield "forward's factor", f"{plain} / {factor if _is_one(factor) else f'({factor})'}"
        for size in s.sizes:
            plainly = size.startswith("len") or size in s.kinds
            yield "not averaged" if plainly else "not averaged, size", f"{plain} / {size}"
            yield "times size", f"{plain} * {size}"
        for factor in ("2 * {}", "{} / 2"):
            yield "two", factor.format(text)
        yield "sign", f"-{text}"
        yield "power missing", f"{text} ** 2"
        yield "root", f"np.sqrt({s.text(node)})"
        yield "root", f"1 / {text}"


@edit(ast.Name, ast.Subscript, ast.Call, ast.BinOp, ast.Attribute)
def with_term(node, s):
    """A term that is missing: an array, or a number times an array."""
    if s.is_array(node) and s.is_root(node):
        for other in s.slots:
            yield "term missing", f"{s.text(node)} + {other}"
            for second in s.slots if _product(node)[0] == "@" else ():
                yield "path missing", f"{s.text(node)} + {other} @ {second}.T"
                yield "path missing", f"{s.text(node)} + {other}.T @ {second}"
            for second in s.slots if isinstance(node, ast.BinOp) else ():
                yield "term missing", f"{s.text(node)} + {other} * {second}"
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):  # through the divisor, a root of squares
                above, below = s.tight(node.left), s.tight(node.right)
                for axis, how in itertools.product((1, 0), ("sum", "mean")):
                    through = f"({above} * {other}).{how}(axis={axis}, keepdims=True) / {below} ** 3"
                    yield "path missing", f"{s.text(node)} - {other} * {through}"
            for number in s.of("number"):
                yield "term missing, scaled", f"{s.text(node)} + {number} * {other}"


@edit(ast.Name, ast.Subscript, ast.BinOp)
def with_joined_term(node, s):
    """The term that is missing where entries of a row, or a column, depend on one another."""
    text = s.tight(node)
    for axis, other in itertools.product((1, 0), s.slots if s.is_array(node) else ()):
        yield "joined term", f"{s.text(node)} - {other} * {text}.sum(axis={axis}, keepdims=True)"
        if not isinstance(node, ast.BinOp):
            yield "joined term", f"{s.text(node)} - ({text} * {other}).sum(axis={axis}, keepdims=True)"
            yield "joined term", f"{s.text(node)} - {text}.mean(axis={axis}, keepdims=True)"
        for third in s.slots if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub) else ():
            yield "joined term", f"{s.text(node)} - {other} * ({third} * {other}).mean(axis={axis}, keepdims=True)"


@edit(ast.UnaryOp)
def no_sign(node, s):
    """Without its sign, or without its not."""
    yield "sign" if isinstance(node.op, ast.USub) else "comparison", s.text(node.operand)


@edit(ast.BinOp)
def another_operator(node, s):
    """Another operator, or the two sides of a difference exchanged."""
    left, right = s.tight(node.left), s.tight(node.right)
    alike = {"+": "-", "-": "+", "*": "/+", "/": "*-", "//": "/", "**": "*"}.get(OPERATORS.get(type(node.op)), "")
    for operator in alike:
        kind = "sign" if operator in "+-" and isinstance(node.op, (ast.Add, ast.Sub)) else "operator"
        if operator == "*" and isinstance(node.op, ast.Div):
            kind = "times size" if _is_size(node.right, s) else "divided"
        yield kind, f"{left} {operator} {right}"
    if isinstance(node.op, ast.Sub):
        yield "sign", f"{right} - {left}"
    if isinstance(node.op, ast.Div):
        yield "inverted", f"{right} / {left}"
        yield "power missing", f"{left} / {right} ** 2"
        if isinstance(node.left, ast.Constant):
            yield "two, typed", f"1 / {right}"


@edit(ast.BinOp)
def other_brackets(node, s):
    """The same operators, grouped in another way."""
    for inner, first in ((node.left, True), (node.right, False)):
        if isinstance(inner, ast.BinOp) and type(inner.op) in OPERATORS and type(node.op) in OPERATORS:
            a, b = s.tight(inner.left), s.tight(inner.right)
            outer, within = OPERATORS[type(node.op)], OPERATORS[type(inner.op)]
            if outer == within and outer in "/-":
                continue
            if first:
                yield "brackets", f"{a} {within} ({b} {outer} {s.tight(node.right)})"
            else:
                yield "brackets", f"({s.tight(node.left)} {outer} {a}) {within} {b}"


@edit(ast.BinOp, ast.Call)
def call_brackets(node, s):
    """A function of a part, where it belongs around all; and back."""
    for call in (node.left, node.right) if isinstance(node, ast.BinOp) else ():
        if _called(call) in FUNCTIONS and len(call.args) == 1:
            left, right = (s.text(call.args[0]) if side is call else s.text(side) for side in (node.left, node.right))
            yield "brackets", f"{s.text(call.func)}({left} {OPERATORS[type(node.op)]} {right})"
    if _called(node) in FUNCTIONS and len(node.args) == 1 and isinstance(inner := node.args[0], ast.BinOp):
        f, operator = s.text(node.func), OPERATORS.get(type(inner.op), "+")
        yield "brackets", f"{f}({s.text(inner.left)}) {operator} {s.tight(inner.right)}"
        yield "brackets", f"{s.tight(inner.left)} {operator} {f}({s.text(inner.right)})"


@edit(ast.BinOp, ast.Call, ast.UnaryOp, ast.Subscript)
def core(node, s):
    """A part of an expression in the place of all of it: what is around it is too much."""
    if not s.is_value(node):
        return
    for inner in ast.walk(node):
        if inner is not node and s.above[inner] is not node and s.is_value(inner) and s.start(inner) >= s.start(node):
            yield "wrapped", s.text(inner)


@edit(ast.BinOp, ast.Call, ast.UnaryOp)
def another_expression(node, s):
    """A slope, or an array's name, where something else was computed."""
    if s.is_value(node):
        chain = [n for n in (node, getattr(node, "left", None)) if _product(n)[0] == "*"]
        before = f"{s.text(_product(node.left)[1][0])} * " if len(chain) == 2 else ""
        for kind, slopes in (("own slope", s.slopes), ("own slope, written", s.written)):
            for start, slope in itertools.product({"", before}, slopes):
                yield kind, start + slope
        for other in s.slots:
            yield "computed", other


# Numbers, indexes, sums


@edit(ast.Constant)
def another_number(node, s):
    """A number off by one, its sign, 0 and 1; True for False; another key."""
    above, value = s.above[node], node.value
    if isinstance(value, bool):
        yield "keepdims", str(not value)
    elif isinstance(value, (int, float)):
        axis = isinstance(above, ast.keyword) and above.arg in ("axis", "axes")
        where = s.above.get(above) if isinstance(above, ast.UnaryOp) else above
        indexed = isinstance(where, (ast.Subscript, ast.Slice, ast.BinOp)) and _in_index(node, s)
        kind = "axis" if axis else "index" if indexed else "number"
        for other in dict.fromkeys((0, 1, value + 1, value - 1, 2, -value, value / 2, 2 * value, 0.5, 1 - value)):
            fits = not (axis or kind == "index") or (isinstance(other, int) and -3 <= other <= 3)
            if fits and (other != value or type(other) is not type(value)):
                yield "two, typed" if kind == "number" and {value, other} == {1, 2} else kind, repr(other)
        for axes in ("(0, 1)", "(0, 2)", "(1, 2)") if axis else ():
            yield "axis, 2", axes
        divides = isinstance(above, ast.BinOp) and isinstance(above.op, ast.Div) and node is above.right
        if divides or axis or isinstance(above, (ast.Call, ast.Tuple, ast.List)):
            for size in s.sizes if kind == "number" and value > 1 else ():
                yield "typed size", size
            for name in s.of(*ARRAYS) if value > 0 else ():
                yield "typed size", f"{name}.ndim"
        if value == 0 and _called(above) == "where":
            for other, factor in itertools.product(above.args, s.factors):
                yield "forward's factor", f"{factor} * {s.tight(other)}"
        for other in s.slots if value == 1 and _called(above) == "where" else ():
            yield "own slope, written", f"np.sign({other})"
    elif isinstance(value, str) and isinstance(above, ast.Subscript):
        for other in {n.value for n in ast.walk(s.tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)}:
            yield "name", repr(other)


@edit(ast.Subscript)
def another_index(node, s):
    """An index by one; without it; with the whole slice; in the reverse order."""
    value = s.text(node.value)
    for part in node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]:
        for start in s.starting if not isinstance(part, (ast.Slice, ast.Constant, ast.UnaryOp)) else ():
            yield "index", s.put(node, part, f"{start} + {s.text(part)}")
    alone = isinstance(node.ctx, ast.Load) and not isinstance(s.above[node], ast.Attribute | ast.Subscript)
    if alone or isinstance(node.slice, ast.Slice):
        yield "index too many", value
    if isinstance(node.slice, ast.Tuple):
        texts = [s.text(e) for e in node.slice.elts]
        for i, j in itertools.combinations(range(len(texts)), 2):
            yield "indexes exchanged", f"{value}[{', '.join(_swapped(texts, i, j))}]"
        for i in range(len(texts)):
            yield "index too many", f"{value}[{', '.join([*texts[:i], *texts[i + 1 :]])}]"
            yield "index too many", f"{value}[{', '.join([*texts[:i], ':', *texts[i + 1 :]])}]"
        return
    if isinstance(node.slice, ast.Slice):
        return
    text = s.text(node.slice)
    for by in ("+ 1", "- 1"):
        yield "index", f"{value}[{text} {by}]"
    for other in s.of("whole"):
        yield "index", f"{value}[{other}]"


@edit(ast.BinOp)
def index_without(node, s):
    """The 1 that is added to an index, and belongs subtracted or left out."""
    if _in_index(node, s) and isinstance(node.op, (ast.Add, ast.Sub)):
        yield "index", s.text(node.left)


@edit(ast.Call)
def another_range(node, s):
    """A range that begins or ends one off; an order that is reversed or not."""
    name = _called(node)
    texts = [s.text(a) for a in node.args]
    if name == "range" and texts:
        start, stop, *step = ["0", *texts] if len(texts) == 1 else texts
        for a, b in ((f"{start} + 1", stop), (f"{start} - 1", stop), (start, f"{stop} + 1"), (start, f"{stop} - 1")):
            yield "bound", f"range({', '.join([a.removeprefix('0 + '), b, *step])})"
    if name == "reversed" and texts:
        yield "reversed", texts[0]
    if name in ("range", "zip", "enumerate") and _called(s.above[node]) != "reversed":
        yield "reversed", f"reversed({s.text(node)})" if name == "range" else f"reversed(list({s.text(node)}))"
    if name == "zip":
        for i, text in enumerate(texts):
            yield "reversed", _call(s, node, [*texts[:i], f"reversed({text})", *texts[i + 1 :]])
    if name in ("append", "insert") and isinstance(node.func, ast.Attribute):
        other = f"{s.text(node.func.value)}.{'insert(0, ' if name == 'append' else 'append('}{texts[-1]})"
        yield "reversed", other


@edit(ast.Name, ast.Subscript)
def list_order(node, s):
    """A list, or an array, in the reverse order."""
    if s.is_name(node, "list") and isinstance(s.above[node], (ast.Return, ast.For, ast.Call)):
        yield "reversed list", f"{node.id}[::-1]"
    if isinstance(node, ast.Name) and s.is_name(node, *ARRAYS) and s.is_value(node):
        yield "reversed array", f"{node.id}[::-1]"


@edit(ast.Call)
def another_sum(node, s):
    """Sum, mean and max along any axis, with or without keepdims; or none of them."""
    name = _called(node)
    if name not in (*REDUCTIONS, "average", "var", "std") or not isinstance(node.func, ast.Attribute):
        return
    array = _array_of(node)
    if array is None:
        return
    now, module = _reduction(s, node), _is_module(node.func.value)
    yield "summed too many", s.text(array)
    for size in s.sizes if name == "mean" else ():
        yield "averaged too far", f"{s.tight(array)} / {size}"
        yield "averaged too far", f"{s.tight(array)}.sum() / {size}"
    own = [now[1]] if now[1] and _names(ast.parse(now[1])) <= {*s.names, *NOT_VALUES} else []
    axes = dict.fromkeys((None, "0", "1", "-1", *own))
    for other, axis, keep in itertools.product((name, *REDUCTIONS), axes, (False, True)):
        kind = _reduction_kind(now, (other, axis, keep))
        arguments = [f"axis={axis}"] * (axis is not None) + ["keepdims=True"] * keep
        if kind:
            first = f"{s.text(node.func.value)}.{other}(" if module else f"{s.tight(array)}.{other}("
            yield kind, first + ", ".join([s.text(array)] * module + arguments) + ")"


def _reduction_kind(now, other):
    """What differs between two ways to sum."""
    apart = [name for name, a, b in zip(("reduced", "axis", "keepdims"), now, other, strict=True) if a != b]
    if now[0] in ("mean", "average") and other[0] == "sum":
        apart[0] = "averaged"
    return "" if not apart else apart[0] if len(apart) == 1 else f"{apart[0]}, {len(apart)}"


@edit(ast.Name, ast.Call, ast.BinOp, ast.Subscript)
def with_sum(node, s):
    """A sum that is missing."""
    if s.is_array(node) and s.is_root(node):
        for how in ("sum", "mean"):
            for arguments in ("axis=0, keepdims=True", "axis=1, keepdims=True", "axis=0", "axis=1", ""):
                yield "not summed" if how == "sum" else "not summed, mean", f"{s.tight(node)}.{how}({arguments})"
        if not isinstance(node, ast.Name):
            for index in ("None", ":, None"):
                yield "keepdims", f"{s.tight(node)}[{index}]"


@edit(ast.Attribute, ast.Call, ast.Name, ast.Subscript, ast.BinOp)
def another_size(node, s):
    """Another size."""
    if _is_size(node, s):
        for size in s.sizes:
            yield "size", size
        if not _in_index(node, s):
            yield "off by one", f"{s.text(node)} - 1"
            yield "off by one", f"{s.text(node)} + 1"


# Calls, conditions, types


@edit(ast.Call)
def another_call(node, s):
    """No call, another function, another keyword less."""
    name, texts = _called(node), [s.text(a) for a in node.args]
    if len(texts) == 1 and not node.keywords and name not in ("append", "insert", "range", "zip", "len"):
        yield "slope too many" if s.is_name(node.func, "call") else "call too many", texts[0]
    if isinstance(node.func, ast.Name) and s.kinds.get(name) == "call":
        for other in s.of("call"):
            yield "function", f"{other}({', '.join(texts)})"
        for slot in s.slots if len(texts) == 1 else ():
            yield "argument", f"{name}({slot})"
    if isinstance(node.func, ast.Attribute) and name in INSTEAD:
        keywords = map(s.text, node.keywords)
        yield "function of numpy", f"{s.text(node.func.value)}.{INSTEAD[name]}({', '.join([*texts, *keywords])})"
    if name == "astype":
        yield "dtype", s.text(node.func.value)
    for k, keyword in enumerate(node.keywords):
        if keyword.arg == "dtype":
            yield "dtype", _call(s, node, texts, [w for i, w in enumerate(node.keywords) if i != k])
    if name in ("zeros_like", "ones_like", "empty_like", "full_like") and not node.keywords:
        yield "dtype", _call(s, node, [*texts, "dtype=float"])
    if name in ("int", "float", "round"):
        yield "dtype", texts[0] if texts else s.text(node)


@edit(ast.Name, ast.Subscript, ast.Call, ast.BinOp)
def with_call(node, s):
    """A call that is missing: a function of the learner's, a copy."""
    if s.is_value(node):
        for function in (*s.of("call"), *s.functions):
            yield "call missing", f"{function}({s.text(node)})"
    held = isinstance(s.above[node], (ast.Assign, ast.Tuple, ast.Call)) and isinstance(
        getattr(node, "ctx", 0), ast.Load
    )
    if held:
        yield "copy", f"{s.text(node)}.copy()"


@edit(ast.Call)
def overflowing(node, s):
    """The largest of each row, which must be subtracted before exp."""
    if _called(node) == "exp" and len(node.args) == 1 and s.is_value(node.args[0]):
        text = s.tight(node.args[0])
        yield "overflow", f"{s.text(node.func)}({s.text(node.args[0])} - {text}.max(axis=1, keepdims=True))"


@edit(ast.Compare)
def another_comparison(node, s):
    """Another comparison; always."""
    if len(node.ops) == 1 and type(node.ops[0]) in SIGNS:
        for sign in SIGNS.values():
            yield "comparison", f"{s.text(node.left)} {sign} {s.text(node.comparators[0])}"


@edit(ast.IfExp)
def one_branch(node, s):
    """One branch of a choice, or the other way round."""
    yield "condition", s.text(node.body)
    yield "condition", s.text(node.orelse)
    yield "condition", f"{s.text(node.orelse)} if {s.text(node.test)} else {s.text(node.body)}"


# Statements


@edit(ast.Assign)
def assigned(node, s):
    """`+=` for `=`, and an array changed in place where a name is bound anew."""
    target, value = s.text(node.targets[0]), s.text(node.value)
    if len(node.targets) > 1:
        return
    if isinstance(node.targets[0], (ast.Name, ast.Subscript)):
        yield "added", f"{target} += {value}"
    if isinstance(node.targets[0], ast.Name):
        yield "bound anew", f"{target}[...] = {value}"
    if isinstance(node.targets[0], ast.Subscript):
        yield "bound anew", f"{target}[...] = {value}"
        for other in ast.walk(s.function):
            unpacked = isinstance(other, ast.Assign) and isinstance(other.targets[0], ast.Tuple)
            if unpacked and s.text(other.value) == target:
                names = ", ".join(f"{s.text(e)}[...]" for e in other.targets[0].elts)
                yield "bound anew", f"{names} = {value}"
        for other in s.of("array", "matrix", "list"):
            yield "name", f"{other}[{s.text(node.targets[0].slice)}] = {value}"
    elif isinstance(node.targets[0], ast.Name):
        in_loop = any(isinstance(each, (ast.For, ast.While)) for each in s.around(node))
        for other in s.of(*ARRAYS):
            yield "carry" if in_loop else "carry, odd", f"{other} = {value}"


@edit(ast.AugAssign)
def assigned_with_operator(node, s):
    """Another operator before `=`, or none; a new array for the change of one."""
    target, value, now = s.text(node.target), s.text(node.value), OPERATORS.get(type(node.op), "+")
    for operator in "+-*/":
        if operator != now:
            kind = "step" if {operator, now} == {"+", "-"} else "operator"
            yield kind, f"{target} {operator}= {value}"
    if isinstance(node.target, ast.Subscript):
        yield "bound anew", f"{target}[...] {now}= {value}"
        if s.is_name(node.target.slice, "array") and now == "+":
            yield "repeated index", f"np.add.at({s.text(node.target.value)}, {s.text(node.target.slice)}, {value})"
    yield "assigned", f"{target} = {value}"
    yield "in place", f"{target} = {target} {now} {s.tight(node.value)}"


@edit(ast.Assign, ast.AugAssign, ast.Expr, ast.Return)
def elsewhere(node, s):
    """A statement too many, too early, too late, outside or inside its loop or its `if`."""
    if not s.alone(node) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
        return
    own = next(b for b in bodies(s.above[node]) if node in b)
    place = own.index(node)
    if not isinstance(node, ast.Return):
        yield "statement too many", [s.removed(node)]
    for body in (b for n in ast.walk(s.function) if isinstance(n, _BLOCKS) for b in bodies(n)):
        for i, other in enumerate(body):
            before = not (body is own and i == place + 1) and not isinstance(node, ast.Return)
            behind = i == len(body) - 1 and not (body is own and i == place - 1) and not isinstance(other, ast.Return)
            spots = [(0, i > place)] * before + [(1, True)] * behind if other is not node and s.alone(other) else ()
            for side, later in spots:
                moved = (s.block(other)[side],) * 2 + (s.lines_of(node, s.indent(other)),)
                kind = ("too early" if later else "too late") if own is body else "other block"
                yield kind, [s.removed(node), moved]


@edit(ast.Expr)
def result_dropped(node, s):
    """What a call of numpy's gives, written into its first argument."""
    call = node.value
    if isinstance(getattr(call, "func", 0), ast.Attribute) and _is_module(call.func.value) and call.args:
        yield "result dropped", f"{s.text(call.args[0])}[...] = {s.text(call)}"


@edit(ast.If)
def choice_by_entry(node, s):
    """np.where, where an `if` decides for a whole array."""
    first = [n for n in (node.body[0], *node.orelse[:1]) if isinstance(n, ast.Return | ast.Assign) and n.value]
    texts = [s.text(n.value) for n in first]
    if len(texts) == 2 and s.alone(node):
        head = s.source[s.start(node.body[0]) : s.start(node.body[0].value)].decode()
        yield "choice", f"{head}np.where({s.text(node.test)}, {', '.join(texts)})"


@edit(ast.For)
def put_back(node, s):
    """An entry of an array in use that is changed for a round, and not put back."""
    last, used = node.body[-1], [n for n in ast.walk(node) if isinstance(n, ast.Name)]
    for stmt in node.body if s.alone(last) else ():
        target = stmt.targets[0] if isinstance(stmt, ast.Assign) else getattr(stmt, "target", None)
        name = isinstance(target, ast.Subscript) and getattr(target.value, "id", "")
        if name and any(n.id == name and not isinstance(s.above[n], ast.Subscript) for n in used):
            sign = {ast.Add: "-=", ast.Sub: "+="}.get(type(getattr(stmt, "op", None)))
            back = f"{s.text(target)} {sign} {s.text(stmt.value)}" if sign else f"{s.text(target)} = 0"
            yield "not put back", [(s.block(last)[1],) * 2 + (f"{s.indent(last)}{back}\n",)]


@edit(ast.If)
def without_condition(node, s):
    """What stands under an `if`, always, or never, or in the other case."""
    if not s.alone(node) or node.test.lineno != node.lineno or node.body[0].lineno == node.lineno:
        return
    indent = s.indent(node)
    lines = "".join(s.lines_of(each, indent) for each in node.body)
    yield "condition", [(*s.block(node), lines)]
    yield "condition", [(s.start(node.test), s.end(node.test), f"not ({s.text(node.test)})")]
    if node.orelse:
        yield "condition", [(*s.block(node), "".join(s.lines_of(each, indent) for each in node.orelse))]


@edit(ast.FunctionDef)
def a_statement_missing(node, s):
    """A statement that is missing: a slope, a step back through a matrix, a carry, a copy, a return."""
    args = node.args
    if s.above[node] is not s.tree or not s.alone(node.body[0]):
        return
    first = node.body[0]
    top = (s.block(first)[0],) * 2
    for argument, default in zip(args.args[len(args.args) - len(args.defaults) :], args.defaults, strict=True):
        if isinstance(default, (ast.Dict, ast.List, ast.Call)):
            yield "kept", [(*top, f"{s.indent(first)}{argument.arg} = {s.text(default)}\n")]
    for name in s.arguments:
        if any(_writes_into(n, name) for n in ast.walk(node)) and s.kinds[name] in ("array", "matrix", "list"):
            yield "input changed", [(*top, f"{s.indent(first)}{name} = {name}.copy()\n")]
    if not any(isinstance(n, ast.Return) and n.value for n in ast.walk(node)) and s.alone(node.body[-1]):
        for name in reversed(s.names):
            yield "no return", [(s.block(node.body[-1])[1],) * 2 + (f"{s.indent(first)}return {name}\n",)]


@edit(ast.For, ast.FunctionDef, ast.While)
def a_step_missing(node, s):
    """A line that is missing in a loop: a slope, a step back through a matrix, a carry, what another name has."""
    arrays = s.of(*ARRAYS)
    local = [name for name in arrays if name not in s.arguments or _stored(s, name)]
    in_loop = not isinstance(node, ast.FunctionDef)
    texts = [("slope missing, line", f"{x} = {x} * {slope}") for x in local for slope in s.slopes]
    inside = [n for n in ast.walk(node) if isinstance(n, ast.Name)] if in_loop else []
    read = {n.id for n in inside if isinstance(n.ctx, ast.Load)}
    stored = {n.id for n in inside if isinstance(n.ctx, ast.Store)}
    texts += [
        ("carry" if x in read and x not in stored and y in stored else "carry, odd", f"{x} = {y}")
        for x in local
        for y in arrays
        if x != y
    ]
    if in_loop:
        texts += [("carry" if x in read else "carry, odd", f"{x} = {x} @ {y}.T") for x in local for y in s.slots]
    unused = [name for name in s.names if name not in s.reads and s.kinds[name] in ARRAYS]
    for other in (n for n in node.body if isinstance(n, (ast.Assign, ast.AugAssign))) if len(unused) <= 3 else ():
        texts += [("left out", text) for text in _renamed(s, other, unused)]
    for i, other in enumerate(node.body):
        if s.alone(other):
            for kind, text in texts:
                line = f"{s.indent(other)}{text}\n"
                yield "carry, odd" if kind == "carry" else kind, [(s.block(other)[0],) * 2 + (line,)]
                if i == len(node.body) - 1 and not isinstance(other, ast.Return):
                    yield kind, [(s.block(other)[1],) * 2 + (line,)]


def _renamed(s, stmt, unused):
    """The same statement for names that the code does not use yet."""
    names = list(dict.fromkeys(n.id for n in ast.walk(stmt) if s.is_name(n, "array", "matrix")))
    for old in itertools.permutations(names, len(unused)) if unused and len(names) >= len(unused) else ():
        other = ast.parse(ast.unparse(stmt))
        for n in ast.walk(other):
            if isinstance(n, ast.Name) and n.id in old:
                n.id = unused[old.index(n.id)]
        yield ast.unparse(other)


def _writes_into(node, name):
    """True for a statement that changes the array, or the list, of this name."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AugAssign) else []
    parts = [t for t in targets if isinstance(node, ast.AugAssign) or isinstance(t, ast.Subscript)]
    return any(getattr(getattr(t, "value", t), "id", "") == name for t in parts)


def _stored(s, name):
    return any(isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Store) for n in ast.walk(s.tree))


# What a node is


def _names(node):
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}


def _called(node):
    """The last name of what is called; None for anything else."""
    if not isinstance(node, ast.Call):
        return None
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", None)


def _is_module(node):
    return (
        isinstance(node, ast.Name)
        and node.id in ("np", "numpy", "math")
        or isinstance(node, ast.Attribute)
        and node.attr == "linalg"
    )


def _array_of(node):
    """What a call of numpy's, or a method, works on; None if there is nothing."""
    if isinstance(node.func, ast.Attribute) and not _is_module(node.func.value):
        return node.func.value
    return node.args[0] if node.args and not isinstance(node.args[0], ast.Starred) else None


def _transposed(node):
    """What a node transposes, or None."""
    if isinstance(node, ast.Attribute) and node.attr == "T":
        return node.value
    if _called(node) == "transpose" and isinstance(node.func, ast.Attribute):
        array = _array_of(node)
        return array if len(node.args) == (array in node.args) else None
    return None


def _product(node):
    """("@", "*" or None, the two factors)."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.MatMult, ast.Mult)):
        return OPERATORS[type(node.op)], (node.left, node.right)
    name = _called(node)
    operator = {"dot": "@", "matmul": "@", "multiply": "*", "inner": "inner", "outer": "outer"}.get(name)
    if operator and isinstance(node.func, ast.Attribute):
        factors = node.args if _is_module(node.func.value) else [node.func.value, *node.args]
        if len(factors) == 2:
            return operator, tuple(factors)
    return None, ()


def _call(s, node, texts, keywords=None):
    """A call with other arguments."""
    keywords = node.keywords if keywords is None else keywords
    return f"{s.text(node.func)}({', '.join([*texts, *map(s.text, keywords)])})"


def _reduction(s, node):
    """(name, axis or None, keepdims) of a call that sums."""
    named = {k.arg: s.text(k.value) for k in node.keywords}
    placed = node.args[1:] if _is_module(node.func.value) else node.args
    axis = named.get("axis", s.text(placed[0]) if placed else None)
    return _called(node), axis, named.get("keepdims") == "True"


def _is_size(node, s):
    """True for a number of samples, of columns or of entries."""
    if isinstance(node, ast.Name):
        return s.kinds.get(node.id) == "whole"
    if isinstance(node, ast.Subscript):
        return isinstance(node.value, ast.Attribute) and node.value.attr == "shape"
    return _called(node) == "len" or (isinstance(node, ast.Attribute) and node.attr == "size")


def _is_mean(node, s):
    """True for 1 / m, a factor that makes a mean."""
    return (
        isinstance(node, ast.BinOp)
        and isinstance(node.op, ast.Div)
        and _is_size(node.right, s)
        and isinstance(node.left, ast.Constant)
    )


def _in_index(node, s):
    """True within the brackets of an index, or in a range."""
    child, above = node, s.above.get(node)
    while isinstance(above, ast.expr | ast.Slice):
        if isinstance(above, ast.Subscript):
            return child is above.slice
        if _called(above) == "range":
            return True
        child, above = above, s.above.get(above)
    return False
