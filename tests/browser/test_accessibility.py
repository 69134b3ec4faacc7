"""axe, an automatic reader of pages, finds no fault with ours: WCAG 2.2 AA and good practice, in all that can be shown.

It cannot tell whether words make sense or whether the keyboard suffices: the other tests look at that.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import CUT, FORGOTTEN, REFUSED, Open
from tests.browser.relay import Relay
from tests.browser.visitor import button, open_settings, press, share, show_tab, wait_until, words

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed: npm ci"),
]
SIZES = pytest.mark.parametrize("size", ["wide", "phone"])
THEMES = pytest.mark.parametrize("theme", ["light", "dark"])

OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}

# A color that is still fading is not the one it will have.
SETTLED = "() => document.getAnimations().every(({ playState }) => playState !== 'running')"


def faults(page: Page, moment: str) -> list[str]:
    """What axe finds, each as a few lines that say what is wrong, with what, and how to mend it."""
    # Evaluated by the browser's own tools, which the page's Content-Security-Policy does not concern.
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    page.wait_for_function(SETTLED)
    violations = page.evaluate("async (options) => (await axe.run(document, options)).violations", OPTIONS)
    return [
        f"{moment}: {rule['help']} ({rule['id']}, {rule['impact']})\n"
        f"  {json.dumps(node['target'])} {node['html'][:160]}\n"
        f"  {node['failureSummary']}\n  {rule['helpUrl']}"
        for rule in violations
        for node in rule["nodes"]
    ]


Look = Callable[[str], None]


@contextmanager
def reading(page: Page) -> Iterator[Look]:
    """`look("while training")` reads the page as it is then; in the end nothing must have been found."""
    found: list[str] = []
    yield lambda moment: found.extend(faults(page, moment))
    assert not found, f"axe found {len(found)} faults:\n\n" + "\n\n".join(dict.fromkeys(found))


def parts_that_open(page: Page) -> list[str]:
    """What can be opened in the editor: every setting, and of the units, which are alike, the first."""
    found: list[str] = page.evaluate("""() => [...document.querySelectorAll("button[data-opens]")]
      .filter((element) => element.checkVisibility()).map((element) => element.dataset.opens)""")
    return [part for part in dict.fromkeys(found) if not part.startswith("unit.") or part == "unit.0.0"]


@SIZES
@THEMES
def test_the_panels_at_rest_and_while_training(open_page: Open, size: str, theme: str) -> None:
    page = open_page(size=size, theme=theme)
    tabs = ["Data", "Network", "Output", "Charts"] if size == "phone" else [""]
    with reading(page) as look:
        for running in (False, True):
            for tab in tabs:
                if tab:
                    show_tab(page, tab)
                look(f"{tab or 'the page'}, {'while training' if running else 'on the first visit'}")
            if not running:
                press(page, "Play")
                wait_until(page, "epoch", "x > 20")
                expect(words(page)).to_contain_text("It learned this")


@SIZES
@THEMES
def test_every_tab_of_the_dock(open_page: Open, size: str, theme: str) -> None:
    page = open_page("#layers=6,6,6,6,6&layers.activation=sigmoid", size=size, theme=theme)
    if size == "phone":
        show_tab(page, "Charts")
    page.get_by_label("Speed").select_option("120")
    press(page, "Play")
    page.get_by_role("tab", name="Doctor").click()
    expect(page.locator("[data-finding]").first).to_be_visible()
    press(page, "Pause")
    tabs = page.get_by_role("tab")
    with reading(page) as look:
        for index in range(tabs.count()):
            tabs.nth(index).click()
            expect(tabs.nth(index)).to_have_attribute("aria-selected", "true")
            look(f"dock, {tabs.nth(index).inner_text()}")


@SIZES
@THEMES
def test_every_editor(open_page: Open, size: str, theme: str) -> None:
    page = open_page(size=size, theme=theme)
    with reading(page) as look:
        for part in parts_that_open(page):
            editor = open_settings(page, part)
            expect(editor).to_be_visible()
            look(f"editor of {part}")
            more = editor.locator("summary")
            if more.count() > 0:
                more.first.click()
                expect(editor.locator("details[open]").first).to_be_visible()
                expect(editor.locator(".formula:empty")).to_have_count(0)
                look(f"editor of {part}, with its explanation")
            page.keyboard.press("Escape")
            expect(editor).to_be_hidden()


@SIZES
@THEMES
def test_what_is_shared_and_what_is_watched(open_page: Open, shared: str, size: str, theme: str) -> None:
    owner = open_page("#dataset=xor", host=shared, size=size, theme=theme)
    with reading(owner) as look:
        window = share(owner)
        press(owner, "Make a token")
        expect(window.get_by_label("Token", exact=True)).to_be_visible()
        press(owner, "Make a link")
        link = window.get_by_label("Link to watch", exact=True).input_value()
        look("the window to share")
    reader = open_page(host=shared, size=size, theme=theme)
    reader.goto("about:blank")
    reader.goto(link)
    expect(button(reader, "Make my own copy")).to_be_visible()
    with reading(reader) as look:
        for tab in ["Data", "Network", "Output", "Charts"] if size == "phone" else [""]:
            if tab:
                show_tab(reader, tab)
            look(f"{tab or 'the page'}, watched")


@SIZES
@THEMES
def test_the_dialogs_a_refusal_and_a_run_that_blew_up(open_page: Open, size: str, theme: str) -> None:
    fragment = "#dataset=regression_plane&layers=4&layers.activation=linear&optimizer.learning_rate=1000000"
    page = open_page(fragment, size=size, theme=theme, tolerated=(REFUSED,))
    with reading(page) as look:
        for name in ("Help", "Share"):
            press(page, name)
            expect(page.get_by_role("dialog")).to_be_visible()
            look(f"dialog {name}")
            page.keyboard.press("Escape")
            expect(page.get_by_role("dialog")).to_be_hidden()
        field = page.get_by_role("textbox", name="Batch size")
        field.fill("many")
        field.press("Enter")
        expect(words(page)).to_have_attribute("data-tone", "alarm")
        look("a refusal")
        press(page, "Play")
        expect(words(page)).to_contain_text("grew too large")
        look("diverged")


@SIZES
@THEMES
def test_the_lost_connection(open_page: Open, relay: Relay, size: str, theme: str) -> None:
    tolerated = (CUT, FORGOTTEN, "WebSocket connection")
    page = open_page(size=size, theme=theme, host=f"http://{relay.address}/", tolerated=tolerated)
    relay.cut()
    expect(words(page)).to_contain_text("connection to the server was lost")
    with reading(page) as look:
        look("connection lost")


@THEMES
def test_the_drawer_with_the_data(open_page: Open, theme: str) -> None:
    page = open_page(size="middle", theme=theme)
    with reading(page) as look:
        look("drawer closed")
        button(page, "Data").click()
        expect(page.get_by_role("button", name="Spiral")).to_be_visible()
        look("drawer open")


@SIZES
@THEMES
def test_the_reference_of_the_api(open_page: Open, address: str, size: str, theme: str) -> None:
    page = open_page(size=size, theme=theme)
    page.goto(f"{address}docs")
    page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true")
    with reading(page) as look:
        look("the API's reference")
