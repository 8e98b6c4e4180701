"""The tests on the plain page would notice: an error in the console or in Python, a request that leaves, a violation of WCAG."""

import pytest
from chromium import axe

WIDGET = """import anywidget, traitlets
class Own(anywidget.AnyWidget):
    _esm = '''export default {{ render({{model, el}}) {{
        const button = document.createElement("button");
        button.textContent = "count";
        button.onclick = () => {{ model.set("n", model.get("n") + 1); model.save_changes(); }};
        el.append(button);
        {script}
    }} }}'''
    n = traitlets.Int(3).tag(sync=True)
    @traitlets.validate("n")
    def _few(self, proposal):
        if proposal["value"] > 5:
            raise ValueError("too many")
        return proposal["value"]
own = Own()
own"""


def test_errors_and_requests_of_the_page_and_errors_of_python_are_seen_and_warnings_are_errors(lab, browser):
    wrong = 'console.error("oh no"); setTimeout(() => { throw Error("late") });'
    page = lab.open(WIDGET.format(script=wrong + 'new Image().src = "http://example.org/a.png";'))
    page.wait_for_function("() => new Promise(done => setTimeout(() => done(true)))")
    button = page.get_by_role("button")
    for _ in range(3):
        button.click()
    while "too many" not in str(page.console_errors):
        page.wait_for_event("pageerror")
    seen = browser.close_pages()
    assert {"oh no", "late"} <= {*seen} and any("//example.org/" in text for text in seen)
    with pytest.raises(ZeroDivisionError):
        lab.open("1 / 0")
    with pytest.raises(RuntimeWarning):
        lab.open("import numpy as np\nnp.log(np.zeros(1))")


def test_axe_finds_what_is_wrong_in_either_theme_and_says_so_where_there_is_nothing_to_check(lab):
    bad = 'el.insertAdjacentHTML("beforeend", `<button></button><p style="color: {}">hardly to be read</p>`);'
    for theme, colour in (("dark", "#333"), ("light", "#ddd")):
        page = lab.open(WIDGET.format(script=bad.format(colour)), theme=theme)
        found = axe(page, ".jp-OutputArea-output")
        assert {"button-name", "color-contrast"} <= {line.split()[0] for line in found}
    with pytest.raises(AssertionError, match="no element matches"):
        axe(page, "[role=grid]")
