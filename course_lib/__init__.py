"""Backpropagation, Shape by Shape: the code behind the course.

`course_lib.dense` is the file to read first: one layer's forward pass and the formulas (A), (B), (C). Those are reached
through their module, `from course_lib import dense`, and so is what `autodiff` holds. All else can be imported from here
by its own name, `from course_lib import mse, fit, exercise, ProductExplorer`, and is loaded when it is first used.
"""

import functools
import symtable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

# Where the names are defined, or, in a package, imported: the first that has a name is asked for it.
_MODULES = ["jacobian", "activations", "losses", "regularizers", "initializers", "network", "fast", "shapes"]
_MODULES += ["shape_comments", "practice", "depth", "exercises", "views", "pictures"]


def __getattr__(name):
    """A module, or a public name of one of them: loaded now, and kept."""
    if not name.startswith("_") and find_spec(f"{__name__}.{name}"):  # Python asks for names with _ of its own
        return import_module(f"{__name__}.{name}")
    if name.startswith("_") or name not in _modules_by_name():
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = getattr(import_module(f"{__name__}.{_modules_by_name()[name]}"), name)
    return globals()[name]


def __dir__():
    return sorted({*globals(), *_modules_by_name(), *_MODULES})


@functools.cache
def _modules_by_name():
    """Read from the sources, so that nothing has to be loaded before it is used."""
    found = {}
    for module in reversed(_MODULES):
        path = Path(__file__).parent / module
        is_package = path.is_dir()
        source = (path / "__init__.py" if is_package else path.with_suffix(".py")).read_text(encoding="utf-8")
        for symbol in symtable.symtable(source, module, "exec").get_symbols():
            if symbol.is_assigned() or (is_package and symbol.is_imported()):
                found[symbol.get_name()] = module
    return {name: module for name, module in found.items() if not name.startswith("_")}
