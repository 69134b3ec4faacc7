"""Tasks: what kind of answer is asked for. The task decides the output layer and the loss, unless you do."""

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from engine.components.registry import Entry, Family

TaskName: TypeAlias = Literal["binary", "multiclass", "multilabel", "regression"]


@dataclass(frozen=True, kw_only=True)
class Task(Entry):
    """`output` and `loss` are the defaults for this task."""

    output: str
    loss: str

    def as_data(self) -> dict[str, Any]:
        """This task for the catalogue."""
        return super().as_data() | {"output": self.output, "loss": self.loss}


TASKS: Family[Task] = Family(
    "task",
    "What kind of answer to learn.",
    (
        Task(
            name="binary",
            label="Two classes",
            summary="One yes-or-no answer; targets are 0 and 1.",
            output="sigmoid",
            loss="binary_crossentropy",
        ),
        Task(
            name="multiclass",
            label="Several classes",
            summary="Exactly one of several classes is correct; targets are class numbers from 0.",
            output="softmax",
            loss="categorical_crossentropy",
            aliases=("multi_class",),
        ),
        Task(
            name="multilabel",
            label="Several labels",
            summary="Each label applies or not, independent of the others; targets are lists of 0 and 1.",
            output="sigmoid",
            loss="binary_crossentropy",
            aliases=("multi_label",),
        ),
        Task(
            name="regression",
            label="Regression",
            summary="The target is a number.",
            output="linear",
            loss="mean_squared_error",
        ),
    ),
)
