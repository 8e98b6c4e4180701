"""Small changes: each kind of slip is undone by one change, and a change leaves the rest of the text as it was."""

import ast
import re
from pathlib import Path

import pytest

from course_lib.exercises.engine import edits
from course_lib.exercises.engine.edits import TABLE, Plain, Scope, changes
from course_lib.exercises.engine.exercise import definitions
from course_lib.exercises.engine.say_repair import KINDS, Kind, cost, of

KNOWN = {"O": "matrix", "G": "matrix", "W": "matrix", "Z": "matrix", "f_prime": "call", "Ws": "list", "l": "whole"}
ONE_CHANGE = {
    "O @ G": "O.T @ G",
    "np.dot(G, O)": "O @ G",
    "G.mean(axis=0)": "G.sum(axis=0)",
    "O.T @ G / len(O)": "O.T @ G",
    "G * f_prime(G)": "G * f_prime(Z)",
    "G": "G * f_prime(Z)",
    "G / f_prime(Z)": "G * f_prime(Z)",
    "2 / O.size + 1": "2 / (O.size + 1)",
    "G @ Ws[l]": "G @ Ws[l].T",
    "Z >= 0": "Z > 0",
    "W.reshape(3, 5)": "W.T",
    "np.einsum('ih,ik->kh', O, G)": "np.einsum('ih,ik->hk', O, G)",
    "range(1, l)": "range(0, l)",
    "np.sqrt(2) / l": "np.sqrt(2 / l)",
    "np.dot(G, W + Z)": "np.dot(G, W) + Z",
    "G / (1 + Z)": "G / (1 + Z) ** 2",
    "G * O * Z * (1 - Z)": "G * O * (1 - Z ** 2)",
    "np.cumsum(G, axis=0)": "np.cumsum(G[::-1], axis=0)[::-1]",
    "W[Z, G]": "W[Z, G.argmax(axis=1)]",
    "O.T @ (G @ W)": "O.T @ (G @ W) + G.T @ Z",
    "np.log(np.exp(-Z))": "np.log(np.exp(-np.abs(Z)))",
    "range(l - 1, -1)": "range(l - 1, -1, -1)",
    "G[: l + 1]": "G[l:]",
    "G[-l]": "G[l]",
    "G if l else O": "O if l else G",
    "G * (not l)": "G * l",
    "G.argmax()": "G.argmin()",
}


def plain(source):
    """A source's tree as text, in one form for what numpy has several for."""
    return ast.dump(Plain().visit(ast.parse(source)))


def changed(expression):
    """The expressions that one change makes, as trees."""
    source = f"def f(O, G, W, Z, f_prime, Ws, l):  # kept\n    return {expression}\n".encode()
    return {plain(each.apply(source)) for each in changes(Scope(source, KNOWN))}


@pytest.mark.parametrize(("slip", "right"), ONE_CHANGE.items())
def test_one_change_undoes_a_slip(slip, right):
    assert plain(f"def f(O, G, W, Z, f_prime, Ws, l):\n    return {right}\n") in changed(slip)


STATEMENTS = {
    "a = 0 * G\n    for g in G:\n        a = g": "a = 0 * G\n    for g in G:\n        a += g",
    "for g in G:\n        a = 0\n        a += g": "a = 0\n    for g in G:\n        a += g",
    "a = 0\n    for g in G:\n        a += g\n        return a": "a = 0\n    for g in G:\n        a += g\n    return a",
    "b = G.sum()\n    G = G * f_prime(Z)": "G = G * f_prime(Z)\n    b = G.sum()",
    "W = W - G": "W[...] = W - G",
    "W *= 1 - G": "W -= G",
    "W *= G": "W -= G",
    "if l:\n        G = 2 * G": "if not (l):\n        G = 2 * G",
    "if l:\n        G = 2 * G\n    else:\n        G = W": "if True:\n        G = 2 * G\n    else:\n        G = W",
    "if l:\n        G = G * 2": "G = G * 2\n    if l:\n        pass",
    "if W > 0:\n        G = 1\n    else:\n        G = 0": "G = np.where(W > 0, 1, 0)",
    "np.subtract(W, G)": "W[...] = np.subtract(W, G)",
    "for g in G:\n        W[l] = g\n        f_prime(W)": "for g in G:\n        W[l] = g\n        f_prime(W)\n        W[l] = 0",
}


@pytest.mark.parametrize(("slip", "right"), STATEMENTS.items())
def test_one_change_of_a_statement_undoes_a_slip(slip, right):
    head = "def f(G, W, Z, f_prime, l):\n    "
    source = f"{head}{slip}\n".encode()
    made = set()
    for each in changes(Scope(source, KNOWN)):
        try:
            made.add(plain(each.apply(source)))
        except SyntaxError:
            pass
    assert plain(f"{head}{right}\n") in made


def test_a_change_leaves_the_rest_of_the_text_as_it_was():
    source = 'def f(größe, G):\n    # größe: a comment\n    a = "ß"   ;  b = G\n    return (b  @  größe)\n'.encode()
    every = changes(Scope(source, {"größe": "matrix", "G": "matrix"}))
    for each in every:
        text = each.apply(source).decode()
        assert "# größe: a comment\n" in text
    assert any("return (b.T  @  größe)" in each.apply(source).decode() for each in every)


def test_what_numpy_was_called_for_it_is_called_for_again():
    """A list has no method: np.mean(parts) becomes np.sum(parts), and no parts.sum()."""
    source = b"def f(Ws):\n    return np.mean(Ws, axis=0)\n"
    made = {each.apply(source).decode().split("return ")[1].strip() for each in changes(Scope(source, {"Ws": "list"}))}
    assert "np.sum(Ws, axis=0)" in made and not [text for text in made if "Ws.sum" in text]


def test_every_kind_that_a_change_has_has_its_words():
    source = b"def f(O, G, W, Z, f_prime, Ws, l, lam=[]):\n    a = 0 * G\n    for w in Ws:\n        if l > 0:\n            a += w * f_prime(Z) @ W.T / len(O) - np.mean(G, axis=0) ** 2\n    O[0] = np.where(Z > 0, G, -Z)\n    return a if l else np.exp(a[0, 1])\n"
    kinds = {each.kind for each in changes(Scope(source, KNOWN))}
    assert len(kinds) > 40 and all(cost(kind) >= 0.9 and of(kind).says for kind in kinds)
    assert sum(map(len, TABLE.values())) > 25 and all(kind.hint[-1] in ".?" for kind in KINDS.values())


def test_every_change_of_a_solution_can_be_read():
    for definition in definitions().values():
        source = f"{definition.solution}\n".encode()
        kinds = {name: "list" if name.endswith("s") else "matrix" for name in definition.names} | {"f": "call"}
        for each in changes(Scope(source, kinds))[::5]:
            ast.parse(each.apply(source))


def test_a_rule_puts_in_what_its_pattern_has_or_what_is_in_scope():
    pools = set(Scope(b"def f(G):\n    return G\n", {}).pools)
    for line in edits._RULES.strip().splitlines():
        kind, pattern, *texts = line.split(" | ")
        letters, taken = (set(re.findall(r"(?<![.\w])[a-zA-Z_](?!\w)", each)) for each in (pattern, "".join(texts)))
        assert taken <= letters | pools | {"_"} and cost(kind), line


def test_brackets_stand_where_they_are_needed_and_nowhere_else():
    source = b"def f(G, O, W):\n    return (G + O) @ W - G / O\n"
    made = {each.apply(source).decode().split("return ")[1].strip() for each in changes(Scope(source, KNOWN))}
    assert {"(G - O) @ W - G / O", "(G + O * W) @ W - G / O", "(G + O) @ W - (G - O)", "(G + O) @ W.T - G / O"} <= made
    assert not [text for text in made if re.search(r"\(\([^()]*\)\)", text)]


def test_the_recipe_of_contributing_adds_a_kind(monkeypatch):
    recipe = (Path(__file__).parents[2] / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rule, words = re.findall(r"^clipped \| .*$", recipe, re.MULTILINE)
    right = plain("def f(O, G, W, Z, f_prime, Ws, l):\n    return O @ W\n")
    source = b"def f(O, G, W, Z, f_prime, Ws, l):\n    return np.clip(O @ W, 0, 1)\n"
    assert right not in changed("np.clip(O @ W, 0, 1)")
    _, price, says, hint = words.split(" | ")
    monkeypatch.setitem(KINDS, "clipped", Kind(float(price), says, hint))
    edits.rule(rule, table := {})
    (each,) = changes(Scope(source, KNOWN), table=table)
    assert each.kind == "clipped" and plain(each.apply(source)) == right
