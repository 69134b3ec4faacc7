"""Schedules: how the learning rate changes as training goes on.

Each multiplies the learning rate by a factor that depends on the time alone: epochs done, as a fraction within one.
`reduce_on_plateau` looks at the loss instead; the trainer asks it after each epoch.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.components.registry import Argument, Choice, Entry, Family
from engine.compute.jit import scalar

ARGUMENTS = 4  # the most arguments that a schedule may have


@dataclass(frozen=True, kw_only=True)
class Schedule(Entry):
    """`factor(epoch, *arguments)` is what the learning rate is multiplied with; 1 at first unless it warms up.

    `watches` marks a schedule that reduces the rate by the factor of its first argument when training stalls.
    """

    factor: Callable[..., Any]
    watches: bool = False

    def as_data(self) -> dict[str, Any]:
        """This schedule for the catalogue, with its curve over a thousand epochs."""
        x = np.linspace(0, 1000, 201)
        defaults = [argument.default for argument in self.arguments]
        value = [float(self.factor(float(epoch), *defaults)) for epoch in x]
        return super().as_data() | ({} if self.watches else {"course": {"x": x.tolist(), "value": value}})


@scalar
def constant(epoch: float) -> float:
    return 1.0


@scalar
def step(epoch: float, drop: float, every: float) -> float:
    return drop ** np.floor(epoch / every)


@scalar
def exponential(epoch: float, decay: float) -> float:
    return decay**epoch


@scalar
def cosine(epoch: float, epochs: float, minimum: float, warmup: float, restarts: float) -> float:
    if epoch < warmup:
        return epoch / warmup
    cycle = (epoch - warmup) / epochs
    again = np.floor(cycle)
    again = again if again < restarts else restarts
    cycle = cycle - again
    cycle = cycle if cycle < 1.0 else 1.0
    return minimum + (1.0 - minimum) * 0.5 * (1.0 + np.cos(3.141592653589793 * cycle))


@scalar
def one_cycle(epoch: float, epochs: float, rise: float, first: float, last: float) -> float:
    top = rise * epochs
    if epoch < top:
        return 1.0 + (first - 1.0) * 0.5 * (1.0 + np.cos(3.141592653589793 * epoch / top))
    share = (epoch - top) / (epochs - top)
    share = share if share < 1.0 else 1.0
    return last + (1.0 - last) * 0.5 * (1.0 + np.cos(3.141592653589793 * share))


@scalar
def reduce_on_plateau(epoch: float, drop: float, patience: float, min_delta: float, minimum: float) -> float:
    return 1.0


def _epochs(name: str, default: int, label: str, help: str, minimum: int = 1) -> Argument:
    return Argument(name, default, minimum, 1_000_000, label, help, scale="log")


def _minimum() -> Argument:
    return Argument("minimum", 0.0, 0, 1, "Lowest", "The lowest share of the learning rate.")


SCHEDULES: Family[Schedule] = Family(
    "schedule",
    "How the learning rate changes during training.",
    (
        Schedule(
            name="constant",
            common=True,
            label="Constant",
            summary="The learning rate does not change.",
            when="Small networks; or to see what the learning rate itself does.",
            factor=constant,
        ),
        Schedule(
            name="step",
            label="Steps",
            summary="Lowers the learning rate by a factor at regular intervals.",
            when="To see clearly what a smaller learning rate does to a noisy loss.",
            hazard="Two numbers to choose, both by trial and error.",
            formula="drop ** floor(t / every)",
            factor=step,
            arguments=(
                Argument("drop", 0.5, 0.01, 1, "Drop", "What the rate is multiplied with each time."),
                _epochs("every", 100, "Every", "Epochs from one drop to the next."),
            ),
            aliases=("step_decay",),
        ),
        Schedule(
            name="exponential",
            label="Exponential",
            summary="Lowers the learning rate by the same percentage every epoch.",
            when="Large steps first, small ones later, without jumps.",
            hazard="In the end the steps become too small to change anything.",
            formula="decay ** t",
            factor=exponential,
            arguments=(Argument("decay", 0.99, 0.5, 1, "Decay", "The share that is left after one epoch."),),
            aliases=("exponential_decay",),
        ),
        Schedule(
            name="cosine",
            label="Cosine",
            summary="Falls along half a cosine wave, with an optional warm-up before it and restarts after it.",
            when="When you know how long you will train.",
            hazard="After its end, training continues at the lowest rate.",
            source="Loshchilov and Hutter, 2016",
            formula="t / warmup if t < warmup else minimum + (1 - minimum) / 2 * (1 + cos(pi * min(1, "
            "(t - warmup) / epochs - min(restarts, floor((t - warmup) / epochs)))))",
            factor=cosine,
            arguments=(
                _epochs("epochs", 500, "Epochs", "How long the way down takes."),
                _minimum(),
                _epochs("warmup", 0, "Warm-up", "Epochs in which the rate first rises from 0.", minimum=0),
                Argument("restarts", 0, 0, 1000, "Restarts", "How often it starts again from the top."),
            ),
            aliases=("cosine_decay",),
        ),
        Schedule(
            name="one_cycle",
            label="One cycle",
            summary="Rises from a low rate to the full one, then falls almost to zero.",
            when="To train fast with a high learning rate.",
            hazard="The length must be known in advance; stopping early skips the final decrease, which helps the "
            "most.",
            source="Smith and Topin, 2017",
            formula="1 - (1 - first) / 2 * (1 + cos(pi * t / (rise * epochs))) if t < rise * epochs else "
            "last + (1 - last) / 2 * (1 + cos(pi * min(1, (t - rise * epochs) / (epochs - rise * epochs))))",
            factor=one_cycle,
            arguments=(
                _epochs("epochs", 500, "Epochs", "The length of the whole cycle."),
                Argument("rise", 0.3, 0.01, 0.99, "Rise", "The share of the cycle in which the rate rises."),
                Argument("first", 0.04, 0, 1, "First", "The share of the learning rate at the beginning."),
                Argument("last", 4e-6, 0, 1, "Last", "The share of the learning rate at the end."),
            ),
        ),
        Schedule(
            name="reduce_on_plateau",
            label="Reduce on plateau",
            summary="Lowers the learning rate whenever the loss has stopped falling.",
            when="When you do not know how long training will take.",
            hazard="It watches the validation loss after every epoch, or the training loss without a validation part.",
            factor=reduce_on_plateau,
            watches=True,
            arguments=(
                Argument("drop", 0.5, 0.01, 0.99, "Drop", "What the rate is multiplied with each time."),
                _epochs(
                    "patience",
                    20,
                    "Patience",
                    "How many epochs in a row may pass without a better loss; after one more the rate drops. As in "
                    "PyTorch: with 0 it drops after the first such epoch.",
                    minimum=0,
                ),
                Argument("min_delta", 1e-4, 0, 1, "Least gain", "How much lower a loss must be to count as better."),
                _minimum(),
            ),
        ),
    ),
)


class Plateau:
    """What `reduce_on_plateau` remembers of a run. Epochs are counted as PyTorch's ReduceLROnPlateau counts them."""

    def __init__(self) -> None:
        self.factor = 1.0
        self.best = np.inf
        self.since = 0.0

    def look(self, choice: Choice, epoch: float, loss: float) -> bool:
        """Takes note of the loss after an epoch. If it has stood still for too long, lowers the factor: True."""
        if loss < self.best - choice.min_delta:
            self.best, self.since = loss, epoch
        elif epoch - self.since > choice.patience:
            self.factor = max(self.factor * choice.drop, choice.minimum)
            self.since = epoch
            return True
        return False
