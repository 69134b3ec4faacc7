"""The journal of a run: every change that was made to it, with its step.

The experiment a run began with and its journal reproduce the run: train to the step of each entry, apply it, go on.
"""

from dataclasses import dataclass
from typing import Any

from engine.experiment import Resolved, to_data

MOST_ENTRIES = 10_000
MOST_NUMBERS = 1_000_000


@dataclass(frozen=True)
class Entry:
    """One change: `patch` (a merge patch), `parameters` (weights and biases put in), `step` (single samples), or
    `resume` (training went on that early stopping had ended).
    """

    seq: int
    step: int
    epoch: float
    kind: str
    what: Any
    experiment: Resolved  # from then on

    def as_data(self) -> dict[str, Any]:
        """This entry as it travels."""
        return {"seq": self.seq, "step": self.step, "epoch": self.epoch, "kind": self.kind, "what": self.what}


class Journal:
    """The changes of one run, oldest first. `complete` turns false when there were too many to keep."""

    def __init__(self, experiment: Resolved) -> None:
        self.experiment = experiment
        self.entries: list[Entry] = []
        self.complete = True
        self._numbers = 0

    def add(self, entry: Entry, numbers: int = 0) -> None:
        """Notes a change; `numbers` says how many numbers it holds, if many."""
        self._numbers += numbers
        if len(self.entries) >= MOST_ENTRIES or self._numbers > MOST_NUMBERS:
            self.complete = False
        if self.complete:
            self.entries.append(entry)

    def until(self, count: int) -> "Journal":
        """A journal of the first `count` entries."""
        journal = Journal(self.experiment)
        journal.entries = self.entries[:count]
        journal.complete = self.complete or count < len(self.entries)
        journal._numbers = self._numbers
        return journal

    def as_data(self) -> dict[str, Any]:
        """The journal as it travels."""
        return {
            "experiment": to_data(self.experiment),
            "complete": self.complete,
            "entries": [entry.as_data() for entry in self.entries],
        }
