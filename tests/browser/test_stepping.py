"""A visitor goes by a sample, by a batch, or pauses in the middle of an epoch: what is shown is of that very step."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.visitor import button, number, picture, press, session, show_tab, wait_until, words

pytestmark = pytest.mark.browser


def step_by(page: Page, unit: str, times: int) -> None:
    page.get_by_label("Step size").select_option(unit)
    for step in range(times):
        before = number(page, "step") if page.locator("[data-value=step]").is_visible() else step
        press(page, "Step")
        page.wait_for_function("n => document.querySelector('.map').dataset.step === String(n)", arg=before + 1)


def same_figures(page: Page) -> None:
    """The page shows what the server says of the present step."""
    held = session(page)
    for part in ("train", "test"):
        wait_until(page, f"{part}-loss", f"Math.abs(x - {held['metrics'][part]['loss']}) < 2e-4")
        wait_until(page, f"{part}-accuracy", f"Math.abs(x - {held['metrics'][part]['accuracy'] * 100}) < 0.06")


def test_step_by_sample_shows_which_sample_and_what_it_did(open_page: Open) -> None:
    page = open_page("#optimizer.learning_rate=0.3")
    page.wait_for_selector(".map[data-step='0']")
    map_before, links_before, loss_before = picture(page), picture(page, "canvas.links"), number(page, "train-loss")
    sentences = []
    for index in range(1, 5):
        step_by(page, "Sample", 1)
        expect(words(page)).to_contain_text(f"Step {index} trained on point")
        held = session(page)
        [sample] = held["last_update"]["samples"]
        expect(words(page)).to_contain_text(f"point {sample + 1} (")
        expect(words(page)).to_contain_text(f"Epoch 1: {index} of 250 training points seen.")
        assert number(page, "step") == index
        assert number(page, "epoch-fraction") == pytest.approx(index / 250, abs=1e-3)
        expect(page.locator("canvas.points")).to_have_attribute("data-trained", str(sample))
        same_figures(page)
        sentences.append(words(page).inner_text())
    assert len(set(sentences)) == 4
    fall = re.search(r"its loss fell from (\d\.\d+) to (\d\.\d+)", sentences[0])
    assert fall and float(fall[1]) > float(fall[2])
    assert number(page, "train-loss") != loss_before
    assert picture(page) != map_before and picture(page, "canvas.links") != links_before

    press(page, "Play")
    wait_until(page, "epoch", "x > 1")
    expect(page.locator("canvas.points")).to_have_attribute("data-trained", "")
    expect(page.locator("[data-value=epoch-fraction]")).to_have_text("")


def test_step_by_batch_shows_the_batch_and_its_loss(open_page: Open) -> None:
    page = open_page()
    page.wait_for_selector(".map[data-step='0']")
    step_by(page, "Batch", 4)
    expect(words(page)).to_contain_text("Step 4 trained on a batch of 10 points: their mean loss fell from")
    expect(words(page)).to_contain_text("Epoch 1: 40 of 250 training points seen.")
    assert number(page, "epoch-fraction") == pytest.approx(0.16)
    held = session(page)
    assert page.get_attribute("canvas.points", "data-trained") == ",".join(map(str, held["last_update"]["samples"]))
    same_figures(page)
    expect(page.locator(".chart.loss")).to_contain_text(f"train {held['metrics']['train']['loss']:.4f}")
    step_by(page, "Batch", 21)
    expect(words(page)).to_contain_text("That completed epoch 1.")


def test_step_by_sample_is_told_on_a_phone(open_page: Open) -> None:
    page = open_page(size="phone")
    page.get_by_label("Step size").select_option("Sample")
    press(page, "Step")
    expect(words(page)).to_contain_text("Step 1 trained on point")
    show_tab(page, "Output")
    expect(page.locator("canvas.points")).to_have_attribute("data-trained", re.compile(r"^\d+$"))


def test_pause_in_mid_epoch_shows_figures_of_that_step(open_page: Open) -> None:
    page = open_page("#dataset.samples=20000&batch_size=1")
    page.get_by_label("Speed").select_option("1 epoch/s")
    press(page, "Play")
    wait_until(page, "step", "x > 300")
    press(page, "Pause")
    expect(button(page, "Play")).to_be_visible()
    page.wait_for_function("() => document.querySelector('[data-value=epoch-fraction]').textContent !== ''")
    assert session(page)["epoch"] % 1 > 0
    same_figures(page)
    page.reload()
    page.wait_for_selector("button[aria-label=Play]:enabled")
    same_figures(page)
