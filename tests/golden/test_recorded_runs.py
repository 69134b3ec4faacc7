"""Runs that were recorded, and must come out the same whatever is rearranged: the numbers, not only the behavior.

`python -m tests.golden.test_recorded_runs` records them anew, which is right only where a run is meant to change.
Matrix libraries round differently from machine to machine, so numbers are compared, not bytes.
"""

import hashlib
import json
from dataclasses import replace
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine import Experiment, Layer, Trainer, resolve
from engine.components.activations import ACTIVATIONS
from engine.components.batch_norm import BatchNormalization
from engine.components.constraints import CONSTRAINTS
from engine.components.initializers import INITIALIZERS
from engine.components.optimizers import OPTIMIZERS
from engine.components.regularizers import REGULARIZERS
from engine.components.schedules import SCHEDULES
from engine.data.datasets import DATASETS
from engine.experiment import Clipping, Input

RECORDED = Path(__file__).with_name("recorded_runs.json")
EPOCHS = 12


def _experiments() -> dict[str, Experiment]:
    """Every activation, optimizer, initializer, schedule, regularizer, constraint and data set at least once."""
    hidden = [name for name, entry in ACTIVATIONS.items() if "hidden" in entry.places]
    of_layers = zip(
        hidden, cycle(INITIALIZERS), cycle([*REGULARIZERS, None]), cycle([None, *CONSTRAINTS]), strict=False
    )
    of_runs = zip(cycle(OPTIMIZERS), cycle(SCHEDULES), strict=False)
    runs: dict[str, Experiment] = {}
    for (activation, initializer, regularizer, constraint), (optimizer, schedule) in zip(
        of_layers, of_runs, strict=False
    ):
        index = len(runs)
        layer = Layer(
            units=6,
            activation=ACTIVATIONS.choice(activation),
            initializer=INITIALIZERS.choice(initializer),
            regularizer=REGULARIZERS.choice(regularizer) if regularizer else None,
            constraint=CONSTRAINTS.choice(constraint) if constraint else None,
            dropout=0.2 if index % 4 == 1 else 0.0,
            batch_normalization=BatchNormalization() if index % 4 == 2 else None,
        )
        runs[f"{activation}, {initializer}, {optimizer}, {schedule}"] = Experiment(
            layers=(layer, replace(layer, units=3)),
            optimizer=OPTIMIZERS.choice(optimizer),
            schedule=SCHEDULES.choice(schedule),
            input=Input(noise=0.1 if index % 3 == 1 else 0.0),
            clipping=Clipping() if index % 3 == 2 else None,
            precision="float64",
        )
    for name in DATASETS:
        runs[name] = Experiment(dataset=DATASETS.choice(name, samples=90, noise=0.1))
    return runs


def summary(trainer: Trainer) -> dict[str, list[float]]:
    """The first and the last row of a run, and what it has learned."""
    parameters = trainer.state.parameters.astype(np.float64)
    rows = np.nan_to_num(trainer.history.table[[0, -1]], nan=-1.0)
    return {
        "first": rows[0].tolist(),
        "last": rows[1].tolist(),
        "parameters": [float(parameters.sum()), float(np.abs(parameters).sum()), float(parameters @ parameters)],
    }


def trained(experiment: Experiment) -> Trainer:
    trainer = Trainer(resolve(experiment))
    trainer.step_once("epoch", EPOCHS)
    return trainer


EXPERIMENTS = _experiments()


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_a_run_comes_out_as_recorded(name: str) -> None:
    recorded: dict[str, Any] = json.loads(RECORDED.read_text())[name]
    tolerance = 1e-7 if EXPERIMENTS[name].precision == "float64" else 2e-3
    for what, numbers in summary(trained(EXPERIMENTS[name])).items():
        np.testing.assert_allclose(numbers, recorded[what], rtol=tolerance, atol=tolerance, err_msg=what)


def test_the_record_is_of_these_runs() -> None:
    assert set(json.loads(RECORDED.read_text())) == set(EXPERIMENTS)


if __name__ == "__main__":
    digest = hashlib.sha256()
    runs = {}
    for name, experiment in EXPERIMENTS.items():
        trainer = trained(experiment)
        digest.update(trainer.history.table.tobytes() + trainer.state.parameters.tobytes())
        runs[name] = summary(trainer)
    RECORDED.write_text(json.dumps(runs, indent=1) + "\n")
    print(len(runs), "runs, to the bit:", digest.hexdigest()[:16])  # noqa: T201
