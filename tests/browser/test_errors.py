"""The errors of a run, as the server counts them."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("size", ["wide", "phone"])
def test_which_classes_are_confused(open_page: Open, size: str) -> None:
    page = open_page("#dataset=iris", size=size)
    if size == "phone":
        page.locator("#tabs").get_by_text("Charts", exact=True).click()
    page.get_by_role("tab", name="Errors").click()
    panel = page.locator("[data-panel=errors]")
    expect(panel.locator(".evaluation")).to_have_count(2)
    counts = panel.locator(".evaluation").first.locator(".confusion td:not(:first-child), .confusion tbody td")
    assert sum(int(text) for text in counts.all_inner_texts() if text) == 75, "every training sample once"
    expect(panel.locator("th[scope=row]", has_text="setosa").first).to_be_visible()
    page.get_by_role("button", name="Step", exact=True).click()
    expect(panel.locator(".small-plot path.line")).to_have_count(6)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_how_far_answers_are_from_their_targets(open_page: Open) -> None:
    page = open_page("#dataset=houses")
    page.get_by_role("tab", name="Errors").click()
    panel = page.locator("[data-panel=errors]")
    expect(panel).to_contain_text("Root mean squared error")
    before = panel.locator("td").first.inner_text()
    page.get_by_role("button", name="Step", exact=True).click()
    expect(panel.locator("td").first).not_to_have_text(before)
