"""The networks and the data that everything here is measured on."""

from dataclasses import replace
from typing import Any

from engine import FAMILIES, Experiment, Layer, Output, Trainer

MENU = {family.name: family for family in FAMILIES}
NETWORKS = {
    "4,2": (4, 2),
    "8,8,8": (8, 8, 8),
    "8 x 6": (8,) * 6,
    "32,32": (32, 32),
    "64,64,64": (64, 64, 64),
    "256,256": (256, 256),
}
SAMPLES = 320  # to train on, and as many to test with
LEARNING_RATE = 0.001  # small enough for the largest network at batch 1


def experiment(units: tuple[int, ...], batch: int, samples: int = SAMPLES, **more: Any) -> Experiment:
    """Tanh layers, a linear output, squared error, plain SGD, batches in order; `more` replaces any of it."""
    base = Experiment(
        dataset=replace(MENU["dataset"].choice("circle"), samples=2 * samples),
        layers=tuple(Layer(units=count) for count in units),
        output=Output(activation=MENU["activation"].choice("linear")),
        loss=MENU["loss"].choice("mean_squared_error"),
        optimizer=replace(MENU["optimizer"].choice("sgd"), learning_rate=LEARNING_RATE),
        batch_size=batch,
        shuffle=False,
    )
    return replace(base, **more)


def train(trainer: Trainer, steps: int) -> None:
    """Makes so many steps and nothing else: no metrics are recorded meanwhile."""
    last = trainer.step + steps
    trainer.measuring = False
    trainer.advance(1 << 60, last)
    if trainer.step != last:
        raise RuntimeError(f"stopped after {trainer.step} steps: {trainer.diverged}")
