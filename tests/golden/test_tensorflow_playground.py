"""Runs of TensorFlow Playground, replayed from their links.

`tensorflow_playground.json` was written by the original's own code (commit 02469bd, its last), compiled and run without
a browser: configurations drawn at random, their first and last training points, every starting weight, and losses
measured after some epochs.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.experiments import read_experiment
from app.files.tf_playground_link import FEATURES, imported
from app.validation import unparse
from engine import Trainer, resolve

RUNS: list[dict[str, Any]] = json.loads((Path(__file__).parent / "tensorflow_playground.json").read_text())
TOLERANCES = {0: 1e-12, 1: 1e-12, 10: 1e-6}  # by epoch; later ones may have drifted further


def link_of(config: dict[str, Any]) -> str:
    """The link under which the original shows this configuration."""
    kind = "regDataset" if config["dataset"].startswith("reg") else "dataset"
    keys = {key: config[key] for key in config if key not in ("dataset", "features", "networkShape")}
    keys |= {kind: config["dataset"], "problem": "regression" if kind == "regDataset" else "classification"}
    keys |= {name: name in config["features"] for name in FEATURES}
    keys["networkShape"] = ",".join(map(str, config["networkShape"]))
    return "https://playground.tensorflow.org/#" + "&".join(
        f"{key}={str(value).lower() if isinstance(value, bool) else value}" for key, value in keys.items()
    )


def replayed(config: dict[str, Any]) -> Trainer:
    found = imported(link_of(config))
    assert found["changes"] == []
    return Trainer(resolve(read_experiment(unparse(found["experiment"]))))


def named(run: dict[str, Any]) -> str:
    config = run["config"]
    return "-".join(str(config[key]) for key in ("dataset", "activation", "regularization", "batchSize", "noise"))


@pytest.mark.parametrize("run", RUNS, ids=named)
def test_data_split_order_and_starting_weights_are_the_originals(run: dict[str, Any]) -> None:
    trainer = replayed(run["config"])
    part = trainer.data.as_data()["parts"]["train"]
    labels = part["targets"] if run["config"]["dataset"].startswith("reg") else part["targets"] * 2 - 1
    points = np.column_stack([part["points"], labels])
    assert len(points) == run["training_samples"]
    np.testing.assert_allclose(points[:3], run["first"], rtol=1e-15, atol=1e-15)
    np.testing.assert_allclose(
        points[len(points) - len(run["last"]) :], run["last"] or points[:0], rtol=1e-15, atol=1e-15
    )
    weights = np.concatenate([layer.weights.T.ravel() for layer in trainer.parameters()])
    assert weights.tolist() == run["weights"]
    biases = np.concatenate([layer.biases for layer in trainer.parameters()])
    assert set(biases) == {0.0 if run["config"]["initZero"] else 0.1}


@pytest.mark.parametrize("run", RUNS, ids=named)
def test_losses_follow_the_originals(run: dict[str, Any]) -> None:
    trainer = replayed(run["config"])
    for expected in run["curve"]:
        trainer.step_once("epoch", expected["epoch"] - int(trainer.epoch)) if expected["epoch"] else None
        row, tolerance = trainer.row(), TOLERANCES.get(expected["epoch"], 1e-3)
        for part in ("train", "test"):
            assert row[part]["loss"] == pytest.approx(expected[part], rel=tolerance, abs=tolerance)
    dead = run["curve"][-1].get("dead")
    if dead:
        weights = np.concatenate([layer.weights.ravel() for layer in trainer.parameters()])
        assert (weights == 0).sum() == dead


def test_slices_change_nothing_in_a_replay() -> None:
    run = next(run for run in RUNS if run["config"]["regularization"] == "L1" and run["config"]["batchSize"] == 23)
    whole, sliced = replayed(run["config"]), replayed(run["config"])
    whole.step_once("epoch", 20)
    while sliced.epoch < 20:
        sliced.advance(1, until_step=whole.step)
    sliced.settle()
    for one, other in zip(whole.parameters(), sliced.parameters(), strict=True):
        assert one.weights.tobytes() == other.weights.tobytes() and one.biases.tobytes() == other.biases.tobytes()
    assert whole.row() == sliced.row()


def test_another_seed_draws_other_weights_for_the_same_data() -> None:
    trainer = replayed(RUNS[0]["config"])
    points, weights = trainer.data.as_data()["parts"]["train"]["points"], trainer.parameters()[0].weights
    trainer.reset(seed=7)
    assert (trainer.data.as_data()["parts"]["train"]["points"] == points).all()
    assert (trainer.parameters()[0].weights != weights).all()
    assert np.abs(trainer.parameters()[0].weights).max() <= 0.5
    trainer.reset(seed=0)
    assert (trainer.parameters()[0].weights == weights).all()
