"""The smallest change of the learner's own code that makes it right: a search, best first.

`Program` is the code as text, with the helper functions that it calls. `repairs` changes it, one small change after the
other (see `edits`), runs what comes out on copies, in a namespace of its own, and keeps what is right in every case.
"""

import ast
import contextlib
import copy
import difflib
import functools
import heapq
import inspect
import itertools
import re
import sys
import textwrap
import time
import types
import warnings
from collections import Counter
from dataclasses import dataclass, field, replace

import numpy as np

from course_lib.exercises.engine.edits import Scope, changes
from course_lib.exercises.engine.sandbox import TimeUp, limited, quiet
from course_lib.exercises.engine.say_repair import cost

SECONDS = 1.45  # of the processor, for all candidates
_BY_THE_CLOCK = 1.5  # for all of it, on a busy machine too
_EACH = 0.08  # for one candidate; more, if the learner's own code took longer
_MARGIN = 0.06  # repairs that are this near to the best are as good
_DEAREST = 4.0  # what costs more is no likely mistake
_SECOND, _NEARER = 0.3, 0.8  # what a second change costs, and what it counts how wrong the first one left the answer
_NAMES = """open input eval exec compile __import__ globals locals vars setattr delattr breakpoint exit quit random
save savez savetxt load loadtxt fromfile tofile dump seterr set_printoptions setflags memmap"""
_EFFECTS = frozenset(_NAMES.split())
_WORD = r"(?:axis|keepdims|dtype)=\w+|(?!return\b)\w+|[^\s\w()\[\],.:]+"
_HARMLESS = {"numpy", "math", "collections", "itertools", "functools", "course_lib"}  # modules


@dataclass(frozen=True)
class Unit:
    """One function as text. first: the line of its `def` in the text; kinds: what its names hold, see `Scope`."""

    name: str
    source: bytes
    first: int = 1
    kinds: dict = field(default_factory=dict, compare=False, hash=False)


@dataclass(frozen=True)
class Repair:
    """A way to make the code right. steps: what is changed, of `Step`, one or two; source: the changed code."""

    cost: float
    steps: tuple
    source: str


@dataclass(frozen=True)
class Step:
    """One change. line: 1 is the `def` line, of the learner's function or of its `helper`; text: the learner's line.

    old: what is changed in it; new: the line that comes of it, "" if none does.
    """

    kind: str
    line: int
    helper: str
    text: str
    old: str
    new: str


class Program:
    """A learner's function with the helpers that it calls. Raises ValueError where there is nothing to change.

    A function without source, or with effects that cannot be repeated (files, input, random numbers without a seed),
    is not read.
    """

    def __init__(self, function):
        self._globals = {**function.__globals__, **inspect.getclosurevars(inspect.unwrap(function)).nonlocals}
        self.units, waiting, known = [], [function], {function.__name__}
        while waiting:
            self.units.append(_unit(waiting.pop(0)))
            for name in sorted(_names(ast.parse(self.units[-1].source)) - known):
                other = self._globals.get(name)
                own = isinstance(other, types.FunctionType) and other.__globals__ is function.__globals__
                if own and other.__name__ == name and source_text(other):
                    known.add(name)
                    waiting.append(other)
        trees = [ast.parse(unit.source) for unit in self.units]
        names = set().union(*map(_names, trees)) - {unit.name for unit in self.units}
        self._used = {name: self._globals[name] for name in names if name in self._globals}
        if any(_has_effects(tree, self._globals) for tree in trees):
            raise ValueError("it cannot be run again and again")

    def function(self, units):
        """The function of these units, in a namespace of its own. Raises what running the definitions raises."""
        space = {"np": np} | self._used
        for name, value in self._used.items():
            if isinstance(value, (np.ndarray, list, dict, set)):
                space[name] = copy.deepcopy(value)
        for unit in reversed(units):
            exec(_compiled(unit.source, unit.name), space)  # noqa: S102 - the learner's own code
        return space[units[0].name]

    def seen(self, judge, i, limit):
        """The units, with what their names held in a run of case i, of so many seconds at most."""
        kinds = {unit.name: {} for unit in self.units}

        def watch(frame, event, _):
            which, _, name = frame.f_code.co_filename.rstrip(">").partition(" ")
            if event == "return" and which == "<repair" and frame.f_code.co_name != "<module>":
                kinds[name].update((held, _kind(value)) for held, value in frame.f_locals.items())

        def run():
            before = sys.getprofile()
            sys.setprofile(watch)
            try:
                judge(self.function(self.units), i)
            finally:
                sys.setprofile(before)

        with contextlib.suppress(Exception, SystemExit, TimeUp):
            limited(limit, run, processor=True)
        others = {n: "call" for n in [*(u.name for u in self.units[1:]), *self._used] if callable(self._globals.get(n))}
        return tuple(replace(unit, kinds=others | kinds[unit.name]) for unit in self.units)


def _unit(function):
    """A function's text. Raises ValueError, and what reading it raises."""
    text = textwrap.dedent(inspect.getsource(function))
    node = ast.parse(text).body[0]
    if isinstance(node, ast.FunctionDef):
        return Unit(node.name, text.encode(), node.lineno)
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda) and isinstance(node.targets[0], ast.Name):
        return Unit(node.targets[0].id, text.encode())
    raise ValueError("a part of a statement")


def source_text(function):
    """A function's own text, "" where it is not known."""
    try:
        return _unit(function).source.decode()
    except Exception:  # noqa: BLE001 - no source, or a part of a statement, or surprising attributes
        return ""


def _names(tree):
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _has_effects(tree, space):
    """True for what must not be run again and again, or would give something else each time."""
    for node in ast.walk(tree):
        used = space.get(_ends(node))
        modules = [used.__name__] if isinstance(used, types.ModuleType) else []
        if isinstance(node, ast.Import | ast.ImportFrom):
            modules += [getattr(node, "module", None) or each.name for each in node.names]
        if {name.split(".")[0] for name in modules} - _HARMLESS or _ends(node) in _EFFECTS:
            return True
        if isinstance(node, ast.Global | ast.Nonlocal) or isinstance(used, np.random.Generator):
            return True
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            return True
    return False


def _ends(node):
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


_KINDS = {"other": (bool, np.bool_, type), "whole": (int, np.integer), "number": (float, np.floating)}
_KINDS |= {"list": (list, tuple, dict)}


def _kind(value):
    if isinstance(value, np.ndarray):
        return ("number", "array", "matrix")[min(value.ndim, 2)]
    found = (kind for kind, several in _KINDS.items() if isinstance(value, several))
    return next(found, "call" if callable(value) else "other")


@functools.lru_cache(4096)
def _compiled(source, name):
    return compile(source, f"<repair {name}>", "exec")


@dataclass(frozen=True)
class State:
    """A changed program on the way: its units, what was changed, and how wrong it still is."""

    units: tuple
    changes: tuple = ()  # of (unit's name, Change, the source before it)
    cost: float = 0.0
    wrong: float = 9.0

    def changed(self, k, change, price):
        """The state after a change of unit k."""
        unit = self.units[k]
        made = Unit(unit.name, change.apply(unit.source), unit.first, unit.kinds)
        changes = (*self.changes, (unit.name, change, unit.source))
        return State((*self.units[:k], made, *self.units[k + 1 :]), changes, self.cost + price, self.wrong)


def repairs(function, judge, order, seconds=SECONDS, beside=""):
    """The repairs of a learner's function, best first: a list of `Repair`, empty where none was found in time.

    judge: `(function, i) -> how wrong it is in case i`, 0 for right; what the function raises it lets pass. order: the
    cases, the smallest and most telling first. Nothing of the learner's is changed, and nothing is raised.
    """
    if not isinstance(function, types.FunctionType):
        return []
    try:
        with quiet(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return Search(Program(function), judge, tuple(order), seconds, beside).run()
    except (OSError, TimeUp, RecursionError, MemoryError, SyntaxError, ValueError):
        return []


class Search:
    """One search. See `repairs`."""

    def __init__(self, program, judge, order, seconds, beside):
        self.program, self.judge, self.beside = program, judge, beside
        self.end, self.latest = time.thread_time() + seconds, time.monotonic() + _BY_THE_CLOCK
        self.count, self.seen, self.queue = itertools.count(), set(), []
        start, self.limit = time.thread_time(), 1.0
        bad = [i for i in order if self._wrong(program.units, (i,))]
        self.limit = max(_EACH, 5 * (time.thread_time() - start) / max(1, len(order)))
        # Most is decided by the first; what is kept from call to call shows in a case that comes again.
        self.order = (*bad, *(i for i in order if i not in bad), *(bad or order)[:1])
        self.units = program.seen(judge, self.order[0], self.limit)
        self.start = State(self.units, wrong=self._wrong(program.units))

    def run(self):
        """See `repairs`."""
        found = []
        if self.start.wrong:
            self._expand(self.start)
        while self.queue and not self.over():
            estimate, _, state, change = heapq.heappop(self.queue)
            if found and estimate > found[0].cost + _MARGIN:
                break
            if change is None:
                self._expand(state)
                continue
            state = state.changed(*change)
            key = tuple(unit.source for unit in state.units)
            if key in self.seen:
                continue
            self.seen.add(key)
            wrong = self._wrong(state.units)
            if not wrong:
                cost = estimate if len(state.changes) == 1 else state.cost
                if cost < _DEAREST and _leaves_more(self.units, state.units, len(state.changes)):
                    text = "\n\n".join(unit.source.decode() for unit in reversed(state.units))
                    found.append(Repair(round(cost, 6), tuple(self._step(*each) for each in state.changes), text))
            elif len(state.changes) < 2:  # what is nearer is worth another change; what is not, if time is left
                later = 1 if wrong < state.wrong - 1e-9 else 3
                state = replace(state, wrong=wrong)
                self._enter(state.cost + self._more(state) + later, state)
        return sorted(found, key=lambda each: each.cost)

    def over(self):
        """Whether the time is over."""
        return time.thread_time() > self.end or time.monotonic() > self.latest

    def _more(self, state):
        """What a further change costs besides its kind."""
        return _SECOND + _NEARER * state.wrong / self.start.wrong

    def _expand(self, state):
        """Enter all changes of a state."""
        more = self._more(state) if state.changes else 0
        for k, unit in enumerate(state.units):
            try:
                scope = Scope(unit.source, unit.kinds, self.beside)
            except SyntaxError:
                continue
            groups = {}
            for n, change in enumerate(changes(scope, self.over)):
                if n % 100 == 99 and self.over():
                    break
                price = _price(change, scope)
                self._enter(state.cost + more + price, state, (k, change, price))
                groups.setdefault(change.alike, []).append((price, change))
            for alike in groups.values() if not state.changes and not self.over() else ():
                self._enter_together(state, k, alike)

    def _enter_together(self, state, k, alike):
        """The same change at all places: one mistake, made more than once."""
        kept = []
        for span in sorted(
            {span for _, change in alike for span in change.spans}, key=lambda each: (each[0], -each[1])
        ):
            if not kept or kept[-1][1] <= span[0]:
                kept.append(span)
        if len(kept) > 1:
            price, change = min(price for price, _ in alike) + 0.25, replace(alike[0][1], spans=tuple(kept))
            self._enter(state.cost + price, state, (k, change, price))

    def _enter(self, price, state, change=None):
        heapq.heappush(self.queue, (price, next(self.count), state, change))

    def _wrong(self, units, cases=None):
        """How wrong these units are in these cases, by default all, one after the other, in one namespace: 0 if they are right."""

        def run():
            made = self.program.function(units)
            for n, i in enumerate(self.order if cases is None else cases):
                if wrong := self.judge(made, i):
                    return wrong / 2**n
            return 0

        try:
            return limited(self.limit, run, processor=True)
        except (TimeUp, RecursionError, SystemExit):
            return 3.0
        except Exception:  # noqa: BLE001 - whatever changed code raises
            return 1.7

    def _step(self, name, change, before):
        """One change as it is spoken of, with the line that comes of it."""
        unit = next(u for u in self.units if u.name == name)
        first, now, after = (text.decode().splitlines() for text in (unit.source, before, change.apply(before)))
        _, i, j, k, _ = next(each for each in _blocks(first, now) if each[3] < change.line <= each[4])
        line = max(1, min(i + change.line - k, j))  # of the first source, that stands in this line now
        new = [after[k:m] for what, _, _, k, m in _blocks(now, after) if what in ("replace", "insert")]
        text, made = first[line - 1].strip(), new[-1][0].strip() if new else ""
        helper = "" if unit is self.units[0] else name
        return Step(change.kind, line - unit.first + 1, helper, text, change.old, made)


def _blocks(a, b):
    return difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes()


@functools.lru_cache(4096)
def _identifiers(text):
    return re.findall(r"[^\W\d]\w*", text)


def _price(change, scope):
    """What a change costs: what its kind does, less where it takes up a name that nothing has used yet."""
    price, old, new = cost(change.kind), _identifiers(change.old), _identifiers(change.new)
    unused = [name for name in new if name in scope.unused and name not in old]
    in_place = len(change.spans) == 1 and change.spans[0][0] < change.spans[0][1]
    if unused and change.kind not in ("name +0.8", "size") and (in_place or unused[0] in scope.arguments):
        price -= 0.5 if unused[0] in scope.local else 0.3
    if in_place:  # a line that is read no more stays; what is returned, or has two names now, was computed before
        line = scope.line(change.line)
        price += 0.1 * (change.old in scope.local and line.startswith("return"))
        price += 0.03 * (new == [change.new] and line.endswith(f"= {change.old}"))
        price += 0.4 * any(n not in new and n in scope.kept and scope.reads[n] == old.count(n) for n in old)
    return price + 0.002 * len(change.new.split())


def _leaves_more(before, after, steps):
    """True if a repair leaves more of the learner's words and operators than it changes; one change may be twice as long."""
    pairs = [(a, b) for a, b in zip(before, after, strict=True) if a.source != b.source]
    old, new = (
        Counter(re.findall(_WORD, b" ".join(unit.source.partition(b":")[2] for unit in units).decode()))
        for units in zip(*pairs, strict=True)
    )
    kept = (old & new).total()
    return (old - new).total() + (new - old).total() <= (2 * kept + 1 if steps == 1 else kept)


def badness(value, right, same):
    """How far a value is from the right one, from 0, the same, to 1. value, right: arrays, or tuples of them. same: compares two."""
    if isinstance(right, tuple) and isinstance(value, tuple) and len(value) == len(right):
        return sum(badness(v, r, same) for v, r in zip(value, right, strict=True)) / max(1, len(right))
    if value is None or isinstance(value, tuple) or isinstance(right, tuple):
        return 1.0 - 0.05 * (isinstance(value, tuple) and isinstance(right, tuple))
    if same(value, right):
        return 0.0
    if value.shape != right.shape:
        return 0.9
    near = np.abs(np.subtract(value, right, dtype=float)) <= 1e-6 * (np.abs(right).max(initial=0) or 1)
    return 0.6 - 0.3 * float(near.mean())
