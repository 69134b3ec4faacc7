"""A visitor brings a table of their own: picked or dropped, looked at, learned from, and taken back."""

import random
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import REFUSED, Open
from tests.browser.visitor import button, number, press, session, show_tab, wait_until, words

pytestmark = pytest.mark.browser

KINDS = ("rose", "tulip", "<b>daisy</b>")
DROP = """([name, text]) => {
  const data = new DataTransfer();
  data.items.add(new File([text], name, { type: "text/csv" }));
  for (const type of ["dragenter", "dragover", "drop"]) {
    document.body.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
  }
}"""


def table(columns: int = 3, rows: int = 90) -> str:
    """Numbers, one of them missing, that tell three kinds apart."""
    draw = random.Random(1)
    lines = [",".join([*(f"measure {index}" for index in range(columns)), "kind"])]
    for row in range(rows):
        numbers = [f"{draw.gauss(2 * (row % 3), 0.5):.2f}" for _ in range(columns)]
        lines.append(",".join(["" if row == 7 else numbers[0], *numbers[1:], KINDS[row % 3]]))
    return "\n".join(lines)


def window(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Your own table")


def pick(page: Page, path: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Open a CSV file").click()
    chooser.value.set_files(path)


def test_a_table_that_is_dropped_is_looked_at_learned_from_and_taken_back(open_page: Open) -> None:
    page = open_page()
    page.evaluate(DROP, ["flowers.csv", table()])
    found = window(page)
    expect(found).to_contain_text("90 rows, 4 columns")
    expect(found).to_contain_text("3 classes")
    expect(found).to_contain_text("1 value is missing")
    expect(found.get_by_role("columnheader", name="measure 2")).to_be_visible()
    found.get_by_label("Predict", exact=True).select_option("measure 0")
    expect(found).not_to_contain_text("3 classes")
    found.get_by_label("Predict", exact=True).select_option("kind")
    expect(found).to_contain_text("3 classes")
    found.get_by_label("measure 1", exact=True).uncheck()
    press(page, "Use this table")
    expect(found).to_be_hidden()
    expect(page.locator(".experiment")).to_contain_text("flowers, 2-4-2-3")
    press(page, "Play")
    wait_until(page, "test-accuracy", "x > 90")
    press(page, "Pause")
    assert session(page)["experiment"]["features"] == ["measure 0", "measure 2"]
    expect(page.locator(".legend")).to_contain_text("<b>daisy</b>")
    press(page, "Undo")
    expect(page.locator(".experiment")).to_contain_text("Circle, 2-4-2-1")
    page.wait_for_function("() => !location.hash.includes('upload')")
    assert session(page)["experiment"]["dataset"]["name"] == "circle"


def test_a_file_that_is_no_table_says_why_and_is_replaced(open_page: Open, tmp_path: Path) -> None:
    page = open_page(tolerated=(REFUSED,))
    broken, good = tmp_path / "broken.csv", tmp_path / "good.csv"
    broken.write_text("a,b\n1,2\n3\n4,5,6\n")
    good.write_text(table())
    pick(page, broken)
    found = window(page)
    expect(found.locator(".problem")).to_be_visible()
    expect(button(page, "Use this table")).to_be_disabled()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Open another file").click()
    chooser.value.set_files(good)
    expect(found).to_contain_text("90 rows, 4 columns")
    page.keyboard.press("Escape")
    expect(found).to_be_hidden()
    assert session(page)["experiment"]["dataset"]["name"] == "circle", "it was not used"


def test_thirty_columns_on_a_phone(open_page: Open, tmp_path: Path) -> None:
    page = open_page(size="phone")
    path = tmp_path / "wide.csv"
    path.write_text(table(29))
    show_tab(page, "Data")
    pick(page, path)
    expect(window(page)).to_contain_text("90 rows, 30 columns")
    press(page, "Use this table")
    show_tab(page, "Network")
    press(page, "Play")
    wait_until(page, "epoch", "x > 3")
    for tab in ("Data", "Network", "Output", "Charts"):
        show_tab(page, tab)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), tab
    assert number(page, "train-loss") > 0


def test_a_link_to_a_table_that_is_not_here_says_so(open_page: Open) -> None:
    page = open_page("#dataset=upload&dataset.upload=0123456789abcdef", tolerated=(REFUSED, "404"))
    expect(words(page)).to_have_attribute("data-tone", "alarm")
    expect(words(page)).to_contain_text("table")
    press(page, "Play")
    wait_until(page, "epoch", "x > 3")
