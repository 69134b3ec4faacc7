"""Pruning: taking away what a network can do without.

Weights that are pruned stay 0 through any training that follows. Neurons that are pruned are really removed: what is
left is a smaller network. Either is done at once or in steps, each followed by some training, until what is watched
becomes too bad. When the data may shift, prune little or not at all: what seems useless today may not be tomorrow.
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from engine.data.dataset import Samples
from engine.errors import FieldError, InvalidInput
from engine.experiment import Layer
from engine.insight.pruning.criteria import Criterion, Scores, deviations, given_by, likeness
from engine.insight.results import Measures, PartName
from engine.network.model import Model
from engine.resolve import resolve
from engine.training.metrics import higher_is_better
from engine.training.metrics_row import measures
from engine.training.trainer import Trainer

Removal = list[tuple[int, int, int | None]]  # layer, unit, and the unit of that layer which takes over, in order


@dataclass(frozen=True)
class Amount:
    """How much is pruned: a `fraction` of all there is, or everything that scores below a `threshold`.

    In the scope `network` all layers are one pool; in `layer` each gives the same share.
    """

    fraction: float | None = None
    threshold: float | None = None
    scope: Literal["network", "layer"] = "network"


def lowest(scores: Scores, amount: Amount) -> list[np.ndarray]:
    """For each layer which of its scores are to go."""
    if amount.threshold is not None:
        return [score < amount.threshold for score in scores]
    fraction = amount.fraction or 0.0
    if amount.scope == "layer":
        # The last one of a layer stays: without it nothing would pass.
        shares = [min(fraction, (score.size - 1) / score.size) for score in scores]
        return [
            _lowest(score.reshape(-1), share).reshape(score.shape) for score, share in zip(scores, shares, strict=True)
        ]
    chosen = _lowest(np.concatenate([score.reshape(-1) for score in scores]), fraction)
    ends = np.cumsum([score.size for score in scores])[:-1]
    return [part.reshape(score.shape) for part, score in zip(np.split(chosen, ends), scores, strict=True)]


def _lowest(scores: np.ndarray, fraction: float) -> np.ndarray:
    chosen = np.zeros(len(scores), bool)
    chosen[np.argsort(scores, kind="stable")[: round(fraction * len(scores))]] = True
    return chosen


@np.errstate(all="ignore")
def kept_weights(model: Model, criterion: Criterion, amount: Amount) -> list[np.ndarray]:
    """For each layer a mask (fan_in, fan_out): 1 for the weights that stay. Raises InvalidInput if none would."""
    gone = lowest(criterion.score(model), amount)
    if all(part.all() for part in gone):
        raise _nothing_left(amount, "weight")
    masks = model.network.views(model.state.mask) if model.state.mask.size else []
    stays = [~part for part in gone]
    if masks:
        stays = [part & (mask["weights"] != 0) for part, mask in zip(stays, masks, strict=True)]
    return [part.astype(np.float64) for part in stays]


@np.errstate(all="ignore")
def units_to_go(model: Model, criterion: Criterion, amount: Amount) -> Removal:
    """The units that go, and who takes over; each layer keeps its best one. Raises InvalidInput if all were to go."""
    if not model.experiment.layers:
        message = "this network has no hidden units to prune; prune weights instead"
        raise InvalidInput(FieldError("criterion", criterion.name, "magnitude", message))
    scores = criterion.score(model)
    if all(part.all() for part in lowest(scores, amount)):
        raise _nothing_left(amount, "unit")
    for score in scores:
        score[np.argmax(score)] = np.inf
    given = given_by(model) if criterion.merges else []
    removal: Removal = []
    for layer, (low, score) in enumerate(zip(lowest(scores, amount), scores, strict=True)):
        part = low & (score < np.inf)
        if criterion.merges:
            _, pairs = likeness(given[layer])
            removal += [(layer, unit, heir) for unit, heir in pairs if part[unit]]
        else:
            removal += [(layer, int(unit), None) for unit in np.flatnonzero(part)]
    return removal


def _nothing_left(amount: Amount, what: str) -> InvalidInput:
    field, given = ("fraction", amount.fraction) if amount.threshold is None else ("threshold", amount.threshold)
    message = f"this would prune every {what}: nothing would be left of the network"
    return InvalidInput(FieldError(field, given, "less", message))


@np.errstate(all="ignore")
def without_units(model: Model, removal: Removal) -> np.ndarray:
    """Parameters (P,) of the same network in which these units are of no effect, and their heirs stand in for them."""
    buffer = model.state.parameters.copy()
    views = model.network.views(buffer)
    given = given_by(model) if any(heir is not None for _, _, heir in removal) else []
    for layer, unit, heir in removal:
        following = views[layer + 1]
        if heir is not None:
            slope, level = _line(given[layer][[heir, unit]])
            following["weights"][heir] += slope * following["weights"][unit]
            following["biases"] += level * following["weights"][unit]
        following["weights"][unit] = 0
    return buffer


def _line(given: np.ndarray) -> tuple[float, float]:
    """The slope and the level with which the first row (2, n) comes nearest to the second; 0 if they are not finite."""
    x, y = deviations(given)
    slope = float(x @ y / (x @ x)) if x.any() else 0.0
    level = float(given[1].mean() - slope * given[0].mean())
    return (slope, level) if np.isfinite([slope, level]).all() else (0.0, 0.0)


def smaller(run: Trainer, removal: Removal) -> Trainer:
    """A new run of a network without these units, which says what the old one said without them."""
    buffer = without_units(run, removal)
    sizes, gone = (
        run.network.sizes,
        [[unit for at, unit, _ in removal if at == layer] for layer in range(len(run.network.layers))],
    )
    stays = [np.setdiff1d(np.arange(units), out) for units, out in zip(sizes[1:], gone, strict=True)]
    asked: tuple[Layer, ...] = tuple(
        replace(layer, units=len(left)) for layer, left in zip(run.asked.layers, stays, strict=False)
    )
    trainer = Trainer(resolve(replace(run.asked, layers=asked), run.experiment.tables), run.data)
    layers, inputs = [], np.arange(sizes[0])
    learned = run.altered(buffer).parameters()
    for layer, units, left in zip(learned, sizes[1:], stays, strict=True):
        parts = {"weights": layer.weights, "biases": layer.biases, **layer.further}
        layers.append({name: _left(numbers, name, inputs, left, units) for name, numbers in parts.items()})
        inputs = left
    trainer.set_parameters(layers)
    return trainer


def _left(numbers: np.ndarray, name: str, inputs: np.ndarray, units: np.ndarray, before: int) -> np.ndarray:
    """What is left of a layer's numbers; a maxout layer has its sums piece by piece."""
    columns = np.concatenate([units + first for first in range(0, numbers.shape[-1], before)])
    return numbers[np.ix_(inputs, columns)] if name in {"weights", "mask"} else numbers[columns]


@dataclass(frozen=True, kw_only=True)
class Size:
    """How large a network is.

    `flops` are the multiplications and additions for one sample; `effective_flops` those with weights that are not 0,
    which only a library for sparse matrices can save. `sparse_bytes` are for rows of (place, weight), as in CSR.
    """

    units: int
    parameters: int
    nonzero: int
    bytes: int
    sparse_bytes: int
    flops: int
    effective_flops: int


@dataclass(frozen=True, kw_only=True)
class PrunedSize(Size):
    """How large and how good a network is, at first or after a step and its training; `undone` if it was taken back."""

    measures: dict[PartName, Measures]
    undone: bool = False


@dataclass(frozen=True)
class TradeoffPoint:
    """What is left of the quality when a share is pruned."""

    fraction: float
    measures: dict[PartName, Measures]


def size(model: Model) -> Size:
    """How large a network is."""
    views, item = model.network.views(model.state.parameters), model.network.dtype.itemsize
    weights = sum(view["weights"].size for view in views)
    left = sum(int(np.count_nonzero(view["weights"])) for view in views)
    others = model.parameter_count - weights
    columns = sum(view["weights"].shape[1] for view in views)
    return Size(
        units=sum(model.network.sizes[1:-1]),
        parameters=model.parameter_count,
        nonzero=left + others,
        bytes=model.parameter_count * item,
        sparse_bytes=left * (item + 4) + (columns + len(views)) * 4 + others * item,
        flops=2 * weights + columns,
        effective_flops=2 * left + columns,
    )


def looked_at(model: Model) -> dict[PartName, Samples]:
    """The samples of each part over which a network and what is left of it are measured; see `Model.at_once`."""
    return {part: model.at_once(part) for part in model.data.measured}


def measured(model: Model, samples: dict[PartName, Samples] | None = None) -> dict[PartName, Measures]:
    """The measures over these samples of each part, or over those that are looked at."""
    found = looked_at(model) if samples is None else samples
    return {part: measures(model, own) for part, own in found.items()}


class Tradeoff:
    """What is left of a network's quality at each share pruned that leaves something, without training in between."""

    def __init__(self, model: Model, criterion: Criterion, scope: Literal["network", "layer"], points: int) -> None:
        self.model = model.snapshot()
        self.samples = looked_at(model)
        self._criterion, self._scope = criterion, scope
        sizes, shapes = model.network.sizes, model.network.shapes
        count = sum(sizes[1:-1]) if criterion.what == "neurons" else sum(fan_in * fan_out for fan_in, fan_out in shapes)
        shares = np.linspace(0, 1, points, endpoint=False).tolist()
        self._left = [share for share in shares if round(share * count) < max(count, 1)]  # that leave something
        self.result: list[TradeoffPoint] = []

    @property
    def done(self) -> bool:
        """Whether all shares have been tried."""
        return not self._left

    def advance(self, work: int) -> None:
        """Tries one more share."""
        model, share = self.model, self._left.pop(0)
        amount = Amount(share, scope=self._scope)
        if self._criterion.what == "weights":
            masks = kept_weights(model, self._criterion, amount)
            buffer = model.state.parameters.copy()
            for view, mask in zip(model.network.views(buffer), masks, strict=True):
                view["weights"][mask == 0] = 0
            pruned = model.altered(buffer)
        else:
            pruned = model.altered(without_units(model, units_to_go(model, self._criterion, amount)))
        self.result.append(TradeoffPoint(share, measured(pruned, self.samples)))


@dataclass(frozen=True)
class Stop:
    """Steps end when `metric` (such as `test_accuracy`) is worse than at first by more than `drop`."""

    metric: str
    drop: float


class Pruning:
    """Prunes a fork of a run, step by step; the run itself stays as it is.

    `trainer` is the pruned network when it is `done`, `steps` what happened on the way, `run` what was pruned.
    """

    def __init__(
        self, run: Trainer, criterion: Criterion, amount: Amount, steps: int, fine_tune: int, stop: Stop | None
    ) -> None:
        self.run = run
        self.trainer = run.fork()
        self.samples = looked_at(run)
        self.steps: list[PrunedSize] = []
        self.stopped: str | None = None
        self.done = False
        self.before = self.report()
        self._criterion, self._amount, self._count, self._fine_tune, self._stop = (
            criterion,
            amount,
            steps,
            fine_tune,
            stop,
        )
        self._units = self.before.units
        self._best = self._watched(self.before.measures) if stop else 0.0
        self._safe = self.trainer
        self._goal: int | None = None

    def report(self) -> PrunedSize:
        """How the network is now."""
        return PrunedSize(**vars(size(self.trainer)), measures=measured(self.trainer, self.samples))

    def _watched(self, measures: dict[PartName, Measures]) -> float:
        part, _, measure = self._stop.metric.partition("_") if self._stop else ("", "", "")
        if measure not in measures.get(part, {}):
            known = ", ".join(f"{part}_{name}" for part, found in measures.items() for name in found)
            given = self._stop.metric if self._stop else None
            raise InvalidInput(FieldError("stop.metric", given, known, f"there is no such metric here; choose {known}"))
        return measures[part][measure]

    def advance(self, work: int) -> None:
        """Prunes a little more, or trains for about `work` multiply-adds."""
        trainer = self.trainer
        if self._goal is None:
            self._prune()
            self.trainer.go_on()
            self._goal = self.trainer.steps_to_epoch(int(self.trainer.epoch) + self._fine_tune)
            if self._fine_tune == 0:
                self._goal = self.trainer.step
        elif not (trainer.settled and (trainer.step >= self._goal or trainer.stopped)) and not trainer.diverged:
            trainer.advance(work, self._goal)
        else:
            self._judge()

    def _prune(self) -> None:
        """The next step: a growing share of what there was at first."""
        share = (len(self.steps) + 1) / self._count
        self._safe, amount = self.trainer, self._amount
        if self._criterion.what == "weights":
            if amount.fraction is not None:
                amount = replace(amount, fraction=amount.fraction * share)
            else:
                amount = replace(amount, threshold=(amount.threshold or 0.0) * share)
            masks = kept_weights(self.trainer, self._criterion, amount)
            trainer = self.trainer.fork()
            layers = trainer.as_given()
            trainer.set_parameters([layer | {"mask": mask} for layer, mask in zip(layers, masks, strict=True)])
            self.trainer = trainer
            return
        left = sum(self.trainer.network.sizes[1:-1])
        if amount.fraction is not None:
            gone = min(round(amount.fraction * share * self._units), self._units - 1)
            amount = replace(amount, fraction=max(0.0, 1 - (self._units - gone) / max(left, 1)))
        else:
            amount = replace(amount, threshold=(amount.threshold or 0.0) * share)
        removal = units_to_go(self.trainer, self._criterion, amount)
        self.trainer = smaller(self.trainer, removal) if removal else self.trainer.fork()

    def _judge(self) -> None:
        self.steps.append(self.report())
        self._goal = None
        self.done = len(self.steps) == self._count
        reason = self._objection(self.steps[-1].measures)
        if reason:
            self.steps[-1] = replace(self.steps[-1], undone=True)
            self.trainer, self.stopped, self.done = self._safe, reason, True

    def _objection(self, measures: dict[PartName, Measures]) -> str | None:
        if self.trainer.diverged:
            return f"Step {len(self.steps)} was undone: {self.trainer.diverged}"
        if self._stop is None:
            return None
        now = self._watched(measures)
        worse = self._best - now if higher_is_better(self._stop.metric.partition("_")[2]) else now - self._best
        if worse <= self._stop.drop:
            return None
        watched = self._stop.metric.replace("_", " ")
        return f"Step {len(self.steps)} was undone: the {watched} went from {self._best:.4g} to {now:.4g}."
