"""What the browser's tests share: the real server on a free port, a network that can be cut, real Chromium, and pages
that hold it against us if they log an error, break the Content-Security-Policy or ask another host for anything.
"""

import shutil
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from app.settings import Settings
from tests.app.conftest import RealServer
from tests.browser.relay import Relay

PATIENCE_MS = 60_000  # a test that waits longer has failed; none depends on how long it takes
SIZES = {"wide": (1440, 900), "middle": (1024, 768), "phone": (390, 844)}
PLAY = "button[aria-label=Play]:enabled"
FAILED = pytest.StashKey[bool]()

# Browsers log every answer that is not a success.
REFUSED = "422 (Unprocessable"
CUT = "ERR_"
FORGOTTEN = "404 (Not Found)"

expect.set_options(timeout=PATIENCE_MS)


def start_server() -> RealServer:
    """A server of the app on a thread of its own."""
    return RealServer(Settings(workers=2, max_sessions=10_000))


@pytest.fixture(scope="session")
def server() -> Iterator[RealServer]:
    server = start_server()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def address(server: RealServer) -> str:
    return f"http://{server.address}/"


@pytest.fixture(scope="session")
def shared() -> Iterator[str]:
    """The address of a server with several users."""
    server = RealServer(Settings(workers=2, max_sessions=10_000, several_users=True))
    yield f"http://{server.address}/"
    server.stop()


@pytest.fixture
def relay(server: RealServer) -> Iterator[Relay]:
    """A network between the browser and the server."""
    relay = Relay(server.address)
    yield relay
    relay.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium. Playwright keeps an event loop that counts as running between its calls; it ends with the module, or
    the loops of other tests in the same process could not run."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


Open = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, address: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Opens the page in a context of its own: `open_page("#dataset=xor", size="phone", theme="dark")`.

    `tolerated` names what the browser may log. If the test fails, pictures of its pages are in pytest's tmp_path.
    """
    contexts, complaints = [], []

    def open_page(
        fragment: str = "",
        size: str = "wide",
        theme: str = "light",
        host: str = address,
        tolerated: tuple[str, ...] = (),
        **choices: Any,
    ) -> Page:
        width, height = SIZES[size]
        phone = size == "phone"
        choices = {"color_scheme": theme, "has_touch": phone, "is_mobile": phone} | choices
        context = browser.new_context(viewport={"width": width, "height": height}, **choices)
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()

        def asked(url: str) -> None:
            scheme, netloc, *_ = urlsplit(url)
            if scheme in ("http", "https", "ws", "wss") and netloc != urlsplit(host).netloc:
                complaints.append(f"a request to another host: {url}")

        def logged(message: ConsoleMessage) -> None:
            if message.type in ("error", "warning") and not any(text in message.text for text in tolerated):
                complaints.append(f"{message.type}: {message.text}")

        page.on("request", lambda request: asked(request.url))
        page.on("websocket", lambda socket: asked(socket.url))
        page.on("console", logged)
        page.on("pageerror", lambda error: complaints.append(f"uncaught: {error}"))
        page.on("dialog", lambda dialog: complaints.append(f"a dialog: {dialog.message}"))
        page.goto(host + fragment)
        page.wait_for_selector(PLAY)
        return page

    yield open_page
    if request.node.stash.get(FAILED, False):
        for index, context in enumerate(contexts):
            context.pages[0].screenshot(path=tmp_path / f"page-{index}.png", timeout=5000)
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    return report
