"""Early stopping: training ends when a watched quantity has not become better for a while.

A network first learns what its data have in common, then their accidents; the validation loss tells when it turns.
Source: Morgan and Bourlard, 1989; the rules are those of Keras.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from engine.catalogue import STRICT, described
from engine.metrics import METRICS, higher_is_better

if TYPE_CHECKING:
    Monitor = str
else:
    Monitor = Literal[
        tuple(f"{part}_{measure}" for part in ("validation", "train", "test") for measure in ("loss", *METRICS))
    ]


@dataclass(frozen=True)
class EarlyStopping:
    """Ends training when a quantity has not become better for a while."""

    __pydantic_config__ = STRICT

    monitor: Monitor = described(
        "validation_loss",
        title="Watch",
        help="What is watched after each epoch. Watching the test part would spoil it as a judge.",
    )
    patience: int = described(
        10, title="Patience", help="So many epochs without anything better are borne.", ge=0, le=1_000_000, scale="log"
    )
    min_delta: float = described(
        0.0, title="Least gain", help="How much better a value must be to count as better.", ge=0, le=1e9
    )
    restore_best: bool = described(
        True, title="Restore the best", help="Goes back to the weights of the best epoch when it stops."
    )

    @property
    def part(self) -> str:
        """The part of the data that is watched."""
        return self.monitor.partition("_")[0]

    @property
    def measure(self) -> str:
        """What is watched of that part."""
        return self.monitor.partition("_")[2]


class Watch:
    """What early stopping remembers of a run: epochs are counted, so it does not matter how often it is asked."""

    def __init__(self) -> None:
        self.best: float | None = None
        self.best_epoch = 0.0
        self.since = 0.0

    def look(self, rule: EarlyStopping, epoch: float, value: float) -> bool:
        """Takes note of the value after an epoch; True if it is the best so far."""
        better = -value if higher_is_better(rule.measure) else value
        if np.isfinite(value) and (self.best is None or better < self.best - rule.min_delta):
            self.best, self.best_epoch, self.since = better, epoch, epoch
            return True
        return False

    def over(self, rule: EarlyStopping, epoch: float) -> bool:
        """Whether nothing better has been seen for as long as is borne."""
        return epoch > self.since and epoch - self.since >= rule.patience

    def bear(self, epoch: float) -> None:
        """Starts to wait anew: training goes on because somebody wants it to."""
        self.since = epoch
