"""Checkpoints of a run, which can be looked at, resumed and forked at every epoch it has passed.

On the way, checkpoints are kept at whole epochs: at all of them first, then at every second, fourth and so on, so that
they never take more room than they may. From them `time_travel` reaches any epoch.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.experiment import Experiment
from engine.limits import LIMITS

FEWEST = 8  # checkpoints that are kept however large they are
ARRAY_BYTES = 120  # that an array takes beside its numbers


@dataclass(frozen=True)
class Checkpoint:
    """A run at rest between two steps: all that its future depends on. Its arrays are nobody else's."""

    asked: Experiment
    parameters: np.ndarray  # (P,)
    slots: np.ndarray  # (SLOTS, P)
    running: np.ndarray  # (2, rows)
    mask: np.ndarray  # (P,) or (0,)
    clock: np.ndarray
    order: np.ndarray  # small whole numbers
    memory: tuple[Any, ...]  # what the schedule and early stopping remember, and what became of the run

    @property
    def size(self) -> int:
        """About how many bytes it takes."""
        arrays = (self.parameters, self.slots, self.running, self.mask, self.clock, self.order)
        return sum(array.nbytes + ARRAY_BYTES for array in arrays) + 2 * ARRAY_BYTES


@dataclass(frozen=True)
class Mark:
    """A checkpoint at a whole epoch, and how many changes of the journal had been made."""

    epoch: int
    changes: int
    checkpoint: Checkpoint


class Timeline:
    """The checkpoints of one run, oldest first."""

    def __init__(self) -> None:
        self.marks: list[Mark] = []
        self.stride = 1  # epochs from one to the next
        self.bytes = 0

    def pass_by(self, epoch: int, changes: int, checkpoint: Callable[[], Checkpoint]) -> None:
        """Keeps a checkpoint of a run at rest after a whole epoch, if it is time for one."""
        if epoch % self.stride or (self.marks and (epoch, changes) <= (self.marks[-1].epoch, self.marks[-1].changes)):
            return
        if self.marks and epoch == self.marks[-1].epoch:  # changed since it was passed
            self._keep(self.marks[:-1])
        mark = Mark(epoch, changes, checkpoint())
        self.marks.append(mark)
        self.bytes += mark.checkpoint.size
        while self.bytes > LIMITS.timeline_bytes and len(self.marks) > FEWEST:
            self.stride *= 2
            self._keep([mark for mark in self.marks if mark.epoch % self.stride == 0])

    def _keep(self, marks: list[Mark]) -> None:
        self.marks = marks
        self.bytes = sum(mark.checkpoint.size for mark in marks)

    def until(self, epoch: int) -> "Timeline":
        """The timeline as it was at an epoch; the checkpoints are shared."""
        earlier = Timeline()
        earlier.stride = self.stride
        earlier._keep([mark for mark in self.marks if mark.epoch <= epoch])
        return earlier

    def as_data(self) -> dict[str, Any]:
        """What is kept, as it travels."""
        return {"stride": self.stride, "kept": [mark.epoch for mark in self.marks], "bytes": self.bytes}
