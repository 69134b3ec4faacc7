"""A visitor looks into the network: weights, biases, units; and changes them by hand."""

from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import REFUSED, Open
from tests.browser.visitor import button, open_settings, press, session, wait_for_link, wait_until, words

pytestmark = pytest.mark.browser


def layers(page: Page) -> Any:
    address = f"{page.evaluate('location.origin')}/api/sessions/{session(page)['id']}/parameters"
    return httpx.get(address).json()["layers"]


def ready(page: Page) -> None:
    page.wait_for_selector("canvas.links[data-step='0']")


def link(page: Page) -> tuple[float, float]:
    """A pixel on the line from the only input to the only unit."""
    box = page.locator("canvas.maps").bounding_box()
    unit = button(page, "Layer 1, unit 1").bounding_box()
    assert box and unit
    return unit["x"] - 40, unit["y"] + unit["height"] / 2


LINE = "#features=x1&layers=1"


def wait_for_weight(page: Page, value: float) -> None:
    page.wait_for_function(
        """async ([id, value]) => {
          const { layers } = await (await fetch(`api/sessions/${id}/parameters`)).json();
          return Math.abs(layers[0].weights[0][0] - value) < 1e-6;
        }""",
        arg=[session(page)["id"], value],
    )


def test_a_weight_tells_its_value_is_edited_and_edited_back(open_page: Open) -> None:
    page = open_page(LINE)
    ready(page)
    before = layers(page)[0]["weights"][0][0]
    page.mouse.move(*link(page))
    bubble = page.locator("#network .bubble")
    expect(bubble).to_contain_text("weight from x\u2081 to layer 1, unit 1")
    expect(bubble).to_contain_text(f"{abs(before):.4f}"[:6])
    page.mouse.click(*link(page))
    editor = page.locator("#editor")
    expect(editor).to_contain_text("without it")
    field = editor.get_by_role("textbox", name="value")
    field.fill("1.25")
    field.press("Enter")
    wait_for_weight(page, 1.25)
    assert [entry["kind"] for entry in journal(page)] == ["parameters"]
    editor.get_by_role("button", name="Switch it off").click()
    wait_for_weight(page, 0)
    page.keyboard.press("Escape")
    expect(editor).to_be_hidden()
    press(page, "Undo")
    wait_for_weight(page, 1.25)
    press(page, "Undo")
    wait_for_weight(page, before)
    press(page, "Redo")
    wait_for_weight(page, 1.25)


def journal(page: Page) -> Any:
    address = f"{page.evaluate('location.origin')}/api/sessions/{session(page)['id']}/journal"
    return httpx.get(address).json()["entries"]


def test_a_unit_is_looked_at_and_its_bias_changed_by_the_keyboard_alone(open_page: Open) -> None:
    page = open_page()
    ready(page)
    first = button(page, "Layer 1, unit 1")
    first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(button(page, "Layer 2, unit 2")).to_be_focused()
    page.keyboard.press("Enter")
    editor = page.locator("#editor")
    expect(editor.get_by_role("heading")).to_have_text("Layer 2, unit 2")
    expect(editor.locator(".equation")).to_contain_text("tanh(sum)")
    expect(editor.locator(".large-curve .bars")).to_have_count(1)
    expect(editor).to_contain_text("without the unit")
    summary = editor.locator(".unit-weights summary")
    summary.focus()
    page.keyboard.press("Enter")
    bias = editor.get_by_role("textbox", name="bias")
    bias.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("-0.75")
    page.keyboard.press("Enter")
    page.wait_for_function(
        """async id => (await (await fetch(`api/sessions/${id}/parameters`)).json()).layers[1].biases[1] === -0.75""",
        arg=session(page)["id"],
    )
    editor.get_by_role("button", name="Next unit").click()
    expect(editor.get_by_role("heading")).to_have_text("Layer 2, unit 1")


def test_a_unit_is_switched_off_while_it_trains_on_a_phone(open_page: Open) -> None:
    page = open_page(size="phone")
    press(page, "Play")
    wait_until(page, "epoch", "x > 5")
    button(page, "Layer 1, unit 2").tap()
    editor = page.locator("#editor")
    expect(editor).to_contain_text("without the unit")
    press(page, "Switch it off")
    page.wait_for_function(
        "async id => (await (await fetch(`api/sessions/${id}/journal`)).json()).entries.length === 1",
        arg=session(page)["id"],
    )
    change = journal(page)[0]
    assert change["kind"] == "parameters" and change["what"]["layers"][1]["weights"][1] == [0, 0]
    assert session(page)["state"] == "running"


def test_what_is_being_typed_is_not_overwritten_by_news(open_page: Open) -> None:
    page = open_page()
    press(page, "Play")
    wait_until(page, "epoch", "x > 3")
    button(page, "Layer 1, unit 1").click()
    editor = page.locator("#editor")
    editor.locator(".unit-weights summary").click()
    bias = editor.get_by_role("textbox", name="bias")
    bias.fill("0.1")
    start = session(page)["epoch"]
    wait_until(page, "epoch", f"x > {start + 10}")
    expect(bias).to_have_value("0.1")
    bias.press("Escape")
    expect(editor).to_be_visible()
    expect(bias).not_to_have_value("0.1")
    assert journal(page) == []


def test_a_layer_is_added_in_one_request_and_training_goes_on(open_page: Open) -> None:
    page = open_page("#dataset=xor&layers=4")
    press(page, "Play")
    wait_until(page, "epoch", "x > 3")
    run = session(page)["run"]
    asked: list[str] = []
    page.on("request", lambda request: asked.append(f"{request.method} {request.url.partition('/api/')[2]}"))
    press(page, "Add a layer")
    expect(words(page)).to_contain_text("Restarted, because the number of layers changed")
    wait_for_link(page, "layers=4,4")
    wait_until(page, "epoch", "x > 3")
    found = session(page)
    assert found["state"] == "running" and found["run"] != run and len(found["experiment"]["layers"]) == 2
    changes = [each for each in asked if each.split()[1:] and not each.endswith("/diagnosis")]  # which is polled
    assert changes == [f"PATCH sessions/{found['id']}?reset=true&keep=false&play=true"]


def test_layers_are_moved_by_buttons_and_by_dragging(open_page: Open) -> None:
    page = open_page("#layers=5,3,2")
    settings = open_settings(page, "layers.1")
    settings.get_by_role("button", name="Move left").click()
    wait_for_link(page, "layers=3,5,2")
    expect(settings.get_by_role("heading")).to_have_text("Layer 1")
    page.keyboard.press("Escape")
    grip = page.locator(".grip").first.bounding_box()
    target = page.locator(".grip").nth(2).bounding_box()
    assert grip and target
    page.mouse.move(grip["x"] + 20, grip["y"] + 8)
    page.mouse.down()
    page.mouse.move(target["x"] + 20, target["y"] + 8, steps=5)
    page.mouse.up()
    wait_for_link(page, "layers=5,2,3")
    press(page, "Undo")
    wait_for_link(page, "layers=3,5,2")


def test_large_networks_are_still_looked_into(open_page: Open) -> None:
    page = open_page("#layers=64,64,64")
    ready(page)
    tables = page.locator("canvas.maps").bounding_box()
    first, second = button(page, "Layer 1, unit 64").bounding_box(), button(page, "Layer 2, unit 1").bounding_box()
    assert tables and first and second
    middle = (first["x"] + first["width"] + second["x"]) / 2
    page.mouse.move(middle, tables["y"] + tables["height"] / 2)
    expect(page.locator("#network .bubble")).to_contain_text("to layer 2, unit")
    button(page, "Layer 3, unit 64").click()
    expect(page.locator("#editor .equation")).to_contain_text("and 58 more")


def test_the_next_unit_is_one_key_away_and_the_unit_stays_in_sight(open_page: Open) -> None:
    page = open_page()
    ready(page)
    button(page, "Layer 1, unit 1").click()
    editor = page.locator("#editor")
    following = editor.get_by_role("button", name="Next unit")
    following.focus()
    for unit in (2, 3):
        page.keyboard.press("Enter")
        expect(editor.get_by_role("heading")).to_have_text(f"Layer 1, unit {unit}")
        expect(following).to_be_focused()
        expect(button(page, f"Layer 1, unit {unit}")).to_have_attribute("aria-expanded", "true")
    expect(editor).to_contain_text("without the unit")
    editor.locator(".unit-weights summary").click()
    expect(editor.get_by_role("textbox", name="bias")).to_be_visible()
    page.wait_for_function("() => document.querySelector('#editor').getBoundingClientRect().bottom <= innerHeight")
    view, unit_box = editor.bounding_box(), button(page, "Layer 1, unit 1").bounding_box()
    assert view and unit_box
    assert view["x"] >= unit_box["x"] + unit_box["width"], "beside the units of its layer"


def test_a_bias_is_met_by_a_finger(open_page: Open) -> None:
    page = open_page(size="phone")
    ready(page)
    unit = button(page, "Layer 2, unit 2").bounding_box()
    assert unit
    page.touchscreen.tap(unit["x"] - 2, unit["y"] + unit["height"])
    expect(page.locator("#editor").get_by_role("heading")).to_have_text("Bias of layer 2, unit 2")
    press(page, "Set to 0")


def test_a_weight_that_is_refused_is_again_what_it_was(open_page: Open) -> None:
    page = open_page(LINE, tolerated=(REFUSED,))
    ready(page)
    page.mouse.click(*link(page))
    field = page.locator("#editor").get_by_role("textbox", name="value")
    before = field.input_value()
    field.fill("1e39")  # more than a float32 can be
    field.press("Enter")
    expect(words(page)).to_contain_text("not finite")
    expect(field).to_have_value(before)
    expect(button(page, "Undo")).to_be_disabled()


def test_weights_of_the_past_are_looked_at_not_changed(open_page: Open) -> None:
    page = open_page(LINE)
    press(page, "Play")
    wait_until(page, "epoch", "x > 5")
    press(page, "Pause")
    expect(button(page, "Play")).to_be_visible()
    page.get_by_label("Epoch shown").fill("0")
    ready(page)
    page.mouse.click(*link(page))
    expect(page.locator("#editor")).to_contain_text("without it")
    field = page.locator("#editor").get_by_role("textbox", name="value")
    before, now = field.input_value(), layers(page)
    field.fill("1.25")
    field.press("Enter")
    expect(words(page)).to_contain_text("earlier epoch")
    expect(field).to_have_value(before)
    assert layers(page) == now and journal(page) == []
