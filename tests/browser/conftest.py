"""What the browser's tests share: the real server on a free port, real Chromium, and pages that hold it against us if
they log an error, break the Content-Security-Policy or ask another host for anything.
"""

import shutil
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from app.settings import Settings
from tests.app.conftest import RealServer

PATIENCE_MS = 60_000  # a test that waits longer has failed; none depends on how long it takes
SIZES = {"wide": (1440, 900), "middle": (1024, 768), "phone": (390, 844)}


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    server = RealServer(Settings(workers=2, max_sessions=10_000))
    yield f"http://{server.address}/"
    server.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


Open = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[Open]:
    """Opens the page in a context of its own: `open_page("#dataset=xor", size="phone", theme="dark")`."""
    contexts, complaints = [], []

    def open_page(
        fragment: str = "", size: str = "wide", theme: str = "light", refused: bool = False, **choices: Any
    ) -> Page:
        width, height = SIZES[size]
        phone = size == "phone"
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=theme, has_touch=phone, is_mobile=phone, **choices
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.on("request", lambda request: _check_host(request.url, address, complaints))
        page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
        page.on("console", lambda message: _check_console(message, refused, complaints))
        page.goto(address + fragment)
        page.wait_for_selector("button[aria-label=Play]:enabled")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def _check_host(url: str, address: str, complaints: list[str]) -> None:
    if urlsplit(url).scheme in ("http", "https", "ws", "wss") and urlsplit(url).netloc != urlsplit(address).netloc:
        complaints.append(f"a request to another host: {url}")


def _check_console(message: Any, refused: bool, complaints: list[str]) -> None:
    # Browsers log every refusal. A change that needs a reset is tried without one first.
    expected = "409 (Conflict)" in message.text or (refused and "422 (Unprocessable" in message.text)
    if message.type in ("error", "warning") and not expected:
        complaints.append(f"{message.type}: {message.text}")
