"""What a learner's code might replace, by accident or not, noticed and put back: names of numpy, of Python, of the course.

`Guard` remembers namespaces before a run and puts them back as they were. `put_back_originals` does the same for what
was replaced before the run, such as `np.dot` in a cell of the notebook: verdicts are computed with the originals.
"""

import builtins
import math
import operator
import random
import sys
import time
import warnings

import numpy as np

_GUARDED = (np, np.linalg, np.random, random, math, builtins, time, warnings)
_COURSE = "course_lib"
_ENGINE = "course_lib.exercises"
# Builtins that notebooks, debuggers and kernels replace for good reasons; nothing here computes with them.
_FREE = {"input", "open", "print", "exit", "quit", "help", "copyright", "credits", "license", "breakpoint", "display"}
_ModuleType = type(np)
_all, _dict, _isinstance, _len, _map, _set = all, dict, isinstance, len, map, set  # builtins may be what was replaced


def _own(module):
    free = _FREE if module is builtins else set()
    return {name: value for name, value in vars(module).items() if not name.startswith("_") and name not in free}


_ORIGINALS = [(module, _own(module)) for module in (np, np.linalg, math, builtins)]


def put_back_originals():
    """Undo what was replaced in numpy, math and the builtins since the course was imported: a list of the names."""
    replaced = []
    for module, before in _ORIGINALS:
        now = vars(module)
        if not _all(_map(operator.is_, before.values(), _map(now.get, before))):
            changed = {name: value for name, value in before.items() if now.get(name) is not value}
            now.update(changed)
            replaced += [f"{module.__name__}.{name}" for name in changed]
    return replaced


class Guard:
    """The namespaces as they are now. also: further dictionaries, such as those of an exercise's definition."""

    def __init__(self, also=()):
        course = [module for name, module in sys.modules.items() if name.split(".")[0] == _COURSE]
        spaces = [*map(vars, (*_GUARDED, *course)), *also]
        self._spaces = [(space, dict(space)) for space in spaces]
        classes = {each for module in course for each in vars(module).values() if isinstance(each, type)}
        self._classes = [(each, dict(vars(each))) for each in classes if each.__module__.startswith(_ENGINE)]

    def restore(self):
        """Put back each name of each namespace; what is new goes, but for modules that were imported."""
        for now, before in self._spaces:
            if _len(now) != _len(before) or not _all(_map(operator.is_, before.values(), _map(now.get, before))):
                for name in _set(now) - _set(before):
                    if not _isinstance(now[name], _ModuleType):
                        del now[name]
                now.update(before)

    def restore_classes(self):
        """Put back the attributes of the engine's own classes."""
        for each, before in self._classes:
            now = _dict(vars(each))
            for name in now.keys() - before.keys():
                if not name.startswith("__"):
                    type.__delattr__(each, name)
            for name, value in before.items():
                if now.get(name) is not value:
                    type.__setattr__(each, name, value)
