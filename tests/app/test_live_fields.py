"""The page knows from the schema which changes need a new run: the same as the engine."""

import json
import shutil
import subprocess
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import Phase, given, settings

from app.experiments import EXPERIMENT
from app.routes.pages import ROOT
from engine import Experiment, fixed_differences, resolve, to_data
from engine.components.activations import ACTIVATIONS
from engine.components.batch_norm import BatchNormalization
from engine.components.constraints import CONSTRAINTS
from engine.components.optimizers import OPTIMIZERS
from engine.components.regularizers import REGULARIZERS
from engine.experiment import Layer
from tests.engine.test_properties import experiments

SCRIPT = """
import { fixedDifferences } from "./static/js/schema.js";
import { text } from "node:stream/consumers";
const [schema, pairs] = JSON.parse(await text(process.stdin));
console.log(JSON.stringify(pairs.map(([before, after]) => fixedDifferences(schema, before, after))));
"""
DRAWN: list[Experiment] = []


@settings(max_examples=80, deadline=None, derandomize=True, phases=[Phase.generate])
@given(experiments())
def draw(chosen: Experiment) -> None:
    DRAWN.append(chosen)


def changed() -> list[tuple[Experiment, Experiment]]:
    """Pairs that differ in one thing, and pairs that differ in many."""
    draw()
    base = resolve(Experiment())
    parts = [
        *({"activation": ACTIVATIONS.choice(name)} for name, entry in ACTIVATIONS.items() if "hidden" in entry.places),
        {"activation": ACTIVATIONS.choice("maxout", pieces=3)},
        {"units": 5},
        {"dropout": 0.5},
        {"regularizer": REGULARIZERS.choice("l2")},
        {"constraint": CONSTRAINTS.choice("max_norm")},
        {"batch_normalization": BatchNormalization()},
        {"batch_normalization": BatchNormalization(momentum=0.5)},
    ]
    layers: list[Experiment] = [
        replace(base, layers=(replace(base.layers[0], **part), base.layers[1]))
        for part in parts  # type: ignore[arg-type]
    ]
    others = [
        replace(base, layers=(*base.layers, Layer(3))),
        replace(base, layers=()),
        replace(base, optimizer=OPTIMIZERS.choice("sgd", learning_rate=0.5)),
        *(replace(base, optimizer=OPTIMIZERS.choice(name)) for name in OPTIMIZERS),
        replace(base, features=("x1",)),
        replace(base, precision="float64"),
        replace(base, batch_size=None),
    ]
    near = [(one, other) for group in (layers, others) for one in (base, *group) for other in (base, *group)]
    mixed = [
        replace(one, **{name: getattr(other, name)})
        for one, other in pairwise(DRAWN)
        for name in ("layers", "optimizer", "dataset", "output", "early_stopping", "schedule", "loss")
    ]
    return near + list(pairwise(DRAWN)) + list(pairwise(mixed))


@pytest.mark.skipif(shutil.which("node") is None, reason="the page's code runs under Node.js")
def test_the_page_knows_which_changes_need_a_new_run() -> None:
    pairs = changed()
    wanted: list[Any] = [fixed_differences(one, other) for one, other in pairs]
    told = json.dumps([EXPERIMENT.schema, [[to_data(one), to_data(other)] for one, other in pairs]])
    command = [shutil.which("node") or "node", "--input-type=module", "--eval", SCRIPT]
    answer = subprocess.run(command, input=told, capture_output=True, text=True, cwd=ROOT, check=False)
    assert answer.returncode == 0, answer.stderr
    for pair, one, other in zip(pairs, json.loads(answer.stdout), wanted, strict=True):
        assert one == other, pair
