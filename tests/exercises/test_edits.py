"""Small changes: each kind of slip is undone by one change, and a change leaves the rest of the text as it was."""

import ast

import pytest

from course_lib.exercises.engine.edits import TABLE, Scope, changes
from course_lib.exercises.engine.say_repair import KINDS, cost, of

KNOWN = {"O": "matrix", "G": "matrix", "W": "matrix", "Z": "matrix", "f_prime": "call", "Ws": "list", "l": "whole"}
ONE_CHANGE = {
    "O @ G": "O.T @ G",
    "O * G": "O.T @ G",
    "np.dot(G, O)": "O @ G",
    "G.mean(axis=0)": "G.sum(axis=0)",
    "G.sum(axis=1, keepdims=True)": "G.sum(axis=0, keepdims=True)",
    "O.T @ G / len(O)": "O.T @ G",
    "G * f_prime(G)": "G * f_prime(Z)",
    "G": "G * f_prime(Z)",
    "G / f_prime(Z)": "G * f_prime(Z)",
    "2 / O.size + 1": "2 / (O.size + 1)",
    "G @ Ws[l]": "G @ Ws[l].T",
    "G @ Ws[l - 1].T": "G @ Ws[l].T",
    "Z >= 0": "Z > 0",
    "W.reshape(3, 5)": "W.T",
    "np.einsum('ih,ik->kh', O, G)": "np.einsum('ih,ik->hk', O, G)",
    "range(1, l)": "range(0, l)",
    "np.sqrt(2) / l": "np.sqrt(2 / l)",
    "np.dot(G, W + Z)": "np.dot(G, W) + Z",
    "G / (1 + Z)": "G / (1 + Z) ** 2",
    "G * O * Z * (1 - Z)": "G * O * (1 - Z ** 2)",
    "np.einsum('ih,ki->hk', O, G)": "np.einsum('ih,ik->hk', O, G)",
    "np.einsum('ih,ik->hk', O, G)": "np.einsum('ih,ik,hk->hk', O, G, W)",
    "np.cumsum(G, axis=0)": "np.cumsum(G[::-1], axis=0)[::-1]",
    "W[Z, G]": "W[Z, G.argmax(axis=1)]",
    "O.T @ (G @ W)": "O.T @ (G @ W) + G.T @ Z",
}


def changed(expression):
    """The expressions that one change makes, as trees."""
    source = f"def f(O, G, W, Z, f_prime, Ws, l):  # kept\n    return {expression}\n".encode()
    return {ast.dump(ast.parse(each.apply(source))) for each in changes(Scope(source, KNOWN))}


@pytest.mark.parametrize(("slip", "right"), ONE_CHANGE.items())
def test_one_change_undoes_a_slip(slip, right):
    assert ast.dump(ast.parse(f"def f(O, G, W, Z, f_prime, Ws, l):\n    return {right}\n")) in changed(slip)


STATEMENTS = {
    "a = 0 * G\n    for g in G:\n        a = g": "a = 0 * G\n    for g in G:\n        a += g",
    "for g in G:\n        a = 0\n        a += g": "a = 0\n    for g in G:\n        a += g",
    "a = 0\n    for g in G:\n        a += g\n        return a": "a = 0\n    for g in G:\n        a += g\n    return a",
    "b = G.sum()\n    G = G * f_prime(Z)": "G = G * f_prime(Z)\n    b = G.sum()",
    "W = W - G": "W[...] = W - G",
    "if l:\n        G = G * 2": "G = G * 2",
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
            made.add(ast.dump(ast.parse(each.apply(source))))
        except SyntaxError:
            pass
    assert ast.dump(ast.parse(f"{head}{right}\n")) in made


def test_a_change_leaves_the_rest_of_the_text_as_it_was_and_knows_its_lines():
    source = 'def f(größe, G):\n    # größe: a comment\n    a = "ß"   ;  b = G\n    return (b  @  größe)\n'.encode()
    every = changes(Scope(source, {"größe": "matrix", "G": "matrix"}))
    for each in every:
        text = each.apply(source).decode()
        assert "# größe: a comment\n" in text
        assert len(each.lines(source, range(1, 6))) == text.count("\n") + 1
    assert any("return (b.T  @  größe)" in each.apply(source).decode() for each in every)


def test_every_kind_that_a_change_has_has_its_words():
    source = b"def f(O, G, W, Z, f_prime, Ws, l, lam=[]):\n    a = 0 * G\n    for w in Ws:\n        if l > 0:\n            a += w * f_prime(Z) @ W.T / len(O) - np.mean(G, axis=0) ** 2\n    O[0] = np.where(Z > 0, G, -Z)\n    return a if l else np.exp(a[0, 1])\n"
    kinds = {each.kind for each in changes(Scope(source, KNOWN))}
    assert len(kinds) > 40 and all(cost(kind) >= 0.9 and of(kind).says for kind in kinds)
    assert sum(map(len, TABLE.values())) > 25 and all(kind.hint[-1] in ".?" for kind in KINDS.values())
