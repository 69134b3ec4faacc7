"""Checkpoints: the way back along a run, which can be viewed, resumed and forked at every epoch it has passed.

They are kept at whole epochs that lie a power of two apart: close enough for the epochs in between to be trained again
within two milliseconds at first, and in a moment in a long run; and never in more memory than they may take. From them
`time_travel` goes to any epoch.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.experiment import Resolved
from engine.limits import LIMITS

FEWEST = 8  # checkpoints that are kept however large they are
ENOUGH = 64  # checkpoints, where the epochs in between are quickly trained again
FIRST_WORK = 8_000_000  # multiply-adds of training between two checkpoints at first: about 2 ms
REPLAY_WORK = 300_000_000  # in a long run: at most about 50 ms
ARRAY_BYTES = 120  # that an array takes beside its numbers


@dataclass(frozen=True)
class Checkpoint:
    """A run at rest between two steps: all that its future depends on. Its arrays are nobody else's."""

    experiment: Resolved
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
    """The checkpoints of one run, oldest first. An epoch of it takes about `work` multiply-adds."""

    def __init__(self, work: int) -> None:
        self._work = work
        self.marks: list[Mark] = []
        self.stride = 1 << max(FIRST_WORK // work, 1).bit_length() - 1  # epochs from one to the next
        self.bytes = 0

    def pass_by(self, epoch: int, changes: int, checkpoint: Callable[[], Checkpoint], between: bool = False) -> None:
        """Keeps a checkpoint of a run at rest after a whole epoch, if it is time for one, or also `between`."""
        if (epoch % self.stride and not between) or (
            self.marks and (epoch, changes) <= (self.marks[-1].epoch, self.marks[-1].changes)
        ):
            return
        if self.marks and epoch == self.marks[-1].epoch:  # changed since it was passed
            self._keep(self.marks[:-1])
        mark = Mark(epoch, changes, checkpoint())
        self.marks.append(mark)
        self.bytes += mark.checkpoint.size
        while self._too_many():
            self._thin_out()

    def _too_many(self) -> bool:
        if len(self.marks) > ENOUGH and self.replays_quickly(2 * self.stride):
            return True
        return self.bytes > LIMITS.timeline_bytes and len(self.marks) > FEWEST

    def replays_quickly(self, epochs: int) -> bool:
        """Whether so many epochs can be trained again in a moment."""
        return epochs * self._work <= REPLAY_WORK

    def thin_out_to(self, limit: int) -> None:
        """Lets go of every second checkpoint until they take no more than `limit` bytes, or few are left."""
        while self.bytes > limit and len(self.marks) > FEWEST:
            self._thin_out()

    def _thin_out(self) -> None:
        self.stride *= 2
        self._keep([mark for mark in self.marks if mark.epoch % self.stride == 0])

    def take(self, stride: int, marks: list[Mark]) -> None:
        """Puts checkpoints in the place of all there are."""
        self.stride = stride
        self._keep(marks)

    def _keep(self, marks: list[Mark]) -> None:
        self.marks = marks
        self.bytes = sum(mark.checkpoint.size for mark in marks)

    def until(self, epoch: int) -> "Timeline":
        """The timeline as it was at an epoch; the checkpoints are shared."""
        earlier = Timeline(self._work)
        earlier.take(self.stride, [mark for mark in self.marks if mark.epoch <= epoch])
        return earlier

    def as_data(self) -> dict[str, Any]:
        """What is kept, as it travels."""
        return {"stride": self.stride, "kept": [mark.epoch for mark in self.marks], "bytes": self.bytes}
