"""Small changes of a learner's code: each kind is a rule in text, or a function on the syntax tree that yields changed text.

A rule is a line `kind | pattern : where | replacement | replacement ...` of `_RULES`. One small letter stands for a part
of the code (`_PARTS` says for which), a capital for each of the things in scope that can be put in (`Scope.pools`), `_`
for all that was matched, `*r` for the other arguments, and `{+ -}` for each of these, the same wherever the same list
stands; `pattern <-> pattern` is a rule from each to each other. The tree is that of `Plain`, so that `a @ b` is np.dot(a, b) as well.

`@edit(ast.For)` enters a function for these nodes, for what no pattern can say. It is called with a node and the `Scope`,
and yields `(kind, text)`: what stands in the node's place; or `(kind, spans)`, a list of `(start, end, text)`, and the
line that is spoken of where it is another one. What a kind is worth and says stands in `say_repair.KINDS`. Nothing here
runs a learner's code.
"""

import ast
import functools
import itertools
import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from course_lib.exercises.engine.say_repair import cost

TABLE = {}  # type of node, or of its operator -> functions
NOT_VALUES = {"range", "len", "zip", "enumerate", "reversed", "list", "tuple", "print", "isinstance", "int", "dict"}
SUMS = {"sum", "mean", "max", "min", "average", "var", "std"}
FUNCTIONS = ("tanh", "exp", "log", "sqrt", "abs", "square", "sin", "cos")
ARRAYS = ("array", "matrix")  # kinds
LOOPS = (ast.For, ast.While)
_NAMES = 24  # so many names can stand for another
_BLOCKS = (ast.FunctionDef, ast.For, ast.While, ast.If)
_PLAIN = {"dot": ast.MatMult, "matmul": ast.MatMult, "multiply": ast.Mult}  # what numpy calls them
_METHODS = {*SUMS, "cumsum", "cumprod", "reshape", "swapaxes", "ravel", "squeeze", "argmax", "argmin"}
_NO_PLACES = (ast.keyword, ast.Slice, ast.Starred, ast.comprehension, ast.For, ast.FormattedValue, ast.arguments)
_NO_ARRAYS = (ast.Constant, ast.Tuple, ast.Slice)
_ONE = 9  # how tightly one thing binds; see `_level`

_RULES = """
name | l[i] : value | A
name | y : unsized | A
name +0.8 | y : sized | V
name | w | K | N
name | l | L
name | h | F
own slope | np.where(p, y, q) | np.where(p, 1.0, q)
own slope | np.where(p, q, y) | np.where(p, q, 1.0)
power missing | x : beside | x ** 2
transpose too many | a.T | a
transpose missing | p : array unturned | p.T
no transpose | np.linalg.{inv pinv}(a) | a.T
no transpose | a.{reshape swapaxes ravel flatten squeeze}(*r) | a.T | a
order | a @ b | {a a.T} @ {b b.T} | {b b.T} @ {a a.T}
elementwise | a * b | {a a.T} @ {b b.T} | {b b.T} @ {a a.T}
elementwise | np.{outer inner}(a, b) | {a a.T} @ {b b.T} | {b b.T} @ {a a.T}
elementwise +0.3 | a * b | np.outer(a, b)
matrix product | {a a.T} @ {b b.T} | a * b
order +0.9 | a @ b | np.outer(a, b)
term inside | (p {+ -} q) {@ *} r | p {@ *} r {+ -} q | q {@ *} r {+ -} p
term inside | r {@ *} (p {+ -} q) | r {@ *} p {+ -} q | r {@ *} q {+ -} p
labels | p[q, m] | p[q, m.argmax(axis=1)]
reversed | a.{cumsum cumprod}(*r) | a[::-1].{cumsum cumprod}(*r)[::-1]
term too many | p {+ -} q | p | q
factor too many | p {* @} q | p | q
factor too many | p {/ //} q | p
power | p ** q | p
averaged | c / s | c
averaged | n / s * p | p
slope missing | p : factor curved | p * D
slope missing +0.7 | p : factor curved | p * Q
factor missing +0.2 | p : factor curved | p * A
factor missing | p : factor root | N * p | p / N | p * X | p / X
not averaged | p : factor root | p / S
two | p : factor root | 2 * p | p / 2
sign | p : factor root | -p
root | p : factor root | np.sqrt(p) | 1 / p
term missing +0.1 | p : array root | p + A
term missing +0.1 | p {+ - * / @} q : array root | _ + A * B
term missing | p : array root | p + N * A
path missing | p @ q : array root | _ + A @ B.T | _ + A.T @ B | _ + A * (1 - B)
path missing | p / q : array root | _ - A * (p * A).{sum mean}(axis={0 1}, keepdims=True) / q ** 3
joined term | t : array | t - (t * A).sum(axis={0 1}, keepdims=True) | t - t.mean(axis={0 1}, keepdims=True)
joined term | p - q : array | _ - A * (B * A).mean(axis={0 1}, keepdims=True)
sign | -p : outside | p
sign | p + q <-> p - q <-> q - p
comparison | p {< <= > >= == !=} q | p {!= == >= > <= <} q
comparison | not p | p
operator | p / d | p * d
operator +0.5 | p {* / // **} q | p {/ * - + //} q
operator +0.5 | t {+ - * /}= p | t {/ * - +}= p
power missing +0.25 | p / q | p / q ** 2
brackets | (p {+ - * / // @ **} q) {** @ // / * - +} r <-> p {+ - * / // @ **} (q {** @ // / * - +} r)
brackets | f(p) {+ - * / @ **} q <-> f(p {+ - * / @ **} q) <-> p {+ - * / @ **} f(q)
own slope | v : value | D
own slope +0.2 | v : value | Q
own slope +0.2 | p * q * r | p * Q
index | p[i] | p[i + 1] | p[i - 1] | p[K] | p[P + i]
index | p[q, i] | p[q, P + i]
index | p {+ -} q : index | p
index | -p : index | p
index | p[:q] <-> p[q:] <-> p[:q + 1]
index too many | p[q] : whole | p
index too many | p[q, r] | p | p[q] | p[r] | p[:, r] | p[q, :]
indexes exchanged | p[q, r] | p[r, q]
bound | range(p) <-> range(1, p) <-> range(p + 1) <-> range(p - 1)
bound | range(p, q) <-> range(p, q, -1)
bound | range(p, q, *r) | range(p + 1, q, *r) | range(p - 1, q, *r) | range(p, q + 1, *r) | range(p, q - 1, *r)
reversed | {reversed(p) p[::-1]} | p
reversed | {range zip enumerate}(*r) | reversed(list(_))
reversed | p.append(q) <-> p.insert(0, q)
reversed +0.08 | l | l[::-1]
reversed +0.2 | x : array | x[::-1]
summed too many | a.REDUCE(*r) | a
averaged | a.{mean average}(*r) | a.sum(*r)
averaged +0.15 | a.{mean average}(*r) | a.sum(axis={0 1}, keepdims=True) | a.sum(axis={0 1}) | a.sum()
reduced | a.REDUCE(*r) | a.{min max mean sum}(*r)
axis +0.15 | a.REDUCE(*r) | a.REDUCE(axis={0 1 -1}, keepdims=True) | a.REDUCE(axis={0 1 -1}) | a.REDUCE()
averaged too far | a.mean(*r) | a / S | a / E | a.sum() / S | a.sum() / E
not summed | p : array root | p.sum(axis={0 1}, keepdims=True) | p.sum(axis={0 1}) | p.sum()
keepdims | a.REDUCE(keepdims=p, *r) | a.REDUCE(*r)
keepdims | a.REDUCE(*r) : unkept | a.REDUCE(*r, keepdims=True)
keepdims | True <-> False
keepdims | v : array root | v[None] | v[:, None]
axis +0.15 | n : axis | (0, 1) | (0, 2) | (1, 2) | V.ndim
axis | n : axis | 0 | 1 | 2 | -1
index | n : index | 0 | 1 | 2 | -1
number | n : outside | 1 | 2
number +0.4 | n : outside | 0 | 0.5 | 1.5 | -1
typed size | n : typed | S | E | V.ndim
size | s | S | E
size | s : outside | s - 1 | s + 1
own slope +0.2 | np.where(p, q, 1) | np.where(p, q, np.sign(A))
factor missing | np.where(p, a, 0) | np.where(p, a, X * a)
slope too many +0.3 | z(p) | p
slope too many | g(p) | p
function | g(*r) | F(*r)
argument | g(p) | g(A)
call missing | p : value | F(p) | U(p)
copy | p : held | p.copy()
overflow | np.exp(p) | np.exp(p - p.max(axis=1, keepdims=True))
function | a.argmin(*r) <-> a.argmax(*r)
function | np.ones((p, q)) | np.eye(p, q)
condition | p : tested | not p | True | False
condition | p if q else r | p | r | r if q else p
dtype | p.astype(*r) | p
dtype | {int float round}(p, *r) | p
dtype | z(*r, dtype=p) | z(*r)
dtype | np.{zeros ones empty full}_like(p) | np.{zeros ones empty full}_like(p, dtype=float)
result dropped | z(p, *r) : dropped | p[...] = _
added | t = p : looped | t += p
added +0.2 | t = p | t += p
bound anew | t = p | t[...] = p
bound anew +0.01 | t = t {+ -} p | t {+ -}= p
carry | x = p : looped | V = p
sign | t += p <-> t -= p
scaled | t *= 1 - p | t -= p
repeated index | p[a] += q | np.add.at(p, a, q)
assigned | t {+ - * / @}= p | t = p
in place | t {+ - * / @}= p | t = t {+ - * / @} p
"""
for _pair in map(str.split, ("exp log", "maximum minimum", "zeros ones", "hstack vstack", "split array_split")):
    _RULES += "function | np.{}(*r) <-> np.{}(*r)\n".format(*_pair)


def edit(*types):
    """Enter a function for nodes of these types, or with operators of these types."""

    def enter(function):
        for each in types:
            TABLE.setdefault(each, []).append(function)
        return function

    return enter


@dataclass(frozen=True)
class Change:
    """One small change. spans: (start, end, text) in the source; line: where.

    old, new: what was replaced by what, as text; alike: what other places have in common where the same is changed.
    """

    kind: str
    spans: tuple
    line: int
    old: str
    new: str

    @property
    def alike(self):
        """The same change elsewhere has the same key."""
        what = self.new.replace(self.old, "_", 1) if self.old and self.old in self.new else (self.old, self.new)
        whole = self.kind in ("averaged", "bound anew", "bound anew +0.01", "added", "in place", "dtype", "scaled")
        return (self.kind, not whole and what)

    def apply(self, source):
        """The changed source; bytes, as the source."""
        return applied(self.spans, source).encode()


def applied(spans, source):
    """What becomes of a source, as bytes, with these spans: a text."""
    for start, end, text in sorted(spans, reverse=True):
        source = source[:start] + text.encode() + source[end:]
    return source.decode()


class Plain(ast.NodeTransformer):
    """The same tree with one form for what numpy has several for: a @ b, a * b, a.T, a.sum(...). called: by np.NAME."""

    def visit_Call(self, node):
        """A call in that form."""
        self.generic_visit(node)
        name, method = _called(node), isinstance(node.func, ast.Attribute)
        module = method and _is_module(node.func.value)
        args = [node.func.value, *node.args] if method and not module else node.args
        if name in _PLAIN and len(args) == 2:
            made = ast.BinOp(args[0], _PLAIN[name](), args[1])
        elif name == "transpose" and len(args) == 1:
            made = ast.Attribute(args[0], "T", ast.Load())
        elif name in _METHODS and args and method:
            made = ast.Call(
                ast.copy_location(ast.Attribute(args[0], name, ast.Load()), node.func), args[1:], node.keywords
            )
            if name in SUMS and len(args) == 2 and not isinstance(args[1], ast.Starred):
                made.args, axis = [], ast.copy_location(ast.keyword("axis", args[1]), args[1])
                made.keywords = [axis, *node.keywords]
            if not module:
                return ast.copy_location(made, node)
        else:
            return node
        made.called = True
        return ast.copy_location(made, node)


class Scope:
    """What a function's text holds: its nodes, and the names that can stand for another. kinds: name -> kind, seen in a run.

    A kind is "array", "matrix" (two axes or more), "number", "whole", "list", "call" or "other".
    """

    def __init__(self, source, kinds, beside=""):
        self.beside = ast.parse(beside)  # code that is right, whose factors and functions may be missing here
        self.source, self.tree = source, Plain().visit(ast.parse(source))
        self.starts = [0, *itertools.accumulate(len(line) for line in source.splitlines(keepends=True))]
        self.above = {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}
        self.function = next(n for n in ast.walk(self.tree) if isinstance(n, (ast.FunctionDef, ast.Lambda)))
        every = [n for n in ast.walk(self.tree) if isinstance(n, ast.Name)]
        own = [a.arg for a in ast.walk(self.tree) if isinstance(a, ast.arg)]
        stored = sorted((n for n in every if isinstance(n.ctx, ast.Store)), key=lambda n: (n.lineno, n.col_offset))
        self.arguments = tuple(dict.fromkeys(own))
        self.names = tuple(dict.fromkeys([*own, *(n.id for n in stored)]))[:_NAMES]
        self.reads = Counter(n.id for n in every if isinstance(n.ctx, ast.Load))
        self.stored = {n.id for n in stored}
        self.local = set(self.names) - set(own)
        self.kept = self.local - {name for name, kind in kinds.items() if kind not in ARRAYS}
        added_to = {getattr(n.target, "id", "") for n in ast.walk(self.tree) if isinstance(n, ast.AugAssign)}
        self.unused = [name for name in self.names if name not in self.reads and name not in added_to]
        self.kinds = {name: kinds.get(name, "array") for name in self.names}
        self.kinds |= {name: kind for name, kind in kinds.items() if kind == "call"}
        self.holds = functools.cache(lambda word, node: _WHERE[word](node, self))

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

    def put(self, node, parts):
        """The text of a node, with another text for some of its parts; parts: node -> text."""
        made, at = "", self.start(node)
        for part in sorted(parts, key=self.start):
            made += self.source[at : self.start(part)].decode() + parts[part]
            at = self.end(part)
        return made + self.source[at : self.end(node)].decode()

    def of(self, *kinds):
        """The names of these kinds."""
        return [name for name, kind in self.kinds.items() if kind in kinds]

    def is_name(self, node, *kinds):
        """True for a name of one of these kinds."""
        return isinstance(node, ast.Name) and self.kinds.get(node.id) in kinds

    @cached_property
    def pools(self):
        """What each capital letter of a rule's replacement stands for."""
        sizes = [
            form.format(a) for a in self.arguments if self.kinds[a] in ARRAYS for form in ("{}.shape[1]", "{}.size")
        ]
        counts = [f"len({a})" for a in self.arguments if self.kinds[a] in ARRAYS] + self.of("whole")
        pools = {"D": [f"{f}({a})" for f in self.of("call") for a in self.slots], "Q": self._written}
        pools |= {"F": self.of("call"), "U": self._functions, "X": self.factors, "S": counts, "E": sizes}
        pools |= {"N": self.of("number"), "K": self.of("whole"), "L": self.of("list"), "V": self.of(*ARRAYS)}
        starts = [n.lower for n in ast.walk(self.tree) if isinstance(n, ast.Slice) and isinstance(n.lower, ast.BinOp)]
        return pools | dict.fromkeys("AB", self.slots) | {"P": list(dict.fromkeys(map(self.text, starts)))}

    @cached_property
    def slots(self):
        """All that can stand for an array: names, and what stands behind the indexes that the code uses."""
        found, lists = dict.fromkeys(self.of(*ARRAYS)), self.of("list")
        for node in ast.walk(self.tree):
            indexed = isinstance(node, ast.Subscript) and self.is_name(node.value, "list")
            if indexed and not isinstance(node.slice, (ast.Slice, ast.Tuple)):
                found |= dict.fromkeys(f"{each}[{self.text(node.slice)}]" for each in lists)
        return [each for each in found if each.split("[")[0] in self.names]

    @property
    def _written(self):
        """The slopes that are written with an output."""
        near = [f"{a[:-1]} {by}]" for a in self.slots if a[-1:] == "]" and ":" not in a for by in ("+ 1", "- 1")]
        forms = ("1 - {0} ** 2", "{0} * (1 - {0})", "{0} > 0")
        return [form.format(a) for a in [*self.slots, *near] for form in forms]

    @cached_property
    def factors(self):
        """What the code beside multiplies and divides by: of the arguments, and of its own names that hold a number."""
        found, walked = [], list(ast.walk(self.beside))
        simple = [n for n in walked if isinstance(n, ast.Assign) and isinstance(n.targets[0], ast.Name)]
        numbers = {n.targets[0].id: str(n.value.value) for n in simple if isinstance(n.value, ast.Constant)}
        for node in walked:
            if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Mult, ast.Div)):
                for side in [node.right] if isinstance(node.op, ast.Div) else [node.left, node.right]:
                    if _names(side) <= {*self.arguments, *numbers, "np", "len"}:
                        text = ast.unparse(side.operand if isinstance(side, ast.UnaryOp) else side)
                        found.append(numbers.get(text, text))
        return list(dict.fromkeys(found))

    @property
    def _functions(self):
        """The functions of one number that this code and the code beside call."""
        called = [_called(n) for tree in (self.tree, self.beside) for n in ast.walk(tree)]
        return ["np.diag", "np.abs", *dict.fromkeys(f"np.{name}" for name in called if name in FUNCTIONS)]

    def is_value(self, node):
        """True for what can be an array or a number, and is no index, no size of something and no keyword."""
        above = self.above.get(node)
        if isinstance(getattr(node, "ctx", 0), (ast.Store, ast.Del)) or isinstance(above, _NO_PLACES):
            return False
        if node is getattr(above, "slice", 0) or getattr(above, "attr", "") in ("shape", "size", "ndim"):
            return False
        if isinstance(above, ast.Call) and getattr(above.func, "id", "") in NOT_VALUES:
            return False
        if isinstance(node, ast.Name):
            return self.kinds.get(node.id) in ("array", "matrix", "number")
        if isinstance(node, ast.Call):
            return getattr(node.func, "id", "") not in NOT_VALUES and not isinstance(above, ast.Expr)
        if isinstance(node, ast.Attribute):
            return node.attr == "T"
        return isinstance(node, (ast.BinOp, ast.UnaryOp, ast.Subscript))

    def around(self, node):
        """What stands around a node, from inside out."""
        while (node := self.above.get(node)) is not None:
            yield node

    def is_array(self, node):
        """True for a value that can be an array."""
        number = self.is_name(node, "number", "whole") or isinstance(getattr(node, "operand", 0), ast.Constant)
        return self.is_value(node) and not number

    def is_root(self, node):
        """True for a value as a whole: behind `=` or return, in a tuple, a term of a sum, an argument."""
        above = self.above.get(node)
        if isinstance(above, ast.BinOp):
            return isinstance(above.op, (ast.Add, ast.Sub))
        return not isinstance(above, (ast.Attribute, ast.Subscript, ast.UnaryOp, ast.Compare))

    def in_index(self, node):
        """True within the brackets of an index, or in a range."""
        for child, above in itertools.pairwise((node, *self.around(node))):
            if isinstance(above, ast.Subscript):
                return child is above.slice
            if _called(above) == "range" or isinstance(above, ast.stmt):
                return _called(above) == "range"
        return False

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

    def line_at(self, stmt, text, behind=False):
        """The span that puts a line before a statement, or behind it."""
        return (self.block(stmt)[behind],) * 2 + (f"{self.indent(stmt)}{text}\n",)


def bodies(node):
    """The lists of statements in a node."""
    found = (getattr(node, name, None) for name in ("body", "orelse", "finalbody"))
    return [each for each in found if isinstance(each, list) and each]


def changes(scope, over=lambda: False, table=TABLE, price=cost):
    """All single changes, a list of `Change`; each text once, as the likeliest kind. over: says when there is no time for more."""
    found, skipped = {}, set()
    for node in ast.walk(scope.function):
        if over():
            break
        above = scope.above.get(node)
        told = isinstance(above, (ast.arg, ast.Assert, ast.Raise))  # not what is computed
        if above in skipped or isinstance(node, (ast.JoinedStr, ast.arg)) or told:
            skipped.add(node)
            continue
        for function in table.get(type(node), []) + table.get(type(getattr(node, "op", None)), []):
            for kind, what, *more in function(node, scope):
                change = (_replaced if isinstance(what, str) else _moved)(scope, node, kind, what, *more)
                known = found.get(change.spans)
                if what != change.old and (not known or price(kind) < price(known.kind)):
                    found[change.spans] = change
    return list(found.values())


def _replaced(scope, node, kind, what, level=None):
    """A change of what stands in a node's place, in brackets where these are needed, and are not there already."""
    old, need = scope.text(node), _need(node, scope.above.get(node))
    put = _fit(what, need, level) if need and _level(old) >= need else what
    span = (scope.start(node), scope.end(node), put)
    return Change(kind, (span,), node.lineno, old, what)


def _moved(scope, node, kind, spans, line=None):
    """A change of lines. line: the one that is spoken of; else where the node is, or where a line is put."""
    if line is None:
        new = len(spans) == 1 and spans[0][0] == spans[0][1]
        line = scope.source.count(b"\n", 0, spans[0][0]) + (spans[0][0] < scope.end(node)) if new else node.lineno
    old = "" if spans[0][0] == spans[0][1] else scope.line(line)
    return Change(kind, tuple(spans), line, old, spans[-1][2].strip())


# What a node is


def _names(node):
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}


def _called(node):
    """The last name of what is called; None for anything else."""
    return getattr(node.func, "attr", getattr(node.func, "id", None)) if isinstance(node, ast.Call) else None


def _is_stored(node):
    return isinstance(getattr(node, "ctx", 0), ast.Store)


def _is_module(node):
    return getattr(node, "id", "") in ("np", "numpy", "math") or getattr(node, "attr", "") == "linalg"


def _gives_size(node):
    return getattr(node, "attr", "") in ("shape", "size", "ndim") or _called(node) in ("len", "range")


def _is_turned(node):
    return isinstance(node, ast.Attribute) and node.attr == "T"


def _is_size(node, s):
    """True for a number of samples, of columns or of entries."""
    if isinstance(node, ast.Name):
        return s.kinds.get(node.id) == "whole" and isinstance(node.ctx, ast.Load)
    if isinstance(node, ast.Subscript):
        return isinstance(node.value, ast.Attribute) and node.value.attr == "shape"
    return _called(node) == "len" or (isinstance(node, ast.Attribute) and node.attr == "size")


# How tightly things bind

_BINDING = (
    "Tuple Lambda IfExp | Or And | Not | Compare | | Add Sub | Mult Div FloorDiv Mod MatMult | USub UAdd Invert | Pow"
)
_LEVELS = {getattr(ast, kind): n for n, kinds in enumerate(_BINDING.split("|")) for kind in kinds.split()}


def _operator(node):
    return type(getattr(node, "op", node))


@functools.lru_cache(4096)
def _level(text):
    """How tightly a text binds: the larger, the tighter."""
    try:
        return _LEVELS.get(_operator(ast.parse(text, mode="eval").body), _ONE)
    except SyntaxError:  # a slice, or a statement
        return _ONE


def _fit(text, need, level=None):
    return text if (level or _level(text)) >= need else f"({text})"


def _need(node, above):
    """How tightly what stands in a node's place must bind."""
    if isinstance(above, ast.BinOp) and not hasattr(above, "called"):
        return _LEVELS[_operator(above)] + ((node is above.right) != isinstance(above.op, ast.Pow))
    if isinstance(above, ast.Attribute | ast.Subscript | ast.Call):
        before = node is getattr(above, "value", 0) or node is getattr(above, "func", 0)
        return _ONE if before and not hasattr(above, "called") else int(isinstance(above, ast.Call))
    return {ast.UnaryOp: 7, ast.Compare: 4, ast.BoolOp: 2, ast.IfExp: 1}.get(type(above), 0)


# Rules


class _Template:
    """What a rule puts in a node's place: text, with letters in it."""

    def __init__(self, text):
        tree, self.parts, at = ast.parse(text).body[0], [], 0
        is_part = isinstance(getattr(tree, "value", 0), ast.Name)  # then as tightly as the part that is put in
        self.level = None if is_part else _level(text)  # sooner than from each text
        above = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
        letters = [n for n in ast.walk(tree) if isinstance(n, ast.Name) and len(n.id) == 1]
        for n in sorted(letters, key=lambda n: n.col_offset):
            turned = isinstance(above[n], ast.Attribute) and above[n].attr == "T"
            start = n.col_offset - isinstance(above[n], ast.Starred)
            product = n.id.isupper() and isinstance(getattr(above[n], "op", 0), ast.Mult)  # (a * b) * c is a * (b * c)
            self.parts += [text[at:start], (n.id, _LEVELS[ast.Mult] if product else _need(n, above[n]), turned)]
            at = n.end_col_offset + 2 * turned
        self.parts.append(text[at:])
        self.called = None  # the same with np.sum(a) for a.sum(): a list has no method
        method = isinstance(getattr(tree, "value", 0), ast.Call) and isinstance(tree.value.func, ast.Attribute)
        if method and tree.value.func.attr in _METHODS and not _is_module(tree.value.func.value):
            tree.value.args.insert(0, tree.value.func.value)
            tree.value.func = ast.Name(f"np.{tree.value.func.attr}", ast.Load())
            self.called = _Template(ast.unparse(tree))
        self.pools = [*dict.fromkeys(n.id for n in letters if n.id.isupper())]

    def filled(self, bound, s):
        """Each text that comes of it. bound: letter -> node, or the nodes of `*r`."""
        parts = [self._put(part, bound, s) if isinstance(part, tuple) else part for part in self.parts]
        for chosen in itertools.product(*(s.pools[letter] for letter in self.pools)):
            given = dict(zip(self.pools, chosen, strict=True))
            yield _NOTHING.sub(
                "", "".join(p if isinstance(p, str) else _fit(given[p[0]], p[1]) + ".T" * p[2] for p in parts)
            )

    @staticmethod
    def _put(part, bound, s):
        letter, need, turned = part
        node = bound.get(letter)
        if node is None:
            return part if letter.isupper() else letter
        if isinstance(node, list):
            return ", ".join(map(s.text, node)) or "*-"
        if turned and _is_turned(node):
            return _fit(s.text(node.value), _ONE)
        return _fit(s.text(node), need) + ".T" * turned


_NOTHING = re.compile(r", \*-|\*-, |\*-")  # of `*r`, where no argument is left
_CHOICE = re.compile(r"\{([^{}]+)\}")


def _choices(cell):
    choice = _CHOICE.search(cell)
    if not choice:
        return [cell]
    return [text for one in choice[1].split() for text in _choices(cell.replace(choice[0], one, 1))]


def rule(line, table=TABLE):
    """Enter a rule into the table: once for each form, and for each choice in the braces of its pattern."""
    kind, pattern, *texts = line.split(" | ")
    forms = pattern.split(" <-> ")
    for form in forms if len(forms) > 1 else ():
        rule(" | ".join([kind, form, *(other for other in forms if other != form)]), table)
    if len(forms) > 1:
        return
    if choice := _CHOICE.search(pattern):
        for one in choice[1].split():
            rule(line.replace(choice[0], one), table)
        return
    pattern, _, words = pattern.partition(" : ")
    tree = ast.parse(pattern).body[0]
    tree = tree.value if isinstance(tree, ast.Expr) else tree
    templates = [_Template(each) for text in texts for each in _choices(text) if each != pattern]
    types = (ast.Constant,) if pattern == "n" else _EXPRESSIONS
    if not isinstance(tree, ast.Name):
        types = (type(getattr(tree, "op", tree)),)

    def changed(node, s):
        bound = {"_": node}
        if _matches(tree, node, s, bound) and all(s.holds(word, node) for word in words.split()):
            for made in templates:
                made = hasattr(node, "called") and made.called or made
                for text in made.filled(bound, s):
                    yield kind, text, made.level

    for each in types:
        table.setdefault(each, []).append(changed)


def _matches(pattern, node, s, bound):
    """Whether a pattern fits a node; bound: takes what its letters stand for."""
    if isinstance(pattern, ast.Name) and len(pattern.id) == 1:
        if node is None or s.text(bound.setdefault(pattern.id, node)) != s.text(node):
            return False
        return pattern.id not in _PARTS or _PARTS[pattern.id](node, s)
    if type(pattern) is not type(node):
        return False
    for name in pattern._fields:
        mine, its = getattr(pattern, name), getattr(node, name)
        if isinstance(mine, list):
            if name == "args" and mine and isinstance(mine[-1], ast.Starred):
                known = {each.arg for each in pattern.keywords}
                bound["r"] = its[len(mine) - 1 :] + [each for each in node.keywords if each.arg not in known]
                mine, its = mine[:-1], its[: len(mine) - 1]
            elif name == "keywords" and "r" in bound:
                its = [each for each in its if each.arg in {word.arg for word in mine}]
            if len(mine) != len(its) or not all(_matches(p, n, s, bound) for p, n in zip(mine, its, strict=True)):
                return False
        elif isinstance(mine, ast.AST):
            if not isinstance(mine, ast.expr_context) and not _matches(mine, its, s, bound):
                return False
        elif mine != its:
            return False
    return True


_EXPRESSIONS = (ast.Name, ast.Subscript, ast.Call, ast.BinOp, ast.UnaryOp, ast.Attribute, ast.Compare, ast.BoolOp)
_PARTS = {  # what some letters stand for; the others, for anything
    **dict.fromkeys(
        "ab", lambda n, s: not isinstance(n, _NO_ARRAYS) and not s.is_name(n, "number", "whole") and not _is_module(n)
    ),
    "c": lambda n, s: not s.is_name(n, "number"),
    "d": lambda n, s: not _is_size(n, s),
    "f": lambda n, s: getattr(n, "attr", "") in FUNCTIONS,
    "g": lambda n, s: s.is_name(n, "call"),
    "h": lambda n, s: s.is_name(n, "call") and isinstance(n.ctx, ast.Load),
    "i": lambda n, s: not isinstance(n, (ast.Tuple, ast.Slice)),
    "l": lambda n, s: s.is_name(n, "list") and isinstance(n.ctx, ast.Load),
    "m": lambda n, s: s.is_name(n, "matrix"),
    "n": lambda n, s: isinstance(n, ast.Constant) and type(n.value) in (int, float),
    "s": lambda n, s: _is_size(n, s),
    "t": lambda n, s: isinstance(n, (ast.Name, ast.Subscript)),
    "v": lambda n, s: isinstance(n, (ast.BinOp, ast.Call, ast.UnaryOp)),
    "w": lambda n, s: s.is_name(n, "whole", "number") and isinstance(n.ctx, ast.Load),
    "x": lambda n, s: isinstance(n, ast.Name),
    "y": lambda n, s: s.is_name(n, *ARRAYS) and isinstance(n.ctx, ast.Load),
    "z": lambda n, s: getattr(n, "attr", getattr(n, "id", "")) not in ("append", "insert", "range", "zip", "len"),
}
_WHERE = {  # what holds of the place
    "value": lambda n, s: s.is_value(n),
    "array": lambda n, s: s.is_array(n),
    "root": lambda n, s: s.is_root(n) and not _is_size(n, s),
    "factor": lambda n, s: s.is_value(n) and not isinstance(getattr(s.above[n], "op", 0), (ast.Mult, ast.Div)),
    "curved": lambda n, s: not s.is_name(n, "number") and not set(FUNCTIONS) & set(map(_called, s.around(n))),
    "beside": lambda n, s: s.is_value(n) and _LEVELS.get(_operator(s.above[n])) in (5, 6),
    "held": lambda n, s: (
        not _is_stored(n)
        and isinstance(s.above[n], ast.Assign | ast.Tuple | ast.Call)
        and n is not getattr(s.above[n], "func", 0)
    ),
    "axis": lambda n, s: isinstance(s.above[n], ast.keyword) and s.above[n].arg in ("axis", "axes"),
    "unkept": lambda n, s: "keepdims" not in {each.arg for each in n.keywords},
    "sized": lambda n, s: _gives_size(s.above[n]),
    "unsized": lambda n, s: not _gives_size(s.above[n]),
    "tested": lambda n, s: isinstance(s.above[n], ast.If) and n is s.above[n].test,
    "typed": lambda n, s: n.value > 1 and isinstance(s.above[n], ast.Call | ast.Tuple | ast.List | ast.BinOp),
    "unturned": lambda n, s: not _is_turned(s.above[n]),
    "index": lambda n, s: s.in_index(n),
    "outside": lambda n, s: not s.in_index(n),
    "whole": lambda n, s: isinstance(n.ctx, ast.Load) and not isinstance(s.above[n], ast.Attribute | ast.Subscript),
    "dropped": lambda n, s: isinstance(s.above[n], ast.Expr) and _is_module(getattr(n.func, "value", 0)),
    # of right code, where mistakes are made
    "argument": lambda n, s: (
        s.is_array(n) and n.id in s.arguments and not isinstance(s.above[n], ast.Subscript | ast.Attribute)
    ),
    "weights": lambda n, s: "W" in s.text(n),
    "bias": lambda n, s: "b" in _names(n),
    "layers": lambda n, s: bool({"Ws", "parameters"} & {*s.arguments}),
    "softmax": lambda n, s: b"np.exp(Z - Z.max" in s.source,
    "activation": lambda n, s: s.kinds.get("f") == "call" and "f" not in s.arguments,
    "returned": lambda n, s: isinstance(s.above[n], ast.Return),
    "result": lambda n, s: (
        all(s.holds(word, n) for word in ("factor", "root", "outside")) and bool(re.search(r"[@*/+]|\.sum", s.text(n)))
    ),
    "looped": lambda n, s: any(isinstance(each, LOOPS) for each in s.around(n)),
}
for _line in _RULES.strip().splitlines():
    rule(_line.replace("REDUCE", f"{{{' '.join(sorted(SUMS))}}}"))


# What no pattern can say


@edit(ast.Call, ast.Tuple, ast.List)
def exchanged(node, s):
    """Two arguments, or two elements of a tuple or a list, in each other's place."""
    parts = node.args if isinstance(node, ast.Call) else node.elts
    for i, j in itertools.combinations(range(len(parts)), 2):
        near = j == i + 1 and _called(node) not in ("insert", "range") if isinstance(node, ast.Call) else len(parts) < 5
        if near:
            yield "exchanged", s.put(node, {parts[i]: s.text(parts[j]), parts[j]: s.text(parts[i])})


@edit(ast.Constant)
def einsum_letters(node, s):
    """The letters of einsum: another order behind the arrow, one letter for another, other arrays."""
    if not isinstance(node.value, str) or _called(s.above[node]) != "einsum" or "->" not in node.value:
        return
    inputs, output = node.value.replace(" ", "").split("->")
    letters = sorted(set(inputs) - {",", "."})
    counts = range(min(len(output) + 2, 5))
    made = [f"{inputs}->{''.join(order)}" for n in counts for order in itertools.permutations(letters, n)]
    for i, each in itertools.product(range(len(inputs)), letters):
        made += [f"{inputs[:i]}{each}{inputs[i + 1 :]}->{output}"] * (inputs[i] not in ",.")
    yield from (("einsum", repr(each)) for each in made)


@edit(ast.BinOp, ast.Call, ast.UnaryOp, ast.Subscript)
def core(node, s):
    """A part of an expression in the place of all of it: what is around it is too much."""
    for inner in ast.walk(node) if s.is_value(node) else ():
        if inner is not node and s.above[inner] is not node and s.is_value(inner) and s.start(inner) >= s.start(node):
            yield "wrapped", s.text(inner)


# Statements


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


@edit(ast.If)
def choice_by_entry(node, s):
    """np.where, where an `if` decides for a whole array."""
    first = [n for n in (node.body[0], *node.orelse[:1]) if isinstance(n, ast.Return | ast.Assign) and n.value]
    if len(first) == 2 and s.alone(node):
        chosen = ", ".join(map(s.text, (node.test, *(n.value for n in first))))
        yield "choice", s.put(first[0], {first[0].value: f"np.where({chosen})"})


@edit(ast.For)
def put_back(node, s):
    """An entry of an array in use that is changed for a round, and not put back."""
    for stmt in node.body if s.alone(node.body[-1]) else ():
        target = stmt.targets[0] if isinstance(stmt, ast.Assign) else getattr(stmt, "target", None)
        if isinstance(target, ast.Subscript):
            sign = {ast.Add: "-=", ast.Sub: "+="}.get(type(getattr(stmt, "op", None)))
            back = f"{s.text(target)} {sign} {s.text(stmt.value)}" if sign else f"{s.text(target)} = 0"
            yield "not put back", [s.line_at(node.body[-1], back, True)], stmt.lineno


@edit(ast.For)
def in_every_round(node, s):
    """A term that is added in every round, and belongs behind the loop."""
    last = node.body[-1]
    value = last.value if isinstance(last, ast.AugAssign) and s.alone(last) and s.alone(node) else None
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
        for kept, term in ((value.left, value.right), (value.right, value.left)):
            behind = s.line_at(node, s.put(last, {value: s.text(term)}), True)
            yield "in every round", [(s.start(value), s.end(value), s.text(kept)), behind], last.lineno


@edit(ast.FunctionDef)
def a_statement_missing(node, s):
    """A statement that is missing before all: a default made anew, a copy."""
    args, first = node.args, node.body[0]
    if s.above[node] is not s.tree or not s.alone(first):
        return
    for argument, default in zip(args.args[len(args.args) - len(args.defaults) :], args.defaults, strict=True):
        if isinstance(default, (ast.Dict, ast.List, ast.Call)):
            yield "kept", [s.line_at(first, f"{argument.arg} = {s.text(default)}")], node.lineno
    for name in s.arguments:
        writes = [
            n.lineno for n in ast.walk(node) if _is_stored(n) and getattr(getattr(n, "value", n), "id", "") == name
        ]
        if writes and s.kinds[name] in ("array", "matrix", "list"):
            yield "input changed", [s.line_at(first, f"{name} = {name}.copy()")], writes[0]


@edit(ast.For, ast.FunctionDef, ast.While)
def a_step_missing(node, s):
    """A line that is missing: a slope, a step back through a matrix, a carry, what another name has."""
    arrays, inside = s.of(*ARRAYS), [n for n in ast.walk(node) if isinstance(n, ast.Name)]
    local = [name for name in arrays if name not in s.arguments or name in s.stored]
    read, stored = ({n.id for n in inside if isinstance(n.ctx, ctx)} for ctx in (ast.Load, ast.Store))
    texts = [("slope missing +0.08", f"{x} = {x} * {slope}") for x in local for slope in s.pools["D"]]
    for x in local if isinstance(node, LOOPS) else ():
        texts += [("carry", f"{x} = {x} @ {y}.T") for y in s.slots if x in read]
        texts += [("carry", f"{x} = {y}") for y in arrays if x in read - stored and y in stored]
    unused = [name for name in s.unused if s.kinds[name] in ARRAYS]
    for other in (n for n in node.body if isinstance(n, (ast.Assign, ast.AugAssign))) if len(unused) <= 3 else ():
        texts += [("left out", text) for text in _renamed(s, other, unused)]
    for other in filter(s.alone, node.body):
        for kind, text in texts:
            yield "carry +1.0" if kind == "carry" else kind, [s.line_at(other, text)]
            if other is node.body[-1] and not isinstance(other, ast.Return):
                yield kind, [s.line_at(other, text, True)]


def _renamed(s, stmt, unused):
    """The same statement for names that the code does not use yet."""
    names, text = [name for name in _names(stmt) if s.kinds.get(name) in ARRAYS], s.text(stmt)
    for old in itertools.permutations(sorted(names), len(unused)) if unused else ():
        new = dict(zip(old, unused, strict=True))
        yield "".join(new.get(word, word) for word in re.split(r"\b", text))
