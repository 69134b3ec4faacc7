"""The connection is cut, or the server is restarted: the page says so, and nothing is lost that need not be."""

import signal
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.app.conftest import ServerProcess
from tests.browser.conftest import CUT, FORGOTTEN, Open, start_server
from tests.browser.relay import Relay
from tests.browser.visitor import Listener, button, press, session, wait_until, words

pytestmark = pytest.mark.browser
TOLERATED = (CUT, FORGOTTEN, "WebSocket connection")


def test_a_cut_connection_comes_back_and_the_curves_have_no_gap(open_page: Open, relay: Relay) -> None:
    page = open_page(host=f"http://{relay.address}/", tolerated=TOLERATED)
    press(page, "Play")
    wait_until(page, "epoch", "x > 5")
    relay.cut()
    expect(words(page)).to_contain_text("connection to the server was lost")
    listener = Listener(page)
    relay.mend()
    expect(words(page)).not_to_contain_text("lost")
    wait_until(page, "epoch", "x > 30")
    press(page, "Pause")
    expect(button(page, "Play")).to_be_visible()
    held = session(page)
    assert held["state"] == "paused"
    numbers = [seq for run, seq in listener.rows if run == held["run"]]
    assert numbers == list(range(numbers[0], numbers[-1] + 1)), "rows come once each, and in order"
    assert 0 < numbers[0] < 30, "what was there already is not sent again"


def test_a_server_that_falls_silent_is_waited_for_and_nothing_is_lost(open_page: Open, relay: Relay) -> None:
    page = open_page(host=f"http://{relay.address}/", tolerated=TOLERATED)
    press(page, "Play")
    wait_until(page, "epoch", "x > 5")
    relay.freeze()
    expect(words(page)).to_contain_text("No response from the server")
    relay.thaw()
    expect(words(page)).not_to_contain_text("No response from the server")
    wait_until(page, "epoch", "x > 30")
    press(page, "Pause")
    expect(button(page, "Play")).to_be_visible()
    last = session(page)["epoch"]
    plot = page.locator(".chart.loss .plot")
    plot.focus()
    page.keyboard.press("End")
    if last % 1:  # the present step, in the middle of an epoch
        expect(page.locator(".chart.loss")).to_contain_text(f"epoch {int(last)}.")
        page.keyboard.press("ArrowLeft")
    for epoch in range(int(last), int(last) - 5, -1):
        expect(page.locator(".chart.loss")).to_contain_text(f"epoch {epoch}")
        page.keyboard.press("ArrowLeft")


def test_a_killed_server_comes_back_and_the_page_goes_on_by_itself(open_page: Open, tmp_path: Path) -> None:
    server = ServerProcess(tmp_path / "gradlab.db")
    try:
        page = open_page("#dataset=xor&seed=5&optimizer=adam", host=f"http://{server.address}/", tolerated=TOLERATED)
        press(page, "Play")
        wait_until(page, "epoch", "x > 60")
        before, address = session(page), page.url
        listener = Listener(page)
        server.end(signal.SIGKILL)
        expect(words(page)).to_contain_text("connection to the server was lost")
        server.start()
        expect(words(page)).not_to_contain_text("lost")
        wait_until(page, "epoch", f"x > {before['epoch'] + 60}")
        press(page, "Pause")
        expect(button(page, "Play")).to_be_visible()
        after = session(page)
        assert (after["id"], after["run"], after["state"]) == (before["id"], before["run"], "paused")
        assert page.url == address
        numbers = [seq for run, seq in listener.rows if run == after["run"]]
        assert numbers == list(range(numbers[0], numbers[-1] + 1)) or 0 in numbers[1:], "no gap, or all of it anew"
    finally:
        server.end(signal.SIGKILL)


def test_where_nothing_was_stored_the_same_experiment_starts_again(open_page: Open) -> None:
    first, second = start_server(), start_server()
    relay = Relay(first.address)
    try:
        page = open_page("#dataset=xor&seed=5", host=f"http://{relay.address}/", tolerated=TOLERATED)
        press(page, "Play")
        wait_until(page, "epoch", "x > 5")
        before = session(page)
        relay.target = second.address
        relay.cut()
        relay.mend()
        expect(words(page)).to_contain_text("no longer has this session")
        words(page).get_by_role("button", name="Restart this experiment").click()
        expect(words(page)).not_to_contain_text("no longer has this session")
        press(page, "Play")
        wait_until(page, "epoch", "x > 5")
        after = session(page)
        assert after["experiment"] == before["experiment"]
        assert after["id"] != before["id"]
    finally:
        relay.close()
        first.stop()
        second.stop()
