"""Every formula that a trace prints is evaluated with the numbers that it prints."""

from dataclasses import asdict, replace
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given

from engine import Experiment, InvalidExperiment, Layer, Output, Trainer, resolve
from engine.components.activations import ACTIVATIONS
from engine.components.batch_norm import BatchNormalization
from engine.components.constraints import CONSTRAINTS
from engine.components.formulas import evaluate, follow
from engine.components.optimizers import OPTIMIZERS
from engine.components.regularizers import REGULARIZERS
from engine.components.schedules import SCHEDULES
from engine.data.datasets import DATASETS, PlaygroundData
from engine.experiment import Clipping, Input
from engine.insight.trace import trace
from engine.insight.trace_formulas import Mode, printed, written
from tests.engine.cases import PAIRS, experiment, scatter
from tests.engine.test_properties import QUICK, experiments

PARAMETERS = {"w": "weights", "b": "biases", "gamma": "gamma", "beta": "beta"}


def same(formula: str | None, values: dict[str, Any], number: Any) -> None:
    """A printed formula gives the printed number."""
    assert formula is not None
    assert evaluate(formula, values) == pytest.approx(number, rel=1e-11, abs=1e-12), formula


class Sheet:
    """A trace with its formulas before they are printed."""

    def __init__(self, trainer: Trainer, mode: Mode = "training", sample: int = 2) -> None:
        self.trainer = trainer
        self.told = asdict(trace(trainer, sample, mode=mode))
        self.formulas = written(trainer, mode)
        assert self.told["formulas"] == printed(self.formulas), "what is evaluated is what is printed"
        self.layers = list(zip(self.told["layers"], self.formulas["layers"], strict=True))

    @np.errstate(over="ignore", divide="ignore")  # e^-z of very negative sums, and limits of weights that are all 0
    def check(self) -> None:
        self.check_whole()
        entering = self.told["inputs"]
        for index, (layer, formulas) in enumerate(self.layers):
            self.check_inputs(layer, formulas, entering)
            for j in range(len(layer["activations"])):
                self.check_forward(layer, formulas, j)
                self.check_back(index, j)
            self.check_parameters(index)
            entering = layer["outputs"]

    def check_whole(self) -> None:
        told, formulas, last = self.told, self.formulas, self.told["layers"][-1]
        target, given = np.atleast_1d(told["target"]).astype(float), told["arguments"]
        if self.trainer.experiment.task == "multiclass":
            target = np.arange(len(told["wanted"])) == target
        same(formulas["wanted"], {"y_k": target, **given["target"]}, told["wanted"])
        for outputs, loss in ((last["outputs"], told["loss"]), (last["again"], told["loss_again"])):
            if last["errors"] is None and np.isin(outputs, (0, 1)).any():
                continue  # rounded: the engine takes this loss from the logits
            values = {"a_k": outputs, "t_k": told["wanted"], "a": outputs[0], "t": told["wanted"][0]}
            same(formulas["loss"], {"weight": told["weight"], **given["loss"], **values}, loss)
        if formulas["learning_rate"]:
            same(formulas["learning_rate"], given["schedule"], told["learning_rate"])
        penalties = [
            evaluate(own["penalty"], {"w": layer["parameters"]["weights"], **layer["arguments"]["regularizer"]})
            for layer, own in self.layers
            if own["penalty"]
        ]
        assert sum(penalties) == pytest.approx(told["penalty"], rel=1e-12)

    def check_inputs(self, layer: dict[str, Any], formulas: dict[str, Any], entering: np.ndarray) -> None:
        kept, values = layer["kept"], {"a_i": entering, "noise_i": self.told["noise"], **layer["arguments"]["dropout"]}
        if kept is not None:
            values["r_i"] = kept > 0
            assert follow(formulas["inputs"], values)["kept_i"] == pytest.approx(kept)
        same(formulas["inputs"], values, layer["inputs"])

    def values_of(self, layer: dict[str, Any], j: int, k: int = 0) -> dict[str, Any]:
        """The printed numbers of a layer's unit j, and of its k-th sum if it is a maxout unit."""
        units, wide = len(layer["activations"]), len(layer["pre_activations"]) > len(layer["activations"])
        found: dict[str, Any] = {"x_i": layer["inputs"], "a_j": layer["activations"][j]}
        normal = layer["normalization"] or {}
        numbers = {
            "z": layer["pre_activations"],
            "h": normal.get("normalized"),
            "y": normal.get("scaled"),
            "mu": normal.get("means"),
            "s": normal.get("deviations"),
            "e": layer["errors"],
            "delta": layer["deltas"],
            "derivative": layer["derivatives"],
            "slope": layer["slopes"],
            **{name: layer["parameters"].get(part) for name, part in PARAMETERS.items()},
        }
        for name, array in numbers.items():
            if array is None:
                continue
            if len(array.T) == units:
                found["w_ij" if name == "w" else f"{name}_j"] = array[..., j]
            if wide and len(array.T) == len(layer["pre_activations"]):
                found["w_ijk" if name == "w" else f"{name}_jk"] = array[..., j + k * units]
        return found

    def check_forward(self, layer: dict[str, Any], formulas: dict[str, Any], j: int) -> None:
        units, normal = len(layer["activations"]), layer["normalization"]
        pieces = len(layer["pre_activations"]) // units
        for k in range(pieces):
            values, place = self.values_of(layer, j, k), j + k * units
            same(formulas["pre_activations"], values, layer["pre_activations"][place])
            if normal and (normal["position"] == "before" or k == 0):
                values = {name: value for name, value in values.items() if name not in ("h_j", "h_jk")}
                same(formulas["normalization"], values, normal["scaled"][place])
                normalized = next(iter(follow(formulas["normalization"], values).values()))
                assert normalized == pytest.approx(normal["normalized"][place], abs=1e-12)
        values = self.values_of(layer, j) | layer["arguments"]["activation"] | {"z_k": layer["pre_activations"]}
        if pieces > 1:
            values |= {
                "z_jk": layer["pre_activations"][j::units],
                "y_jk": normal["scaled"][j::units] if normal else None,
            }
        same(formulas["activation"], values, layer["activations"][j])
        if layer["derivatives"] is None:
            assert formulas["derivative"] is None
        else:
            same(formulas["derivative"], values, layer["derivatives"][j])

    def check_back(self, index: int, j: int) -> None:
        (layer, formulas), told = self.layers[index], self.told
        if index < len(self.layers) - 1:
            above = told["layers"][index + 1]
            u = "j" if len(above["pre_activations"]) == len(above["activations"]) else "jk"
            values = {f"w_i{u}": above["parameters"]["weights"][j], f"delta_{u}": above["deltas"]}
            kept = {} if above["kept"] is None else {"kept_i": above["kept"][j]}
            same(formulas["errors"], values | kept, layer["errors"][j])
        elif layer["errors"] is not None:
            values = {"a_j": layer["outputs"][j], "t_j": told["wanted"][j], "weight": told["weight"]}
            same(formulas["errors"], values | told["arguments"]["loss"], layer["errors"][j])
        whole = {"e_k": layer["errors"], "a_k": layer["activations"]}
        if index == len(self.layers) - 1:
            whole |= {"t_j": told["wanted"][j], "weight": told["weight"]}
        units = len(layer["activations"])
        for k in range(len(layer["pre_activations"]) // units):
            values = self.values_of(layer, j, k) | whole
            same(formulas["deltas"], values, layer["deltas"][j + k * units])
            values |= {name: value for name, value in follow(formulas["deltas"], values).items() if name[:2] == "d_"}
            for name, numbers in layer["gradients"].items():
                if numbers.T.shape[0] == len(layer["pre_activations"]):
                    same(formulas["gradients"][name], values, numbers[..., j + k * units])
                elif k == 0:
                    same(formulas["gradients"][name], values, numbers[j])

    def check_parameters(self, index: int) -> None:
        (layer, formulas), told = self.layers[index], self.told
        given = layer["arguments"]["regularizer"]
        for name, gradients in layer["gradients"].items():
            for column in range(gradients.shape[-1]):
                at = (..., column)
                mask = {} if layer["mask"] is None else {"mask": layer["mask"][name][at]}
                own = {"w": layer["parameters"][name][at], **mask, **given}
                total, formula = layer["total_gradients"][name][at], formulas["total_gradients"][name]
                if formula:
                    same(formula, {"g": gradients[at], **own, **told["arguments"]["clipping"]}, total)
                else:
                    assert np.array_equal(gradients[at], total)
                memory = {slot: numbers[name][at] for slot, numbers in layer["memory"].items()}
                values = {"g": total, **own, **memory, **layer["arguments"]["constraint"]} | told["arguments"]["update"]
                after = follow(formulas["updated"][name], values)
                assert after["w"] == pytest.approx(layer["updated"][name][at], rel=1e-11, abs=1e-12)
                for slot, numbers in layer["memory_after"].items():
                    assert after[slot] == pytest.approx(numbers[name][at], rel=1e-11, abs=1e-12)


def check(chosen: Experiment, steps: int = 0, modes: tuple[Mode, ...] = get_args(Mode)) -> None:
    trainer = Trainer(resolve(chosen))
    scatter(trainer)
    if steps:
        trainer.step_once("sample", steps)
    for mode in modes:
        Sheet(trainer, mode).check()


@pytest.mark.parametrize("steps", [0, 1, 7], ids=["first step", "second step", "later step"])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_printed_update_formula_gives_the_printed_update(name: str, steps: int) -> None:
    check(experiment(optimizer=OPTIMIZERS.choice(name)), steps)


@pytest.mark.parametrize(("task", "output", "loss"), PAIRS)
def test_of_every_loss_and_output(task: str, output: str, loss: str) -> None:
    weighted = {"class_weight": "balanced"} if task in ("binary", "multiclass") else {}
    chosen = experiment(task, output=output, loss=loss, **weighted)
    check(chosen if task == "regression" else replace(chosen, label_smoothing=0.1))


def test_of_class_weights() -> None:
    check(experiment(class_weight=(0.3, 2.5)))
    check(experiment("multiclass", class_weight=(0.3, 2.5, 1.5)))


@pytest.mark.parametrize("position", [None, "before", "after"])
@pytest.mark.parametrize("name", [name for name, entry in ACTIVATIONS.items() if "hidden" in entry.places])
def test_of_every_activation_with_and_without_batch_normalization(name: str, position: Any) -> None:
    normal = BatchNormalization(position=position) if position else None
    layer = Layer(4, activation=ACTIVATIONS.choice(name), batch_normalization=normal, dropout=0.4)
    check(experiment(layers=(layer, replace(layer, units=3))), steps=3)


def test_of_dropout_and_noise() -> None:
    layers = (Layer(8, dropout=0.5), Layer(6, dropout=0.25))
    check(experiment(layers=layers, input=Input(dropout=0.3, noise=0.5)), steps=2)


@pytest.mark.parametrize("clipping", [None, "norm", "value"])
@pytest.mark.parametrize("name", REGULARIZERS)
def test_of_every_penalty_constraint_and_clipping(name: str, clipping: Any) -> None:
    penalty = REGULARIZERS.choice(name)
    limits = (CONSTRAINTS.choice("max_norm", limit=0.4), CONSTRAINTS.choice("non_negative"))
    layers = tuple(Layer(4, regularizer=penalty, constraint=limit) for limit in limits)
    clip = Clipping(clipping, 0.02) if clipping else None
    for optimizer in ("sgd", "adamw"):
        chosen = experiment(layers=layers, clipping=clip, optimizer=OPTIMIZERS.choice(optimizer))
        check(replace(chosen, output=Output(regularizer=penalty)))


def test_of_weights_that_stay_zero() -> None:
    trainer = Trainer(resolve(experiment(regularizer=REGULARIZERS.choice("l1_l2"), clipping=Clipping("norm", 0.05))))
    mask = np.ones((5, 3))
    mask[::2, 1] = 0
    own = trainer.as_given()
    trainer.set_parameters([own[0], own[1] | {"mask": mask}, own[2]])
    Sheet(trainer).check()


SCHEDULED = {
    "cosine": {"epochs": 3, "minimum": 0.2, "warmup": 1, "restarts": 1},
    "one_cycle": {"epochs": 4},
    "step": {"every": 1},
}


@pytest.mark.parametrize("steps", [0, 40, 100, 400])
@pytest.mark.parametrize("name", SCHEDULES)
def test_of_every_schedule(name: str, steps: int) -> None:
    check(experiment(schedule=SCHEDULES.choice(name, **SCHEDULED.get(name, {}))), steps, ("training",))


@pytest.mark.parametrize("name", REGULARIZERS)
def test_of_a_replay_of_tensorflow_playground(name: str) -> None:
    penalty = REGULARIZERS.choice(name)
    data = PlaygroundData(shape="circle", seed_text="abc")
    layers, output = (Layer(3, regularizer=penalty),), Output(regularizer=penalty)
    check(Experiment(dataset=data, layers=layers, output=output, precision="float64"))


@pytest.mark.parametrize("standardize", [True, False])
def test_of_targets_in_units_of_their_own(standardize: bool) -> None:
    check(experiment("regression", dataset=DATASETS.choice("houses", standardize=standardize)))


@QUICK
@given(chosen=experiments())
def test_of_any_experiment(chosen: Experiment) -> None:
    try:
        trainer = Trainer(resolve(replace(chosen, precision="float64")))
    except InvalidExperiment:
        return
    trainer.advance(1, until_step=3)
    trainer.settle()
    for mode in get_args(Mode):
        sheet = Sheet(trainer, mode, sample=0)
        if max(np.abs(layer["pre_activations"]).max() for layer in sheet.told["layers"]) < 700:  # exp(710) overflows
            sheet.check()
