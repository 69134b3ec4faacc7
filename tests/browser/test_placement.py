"""Bubbles lie within the window, beside what they belong to."""

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import SIZES, Open

pytestmark = pytest.mark.browser

Box = tuple[float, float, float, float]


def box(element: Locator) -> Box:
    """Left, top, right and bottom."""
    found = element.bounding_box()
    assert found is not None
    x, y, width, height = found["x"], found["y"], found["width"], found["height"]
    return x, y, x + width, y + height


def is_within(bubble: Box, size: str) -> bool:
    left, top, right, bottom = bubble
    width, height = SIZES[size]
    return left >= 7.5 and top >= 7.5 and right <= width - 7.5 and bottom <= height - 7.5


def is_apart(bubble: Box, anchor: Box) -> bool:
    sideways = bubble[2] <= anchor[0] or anchor[2] <= bubble[0]
    upwards = bubble[3] <= anchor[1] or anchor[3] <= bubble[1]
    return sideways or upwards


@pytest.mark.parametrize("size", ["wide", "middle"])
def test_an_explanation_at_any_edge(open_page: Open, size: str) -> None:
    page = open_page(size=size)
    tip = page.locator("#tip")
    for selector in (
        "#header .icon-button >> nth=-1",
        "#training .button >> nth=0",
        "#dock .tab >> nth=0",
    ):
        anchor = page.locator(selector)
        anchor.hover()
        expect(tip).to_be_visible()
        assert is_within(box(tip), size) and is_apart(box(tip), box(anchor)), selector
        page.mouse.move(720, 130)
        expect(tip).to_be_hidden()


@pytest.mark.parametrize("size", ["wide", "middle", "phone"])
def test_a_bubble_at_each_corner_of_the_picture(open_page: Open, size: str) -> None:
    page = open_page(size=size)
    if size == "phone":
        page.locator("#tabs").get_by_text("Output", exact=True).tap()
    canvas, bubble = page.locator("canvas.points"), page.locator("#output .bubble")
    left, top, right, bottom = box(canvas)
    for x in (left + 4, right - 4):
        for y in (top + 4, bottom - 4):
            page.touchscreen.tap(x, y) if size == "phone" else page.mouse.move(x, y)
            expect(bubble).to_be_visible()
            assert is_within(box(bubble), size) and is_apart(box(bubble), (x, y, x, y)), (x, y)


@pytest.mark.parametrize("size", ["wide", "middle"])
def test_a_unit_stays_in_sight_beside_its_view(open_page: Open, size: str) -> None:
    page = open_page(size=size)
    editor = page.locator("#editor")
    for unit in ("unit.0.0", "unit.0.3", "unit.2.0"):
        anchor = page.locator(f"[data-opens='{unit}']")
        anchor.click()
        expect(editor).to_be_visible()
        assert is_within(box(editor), size) and is_apart(box(editor), box(anchor)), unit
        page.keyboard.press("Escape")
        expect(editor).to_be_hidden()
