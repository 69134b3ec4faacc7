"""The journal of a run: every change that was made to it, with its step.

The experiment a run began with and its journal reproduce the run: train to the step of each entry, apply it, go on.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

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

    @property
    def numbers(self) -> int:
        """How many weights it holds."""
        layers = self.what["layers"] if self.kind == "parameters" else ()
        return sum(np.size(array) for layer in layers for array in layer.values())

    def as_data(self) -> dict[str, Any]:
        """This entry as it travels."""
        return {"seq": self.seq, "step": self.step, "epoch": self.epoch, "kind": self.kind, "what": self.what}


class Journal:
    """The changes of one run, oldest first. `complete` turns false when there were too many to keep."""

    def __init__(self, experiment: Resolved, entries: Iterable[Entry] = (), complete: bool = True) -> None:
        self.experiment = experiment
        self.entries = list(entries)
        self.complete = complete
        self._numbers = sum(entry.numbers for entry in self.entries)

    def add(self, entry: Entry) -> None:
        """Notes a change."""
        self._numbers += entry.numbers
        if len(self.entries) >= MOST_ENTRIES or self._numbers > MOST_NUMBERS:
            self.complete = False
        if self.complete:
            self.entries.append(entry)

    def until(self, count: int) -> "Journal":
        """A journal of the first `count` entries."""
        return Journal(self.experiment, self.entries[:count], self.complete or count < len(self.entries))

    def as_data(self) -> dict[str, Any]:
        """The journal as it travels."""
        return {
            "experiment": to_data(self.experiment),
            "complete": self.complete,
            "entries": [entry.as_data() for entry in self.entries],
        }
