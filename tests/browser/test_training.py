"""A visitor trains a network, changes it while it runs, and breaks it."""

import re

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.visitor import (
    button,
    number,
    open_settings,
    picture,
    press,
    session,
    show_tab,
    wait_for_link,
    wait_until,
    words,
)

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("size", ["wide", "phone"])
def test_play_lets_the_loss_fall_and_the_boundary_change(open_page: Open, size: str) -> None:
    page = open_page(size=size)
    if size == "phone":
        show_tab(page, "Output")
    page.wait_for_selector(".map[data-step='0']")
    wait_until(page, "train-loss", "x > 0")
    before, loss = picture(page), number(page, "train-loss")
    press(page, "Play")
    wait_until(page, "train-loss", f"x < {loss / 3}")
    wait_until(page, "epoch", "x > 10")
    press(page, "Pause")
    expect(button(page, "Play")).to_be_visible()
    assert picture(page) != before
    held = session(page)
    assert held["state"] == "paused"

    page.wait_for_function("step => document.querySelector('.map').dataset.step === String(step)", arg=held["step"])
    assert number(page, "epoch") == int(held["epoch"])
    assert session(page)["step"] == held["step"], "paused is paused"

    press(page, "Step")
    wait_until(page, "epoch", f"x > {held['epoch'] - 1e-9}")
    assert session(page)["state"] == "paused"
    press(page, "Reset")
    wait_until(page, "epoch", "x === 0")
    wait_until(page, "train-loss", f"Math.abs(x - {loss}) < 1e-3")
    page.wait_for_selector(".map[data-step='0']")
    assert picture(page) == before, "the same weights, so the same picture"


def test_step_goes_as_far_as_its_menu_says(open_page: Open) -> None:
    page = open_page()
    page.get_by_label("Step size").select_option("Batch")
    press(page, "Step")
    page.wait_for_selector(".map[data-step='1']")
    page.get_by_label("Step size").select_option("Epoch")
    press(page, "Step")
    wait_until(page, "epoch", "x >= 1")
    found = session(page)
    assert found["state"] == "paused" and found["step"] == pytest.approx(25, abs=1)


def test_new_weights_are_other_weights(open_page: Open) -> None:
    page = open_page()
    page.wait_for_selector(".map[data-step='0']")
    before = session(page)
    press(page, "New weights")
    page.wait_for_function("() => location.hash.includes('seed=')")
    after = session(page)
    assert after["experiment"]["seed"] != before["experiment"]["seed"]
    assert after["metrics"]["train"]["loss"] != before["metrics"]["train"]["loss"]


def test_what_can_change_while_it_runs_does(open_page: Open) -> None:
    page = open_page()
    press(page, "Play")
    wait_until(page, "epoch", "x > 3")
    run = session(page)["run"]

    press(page, "Learning rate: larger")
    wait_for_link(page, "optimizer.learning_rate=0.1")
    press(page, "Batch size: larger")
    wait_for_link(page, "batch_size=20")
    settings = open_settings(page, "layers.0")
    settings.get_by_label("Activation", exact=True).select_option("sigmoid")
    press(page, "Use these settings for all hidden layers")
    wait_for_link(page, "layers.activation=sigmoid")
    page.keyboard.press("Escape")

    now = session(page)
    assert (now["run"], now["state"]) == (run, "running"), "no reset"
    expect(page.locator("#time canvas")).to_have_attribute("aria-label", re.compile("changes"))
    press(page, "Undo")
    press(page, "Undo")
    wait_for_link(page, "batch_size=20", "optimizer.learning_rate=0.1")
    page.wait_for_function("() => !location.hash.includes('sigmoid')")
    assert session(page)["run"] == run


def test_what_needs_a_new_start_says_so_and_goes_on(open_page: Open) -> None:
    page = open_page()
    press(page, "Play")
    wait_until(page, "epoch", "x > 3")
    run = session(page)["run"]
    press(page, "Layer 1: more units")
    wait_for_link(page, "layers=5,2")
    expect(words(page)).to_contain_text("Restarted, because the number of units changed")
    expect(button(page, "Pause")).to_be_visible()
    wait_until(page, "epoch", "x > 3")
    again = session(page)
    assert again["run"] != run and again["state"] == "running"

    press(page, "Undo")
    page.wait_for_function("() => location.hash === ''")
    wait_until(page, "epoch", "x > 3")
    assert session(page)["state"] == "running"


@pytest.mark.parametrize(
    "fragment",
    [
        "#dataset=regression_plane&layers=4&layers.activation=linear&optimizer.learning_rate=1000000",
        "#layers.activation=linear&output.activation=linear&loss=mean_squared_error&optimizer.learning_rate=1000000",
    ],
)
def test_a_run_that_blows_up_says_why_and_offers_a_way_out(open_page: Open, fragment: str) -> None:
    page = open_page(fragment)
    press(page, "Play")
    expect(words(page)).to_contain_text("grew too large")
    expect(words(page)).to_have_attribute("data-tone", "alarm")
    expect(button(page, "Play")).to_be_visible()
    assert session(page)["state"] == "diverged"

    expect(button(page, "Play")).to_be_disabled()
    page.locator("body").press("Space")
    page.locator("body").press("ArrowRight")
    expect(words(page).get_by_role("button")).to_have_count(2)

    words(page).get_by_role("button", name="Reset", exact=True).click()
    wait_until(page, "epoch", "x === 0")
    expect(words(page)).not_to_contain_text("grew too large")
    assert session(page)["state"] == "ready"

    press(page, "Play")
    words(page).get_by_role("button", name="Reset with learning rate 0.1").click()
    wait_for_link(page, "optimizer.learning_rate=0.1")
    page.wait_for_function("() => document.querySelector('[data-value=train-loss]').textContent !== '\u2013'")


def test_the_first_success_brings_three_suggestions(open_page: Open) -> None:
    page = open_page("#dataset=gauss")
    expect(words(page)).to_contain_text("Press Play")
    press(page, "Play")
    expect(words(page)).to_contain_text("It learned this. Try next:")
    for name, part in [
        ("Make it deep with sigmoid", "layers=6,6,6,6,6,6"),
        ("Start from zeros", "layers.initializer=zeros"),
        ("Add an L1 penalty", "layers.regularizer=l1"),
    ]:
        press(page, name)
        wait_for_link(page, part)
        wait_until(page, "epoch", "x > 3")
        press(page, "Go back")
        page.wait_for_function("() => location.hash === '#dataset=gauss'")
        expect(words(page)).to_contain_text("ry next:")
    press(page, "Close the suggestions")
    expect(words(page)).not_to_contain_text("ry next:")
    page.reload()
    page.wait_for_selector("[data-value=train-loss]")
    expect(words(page)).not_to_contain_text("ry next:")


def test_two_tabs_train_apart(open_page: Open, address: str) -> None:
    one = open_page()
    other = one.context.new_page()
    other.goto(f"{address}#dataset=xor")
    other.wait_for_selector("button[aria-label=Play]:enabled")
    press(one, "Play")
    wait_until(one, "epoch", "x > 5")
    mine, theirs = session(one), session(other)
    assert mine["id"] != theirs["id"]
    assert (theirs["state"], theirs["step"], number(other, "epoch")) == ("ready", 0, 0)


def test_a_reload_comes_back_to_its_session(open_page: Open, address: str) -> None:
    page = open_page()
    press(page, "Play")
    wait_until(page, "epoch", "x > 5")
    press(page, "Pause")
    before = session(page)
    page.reload()
    page.wait_for_selector("button[aria-label=Play]:enabled")
    wait_until(page, "epoch", f"x === {int(before['epoch'])}")
    after = session(page)
    assert (after["id"], after["step"]) == (before["id"], before["step"])
    rows = httpx.get(f"{address}api/sessions/{after['id']}/metrics").json()["last"]
    assert rows >= 5
    page.wait_for_function("() => document.querySelector('[data-value=train-loss]').textContent !== '\u2013'")


def test_play_ends_where_it_is_told_to(open_page: Open) -> None:
    page = open_page()
    settings = open_settings(page, "until")
    settings.get_by_label("Play until", exact=True).select_option("an epoch")
    field = settings.get_by_role("textbox", name="Epoch")
    field.fill("12")
    field.press("Enter")
    page.keyboard.press("Escape")
    expect(button(page, "Play until: epoch 12")).to_be_visible()
    press(page, "Play")
    expect(words(page)).to_contain_text("Epoch 12 is reached")
    found = session(page)
    assert (found["state"], found["epoch"]) == ("finished", 12)
    press(page, "Play")
    wait_until(page, "epoch", "x > 14")
    press(page, "Pause")

    press(page, "Reset")
    settings = open_settings(page, "until")
    settings.get_by_label("Play until", exact=True).select_option("train accuracy reaches")
    page.keyboard.press("Escape")
    press(page, "Play")
    expect(words(page)).to_contain_text("Train accuracy reached")
    assert session(page)["metrics"]["train"]["accuracy"] >= 0.95
