"""The IPython extension: a shape comment is checked where its line runs, and the cell fails at that line if it lies.

Each test has a fresh shell of its own; tests/test_shape_watch.py runs a notebook in a real kernel.
"""

import ast
import re
import sys
from contextlib import nullcontext

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from IPython.utils.capture import capture_output
from refusals import not_refused
from shell import fresh_shell

from course_lib import load_ipython_extension
from course_lib.shape_comments import ShapeComments
from course_lib.shape_comments.grammar import parse_comment, sizes
from course_lib.shapes import ShapeError

SETUP = """
import numpy as np
m, n_in, n_out = 7, 5, 3
O, W, b, G = np.ones((m, n_in)), np.ones((n_in, n_out)), np.ones((1, n_out)), np.ones((m, n_out))
def pair(): return W, b
class Box: pass
box, parts, cache = Box(), [None, None], {}
"""


@pytest.fixture
def shell(monkeypatch):
    """A fresh shell with the extension and the arrays of a layer. After each test the extension must still be there."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])  # the shell puts its own there
    with fresh_shell() as fresh:
        fresh.colors = "nocolor"
        fresh.run_cell("%load_ext course_lib")
        fresh.run_cell(SETUP).raise_error()
        yield fresh
        if "course_lib" in fresh.extension_manager.loaded:
            assert sum(isinstance(transformer, ShapeComments) for transformer in fresh.ast_transformers) == 1


@pytest.fixture
def run(shell):
    """A function that runs a cell and returns (the error or None, the value shown or None, all that was printed)."""

    def run_cell(cell):
        with capture_output() as captured:
            result = shell.run_cell(cell)
        return result.error_before_exec or result.error_in_exec, result.result, captured.stdout + captured.stderr

    return run_cell


def arrows(text):
    """The lines that a traceback points at, each as its number and its code."""
    return [f"{line} {code.strip()}" for line, code in re.findall(r"^-+> (\d+) (.*)$", text, re.MULTILINE)]


# Where a line may run: what stands before it, and after it.
PLACES = [
    ("for k in []:\n    pass\nelse:\n", ""),
    ("try:\n    1 / 0\nexcept ZeroDivisionError:\n", ""),
    ("match m:\n  case _:\n", ""),
    ("def f():\n", "f()"),
    ("async def f():\n", "await f()"),
    ("def f():\n", "    yield\nlist(f())"),
]
HOLDS = [
    "Z = O @ W + b  #(m,n_out)",
    "Z = O @ W + b  # (m, n_in) @ (n_in, n_out) + (1, n_out) -> (m, n_out)",
    "dW = np.dot(O.T, G)  # (n_in, m) @ (m, n_out) -> (n_in, n_out)",  # no operands to compare: the result alone
    # several targets
    "Z = -G  # -(m, n_out) -> (m, n_out)",
    "(dW, db) = [A, B] = pair()  # (n_in, n_out), (1, n_out)",
    # other kinds of assignment and of target
    "W -= 0.1 * W  # (n_in, n_out) - () * (n_in, n_out) -> (n_in, n_out)",
    "Z: np.ndarray  # (m, n_out)",
    "parts[0], box.b = pair()  # (n_in, n_out), (1, n_out)",
    "A = np.zeros((m, n_in))\nA[:, 0] = 1.0  # (m,)",
    # symbols: a function's own first, then the enclosing ones, then the notebook's
    "def f(p):\n    def g():\n        A = np.ones(p)  # (p,)\n        return A\n    return g()\nf(4)",
    "def f(p):\n    def g(A):\n        A = A + 0  # (p,)\n    g(np.ones(p))\nf(4)",  # g itself does not use p
    # return, and a line that is only an expression
    "def f():\n    return  # (m, n_out)\nf()",
    "print('shape')  # (m, n_out)",
    # prose, and what only looks like a comment
    'x = \'# (m, n_out)\'\n# (m, n_out)\nx = """\n# (m, n_out)\n"""; Z = O @ W  # (m, n_out)',
    'def f():\n    """Nothing."""  # (m, n_out)\nassert f.__doc__ == "Nothing."',
    # statements of several lines
    "A = np.concatenate([O,  # (m, n_in)\n    O])  # (2 * m, n_in)",
    # semicolons: the comment is about the last statement
    "for k in range(2): x = 'a'; A = O  # (m, n_in)",
    # magics
    "%%capture\nZ = O @ W  # (m, n_out)",
    "files = !echo  # (m, n_out)",
    # what is commented still runs once, and a target is evaluated once
    "n = []\ndef one(x): n.append(x); return x\none(O) @ W  # (m, n_in) @ (n_in, n_out) -> (m, n_out)\nassert len(n) == 1",
    "cache[len(cache)] = O  # (m, n_in)\nassert list(cache) == [0]",
    "rows = iter([0, 1, 2])\nA = O.copy()\nA[next(rows), 0], A[next(rows)] = 1, 2  # (), (n_in,)\nassert next(rows) == 2",
]


@pytest.mark.parametrize("cell", HOLDS)
def test_a_cell_whose_comments_hold_runs_as_without_them(cell, run):
    error, _, printed = run(cell)
    assert error is None, printed


# The comment that lies is the last one of its cell.
Z_LIES = "Z is (7, 3), but the comment says (n_out, m) = (3, 7)."
FAILS = [
    *((f"{head}    Z = O @ W  # (n_out, m)\n{tail}", Z_LIES) for head, tail in PLACES),
    # symbols
    ("Z = O @ W  # (m, p)", "uses p, which is not defined where this line runs: define it first, for example p = 7"),
    ("Z = O @ W  # (m, len)", "uses len as a size, but len is a builtin_function_or_method."),
    ("def f(m):\n    A = O + 0  # (m, n_in)\nf(2)", "A is (7, 5), but the comment says (m, n_in) = (2, 5)."),
    ("class C:\n    m = 2\n    A = O  # (m, n_in)", "A is (7, 5), but the comment says (m, n_in) = (2, 5)."),
    # what stands left of the arrow
    ("O.T @ G  # (n_in, m) @ (m, n_out) -> (n_out, n_in)", "left of -> stands (5, 3), right of it (n_out, n_in) ="),
    ("A = G.T @ G  # (n_out, m) @ (m, n_in) -> (n_out, n_in)", "G is (7, 3), but the comment says (m, n_in) = (7, 5)."),
    ("Z = G * b * G  # (m, n_out) * (m, n_out) * () -> (m, n_out)", "b is (1, 3), but the comment says (m, n_out)"),
    # several targets
    ("dW, db = pair()  # (n_in, n_out), (n_out,)", "db is (1, 3), but the comment says (n_out,) = (3,)."),
    ("A, B, C = G, G, G  # (m, n_out), (m, n_out)", "states 2 shapes, but 3 values are assigned or returned."),
    ("A, (B, C) = G, (G, O)  # (m, n_out)", "C is (7, 5), but the comment says (m, n_out) = (7, 3)."),
    ("both = pair()  # (n_in, n_out), (n_out,)", "both[1] is (1, 3), but the comment says (n_out,) = (3,)."),
    # other kinds of assignment and of target
    ("W = W - 1  # prose\nW += 1.0  # (n_out, n_in)", "W is (5, 3), but the comment says (n_out, n_in) = (3, 5)."),
    ("Z: object = O @ W  # (n_out, m)", Z_LIES),
    ("first, *rest = G, G, G  # (m, n_out)", "rest is a list, but the comment says it has shape (m, n_out)."),
    ("A = B = G  # (m, n_in)", "A is (7, 3), but the comment says (m, n_in) = (7, 5)."),
    ("box.Z = O @ W  # (n_out, m)", f"box.{Z_LIES}"),
    ("cache[len(cache)] = O  # (m, n_out)", "cache[len(cache)] is (7, 5), but the comment says (m, n_out) = (7, 3)."),
    # return, and a line that is only an expression
    ("def f():\n    return G @ W.T  # (m, n_out) @ (n_out, m) -> (m, m)\nf()", "W.T is (3, 5), but the comment says"),
    ("def f():\n    return W, b  # (n_in, n_out), (n_out,)\nf()", "(W, b)[1] is (1, 3), but the comment says (n_out,)"),
    ("G.sum()  # (1, n_out)", "G.sum() is (), but the comment says (1, n_out) = (1, 3)."),
    # statements of several lines: the error is at the comment; semicolons
    ("x = 'a'; Z = np.add(  # (n_out, m)\n    G, G)", Z_LIES),
]


@pytest.mark.parametrize(("cell", "message"), FAILS)
def test_a_cell_fails_at_the_comment_that_lies(cell, message, run):
    error, _, printed = run(cell)
    assert isinstance(error, ShapeError), printed
    assert message in str(error)
    assert f"ShapeError: {error}" in printed
    line = cell[: cell.rindex("#")].count("\n") + 1
    assert arrows(printed)[-1] == f"{line} {cell.splitlines()[line - 1].strip()}"
    assert "course_lib/" not in printed


LIE = "Z = O @ W  # (n_out, m)"
STAR = f"try:\n    raise ExceptionGroup('', [ValueError()])\nexcept* ValueError:\n    {LIE}"


@pytest.mark.parametrize(
    "cell", [f"%time {LIE}", f"%%time\n{LIE}", f"%%timeit -n1 -r1\n{LIE}", f"%time x = 1\n{LIE}", STAR]
)
def test_magics_that_run_code_and_except_star_are_checked_too(cell, run):
    """What follows a magic that ran code keeps its own comments; exception groups have another format."""
    error, _, printed = run(cell)
    assert str(error) == Z_LIES and "course_lib/" not in printed
    assert cell is not STAR or f"line 4, in <module>\n    {LIE}" in printed
    assert run("%time x = 1  # (m, n_out) is prose here\nZ = O @ W  # (m, n_out)\nx = 'a'  # a name")[0] is None


def test_the_last_assignment_shows_nothing_and_the_last_expression_its_value(run):
    for cell in ("Z = O @ W  # (m, n_out)", "W += 1  # (n_in, n_out)"):
        assert (run(cell)[0], run(cell)[2]) == (None, "")
    error, value, printed = run("G.sum(axis=0)  # (n_out,)")
    assert (error, value.tolist()) == (None, [7, 7, 7]) and "array([7., 7., 7.])" in printed


@pytest.mark.parametrize("cell", ["Z = O @@ W  # (m, n_out)", "x = '''# (m, n_out)", "  x = 1\ny"])
def test_python_itself_reports_a_syntax_error(cell, run):
    error, _, printed = run(cell)
    assert isinstance(error, SyntaxError) and "course_lib" not in printed
    assert run("Z = O @ W  # (m, n_out)")[0] is None


def test_an_error_of_the_code_itself_keeps_its_frames_and_a_shape_error_of_the_library_shows_those_of_the_notebook(run):
    error, _, _ = run("Z = O @ G  # (m, n_in) @ (n_in, n_out) -> (m, n_out)")
    assert "G is (7, 3), but" in str(error)  # before numpy fails
    error, _, printed = run("x = 1\nZ = O @ G  # (m, n_out)")
    assert type(error) is ValueError and "----> 2 Z = O @ G" in printed
    printed = run("from course_lib.activations import relu\nrelu(2)")[2]
    assert "TypeError: relu(Z): Z is int 2" in printed and "course_lib/shapes.py" in printed
    error, _, printed = run("from course_lib import dense\n\ndef f(A):\n    return dense.grad_W(A, O)\n\nf(O[0])")
    assert str(error) == "grad_W(O, G): O has shape (5,), expected (m, n_in)."
    assert arrows(printed) == ["6 f(O[0])", "4 return dense.grad_W(A, O)"] and "course_lib/" not in printed


def test_the_work_for_a_cell_grows_as_its_lines_do():
    def nodes(lines):
        """How many nodes the transformer makes, and visits, for so many commented lines."""
        source = "".join(f"A{i} = O @ W  # (m, {i}) @ (n, k) -> (m, k)\n" for i in range(lines))
        (checker := ShapeComments()).record(source.splitlines(keepends=True))
        return sum(1 for _ in ast.walk(checker.visit(ast.parse(source))))

    assert nodes(400) < 4.5 * nodes(100)


def test_unloading_makes_comments_comments_again_and_loading_twice_checks_once(run, shell):
    def checkers():
        return [t for t in shell.ast_transformers if isinstance(t, ShapeComments)]

    assert run("%load_ext course_lib")[0] is None
    load_ipython_extension(shell)
    assert len(checkers()) == len(shell.input_transformers_post) == 1
    assert run("%reload_ext course_lib")[0] is None
    assert len(checkers()) == len(shell.input_transformers_post) == 1
    assert str(run(LIE)[0]) == Z_LIES and shell.user_ns["Z"].shape == (7, 3)  # the assignment has been made
    assert run("%unload_ext course_lib")[0] is None
    assert run(LIE) == (None, None, "")
    assert checkers() == shell.input_transformers_post == []
    assert "course_lib/shapes.py" in run("from course_lib import dense\ndense.grad_b(O[0])")[2]  # every frame again
    run("%load_ext course_lib")
    assert str(run(LIE)[0]) == Z_LIES


def checked(source):
    """Run a source as the extension does, without a shell."""
    checker, names = ShapeComments(), {"np": np, "__name__": "__main__"}
    checker.record(source.splitlines(keepends=True))
    exec(compile(checker.visit(ast.parse(source)), "<cell>", "exec"), names)  # noqa: S102
    return names


SHAPE = st.lists(st.integers(0, 3), max_size=3).map(tuple)


@given(SHAPE, SHAPE, st.booleans())
def test_a_comment_passes_exactly_if_it_is_the_shape(stated, shape, in_symbols):
    symbols = [f"size_{i}" for i in range(len(stated))]
    values = "".join(f"{name} = {size}\n" for name, size in zip(symbols, stated, strict=True))
    comment = f"({', '.join(symbols)}{',' * (len(stated) == 1)})" if in_symbols else str(stated)
    with nullcontext() if stated == shape else pytest.raises(ShapeError, match="^A is "):
        checked(f"{values}A = np.zeros({shape})  # {comment}")


ANY_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=30)


@given(st.text(st.sampled_from("()mn12,+*@-> .[]'#\\=:"), max_size=30) | ANY_TEXT)
def test_no_comment_can_break_the_cell(comment):
    try:
        assert checked(f"A = np.zeros((2, 3))  # {comment}")["A"].shape == (2, 3)
    except ShapeError as error:
        assert "comment" in str(error)


# The grammar: which comment states a shape, and what its symbols and operators come to


SYMBOLS = {"m": 7, "n_in": np.int64(5), "n_out": 3, "half": 3.5, "yes": True, "O": np.ones((7, 5)), "empty": 0}.get


def come_to(text):
    """The sizes of one shape, or of an expression of shapes."""
    _, left = parse_comment(f"{text} -> ()")
    return sizes(left, text, SYMBOLS)


@pytest.mark.parametrize(
    ("comment", "shapes"),
    [
        ("(m,)", ["(m,)"]),
        ("(größe,)", ["(größe,)"]),
        ("()", ["()"]),
        ("(2 * (m + 1), n)", ["(2 * (m + 1), n)"]),
        ("one row a sample: (m, n_in)", []),
        ("(m)", []),  # a tuple of one has a comma, as in Python
        ("(n_in, n_out), (1, n_out)", ["(n_in, n_out)", "(1, n_out)"]),
        ("W and b -> (n_in, n_out),(1, n_out)", ["(n_in, n_out)", "(1, n_out)"]),
        ("a -> b -> (m,)", ["(m,)"]),
        ("(m, n) is the shape", []),
        ("(m - 1, n)", []),
        ("(m, f(n))", []),
        ("(m, n) -> nothing", []),
    ],
)
def test_a_comment_states_shapes_when_it_is_nothing_else_or_nothing_else_follows_its_arrow(comment, shapes):
    assert [ast.unparse(shape) for shape in parse_comment(comment)[0]] == shapes


def test_the_sizes_of_symbols_and_sums_and_products_are_theirs_and_operators_broadcast_or_contract():
    sizes = {"()": (), "(2 * (m + 1), 4)": (16, 4), "(empty, 3)": (0, 3), "(m, n_out) / ()": (7, 3)}
    sizes |= {"((m, n_in) @ (n_in, n_out)) + (1, n_out)": (7, 3), "(m, n_out) ** (1,)": (7, 3)}
    assert {text: come_to(text) for text in sizes} == sizes


def test_what_does_not_meet_or_is_no_size_is_told_in_full():
    both = "(m, n_in) = (7, 5) and (m, n_out) = (7, 3)"
    told = {
        "(m, n_in) @ (m, n_out)": f"contradicts itself: {both} do not contract: the inner sizes differ.",
        "(m, n_in) + (m, n_out)": f"contradicts itself: {both} do not broadcast.",
        "(7, 5) @ ()": "contradicts itself: (7, 5) and () do not contract: the inner sizes differ.",
        "(m, half)": "uses half as a size, but half is a float.",
        "(m, yes)": "uses yes as a size, but yes is a bool.",
    }
    cases = [({"text": text}, ShapeError, f"the comment `{text}` {reason}") for text, reason in told.items()]
    assert not_refused(come_to, {"text": "()"}, cases) == []
