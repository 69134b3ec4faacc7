"""The system chooses the colors: pictures keep theirs, and what is chosen differs from what is not."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.visitor import press, wait_until

pytestmark = pytest.mark.browser
SCHEMES = pytest.mark.parametrize("theme", ["light", "dark"])

COLORS = """(selector) => {
  const canvas = document.querySelector(selector);
  const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d", { willReadFrequently: true });
  copy.drawImage(canvas, 0, 0);
  const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
  const found = new Set();
  for (let at = 0; at < data.length; at += 4) {
    if (data[at + 3] > 200) found.add([...data.subarray(at, at + 3)].map((part) => part >> 4).join(" "));
  }
  return [...found].filter((color) => new Set(color.split(" ")).size > 1).length; // colors that are no gray
}"""
LOOK = """(element) => {
  const style = getComputedStyle(element);
  return ["backgroundColor", "color", "borderTopColor", "borderBottomColor", "outlineColor", "outlineStyle"]
    .map((name) => style[name]).join();
}"""


def forced(open_page: Open, theme: str, fragment: str = "") -> Page:
    page = open_page(fragment, theme=theme, forced_colors="active")
    assert page.evaluate("matchMedia('(forced-colors: active)').matches")
    page.wait_for_selector(".map[data-step='0']")
    return page


@SCHEMES
def test_forced_colors_keep_maps_points_and_links_in_color(open_page: Open, theme: str) -> None:
    page = forced(open_page, theme)
    for canvas in ("canvas.map", "canvas.points", "canvas.maps", "canvas.links", "canvas[data-set=spiral]"):
        page.wait_for_function(f"() => ({COLORS})({canvas!r}) > 1")
    press(page, "Play")
    wait_until(page, "epoch", "x > 20")
    assert page.evaluate(COLORS, "canvas.map") > 3
    for swatch in (".swatch.test", ".scale"):
        assert page.eval_on_selector(swatch, "(element) => getComputedStyle(element).forcedColorAdjust") == "none"


@SCHEMES
def test_forced_colors_tell_what_is_chosen(open_page: Open, theme: str) -> None:
    page = forced(open_page, theme)
    page.get_by_role("button", name="Mistakes", exact=True).click()
    page.get_by_role("button", name="Flip labels", exact=True).click()
    page.mouse.move(2, 2)
    expect(page.get_by_role("button", name="Mistakes", exact=True)).to_have_attribute("aria-pressed", "true")
    pairs = {
        "tab": ("#tab-curves", "#tab-gradients"),
        "data set": ("canvas[data-set=circle]", "canvas[data-set=xor]"),
        "chip": ("[aria-label=Mistakes]", "[aria-label='Hard classes']"),
        "tool": ("[aria-label='Flip labels']", "[aria-label='Erase points']"),
    }
    for name, (chosen, other) in pairs.items():
        assert page.eval_on_selector(chosen, LOOK) != page.eval_on_selector(other, LOOK), name
    unchosen = page.eval_on_selector("#tab-errors", "(element) => getComputedStyle(element).borderBottomColor")
    assert unchosen == page.evaluate(
        "getComputedStyle(document.body).backgroundColor"
    ) or unchosen == page.eval_on_selector("#dock", "(element) => getComputedStyle(element).backgroundColor"), (
        "only the selected tab is underlined"
    )


@SCHEMES
def test_forced_colors_give_play_a_border(open_page: Open, theme: str) -> None:
    page = forced(open_page, theme)
    width, style = page.eval_on_selector(
        ".play",
        "(element) => [parseFloat(getComputedStyle(element).borderTopWidth), getComputedStyle(element).borderTopStyle]",
    )
    assert width >= 1 and style == "solid"
    border, ground = page.eval_on_selector(
        ".play", "(element) => [getComputedStyle(element).borderTopColor, getComputedStyle(element).backgroundColor]"
    )
    assert border != ground
