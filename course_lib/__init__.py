"""Backpropagation, Shape by Shape: the code behind the course.

`course_lib.dense` is the file to read first: one layer's forward pass and the formulas (A), (B), (C). Those are reached
through their module, `from course_lib import dense`, and so is what `autodiff` holds. All else can be imported from here
by its own name, `from course_lib import mse, fit, exercise, ProductExplorer`, and is loaded when it is first used.
"""

import ast
import functools
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

# Where the names are defined, or, in a package, imported: the first that has a name is asked for it.
_MODULES = [
    *("jacobian", "activations", "losses", "regularizers", "initializers", "network", "fast", "shapes"),
    *("shape_comments",),
    *("practice", "depth", "exercises", "views", "pictures"),
]


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
        tree = ast.parse((path / "__init__.py" if is_package else path.with_suffix(".py")).read_text(encoding="utf-8"))
        for node in tree.body:
            if is_package and isinstance(node, ast.ImportFrom):
                names = [alias.asname or alias.name for alias in node.names]
            elif isinstance(node, ast.FunctionDef | ast.ClassDef):
                names = [node.name]
            else:
                targets = node.targets if isinstance(node, ast.Assign) else []
                names = [target.id for target in targets if isinstance(target, ast.Name)]
            found |= {name: module for name in names if not name.startswith("_")}
    return found
