"""A visitor tries values of their own, deletes a table and thinks better of it, and takes a part of a large file."""

import random
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import REFUSED, Open
from tests.browser.test_accessibility import SIZES, THEMES, reading
from tests.browser.test_own_data import DROP, pick, table, window
from tests.browser.visitor import button, press, session, show_tab, wait_until, words

pytestmark = pytest.mark.browser


@SIZES
@THEMES
def test_own_values_are_predicted_live_and_what_moved_them_is_told(open_page: Open, size: str, theme: str) -> None:
    page = open_page("#dataset=iris", size=size, theme=theme)
    if size == "phone":
        show_tab(page, "Output")
        press(page, "Try your own values")
    else:
        page.get_by_role("tab", name="Predict").click()
    panel = page.locator("[data-panel=predict]")
    prediction = panel.locator("[data-value=prediction]")
    press(page, "Play")
    expect(panel).to_contain_text("Correct: the sample")
    expect(panel).to_contain_text("from the test data")
    press(page, "Pause")
    fields = panel.get_by_role("spinbutton")
    expect(fields).to_have_count(4)
    moves = panel.get_by_role("list").filter(has_text="petal")
    expect(moves.first).to_be_visible()
    for index, value in enumerate(("7.5", "3.2", "6.5", "2.3")):
        fields.nth(index).fill(value)
    expect(prediction).to_have_text("virginica")
    expect(panel).to_contain_text("Your own values")
    with reading(page) as look:
        look("own values")
        fields.nth(0).fill("")
        expect(prediction).to_be_visible()
        look("with a gap")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    press(page, "Typical values")
    expect(panel).to_contain_text("Nothing: every value is typical")


def test_a_table_is_deleted_after_a_question_and_restored(open_page: Open) -> None:
    page = open_page(tolerated=(REFUSED,))
    page.evaluate(DROP, ["to delete.csv", table()])
    expect(window(page)).to_contain_text("Nobody else can see it.")
    press(page, "Use this table")
    expect(page.locator(".experiment")).to_contain_text("to delete")
    delete = page.get_by_role("button", name="Delete \u2068to delete\u2069")
    delete.click()
    expect(page.get_by_role("dialog")).to_contain_text("this page is learning from it")
    page.keyboard.press("Escape")
    button(page, "Circle").click()
    page.wait_for_function("() => !location.hash.includes('upload')")
    delete.click()
    asked = page.get_by_role("dialog", name="Delete this table?")
    expect(asked).to_contain_text("to delete")
    with reading(page) as look:
        look("the question")
    asked.get_by_role("button", name="Delete", exact=True).click()
    expect(delete).to_have_count(0)
    words(page).get_by_role("button", name="Undo").click()
    expect(delete).to_be_visible()
    delete.click()
    asked.get_by_role("button", name="Delete", exact=True).click()
    expect(delete).to_have_count(0)
    page.locator("header").get_by_role("button", name="Undo").click()
    words(page).get_by_role("button", name="Restore the table").click()
    expect(page.locator(".experiment")).to_contain_text("to delete")
    page.wait_for_function("() => location.hash.includes('upload')")
    assert session(page)["experiment"]["dataset"]["name"] == "upload"


def test_of_a_large_file_a_part_is_taken(open_page: Open, tmp_path: Path) -> None:
    page = open_page(tolerated=(REFUSED,))
    draw = random.Random(2)
    lines = [",".join([*(f"m{index}" for index in range(70)), "kind"])]
    lines += [",".join([*(str(draw.randrange(100)) for _ in range(70)), "ab"[row % 2]]) for row in range(20_500)]
    path = tmp_path / "large.csv"
    path.write_text("\n".join(lines))
    pick(page, path)
    found = window(page)
    expect(found).to_contain_text("20,500 rows and 71 columns")
    expect(found).to_contain_text("Inputs: 64 of 70 columns")
    rows = found.get_by_role("textbox", name="Rows to take")
    rows.fill("30000")
    expect(found).to_contain_text("from 1 to 20,000")
    expect(button(page, "Read this selection")).to_be_disabled()
    rows.fill("2000")
    found.get_by_role("searchbox").fill("m6")
    found.get_by_role("button", name="None", exact=True).click()
    with reading(page) as look:
        look("a large file")
    press(page, "Read this selection")
    expect(found).to_contain_text("2,000 rows")
    press(page, "Use this table")
    expect(page.locator(".experiment")).to_contain_text("large")
    press(page, "Play")
    wait_until(page, "epoch", "x > 1")
    experiment = session(page)["experiment"]
    assert experiment["dataset"]["samples"] == 2000
    assert not [name for name in experiment["features"] if name.startswith("m6")]
