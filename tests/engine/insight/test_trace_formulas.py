"""Every formula that a trace prints is evaluated with the numbers that it prints."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from engine import Trainer
from engine.formulas import follow, katex
from engine.insight.trace import trace
from engine.optimizers import OPTIMIZERS
from engine.schedules import SCHEDULES
from tests.engine.cases import experiment, scatter

EXACT = 1e-13


def parameters_of(layer: dict[str, Any]) -> Iterator[tuple[str, tuple[int, ...]]]:
    for name, numbers in layer["parameters"].items():
        for place in np.ndindex(numbers.shape):
            yield name, place


def check_updates(trainer: Trainer, told: dict[str, Any]) -> None:
    """Each parameter's update and its new memory, by the formula of the optimizer and the printed numbers."""
    entry = OPTIMIZERS.of(trainer.experiment.optimizer)
    assert told["formulas"]["update"] == katex(entry.formula)
    for layer in told["layers"]:
        for name, place in parameters_of(layer):
            values = told["update"] | {
                "w": layer["parameters"][name][place],
                "g": layer["total_gradients"][name][place],
                **{slot: numbers[name][place] for slot, numbers in layer["memory"].items()},
            }
            if name != "weights" and entry.decays:
                values["weight_decay"] = 0.0
            printed = follow(entry.formula, values)
            assert layer["updated"][name][place] == pytest.approx(printed["w"], rel=EXACT, abs=EXACT)
            for slot in entry.memory:
                assert layer["memory_after"][slot][name][place] == pytest.approx(printed[slot], rel=EXACT, abs=EXACT)


@pytest.mark.parametrize("steps", [0, 1, 7], ids=["first step", "second step", "later step"])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_printed_update_formula_gives_the_printed_update(name: str, steps: int) -> None:
    trainer = Trainer(experiment(optimizer=OPTIMIZERS.choice(name), schedule=SCHEDULES.choice("exponential")))
    scatter(trainer)
    if steps:
        trainer.step_once("sample", steps)
    told = trace(trainer, 2)
    assert told["update"]["step"] == steps + 1 and told["update"]["learning_rate"] == told["learning_rate"]
    check_updates(trainer, told)
