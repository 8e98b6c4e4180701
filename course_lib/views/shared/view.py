"""What the views share: their script and style, matrices as the browser takes them, and the picture in their place.

A view is a subclass of `View` in a folder of its own: view.py, and beside it view.js and view.css. Its traits hold all
that the browser draws; the browser computes only what follows from them.
"""

import base64
import hashlib
import io
import math
import pickle
import re
from pathlib import Path

import anywidget
import numpy as np
import traitlets

from course_lib.arguments import finite_array, plain_array
from course_lib.pictures.panel import check_numbers, check_symbols, check_text

MOST_ENTRIES = 512 * 512
WIDEST = 1000  # pixels of a picture that stands in for a view


_chosen = {}  # what a reader has chosen in a view, by what the view was given


class View(anywidget.AnyWidget):
    """A live view. Where there is no kernel, in a stored notebook, the picture that `figure` draws stands in its place.

    A subclass has `_esm, _css = script(__file__)`, `figure()`, which returns a matplotlib Figure, and `__repr__`, the
    view in one line of words. `kept` names the traits that a reader changes in the page, in the order in which they can
    be set: where a cell is run again and gives the same, they are as the reader left them; `initial` is how they were.
    """

    kept = ()
    initial = traitlets.Dict().tag(sync=True)

    def __init__(self, **values):
        super().__init__(**values)
        self.initial = {name: getattr(self, name) for name in self.kept}
        given = [getattr(self, name) for name in sorted(set(self.class_traits(sync=True)) - set(View.class_traits()))]
        self._chosen = _chosen.setdefault(hashlib.sha256(pickle.dumps((type(self).__name__, given))).digest(), {})
        with self.hold_sync():
            for name in self.kept:
                setattr(self, name, self._chosen.get(name, getattr(self, name)))

    def set_state(self, sync_data):
        super().set_state(sync_data)
        self._chosen.update({name: getattr(self, name) for name in self.kept})

    def _repr_mimebundle_(self, **kwargs):
        data, metadata = super()._repr_mimebundle_(**kwargs)
        png, figure = io.BytesIO(), self.figure()
        dpi = min(100, WIDEST / figure.get_figwidth())
        figure.savefig(png, format="png", dpi=dpi, metadata={"Software": None})
        data["image/png"] = base64.b64encode(png.getvalue()).decode("ascii")
        return data, metadata


def turn():
    """The trait of a view that asks: which question is asked, "" for none, and how many answers were right."""
    return traitlets.Dict({"asks": "", "right": 0, "tries": 0}).tag(sync=True)


def script(source):
    """The module and the style of a view: the .js and the .css beside `source`, its Python file, after what they share.

    Of the shared .js files it has those that it uses, without the lines that are comments and without indentation:
    every view on a page carries its own.
    """
    shared, own = Path(__file__).parent, Path(source)
    texts = {path: path.read_text(encoding="utf-8") for path in sorted(shared.glob("*.js"))}
    used = own.with_suffix(".js").read_text(encoding="utf-8")
    names = {
        path: re.findall(r"^(?:function|class|const|let) (\w+)", text, re.MULTILINE) for path, text in texts.items()
    }
    parts, left = [used], dict(texts)
    while found := [path for path in left if re.search(rf"\b({'|'.join(names[path])})\b", used)]:
        for path in found:
            parts.insert(0, left.pop(path))
        used = "\n".join(parts)
    module = re.sub(r"^[ \t]*(//.*\n|/\*\*(?s:.*?)\*/\n)|^[ \t]+", "", used, flags=re.MULTILINE)
    styles = [*sorted(shared.glob("*.css")), own.with_suffix(".css")]
    return module, "\n".join(path.read_text(encoding="utf-8") for path in styles)


def as_matrix(call, argument, A):
    """A as an array of two indexes that a view can show; a vector is one row. `call` begins the error message.

    Raises TypeError for anything but real numbers, booleans or Fractions, ShapeError for another rank, and ValueError
    for an empty matrix or one with more than 512 x 512 entries.
    """
    A = plain_array(f"{call}: {argument}", A)
    A = A[np.newaxis, :] if A.ndim == 1 else A  # (1, n)
    check_numbers(f"{call}: {argument}", A, rank=2)
    check_size(call, argument, A.shape)
    return A


def check_size(call, argument, shape):
    """Raise ValueError for an array with no entry, or with more than 512 x 512. `call` begins the error message."""
    size = math.prod(shape)
    if size == 0:
        raise ValueError(f"{call}: {argument} is empty, {shape}: there is no entry to show")
    if size > MOST_ENTRIES:
        raise ValueError(f"{call}: {argument} has shape {shape}, {size:,} entries; a view shows up to {MOST_ENTRIES:,}")


def as_floats(call, argument, A, rank=None):
    """A, of any shape or of this rank, as an array of finite floats of its own. `call` begins the error message.

    Raises TypeError for anything but real numbers, ShapeError for another rank, ValueError for what is not finite.
    """
    A = plain_array(f"{call}: {argument}", A)
    check_numbers(f"{call}: {argument}", A, rank=A.ndim if rank is None else rank)
    try:
        return finite_array(call, argument, A.astype(float))
    except OverflowError:
        raise ValueError(f"{call}: {argument} holds Fractions that are too large for floats") from None


def packed(name, A, symbols=()):
    """The matrix A, of shape (m, n), as the browser takes it. symbols: two, such as ("m", "n_out"), or none.

    Raises ShapeError if the symbols do not fit, TypeError if the name or a symbol is no string.
    """
    check_text("the name of a matrix", name)
    if symbols:
        check_symbols(name, A.shape, symbols, {})
    data = np.ascontiguousarray(A, dtype=float).tobytes()
    return {"name": name, "symbols": list(symbols), "shape": list(A.shape), "data": data}


def as_made(matrix, made):
    """The array, (m, n), of a packed result, masked but where its entries, counted along the rows, are made."""
    A = unpacked(matrix).copy()
    return np.ma.array(A, mask=~np.isin(np.arange(A.size), made).reshape(A.shape))


def unpacked(matrix):
    """The array, (m, n), of a packed matrix."""
    return np.frombuffer(matrix["data"]).reshape(matrix["shape"])
