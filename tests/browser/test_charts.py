"""A visitor reads the charts: smooth or raw, the best epoch, which layers learn, how their numbers are spread."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.visitor import picture, press, session, show_tab, wait_until

pytestmark = pytest.mark.browser


def test_the_best_and_the_last_epoch_of_early_stopping_are_marked(open_page: Open) -> None:
    stopping = "early_stopping.monitor=validation_loss&early_stopping.patience=3"
    page = open_page(
        "#dataset=moons&dataset.noise=0.3&dataset.validation_fraction=0.3&layers=8,8&optimizer.learning_rate=1"
        f"&{stopping}&early_stopping.min_delta=0&early_stopping.restore_best=false"
    )
    press(page, "Play")
    stopped = page.locator(".chart.loss [data-stop]")
    expect(stopped).to_be_visible()
    found = session(page)
    assert found["state"] == "finished"
    assert float(stopped.get_attribute("data-stop") or 0) == found["epoch"]
    best = float(page.locator(".chart.loss [data-best]").get_attribute("data-best") or 0)
    assert best <= found["epoch"] - 3, "patience was 3"


def test_curves_are_smoothed_and_read_by_the_keyboard(open_page: Open) -> None:
    page = open_page("#layers.regularizer=l2")
    press(page, "Play")
    wait_until(page, "epoch", "x > 30")
    press(page, "Pause")
    chart = page.locator(".chart.loss")
    expect(chart).to_contain_text("penalty")
    raw = picture(page, ".chart.loss canvas")
    page.get_by_role("slider", name="Smoothing").fill("180")
    page.wait_for_function("raw => document.querySelector('.chart.loss canvas').toDataURL() !== raw", arg=raw)
    page.get_by_label("Log epochs").check()
    plot = chart.locator(".plot")
    plot.focus()
    page.keyboard.press("Home")
    expect(chart).to_contain_text("epoch 0")
    page.keyboard.press("ArrowRight")
    expect(chart).to_contain_text("epoch 1")
    page.keyboard.press("Escape")
    expect(chart).to_contain_text("best test")
    page.reload()
    page.wait_for_selector("button[aria-label=Play]:enabled")
    expect(page.get_by_role("slider", name="Smoothing")).to_have_value("180")


def test_a_deep_sigmoid_network_shows_at_a_glance_that_its_first_layers_get_no_gradient(open_page: Open) -> None:
    page = open_page("#layers=6,6,6,6,6,6&layers.activation=sigmoid")
    page.get_by_role("tab", name="Gradients").click()
    press(page, "Play")
    wait_until(page, "epoch", "x > 10")
    told = page.locator(".chart.layers canvas")
    expect(told).to_have_attribute("aria-label", re.compile(r"Layer 1: vanishing.*Output: fine"))
    page.get_by_label("Quantity shown for the layers").select_option(label="Saturated")
    expect(told).to_have_attribute("aria-label", re.compile("Saturated of each layer"))


@pytest.mark.parametrize("size", ["wide", "phone"])
def test_distributions_of_every_layer_move_while_it_trains(open_page: Open, size: str) -> None:
    page = open_page(size=size)
    if size == "phone":
        show_tab(page, "Charts")
    page.get_by_role("tab", name="Distributions").click()
    cards = page.locator(".distribution")
    expect(cards).to_have_count(3)
    first = cards.first.locator("svg path")
    before = first.get_attribute("d") or ""
    press(page, "Play")
    expect(first).not_to_have_attribute("d", before)
    expect(cards.first.locator("canvas")).to_be_visible()
    page.get_by_label("Quantity", exact=True).select_option(label="Weights")
    expect(cards.first).to_contain_text("mean")


def test_the_dock_is_as_high_as_one_likes(open_page: Open) -> None:
    page = open_page()
    handle = page.get_by_role("separator", name="Height of the charts")
    height = page.locator("#dock").bounding_box()
    assert height
    handle.focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    page.wait_for_function(f"() => document.querySelector('#dock').offsetHeight === {round(height['height']) + 48}")
    page.reload()
    page.wait_for_function(f"() => document.querySelector('#dock').offsetHeight === {round(height['height']) + 48}")
