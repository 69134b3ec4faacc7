"""On a server with several users: each has sessions of their own, shows them to others by a link, and scripts them."""

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import CUT, FORGOTTEN, PLAY, Open
from tests.browser.relay import Relay
from tests.browser.visitor import button, link_to, number, press, session_id, share, wait_for_link, wait_until, words

pytestmark = pytest.mark.browser

COPY = "Make my own copy"
WATCHING = "You are watching someone else\u2019s session live."


def status(page: Page, id: str) -> int:
    """What this browser is answered about a session."""
    return page.request.get(f"{page.url.partition('#')[0]}api/sessions/{id}").status


def watch(open_page: Open, shared: str, link: str) -> Page:
    """Another browser in which a link is opened."""
    reader = open_page(host=shared, tolerated=(FORGOTTEN, "WebSocket"))
    reader.goto("about:blank")
    reader.goto(link)
    expect(words(reader)).to_contain_text(WATCHING)
    return reader


def test_each_browser_has_sessions_of_its_own(open_page: Open, shared: str) -> None:
    one, other = (open_page("#dataset=xor", host=shared) for _ in range(2))
    first, second = session_id(one), session_id(other)
    assert (status(one, first), status(one, second)) == (200, 404)
    assert (status(other, first), status(other, second)) == (404, 200)
    known = one.context.cookies()
    one.reload()
    one.wait_for_selector(PLAY)
    assert session_id(one) == first and one.context.cookies() == known


def test_a_link_shows_a_session_live_and_changes_nothing(open_page: Open, shared: str) -> None:
    owner = open_page("#dataset=xor", host=shared)
    press(owner, "Play")
    link = link_to(owner)
    reader = watch(open_page, shared, link)
    asked: list[str] = []
    reader.on("request", lambda request: asked.append(f"{request.method} {request.url}"))
    assert session_id(reader) == session_id(owner)
    wait_until(reader, "epoch", f"x > {number(owner, 'epoch')}")

    for name in (
        "Pause",
        "Step",
        "Reset",
        "New weights",
        "Add a layer",
        "Open a CSV file",
        "Spiral",
        "Layer 1: more units",
    ):
        expect(button(reader, name)).to_be_disabled()
    expect(reader.get_by_label("Learning rate", exact=True)).to_be_disabled()
    expect(button(reader, "Erase points")).to_have_count(0)
    reader.locator("h1").click()
    for key in ("Space", "r", "ArrowRight", "Control+z"):
        reader.keyboard.press(key)
    now = number(owner, "epoch")
    wait_until(owner, "epoch", f"x > {now}")
    assert not [each for each in asked if each.split()[0] in {"PATCH", "DELETE"} or each.endswith("/commands")]

    press(owner, "Pause")
    owner.evaluate("location.hash = '#dataset=gauss'")  # which leaves the session: it is watched, and stays
    wait_for_link(owner, "dataset=gauss")
    reader.wait_for_timeout(1500)
    assert status(reader, session_id(reader)) == 200
    reader.reload()
    expect(words(reader)).to_contain_text(WATCHING)


def test_a_copy_is_the_readers_own(open_page: Open, shared: str) -> None:
    owner = open_page("#dataset=xor", host=shared)
    press(owner, "Step")
    wait_until(owner, "epoch", "x === 1")
    reader = watch(open_page, shared, link_to(owner))
    wait_until(reader, "epoch", "x === 1")
    press(reader, COPY)
    expect(words(reader)).to_contain_text("This is your own copy. It starts at epoch 1")
    assert session_id(reader) != session_id(owner) and "watch" not in reader.url
    press(reader, "Step")
    wait_until(reader, "epoch", "x === 2")
    assert number(owner, "epoch") == 1
    reader.reload()
    reader.wait_for_selector(PLAY)
    wait_until(reader, "epoch", "x === 2")


def test_a_link_that_is_taken_back_shows_nothing_more(open_page: Open, shared: str) -> None:
    owner = open_page("#dataset=xor", host=shared)
    link = link_to(owner)
    reader = watch(open_page, shared, link)
    window = share(owner)
    press(owner, "Stop sharing")
    expect(window).to_contain_text("Nobody else can watch this session now.")
    expect(words(reader)).to_contain_text("You can no longer watch this session", timeout=1_000)
    late = open_page(host=shared, tolerated=(FORGOTTEN,))
    late.goto("about:blank")
    late.goto(link)
    expect(words(late)).to_contain_text("This link no longer works")
    press(reader, "Restart this experiment")
    reader.wait_for_selector(PLAY)
    assert status(reader, session_id(reader)) == 200


def test_the_secret_of_a_link_is_in_no_address_that_is_asked_for(open_page: Open, shared: str) -> None:
    link = link_to(open_page("#dataset=xor", host=shared))
    secret = link.partition("#watch=")[2]
    reader = open_page(host=shared)
    asked: list[str] = []
    reader.on("request", lambda request: asked.append(request.url + str(request.headers)))
    reader.on("websocket", lambda socket: asked.append(socket.url))
    reader.goto("about:blank")
    reader.goto(link)
    expect(words(reader)).to_contain_text(WATCHING)
    assert len(secret) >= 32 and len(asked) > 10 and not any(secret in each for each in asked)


def test_a_script_reaches_the_sessions_of_a_browser_by_its_token(open_page: Open, shared: str) -> None:
    page = open_page("#dataset=xor", host=shared)
    window = share(page)
    press(page, "Make a token")
    token = window.get_by_label("Token", exact=True).input_value()
    headers = {"authorization": f"Bearer {token}"}
    found = httpx.get(f"{shared}api/sessions", headers=headers).json()["sessions"]
    assert [line["id"] for line in found] == [session_id(page)]
    press(page, "Close")
    window = share(page)
    expect(window.get_by_label("Token", exact=True)).to_have_count(0)
    window.get_by_role("button", name="Revoke").click()
    expect(window.get_by_role("button", name="Revoke")).to_have_count(0)
    assert httpx.get(f"{shared}api/sessions", headers=headers).status_code == 401


def test_a_browser_that_keeps_no_cookies_is_told(open_page: Open, shared: str) -> None:
    page = open_page(host=shared, tolerated=("401", FORGOTTEN))
    page.context.clear_cookies()
    page.route("**/api/identity", lambda route: route.fulfill(status=204))
    page.reload()
    expect(words(page)).to_contain_text("This server knows you by a cookie")
    page.unroute_all()
    press(page, "Reload")
    page.wait_for_selector(PLAY)


def test_a_browser_that_the_server_no_longer_knows_begins_anew(open_page: Open, shared: str) -> None:
    relay = Relay(shared.removeprefix("http://").rstrip("/"))
    try:
        page = open_page("#dataset=xor", host=f"http://{relay.address}/", tolerated=(CUT, "401", "WebSocket"))
        relay.cut()
        page.context.clear_cookies()
        relay.mend()
        expect(words(page)).to_contain_text("The server no longer has this session")
        press(page, "Restart this experiment")
        page.wait_for_selector(PLAY)
        wait_for_link(page, "dataset=xor")
        assert status(page, session_id(page)) == 200
    finally:
        relay.close()


def test_the_only_user_of_a_server_shares_experiments_only(open_page: Open) -> None:
    page = open_page()
    window = share(page)
    expect(window.get_by_label("Link", exact=True)).to_have_value(page.url)
    expect(window.get_by_role("heading", level=3)).to_have_count(1)
    assert page.context.cookies() == []
