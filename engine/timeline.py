"""The timeline: the way back along a run. A run can be looked at, resumed and forked at every epoch it has passed.

On the way, checkpoints are kept at whole epochs: at all of them first, then at every second, fourth and so on, so that
they never take more room than they may. To visit an epoch a second trainer starts from the checkpoint before it and
goes the same way again, change by change, which gives the same bytes: so from there the future is the same as well.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np

from engine.errors import FieldError, InvalidInput
from engine.schedules import SCHEDULES
from engine.settings import LIMITS

if TYPE_CHECKING:
    from engine.journal import Entry
    from engine.trainer import Checkpoint, Trainer

T = TypeVar("T")

FEWEST = 8  # checkpoints that are kept however large they are


@dataclass(frozen=True)
class Mark:
    """A checkpoint at a whole epoch, and how many changes of the journal had been made."""

    epoch: int
    changes: int
    checkpoint: "Checkpoint"


class Timeline:
    """The checkpoints of one run, oldest first."""

    def __init__(self) -> None:
        self.marks: list[Mark] = []
        self.stride = 1  # epochs from one to the next
        self.bytes = 0

    def pass_by(self, trainer: "Trainer") -> None:
        """Keeps a checkpoint of a trainer at rest after a whole epoch, if it is time for one."""
        epoch = int(trainer.epoch)
        if epoch % self.stride or (self.marks and epoch <= self.marks[-1].epoch):
            return
        mark = Mark(epoch, len(trainer.journal.entries), trainer.checkpoint())
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


class Visit:
    """A trainer on its way to a whole epoch that a run has passed, beside that run, which goes on.

    Changes made at that very epoch are made. Raises InvalidInput for an epoch beyond the run.
    """

    def __init__(self, run: "Trainer", epoch: int) -> None:
        latest = int(run.epoch)
        if not 0 <= epoch <= latest:
            expected = f"0 to {latest}"
            raise InvalidInput(FieldError("epoch", epoch, expected, f"this run has epochs {expected} so far"))
        mark = [mark for mark in run.timeline.marks if mark.epoch <= epoch][-1]
        if not run.journal.complete and (not run.journal.entries or run.journal.entries[-1].epoch <= epoch):
            message = "too many changes were made to this run to go back to this epoch"
            raise InvalidInput(FieldError("epoch", epoch, f"0 to {mark.epoch}", message))
        self.epoch = epoch
        self.done = False
        self._run = run
        self._changes: list[Entry] = run.journal.entries[mark.changes :]
        self._single: Entry | None = None  # single samples that are being made
        self.trainer = type(run)(mark.checkpoint.asked, run.data)
        self.trainer.restore(mark.checkpoint)
        self.trainer.journal = run.journal.until(mark.changes)

    def advance(self, work: int) -> None:
        """Goes on for about `work` multiply-adds; `done` says whether it has arrived."""
        trainer = self.trainer
        while work > 0 and not self.done:
            rule = trainer.experiment
            # Rows cost more than steps; but some rules look at them.
            trainer.measuring = rule.early_stopping is not None or SCHEDULES.of(rule.schedule).watches
            batch, last = self._next_stop()
            if trainer.step < last or not trainer.settled:
                before = trainer.step
                spent = trainer.advance(work, last, batch)
                work -= max(spent, 1)
                if trainer.diverged or (spent == 0 and trainer.step == before):
                    raise RuntimeError(f"the way to epoch {self.epoch} ended at step {trainer.step}")
            elif not self._make_change():
                self._arrive()

    def _next_stop(self) -> tuple[int | None, int]:
        """The batch size, if not the experiment's, and the step at which there is something to do."""
        if self._single:
            last = self._single.step + self._single.what["count"]
            return 1, min(last, self.trainer.steps_to_epoch(self.epoch, 1))
        last = self.trainer.steps_to_epoch(self.epoch)
        return None, min(last, self._changes[0].step) if self._changes else last

    def _make_change(self) -> bool:
        """Makes the change that is due, if there is one."""
        trainer = self.trainer
        if self._single:
            trainer.journal.add(
                trainer,
                "step",
                self._single.what | {"count": trainer.step - self._single.step},
                self._single.step,
            )
            self._single = None
            return True
        if not self._changes or self._changes[0].step > trainer.step:
            return False
        change = self._changes.pop(0)
        if change.kind == "step":
            self._single = change
        else:
            change.apply(trainer)
        return True

    def _arrive(self) -> None:
        trainer, run = self.trainer, self._run
        trainer.measuring = True
        trainer.history = run.history.until(trainer.step)
        trainer.timeline = run.timeline.until(self.epoch)
        self.done = True


class Course(Generic[T]):
    """What is found at several kept epochs of a run, one after the other; `result` has it all when it is `done`."""

    def __init__(self, run: "Trainer", moments: int, look: Callable[["Trainer"], T]) -> None:
        marks = run.timeline.marks
        chosen = np.unique(np.linspace(0, len(marks) - 1, min(moments, len(marks))).astype(int))
        self._left = [marks[index] for index in chosen]
        self._look = look
        self._trainer = type(run)(run.asked, run.data)
        self.result: list[T] = []

    @property
    def done(self) -> bool:
        """Whether it has been everywhere."""
        return not self._left

    def advance(self, work: int) -> None:
        """Looks at one more epoch, whatever `work` it takes."""
        self._trainer.restore(self._left.pop(0).checkpoint)
        self.result.append(self._look(self._trainer))
