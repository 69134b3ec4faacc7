"""A visitor trains a network, changes it, shares it and breaks it: the real page in a real browser."""

from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PATIENCE_MS, Open

pytestmark = pytest.mark.browser
expect.set_options(timeout=PATIENCE_MS)


def number(page: Page, name: str) -> float:
    text = page.locator(f"[data-value={name}]").text_content() or ""
    return float(text.replace(",", "").replace("\u2212", "-").replace("%", "").strip())


def wait_until(page: Page, name: str, condition: str) -> None:
    """Waits until a live number `x` fulfils a condition in JavaScript."""
    page.wait_for_function(
        f"""() => {{
            const text = document.querySelector("[data-value={name}]").textContent;
            const x = Number(text.replaceAll(",", "").replace("\u2212", "-").replace(/[^0-9.e-]/g, ""));
            return {condition};
        }}"""
    )


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def picture(page: Page) -> str:
    found: str = page.evaluate("document.querySelector('canvas.map').toDataURL()")
    return found


def experiment(page: Page, address: str) -> dict[str, Any]:
    """What the server is training for this page."""
    page.evaluate("dispatchEvent(new Event('pagehide'))")
    kept = page.evaluate("JSON.parse(sessionStorage.getItem('gradlab.session'))")
    found: dict[str, Any] = httpx.get(f"{address}api/sessions/{kept['id']}").json()["experiment"]
    return found


def test_play_lets_the_loss_fall_and_the_boundary_change(open_page: Open) -> None:
    page = open_page()
    page.wait_for_selector(".map[data-step='0']")
    before, loss = picture(page), number(page, "train-loss")
    press(page, "Play")
    wait_until(page, "train-loss", f"x < {loss / 3}")
    press(page, "Pause")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    assert picture(page) != before
    epoch = number(page, "epoch")
    assert epoch > 10
    press(page, "Step")
    wait_until(page, "epoch", f"x >= {epoch + 1}")
    press(page, "Reset")
    wait_until(page, "epoch", "x === 0")
    wait_until(page, "train-loss", f"Math.abs(x - {loss}) < 1e-3")


def test_the_address_restores_the_experiment(open_page: Open, address: str) -> None:
    page = open_page()
    page.get_by_role("button", name="Spiral").click()
    page.get_by_label("Layer 1: more units").click()
    page.get_by_label("Add a layer").click()
    page.get_by_label("Learning rate: larger").click()
    page.wait_for_function("() => location.hash.includes('dataset=spiral') && location.hash.includes('learning_rate')")
    page.wait_for_function("() => location.hash.includes('layers=5,2,2')")
    other = open_page(page.evaluate("location.hash"))
    one, two = experiment(page, address), experiment(other, address)
    assert one == two
    assert one["dataset"]["name"] == "spiral" and [layer["units"] for layer in one["layers"]] == [5, 2, 2]


def test_what_can_change_while_it_runs_does(open_page: Open) -> None:
    page = open_page()
    press(page, "Play")
    wait_until(page, "epoch", "x > 5")
    page.get_by_label("Learning rate: larger").click()
    page.wait_for_function("() => location.hash.includes('learning_rate')")
    assert number(page, "epoch") > 5, "no reset"
    wait_until(page, "epoch", "x > 20")
    page.get_by_label("Layer 1: more units").click()
    page.wait_for_function("() => location.hash.includes('layers=5,2')")
    expect(page.get_by_text("Started again")).to_be_visible()
    expect(page.get_by_role("button", name="Pause", exact=True)).to_be_visible()


def test_undo_and_redo(open_page: Open) -> None:
    page = open_page()
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()
    page.get_by_label("Layer 2: more units").click()
    page.wait_for_function("() => location.hash.includes('layers=4,3')")
    press(page, "Undo")
    page.wait_for_function("() => location.hash === ''")
    page.keyboard.press("Control+Shift+Z")
    page.wait_for_function("() => location.hash.includes('layers=4,3')")


def test_the_keyboard_alone_is_enough(open_page: Open) -> None:
    page = open_page()
    page.keyboard.press("Space")
    wait_until(page, "epoch", "x > 3")
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    page.keyboard.press("r")
    wait_until(page, "epoch", "x === 0")
    page.keyboard.press("ArrowRight")
    wait_until(page, "epoch", "x === 1")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_a_run_that_blows_up_says_so_and_offers_a_way_out(open_page: Open) -> None:
    page = open_page("#dataset=regression_plane&layers=4&layers.activation=linear&optimizer.learning_rate=1000000")
    press(page, "Play")
    expect(page.get_by_text("stopped being finite")).to_be_visible()
    page.get_by_role("button", name="Reset with learning rate").click()
    wait_until(page, "epoch", "x < 1000")
    expect(page.get_by_text("stopped being finite")).to_be_hidden()
    expect(page.locator("[data-value=train-loss]")).not_to_have_text("\u2013")


@pytest.mark.parametrize(
    "fragment", ["#<script>alert(1)</script>", "#layers=9999999", "#dataset=nope&seed=-1", "#" + "a=b&" * 999]
)
def test_a_hostile_address_opens_a_working_page(open_page: Open, fragment: str) -> None:
    page = open_page(fragment, refused=True)
    press(page, "Play")
    wait_until(page, "epoch", "x > 3")


def test_two_tabs_train_apart(open_page: Open) -> None:
    one, other = open_page(), open_page("#dataset=xor")
    press(one, "Play")
    wait_until(one, "epoch", "x > 5")
    assert number(other, "epoch") == 0
