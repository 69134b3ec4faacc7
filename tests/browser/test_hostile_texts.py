"""Whatever a visitor names things, the page shows it as it is, and runs none of it."""

import csv
import io
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect

from app.settings import Settings
from tests.app.conftest import RealServer
from tests.browser.conftest import Open
from tests.browser.visitor import press, wait_until, words

pytestmark = pytest.mark.browser

RUN = "window.ran=1"
HOSTILE = [
    f"<script>{RUN}</script>",
    f"</script><script>{RUN}</script>",
    f"<img src=x onerror={RUN}>",
    f"<svg onload={RUN}>",
    f"<svg><script>{RUN}</script></svg>",
    f'"><img src=x onerror={RUN}>',
    f"'><img src=x onerror={RUN}>",
    f"`><img src=x onerror={RUN}>",
    f'" onfocus={RUN} autofocus x="',
    f"' onmouseover={RUN} x='",
    f"<body onload={RUN}>",
    "<iframe srcdoc='<script>parent.ran=1</script>'>",
    f"<iframe src=javascript:{RUN}>",
    f"<a href=javascript:{RUN}>link</a>",
    f"<details open ontoggle={RUN}>",
    f"<video><source onerror={RUN}>",
    f"<input autofocus onfocus={RUN}>",
    f"<math><mtext></form><form><img src=x onerror={RUN}>",
    f"<template><img src=x onerror={RUN}></template>",
    "<style>@import'//evil.example';</style>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<meta http-equiv=refresh content='0;//evil.example'>",
    "<base href=//evil.example/>",
    "<object data=//evil.example></object>",
    "<form action=//evil.example><button>send</button></form>",
    f"<!--><img src=x onerror={RUN}>-->",
    f"<![CDATA[<img src=x onerror={RUN}>]]>",
    f"&lt;img src=x onerror={RUN}&gt;",
    f"&#60;script&#62;{RUN}&#60;/script&#62;",
    f"\\u003cscript\\u003e{RUN}\\u003c/script\\u003e",
    f"%3Cscript%3E{RUN}%3C/script%3E",
    f"${{{RUN}}}",
    f"{{{{{RUN}}}}}",
    "{{constructor.constructor('return 1')()}}",
    "{% raw %}{{ 7*7 }}{% endraw %}",
    f"javascript:{RUN}",
    "__proto__",
    "constructor",
    "?{{lit$123$}}",
    "<!--?lit$123$-->",
    "\u202etxt.exe\u202c",
    "\u2066hidden\u2069\u200b\u200d",
    "\\href{javascript:window.ran=1}{x}",
    "=HYPERLINK('//evil.example')",
]
CLASSES = HOSTILE[:18]
VIOLATIONS = "document.addEventListener('securitypolicyviolation', () => { window.violated = 1 })"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = RealServer(Settings(workers=2, max_sessions=10_000, max_uploads=200))
    yield f"http://{server.address}/"
    server.stop()


def table(columns: list[str], classes: list[str], rows: int = 90) -> str:
    """A CSV file with these names."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([*columns, "kind"])
    for row in range(rows):
        kind = row % len(classes)
        writer.writerow([*(f"{(row * (at + 3)) % 17 + kind}.5" for at in range(len(columns))), classes[kind]])
    return text.getvalue()


def upload(address: str, name: str, text: str) -> dict[str, object]:
    answer = httpx.post(
        f"{address}api/datasets",
        params={"name": name, "header": True, "target": "kind"},
        content=text.encode(),
        headers={"content-type": "text/csv"},
        timeout=60,
    )
    found: dict[str, object] = answer.raise_for_status().json()
    return found


def harm(page: Page) -> list[str]:
    """What was run, what the policy kept from running, and elements that only a text can have made."""
    found: list[str] = page.evaluate(
        """strange => [...(window.ran ? ["run"] : []), ...(window.violated ? ["violated"] : []),
          ...[...document.querySelectorAll(strange)].map((element) => element.outerHTML)]""",
        "script:not([src]):not([type=importmap]), form:not(.trial-form), a[href^='javascript'], [onerror], "
        "iframe, object, base, img, video",
    )
    return found


def test_names_of_tables_columns_and_classes_are_shown_as_they_are(open_page: Open, address: str) -> None:
    uploads = [upload(address, name, table(["a", "b"], ["yes", "no"], 20)) for name in HOSTILE]
    assert [found["name"] for found in uploads] == HOSTILE
    wide = upload(address, "wide", table(HOSTILE, CLASSES))
    page = open_page(f"#dataset=upload&dataset.upload={wide['id']}")
    page.evaluate(VIOLATIONS)
    listed = page.locator(".table-list .table-choice bdi").all_text_contents()
    assert set(HOSTILE) < set(listed)
    chips = page.locator("#data .chip bdi").all_text_contents()
    assert chips == [name.replace("_", " ") for name in wide["inputs"]] and len(chips) == len(HOSTILE)
    legend = [text.strip() for text in page.locator("#output .legend .class").all_text_contents()]
    assert sorted(legend) == sorted(CLASSES)
    press(page, "Step")
    wait_until(page, "epoch", "x === 1")
    for tab in ("Errors", "Predict", "Doctor", "Distributions", "Curves"):
        page.get_by_role("tab", name=tab, exact=True).click()
        page.wait_for_timeout(300)
    page.get_by_role("button", name="Look at", exact=False).first.click()
    expect(page.locator("#dialog")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator(".unit").first.click()
    expect(page.locator("#editor")).to_be_visible()
    page.keyboard.press("Escape")
    for chip in page.locator("#data .chip").all()[:6]:
        chip.hover()
    assert harm(page) == []


def test_a_file_that_is_dropped_is_shown_as_it_is(open_page: Open, address: str) -> None:
    page = open_page()
    page.evaluate(VIOLATIONS)
    for name in HOSTILE[:6]:
        page.evaluate(
            """([name, text]) => {
              const data = new DataTransfer();
              data.items.add(new File([text], name, { type: "text/csv" }));
              const drop = { dataTransfer: data, bubbles: true, cancelable: true };
              document.body.dispatchEvent(new DragEvent("drop", drop));
            }""",
            [f"{name}.csv", table(HOSTILE[:30], CLASSES)],
        )
        window = page.get_by_role("dialog", name="Your own table")
        expect(window.get_by_label(HOSTILE[0], exact=True)).to_be_visible()
        assert harm(page) == []
        page.keyboard.press("Escape")
        expect(window).to_be_hidden()


def test_a_session_file_and_its_classes_are_shown_as_they_are(open_page: Open, address: str) -> None:
    points = [[at % 7 - 3, at % 5 - 2] for at in range(60)]
    data = {"points": points, "targets": [at % 18 for at in range(60)], "class_names": CLASSES, "test_fraction": 0}
    with httpx.Client(base_url=address, timeout=60) as client:
        made = client.post("/api/sessions", json={"dataset": data, "task": "multiclass"}).raise_for_status().json()
        file = client.get(f"/api/sessions/{made['id']}/export").raise_for_status().content
        id = client.post("/api/sessions", content=file, headers={"content-type": "application/json"}).json()["id"]
        secret = client.post(f"/api/sessions/{id}/share").json()["secret"]
    page = open_page()
    page.evaluate(VIOLATIONS)
    page.evaluate("secret => { location.hash = `watch=${secret}` }", secret)
    expect(page.locator("#output .legend .class")).to_have_count(len(CLASSES))
    assert [text.strip() for text in page.locator("#output .legend .class").all_text_contents()] == CLASSES
    assert harm(page) == []


@pytest.mark.parametrize("text", HOSTILE[:8])
def test_what_a_link_says_is_repeated_as_it_is(open_page: Open, address: str, text: str) -> None:
    page = open_page()
    page.evaluate(VIOLATIONS)
    page.evaluate(
        "text => { location.hash = `${encodeURIComponent(text)}=1&dataset=${encodeURIComponent(text)}` }", text
    )
    expect(words(page)).to_contain_text(text)
    assert harm(page) == []
