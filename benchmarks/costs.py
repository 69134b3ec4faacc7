"""What things cost: a start, a new picture, a row of metrics, memory, and each option that a step can have."""

import os
import statistics
import subprocess
import sys
import tempfile
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np

from benchmarks.networks import MENU, NETWORKS, experiment, train
from benchmarks.timing import Effort, interleave, repeated
from engine import Experiment, Trainer, resolve
from engine.components.batch_norm import BatchNormalization
from engine.experiment import Clipping, Input

Rows = list[dict[str, Any]]

BASE = (8, 8, 8), 10  # the network and batch size on which options are priced

START = """
import time
start = time.perf_counter()
import engine
imported = time.perf_counter()
engine.warm_up({kernel!r})
print(imported - start, time.perf_counter() - imported)
"""


def starts(repeats: dict[str, int]) -> Rows:
    """Seconds until the kernels are ready, in fresh processes: compiled into an empty folder, then loaded from it."""
    rows = []
    for kernel, count in repeats.items():
        cold, warm, imports = [], [], []
        for _ in range(count):
            with tempfile.TemporaryDirectory() as folder:
                cold.append(_start(kernel, folder)[1])
                for _ in range(3):
                    imported, loaded = _start(kernel, folder)
                    imports.append(imported)
                    warm.append(loaded)
        for what, times in (("import", imports), ("compile, cold", cold), ("load, warm", warm)):
            median = statistics.median(times)
            rows.append({"kernel": kernel, "what": what, "median s": median, "worst s": max(times)})
    return rows


def _start(kernel: str, folder: str) -> tuple[float, float]:
    environment = os.environ | {"GRADLAB_CACHE_DIR": folder}
    command = [sys.executable, "-c", START.format(kernel=kernel)]
    printed = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
    imported, loaded = map(float, printed.split())
    return imported, loaded


def pictures(effort: Effort, networks: tuple[str, ...]) -> Rows:
    """Microseconds for what a page asks for; `frame` is an epoch with its row, boundary 100 and neurons 32."""
    rows = []
    for name in networks:
        trainer = Trainer(resolve(experiment(NETWORKS[name], 10)))
        trainer.step_once("epoch", 1)
        looker = Trainer(trainer.experiment)
        train(looker, 1)  # so that no recorded row answers for the current step

        def frame(trainer: Trainer = trainer) -> None:
            _recording(trainer, trainer.steps_per_epoch)
            trainer.boundary(100)
            trainer.neurons(32)

        contestants = {
            "row of metrics": repeated(looker.row),
            "boundary 64": repeated(lambda looker=looker: looker.boundary(64)),
            "boundary 100": repeated(lambda looker=looker: looker.boundary(100)),
            "neurons 20": repeated(lambda looker=looker: looker.neurons(20)),
            "neurons 32": repeated(lambda looker=looker: looker.neurons(32)),
            "frame": repeated(frame),
        }
        timings = interleave(contestants, effort)
        rows.append({"hidden layers": name} | {what: timing.median * 1e6 for what, timing in timings.items()})
    return rows


def memory(networks: tuple[str, ...]) -> Rows:
    """Kilobytes that one trainer holds: new, and after 1,000 epochs recorded and pictures drawn."""
    rows = []
    for name in networks:
        settings = experiment(NETWORKS[name], 10)
        Trainer(resolve(settings))  # what is loaded or cached once belongs to no session
        tracemalloc.start()
        trainer = Trainer(resolve(settings))
        new, _ = tracemalloc.get_traced_memory()
        trainer.step_once("epoch", 1000)
        trainer.boundary(64), trainer.neurons(20)
        used, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        rows.append({"hidden layers": name, "new": new / 1024, "after 1,000 epochs": used / 1024})
    return rows


def options(effort: Effort) -> Rows:
    """The price of each option: what a step costs with it, over what it costs without."""
    chosen = {"none": experiment(*BASE), **dict(_options(experiment(*BASE)))}
    contestants = {name: _stepping(Trainer(resolve(settings))) for name, settings in chosen.items()}
    rowed = Trainer(resolve(chosen["none"]))
    contestants["a row every epoch"] = lambda steps: _recording(rowed, steps)
    timings = interleave(contestants, effort)
    base = timings["none"].median
    return [
        {"option": name, "us": timing.median * 1e6, "times": timing.median / base} for name, timing in timings.items()
    ]


def _stepping(trainer: Trainer) -> Callable[[int], None]:
    return lambda steps: train(trainer, steps)


def _recording(trainer: Trainer, steps: int) -> None:
    if trainer.epoch > 300:
        trainer.reset()  # from epoch 1,000 on rows would become rarer
    trainer.step_once("batch", steps)


def _options(base: Experiment) -> Iterator[tuple[str, Experiment]]:
    """Everything the catalogue offers for a step, each alone."""
    for name in list(MENU["optimizer"])[1:]:
        optimizer = replace(MENU["optimizer"].choice(name), learning_rate=0.001)
        yield f"optimizer {name}", replace(base, optimizer=optimizer)
    for name, entry in MENU["activation"].items():
        if "hidden" in entry.places and name != "tanh":
            activation = MENU["activation"].choice(name)
            yield (
                f"activation {name}",
                replace(base, layers=tuple(replace(x, activation=activation) for x in base.layers)),
            )
    for name in MENU["regularizer"]:
        regularizer = MENU["regularizer"].choice(name)
        layers = tuple(replace(layer, regularizer=regularizer) for layer in base.layers)
        yield f"regularizer {name}", replace(base, layers=layers, output=replace(base.output, regularizer=regularizer))
    for name in list(MENU["schedule"])[1:]:
        yield f"schedule {name}", replace(base, schedule=MENU["schedule"].choice(name))
    hidden = {
        "dropout": {"dropout": 0.5},
        "batch normalization before": {"batch_normalization": BatchNormalization("before")},
        "batch normalization after": {"batch_normalization": BatchNormalization("after")},
        "constraint max_norm": {"constraint": MENU["constraint"].choice("max_norm")},
    }
    for name, change in hidden.items():
        yield name, replace(base, layers=tuple(replace(layer, **change) for layer in base.layers))
    yield "input dropout", replace(base, input=Input(dropout=0.2))
    yield "input noise", replace(base, input=Input(noise=0.1))
    yield "clipping by norm", replace(base, clipping=Clipping("norm"))
    yield "clipping by value", replace(base, clipping=Clipping("value"))
    yield "sigmoid output, crossentropy", replace(base, output=type(base.output)(), loss=None)
    yield "seven features", replace(base, features=tuple(MENU["feature"]))
    yield "shuffling", replace(base, shuffle=True)
    yield "float64", replace(base, precision="float64")


def growth(effort: Effort, quick: bool) -> dict[str, Rows]:
    """Microseconds per step as one thing grows and the rest stays."""
    series = {
        "width": {width: experiment((width, width), 10) for width in (1, 2, 4, 8, 16, 24, 32, 48, 64, 128, 256, 512)},
        "depth": {depth: experiment((8,) * depth, 10) for depth in range(1, 11)},
        "batch": {batch: experiment((8, 8, 8), batch) for batch in (1, 2, 4, 8, 9, 16, 32, 64, 128, 256, 320)},
        "samples": {n: experiment((8, 8, 8), 10, n, shuffle=True) for n in (100, 300, 1000, 3000, 10_000)},
    }
    tables = {}
    for name, settings in series.items():
        values = list(settings)[::3] if quick else list(settings)
        trainers = {str(value): Trainer(resolve(settings[value])) for value in values}
        timings = interleave({value: _stepping(trainer) for value, trainer in trainers.items()}, effort)
        tables[name] = [
            {name: value, "weights": _weights(trainer), "us": timings[value].median * 1e6}
            for value, trainer in trainers.items()
        ]
    return tables


def _weights(trainer: Trainer) -> int:
    return sum(layer.weights.size + layer.biases.size for layer in trainer.parameters())


def products(effort: Effort) -> Rows:
    """How much of the matrix library's own speed a step of 256,256 at batch 32 keeps, everything else included."""
    batch, sizes = 32, (2, 256, 256, 1)
    trainer = Trainer(resolve(experiment(sizes[1:-1], batch)))
    rng = np.random.default_rng(0)
    square, wide = rng.random((256, 256), np.float32), rng.random((256, batch), np.float32)
    out = np.empty((256, batch), np.float32)
    timings = interleave(
        {"step": _stepping(trainer), "sgemm": repeated(lambda: np.dot(square, wide, out=out))},
        effort,
    )
    weights = [fan_in * fan_out for fan_in, fan_out in pairwise(sizes)]
    operations = 2 * batch * (3 * sum(weights) - weights[0])  # forward, weights' gradients, errors passed down
    rates = {
        "step": operations / timings["step"].median / 1e9,
        "sgemm": 2 * square.size * batch / timings["sgemm"].median / 1e9,
    }
    return [{"what": name, "GFLOP/s": rate, "share": rate / rates["sgemm"]} for name, rate in rates.items()]
