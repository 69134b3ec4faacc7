"""The model: a network at one moment, with its data, and what can be asked of it. Nothing here changes a parameter.

The trainer is a model that moves on. Whatever looks into a network (traces, distributions, pruning, ablation) takes a
model, so it works at any epoch of a run, and on a network with other parameters as well (`Model.altered`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from engine.components.optimizers import OPTIMIZERS
from engine.compute import kernel
from engine.compute.rows import Row, no_row
from engine.data.dataset import Data, Samples
from engine.data.projection import Axes, Domain, check_domain
from engine.errors import FieldError, InvalidInput
from engine.experiment import Resolved
from engine.limits import LIMITS, chunk_samples
from engine.network.network import Network
from engine.training.metrics import labels

PROBE_SAMPLES = 128  # that go through the network at a time
KEPT_PLANES = 4  # whose inputs are remembered: pictures are made again and again of the same


@dataclass(frozen=True)
class LayerParameters:
    """A copy of one layer's weights (fan_in, fan_out) and biases (fan_out,).

    `further` are by name what else it has: learned `gamma` and `beta`, `moving_mean` and `moving_variance` of
    a normalized layer, learned `slopes`, and if weights were pruned a `mask` (fan_in, fan_out): 0 where they stay 0.
    """

    weights: np.ndarray
    biases: np.ndarray
    further: dict[str, np.ndarray]


@dataclass(frozen=True)
class Boundary:
    """The outputs over the plane: values (outputs, height, width), row 0 at the highest x2.

    `range` are the values that mean no and yes.
    """

    step: int
    width: int
    height: int
    domain: Domain
    values: np.ndarray
    range: tuple[float, float] = (0.0, 1.0)


@dataclass(frozen=True)
class Passes:
    """What the samples of a part did (see `Model.at_once`) on their way forward and back, all units' rows (rows, n),
    inputs first.

    `z` are the sums as the activations got them, `a` what they gave, `d` the errors dL/dz of single samples; `gradient`
    (P,) is the mean loss's. Nothing is dropped, and running means stand in for batches.
    """

    z: np.ndarray
    a: np.ndarray
    d: np.ndarray
    outputs: np.ndarray  # (outputs, n)
    losses: np.ndarray  # (n,)
    gradient: np.ndarray


class Model:
    """A network that can be looked into."""

    def __init__(
        self, experiment: Resolved, data: Data, network: Network, state: kernel.State, clock: np.ndarray
    ) -> None:
        self.experiment = experiment
        self.task = experiment.task
        self.data = data
        self.network = network
        self.state = state
        self._clock = clock
        self._net = network.describe(experiment)
        self._order = np.arange(0)
        self._optimizer_arguments = np.zeros(1, network.dtype)
        self.probe = self._room(min(PROBE_SAMPLES, chunk_samples(network.parameter_count)))
        self._no_row = no_row(network.dtype)
        self._no_results = kernel.results(np.empty((0, 0), network.dtype))
        self._planes: dict[tuple[int, Axes | None, Domain | None], np.ndarray] = {}

    def altered(self, parameters: np.ndarray) -> "Model":
        """The same at this moment with other parameters (P,), which it keeps as its own."""
        state = self.state._replace(parameters=parameters, running=self.state.running.copy())
        return Model(self.experiment, self.data, self.network, state, self._clock.copy())

    def snapshot(self) -> "Model":
        """This moment, kept while a trainer moves on."""
        return self.altered(self.state.parameters.copy())

    def as_given(self) -> list[dict[str, np.ndarray]]:
        """Its parameters as `Trainer.set_parameters` takes them."""
        return [{"weights": layer.weights, "biases": layer.biases, **layer.further} for layer in self.parameters()]

    def _room(self, width: int) -> kernel.Room:
        return kernel.room(self.network.rows[-1], self.data.outputs, width, self.network.dtype)

    def look(
        self,
        task: int,
        samples: Samples,
        first: int = 0,
        results: kernel.Results | None = None,
        chunks: int = kernel.NEVER,
        row: Row | None = None,
    ) -> None:
        """Runs samples through the network without training. Writes only to `probe` and the results."""
        self.run(
            task,
            self.probe,
            (samples, samples, samples),
            kernel.LOOK._replace(chunks=chunks),
            self._no_row if row is None else row,
            first,
            self._no_results if results is None else results,
        )

    def run(
        self,
        task: int,
        work: kernel.Room,
        parts: tuple[Samples, ...],
        plan: kernel.Plan,
        row: Row,
        first: int,
        results: kernel.Results,
    ) -> int:
        spent: int = kernel.run(
            task,
            self._net,
            self.state,
            work,
            self.probe,
            parts,
            self._order,
            plan,
            self._optimizer_arguments,
            self._clock,
            first,
            results,
            row,
        )
        return spent

    # Where it stands

    @property
    def step(self) -> int:
        """Updates made so far."""
        return int(self._clock[kernel.STEP])

    @property
    def epoch(self) -> float:
        """How often the training samples have been gone through."""
        return float(self._clock[kernel.EPOCH] + self._clock[kernel.IN_EPOCH] / len(self.data.parts["train"]))

    @property
    def parameter_count(self) -> int:
        """How many numbers it learns."""
        return self.network.parameter_count

    def parameters(self) -> list[LayerParameters]:
        """Copies of each layer's weights and biases, hidden layers in order, the output layer last."""
        layers = []
        views, masked = self.network.views, not self.state.mask.all()
        masks = views(self.state.mask) if masked else views(self.state.parameters)
        for view, running, mask in zip(
            views(self.state.parameters), self._running(self.state.running), masks, strict=True
        ):
            own = view | running | ({"mask": mask["weights"]} if masked else {})
            copies = {name: values.copy() for name, values in own.items()}
            layers.append(LayerParameters(copies.pop("weights"), copies.pop("biases"), copies))
        return layers

    def _running(self, buffer: np.ndarray) -> list[dict[str, np.ndarray]]:
        """The running means and variances of each layer that is normalized, as views of (2, rows)."""
        views = []
        for rows, part in zip(self._layer_rows(), self.network.parts, strict=True):
            width = part["gamma"][1][0] if "gamma" in part else 0
            own = buffer[:, rows.start : rows.start + width]
            views.append({"moving_mean": own[0], "moving_variance": own[1]} if width else {})
        return views

    def layer_name(self, index: int) -> str:
        """What people call a layer; hidden layers count from 0 here, the output layer comes last."""
        return "the output layer" if index == len(self.network.layers) - 1 else f"layer {index + 1}"

    # What it answers

    def predict(self, rows: Sequence[Any]) -> tuple[np.ndarray, list[Any]]:
        """The same as `predict_points` for rows as the table has them, words, dates and gaps among them."""
        return self.predict_points(self.data.encode(rows))

    def predict_points(self, points: np.ndarray) -> tuple[np.ndarray, list[Any]]:
        """Outputs (n, outputs) for points (n, columns), and what each means: a class, some labels or a number."""
        outputs = self._outputs_at(points)
        classes, threshold = self.data.classes, self.data.threshold
        if classes is None:
            outputs = self.data.in_units(outputs)
            return outputs.T, outputs[0].tolist()
        if self.task == "multilabel":
            named = [[classes[label] for label in np.flatnonzero(column > threshold)] for column in outputs.T]
            return outputs.T, named
        return outputs.T, [classes[index] for index in labels(outputs, threshold)]

    def _outputs_at(self, points: np.ndarray) -> np.ndarray:
        return self.outputs_of(self.data.inputs(points), self.network.rows[-2])

    def moved(self, rows: Sequence[Any]) -> list[list[tuple[str, float]]]:
        """How much each field changes each row's output, compared with the field's typical value.

        Of the predicted class's probability, of that of the likeliest label, or in the target's unit; the largest
        first. Raises InvalidInput for too many rows.
        """
        most = LIMITS.explained
        if len(rows) > most:
            message = f"at most {most} predictions can be explained at a time"
            raise InvalidInput(FieldError("x", len(rows), f"at most {most} rows", message))
        points, fields, typical = self.data.encode(rows), self.data.fields, self.data.typical
        outputs = self._outputs_at(points)
        moves = []
        for place in fields.places:
            changed = points.copy()
            changed[:, place] = typical[place]
            moves.append(self._difference(outputs, self._outputs_at(changed)))
        names = [field.name for field in fields.fields]
        return [
            sorted(zip(names, row, strict=True), key=lambda pair: -abs(np.nan_to_num(pair[1])))
            for row in np.transpose(moves).tolist()
        ]

    def _difference(self, outputs: np.ndarray, others: np.ndarray) -> np.ndarray:
        """How much larger outputs (outputs, n) are than others (n,): of what each sample is predicted to be."""
        apart = outputs.astype(np.float64) - others
        if len(apart) > 1:
            difference: np.ndarray = apart[outputs.argmax(axis=0), np.arange(apart.shape[1])]
            return difference
        if self.data.classes is None:
            return apart[0] * self.data.target_spread
        return np.where(outputs[0] > self.data.threshold, apart[0], -apart[0])

    def boundary(self, resolution: int, axes: Axes | None = None, domain: Domain | None = None) -> Boundary:
        """The outputs over a part of a plane, `resolution` points each way; see `Data.projection`."""
        values = self.data.in_units(self._over_plane(self.network.rows[-2], resolution, axes, domain))
        shown = domain or self.data.domain_of(axes)
        return Boundary(self.step, resolution, resolution, shown, values, (self.data.no, self.data.yes))

    def neurons(self, resolution: int, axes: Axes | None = None, domain: Domain | None = None) -> list[np.ndarray]:
        """Every unit's activation over the same: per layer (units, height, width), hidden layers then output."""
        first = self.network.rows[1]
        maps = self._over_plane(first, resolution, axes, domain)
        units = self.network.sizes[1:]
        return [maps[rows.start - first :][:count] for rows, count in zip(self._layer_rows(), units, strict=True)]

    def _over_plane(self, first_row: int, resolution: int, axes: Axes | None, domain: Domain | None) -> np.ndarray:
        if not 2 <= resolution <= LIMITS.resolution:
            expected = f"2 to {LIMITS.resolution}"
            raise InvalidInput(FieldError("resolution", resolution, expected, f"the resolution is {expected} points"))
        key = resolution, axes, domain
        if key not in self._planes:
            plane = self.data.plane(resolution, axes, check_domain(domain) if domain else None)
            self._planes = dict([*self._planes.items(), (key, plane)][-KEPT_PLANES:])
        values = self.outputs_of(self._planes[key], first_row)
        return values.reshape(-1, resolution, resolution)

    def outputs_of(self, x: np.ndarray, first_row: int) -> np.ndarray:
        """What the rows of units from `first_row` on give for inputs x (features, n)."""
        outputs = np.empty((self.network.rows[-1] - first_row, x.shape[1]), self.network.dtype)
        self.look(kernel.PREDICT, (x, x[:0], x[0, :0]), first_row, kernel.results(outputs))
        return outputs

    def rows_of(self, index: int) -> tuple[slice, slice]:
        """Where a layer's sums, and where its units stand in the rows; hidden layers count from 0."""
        sums = self._layer_rows()[index]
        return sums, slice(sums.start, sums.start + self.network.sizes[index + 1])

    def _layer_rows(self) -> list[slice]:
        """Where each layer's units stand in a workspace, hidden layers in order, the output layer last."""
        return [slice(low, high) for low, high in pairwise(self.network.rows[1:])]

    # How good it is

    def at_once(self, part: str) -> Samples:
        """What is looked at of a part where that is done in one go: all samples, or a fixed draw of 2,000 where all
        would take too long.
        """
        samples = self.data.measured[part]
        quick = samples[0].shape[1] * self.parameter_count <= LIMITS.quick_work
        return samples if quick else self.data.drawn[part]

    def coverage(self, part: str) -> dict[str, int]:
        """How many `samples` of a part are looked at in one go, and how many it has in `all`."""
        return {"samples": self.at_once(part)[0].shape[1], "all": len(self.data.parts[part])}

    def evaluate(self, part: str) -> tuple[np.ndarray, np.ndarray]:
        """Its outputs (outputs, n) for the samples of a part, and the losses (n,); see `at_once`."""
        return self.answer(self.at_once(part))

    def answer(self, samples: Samples) -> tuple[np.ndarray, np.ndarray]:
        """Its outputs (outputs, n) for some samples, and the losses (n,)."""
        outputs, losses = np.empty(samples[1].shape, self.network.dtype), np.empty(samples[0].shape[1])
        self.look(kernel.EVALUATE, samples, 0, kernel.results(outputs, losses))
        return outputs, losses

    def passes(self, part: str = "train") -> Passes:
        """Every number of the samples of a part; see `at_once`."""
        samples, (z, a, d, *_) = self.at_once(part), self.probe.blocks
        count, width = samples[0].shape[1], self.probe.width
        outputs, losses = np.empty(samples[1].shape, self.network.dtype), np.empty(count)
        gradient = np.zeros(self.network.parameter_count, self.network.dtype)
        rows = np.empty((3, self.network.rows[-1], count), self.network.dtype)
        results = kernel.results(outputs, losses, gradient)
        for first in range(0, count, width):
            self.look(kernel.EVALUATE, samples, first, results, chunks=1)
            n = min(width, count - first)
            for row, there in zip(rows, (z, a, d), strict=True):
                row[:, first : first + n] = there[:, :n]
        rows[2] *= count  # the errors are those of a mean
        return Passes(rows[0], rows[1], rows[2], outputs, losses, gradient)


def starting_state(experiment: Resolved, data: Data, network: Network) -> kernel.State:
    """Where training starts: parameters as the initializers draw them, and nothing learned or remembered."""
    parameters = network.initialize(experiment.seed, data.rules)
    count, dtype = network.parameter_count, network.dtype
    return kernel.State(
        parameters=parameters,
        gradient=np.zeros(count, dtype),
        slots=np.zeros((OPTIMIZERS.of(experiment.optimizer).slots, count), dtype),
        running=np.repeat(np.array([[0], [1]], dtype), network.rows[-1], axis=1),
        previous=parameters.copy(),
        mask=np.ones(count if data.rules.severs else 0, dtype),
    )
