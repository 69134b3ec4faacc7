"""Whatever is typed into a number field: the page stays quick, draws nothing out of bounds, and says what they are."""

import time

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import REFUSED, Open
from tests.browser.visitor import button, open_settings, press, session, wait_for_link, words

pytestmark = pytest.mark.browser

NO_COUNT = ["10000000", "1e9", "1e400", "-3", "0", "4.5", "513", "many", "", "0x10", "Infinity", "9" * 400]
PATIENCE_S = 3.0  # the browser blocked for 23 to 32 seconds


def type_into(page: Page, field: str | Locator, text: str) -> float:
    """Types into a number field and says how long the page was busy with it."""
    if isinstance(field, str):
        field = page.get_by_role("textbox", name=field, exact=True)
    field.fill(text)
    before = time.monotonic()
    field.press("Enter")
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return time.monotonic() - before


@pytest.mark.parametrize("text", NO_COUNT)
def test_a_wrong_number_of_units_changes_nothing_and_is_explained(open_page: Open, text: str) -> None:
    page = open_page()
    before = session(page)
    assert type_into(page, "Layer 1: units", text) < PATIENCE_S
    expect(words(page)).to_have_attribute("data-tone", "alarm")
    expect(words(page)).to_contain_text("Layer 1: units must be a whole number from 1 to 512")
    expect(words(page)).to_contain_text("It stays at 4.")
    assert page.get_by_role("textbox", name="Layer 1: units", exact=True).input_value() == "4"
    assert page.locator(".unit").count() == 7
    assert session(page)["experiment"] == before["experiment"] and button(page, "Undo").is_disabled()


@pytest.mark.parametrize(("text", "units"), [("1e1", 10), ("+6", 6), ("12.0", 12), (" 9 ", 9)])
def test_a_number_of_units_written_in_another_way_is_taken(open_page: Open, text: str, units: int) -> None:
    page = open_page()
    type_into(page, "Layer 1: units", text)
    wait_for_link(page, f"layers={units},2")
    assert session(page)["experiment"]["layers"][0]["units"] == units


def test_every_other_number_field_keeps_its_bounds(open_page: Open) -> None:
    page = open_page("#layers.regularizer=l2&layers.dropout=0.2&optimizer=adam")
    before = session(page)["experiment"]

    def try_all() -> list[str]:
        tried = []
        for field in page.locator("input.number").all():
            if not field.is_visible():
                continue
            name = str(field.get_attribute("aria-label"))
            shown = field.input_value()
            for text in ("1e300", "-1e300", "", "1e999"):
                assert type_into(page, field, text) < PATIENCE_S, (name, text)
                if name != "value":
                    expect(words(page)).to_have_attribute("data-tone", "alarm")
                assert field.input_value() == shown, (name, text)
            tried.append(name)
        return tried

    assert len(try_all()) >= 8
    for part in ("layers.0", "optimizer", "training"):
        open_settings(page, part)
        assert try_all()
        page.keyboard.press("Escape")
    assert session(page)["experiment"] == before


@pytest.mark.parametrize(
    "fragment",
    [
        "#layers=10000000",
        "#layers=1e9,4",
        "#layers=-4",
        "#layers=4,999999999999",
        f"#layers={','.join(['4'] * 2000)}",
        "#layers=0.5",
    ],
)
def test_a_link_with_impossible_layers_opens_at_once_and_says_so(open_page: Open, fragment: str) -> None:
    before = time.monotonic()
    page = open_page(fragment, tolerated=(REFUSED,))
    assert time.monotonic() - before < 10
    expect(words(page)).to_contain_text("link")
    assert page.locator(".unit").count() == 7, "the default network"


def test_the_widest_and_deepest_network_is_drawn_and_undone_without_a_pause(open_page: Open) -> None:
    page = open_page(tolerated=(REFUSED,))
    assert type_into(page, "Layer 1: units", "512") < PATIENCE_S
    wait_for_link(page, "layers=512,2")
    for _ in range(8):
        press(page, "Add a layer")
    expect(button(page, "Add a layer")).to_be_disabled()
    for name in ("Undo", "Undo", "Redo"):
        before = time.monotonic()
        press(page, name)
        page.evaluate("new Promise((done) => requestAnimationFrame(done))")
        assert time.monotonic() - before < PATIENCE_S
