"""A notebook that makes the same run again, over REST, and compares what comes of it."""

import json
from typing import Any

from app.encoding import to_json
from app.exports.description import CHECKED, described
from app.problems import Problem
from engine import Trainer, to_data

HELPERS = """\
import json
import urllib.request

STEPS = 1_000  # in one request


def ask(method, path, body=None):
    \"\"\"The answer of the server, which says what is wrong if something is.\"\"\"
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(SERVER + path, data, {"Content-Type": "application/json"}, method=method)
    try:
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        raise SystemExit(json.load(error)["detail"]) from None


def make_steps(count, unit="batch"):
    while count > 0:
        ask("POST", f"{session}/commands", {"command": "step", "unit": unit, "count": min(count, STEPS)})
        count -= STEPS


def replay(entry):
    \"\"\"Makes a change of the journal once more, and says how many steps it took.\"\"\"
    kind, what = entry["kind"], entry["what"]
    if kind == "patch":
        ask("PATCH", session, what)
    elif kind == "parameters":
        ask("PUT", f"{session}/parameters", what)
    elif kind == "step":
        make_steps(what["count"], what["unit"])
        return what["count"]
    return 0"""
RUN = """\
session = "api/sessions/" + ask("POST", "api/sessions", EXPERIMENT)["id"]
step = 0
for entry in JOURNAL:
    make_steps(entry["step"] - step)
    step = entry["step"] + replay(entry)
make_steps(STEP - step)
state = ask("GET", session)
print(f"epoch {state['epoch']:,.10g}, step {state['step']:,}:", state["metrics"])"""
CHECK = """\
found = ask("POST", f"{session}/predict", {"x": ROWS})["outputs"]
apart = max(
    abs(a - b) / (UNIT + abs(b - MIDDLE)) for row, wanted in zip(found, OUTPUTS) for a, b in zip(row, wanted)
)
print(f"largest difference on {len(ROWS)} rows: {apart:.1e}")
assert state["step"] == STEP and apart <= 1e-5, "this is not the run that was exported\""""
CURVE = """\
columns = ask("GET", f"{session}/metrics")["columns"]
try:
    import matplotlib.pyplot as plt

    for part in ("train", "validation", "test"):
        if f"{part}_loss" in columns:
            plt.plot(columns["epoch"], columns[f"{part}_loss"], label=part)
    plt.xlabel("epoch"), plt.ylabel("loss"), plt.legend(), plt.show()
except ImportError:
    print("For the curves: pip install matplotlib")"""


def write(trainer: Trainer, address: str) -> bytes:
    """The notebook of a trainer's run. Raises Problem 409 where its journal is not complete."""
    if not trainer.journal.complete:
        raise Problem(409, "Too many changes were made to this run to make it again; export it as json.")
    network = described(trainer)
    journal = json.loads(to_json([entry.as_data() for entry in trainer.journal.entries]))
    facts = {
        "EXPERIMENT": to_data(trainer.journal.experiment),
        "JOURNAL": journal,
        "STEP": trainer.step,
        "ROWS": network.rows[:CHECKED],
        "UNIT": network.unit,
        "MIDDLE": network.target_mean,
        "OUTPUTS": json.loads(to_json(network.outputs)),
    }
    about = ["# A run of gradlab, once more", *network.header]
    if trainer.experiment.source.table:
        about.append("It learns from an uploaded table, which must still be on the server.")
    cells = [
        _cell("markdown", "\n\n".join(about)),
        _cell("markdown", "The server, the experiment, and what was changed on the way:"),
        _cell("code", f"SERVER = {address!r}"),
        _cell("code", "\n".join(["import json", *(_fact(name, value) for name, value in facts.items())])),
        _cell("code", HELPERS),
        _cell("markdown", "The same run:"),
        _cell("code", RUN),
        _cell("markdown", "The same answers:"),
        _cell("code", CHECK),
        _cell("code", CURVE),
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    for index, cell in enumerate(cells):
        cell["id"] = f"cell-{index}"
    return to_json({"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5})


def _fact(name: str, value: Any) -> str:
    return f"{name} = json.loads({json.dumps(value)!r})"


def _cell(kind: str, source: str) -> dict[str, Any]:
    further: dict[str, Any] = {"execution_count": None, "outputs": []} if kind == "code" else {}
    return {"cell_type": kind, "metadata": {}, "source": source, **further}
