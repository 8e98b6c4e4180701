"""The browser tests would notice: an error in the console, a request that leaves, a violation of WCAG, a failed cell."""

import pytest
from chromium import axe

pytestmark = pytest.mark.slow

WIDGET = """import anywidget, traitlets
class Counter(anywidget.AnyWidget):
    _esm = '''export default { async render({model, el}) {
        await new Promise(resolve => setTimeout(resolve, 1000));
        const button = document.createElement("button");
        const draw = () => { button.textContent = "count " + model.get("n"); };
        button.onclick = () => { model.set("n", model.get("n") + 1); model.save_changes(); };
        model.on("change:n", draw); draw(); el.append(button);
    } }'''
    n = traitlets.Int(3).tag(sync=True)
counter = Counter()
counter"""
HTML = "from IPython.display import HTML, Javascript\n"


def test_a_page_is_returned_only_when_its_widgets_are_drawn(jupyter):
    page = jupyter.open(WIDGET)
    assert page.get_by_role("button", name="count 3", exact=True).count() == 1
    assert (page.console_errors, page.outside) == ([], [])


def test_a_widget_answers_and_its_kernel_hears_it_until_a_restart_and_again_after_a_run(jupyter):
    page = jupyter.open(WIDGET, "print(f'the kernel has {counter.n}')")
    page.get_by_role("button", name="count 3", exact=True).click()
    page.get_by_role("button", name="count 4", exact=True).wait_for()
    jupyter.restart(page)
    jupyter.run_all(page)
    assert page.get_by_text("the kernel has 3").count() == 1
    assert page.get_by_role("button", name="count 3", exact=True).count() == 1
    jupyter.clear_outputs(page)
    assert page.get_by_role("button", name="count").count() == 0


def test_the_kernel_writes_nothing_into_the_users_home(jupyter):
    page = jupyter.open("from pathlib import Path; print('home', Path.home()); print('here', Path.cwd())")
    assert page.get_by_text(f"home {jupyter.root.parent}", exact=False).count() == 1
    assert page.get_by_text(f"here {jupyter.root}", exact=False).count() == 1


def test_an_error_in_the_console_is_seen(jupyter):
    page = jupyter.open(HTML + 'Javascript(\'console.error("oh no"); setTimeout(() => { throw Error("late") })\')')
    page.wait_for_timeout(100)
    assert page.console_errors == ["oh no", "late"]


def test_a_request_that_leaves_the_machine_is_seen_and_blocked(jupyter):
    page = jupyter.open(HTML + 'HTML(\'<img src="http://example.org/a.png"><img src="http://198.51.100.1/b.png">\')')
    page.wait_for_function("() => [...document.images].filter(i => i.complete && !i.naturalWidth).length === 2")
    assert set(page.outside) == {"http://198.51.100.1/b.png", "http://example.org/a.png"}  # a browser may ask twice


@pytest.mark.parametrize(("theme", "colour"), [("dark", "#333"), ("light", "#ddd")])
def test_axe_finds_what_is_wrong_in_either_theme(jupyter, theme, colour):
    page = jupyter.open(
        HTML + f"HTML('<button></button><p style=\"color: {colour}\">hardly to be read</p>')", theme=theme
    )
    found = axe(page, ".jp-OutputArea-output")
    assert sorted(line.split()[0] for line in found) == ["button-name", "color-contrast"]
    page = jupyter.open(HTML + "HTML('<button>Play</button><p>easy to read</p>')", theme=theme)
    assert axe(page, ".jp-OutputArea-output") == []


def test_axe_says_so_where_there_is_nothing_to_check(jupyter):
    page = jupyter.open("1 + 1")
    with pytest.raises(AssertionError, match="no element matches"):
        axe(page, "[role=grid]")


def test_a_cell_that_fails_is_told_unless_it_may(jupyter):
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        jupyter.open("1 / 0")
    assert jupyter.open("1 / 0", may_fail=True).get_by_text("ZeroDivisionError").count() > 0
