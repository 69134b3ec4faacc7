"""All of it works without a mouse."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.visitor import button, press, session, wait_for_link, wait_until

pytestmark = pytest.mark.browser

UNSEEN_FOCUS = """() => {
  const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(document.activeElement);
  return (outlineStyle === "none" || parseFloat(outlineWidth) === 0) && boxShadow === "none"
    ? document.activeElement.outerHTML.slice(0, 120) : null;
}"""


def test_keys_train_step_reset_and_help(open_page: Open) -> None:
    page = open_page()
    page.keyboard.press("Space")
    wait_until(page, "epoch", "x > 3")
    page.keyboard.press("Space")
    expect(button(page, "Play")).to_be_visible()
    page.keyboard.press("r")
    wait_until(page, "epoch", "x === 0")
    page.keyboard.press("ArrowRight")
    wait_until(page, "epoch", "x === 1")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_undo_and_redo_by_button_and_key(open_page: Open) -> None:
    page = open_page()
    expect(button(page, "Undo")).to_be_disabled()
    press(page, "Layer 2: more units")
    wait_for_link(page, "layers=4,3")
    press(page, "Undo")
    page.wait_for_function("() => location.hash === ''")
    page.keyboard.press("Control+Shift+Z")
    wait_for_link(page, "layers=4,3")
    page.keyboard.press("Control+Z")
    page.wait_for_function("() => location.hash === ''")
    expect(button(page, "Undo")).to_be_disabled()


def test_tab_reaches_every_control_and_shows_where_it_is(open_page: Open) -> None:
    page = open_page()
    reached = set()
    for _ in range(120):
        page.keyboard.press("Tab")
        name = page.evaluate("() => document.activeElement.ariaLabel ?? document.activeElement.textContent.trim()")
        reached.add(name)
        if page.evaluate("() => document.activeElement !== document.body"):
            assert page.evaluate(UNSEEN_FOCUS) is None
    for name in ("Play", "Step", "Reset", "Share", "Help", "Add a layer", "Layer 1: more units", "Spiral"):
        assert name in reached


def test_arrow_keys_go_back_in_time_and_on_again(open_page: Open) -> None:
    page = open_page()
    for epoch in (1, 2, 3):
        page.keyboard.press("ArrowRight")
        wait_until(page, "epoch", f"x === {epoch}")
    page.keyboard.press("ArrowLeft")
    page.wait_for_selector("canvas.map[data-epoch='2']")
    page.keyboard.press("ArrowLeft")
    page.wait_for_selector("canvas.map[data-epoch='1']")
    assert session(page)["epoch"] == 3
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("canvas.map[data-epoch='2']")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("canvas.map[data-epoch='3']")
    page.keyboard.press("ArrowRight")
    wait_until(page, "epoch", "x === 4")
