"""What the views share: their script and style, matrices as the browser takes them, and the picture in their place.

A view is a subclass of `View` in a folder of its own: view.py, and beside it view.js and view.css. Its traits hold all
that the browser draws; the browser computes only what follows from them.
"""

import base64
import io
import re
from pathlib import Path

import anywidget
import numpy as np

from course_lib.arguments import plain_array
from course_lib.pictures.panel import check_numbers, check_symbols, check_text

MOST_ENTRIES = 512 * 512
WIDEST = 1000  # pixels of a picture that stands in for a view


class View(anywidget.AnyWidget):
    """A live view. Where there is no kernel, in a stored notebook, the picture that `figure` draws stands in its place.

    A subclass has `_esm, _css = script(__file__)`, `figure()`, which returns a matplotlib Figure, and `__repr__`, the
    view in one line of words.
    """

    def _repr_mimebundle_(self, **kwargs):
        data, metadata = super()._repr_mimebundle_(**kwargs)
        png, figure = io.BytesIO(), self.figure()
        dpi = min(100, WIDEST / figure.get_figwidth())
        figure.savefig(png, format="png", dpi=dpi, metadata={"Software": None})
        data["image/png"] = base64.b64encode(png.getvalue()).decode("ascii")
        return data, metadata


def script(source):
    """The module and the style of a view: what the views share, followed by the .js and the .css beside `source`.

    source: the Python file of the view. The module goes without the lines that are comments and without indentation:
    every view on a page carries all of it.
    """
    shared, own = Path(__file__).parent, Path(source)
    module, style = (
        "\n".join(
            file.read_text(encoding="utf-8") for file in [*sorted(shared.glob(f"*{kind}")), own.with_suffix(kind)]
        )
        for kind in (".js", ".css")
    )
    return re.sub(r"^[ \t]*(//.*\n|/\*\*(?s:.*?)\*/\n)|^[ \t]+", "", module, flags=re.MULTILINE), style


def as_matrix(call, argument, A):
    """A as an array of two indexes that a view can show; a vector is one row. `call` begins the error message.

    Raises TypeError for anything but real numbers, booleans or Fractions, ShapeError for another rank, and ValueError
    for an empty matrix or one with more than 512 x 512 entries.
    """
    A = plain_array(f"{call}: {argument}", A)
    A = A[np.newaxis, :] if A.ndim == 1 else A  # (1, n)
    check_numbers(f"{call}: {argument}", A, rank=2)
    if A.size == 0:
        raise ValueError(f"{call}: {argument} is empty, {A.shape}: there is no entry to show")
    if A.size > MOST_ENTRIES:
        raise ValueError(
            f"{call}: {argument} has shape {A.shape}, {A.size:,} entries; a view shows up to {MOST_ENTRIES:,}. "
            f"Show a part, such as {argument}[:512, :512]."
        )
    return A


def packed(name, A, symbols=()):
    """The matrix A, of shape (m, n), as the browser takes it. symbols: two, such as ("m", "n_out"), or none.

    Raises ShapeError if the symbols do not fit, TypeError if the name or a symbol is no string.
    """
    check_text("the name of a matrix", name)
    if symbols:
        check_symbols(name, A.shape, symbols, {})
    data = np.ascontiguousarray(A, dtype=float).tobytes()
    return {"name": name, "symbols": list(symbols), "shape": list(A.shape), "data": data}


def unpacked(matrix):
    """The array, (m, n), of a packed matrix."""
    return np.frombuffer(matrix["data"]).reshape(matrix["shape"])
