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
    """The changes of one run, oldest first. `made` counts all of them; when there are too many to keep, the first are
    kept.
    """

    def __init__(self, experiment: Resolved, entries: Iterable[Entry] = (), made: int = 0) -> None:
        self.experiment = experiment
        self.entries = list(entries)
        self.made = made
        self._numbers = sum(entry.numbers for entry in self.entries)

    @property
    def complete(self) -> bool:
        """Whether every change was kept."""
        return self.made == len(self.entries)

    def add(self, entry: Entry) -> None:
        """Notes a change."""
        if self.complete and self.made < MOST_ENTRIES and self._numbers + entry.numbers <= MOST_NUMBERS:
            self.entries.append(entry)
            self._numbers += entry.numbers
        self.made += 1

    def until(self, count: int) -> "Journal":
        """The journal as it was after `count` changes."""
        return Journal(self.experiment, self.entries[:count], count)

    def as_data(self) -> dict[str, Any]:
        """The journal as it travels."""
        return {
            "experiment": to_data(self.experiment),
            "complete": self.complete,
            "entries": [entry.as_data() for entry in self.entries],
        }
