"""Early stopping: training ends when a watched quantity has not become better for a while.

A network first learns what its data have in common, then their accidents; the validation loss tells when it turns.
After each epoch the watched quantity is measured, whether or not a row is recorded then.
Source: Morgan and Bourlard, 1989; patience counts as in Keras's EarlyStopping.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from engine.components.registry import STRICT, described
from engine.training.metrics import METRICS, higher_is_better

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
        help="What is watched after every epoch. Watching the test part would spoil it as a judge.",
    )
    patience: int = described(
        10,
        title="Patience",
        help="Training stops when this many epochs in a row have brought nothing better. As in Keras: 0 and 1 both "
        "stop at the first such epoch.",
        ge=0,
        le=1_000_000,
        scale="log",
    )
    min_delta: float = described(
        0.0, title="Least gain", help="How much better a value must be to count as better.", ge=0, le=1e9
    )
    restore_best: bool = described(
        True,
        title="Restore the best",
        help="Goes back to the weights of the best epoch when early stopping ends the run. If anything else ends or "
        "pauses it, the weights stay as they are, and the reason given names the best epoch.",
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
    """What early stopping remembers of a run. Epochs are counted as Keras's EarlyStopping counts them."""

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
        """Restarts the count, because the user continues training."""
        self.since = epoch
