"""Stop conditions: when playing ends by itself."""

from typing import Any

from app.problems import invalid
from app.schemas.requests import Until, UntilEpochs
from engine import FieldError, Trainer
from engine.data.cells import written
from engine.training.metrics import higher_is_better


class StopCondition:
    """An epoch of the run, or a target for a metric, which is checked after each epoch and in every recorded row.

    Raises Problem 422 for a metric that the run does not have.
    """

    def __init__(self, until: Until, trainer: Trainer) -> None:
        self.until = until
        self._trainer = trainer
        self._reached: str | None = None
        if isinstance(until, UntilEpochs):
            return
        history = trainer.history
        names = [f"{part}_{measure}" for part in history.parts for measure in history.measures]
        if until.metric not in names:
            expected, message = f"one of: {', '.join(names)}", f"this run has no metric '{until.metric}'"
            raise invalid([FieldError("until.metric", until.metric, expected, message)])
        trainer.watch(until.metric.partition("_")[0], self._check)
        self._check(trainer.row())

    def _check(self, row: dict[str, Any]) -> None:
        if self._reached is not None or isinstance(self.until, UntilEpochs):
            return
        part, _, measure = self.until.metric.partition("_")
        value, target = row[part][measure], self.until.target
        if value >= target if higher_is_better(measure) else value <= target:
            name = self.until.metric.replace("_", " ").capitalize()
            epoch, wanted = written(row["epoch"]), written(target)
            self._reached = f"{name} reached {value:.4g} at epoch {epoch} (target: {wanted})."

    def next_stop(self) -> int:
        """The step up to which training can go before the next check."""
        if isinstance(self.until, UntilEpochs):
            return self._trainer.steps_to_epoch(self.until.epochs)
        # To the end of this epoch and of measuring it, so that training does not run past the target.
        settled = self._trainer.settled
        return self._trainer.steps_to_epoch(int(self._trainer.epoch) + 1) if settled else self._trainer.step

    def reached(self) -> str | None:
        """How the condition was met, in words; None if it was not."""
        trainer = self._trainer
        if isinstance(self.until, UntilEpochs):
            there = trainer.settled and trainer.steps_to_epoch(self.until.epochs) <= trainer.step
            return f"Epoch {self.until.epochs} is reached." if there else None
        return self._reached
