"""The header and the training strip at every width: nothing lies on anything else, nothing scrolls sideways."""

import pytest

from tests.browser.conftest import Open
from tests.browser.visitor import button, press, wait_until

pytestmark = pytest.mark.browser

WIDTHS = [
    *range(320, 1440, 16),
    390,
    700,
    701,
    768,
    820,
    844,
    960,
    961,
    1005,
    1024,
    1120,
    1121,
    1180,
    1181,
    1440,
    1920,
    2560,
]
LONG = "#dataset=breast_cancer&layers=32,16,8&layers.activation=leaky_relu&optimizer=adamw&batch_size=1000"

# On a narrow screen the controls of time are fixed over what scrolls below them: they are looked at by themselves.
COLLISIONS = """() => {
  const apart = innerWidth <= 700;
  const groups = apart ? [".brand, .page-actions, #tabs", ".transport", "#training"] : ["#header, #training"];
  const PARTS = ":is(button, select, input, output, h1, .label, .caption, .experiment)";
  const found = [];
  for (const group of groups) {
    const shown = [...document.querySelectorAll(`:is(${group}) ${PARTS}`)]
      .filter((element) => element.checkVisibility() && element.getBoundingClientRect().width > 0);
    const name = (element) => element.ariaLabel || element.textContent.trim().slice(0, 30);
    for (const [index, one] of shown.entries()) {
      const a = one.getBoundingClientRect();
      if (a.left < -0.5 || a.right > innerWidth + 0.5) found.push(`${name(one)} is outside`);
      for (const other of shown.slice(index + 1)) {
        if (one.contains(other) || other.contains(one)) continue;
        const b = other.getBoundingClientRect();
        const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (across > 0.5 && down > 0.5) found.push(`${name(one)} lies on ${name(other)}`);
      }
    }
  }
  const { scrollWidth } = document.documentElement;
  if (scrollWidth > innerWidth) found.push(`the page is ${scrollWidth} wide`);
  return found;
}"""


@pytest.mark.parametrize("touch", [False, True], ids=["mouse", "touch"])
@pytest.mark.parametrize("fragment", ["", LONG], ids=["default", "long names"])
def test_header_never_overlaps_from_320_to_2560_pixels(open_page: Open, fragment: str, touch: bool) -> None:
    page = open_page(fragment, has_touch=touch, is_mobile=touch)
    found = {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        if collisions := page.evaluate(COLLISIONS):
            found[width] = collisions
    assert found == {}


@pytest.mark.parametrize("size", [(844, 390), (720, 450), (960, 600), (768, 1024)])
def test_header_never_overlaps_while_training_with_large_numbers(open_page: Open, size: tuple[int, int]) -> None:
    page = open_page()
    page.set_viewport_size({"width": size[0], "height": size[1]})
    press(page, "Play")
    wait_until(page, "epoch", "x > 2")
    assert page.evaluate(COLLISIONS) == []
    press(page, "Pause")
    button(page, "Play").wait_for()
    page.evaluate("document.querySelector('[data-value=epoch]').append(',456')")
    assert page.evaluate(COLLISIONS) == []
