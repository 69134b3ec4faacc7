"""A tab is duplicated: browsers copy what it has kept. The copy goes on by itself, and nothing is taken from either."""

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import FORGOTTEN, PLAY, Open
from tests.browser.visitor import number, press, session, session_id, wait_for_link, wait_until, words

pytestmark = pytest.mark.browser

LISTEN = """(address) => new Promise((done) => {
  window.socket = new WebSocket(address);
  window.socket.onopen = done;
})"""


def duplicate(page: Page) -> Page:
    """A tab of the same address with a copy of its session storage, which an opened window gets."""
    with page.context.expect_page() as opened:
        page.evaluate("void window.open(location.href)")
    copy = opened.value
    copy.wait_for_selector(PLAY)
    return copy


def test_a_duplicated_tab_goes_on_with_a_fork_of_its_own(open_page: Open) -> None:
    page = open_page("#dataset=xor")
    press(page, "Play")
    wait_until(page, "epoch", "x > 5")
    press(page, "Pause")
    held = session(page)
    copy = duplicate(page)
    expect(words(copy)).to_contain_text("This tab is a copy of another one.")
    assert session_id(copy) != session_id(page)
    wait_until(copy, "epoch", f"x === {int(held['epoch'])}")
    assert session(copy)["experiment"] == held["experiment"]
    press(copy, "Step")
    wait_until(copy, "epoch", f"x === {int(held['epoch']) + 1}")
    assert session(page)["step"] == held["step"], "the first tab stands where it stood"

    page.evaluate("location.hash = '#dataset=spiral'")
    wait_for_link(page, "dataset=spiral")
    press(copy, "Step")
    wait_until(copy, "epoch", f"x === {int(held['epoch']) + 2}")
    expect(words(copy)).not_to_contain_text("no longer has this session")
    copy.reload()
    copy.wait_for_selector(PLAY)
    wait_until(copy, "epoch", f"x === {int(held['epoch']) + 2}")


def test_a_page_never_deletes_what_another_one_watches(open_page: Open, address: str) -> None:
    page = open_page("#dataset=xor")
    shared = session_id(page)
    watcher = page.context.new_page()
    watcher.goto(f"{address}healthz")
    watcher.evaluate(LISTEN, f"ws://{address.removeprefix('http://')}api/sessions/{shared}/stream")
    page.evaluate("location.hash = '#dataset=spiral'")
    wait_for_link(page, "dataset=spiral")
    page.wait_for_timeout(1500)
    assert httpx.get(f"{address}api/sessions/{shared}").status_code == 200
    mine = session_id(page)
    page.evaluate("location.hash = '#dataset=gauss'")
    wait_for_link(page, "dataset=gauss")
    for _ in range(40):
        if httpx.get(f"{address}api/sessions/{mine}").status_code == 404:
            break
        page.wait_for_timeout(100)
    assert httpx.get(f"{address}api/sessions/{mine}").status_code == 404, "what nobody watches is let go"


def test_a_session_that_was_ended_elsewhere_is_said_to_be(open_page: Open, address: str) -> None:
    page = open_page(tolerated=(FORGOTTEN, "WebSocket"))
    assert httpx.delete(f"{address}api/sessions/{session_id(page)}").status_code == 204
    expect(words(page)).to_contain_text("This session was ended by another page or a script.")
    press(page, "Restart this experiment")
    page.wait_for_selector(PLAY)
    press(page, "Step")
    wait_until(page, "epoch", "x === 1")
    assert number(page, "epoch") == 1
