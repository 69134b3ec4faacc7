"""The journal of a run: every change that was made to it, with its step.

The experiment a run began with and its journal reproduce the run: train to the step of each entry, apply it, go on.
"""

from dataclasses import dataclass
from typing import Any

MOST_ENTRIES = 10_000
MOST_NUMBERS = 1_000_000


@dataclass
class Entry:
    """One change: `patch` (a merge patch), `parameters` (weights and biases put in) or `step` (single samples)."""

    seq: int
    step: int
    epoch: float
    kind: str
    what: Any


class Journal:
    """The changes of one run, oldest first. `complete` turns false when there were too many to keep."""

    def __init__(self, run: str, experiment: dict[str, Any]) -> None:
        self.run = run
        self.experiment = experiment
        self.entries: list[Entry] = []
        self.complete = True
        self._numbers = 0

    def add(self, kind: str, step: int, epoch: float, what: Any, numbers: int = 0) -> None:
        """Notes a change made at `step`; `numbers` says how many numbers `what` holds, if many."""
        self._numbers += numbers
        if len(self.entries) >= MOST_ENTRIES or self._numbers > MOST_NUMBERS:
            self.complete = False
        if self.complete:
            self.entries.append(Entry(len(self.entries), step, epoch, kind, what))

    def as_data(self) -> dict[str, Any]:
        """The journal as it travels."""
        return {
            "run": self.run,
            "experiment": self.experiment,
            "complete": self.complete,
            "entries": [vars(entry) for entry in self.entries],
        }
