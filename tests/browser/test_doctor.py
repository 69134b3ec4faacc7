"""A run that does not learn: the doctor says why, and one click helps."""

import re

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import Open

pytestmark = pytest.mark.browser

DEEP_SIGMOIDS = "#layers=6,6,6,6,6&layers.activation=sigmoid"


@pytest.mark.parametrize("size", ["wide", "phone"])
def test_a_finding_its_fix_and_that_it_helped(open_page: Open, size: str) -> None:
    """The sigmoids do learn in the end, after 11,000 epochs: at 120 epochs/s there is time to see that they do not."""
    page = open_page(DEEP_SIGMOIDS, size=size)
    if size == "phone":
        page.locator("#tabs").get_by_text("Charts", exact=True).click()
    page.get_by_role("tab", name="Doctor").click()
    page.get_by_label("Speed").select_option("120")
    page.get_by_role("button", name="Play", exact=True).click()
    finding = page.locator("[data-finding=vanishing_gradients]")
    expect(finding).to_contain_text("barely learn")
    expect(page.get_by_role("tab", name="Doctor")).to_contain_text("1")
    finding.get_by_role("button").first.click()
    expect(finding).to_be_hidden()
    expect(page.locator(".treatment")).to_contain_text("It helped.")
    expect(page.locator(".treatment")).to_contain_text("test accuracy")
    if size == "wide":
        expect(page.locator("[data-panel=network]")).to_contain_text("ReLU")
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(finding).to_be_visible()


def test_a_fix_that_ruins_the_score_is_not_called_a_success_and_is_undone(open_page: Open) -> None:
    """The fix that is offered is made far too strong on its way to the page."""
    page = open_page("#dataset=circle&dataset.label_noise=0.2&dataset.samples=150&layers=24,24")

    def spoil(route: Route) -> None:
        text = route.fetch().text()
        route.fulfill(body=re.sub(r'"rate":\s*0\.0\d*', '"rate":0.05', text), content_type="application/json")

    page.route("**/diagnosis", spoil)
    page.get_by_role("tab", name="Doctor").click()
    page.get_by_label("Speed").select_option("null")
    page.get_by_role("button", name="Play", exact=True).click()
    page.locator("[data-finding=overfitting]").get_by_role("button").filter(has_text="L2").click()
    page.unroute_all(behavior="wait")
    told = page.locator(".treatment.worse")
    expect(told).to_contain_text("It made things worse.")
    expect(told).to_contain_text(re.compile(r"test accuracy \d\d\.\d.% before, \d\d\.\d.% now"))
    told.get_by_role("button", name="Undo this fix").click()
    expect(page.locator(".treatment")).to_have_count(0)
    expect(page).not_to_have_url(re.compile("regularizer"))


def test_a_run_with_nothing_wrong(open_page: Open) -> None:
    page = open_page()
    page.get_by_role("tab", name="Doctor").click()
    expect(page.locator("[data-panel=doctor]")).to_contain_text("No problems found")
    assert page.locator("[data-finding]").count() == 0


def test_what_the_schema_knows_can_be_set(open_page: Open) -> None:
    page = open_page()
    page.locator('[data-opens="layers.0"]').first.click()
    editor = page.get_by_role("dialog", name="Layer 1")
    editor.get_by_role("checkbox", name="Batch normalization").check()
    editor.get_by_label("Position").select_option("after")
    expect(page).to_have_url(re.compile(r"layers\.0\.batch_normalization\.position=after"))
    editor.get_by_role("textbox", name="Dropout").fill("0.25")
    editor.get_by_role("textbox", name="Dropout").press("Enter")
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(r"layers\.0\.dropout=0\.25"))
    page.locator('[data-opens="training"]').first.click()
    training = page.get_by_role("dialog", name="Training")
    training.get_by_role("checkbox", name="Early stopping").check()
    expect(page).to_have_url(re.compile(r"early_stopping"))
    expect(page).to_have_url(re.compile(r"validation_fraction=0\.2"))
    training.get_by_role("checkbox", name="Clipping").check()
    training.get_by_role("textbox", name="Threshold").fill("0.5")
    training.get_by_role("textbox", name="Threshold").press("Enter")
    expect(page).to_have_url(re.compile(r"clipping\.threshold=0\.5"))
