"""GraphStepper in the browser: the gradients appear edge by edge, in the step of the rule that gives them."""

from playwright.sync_api import expect

CELLS = (
    "from course_lib.autodiff import Node\nfrom course_lib.views import GraphStepper",
    "W = Node([[2.0], [1.0]])\nZ = Node([[1.0, 2.0], [3.0, -1.0]]) @ W - 1.0",
    "GraphStepper((Z * Z).sum(), {'W': W})",
)


def test_each_step_shows_its_edges_gradients_and_outlines_its_node(lab):
    page = lab.open(*CELLS)
    seen, now = page.locator(".bss-gradient:not(.bss-asleep)"), page.locator(".bss-node.bss-now")
    picture = page.locator(".bss-graph")
    for step, known in enumerate([0, 1, 2, 4, 5, 7]):
        expect(page.get_by_role("status")).to_contain_text(f"Step {step} of 5")
        expect(seen).to_have_count(known)
        expect(now).to_have_count(int(step > 1))
        expect(picture).to_have_attribute("aria-label", f"6 nodes; {known} of 7 edges have their gradient")
        page.get_by_role("button", name="Step ▶").press("Enter")
    page.get_by_role("button", name="Reset").press("Enter")
    expect(seen).to_have_count(0)
    assert page.locator(".bss-value").all_text_contents()[0] == "25"
