"""How fast the page is: a real server, a real Chromium, training flat out.

Measures pictures per second, from a click to the paint that shows it, the first paint, and the weight of the page.
Run `python -m benchmarks page`; results go to benchmarks/results/page.json, with the date.
"""

import gzip
import json
import statistics
import urllib.request
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import Page, sync_playwright

from benchmarks.machine import facts
from benchmarks.served import server

RESULTS = Path(__file__).parent / "results" / "page.json"
SECONDS = 5
NETWORKS = {"4,2": "", "8,8,8": "#dataset=spiral&layers=8,8,8", "16 x 6": "#dataset=spiral&layers=16,16,16,16,16,16"}
WIDTH, HEIGHT = 1440, 900

# Counts, frame by frame, how often each picture was drawn anew.
COUNT = """seconds => new Promise(done => {
  const steps = { boundary: [".map", 0, ""], neurons: [".maps", 0, ""], weights: [".links", 0, ""] };
  const gaps = [];
  const start = performance.now();
  let before = start;
  requestAnimationFrame(function frame(now) {
    gaps.push(now - before);
    before = now;
    for (const picture of Object.values(steps)) {
      const { step } = document.querySelector(picture[0]).dataset;
      if (step !== picture[2]) picture[1] += 1;
      picture[2] = step;
    }
    if (now - start < seconds * 1000) return requestAnimationFrame(frame);
    const took = (now - start) / 1000;
    gaps.sort((a, b) => a - b);
    const rates = Object.entries(steps).map(([name, [, count]]) => [name, count / took]);
    const gap_p95_ms = gaps[Math.floor(gaps.length * 0.95)];
    done({ ...Object.fromEntries(rates), frames: gaps.length / took, gap_p95_ms });
  });
})"""

# The browser's own measure: from the input to the paint that follows it.
LISTEN = """() => {
  window.inputs = [];
  new PerformanceObserver(list => {
    for (const entry of list.getEntries()) if (["click", "keydown"].includes(entry.name)) inputs.push(entry.duration);
  }).observe({ type: "event", durationThreshold: 16, buffered: true });
}"""


def measure_pictures(page: Page, address: str, fragment: str) -> dict[str, float]:
    """Pictures per second of one network, training flat out."""
    open_page(page, address + fragment)
    page.get_by_label("Speed").select_option("null")
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_selector(".map:not([data-step='0'])")
    counted: dict[str, float] = page.evaluate(COUNT, SECONDS)
    counted["steps_per_second"] = float(page.text_content("[data-value=steps-per-second]").replace(",", ""))
    return counted


def measure_input(page: Page) -> dict[str, float]:
    """Milliseconds from a click or a key to the next paint, while it trains; what was under 16 ms counts as 16."""
    page.evaluate(LISTEN)
    count = 20
    for index in range(count):
        page.get_by_label("Hard classes" if index % 2 else "Log scale").click()
    page.evaluate("document.activeElement.blur()")
    for _ in range(count):
        page.keyboard.press("Space")  # pauses, and goes on
    page.wait_for_timeout(500)
    slow: list[float] = page.evaluate("inputs")
    durations = sorted(slow + [16.0] * max(2 * count - len(slow), 0))
    return {
        "p50_ms": statistics.median(durations),
        "p95_ms": durations[int(len(durations) * 0.95)],
        "inputs": 2 * count,
    }


def measure_loading(page: Page, address: str) -> dict[str, float]:
    """The first paint, and what is fetched, as it would weigh with gzip."""
    fetched: list[str] = []
    page.on("response", lambda response: fetched.append(response.url))
    open_page(page, address)
    page.locator("[data-opens=optimizer]").click()
    page.locator("#editor summary").first.click()  # so that the formulas' library and fonts count
    page.wait_for_selector(".katex")
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    files = {url.partition("#")[0] for url in fetched if "/api/sessions" not in url}
    weights = {url: weigh(url) for url in files}
    return {"first_paint_ms": paint, "files": len(files), "compressed_kb": sum(weights.values()) / 1024}


def measure_memory(page: Page, address: str, minutes: int) -> dict[str, Any]:
    """Megabytes after each minute of training flat out: what JavaScript keeps, and the whole process of the tab."""
    open_page(page, address + NETWORKS["8,8,8"])
    page.get_by_label("Speed").select_option("null")
    page.get_by_role("button", name="Play", exact=True).click()
    tab = page.context.new_cdp_session(page)
    heap: list[float] = []
    process: list[float] = []
    for _ in range(minutes):
        page.wait_for_timeout(60_000)
        tab.send("HeapProfiler.collectGarbage")
        heap.append(tab.send("Runtime.getHeapUsage")["usedSize"] / 1e6)
        process.append(renderer_mb())
    half = minutes // 2
    return {
        "minutes": minutes,
        "epochs": page.text_content("[data-value=epoch]"),
        "heap_mb": heap,
        "process_mb": process,
    } | {
        f"{name}_slope_mb_per_minute": statistics.linear_regression(range(half, minutes), values[half:]).slope
        for name, values in (("heap", heap), ("process", process))
    }


def renderer_mb() -> float:
    """The memory that the largest tab of our own browser has to itself."""
    family = psutil.Process().children(recursive=True)
    tabs = [process for process in family if "--type=renderer" in process.cmdline()]
    return max((tab.memory_full_info().uss / 1e6 for tab in tabs), default=0.0)


def weigh(url: str) -> int:
    """The compressed size of a file."""
    with urllib.request.urlopen(url) as answer:
        body = answer.read()
    return len(body if url.endswith(".woff2") else gzip.compress(body, 6))


def open_page(page: Page, address: str) -> None:
    """Opens the page in a fresh state and waits until it can play."""
    page.goto("about:blank")
    page.goto(address)
    page.wait_for_selector("button[aria-label=Play]:enabled", timeout=60_000)
    page.wait_for_selector(".map[data-step]")


def main(quick: bool = False, minutes: int = 0) -> dict[str, Any]:
    """Measures everything and writes it down; `quick` is one network, and is not written down.

    Memory is measured if `minutes` are given; else what was measured last is kept.
    """
    with server() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        results: dict[str, Any] = {
            "machine": facts(["playwright"]),
            "chromium": browser.version,
            "window": [WIDTH, HEIGHT],
        }
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        results["loading"] = measure_loading(page, address)
        page.close()
        for name, fragment in list(NETWORKS.items())[: 1 if quick else None]:
            page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
            results[name] = measure_pictures(page, address, fragment)
            results[name] |= {f"input_{key}": value for key, value in measure_input(page).items()}
            page.close()
        if minutes:
            page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
            results["memory"] = measure_memory(page, address, minutes)
        elif RESULTS.exists() and (known := json.loads(RESULTS.read_text("utf-8")).get("memory")):
            results["memory"] = known
        browser.close()
    if not quick:
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    return results
