"""Evidence: what is known about a run, as arrays, gathered once for whoever judges it.

How good a network is says little by itself: 70 % is much where labels are wrong at random, and little where any two
neighbors agree. So errors are told as a *skill*, 0 for the best constant answer and 1 for no error at all, and held
against that of the nearest neighbors: what they know the network could have learned.
"""

from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import TYPE_CHECKING

import numpy as np

from engine import reference
from engine.components.activations import ACTIVATIONS, facts
from engine.components.initializers import INITIALIZERS
from engine.components.optimizers import OPTIMIZERS
from engine.components.regularizers import REGULARIZERS
from engine.experiment import Input
from engine.insight.results import Number, explained
from engine.training.metrics import labels, metrics_of

if TYPE_CHECKING:
    from engine.training.trainer import Trainer

MOST_SAMPLES = 500  # of each part are asked: enough to judge by
MOST_WORK = 1 << 26  # multiply-adds for them; of large networks fewer are asked
NEIGHBORS = 5
FEWEST = 30  # samples from which on neighbors tell something
SKILL_OF_FEW = 0.4  # what is expected where there are fewer: a network can memorize a few samples
UNEVEN = 4  # times as many samples of one class as of another
SHORTFALL = 0.15  # of skill
HUGE = 1e300


@dataclass(frozen=True, kw_only=True)
class Score:
    """How good the answers for one part are: compare it before and after a fix.

    `measure` is balanced accuracy where the classes are uneven: a network that never answers with a rare class must not
    look good. `value` is a share of right answers, or of a regression the mean absolute error in the target's unit.
    """

    measure: str = explained("A metric's name, or balanced_accuracy where the classes are uneven.")
    value: Number
    noise: Number = explained("The standard error of the value.")
    loss: Number


@dataclass(frozen=True)
class Samples:
    """Some samples of one part: inputs x (features, n), answers t (outputs, n), what the network says of them."""

    x: np.ndarray
    t: np.ndarray
    outputs: np.ndarray


class Evidence:
    """Everything that findings are told from. Layers are counted from 0, hidden ones first, the output last."""

    def __init__(self, trainer: "Trainer") -> None:
        network, data = trainer.network, trainer.data
        self.experiment, self.notes = trainer.experiment, trainer.notes
        self.task, self.step, self.epoch = trainer.task, trainer.step, trainer.epoch
        self.diverged = trainer.diverged
        self.learning_rate = trainer.learning_rate
        self.activations = [layer.activation for layer in self.experiment.all_layers]
        self.initializers = [layer.initializer for layer in network.layers]
        self.parameters = trainer.parameters()
        self.shapes = np.array(network.shapes)  # (layers, 2): fan_in, fan_out
        self.counts = np.array([sum(np.prod(shape) for _, shape in part.values()) for part in network.parts])
        # What is not finite stays very large or becomes nothing, so that medians can be taken.
        self._rows = {
            name: np.nan_to_num(array, nan=0.0, posinf=HUGE, neginf=-HUGE)
            for name, array in trainer.history.arrays().items()
        }
        self.threshold, self._target_spread = data.threshold, data.target_spread
        self.sizes = {name: len(part) for name, part in data.parts.items()}
        most = int(np.clip(MOST_WORK // network.parameter_count, 50, MOST_SAMPLES))
        self.weighted = self.experiment.class_weight is not None
        raw = trainer.history.arrays()  # of the newest row the figures as they are, finite or not
        self.measured = {
            name: {measure: float(raw[f"{name}_{measure}"][-1]) for measure in trainer.history.measures}
            for name in data.measured
        }
        self.parts: dict[str, Samples] = {}
        for name, part in data.parts.items():
            if len(part):
                x, t = np.ascontiguousarray(part.x[:, :most]), part.t[:, :most].astype(np.float64)
                self.parts[name] = Samples(x, t, trainer.outputs_of(x, network.rows[-2]).astype(np.float64))
        self.features, self.classes = data.features, data.classes or []
        train = data.parts["train"]
        self.t, self.targets = train.t, train.targets
        # Root mean square and standard deviation of each input, as the network gets it, and of each target.
        self.input_size, self.input_spread = _sizes(train.x)
        self.target_size, _ = _sizes(train.t)

    # The history

    def rows(self, name: str, last: int | None = None) -> np.ndarray:
        """A column of the history, or its `last` rows."""
        return self._rows[name][-last if last else 0 :]

    def typical(self, name: str, last: int = 10) -> np.ndarray:
        """The median of a layer's quantity over the last rows, (layers,)."""
        return np.median(self.rows(name, last), axis=0)

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(self._rows["step"])

    @cached_property
    def gradients(self) -> np.ndarray:
        """The root mean square of the gradient's numbers in each layer, (rows, layers)."""
        return self.rows("gradient_norm") / np.sqrt(self.counts)

    @cached_property
    def update_ratio(self) -> float:
        """The largest of the layers' update ratios, typically."""
        return float(self.typical("update_ratio").max()) if self.step else float("nan")

    @cached_property
    def window(self) -> int:
        """How many rows are recent: the later half, and no more than 300."""
        return int(np.clip(self.count // 2, 1, 300))

    @cached_property
    def roughness(self) -> float:
        """By what share the training loss changes from one recent row to the next."""
        loss = self.rows("train_loss", max(self.window, 10))
        return float(np.mean(np.abs(np.diff(loss))) / max(np.mean(loss), 1e-12)) if len(loss) > 1 else 0.0

    @cached_property
    def progress(self) -> float:
        """By what share the training loss has fallen between the first and the last third of the recent rows."""
        loss = self.rows("train_loss", max(self.window, 10))
        third = max(len(loss) // 3, 1)
        before, after = np.median(loss[:third]), np.median(loss[-third:])
        return float((before - after) / max(before, 1e-12))

    @cached_property
    def stalled(self) -> bool:
        """Whether the training loss has stood still over many rows and updates, though it is not good."""
        steps = self.rows("step", self.window)
        long = len(steps) >= 25 and steps[-1] - steps[0] >= 200
        even = self.roughness < 0.1  # else a slow fall would be lost in the noise
        return long and even and abs(self.progress) < 0.02 and self.falls_short

    # How good it is

    def errors(self, outputs: np.ndarray, t: np.ndarray) -> np.ndarray:
        """How wrong each answer is, (n,): 0 or 1 for a class, the share of wrong labels, or the distance."""
        if self.task == "regression":
            return np.abs(outputs - t).mean(axis=0)
        if self.task == "multilabel":
            return ((outputs > self.threshold) != (t > self.threshold)).mean(axis=0)
        return (self.labels(outputs) != self.labels(t)).astype(np.float64)

    def labels(self, answers: np.ndarray) -> np.ndarray:
        """The class of each answer, (n,)."""
        return labels(answers, self.threshold)

    def mean_error(self, outputs: np.ndarray, t: np.ndarray, balanced: bool) -> float:
        """The mean error; if `balanced`, the mean over the classes of the mean error in each."""
        errors = self.errors(outputs, t)
        if not balanced:
            return float(errors.mean())
        truth = self.labels(t)
        return float(np.mean([errors[truth == index].mean() for index in np.unique(truth)]))

    @cached_property
    def baseline(self) -> float:
        """The error of the best constant answer over the training part."""
        if self.weighted:
            return 1 - 1 / len(np.unique(self.labels(self.t)))
        if self.task == "regression":
            constant = np.median(self.t, axis=1, keepdims=True)
        elif self.task == "multiclass":
            constant = self.t.mean(axis=1, keepdims=True)
        else:
            constant = np.where((self.t > self.threshold).mean(axis=1, keepdims=True) > 0.5, self.t.max(), self.t.min())
        return float(self.errors(np.broadcast_to(constant, self.t.shape), self.t).mean())

    @cached_property
    def skills(self) -> np.ndarray:
        """The skill over the training part in each row: 0 like the best constant answer, 1 without an error."""
        metric = metrics_of(self.task)[0]
        told = self.rows(f"train_{metric.name}")
        errors = 1 - told if metric.share else told / self._target_spread
        return 1 - errors / self.baseline if self.baseline else np.ones_like(errors)

    @cached_property
    def skill(self) -> float:
        """The skill over the training part, typically in the last rows.

        Where classes are weighted, all classes count the same. Where moving statistics lag behind, it is the skill that
        the network has in training.
        """
        if self.lag:
            return self.training_skill
        if self.weighted:
            return self.skill_of(self.parts["train"].outputs)
        return float(np.median(self.skills[-5:]))

    def skill_of(self, outputs: np.ndarray) -> float:
        """The skill of answers for the training samples that are asked."""
        error = self.mean_error(outputs, self.parts["train"].t, self.weighted)
        return 1 - error / self.baseline if self.baseline else 1.0

    @cached_property
    def training_skill(self) -> float:
        """The skill where batch normalization uses the training samples' own statistics, as it does in training."""
        experiment, further = self.experiment, ("gamma", "beta", "slopes")
        calm = replace(
            experiment,
            input=Input(),
            layers=tuple(replace(layer, dropout=0.0) for layer in experiment.layers),
        )
        layers = [
            tuple(
                part.astype(np.float64)
                for part in (layer.weights, layer.biases, *(layer.further[n] for n in further if n in layer.further))
            )
            for layer in self.parameters
        ]
        x = self.parts["train"].x.T.astype(np.float64)
        return self.skill_of(reference.forward(calm, layers, x, step=self.step)[-1].out.T)

    @cached_property
    def lag(self) -> float:
        """By how much skill the moving statistics of batch normalization are behind, if by much; else 0."""
        normalized = any(layer.batch_normalization for layer in self.experiment.layers)
        if not normalized or not self.step or len(self.parts["train"].t.T) < 2:
            return 0.0
        behind = self.training_skill - self.skill_of(self.parts["train"].outputs)
        return behind if behind > SHORTFALL else 0.0

    @property
    def has_neighbors(self) -> bool:
        """Whether there are samples enough to ask a sample's neighbors."""
        return self.sizes["train"] >= FEWEST and self.baseline > 0

    @cached_property
    def reachable(self) -> float:
        """The skill of the nearest neighbors: each sample is answered by others that are close to it."""
        if not self.has_neighbors:
            return SKILL_OF_FEW
        train = self.parts["train"]
        x = train.x.astype(np.float64)
        spread = x.std(axis=1, keepdims=True)
        x = (x - x.mean(axis=1, keepdims=True)) / np.where(spread > 0, spread, 1)
        squares = (x * x).sum(axis=0)
        distances = squares[:, None] + squares - 2 * (x.T @ x)
        np.fill_diagonal(distances, np.inf)
        nearest = np.argpartition(distances, NEIGHBORS, axis=1)[:, :NEIGHBORS]  # (n, NEIGHBORS)
        answers = self._balanced_vote(nearest) if self.weighted else train.t[:, nearest].mean(axis=2)
        return self.skill_of(answers)

    def _balanced_vote(self, nearest: np.ndarray) -> np.ndarray:
        """What neighbors (n, NEIGHBORS) answer, each counting for the more the rarer its class is."""
        t = self.parts["train"].t
        classes = self.labels(t)
        counts = np.bincount(classes)[classes]
        weights = 1 / counts[nearest]
        return (t[:, nearest] * weights).sum(axis=2) / weights.sum(axis=1)

    @cached_property
    def falls_short(self) -> bool:
        """Whether the network has learned clearly less than there is to learn."""
        return not self.skill >= self.reachable - SHORTFALL

    @property
    def held_out(self) -> str | None:
        """The part that judges: validation, else test, if it has enough samples to tell anything."""
        return next((name for name in ("validation", "test") if self.sizes[name] >= 20), None)

    @cached_property
    def uneven(self) -> bool:
        """Whether one class has many times as many training samples as another."""
        if self.task not in ("binary", "multiclass"):
            return False
        counts = np.bincount(self.targets.astype(np.int64))
        counts = counts[counts > 0]
        return bool(counts.max() >= UNEVEN * counts.min())

    def scores(self) -> dict[str, Score]:
        """How good the answers for each part are, by the measure that shows whether a change has helped."""
        return {name: self._score(name, samples) for name, samples in self.parts.items()}

    def _score(self, name: str, samples: Samples) -> Score:
        measured, errors = self.measured[name], self.errors(samples.outputs, samples.t)
        noise, loss = float(errors.std() / np.sqrt(len(errors))), measured["loss"]
        if self.uneven:
            truth = self.labels(samples.t)
            each = [errors[truth == index] for index in np.unique(truth)]
            noise = float(np.sqrt(sum(part.var() / len(part) for part in each))) / len(each)
            value = 1 - self.mean_error(samples.outputs, samples.t, balanced=True)
            return Score(measure="balanced_accuracy", value=value, noise=noise, loss=loss)
        metric = metrics_of(self.task)[0]
        unit = 1.0 if metric.share else self._target_spread
        return Score(measure=metric.name, value=measured[metric.name], noise=noise * unit, loss=loss)

    # How it began

    @cached_property
    def hidden(self) -> int:
        """How many hidden layers there are."""
        return len(self.experiment.layers)

    @cached_property
    def starting_scale(self) -> np.ndarray:
        """The weights' root mean square in the first row over what He's initializer would give, (layers,)."""
        weights = self.rows("weight_norm")[0] / np.sqrt(self.shapes.prod(axis=1))
        return weights / np.sqrt(2 / self.shapes[:, 0])

    @cached_property
    def too_large(self) -> list[int]:
        """The layers whose weights began far larger than any initializer that regards the fan would make them."""
        return np.flatnonzero(self.starting_scale > 2.5).tolist()

    @cached_property
    def too_small(self) -> list[int]:
        """The layers whose weights began far smaller than any initializer that regards the fan would make them."""
        fan_in, fan_out = self.shapes.T
        glorot = self.starting_scale * np.sqrt((fan_in + fan_out) / fan_in)
        return np.flatnonzero(glorot < 0.3).tolist()

    @cached_property
    def all_equal(self) -> list[int]:
        """The layers whose initializer gives every weight the same number."""
        return [
            index
            for index, (choice, shape) in enumerate(zip(self.initializers, self.shapes.tolist(), strict=True))
            if INITIALIZERS.of(choice).moments(*shape, *INITIALIZERS.of(choice).values(choice))[1] == 0
        ]

    @cached_property
    def growth(self) -> float:
        """How many times as long (squared) the weights were when the held-out score was best as at the start, >= 1.

        Where weights must grow for the network to become good, as on a spiral, it bears no strong penalty.
        """
        part = self.held_out or "train"
        metric = metrics_of(self.task)[0]
        told = self.rows(f"{part}_{metric.name}") * (1 if metric.share else -1)
        lengths = (self.rows("weight_norm") ** 2).sum(axis=1)
        smooth = np.convolve(told, np.ones(9) / 9, mode="same") if len(told) >= 9 else told
        best = int(smooth[4:-4].argmax()) + 4 if len(told) > 9 else int(smooth.argmax())
        return float(np.clip(lengths[best] / max(lengths[0], 1e-12), 1, 100))

    @cached_property
    def straight(self) -> bool:
        """Whether the network can only draw a straight line."""
        return all(layer.activation.name == "linear" for layer in self.experiment.layers)

    @cached_property
    def held_back(self) -> bool:
        """Whether penalties, dropout or noise are strong enough to keep it from learning."""
        entry, layers = self.experiment.input, self.experiment.layers
        penalties = [layer.regularizer for layer in layers if layer.regularizer]
        rates = [float(rate) for choice in penalties for rate in REGULARIZERS.of(choice).values(choice)]
        dropouts = [entry.dropout, *(layer.dropout for layer in layers)]
        return max(rates, default=0.0) >= 0.01 or max(dropouts) >= 0.3 or entry.noise >= 0.5

    @cached_property
    def overbearing(self) -> bool:
        """Whether so many units are dropped that the network can hardly work at all."""
        layers = self.experiment.layers
        return max(self.experiment.input.dropout, *(layer.dropout for layer in layers), 0.0) >= 0.6

    @cached_property
    def smothered(self) -> bool:
        """Whether dropout is the likelier cause of units that do not learn than long steps or large weights are."""
        usual_step = float(self.experiment.optimizer.learning_rate) < 8 * self.usual_rate
        return self.overbearing and self.falls_short and usual_step and not self.too_large

    @cached_property
    def usual_rate(self) -> float:
        """The learning rate that the optimizer has by default."""
        return float(OPTIMIZERS.choice(self.experiment.optimizer.name).learning_rate)

    def saturating(self, index: int) -> bool:
        """Whether the layer's activation goes flat on both sides."""
        return _saturates(self.activations[index].name)

    def cuts_off(self, index: int) -> bool:
        """Whether the layer's activation is flat on one side only, as relu is."""
        choice = self.activations[index]
        return choice.name == "relu" or getattr(choice, "negative_slope", None) == 0


def _sizes(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Root mean square and standard deviation of each row."""
    mean, spread = values.mean(axis=1, dtype=np.float64), values.std(axis=1, dtype=np.float64)
    return np.hypot(mean, spread), spread


@cache
def _saturates(name: str) -> bool:
    entry = ACTIVATIONS[name]
    if entry.joint or entry.grouped or entry.slope:
        return False
    arguments = [argument.default for argument in entry.arguments]

    def derivative(z: float, a: float) -> float:
        return float(entry.derivative(z, a, *arguments))

    told = facts(lambda z: float(entry.function(z, *arguments)), derivative)["saturates"]
    below, above = told["below"], told["above"]
    return below is not None and above is not None and below < above  # a step is flat everywhere
