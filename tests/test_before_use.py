"""Nothing is used before it is explained: each symbol and each term is looked for in all that stands before its definition."""

import re
from functools import cache
from typing import NamedTuple

import pytest
from test_notebooks import NAMES, START, read

from course_lib.exercises.engine.by_hand import Sheet
from course_lib.exercises.engine.course import found
from course_lib.exercises.engine.definition import Definition
from course_lib.exercises.engine.prediction import Question
from course_lib.exercises.engine.puzzle import puzzle

# Where each symbol is defined: {symbol: {number of a notebook: words of its definition}}. A letter that means something
# else in a later notebook is defined there again. Small letters that count, or that last for a section, are not listed.
SYMBOLS = {
    "O": {"00": "computes $Z = O W$ for a whole batch, one sample a row", "03": "| $O$ | the inputs"},
    "W": {"00": "the weights $W$", "03": "| $W$ | the weights"},
    "Z": {"00": "computes $Z = O W$", "03": "| $Z$ | the sums, called pre-activations"},
    "G": {
        "00": "$G_{ij}$ is the slope of the loss",
        "02": "For $\\partial z/\\partial Y$ the course writes $G$",
        "04": "$G$ answers the question for the layer's **output** first",
    },
    "^T": {"00": "$O^T$ is $O$ turned"},
    "\\partial": {"01": "The round $\\partial$ says that the other variables stand still"},
    "\\mathbb{R}": {"01": "$x \\in \\mathbb{R}^n$ says that"},
    "A": {"01": "with a matrix $A$ of fixed numbers"},
    "D": {"01": "A product $D M$ with a diagonal matrix"},
    "M": {"01": "A product $D M$ with a diagonal matrix"},
    "B": {"01": "let $x = (B z)^2$", "09": "$Y = O + B$ with $B = f(O W + b)$"},
    "\\nabla": {"01": "As a **gradient**, $\\nabla_x q$"},
    "C": {"01": "Let $C = A B$"},
    "I": {"01": "$I$ is the unit matrix"},
    "X": {"02": "Let $X$ be an array of any rank"},
    "Y": {"02": "$Y = g(X)$ another one"},
    "b": {"02": "the biases $b$", "03": "| $b$ | the biases, a row"},
    "\\odot": {"02": "$\\odot$ is the product **entry by entry**"},
    "T": {"02": "with fixed numbers $T$", "04": "a target $T$ of the same shape"},
    "\\mathbf{1}": {"02": "with a column of ones $\\mathbf 1$"},
    "S": {"02": "with $S = e^{x_1}", "05": "by the entries of a matrix $S$"},
    "\\delta": {"02": "where $\\delta_{ij}$ is 1 if"},
    "L": {"02": "a loss $L$", "04": "made one number of it, $L$"},
    "\\mu": {"03": "the *mean image* $\\mu_j$", "09": "\\mu_i = \\frac1n"},
    "\\lVert": {"03": "$\\lVert v\\rVert^2$"},
    "J": {"04": "the **objective** that training lowers is $J"},
    "\\lambda": {"04": "$J = L + \\lambda"},
    "\\Omega": {"04": "a **regularizer** $\\Omega$"},
    "\\sigma": {"04": "with $y = \\sigma(z)$", "10": "the row's standard deviation $\\sigma_i$"},
    "V": {"08": "the velocity $V$"},
    "E": {"09": "The **expectation** $E[x]$"},
    "\\chi": {"09": "$$\\chi = n_{out}"},
    "[=]": {"09": "is 1 where it holds"},
    "\\gamma": {"09": "a learned scale $\\gamma$"},
    "\\beta": {"09": "shift $\\beta$"},
    "\\epsilon": {"09": "with a small $\\epsilon$"},
    "N": {"09": "N_{ij} = "},
    "H": {"09": "$H = G \\odot \\gamma$"},
    "\\overline": {"09": "with means over each row"},
    "\\varepsilon": {"10": "with a small $\\varepsilon$"},
    "\\hat": {"10": "\\hat X_{ij} = "},
    "Q": {"10": "$Q = X W_Q$"},
    "K": {"10": "$K = X W_K$"},
    "\\eta": {"12": "the learning rate $\\eta$"},
    "\\ell": {"13": "documents its `L2` as $\\ell"},
    "U": {"10": "**windows as rows** of a matrix $U$", "13": "then $v = z\\,U$"},
    "P": {"10": "With $P = e^X$", "15": "a gradient of $P$ numbers"},
}
DEFINED = SYMBOLS | {
    "bias": {"02": "the biases $b$"},
    "learning.rate": {"08": "`learning_rate` times as far"},
    "quadrature": {"09": "by quadrature, a weighted sum"},
}
# All other terms are bold where they are used first, or the tag of a formula; these are patterns.
TERMS = re.split(
    r";\s+",
    r"""loss; gradient; partial derivative; central difference; activation; rank; structural non-zero; einsum; softmax;
    broadcast(?!_to); norm\b; score; one-hot; cross-entropy; objective; regulariz; (?<!\w)\(A\); (?<!\w)\(B\); (?<!\w)\(C\);
    expectation; variance; independent; root mean square; weight.gain; mean.field; vector-Jacobian product; layout""",
)
LAYOUT = re.findall(
    r"\w+",
    """approx begin Big big boxed cdot cdots colon displaystyle dfrac dots end frac in le left leftarrow ln log
    Longrightarrow max ne qquad quad right rVert sqrt sum tfrac times underbrace vdots""",
)
LETTERS = {"∂": "\\partial", "∇": "\\nabla", "⊙": "\\odot", "ᵀ": "^T", "λ": "\\lambda", "χ": "\\chi", "Ω": "\\Omega"}
WORDS = re.compile(r"\\(?:text|mathrm|operatorname|begin|end)\{[^}]*\}")
SYMBOL = re.compile(r"\\mathbb\{R\}|\\mathbf\{1\}|\^T|\[=\]|\\[A-Za-z]+|[A-Za-z]")


class Piece(NamedTuple):
    notebook: str  # 05
    text: str  # a paragraph, or what an exercise or a question says


def symbols_in(text):
    """The symbols of its formulas; a transpose is ^T and no letter. Outside of formulas, those that are no Latin letter."""
    found = "  ".join(a or b for a, b in re.findall(r"\$\$(.*?)\$\$|\$([^$]+)\$", text, flags=re.DOTALL))
    found = re.sub(r"\\mathbf ?\{?1\}?", r"\\mathbf{1}", WORDS.sub(" ", found))
    found = re.sub(r"\^\{(\([^)]*\))?T\}|\^T|(?<=\))T\}", " ^T ", re.sub(r"\[\\,(?=\w = )", " [=] ", found))
    return {*SYMBOL.findall(found), *(symbol for letter, symbol in LETTERS.items() if letter in text)}


def said(cell):
    """What a cell says: a text, paragraph by paragraph, without headings; code, with all that its questions answer."""
    if cell.cell_type == "markdown":
        text = re.sub(r"^```.*?^```|^#.*?$", "", cell.source, flags=re.MULTILINE | re.DOTALL)
        return re.split(r"\n\s*\n(?!\s*[a-z])", text)  # what begins with a small letter goes on with the sentence
    names = re.findall(r'\b(exercise|by_hand|prediction|puzzle)\("(.+?)"\)', cell.source)
    code = re.sub(r"^(from|import) .*|#.*", "", cell.source, flags=re.MULTILINE)
    return ["\n".join([code, *(words for kind, name in names for words in WHAT[kind](name))])]


def _question(name):
    question = found(Question)[name]
    return [question.ask, *(words for choice in question.choices for words in (choice.text, choice.answer))]


WHAT = {
    "exercise": lambda name: found(Definition)[name].hints,
    "by_hand": lambda name: [found(Sheet)[name].ask],
    "puzzle": lambda name: [puzzle(name).definition.formula],
    "prediction": _question,
}


@cache
def course():
    """Every piece of the course, in order; the heads of the notebooks and the map only name what is to come."""
    pieces = []
    for name in NAMES:
        cells = [cell for cell in read(name).cells[1:] if name != START or "## 4. The map" not in cell.source]
        pieces += [Piece(name[:2], text) for cell in cells for text in said(cell)]
    return pieces


def used_before(is_use, definitions):
    """(notebook, text) of each use before the definition: in all notebooks up to the first, then in each one that has one."""
    early = []
    for nth, (number, words) in enumerate(definitions.items()):
        places = [place for place, piece in enumerate(course()) if piece.notebook == number and words in piece.text]
        assert places, f"{number} does not say {words!r}"
        before = course()[: places[0]]
        early += [tuple(piece) for piece in before if is_use(piece.text) and (nth == 0 or piece.notebook == number)]
    return early


@pytest.mark.parametrize("word", DEFINED)
def test_a_symbol_is_used_after_its_definition(word):
    is_use = (lambda text: word in symbols_in(text)) if word in SYMBOLS else re.compile(word).search
    assert used_before(is_use, DEFINED[word]) == []


@pytest.mark.parametrize("term", TERMS)
def test_a_term_is_bold_where_it_is_used_first(term):
    (first, *_) = [text for _, text in course() if re.search(term, text, re.IGNORECASE)]
    bold = "  ".join(a or b for a, b in re.findall(r"\*\*(.+?)\*\*|\\text\{([^}]*)\}", first, re.DOTALL))
    assert re.search(term, bold, re.IGNORECASE), first


def test_every_capital_and_every_greek_letter_of_a_formula_has_its_definition():
    known = {*SYMBOLS, *(f"\\{command}" for command in LAYOUT)}
    unknown = {symbol: piece for piece in course() for symbol in symbols_in(piece.text) - known}
    assert {symbol: piece for symbol, piece in unknown.items() if not symbol.islower() or symbol.startswith("\\")} == {}
