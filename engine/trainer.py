"""The trainer: one experiment on its way, advanced a slice of work at a time.

It owns the parameters, the clock and the history. How long a slice takes is for the caller to measure: the engine
has no clock. The same experiment gives the same bytes however it is sliced. Divergence is a result: the trainer stops
before the update that would have broken a number, keeps the last finite parameters and says which layer went first.
"""

from copy import deepcopy
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np

from engine import kernel, rng
from engine.completion import Note, complete
from engine.data import Data
from engine.errors import FieldError, InvalidExperiment, InvalidInput
from engine.experiment import Experiment, Layer, Output, differences, fixed_differences
from engine.history import MANY_STEPS, History, next_epoch_due
from engine.metrics import labels, metrics_of
from engine.network import Network
from engine.optimizers import OPTIMIZERS
from engine.probes import layer_statistics
from engine.regularizers import penalty
from engine.schedules import ARGUMENTS, SCHEDULES, Plateau
from engine.settings import LIMITS, chunk_samples
from engine.stopping import Watch

NEVER = 2**62
OVERHEAD = 500  # work units that any chunk costs beside its multiplications
EXPLODED_WEIGHT = 100.0
Samples = tuple[np.ndarray, np.ndarray, np.ndarray]  # x (features, n), targets (outputs, n) and weights (n,)


@dataclass(frozen=True)
class LayerParameters:
    """A copy of one layer's weights (fan_in, fan_out) and biases (fan_out,).

    `further` are by name what else it has: learnt `scales` and `shifts` and the `running_means` and `running_variances`
    of a normalised layer, and learnt `slopes`.
    """

    weights: np.ndarray
    biases: np.ndarray
    further: dict[str, np.ndarray]


@dataclass(frozen=True)
class Checkpoint:
    """A run at rest between two steps: all that its future depends on, beside its experiment."""

    state: kernel.State
    clock: np.ndarray
    order: np.ndarray
    memory: tuple[Any, ...]  # what the schedule and early stopping remember


@dataclass(frozen=True)
class Boundary:
    """The outputs over the plane: values (outputs, height, width), row 0 at the highest x2.

    `range` are the values that mean no and yes.
    """

    step: int
    width: int
    height: int
    domain: tuple[float, float, float, float]
    values: np.ndarray
    range: tuple[float, float] = (0.0, 1.0)


class Trainer:
    """Trains one experiment. Raises InvalidExperiment if it cannot be trained as it is written."""

    def __init__(self, experiment: Experiment) -> None:
        completion = complete(experiment)
        self.experiment: Experiment = completion.experiment
        self.notes: tuple[Note, ...] = completion.notes
        self._data = Data(self.experiment)
        self._network = Network(self.experiment, len(self._data.features), self._data.outputs)
        self.task = self.experiment.task or "binary"
        self._dtype = self._network.dtype
        self._train = self._data.parts["train"]
        self._evaluated = {name: _subset(part, self.experiment.dataset.seed) for name, part in self._data.parts.items()}
        self._evaluated = {name: part for name, part in self._evaluated.items() if part[0].shape[1]}
        self._probe = self._workspace(min(128, chunk_samples(self._network.parameter_count)))
        self._normalised = any(layer.batch_normalization for layer in self.experiment.layers)
        self._work = self._workspace(8)
        self._planes: dict[int, np.ndarray] = {}
        self._start(self.experiment.seed)

    def _workspace(self, width: int) -> kernel.Workspace:
        return kernel.workspace(self._network.rows[-1], self._data.outputs, width, self._dtype)

    def _start(self, seed: int) -> None:
        parameters = self._network.initialise(seed, self._data.replay)
        count = self._network.parameter_count
        self._state = kernel.State(
            parameters=parameters,
            gradient=np.zeros(count, self._dtype),
            slots=np.zeros((OPTIMIZERS.of(self.experiment.optimizer).slots, count), self._dtype),
            running=np.repeat(np.array([[0], [1]], self._dtype), self._network.rows[-1], axis=1),
            previous=parameters.copy(),
            mask=np.ones(count if self._data.replay else 0, self._dtype),
        )
        self._clock = np.zeros(kernel.CLOCK, np.int64)
        self._order, self._carried = np.arange(len(self._train)), 0
        self.diverged: str | None = None
        self.stopped: str | None = None
        self._plateau, self._watch = Plateau(), Watch()
        self._best: tuple[np.ndarray, np.ndarray] | None = None
        self.warning: str | None = None
        self.history = History(self.task, list(self._evaluated), len(self._network.layers))
        self._configure()
        self._evaluation: _Evaluation | None = _Evaluation(self)
        self.settle()

    def _configure(self) -> None:
        """Reads from the experiment what may change while it runs."""
        experiment, samples = self.experiment, len(self._train)
        self._net = self._network.describe(experiment)
        self._batch_size = min(experiment.batch_size or samples, samples)
        # In a replay what does not fill a batch waits for the next epoch, so it stands once more before the first.
        carried = samples % self._batch_size if self._data.replay else 0
        if carried != self._carried:
            self._carried = carried
            self._order = np.concatenate([np.arange(samples - carried, samples), np.arange(samples)])
        entry = OPTIMIZERS.of(experiment.optimizer)
        course = [float(value) for value in SCHEDULES.of(experiment.schedule).values(experiment.schedule)]
        layers: tuple[Layer | Output, ...] = (*experiment.layers, experiment.output)
        penalties = {layer.regularizer.name for layer in layers if layer.regularizer}
        self._plan = kernel.Plan(
            optimizer=OPTIMIZERS.codes[entry.name],
            learning_rate=float(entry.values(experiment.optimizer)[0]) * self._plateau.factor,
            weight_decay=float(entry.weight_decay(experiment.optimizer)),
            schedule=SCHEDULES.codes[experiment.schedule.name],
            schedule_arguments=np.array(course + [0.0] * (ARGUMENTS - len(course))),
            batch_size=1,
            carried=self._carried,
            penalty=self._effect_of(penalties),
            sever=self._data.replay is not None and "l1" in penalties,
            shuffle=experiment.shuffle,
            seed=experiment.seed,
            last_step=0,
            chunks=0,
        )
        self._optimizer_arguments = np.array(entry.given(experiment.optimizer), self._dtype)
        self._fit_workspace()

    def _penalty(self) -> float:
        """What the regularizers add to the loss."""
        layers: tuple[Layer | Output, ...] = (*self.experiment.layers, self.experiment.output)
        priced = [(index, layer.regularizer) for index, layer in enumerate(layers) if layer.regularizer]
        if not priced:
            return 0.0
        views = self._network.views(self._state.parameters)
        return sum(penalty(choice, views[index]["weights"]) for index, choice in priced)

    def _effect_of(self, penalties: set[str]) -> int:
        """Where penalties have their effect: in a replay they are taken off after the update."""
        if not penalties:
            return kernel.NO_PENALTY
        return kernel.AFTER_UPDATE if self._data.replay else kernel.IN_GRADIENT

    def _fit_workspace(self, batch_size: int | None = None) -> None:
        """Makes room for one chunk: a batch, or an even share of one too large; 1 sample, or a multiple of 8."""
        batch = batch_size or self._batch_size
        # What is normalised over the batch needs it whole.
        pieces = 1 if self._normalised else -(-batch // chunk_samples(self._network.parameter_count))
        share = -(-batch // pieces)
        width = 1 if share == 1 else -(-share // 8) * 8
        if self._work.a.shape[1] != width:
            self._work = self._workspace(width)

    # Where training stands

    @property
    def step(self) -> int:
        """Updates made so far."""
        return int(self._clock[kernel.STEP])

    @property
    def epoch(self) -> float:
        """How often the training samples have been gone through."""
        return float(self._clock[kernel.EPOCH] + self._clock[kernel.IN_EPOCH] / len(self._train))

    @property
    def learning_rate(self) -> float:
        """The learning rate of the next update, as the schedule has it."""
        schedule = self.experiment.schedule
        entry = SCHEDULES.of(schedule)
        return float(self._plan.learning_rate * entry.factor(self.epoch, *entry.values(schedule)))

    @property
    def parameter_count(self) -> int:
        """How many numbers it learns."""
        return self._network.parameter_count

    @property
    def steps_per_epoch(self) -> int:
        """Updates in a whole epoch."""
        return -(-self._epoch_samples // self._batch_size)

    @property
    def _epoch_samples(self) -> int:
        return len(self._train) - self._carried

    @property
    def settled(self) -> bool:
        """Whether no step and no measurement is half done."""
        return self._evaluation is None and self._clock[kernel.IN_BATCH] == 0

    def steps_to_epoch(self, epoch: int, batch_size: int | None = None) -> int:
        """The step at which `epoch` whole epochs will be done, at the present batch size; this step if they are."""
        batch = batch_size or self._batch_size
        missing = epoch - int(self._clock[kernel.EPOCH])
        if missing <= 0:
            return self.step
        left = max(-(-(self._epoch_samples - int(self._clock[kernel.IN_EPOCH])) // batch), 1)
        return self.step + left + (missing - 1) * -(-self._epoch_samples // batch)

    def _step_due(self, batch_size: int) -> int:
        """The step at which the next row is recorded, with batches of this size from now on."""
        epoch, position = int(self._clock[kernel.EPOCH]), int(self._clock[kernel.IN_EPOCH])
        if self.steps_per_epoch > MANY_STEPS and epoch < MANY_STEPS:
            tenth = position * 10 // self._epoch_samples + 1
            target = -(-tenth * self._epoch_samples // 10)
            return self.step + -(-(target - position) // batch_size)
        return self.steps_to_epoch(next_epoch_due(epoch), batch_size)

    # Training

    def advance(self, work: int, until_step: int | None = None, batch_size: int | None = None) -> int:
        """Trains and measures for about `work` multiply-adds, and says how many it did.

        Stops early at `until_step` or when a number is no longer finite. May stop in the middle of a step or of a
        measurement: see `settle`. `batch_size` replaces the experiment's for this call.
        """
        spent = 0
        last = NEVER if until_step is None else until_step
        while spent < work and self.diverged is None:
            if self._evaluation is not None:
                spent += self._evaluation.advance(work - spent)
                if self._evaluation.row is not None:
                    self._record(self._evaluation.row)
                continue
            if self.stopped or (self.step >= last and self._clock[kernel.IN_BATCH] == 0):
                break
            batch = batch_size or self._batch_size
            due = self._step_due(batch)
            spent += self._train_chunks(work - spent, min(due, last), batch)
            if self.step == due:
                self._evaluation = _Evaluation(self)
        return spent

    def _train_chunks(self, work: int, last_step: int, batch_size: int) -> int:
        if self._clock[kernel.IN_BATCH] == 0:
            self._fit_workspace(batch_size)
        width = self._work.a.shape[1]
        cost = OVERHEAD + 3 * width * self._network.parameter_count
        plan = self._plan._replace(
            batch_size=batch_size, last_step=max(last_step, self.step + 1), chunks=max(1, work // cost)
        )
        part = self._train.x, self._train.t, self._train.weights
        self._run(kernel.TRAIN, self._work, part, 0, kernel.results(self._train.t[:0]), plan)
        if self._clock[kernel.DIVERGED]:
            self._diverge(self._first_broken_in_step())
        return int(self._clock[kernel.CHUNKS]) * cost

    def _run(
        self,
        task: int,
        work: kernel.Workspace,
        part: Samples,
        first: int,
        results: kernel.Results,
        plan: kernel.Plan | None = None,
    ) -> None:
        kernel.run(
            task,
            self._net,
            self._state,
            work,
            *part,
            self._order,
            plan or self._plan,
            self._optimizer_arguments,
            self._clock,
            first,
            results,
        )

    def settle(self) -> None:
        """Finishes a step or a measurement that is half done."""
        while not self.settled and self.diverged is None:
            self.advance(1, until_step=self.step)

    def step_once(self, unit: str, count: int) -> None:
        """Makes `count` steps of one `sample`, one `batch` or one `epoch` each."""
        self.settle()
        epoch = int(self._clock[kernel.EPOCH])
        target = self.steps_to_epoch(epoch + count) if unit == "epoch" else self.step + count
        batch_size = 1 if unit == "sample" else None
        while (self.step < target or not self.settled) and self.diverged is None:
            if self.stopped and self.settled:
                break
            self.advance(1 << 22, target, batch_size)

    def _record(self, row: dict[str, Any]) -> None:
        self._evaluation = None
        self.history.append(row)
        self._warn(row)
        if not np.isfinite(row["train"]["loss"]):
            self._diverge(self._first_broken_in_row())
        elif row["epoch"] >= 1 and row["epoch"] == int(row["epoch"]) and self.stopped is None:
            self._look_back(row)

    def _look_back(self, row: dict[str, Any]) -> None:
        """After an epoch: whether the learning rate is to fall, and whether to stop."""
        schedule, rule, epoch = self.experiment.schedule, self.experiment.early_stopping, row["epoch"]
        if SCHEDULES.of(schedule).watches:
            self._plateau.look(schedule, epoch, (row["validation"] or row["train"])["loss"])
            self._configure()
        if rule is None:
            return
        if self._watch.look(rule, epoch, row[rule.part][rule.measure]):
            self._best = self._state.parameters.copy(), self._state.running.copy()
        elif self._watch.over(rule, epoch):
            best = f"{rule.monitor.replace('_', ' ')} was best at epoch {self._watch.best_epoch:g}"
            self.stopped = f"Early stopping at epoch {epoch:g}: the {best}."
            if rule.restore_best and self._best is not None:
                self._state.parameters[:], self._state.running[:] = self._best
                self.stopped += " The weights are those of that epoch."
                self._evaluation = _Evaluation(self)

    def go_on(self) -> None:
        """Lets training go on that early stopping has ended, and wait anew."""
        self.stopped = None
        self._watch.bear(self.epoch)

    def _warn(self, row: dict[str, Any]) -> None:
        """Says so when the weights have exploded and yet every number is finite."""
        for index, (layer, (fan_in, fan_out)) in enumerate(zip(row["layers"], self._network.shapes, strict=True)):
            typical = layer["weight_norm"] / np.sqrt(fan_in * fan_out)
            if typical > EXPLODED_WEIGHT:
                self.warning = (
                    f"The weights of {self._layer_name(index)} have exploded (about {typical:.3g} each) but stay "
                    "finite: its units are saturated and hardly learn. Reset with a smaller learning rate."
                )
                return
        self.warning = None

    def _layer_name(self, index: int) -> str:
        return "the output layer" if index == len(self._network.layers) - 1 else f"hidden layer {index + 1}"

    def _diverge(self, layer: int) -> None:
        self._evaluation = None
        self._clock[kernel.IN_BATCH] = 0
        self.diverged = (
            f"A number stopped being finite at step {self.step + 1} (epoch {self.epoch:.4g}), first in "
            f"{self._layer_name(layer)}. The weights are kept as they were before. "
            "Reset with a smaller learning rate or smaller starting weights."
        )

    def _first_broken_in_step(self) -> int:
        """The layer in which a number first stopped being finite, on the way forward or else on the way back."""
        with np.errstate(all="ignore"):
            for index, rows in enumerate(self._layer_rows()):
                if not np.isfinite(self._work.a[rows]).all():
                    return index
            norms = [
                sum(float(np.sum(gradient.astype(np.float64) ** 2)) for gradient in layer.values())
                for layer in self._network.views(self._state.gradient)
            ]
        broken = [index for index, norm in enumerate(norms) if not np.isfinite(norm)]
        return broken[-1] if broken else int(np.argmax(norms))

    def _first_broken_in_row(self) -> int:
        """The same when the measured loss is not finite: on the way forward, or else in the loss itself."""
        x = self._evaluated["train"][0]
        for first in range(0, x.shape[1], 100):
            a = self._outputs(np.ascontiguousarray(x[:, first : first + 100]), first_row=0)
            broken = [index for index, rows in enumerate(self._layer_rows()) if not np.isfinite(a[rows]).all()]
            if broken:
                return broken[0]
        return len(self._network.layers) - 1

    def _layer_rows(self) -> list[slice]:
        """Where each layer's units stand in a workspace, hidden layers in order, the output layer last."""
        return [slice(low, high) for low, high in pairwise(self._network.rows[1:])]

    def _running(self) -> list[dict[str, np.ndarray]]:
        """The running means and variances of each layer that is normalised, as views."""
        views = []
        for rows, part in zip(self._layer_rows(), self._network.parts, strict=True):
            width = part["scales"][1][0] if "scales" in part else 0
            own = self._state.running[:, rows.start : rows.start + width]
            views.append({"running_means": own[0], "running_variances": own[1]} if width else {})
        return views

    # Changes

    def update(self, experiment: Experiment) -> list[str]:
        """Takes up a changed experiment without a reset, and names the fields that changed.

        Raises: InvalidExperiment for fields that cannot change while a run goes on.
        """
        completion = complete(experiment)
        fixed = fixed_differences(self.experiment, completion.experiment)
        if fixed:
            message = "cannot change while the run goes on; reset to change it"
            raise InvalidExperiment(*(FieldError(field, None, "a reset", message) for field in fixed))
        changed = differences(self.experiment, completion.experiment)
        self.settle()
        self.experiment, self.notes = completion.experiment, completion.notes
        self._configure()
        return changed

    def reset(self, seed: int | None = None) -> None:
        """Back to step 0 with an empty history; with other starting weights if `seed` is given."""
        if seed is not None:
            self.experiment = replace(self.experiment, seed=seed)
        self._start(self.experiment.seed)

    def parameters(self) -> list[LayerParameters]:
        """Copies of each layer's weights and biases, hidden layers in order, the output layer last."""
        layers = []
        for view, running in zip(self._network.views(self._state.parameters), self._running(), strict=True):
            copies = {name: values.copy() for name, values in (view | running).items()}
            layers.append(LayerParameters(copies.pop("weights"), copies.pop("biases"), copies))
        return layers

    def set_parameters(self, layers: list[dict[str, Any]]) -> None:
        """Puts in other weights and biases, `[{"weights": (fan_in, fan_out), "biases": (fan_out,)}, ...]`.

        What else a layer has (see LayerParameters) may be given too; what is not given stays.

        Raises: InvalidInput where a shape differs or a number is not finite.
        """
        self.settle()
        if len(layers) != len(self._network.layers):
            raise InvalidInput(
                FieldError("layers", len(layers), str(len(self._network.layers)), "one entry per layer is needed")
            )
        buffer, changes = self._state.parameters.copy(), []
        for index, (view, own, given) in enumerate(
            zip(self._network.views(buffer), self._running(), layers, strict=True)
        ):
            surplus = [name for name in given if name not in view | own]
            if surplus:
                expected = ", ".join(view | own)
                message = f"this layer has no {surplus[0]}"
                raise InvalidInput(FieldError(f"layers.{index}.{surplus[0]}", None, expected, message))
            for name, target in (view | own).items():
                if name in given or name in ("weights", "biases"):
                    array = _array(f"layers.{index}.{name}", given.get(name), target.shape, self._dtype)
                    if name == "running_variances" and (array < 0).any():
                        expected = "numbers of 0 or more"
                        raise InvalidInput(
                            FieldError(f"layers.{index}.{name}", None, expected, "a variance is negative")
                        )
                    changes.append((target, array))
        for target, array in changes:
            target[:] = array
        self._state.parameters[:] = buffer
        self._state.previous[:] = buffer
        self._state.mask[buffer[: self._state.mask.size] != 0] = 1
        self._clock[kernel.DIVERGED] = 0
        self.diverged = None
        self._evaluation = _Evaluation(self)
        self.settle()

    def checkpoint(self) -> Checkpoint:
        """Where the run stands. Finishes what is half done first."""
        self.settle()
        memory = deepcopy((self._plateau, self._watch, self._best, self.stopped))
        return Checkpoint(_copied(self._state), self._clock.copy(), self._order.copy(), memory)

    def restore(self, checkpoint: Checkpoint) -> None:
        """Goes on from a checkpoint of a run of this experiment, which gives the same bytes as that run would have.

        The history stays as it is. Raises InvalidInput for a checkpoint of a network of another shape.
        """
        given, own = checkpoint.state, self._state
        if [part.shape for part in given] != [part.shape for part in own] or len(checkpoint.order) != len(self._order):
            expected = "a checkpoint of this experiment"
            raise InvalidInput(FieldError("checkpoint", None, expected, "it is of a network or data of another shape"))
        self._state, self._clock, self._order = _copied(given), checkpoint.clock.copy(), checkpoint.order.copy()
        self._plateau, self._watch, self._best, self.stopped = deepcopy(checkpoint.memory)
        self.diverged, self._evaluation = None, None
        self._configure()

    # Looking

    def row(self) -> dict[str, Any]:
        """The metrics of the current step: the recorded row if there is one, else computed for this answer."""
        if len(self.history):
            recorded = self.history.row(self.history.last_seq)
            if recorded["step"] == self.step:
                return recorded
        evaluation = _Evaluation(self)
        while evaluation.row is None:
            evaluation.advance(1 << 24)
        return evaluation.row

    def boundary(self, resolution: int) -> Boundary:
        """The outputs over the plane, `resolution` points each way."""
        values = self._data.in_units(self._over_plane(resolution, self._network.rows[-2]))
        return Boundary(self.step, resolution, resolution, self._data.domain, values, (self._data.no, self._data.yes))

    def neurons(self, resolution: int) -> list[np.ndarray]:
        """Every unit's activation over the plane: per layer (units, height, width), hidden layers then output."""
        first = self._network.rows[1]
        maps = self._over_plane(resolution, first)
        units = self._network.sizes[1:]
        return [maps[rows.start - first :][:count] for rows, count in zip(self._layer_rows(), units, strict=True)]

    def _over_plane(self, resolution: int, first_row: int) -> np.ndarray:
        if not 2 <= resolution <= LIMITS.resolution:
            expected = f"2 to {LIMITS.resolution}"
            raise InvalidInput(FieldError("resolution", resolution, expected, f"the resolution is {expected} points"))
        if resolution not in self._planes:
            self._planes[resolution] = self._data.plane(resolution)
        values = self._outputs(self._planes[resolution], first_row)
        return values.reshape(-1, resolution, resolution)

    def _outputs(self, x: np.ndarray, first_row: int) -> np.ndarray:
        outputs = np.empty((self._network.rows[-1] - first_row, x.shape[1]), self._dtype)
        self._run(kernel.PREDICT, self._probe, (x, x[:0], x[0, :0]), first_row, kernel.results(outputs))
        return outputs

    def predict(self, x: list[list[float]]) -> tuple[np.ndarray, list[Any]]:
        """Outputs (n, outputs) for raw samples (n, columns), and what each means: a class, some labels or a number."""
        outputs = self._outputs(self._data.inputs(self._data.check_points(x)), self._network.rows[-2])
        classes, threshold = self._data.classes, self._data.threshold
        if classes is None:
            outputs = self._data.in_units(outputs)
            return outputs.T, outputs[0].tolist()
        if self.task == "multilabel":
            named = [[classes[label] for label in np.flatnonzero(column > threshold)] for column in outputs.T]
            return outputs.T, named
        return outputs.T, [classes[index] for index in labels(outputs, threshold)]

    def data(self) -> dict[str, Any]:
        """The points, the columns, the classes and the domain, for drawing."""
        return self._data.as_data()


class _Evaluation:
    """A row on its way: all parts measured chunk by chunk, so that a slice may end in between."""

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer
        self._left = list(trainer._evaluated)
        self._first = 0
        self._measured: dict[str, Any] = {}
        self._gradient = np.zeros(trainer._network.parameter_count, trainer._dtype)
        self._statistics = np.zeros((trainer._network.rows[-1], kernel.STATISTICS))
        self.row: dict[str, Any] | None = None
        self._begin()

    def _begin(self) -> None:
        x, t, _ = self._trainer._evaluated[self._left[0]]
        self._first = 0
        self._outputs = np.empty(t.shape, t.dtype)
        self._losses = np.empty(x.shape[1])

    def advance(self, work: int) -> int:
        """Measures for about `work` multiply-adds; `row` is there when all is done."""
        trainer = self._trainer
        spent = 0
        while spent < work and self.row is None:
            part = self._left[0]
            samples = trainer._evaluated[part]
            x, t, _ = samples
            training = part == "train"
            gradient = self._gradient if training else None
            results = kernel.results(self._outputs, self._losses, gradient, self._statistics)
            width = trainer._probe.a.shape[1]
            cost = OVERHEAD + (3 if training else 1) * width * trainer._network.parameter_count
            chunks = max(1, min((work - spent) // cost, -(-(x.shape[1] - self._first) // width)))
            plan = trainer._plan._replace(chunks=chunks)
            trainer._run(kernel.EVALUATE, trainer._probe, samples, self._first, results, plan)
            spent += chunks * cost
            self._first += chunks * width
            if self._first >= x.shape[1]:
                with np.errstate(all="ignore"):  # what is not finite is told, not warned of
                    self._finish_part(part, t)
        return spent

    def _finish_part(self, part: str, t: np.ndarray) -> None:
        measures = {"loss": float(np.mean(self._losses))}
        data = self._trainer._data
        for metric in metrics_of(self._trainer.task):
            value = metric.function(self._outputs, t, data.threshold)
            measures[metric.name] = value * data.target_spread if metric.in_units else value
        self._measured[part] = measures
        self._left.pop(0)
        if self._left:
            self._begin()
        else:
            self.row = self._finish()

    def _finish(self) -> dict[str, Any]:
        trainer = self._trainer
        samples = trainer._evaluated["train"][0].shape[1]
        layers = layer_statistics(
            trainer._network, trainer._state, self._gradient, self._statistics, samples, trainer.step
        )
        return {
            "seq": len(trainer.history),
            "step": trainer.step,
            "epoch": trainer.epoch,
            "learning_rate": trainer.learning_rate,
            "train": None,
            "validation": None,
            "test": None,
            **self._measured,
            "penalty": trainer._penalty(),
            "layers": layers,
        }


def _copied(state: kernel.State) -> kernel.State:
    return kernel.State(*(part.copy() for part in state))


def _subset(part: Any, seed: int) -> Samples:
    """The samples that are measured: all of them, or a fixed draw when there are very many."""
    if len(part) <= LIMITS.evaluated_samples:
        return part.x, part.t, part.weights
    chosen = rng.generator(seed, rng.EVALUATION).permutation(len(part))[: LIMITS.evaluated_samples]
    return np.ascontiguousarray(part.x[:, chosen]), np.ascontiguousarray(part.t[:, chosen]), part.weights[chosen]


def _array(field: str, given: Any, shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    expected = " x ".join(str(length) for length in shape) + " finite numbers"
    try:
        array = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError):
        raise InvalidInput(FieldError(field, None, expected, "the numbers do not form a rectangle")) from None
    if array.shape != shape:
        message = f"this is {' x '.join(str(length) for length in array.shape) or 'not an array'}"
        raise InvalidInput(FieldError(field, list(array.shape), expected, message))
    with np.errstate(over="ignore"):
        array = array.astype(dtype)
    if not np.isfinite(array).all():
        raise InvalidInput(FieldError(field, None, expected, "a number is not finite in this precision"))
    return array
