"""Recovery: a stored session becomes a trainer again, which is where it was, and whose future has the same bytes.

It begins at the newest checkpoint that is whole and that the stored history reaches, and goes the way of the run from
there: to the step where it stood when it was saved last.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.experiments import EXPERIMENT
from app.storage.checkpoints import Place, unpack
from app.storage.deltas import Facts, Saved
from app.storage.sealed import unseal
from app.storage.troubles import Trouble
from engine import Resolved, Trainer, resolve
from engine.compute import kernel
from engine.data.uploads import NO_TABLES, Tables
from engine.training.checkpoints import Mark
from engine.training.journal import Entry, Journal
from engine.training.time_travel import Replay


@dataclass(frozen=True)
class Stored:
    """A session as it lies in the database; documents are sealed. Checkpoints have their numbers, kinds and epochs."""

    facts: Facts
    began: bytes
    stride: int
    changes: int
    entries: list[bytes]
    history: list[bytes]
    checkpoints: list[tuple[int, str, int, bytes]]


class Recovery(Replay):
    """A trainer on its way to where a stored session stood; `advance` it until it is `done`.

    `saved` is how far the session is saved already, and `damaged` are the numbers of checkpoints that are not whole.
    Raises Trouble if too much is damaged, and like `resolve` where an uploaded table is missing; `check` may raise an
    error for an experiment that cannot be trained yet.
    """

    def __init__(
        self, stored: Stored, tables: Tables = NO_TABLES, check: Callable[[Resolved], Resolved] = lambda it: it
    ) -> None:
        def read(asked: Any) -> Resolved:
            return check(resolve(EXPERIMENT.check(asked), tables))

        journal = _journal(stored, read)
        table = _table(stored.history)
        self.damaged: list[int] = []
        newest: list[Place] = []
        marks: dict[int, Place] = {}
        for number, kind, epoch, document in stored.checkpoints:
            try:
                place = unpack(document, journal, read)
            except Trouble:
                self.damaged.append(number)
            else:
                if kind == "mark":
                    marks[epoch] = place
                else:
                    newest.append(place)
        # The way from there leads along the journal, which did not keep every change where there were too many.
        reached = [
            place
            for place in [*newest, *marks.values()]
            if place.rows <= len(table) and (journal.complete or place.changes == journal.made)
        ]
        trainer, step = Trainer(journal.experiment), stored.facts.step
        if reached:
            start = max(reached, key=lambda place: (place.checkpoint.clock[kernel.STEP], place.changes))
            trainer.restore(start.checkpoint)
            trainer.history.take(table[: start.rows])
        elif journal.complete:  # from the very beginning
            start = Place(trainer.checkpoint(), 0, 0)
        else:
            raise Trouble("damaged")
        super().__init__(trainer, journal.entries[start.changes :], lambda _: step)
        trainer.journal = journal.until(start.changes)
        trainer.timeline.take(
            stored.stride, [Mark(epoch, place.changes, place.checkpoint) for epoch, place in sorted(marks.items())]
        )
        self.saved = Saved(
            stored.facts.run,
            len(journal.entries),
            start.rows,
            frozenset((epoch, place.changes) for epoch, place in marks.items()),
            (int(start.checkpoint.clock[kernel.STEP]), start.changes),
        )


def _journal(stored: Stored, read: Callable[[Any], Resolved]) -> Journal:
    began = experiment = read(unseal(stored.began))
    entries: list[Entry] = []
    for seq, document in enumerate(stored.entries):
        given = unseal(document)
        asked = given.pop("asked")
        experiment = read(asked) if asked else experiment
        entries.append(Entry(seq, experiment=experiment, **given))
    return Journal(began, entries, stored.changes)


def _table(chunks: list[bytes]) -> np.ndarray:
    """The rows of the history up to the first gap."""
    table = np.empty((0, 0))
    for document in chunks:
        try:
            first, rows = unseal(document)
        except Trouble:
            continue
        if first > len(table):
            break
        if first + len(rows) > len(table):
            table = np.concatenate([table[:first], rows]) if first else rows
    return table
