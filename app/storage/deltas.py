"""Deltas: what is new in a session since it was saved last, taken between two slices of its training.

A delta is small and changes no more, so that it is written while the trainer goes on. If it could not be written, what
counts as saved stays as it was, and the next one has the same and more.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from app.storage.checkpoints import Place, experiment_after, pack
from app.storage.sealed import seal
from engine import Resolved, Trainer, to_data
from engine.compute import kernel
from engine.training.checkpoints import Checkpoint, Mark
from engine.training.journal import Journal

MARKS_AT_ONCE = 8  # of the timeline: a young run makes many, most of which are soon thinned out

Rows = tuple[dict[str, Any], ...]  # of one table of the database


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a session is, and what it was told last. Times are in Unix seconds."""

    id: str
    run: str
    created: float
    touched: float
    owner: str | None = None
    playing: bool = False
    rate: float | None = None
    until: dict[str, Any] | None = None
    rest: str = "ready"  # its state where it does not play
    reason: str | None = None
    step: int = 0
    epoch: float = 0.0
    upload: str | None = None  # the uploaded table that it learns from


@dataclass(frozen=True)
class Saved:
    """How far a session is saved."""

    run: str = ""
    entries: int = 0
    rows: int = 0
    marks: frozenset[tuple[int, int]] = frozenset()  # epoch and changes of each
    place: tuple[int, int] = (-1, -1)  # step and changes of the newest checkpoint

    def covers(self, trainer: Trainer, run: str) -> bool:
        """Whether the newest checkpoint is where the run stands."""
        return self.run == run and self.place == (trainer.step, trainer.journal.made)


@dataclass(frozen=True)
class Delta:
    """What is new in a session, as rows of the database, and how far it is saved once they are written."""

    facts: Facts
    created: bool  # nothing of this session was saved before
    began: bytes | None  # the experiment that a new run began with; nothing of the old run is kept
    stride: int
    changes: int  # that were made to the run, also those that the journal did not keep
    entries: Rows
    history: Rows
    checkpoints: Rows  # the newest, and marks
    kept: tuple[int, ...] | None  # epochs of the marks that are left, if any were thinned out
    after: Saved


def delta(trainer: Trainer, facts: Facts, saved: Saved, checkpoint: bool = False) -> Delta:
    """What is new, with the history and a checkpoint if wanted: then a step that is half done is finished first.

    Without one, a recovered run is trained again from the last one to the step where it now stands. The journal must
    say how it came there: single samples that are being made are noted before.
    """
    new = facts.run != saved.run
    base = Saved(facts.run) if new else saved
    # Where no replay leads, there is a checkpoint in any case.
    whole = checkpoint or new or not trainer.journal.complete or trainer.diverged is not None
    newest = trainer.checkpoint() if whole else None
    journal = trainer.journal
    without = Delta(
        facts=replace(facts, step=trainer.step, epoch=trainer.epoch, upload=upload_of(trainer.experiment)),
        created=not saved.run,
        began=seal(to_data(journal.experiment.asked)) if new else None,
        stride=trainer.timeline.stride,
        changes=journal.made,
        entries=tuple(_entry_row(journal, facts.id, seq) for seq in range(base.entries, len(journal.entries))),
        history=(),
        checkpoints=(),
        kept=None,
        after=replace(base, entries=len(journal.entries)),
    )
    return _with_checkpoint(without, trainer, newest, base) if newest else without


def _with_checkpoint(delta: Delta, trainer: Trainer, newest: Checkpoint, base: Saved) -> Delta:
    """The same with a checkpoint, the rows of the history since the last one, and marks."""
    id, table, journal = delta.facts.id, trainer.history.table, trainer.journal
    marks = {(mark.epoch, mark.changes): mark for mark in trainer.timeline.marks}
    new_marks = sorted(marks.keys() - base.marks, key=_lasting, reverse=True)[:MARKS_AT_ONCE]
    places = [("newest", int(trainer.epoch), Place(newest, journal.made, len(table)))]
    places += [("mark", key[0], _place(marks[key], table)) for key in new_marks]
    rows = {"session": id, "first_seq": base.rows, "count": len(table) - base.rows}
    return replace(
        delta,
        history=(rows | {"data": seal([base.rows, table[base.rows :]])},) if rows["count"] else (),
        checkpoints=tuple(
            {"session": id, "kind": kind, "epoch": epoch, "data": pack(place, journal)} for kind, epoch, place in places
        ),
        kept=tuple(epoch for epoch, _ in marks) if base.marks - marks.keys() else None,
        after=replace(
            delta.after,
            rows=len(table),
            marks=base.marks.union(new_marks).intersection(marks),
            place=(trainer.step, journal.made),
        ),
    )


def upload_of(experiment: Resolved) -> str | None:
    """The id of the uploaded table that an experiment learns from, if it does."""
    upload: str | None = getattr(experiment.dataset, "upload", None)
    return upload


def _lasting(mark: tuple[int, int]) -> float:
    """How long a mark stays: the longer, the higher the power of two that divides its epoch."""
    epoch, _ = mark
    return epoch & -epoch if epoch else np.inf


def _entry_row(journal: Journal, session: str, seq: int) -> dict[str, Any]:
    entry, before = journal.entries[seq], experiment_after(journal, seq)
    asked = entry.experiment.asked
    document = {
        "step": entry.step,
        "epoch": entry.epoch,
        "kind": entry.kind,
        "what": entry.what,
        "asked": None if before and before.asked == asked else to_data(asked),
    }
    return {"session": session, "seq": seq, "data": seal(document)}


def _place(mark: Mark, table: np.ndarray) -> Place:
    rows = np.searchsorted(table[:, 0], mark.checkpoint.clock[kernel.STEP], side="right")
    return Place(mark.checkpoint, mark.changes, int(rows))
