"""The tables that people read: the same on the screen and in results/README.md, made from the JSON beside it."""

import json
import statistics
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "results"

# The tables shown, in order: their name in engine.json, a title, what to know about them.
ENGINE = (
    (
        "step_us",
        "A training step, in µs",
        "320 points on a plane, tanh, linear output, squared error, plain SGD, batches in order, float32. Everybody "
        "has the same batches and starting weights, and ends with the same weights. No step computes the loss as a "
        "number, unless its library insists (PyTorch, scikit-learn); all compute its gradient.",
    ),
    ("ratio", "gradlab is so many times faster", "Under 1 it is slower, and the number is bold."),
    (
        "whole_us",
        "An epoch with its losses and accuracies, in µs",
        "The same, and after each epoch the loss and the accuracy over all 320 training and all 320 test samples: what "
        "a page shows and a script reads. gradlab's row also has the statistics of every layer.",
    ),
    ("whole_ratio", "gradlab's whole epoch is so many times faster", "Under 1 it is slower, and the number is bold."),
    (
        "first_epoch_ms",
        "A new network, until its first epoch is done, in ms",
        "JAX compiles for each; gradlab has one kernel for all, whose loading is below.",
    ),
    ("options", "The price of an option", "8,8,8 at batch 10; each option alone."),
    ("growth_width", "Growth with width", "Two hidden layers, batch 10; µs per step."),
    ("growth_depth", "Growth with depth", "Layers of 8, batch 10; µs per step."),
    ("growth_batch", "Growth with the batch", "8,8,8; µs per step. Batches are padded to a multiple of 8."),
    ("growth_samples", "Growth with the samples", "8,8,8, batch 10, shuffled; µs per step."),
    ("products", "Against the matrix library", "256,256 at batch 32, and a bare product 256 x 256 x 32."),
    (
        "pictures",
        "What a page asks for, in µs",
        "A row of metrics looks at 320 training and 320 test samples. `frame` is an epoch with its row, the boundary "
        "at 100 x 100 and all neurons at 32 x 32.",
    ),
    ("memory", "What a trainer holds, in KB", "After 1,000 epochs: with their rows, and pictures drawn."),
    ("starts", "Until the kernels are ready, in s", "Fresh processes; `warm` finds the code that `cold` compiled."),
)
BOLD_UNDER_ONE = {"ratio", "whole_ratio"}


def engine(results: dict[str, Any]) -> str:
    """All of the engine's tables."""
    machine, method = results["machine"], results["method"]
    busy = max(value for row in results["tables"]["busy_cores"] for value in list(row.values())[2:])
    spread = [pair for row in results["tables"]["spread"] for pair in list(row.values())[2:]]
    low, high = min(low for low, _ in spread), max(high for _, high in spread)
    parts = [
        "## The engine",
        _facts(machine) + ".",
        f"Medians of {method['rounds']} rounds, in each of which every contestant has one turn of about "
        f"{method['seconds_per_turn'] * 1000:.0f} ms; one thread each (cores busy: at most {busy:.2f}). "
        f"Single rounds took from {low:.2f} to {high:.2f} of their median.",
        "### Targets\n\n" + table(results["targets"]),
    ]
    parts.append("![Steps of every engine](race.svg)\n\n![Growth of a step's cost](growth.svg)")
    for name, title, note in ENGINE:
        parts.append(f"### {title}\n\n{note}\n\n" + table(results["tables"][name], name in BOLD_UNDER_ONE))
    return "\n\n".join(parts)


def page(results: dict[str, Any]) -> str:
    """The page's table: one column for each network."""
    networks = {
        name: value
        for name, value in results.items()
        if isinstance(value, dict) and name not in ("machine", "loading", "memory")
    }
    names = next(iter(networks.values()))
    rows = [{"": name, **{network: values[name] for network, values in networks.items()}} for name in names]
    facts, loading = _facts(results["machine"]), _facts(results["loading"])
    return "\n\n".join(
        [
            "## The page",
            f"{facts}, Chromium {results['chromium']}, window {results['window']}. Loading: {loading}.",
            "Training flat out: pictures drawn and frames per second, and ms from an input to the next paint.",
            table(rows),
            *([_memory(results["memory"])] if "memory" in results else []),
        ]
    )


def _memory(told: dict[str, Any]) -> str:
    """What the tab keeps while 8,8,8 trains flat out."""
    rows = []
    for what, name in (("heap", "JavaScript"), ("process", "whole tab")):
        values = told[f"{what}_mb"]
        row = {"first": values[0], "median": statistics.median(values), "last": values[-1]}
        rows.append({"": name, **row, "slope": told[f"{what}_slope_mb_per_minute"]})
    return (
        f"Memory of the page over {told['minutes']} minutes of 8,8,8 flat out ({told['epochs']} epochs), in MB after "
        "collecting garbage; the slope of the second half in MB per minute.\n\n" + table(rows)
    )


def insight(results: dict[str, Any]) -> str:
    """How soon questions are answered, and what time travel takes."""
    return "\n\n".join(
        [
            "## Questions about a network",
            _facts(results["machine"]) + ".",
            "Over HTTP, to a session of 8,8,8 on 500 points after 1,000 epochs: alone, and while 30 such sessions "
            "train flat out on the same cores. Milliseconds; medians, and of the latter the 95th percentile and the "
            "worst.",
            table(results["answers"]),
            "### Going back along a run\n\nAny epoch is shown by training again from the checkpoint before it. "
            "`MB` is all that is kept for that; `shown` includes the boundary at 64 x 64.",
            table(results["travel"]),
        ]
    )


def write() -> None:
    """Writes results/README.md from the results that are there."""
    parts = [
        "# How fast gradlab is",
        "Written by `./scripts/benchmark`. The numbers are in the JSON files beside this.",
    ]
    for name, render in (("engine", engine), ("insight", insight), ("page", page)):
        path = FOLDER / f"{name}.json"
        if path.exists():
            parts.append(render(json.loads(path.read_text(encoding="utf-8"))))
    (FOLDER / "README.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def table(rows: list[dict[str, Any]], bold_under_one: bool = False) -> str:
    """Rows as a Markdown table whose columns line up."""
    columns = list(rows[0])
    cells = [columns] + [[_text(row.get(column), bold_under_one) for column in columns] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ["| " + " | ".join(map(str.ljust, line, widths)) + " |" for line in cells]
    lines.insert(1, "| " + " | ".join("-" * max(width, 3) for width in widths) + " |")
    return "\n".join(lines)


def _facts(values: dict[str, Any]) -> str:
    return ", ".join(f"{name} {_text(value)}" for name, value in values.items())


def _text(value: Any, bold_under_one: bool = False) -> str:
    """Floats with three digits that count."""
    if not isinstance(value, float):
        return "" if value is None else str(value)
    text = f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return f"**{text}**" if bold_under_one and value < 1 else text
