"""How the page looks and explains itself: three widths, two themes."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open

pytestmark = pytest.mark.browser
SCREENS = pytest.mark.parametrize("size", ["wide", "middle", "phone"])
THEMES = pytest.mark.parametrize("theme", ["light", "dark"])

NAMELESS = """() => [...document.querySelectorAll("button, input, select, summary, a[href], [role=tab]")]
  .filter((element) => element.checkVisibility())
  .filter((element) => !(element.ariaLabel || element.textContent.trim() || element.labels?.length || element.title))
  .map((element) => element.outerHTML.slice(0, 120))"""


@SCREENS
@THEMES
def test_nothing_is_wider_than_the_screen_and_everything_has_a_name(open_page: Open, size: str, theme: str) -> None:
    page = open_page(size=size, theme=theme)
    for tab in ["Data", "Network", "Output", "Charts"] if size == "phone" else [None]:
        if tab:
            page.locator("#tabs").get_by_text(tab, exact=True).click()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.evaluate(NAMELESS) == []
    assert contrast(page) >= 4.5


def contrast(page: Page) -> float:
    """The contrast of the page's text against its surface (WCAG 2.2)."""
    found: float = page.evaluate("""() => {
      const light = (color) => {
        const context = new OffscreenCanvas(1, 1).getContext("2d");
        context.fillStyle = color;
        context.fillRect(0, 0, 1, 1);
        const [r, g, b] = [...context.getImageData(0, 0, 1, 1).data].slice(0, 3)
          .map((value) => value / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const style = getComputedStyle(document.documentElement);
      const [one, other] = [light(style.color), light(style.backgroundColor)].sort((a, b) => b - a);
      return (one + 0.05) / (other + 0.05);
    }""")
    return found


@THEMES
def test_the_theme_follows_the_system_and_can_be_chosen(open_page: Open, theme: str) -> None:
    page = open_page(theme=theme)
    background = "getComputedStyle(document.documentElement).backgroundColor"
    before = page.evaluate(background)
    page.get_by_role("button", name="Theme").click()
    page.get_by_role("button", name="Theme").click()
    expect(page.get_by_role("button", name="Theme: dark")).to_be_visible()
    assert (page.evaluate(background) == before) == (theme == "dark")
