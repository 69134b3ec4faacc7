"""The address carries the whole experiment; a hostile one does no harm."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import REFUSED, Open
from tests.browser.visitor import open_settings, press, session, wait_for_link, wait_until, words

pytestmark = pytest.mark.browser


def test_the_address_restores_the_experiment(open_page: Open) -> None:
    page = open_page()
    press(page, "Spiral")
    press(page, "Layer 1: more units")
    page.get_by_label("Add a layer").click()
    press(page, "Learning rate: larger")
    settings = open_settings(page, "layers.0")
    settings.get_by_label("Activation", exact=True).select_option("elu")
    settings.get_by_label("Regularizer", exact=True).select_option("l2")
    page.keyboard.press("Escape")
    wait_for_link(page, "dataset=spiral", "layers=5,2,2", "layers.0.activation=elu", "layers.0.regularizer=l2")
    other = open_page(page.evaluate("location.hash"))
    one, two = session(page), session(other)
    assert one["experiment"] == two["experiment"]
    assert one["metrics"] == two["metrics"], "the same starting weights"
    assert one["id"] != two["id"]


@pytest.mark.parametrize(
    "fragment",
    ["#<script>alert(1)</script>", "#layers=9999999", "#dataset=nope&seed=-1", "#" + "a=b&" * 999, "#layers=1e999,%00"],
)
def test_a_hostile_address_opens_a_working_page_that_says_what_it_left_out(open_page: Open, fragment: str) -> None:
    page = open_page(fragment, tolerated=(REFUSED,))
    expect(words(page)).to_contain_text("The link")
    press(page, "Play")
    wait_until(page, "epoch", "x > 3")
