"""Goals: where playing is to end, if anywhere."""

from app.problems import invalid
from app.requests import Until, UntilEpochs
from engine import FieldError, Trainer
from engine.cells import written
from engine.metrics import higher_is_better


class Goal:
    """An epoch of the run, or a metric's target. Raises Problem 422 for a metric that the run does not have."""

    def __init__(self, until: Until, trainer: Trainer) -> None:
        self.until = until
        self._trainer = trainer
        history = trainer.history
        if not isinstance(until, UntilEpochs):
            names = [f"{part}_{measure}" for part in history.parts for measure in history.measures]
            if until.metric not in names:
                expected, message = f"one of: {', '.join(names)}", f"this run has no metric '{until.metric}'"
                raise invalid([FieldError("until.metric", until.metric, expected, message)])
        # Rows up to this one have been looked at; the newest counts if it tells of this very step.
        self._seen = history.last_seq - (history.row(history.last_seq)["step"] == trainer.step)

    def next_stop(self) -> int:
        """The step up to which it is safe to train without looking again."""
        if isinstance(self.until, UntilEpochs):
            return self._trainer.steps_to_epoch(self.until.epochs)
        # To the end of this epoch and of measuring its row, so that no row is passed by.
        settled = self._trainer.settled
        return self._trainer.steps_to_epoch(int(self._trainer.epoch) + 1) if settled else self._trainer.step

    def reached(self) -> str | None:
        """How it was reached, in words; None if it was not."""
        trainer = self._trainer
        if isinstance(self.until, UntilEpochs):
            there = trainer.settled and trainer.steps_to_epoch(self.until.epochs) <= trainer.step
            return f"Epoch {self.until.epochs} is reached." if there else None
        part, _, measure = self.until.metric.partition("_")
        target = self.until.target
        while self._seen < trainer.history.last_seq:
            self._seen += 1
            row = trainer.history.row(self._seen)
            value = row[part][measure]
            if value >= target if higher_is_better(measure) else value <= target:
                name = self.until.metric.replace("_", " ").capitalize()
                epoch, wanted = written(row["epoch"]), written(target)
                return f"{name} reached {value:.4g} at epoch {epoch} (target: {wanted})."
        return None
