"""A row of metrics: the loss and the metrics of each part of the data, and what each layer does, at one step.

The kernel computes it (`compute.rows`), chunk by chunk, so that a slice of training time may end in between. Here it
is told what belongs where, and rows become dictionaries for whoever asks for one.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.compute import kernel
from engine.compute.rows import (
    DONE,
    FIRST_COLUMNS,
    LAYER_COLUMNS,
    PART,
    STATISTICS,
    Row,
    begin_row,
    no_row,
)
from engine.data.dataset import Data, Samples
from engine.data.splits import PARTS
from engine.network.network import NONE
from engine.training.metrics import METRICS, measures_of, metrics_of

if TYPE_CHECKING:
    from engine.network.model import Model

ROOM = 256  # rows that are measured in one call


class Layout:
    """Which column of a row is what."""

    def __init__(self, task: str, parts: Iterable[str], layers: int) -> None:
        self.parts = list(parts)
        self.measures = measures_of(task)
        self.layers = layers
        self.part_columns = [f"{part}_{measure}" for part in self.parts for measure in self.measures]
        self.first_layer = len(FIRST_COLUMNS) + len(self.part_columns)
        self.width = self.first_layer + layers * len(LAYER_COLUMNS)

    def column(self, part: str) -> int:
        """Where the measures of a part start; NONE if it has no samples."""
        return len(FIRST_COLUMNS) + self.parts.index(part) * len(self.measures) if part in self.parts else NONE

    def columns(self, parts: Iterable[str]) -> np.ndarray:
        """Where the measures of each part of the data start; NONE for all but these."""
        return np.array([self.column(part) if part in parts else NONE for part in PARTS], np.int64)

    def measured(self, values: np.ndarray, columns: np.ndarray) -> dict[str, Any]:
        """A row's `step`, `epoch` and each part's measures, from these columns on, as a dictionary."""
        told: dict[str, Any] = {"step": int(values[0]), "epoch": float(values[1])}
        for part, column in zip(PARTS, columns.tolist(), strict=True):
            measures = values[column : column + len(self.measures)].tolist()
            told[part] = None if column == NONE else dict(zip(self.measures, measures, strict=True))
        return told

    def as_data(self, seq: int, values: np.ndarray) -> dict[str, Any]:
        """A whole row as a dictionary: parts that have no samples are None."""
        told = self.measured(values, self.columns(self.parts))
        first = {name: float(values[column]) for column, name in enumerate(FIRST_COLUMNS)}
        layers = values[self.first_layer :].reshape(self.layers, len(LAYER_COLUMNS)).tolist()
        return {"seq": seq, **first, **told} | {
            "layers": [dict(zip(LAYER_COLUMNS, layer, strict=True)) for layer in layers]
        }


class MetricsRow:
    """What the kernel needs to measure rows over these samples of each part, and the rows it has done."""

    def __init__(self, model: "Model", samples: Mapping[str, Samples] | None = None) -> None:
        data, network, task = model.data, model.network, model.task
        self.layout = layout = Layout(task, data.measured, len(network.layers))
        chosen = data.measured if samples is None else samples
        self.parts = tuple(chosen.get(part) or _no_samples(chosen["train"]) for part in PARTS)
        self.whole = Row(
            metrics=_codes(task),
            scales=_scales(task, data),
            threshold=data.threshold,
            columns=layout.columns(PARTS),
            layers=layout.first_layer,
            values=np.zeros(layout.width),
            gradient=np.zeros(network.parameter_count, network.dtype),
            statistics=np.zeros((network.rows[-1], STATISTICS)),
            table=np.empty((ROOM, layout.width)),
            cursor=np.array([len(PARTS), 0, 0]),
        )
        self.row = self.whole

    def only(self, parts: Iterable[str]) -> Row:
        """For a row that says nothing but the loss and the metrics of these parts."""
        return self.whole._replace(columns=self.layout.columns(parts), layers=NONE)

    @property
    def under_way(self) -> bool:
        """Whether a row is half done."""
        return bool(self.whole.cursor[PART] < len(PARTS))

    def begin(self) -> None:
        """Has the next call measure a whole row before all else."""
        self.row = self.whole
        begin_row(self.whole)

    def drop(self) -> None:
        """Gives up a row that is under way."""
        self.whole.cursor[PART] = len(PARTS)

    def take(self) -> np.ndarray:
        """The rows (n, columns) that are done, as a view that the next call overwrites."""
        done = self.whole.table[: self.whole.cursor[DONE]]
        self.whole.cursor[DONE] = 0
        return done


def answers(model: "Model", samples: Samples) -> tuple[np.ndarray, dict[str, float]]:
    """A model's outputs (outputs, n) for some samples, and the loss and the metrics over them."""
    outputs, losses = np.empty(samples[1].shape, model.network.dtype), np.empty(samples[0].shape[1])
    return outputs, measures(model, samples, kernel.results(outputs, losses))


def measures(model: "Model", samples: Samples, results: kernel.Results | None = None) -> dict[str, float]:
    """The loss and the metrics over some samples; fills the results too, if there are any."""
    scales = _scales(model.task, model.data)
    nothing = no_row(model.network.dtype)
    row = nothing._replace(
        metrics=_codes(model.task), scales=scales, threshold=model.data.threshold, values=np.zeros(len(scales))
    )
    model.look(kernel.EVALUATE, samples, results=results, row=row)
    with np.errstate(all="ignore"):  # what is not finite is told, not warned of
        values = row.values / samples[0].shape[1] * scales
    return dict(zip(measures_of(model.task), values.tolist(), strict=True))


def _codes(task: str) -> np.ndarray:
    return np.array([METRICS.codes[metric.name] for metric in metrics_of(task)], np.int64)


def _scales(task: str, data: Data) -> np.ndarray:
    return np.array([1.0, *(data.target_spread if metric.in_units else 1.0 for metric in metrics_of(task))])


def _no_samples(like: Samples) -> Samples:
    x, t, weights = like
    return np.empty((len(x), 0), x.dtype), np.empty((len(t), 0), t.dtype), weights[:0]
