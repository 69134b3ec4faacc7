"""The window comes to another screen: whatever is drawn is drawn anew, as sharp as that screen can show it."""

import pytest

from tests.browser.conftest import Open
from tests.browser.visitor import press, wait_until

pytestmark = pytest.mark.browser

COARSE = """(ratio) => [...document.querySelectorAll("canvas")]
  .filter((canvas) => canvas.checkVisibility() && canvas.clientWidth > 0)
  .filter((canvas) => Math.abs(canvas.width / canvas.clientWidth - ratio) > 0.03)
  .map((canvas) => canvas.className || canvas.dataset.set || canvas.parentElement.className)"""


def test_another_pixel_ratio_draws_everything_anew(open_page: Open) -> None:
    page = open_page()
    press(page, "Play")
    wait_until(page, "epoch", "x > 3")
    press(page, "Pause")
    page.wait_for_selector(".u-wrap canvas")
    screens = page.context.new_cdp_session(page)
    for ratio in (2, 1.5, 3, 1):
        screen = {"width": 1440, "height": 900, "deviceScaleFactor": ratio, "mobile": False}
        screens.send("Emulation.setDeviceMetricsOverride", screen)
        page.wait_for_function(f"(ratio) => devicePixelRatio === ratio && ({COARSE})(ratio).length === 0", arg=ratio)
