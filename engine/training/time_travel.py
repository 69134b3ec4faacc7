"""Time travel: back along a run, to look at an earlier epoch or to continue from there.

A second trainer starts from the checkpoint before that epoch and goes the same way again, change by change, which gives
the same bytes: so from there the future is the same as well. A stored run is recovered in the same way.
"""

from collections.abc import Callable
from functools import partial
from itertools import chain, pairwise
from math import ceil
from typing import Generic, TypeVar

import numpy as np

from engine.errors import FieldError, InvalidInput
from engine.training.journal import Entry
from engine.training.trainer import Trainer

T = TypeVar("T")


def reachable(run: Trainer) -> list[range]:
    """The whole epochs of a run that can be visited, oldest first: all, except where the way there from a checkpoint
    leads through changes that were too many to keep.
    """
    kept = run.journal.entries
    spans: list[range] = []
    passed = [(mark.epoch, mark.changes) for mark in run.timeline.marks] + [(int(run.epoch) + 1, run.journal.made)]
    for (first, before), (end, after) in pairwise(passed):
        if before < after > len(kept):  # the last changes on this way are lost, at epochs that are not known
            end = ceil(kept[-1].epoch) if before < len(kept) else first
        if spans and spans[-1].stop == first:
            first = spans.pop().start
        if first < end:
            spans.append(range(first, end))
    return spans


def _holds(spans: list[range], epoch: int) -> bool:
    return any(epoch in span for span in spans)


class Replay:
    """A trainer that goes the way of a run once more, change by change, to where that run has been.

    `end` gives the step where the way ends, with batches of the experiment's size (None) or of 1 from now on. Changes
    made at that very step are made.
    """

    def __init__(self, trainer: Trainer, changes: list[Entry], end: Callable[[int | None], int]) -> None:
        self.trainer = trainer
        self.done = False
        self._changes = list(changes)
        self._end = end
        self._single: Entry | None = None  # single samples that are being made

    def advance(self, work: int) -> None:
        """Goes on for about `work` multiply-adds; `done` says whether it has arrived."""
        trainer = self.trainer
        while work > 0 and not self.done:
            batch, last = self._next_stop()
            if trainer.step < last or not trainer.settled:
                before = trainer.step, trainer.settled
                spent = trainer.advance(work, last, batch)
                work -= max(spent, 1)
                if trainer.diverged or (spent == 0 and (trainer.step, trainer.settled) == before):
                    raise RuntimeError(f"the way of the run ended at step {trainer.step}, before step {last}")
            elif not self._make_change():
                self._arrive()

    def _next_stop(self) -> tuple[int | None, int]:
        """The batch size, if not the experiment's, and the step at which there is something to do."""
        if self._single:
            return 1, min(self._single.step + self._single.what["count"], self._end(1))
        last = self._end(None)
        return None, min(last, self._changes[0].step) if self._changes else last

    def _make_change(self) -> bool:
        """Makes the change that is due, if there is one."""
        trainer = self.trainer
        if self._single:
            trainer.note_samples(self._single.step)
            self._single = None
            return True
        if not self._changes or self._changes[0].step > trainer.step:
            return False
        change = self._changes.pop(0)
        if change.kind == "step":
            self._single = change
        else:
            _make_once_more(change, trainer)
        return True

    def _arrive(self) -> None:
        self.done = True


class Visit(Replay):
    """A trainer on its way to a whole epoch that a run has passed, beside that run, which goes on.

    `trainer` is one that an earlier visit to this run no longer needs, which saves making another. Raises InvalidInput
    for an epoch that is not `reachable`.
    """

    def __init__(self, run: Trainer, epoch: int, trainer: Trainer | None = None) -> None:
        spans = reachable(run)
        if not _holds(spans, epoch):
            raise InvalidInput(_refusal(run, epoch, spans))
        mark = [mark for mark in run.timeline.marks if mark.epoch <= epoch][-1]
        trainer = trainer or Trainer(run.experiment, run.data)
        super().__init__(trainer, run.journal.entries[mark.changes :], partial(trainer.steps_to_epoch, epoch))
        self.epoch = epoch
        self._run = run
        trainer.restore(mark.checkpoint)
        trainer.journal = run.journal.until(mark.changes)
        trainer.measuring = False  # rows cost more than steps, and are there already

    def _arrive(self) -> None:
        trainer, run = self.trainer, self._run
        trainer.measuring = True
        trainer.history = run.history.until(trainer.step)
        trainer.timeline = run.timeline.until(self.epoch)
        super()._arrive()


def _refusal(run: Trainer, epoch: int, spans: list[range]) -> FieldError:
    """Why an epoch cannot be visited, and which can."""
    said = [f"{span[0]} to {span[-1]}" if len(span) > 1 else f"{span[0]}" for span in spans]
    expected, latest = ", ".join(said) or "none", int(run.epoch)
    if not 0 <= epoch <= latest:
        return FieldError("epoch", epoch, expected, f"this run has epochs 0 to {latest} so far")
    message = f"too many changes were made to this run to go back to this epoch; epochs that can be visited: {expected}"
    return FieldError("epoch", epoch, expected, message)


def _make_once_more(change: Entry, trainer: Trainer) -> None:
    match change.kind:
        case "patch":
            trainer.update(change.experiment)
        case "parameters":
            trainer.set_parameters(change.what["layers"])
        case "resume":
            trainer.go_on()


class Course(Generic[T]):
    """What is found at several epochs of a run, one after the other; `result` has it all when it is `done`."""

    def __init__(self, run: Trainer, moments: int, look: Callable[[Trainer], T]) -> None:
        """The epochs are those of checkpoints, so that nothing is trained again; or where these are few and the whole
        run replays quickly, any. Those that are not `reachable` are left out.
        """
        spans = reachable(run)
        kept = [mark.epoch for mark in run.timeline.marks if _holds(spans, mark.epoch)]
        every = len(kept) < moments and run.timeline.replays_quickly(int(run.epoch))
        epochs = np.array(list(chain.from_iterable(spans)) if every else kept)
        chosen = np.unique(np.linspace(0, len(epochs) - 1, min(moments, len(epochs))).astype(int))
        self._left = epochs[chosen].tolist()
        self._run = run
        self._visit: Visit | None = None
        self._look = look
        self.result: list[T] = []

    @property
    def done(self) -> bool:
        """Whether it has been everywhere."""
        return not self._left

    def advance(self, work: int) -> None:
        """Goes on for about `work` multiply-adds, and looks at the epoch where it arrives, if it does."""
        if self._visit is None or self._visit.done:
            if not _holds(reachable(self._run), self._left[0]):  # since it was chosen, more was changed
                self._left.pop(0)
                return
            self._visit = Visit(self._run, self._left[0], self._visit.trainer if self._visit else None)
        self._visit.advance(work)
        if self._visit.done:
            self.result.append(self._look(self._visit.trainer))
            self._left.pop(0)
