"""A visitor looks closely at the answer, asks points, paints others, and goes back in time."""

from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Open
from tests.browser.visitor import button, number, press, session, show_tab, wait_until, words

pytestmark = pytest.mark.browser

SHOWN = "[...document.querySelectorAll('.plane canvas')].map(canvas => canvas.toDataURL())"


def plane(page: Page) -> Locator:
    return page.locator("canvas.points")


def at(page: Page, right: float, down: float) -> tuple[float, float]:
    """The pixel of the window at these shares of the picture."""
    box = plane(page).bounding_box()
    assert box
    return box["x"] + right * box["width"], box["y"] + down * box["height"]


def dataset(page: Page) -> Any:
    found: Any = session(page)["experiment"]["dataset"]
    return found


def trained(page: Page, epochs: int = 20) -> None:
    press(page, "Play")
    wait_until(page, "epoch", f"x > {epochs}")
    press(page, "Pause")
    expect(button(page, "Play")).to_be_visible()


def pixel_of(page: Page, point: list[float]) -> tuple[float, float]:
    """Where a point of the plane from -6 to 6 is drawn."""
    return at(page, (point[0] + 6) / 12, (6 - point[1]) / 12)


def points_of(page: Page) -> Any:
    id = session(page)["id"]
    return httpx.get(f"{page.evaluate('location.origin')}/api/sessions/{id}/dataset").json()


@pytest.mark.parametrize("size", ["wide", "phone"])
def test_a_point_tells_its_values_answer_and_loss(open_page: Open, size: str) -> None:
    page = open_page(size=size)
    if size == "phone":
        show_tab(page, "Output")
    trained(page, 5)
    data = points_of(page)["parts"]["train"]
    far = max(range(len(data["points"])), key=lambda index: data["points"][index][0])  # nothing lies to the right of it
    x, y = pixel_of(page, data["points"][far])
    if size == "phone":
        page.touchscreen.tap(x, y)
    else:
        page.mouse.move(x, y)
    bubble = page.locator("#output .bubble")
    expect(bubble).to_contain_text(f"Training point {far + 1}")
    for said in ("orange", "prediction", "loss", f"{data['points'][far][0]:.4f}"):
        expect(bubble).to_contain_text(said)


def test_points_are_painted_flipped_and_erased_exactly_under_the_pointer_at_any_zoom(open_page: Open) -> None:
    page = open_page()
    trained(page)
    loss = number(page, "train-loss")
    count = len(points_of(page)["parts"]["train"]["points"])
    for _ in range(3):
        press(page, "Zoom in")
    half = 6 * 0.7**3
    press(page, "blue: paint points")
    page.mouse.click(*at(page, 0.25, 0.1))
    page.wait_for_function("() => document.querySelector('.experiment')?.textContent.includes('Your own points')")
    wait_until(page, "train-loss", "x > 0")
    painted = dataset(page)
    assert len(painted["points"]) == count + 1 and painted["targets"][-1] == 1
    assert painted["points"][-1] == pytest.approx([-half / 2, 0.8 * half], abs=0.05)
    assert number(page, "train-loss") < 3 * loss + 0.1, "what was learned is kept"
    assert points_of(page)["targets"]["classes"] == ["orange", "blue"]

    press(page, "Flip labels")
    page.mouse.click(*at(page, 0.25, 0.1))
    wait_for(page, "data.targets.filter(target => target === 1).length === 125")
    press(page, "Erase points")
    page.mouse.click(*at(page, 0.25, 0.1))
    wait_for(page, f"data.points.length === {count}")
    press(page, "Undo")
    wait_for(page, f"data.points.length === {count + 1}")
    for _ in range(2):
        press(page, "Undo")
    page.wait_for_function("() => document.querySelector('.experiment')?.textContent.includes('Circle')")
    assert dataset(page)["name"] == "circle"


def wait_for(page: Page, condition: str) -> None:
    """Waits until the given points of the experiment on the server, `data`, fulfil a condition in JavaScript."""
    page.wait_for_function(
        f"""async id => {{
          const {{ experiment }} = await (await fetch(`api/sessions/${{id}}`)).json();
          const data = experiment.dataset;
          return {condition};
        }}""",
        arg=session(page)["id"],
    )


def test_painting_goes_on_while_it_trains_with_a_finger(open_page: Open) -> None:
    page = open_page(size="phone")
    show_tab(page, "Output")
    press(page, "Play")
    wait_until(page, "epoch", "x > 3")
    press(page, "orange: paint points")
    page.touchscreen.tap(*at(page, 0.5, 0.5))
    wait_for(page, "data.points?.length === 251")
    assert dataset(page)["name"] == "points"
    expect(button(page, "Pause")).to_be_visible()
    wait_until(page, "epoch", "x > 3")


def test_zoom_and_pan_go_beyond_the_data_and_back_by_mouse_and_keyboard(open_page: Open) -> None:
    page = open_page()
    axes = page.locator(".axes")
    expect(axes).to_contain_text("6")
    press(page, "Zoom out")
    expect(axes.locator(".x.high")).to_have_text("8.6")
    x, y = at(page, 0.5, 0.5)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 40, y, steps=4)
    page.mouse.up()
    expect(axes.locator(".x.high")).not_to_have_text("8.6")
    expect(axes.locator(".y.high")).to_have_text("8.6")
    plane(page).focus()
    page.keyboard.press("0")
    expect(axes.locator(".x.high")).to_have_text("6")
    page.keyboard.press("+")
    page.keyboard.press("ArrowUp")
    expect(axes.locator(".y.high")).to_have_text("5")
    page.keyboard.press("n")
    expect(page.locator("#output .bubble")).to_contain_text("Training point 1")
    assert session(page)["step"] == 0, "arrow keys are the picture's while it has the focus"


def test_tables_are_seen_through_any_two_columns(open_page: Open) -> None:
    page = open_page("#dataset=iris")
    expect(page.locator(".axes .x.name")).to_have_text("petal length")
    page.get_by_label("Column from left to right").select_option(label="sepal width")
    expect(page.locator(".axes .x.name")).to_have_text("sepal width")
    page.get_by_label("Column from left to right").select_option(label="petal width")
    expect(page.locator(".axes .y.name")).to_have_text("sepal width")
    page.get_by_label("Column from left to right").select_option(label="principal plane")
    expect(page.locator(".axes .x.name")).to_have_text("1st principal direction")
    page.get_by_label("Plane", exact=True).select_option(label="two columns")
    expect(page.locator(".axes .x.name")).to_have_text("petal length")
    assert page.locator(".brush").count() == 0 and button(page, "Flip labels").count() == 0


def test_back_in_time_and_on_from_there(open_page: Open) -> None:
    page = open_page()
    trained(page, 40)
    last = int(session(page)["epoch"])
    handle = page.get_by_label("Epoch shown")
    handle.focus()
    handle.fill("10")
    page.wait_for_selector("canvas.map[data-epoch='10']")
    expect(words(page)).to_contain_text(f"You are looking at epoch 10 of {last}")
    id, origin = session(page)["id"], page.evaluate("location.origin")
    column = httpx.get(f"{origin}/api/sessions/{id}/metrics").json()["columns"]["train_loss"]
    assert number(page, "train-loss") == pytest.approx(column[10], abs=1e-3)
    assert int(session(page)["epoch"]) == last, "the run itself stays where it is"

    handle.press("ArrowLeft")
    page.wait_for_selector("canvas.map[data-epoch='9']")
    press(page, "Back to now")
    wait_until(page, "train-loss", f"Math.abs(x - {session(page)['metrics']['train']['loss']}) < 1e-3")
    handle.fill("10")
    page.wait_for_selector("canvas.map[data-epoch='10']")

    press(page, "Fork")
    wait_until(page, "epoch", "x === 10")
    fork = session(page)
    assert fork["id"] != id and fork["epoch"] == 10
    press(page, "Step")
    wait_until(page, "epoch", "x === 11")
    assert session(page)["metrics"]["train"]["loss"] == column[11], "the same future"
    page.get_by_role("button", name="To the first run (forked at 10)").click()
    wait_until(page, "epoch", f"x === {last}")

    handle.fill("5")
    page.wait_for_selector("canvas.map[data-epoch='5']")
    press(page, "Continue from here")
    wait_until(page, "epoch", "x === 5")
    assert session(page)["epoch"] == 5
    press(page, "Play")
    wait_until(page, "epoch", "x > 8")


def test_what_is_shown_besides_is_switched_on_and_off(open_page: Open) -> None:
    page = open_page("#dataset.validation_fraction=0.2")
    trained(page, 3)
    for name in ("Test points", "Validation points", "Mistakes", "Hard classes", "Contours"):
        chip = button(page, name)
        before = shown(page)
        chip.click()
        expect(chip).to_have_attribute("aria-pressed", "true")
        page.wait_for_function(
            "before => [...document.querySelectorAll('.plane canvas')].some((c, i) => c.toDataURL() !== before[i])",
            arg=before,
        )


def shown(page: Page) -> list[str]:
    found: list[str] = page.evaluate(SHOWN)
    return found
