"""The race: microseconds per training step, on every network and batch size, against every peer."""

import time
from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from benchmarks.networks import LEARNING_RATE, NETWORKS, SAMPLES, experiment, train
from benchmarks.peers import Engine, Layers, Maker, Task, installed
from benchmarks.timing import Effort, interleave
from engine import Trainer, resolve
from engine.training.history import EVERY_EPOCH_UNTIL

OURS = "gradlab"
BATCHES = (1, 10, 32, SAMPLES)
QUICK = ("4,2", "8,8,8"), (1, 10)
SAME_STEPS = 2 * SAMPLES  # after which all must agree
SAME = 1e-3  # of the way that the weights went


class Gradlab:
    """Our own engine, as a contestant."""

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer

    def train(self, epochs: int) -> None:
        train(self._trainer, epochs * self._trainer.steps_per_epoch)

    def train_measured(self, epochs: int) -> list[float]:
        trainer = self._trainer
        trainer.measuring = True
        while epochs > 0:
            if trainer.epoch >= EVERY_EPOCH_UNTIL:
                trainer.reset()  # beyond, rows are rarer
            some = min(epochs, EVERY_EPOCH_UNTIL - int(trainer.epoch))
            trainer.advance(1 << 60, trainer.step + some * trainer.steps_per_epoch)
            epochs -= some
        trainer.settle()
        row = trainer.history.row(trainer.history.last_seq)
        return [row[part][measure] for part in ("train", "test") for measure in ("loss", "accuracy")]

    def layers(self) -> Layers:
        return [(layer.weights, layer.biases) for layer in self._trainer.parameters()]


Makers: TypeAlias = Mapping[str, Maker]


def race(effort: Effort, quick: bool, playground: Path | None) -> dict[str, list[dict[str, Any]]]:
    """Tables with one row for each network and batch size; each peer is checked against us before it is timed."""
    makers: Makers = {
        OURS: lambda task: Gradlab(Trainer(resolve(experiment(task.units, task.batch)))),
        **installed(playground),
    }
    _race_once((1,), 10, makers, Effort(1, 0))  # so that no library is loaded while it is timed
    networks, batches = QUICK if quick else (tuple(NETWORKS), BATCHES)
    tables: dict[str, list[dict[str, Any]]] = {}
    for name, batch in product(networks, batches):
        cells = _race_once(NETWORKS[name], batch, makers, effort)
        for table, cell in cells.items():
            tables.setdefault(table, []).append({"hidden layers": name, "batch": batch} | cell)
        print(f"  {name:9} batch {batch:3} ", *(f"{engine} {us:.3g}" for engine, us in cells["step_us"].items()))
    return tables


def _race_once(units: tuple[int, ...], batch: int, makers: Makers, effort: Effort) -> dict[str, dict[str, Any]]:
    task = _task(units, batch)
    engines: dict[str, Engine] = {}
    first_epoch: dict[str, float] = {}
    for name, make in makers.items():
        start = time.perf_counter()
        engine = make(task)
        if engine is None:
            continue
        engines[name] = engine
        engine.train(1)
        first_epoch[name] = (time.perf_counter() - start) * 1e3
    agreement = _agreement(task, engines)
    _check_measures({name: engine.train_measured(1) for name, engine in engines.items()})
    whole = interleave({name: engine.train_measured for name, engine in engines.items()}, effort)
    timings = interleave({name: engine.train for name, engine in engines.items()}, effort)
    us = {name: timing.median * task.batch / SAMPLES * 1e6 for name, timing in timings.items()}
    return {
        "step_us": us,
        "ratio": {name: us[name] / us[OURS] for name in us if name != OURS},
        "whole_us": {name: timing.median * 1e6 for name, timing in whole.items()},
        "whole_ratio": {name: whole[name].median / whole[OURS].median for name in whole if name != OURS},
        "first_epoch_ms": first_epoch,
        "spread": {
            name: [timing.best / timing.median, timing.worst / timing.median] for name, timing in timings.items()
        },
        "busy_cores": {name: timing.cores for name, timing in timings.items()},
        **agreement,
    }


def _task(units: tuple[int, ...], batch: int) -> Task:
    """Our own data and starting weights, as everybody needs them."""
    trainer = Trainer(resolve(experiment(units, batch)))
    x, x_test = (trainer.data.parts[part].points.astype(np.float32) for part in ("train", "test"))
    t, t_test = (trainer.data.parts[part].targets[:, None].astype(np.float32) for part in ("train", "test"))
    layers = [(layer.weights, layer.biases) for layer in trainer.parameters()]
    return Task(layers, x, t, x_test, t_test, trainer.data.threshold, batch, LEARNING_RATE)


def _agreement(task: Task, engines: Mapping[str, Engine]) -> dict[str, dict[str, float]]:
    """Where the same steps from the same start lead. Raises RuntimeError where a peer went elsewhere.

    `loss` is the mean squared error of each, `apart` how far its weights are from ours, as a share of the way gone.
    """
    for engine in engines.values():
        engine.train(SAME_STEPS * task.batch // SAMPLES - 1)  # the first epoch is done already
    ours = _flat(engines[OURS].layers())
    way = np.linalg.norm(ours - _flat(task.layers))
    apart = {name: float(np.linalg.norm(_flat(engine.layers()) - ours) / way) for name, engine in engines.items()}
    if not max(apart.values()) < SAME:
        raise RuntimeError(f"not everybody trains the same: {apart}")
    losses = {name: loss(engine.layers(), task) for name, engine in engines.items()}
    return {"loss": {"start": loss(task.layers, task), **losses}, "apart": apart}


def _check_measures(measures: Mapping[str, list[float]]) -> None:
    """Raises RuntimeError where a peer does not measure what we do."""
    for name, found in measures.items():
        if not np.allclose(found, measures[OURS], rtol=1e-3, atol=0.02):
            raise RuntimeError(f"{name} measures something else: {measures}")


def _flat(layers: Layers) -> np.ndarray:
    return np.concatenate([array.ravel() for layer in layers for array in layer]).astype(np.float64)


def loss(layers: Layers, task: Task) -> float:
    """The mean squared error on all samples, in float64."""
    a = task.x.astype(np.float64)
    for W, b in layers[:-1]:
        a = np.tanh(a @ W + b)
    W, b = layers[-1]
    return float(np.mean((a @ W + b - task.t) ** 2))
