"""A measurement: one row of a run's history on its way, or only what somebody watches after each epoch. All samples are
measured chunk by chunk, so that a slice of training time may end in between.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.compute import kernel
from engine.data.dataset import Samples
from engine.data.splits import PARTS
from engine.network.probes import layer_statistics

if TYPE_CHECKING:
    from engine.network.model import Model

OVERHEAD = 500  # work units that any chunk costs beside its multiplications


class Measurement:
    """Measures a model that must not change meanwhile, by these samples of each part; `row` is there when all is done.

    With `layers` the training samples go back through the network too, and the row says what each layer did.
    """

    def __init__(self, model: "Model", samples: Mapping[str, Samples] | None = None, layers: bool = True) -> None:
        self._model = model
        self.layers = layers
        self._samples = model.data.measured if samples is None else samples
        self._left = list(self._samples)
        self._measured: dict[str, Any] = dict.fromkeys(PARTS)
        self._gradient = np.zeros(model.network.parameter_count if layers else 0, model.network.dtype)
        self._statistics = np.zeros((model.network.rows[-1] if layers else 0, kernel.STATISTICS))
        self.row: dict[str, Any] | None = None
        self._begin()

    def _begin(self) -> None:
        x, t, _ = self._samples[self._left[0]]
        self._first = 0
        self._outputs = np.empty(t.shape, t.dtype)
        self._losses = np.empty(x.shape[1])

    def advance(self, work: int) -> int:
        """Measures for about `work` multiply-adds, and says how many it did."""
        model = self._model
        spent = 0
        while spent < work and self.row is None:
            part = self._left[0]
            samples = self._samples[part]
            back = self.layers and part == "train"
            gradient = self._gradient if back else None
            results = kernel.results(self._outputs, self._losses, gradient, self._statistics)
            width, count = model.probe.a.shape[1], samples[0].shape[1]
            cost = OVERHEAD + (3 if back else 1) * width * model.network.parameter_count
            chunks = max(1, min((work - spent) // cost, -(-(count - self._first) // width)))
            plan = kernel.LOOK._replace(chunks=chunks)
            model.run(kernel.EVALUATE, model.probe, samples, self._first, results, plan)
            spent += chunks * cost
            self._first += chunks * width
            if self._first >= count:
                with np.errstate(all="ignore"):  # what is not finite is told, not warned of
                    self._finish_part(part)
        return spent

    def finish(self) -> dict[str, Any]:
        """Measures all that is left, and gives the row."""
        while self.row is None:
            self.advance(1 << 24)
        return self.row

    def _finish_part(self, part: str) -> None:
        self._measured[part] = self._model.measures(self._samples[part][1], self._outputs, self._losses)
        self._left.pop(0)
        if self._left:
            self._begin()
        else:
            self.row = self._finish()

    def _finish(self) -> dict[str, Any]:
        model = self._model
        row = {"step": model.step, "epoch": model.epoch, **self._measured}
        if not self.layers:
            return row
        samples = self._samples["train"][0].shape[1]
        layers = layer_statistics(model.network, model.state, self._gradient, self._statistics, samples, model.step)
        return {**row, "penalty": model.penalty(), "layers": layers}
