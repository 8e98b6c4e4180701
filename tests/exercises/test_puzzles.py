"""The index puzzles: their solutions are the tensors, a wrong case is named, and whatever comes gets a clear verdict."""

import re

import pytest
from learner import answer

from course_lib.exercises import progress, puzzle, puzzles
from course_lib.exercises.engine.course import NOTEBOOKS
from course_lib.exercises.engine.store import Store

each_puzzle = pytest.mark.parametrize("name", puzzles())


def checked(name, line):
    return puzzle(name).check(answer(f"def entry({puzzle(name).definition.arguments}):\n    return {line}"))


@each_puzzle
def test_the_solution_is_right_and_the_picture_has_every_entry(name):
    each = puzzle(name).definition
    result = puzzle(name).check(answer(each.solution))
    assert result.status == "correct" and "✗" not in result.picture and "-0<" not in result.picture
    arrays, tensor = each.draws()[0]
    rows = [row.count("<td") for row in result._repr_html_().split('<th scope="row">')[1:]]
    assert result.picture.count("<td style") == (tensor != 0).sum()
    assert rows == [arrays[-1].size] * (tensor.size // arrays[-1].size)


@each_puzzle
def test_a_case_alone_that_is_wrong_is_named_alone_and_the_picture_marks_it(name):
    each = puzzle(name).definition
    before = []
    for case, condition in (*each.cases, ("the others", "True")):
        chosen = " and ".join([*before, f"({condition})"])
        before.append(f"not ({condition})")
        result = checked(name, f"({each.line}) + (100 if {chosen} else 0)")
        assert result.status == "wrong"
        wrong = result.message.split(" Right: ")[0]
        assert case in wrong and ";" not in wrong.removeprefix("Wrong: "), result.message
        cells = re.findall(r">✗ ([^<]+) ≠ ([^<]+)<", result.picture)
        assert len(cells) == int(re.search(r"Wrong: (\d+) of", result.message)[1]) > 0
        assert all(float(yours) == pytest.approx(float(right) + 100, rel=0.05) for yours, right in cells)


@pytest.mark.parametrize(
    ("name", "line", "said"),
    [
        ("cumulative sum", "h < i", "5 of 5 entries of the border, where h == i. Right: "),
        ("convolution", "w[h - i] if 0 <= h - i < len(w) - 1 else 0", "5 of 10 entries of the window's border"),
        ("centring", "i == h", "5 of 5 entries of the diagonal, where i == h; 20 of 20 entries of the others."),
        ("attention scores", "(i == h) * X[j, k] / np.sqrt(X.shape[1])", "the row that is asked"),
    ],
)
def test_a_wrong_line_is_told_what_is_wrong_with_it(name, line, said):
    result = checked(name, line)
    assert result.status == "wrong" and said in result.message


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ("def entry(i, x):\n    return 1", "error", "entry(i, h, x)"),
        ("def entry(i, h, x):\n    pass", "not attempted", "Write entry(i, h, x)"),
        ("def entry(i, h, x):\n    print(i)", "error", "not 'NoneType'. Each entry is to be one number."),
        ("def entry(i, h, x):\n    return '<b>'", "error", "'<b>'. Each entry is to be one number."),
        (
            "def entry(i, h, x):\n    raise IndexError('<script>')",
            "error",
            "in the line `raise IndexError('<script>')`",
        ),
        ("def entry(i, h, x):\n    exit()", "error", "exit()"),
        ("def entry(i, h, x):\n    return float('nan')", "wrong", "yours is nan"),
        ("def entry(i, h, x):\n    while True: pass", "error", "was stopped after 1 seconds"),
        ("def entry(i, h, x):\n    x += 1\n    return np.where(i == h, x.max() < 5, 0)", "correct", "All 25 entries"),
    ],
)
def test_whatever_comes_gets_a_clear_verdict(body, status, said):
    result = puzzle("identity").check(answer(body), limit=1)
    assert (result.status, said in result.message) == (status, True), result.message
    assert "<script>" not in result._repr_html_() and "<b>" not in result._repr_html_()


def test_there_are_sixteen_the_solution_is_shown_and_an_unknown_name_suggests_the_near_one():
    assert len(puzzles()) == 16
    assert puzzle("mean").solution().code == "def entry(i, h, x):\n    return 1 / len(x)"
    with pytest.raises(KeyError, match="did you mean 'softmax'"):
        puzzle("soft max")


@each_puzzle
def test_it_is_kept_under_its_notebook_and_counts_hints_and_attempts_as_an_exercise_does(name, tmp_path):
    store = Store(tmp_path)
    ex = puzzle(name, store)
    assert f'puzzle(\\"{name}\\")' in (NOTEBOOKS / f"{ex.definition.notebook}.ipynb").read_text(encoding="utf-8")
    hint, last = (ex.hint().message for _ in range(2))
    each = ex.definition
    arrays, tensor = each.draws()[0]
    told = re.findall(r"(?<=[:;] )([^:;]*): (-?[\d.]+) at ([^;]*?)(?=;|\.$)", hint)
    assert len(told) >= len(each.cases) and "last hint" in last
    for case, value, place in told:
        where = tuple(int(n) for n in re.findall(r"= (\d+)", place))
        assert float(value) == pytest.approx(tensor[where], rel=1e-3) and case == each.case_of(where, arrays)
    assert progress(store).state(ex.name) == "tried" and ex.name in progress(store).course[ex.definition.notebook]
    ex.check(answer(f"def entry({each.arguments}):\n    return 17"))
    assert "ex.hint()" in repr(ex.check(answer(f"def entry({each.arguments}):\n    return 17")))
    ex.check(answer(each.solution))
    assert store.summary()[ex.name] == (3, 1, 1) and progress(store).state(ex.name) == "done"
    assert "def entry" in ex.restore().code and each.stub == ex.reset().code
