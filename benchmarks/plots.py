"""Pictures of the measurements: how the cost of a step grows, and how everybody's steps compare."""

import json
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams |= {"svg.hashsalt": "gradlab", "svg.fonttype": "none", "font.size": 9, "axes.grid": True}

import matplotlib.pyplot as plt  # noqa: E402 - only after its backend is chosen

FOLDER = Path(__file__).parent / "results"
GROWTH = {
    "width": "units in each of two hidden layers",
    "depth": "hidden layers of 8",
    "batch": "samples in a batch",
    "samples": "training samples, shuffled",
}
STYLE: dict[str, Any] = {"color": "0.9", "linewidth": 0.8}


def draw() -> list[Path]:
    """Draws what engine.json holds, beside it."""
    tables = json.loads((FOLDER / "engine.json").read_text(encoding="utf-8"))["tables"]
    return [_growth(tables), _race(tables["step_us"])]


def _growth(tables: dict[str, list[dict[str, Any]]]) -> Path:
    figure, places = plt.subplots(2, 2, figsize=(9, 6), layout="constrained")
    for place, (name, label) in zip(places.flat, GROWTH.items(), strict=True):
        rows = tables[f"growth_{name}"]
        place.plot([row[name] for row in rows], [row["us"] for row in rows], "o-", markersize=4)
        place.set(xlabel=label, ylabel="µs for a step")
        if name != "depth":
            place.set(xscale="log")
        if name == "width":
            place.set(yscale="log")
        else:
            place.set(ylim=(0, None))
        place.grid(**STYLE)
    figure.suptitle("What a step costs as one thing grows (8,8,8 at batch 10 where nothing else is said)")
    return _save(figure, "growth.svg")


def _race(rows: list[dict[str, Any]]) -> Path:
    networks = list(dict.fromkeys(row["hidden layers"] for row in rows))
    engines = [name for name in rows[0] if name not in ("hidden layers", "batch")]
    figure, places = plt.subplots(2, -(-len(networks) // 2), figsize=(11, 6), layout="constrained", sharey=True)
    for place, network in zip(places.flat, networks, strict=False):
        cells = [row for row in rows if row["hidden layers"] == network]
        for engine in engines:
            found = [(row["batch"], row[engine]) for row in cells if row.get(engine) is not None]
            if found:
                width = 2.5 if engine == "gradlab" else 1.2
                place.plot(*zip(*found, strict=True), "o-", markersize=3, linewidth=width, label=engine)
        place.set(title=network, xscale="log", yscale="log", xlabel="batch", ylabel="µs for a step")
        place.grid(**STYLE)
    places.flat[0].legend(fontsize=8)
    return _save(figure, "race.svg")


def _save(figure: Any, name: str) -> Path:
    figure.savefig(FOLDER / name, metadata={"Date": None})
    plt.close(figure)
    return FOLDER / name
