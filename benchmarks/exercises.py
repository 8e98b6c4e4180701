"""What the checks of exercises find, and what they cost. From the project's root: .venv/bin/python benchmarks/exercises.py

The measures of three collections of wrong answers, that of the tests, `further_mistakes` and unseen_mistakes.txt: how
many are caught, named (by the numbers, or in a line in which it goes wrong), and repaired so that the repair is right when
it is checked again; what is left is listed. Then 200 random wrong answers, and the time from the call to the card, by the clock and on
the processor: with what else runs, they differ.
"""

import linecache
import statistics
import sys
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "exercises")]
from further_mistakes import FURTHER
from learner import NoStore, answer, written
from public_mistakes import MISTAKES, Mistake

from course_lib.exercises import check_layer, exercise
from course_lib.exercises.engine.exercise import definitions

GOALS = {"right": (150, 150), "wrong": (400, 2000)}  # ms: the median, the 95th percentile


VAGUE = {"wrong_shape", "raises", "not_finite"}  # these name no mistake


def unseen():
    """The mistakes of unseen_mistakes.txt."""
    for block in (ROOT / "benchmarks" / "unseen_mistakes.txt").read_text(encoding="utf-8").split("\n#: ")[2:]:
        head, source = block.split("\n", 1)
        what, name, lines, *shapes = head.split(" | ")
        forward, back = source.split("def backward", 1) if shapes else ("", source)
        source = f"def backward{back}" if shapes else source
        yield Mistake(what, name, source, tuple(map(int, lines.split())), forward, *shapes)


def function(source, name):
    """The function of that name, its lines known as those of a cell."""
    file = f"<cell {abs(hash(source))}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    space = {"np": np, "__name__": "__main__"}
    exec(compile(source, file, "exec"), space)  # noqa: S102 - the collections' own text
    return space[name]


def checked(mistake, source=None):
    source = source or mistake.source
    if mistake.exercise == "check_layer":
        shapes = eval(f"dict({mistake.shapes})", {"np": np})
        return check_layer(function(mistake.forward, "forward"), function(source, "backward"), **shapes)
    return exercise(mistake.exercise, NoStore()).check(function(source, mistake.exercise))


def collection(name, mistakes):
    """Print the measures of a collection; the times of its checks."""
    caught, named, repaired, times, missed = 0, 0, 0, [], []
    for mistake in mistakes:
        start = time.perf_counter(), time.process_time()
        result = checked(mistake)
        repr(result)
        times.append((time.perf_counter() - start[0], time.process_time() - start[1]))
        by_line = result.line in mistake.lines
        caught += result.status != "correct"
        named += bool(set(result.mistakes) - VAGUE) or by_line
        right = bool(result.repaired) and checked(mistake, result.repaired).status == "correct"
        repaired += by_line and right
        if not (by_line and right):
            missed.append(f"    {mistake.id}: line {result.line} of {mistake.lines}, {result.mistakes or 'no name'}")
    print(f"{name}: {caught} of {len(mistakes)} caught, {named} named, {repaired} in their line and repaired. Left:")
    print("\n".join(missed) or "    none")
    return times


def random_answers(count=200):
    """Expressions at random: none may be right, and none may get a repair that is not one."""
    rng = np.random.default_rng(0)
    names = [name for name in ("grad_W", "grad_b", "grad_O", "forward", "undo_activation", "mse_gradient")]
    repaired = 0
    for _ in range(count):
        name = str(rng.choice(names))
        arguments = [each for each in definitions()[name].names if each != "f_prime"]

        def expression(depth, arguments=arguments):
            if depth == 0 or rng.random() < 0.2:
                return str(rng.choice([*arguments, *(f"{each}.T" for each in arguments)]))
            kind = rng.integers(4)
            if kind == 0:
                return f"np.{rng.choice(['sin', 'abs', 'cosh', 'sqrt'])}({expression(depth - 1)})"
            if kind == 1:
                return f"({expression(depth - 1)}).{rng.choice(['sum', 'max', 'mean'])}(axis={rng.integers(2)})"
            return f"({expression(depth - 1)} {rng.choice(list('+-*@/'))} {expression(depth - 1)})"

        result = exercise(name, NoStore()).check(answer(written(name, expression(3))))
        if result.repaired:
            repaired += 1
            again = exercise(name, NoStore()).check(function(result.repaired, name))
            assert again.status == "correct", result.repaired
    print(f"random answers: {count}; with a repair, each right when it is checked again: {repaired}")


def row(kind, times):
    wall, cpu = (sorted(1000 * each for each in column) for column in zip(*times, strict=True))
    for clock, each in (("by the clock", wall), ("on the processor", cpu)):
        middle, late = statistics.median(each), each[int(0.95 * len(each))]
        print(
            f"{kind:6} {clock:17} median {middle:6.0f} ms (goal {GOALS[kind][0]}), 95 %: {late:6.0f} ms (goal {GOALS[kind][1]})"
        )


def right_answers():
    """The times of the checks of all solutions, the second time each."""
    times = []
    for name, definition in definitions().items():
        f = answer(definition.solution)
        for again in (False, True):
            start = time.perf_counter(), time.process_time()
            assert exercise(name, NoStore()).check(f).status == "correct"
            if again:
                times.append((time.perf_counter() - start[0], time.process_time() - start[1]))
    return times


def main():
    times = [
        *collection("public mistakes", MISTAKES),
        *collection("further mistakes", FURTHER),
        *collection("unseen mistakes", list(unseen())),
    ]
    random_answers()
    row("right", right_answers())
    row("wrong", times)


if __name__ == "__main__":
    main()
