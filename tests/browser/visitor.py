"""What a visitor does on the page and sees there, and what the server says about the same session."""

from typing import Any

import httpx
import msgpack
from playwright.sync_api import Locator, Page, WebSocket

NUMBER = """name => Number(document.querySelector(`[data-value=${name}]`).textContent
  .replaceAll(",", "").replace("\\u2212", "-").replace(/[^0-9.e-]/g, "") || NaN)"""


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def press(page: Page, name: str) -> None:
    """Clicks a button, or taps it on a screen that is touched."""
    if page.evaluate("navigator.maxTouchPoints") > 0:
        button(page, name).tap()
    else:
        button(page, name).click()


def show_tab(page: Page, name: str) -> None:
    """On a phone one part of the page is shown at a time."""
    page.locator("#tabs").get_by_text(name, exact=True).tap()


def number(page: Page, name: str) -> float:
    """A live number."""
    found: float = page.evaluate(NUMBER, name)
    return found


def wait_until(page: Page, name: str, condition: str) -> None:
    """Waits until a live number `x` fulfils a condition in JavaScript."""
    page.wait_for_function(f"name => {{ const x = ({NUMBER})(name); return {condition}; }}", arg=name)


def wait_for_link(page: Page, *parts: str) -> None:
    """Waits until the address has these parts: so far has the server confirmed what was changed."""
    page.wait_for_function("parts => parts.every(part => location.hash.split(/[#&]/).includes(part))", arg=parts)


def picture(page: Page, selector: str = "canvas.map") -> str:
    """What is drawn on a canvas."""
    found: str = page.evaluate("selector => document.querySelector(selector).toDataURL()", selector)
    return found


def words(page: Page) -> Locator:
    """The line that says what is going on."""
    return page.locator("#words")


def open_settings(page: Page, part: str) -> Locator:
    """Opens the editor of a part of the experiment: `layers.0`, `output`, `optimizer`, ..."""
    page.locator(f"[data-opens='{part}']").click()
    return page.locator("#editor")


def session_id(page: Page) -> str:
    """The session that the page shows."""
    page.wait_for_selector("body[data-session]")
    return str(page.get_attribute("body", "data-session"))


def session(page: Page) -> dict[str, Any]:
    """What the server says about it."""
    host = page.evaluate("location.origin")
    answer = httpx.get(f"{host}/api/sessions/{session_id(page)}", timeout=60)
    found: dict[str, Any] = answer.raise_for_status().json()
    return found


def share(page: Page) -> Locator:
    """Opens what can be given away."""
    press(page, "Share")
    return page.get_by_role("dialog", name="Share")


def link_to(page: Page) -> str:
    """A new link by which others can watch what the page shows."""
    window = share(page)
    press(page, "Make a link")
    link: str = window.get_by_label("Link to watch", exact=True).input_value()
    press(page, "Close")
    return link


class Listener:
    """Every row that the page is sent, connection by connection."""

    def __init__(self, page: Page) -> None:
        self.rows: list[tuple[str, int]] = []
        self.connections = 0
        page.on("websocket", self._opened)

    def _opened(self, socket: WebSocket) -> None:
        self.connections += 1
        socket.on("framereceived", self._received)

    def _received(self, frame: str | bytes) -> None:
        message = msgpack.unpackb(frame)
        if message["type"] == "metrics":
            self.rows += [(message["run"], message["seq"] + row) for row in range(message["count"])]
