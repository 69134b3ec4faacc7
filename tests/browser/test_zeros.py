"""Weights that are exactly 0: counted at their layer, and drawn so that they are seen to be dead."""

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.visitor import button, press, session_id

pytestmark = pytest.mark.browser

GRAYS = """() => {
  const canvas = document.querySelector("canvas.links");
  const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d", { willReadFrequently: true });
  copy.drawImage(canvas, 0, 0);
  const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
  let [gray, colored] = [0, 0];
  for (let at = 0; at < data.length; at += 4) {
    if (data[at + 3] < 60) continue;
    if (Math.max(data[at], data[at + 1], data[at + 2]) - Math.min(data[at], data[at + 1], data[at + 2]) < 24) gray += 1;
    else colored += 1;
  }
  return [gray, colored];
}"""


def set_weights(page: Page, address: str, places: list[tuple[int, int, int]]) -> None:
    changes = [{"layer": layer, "input": input, "unit": unit, "value": 0} for layer, input, unit in places]
    answer = httpx.patch(f"{address}api/sessions/{session_id(page)}/parameters", json={"changes": changes})
    answer.raise_for_status()


def test_exact_zeros_are_counted_per_layer_and_drawn_dashed(open_page: Open, address: str) -> None:
    page = open_page("#layers=4,2")
    page.wait_for_selector("canvas.links[data-step='0']")
    expect(page.locator(".zeros")).to_have_count(0)
    gray, colored = page.evaluate(GRAYS)
    set_weights(page, address, [(0, 0, 0), (0, 0, 1), (0, 1, 3), (1, 2, 0)])
    expect(page.locator(".zeros[data-zeros='3'][data-weights='8']")).to_have_text("3 of 8 weights are 0")
    expect(page.locator(".zeros[data-zeros='1'][data-weights='8']")).to_be_visible()
    expect(page.locator(".zeros")).to_have_count(2)
    more_gray, less_colored = page.evaluate(GRAYS)
    assert more_gray > gray and less_colored < colored
    assert "exactly 0" in str(page.locator(".zeros").first.get_attribute("aria-description"))
    press(page, "Step")
    expect(page.locator(".zeros")).to_have_count(0)


def test_where_l1_is_at_work_the_count_is_always_told(open_page: Open) -> None:
    page = open_page("#layers=8,6&layers.regularizer=l1")
    expect(page.locator(".zeros")).to_have_count(2)
    expect(page.locator(".zeros").first).to_have_text("0 of 16 weights are 0")


def test_zeros_in_a_table_of_weights_are_told_too(open_page: Open, address: str) -> None:
    page = open_page("#layers=64,64")
    page.wait_for_selector("canvas.links[data-step='0']")
    set_weights(page, address, [(1, input, unit) for input in range(10) for unit in range(50)])
    expect(page.locator(".zeros[data-zeros='500'][data-weights='4096']")).to_be_visible()


def test_the_help_explains_dashed_lines(open_page: Open) -> None:
    page = open_page()
    button(page, "Help").click()
    expect(page.get_by_role("dialog")).to_contain_text("dashed gray is exactly 0")
