"""A trace tells what the kernel does with one sample, number by number."""

from dataclasses import asdict, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from engine import Experiment, InvalidExperiment, InvalidInput, Layer, Output, Trainer, resolve
from engine.components.activations import ACTIVATIONS
from engine.components.batch_norm import BatchNormalization
from engine.components.constraints import CONSTRAINTS
from engine.components.optimizers import OPTIMIZERS
from engine.components.regularizers import REGULARIZERS
from engine.components.tasks import TASKS
from engine.data.datasets import PlaygroundData
from engine.experiment import Clipping, Input
from engine.insight.trace import trace
from tests.engine.cases import PAIRS, experiment, points, scatter
from tests.engine.test_properties import QUICK, experiments

EXACT = 1e-12
NORMALIZED = {place: BatchNormalization(position=place) for place in ("before", "after")}


def compare(trainer: Trainer, told: dict[str, Any], what: str, buffer: np.ndarray) -> None:
    """The numbers of a trace against a buffer of the kernel's, layer by layer, to 1e-12 of its length."""
    for view, layer in zip(trainer.network.views(buffer), told["layers"], strict=True):
        assert list(layer[what]) == list(view)
        for name, numbers in view.items():
            assert np.linalg.norm(layer[what][name] - numbers) <= EXACT * (1 + np.linalg.norm(numbers)), (what, name)


def follow(trainer: Trainer, sample: int, steps: int = 3) -> None:
    """Holds traces to what steps on that one sample really do."""
    trainer._order[:] = sample
    trainer.update(resolve(replace(trainer.asked, shuffle=False)))
    for _ in range(steps):
        told = asdict(trace(trainer, sample, mode="training"))
        before = trainer.state.parameters.copy()
        rate = trainer.learning_rate
        trainer._order[:] = sample
        trainer.step_once("sample", 1)
        if trainer.diverged:
            break
        compare(trainer, told, "parameters", before)
        if not trainer.data.rules.penalties_last:  # whose penalties come after, in the same place
            compare(trainer, told, "total_gradients", trainer.state.gradient)
        compare(trainer, told, "updated", trainer.state.parameters)
        for slot, buffer in zip(OPTIMIZERS.of(trainer.experiment.optimizer).memory, trainer.state.slots, strict=True):
            compare(trainer, {"layers": [layer["memory_after"] for layer in told["layers"]]}, slot, buffer)
        assert told["learning_rate"] == rate


@pytest.mark.parametrize(("task", "output", "loss"), PAIRS)
def test_every_pair_of_output_and_loss(task: str, output: str, loss: str) -> None:
    trainer = Trainer(resolve(experiment(task, output=output, loss=loss)))
    scatter(trainer)
    follow(trainer, 5)


@pytest.mark.parametrize("name", [name for name, entry in ACTIVATIONS.items() if "hidden" in entry.places])
def test_every_activation(name: str) -> None:
    trainer = Trainer(resolve(experiment(hidden=name, units=(4, 4))))
    scatter(trainer)
    follow(trainer, 2)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer(name: str) -> None:
    follow(Trainer(resolve(experiment(optimizer=OPTIMIZERS.choice(name)))), 1, steps=5)


@pytest.mark.parametrize("name", REGULARIZERS)
def test_every_regularizer_with_clipping_and_weights(name: str) -> None:
    penalty = REGULARIZERS.choice(name)
    chosen = experiment(regularizer=penalty, clipping=Clipping("norm", 0.05), class_weight=(0.2, 3.0))
    trainer = Trainer(resolve(chosen))
    follow(trainer, 4)
    assert trace(trainer, 4).penalty == trainer.row()["penalty"] > 0


def test_dropout_noise_constraints_and_masks() -> None:
    layers = (Layer(6, dropout=0.5, constraint=CONSTRAINTS.choice("max_norm", limit=0.5)), Layer(5, dropout=0.2))
    trainer = Trainer(resolve(experiment(layers=layers, input=Input(dropout=0.2, noise=0.5))))
    given = trainer.as_given()
    mask = np.ones_like(given[1]["weights"])
    mask[::2, 1] = 0
    trainer.set_parameters([given[0], given[1] | {"mask": mask}, given[2]])
    told = asdict(trace(trainer, 0))
    assert told["mode"] == "training" and set(np.round(told["layers"][1]["kept"], 9)) <= {0.0, 2.0}
    follow(trainer, 0, steps=6)


@pytest.mark.parametrize("position", NORMALIZED)
def test_a_normalized_layer(position: str) -> None:
    layers = (Layer(4, batch_normalization=NORMALIZED[position]), Layer(3, batch_normalization=NORMALIZED[position]))
    trainer = Trainer(resolve(experiment(layers=layers)))
    trainer.step_once("epoch", 5)
    told = asdict(trace(trainer, 7))
    assert told["mode"] == "evaluation", "alone, a sample has no spread"
    layer, further = told["layers"][0], trainer.parameters()[0].further
    normal = layer["normalization"]
    what = layer["pre_activations"] if position == "before" else layer["activations"]
    assert normal["means"] == pytest.approx(further["moving_mean"], abs=1e-12)
    assert normal["deviations"] == pytest.approx(np.sqrt(further["moving_variance"] + 1e-3), rel=1e-12)
    assert normal["normalized"] == pytest.approx((what - normal["means"]) / normal["deviations"], abs=1e-12)
    assert normal["scaled"] == pytest.approx(further["gamma"] * normal["normalized"] + further["beta"], abs=1e-12)
    # In evaluation the network is a function, and gradients are its slopes.
    gradient, step = told["layers"][0]["gradients"]["weights"], 1e-6
    given = trainer.as_given()
    for place in ((0, 0), (1, 3)):
        losses = []
        for shift in (step, -step):
            moved = given[0]["weights"].copy()
            moved[place] += shift
            trainer.set_parameters([given[0] | {"weights": moved}, *given[1:]])
            losses.append(trace(trainer, 7).loss)
        assert (losses[0] - losses[1]) / (2 * step) == pytest.approx(gradient[place], rel=1e-5, abs=1e-8)
    follow(trainer, 7)


def test_a_replay_of_tensorflow_playground() -> None:
    data = PlaygroundData(shape="circle", seed_text="abc")
    for name in ("l1", "l2"):
        penalty = REGULARIZERS.choice(name, rate=0.1)
        layers = (Layer(3, regularizer=penalty),)
        trainer = Trainer(
            resolve(Experiment(dataset=data, layers=layers, output=Output(regularizer=penalty), precision="float64"))
        )
        follow(trainer, 3, steps=1)


@pytest.mark.parametrize("task", TASKS)
def test_the_numbers_of_a_trace_fit_each_other(task: str) -> None:
    trainer = Trainer(resolve(experiment(task, units=(4, 3))))
    trainer.step_once("epoch", 3)
    for part in ("train", "test"):
        told = asdict(trace(trainer, 3, part))
        entering = told["inputs"]
        for index, layer in enumerate(told["layers"]):
            own = layer["parameters"]
            assert layer["inputs"] == pytest.approx(entering)
            assert layer["pre_activations"] == pytest.approx(layer["inputs"] @ own["weights"] + own["biases"])
            assert layer["gradients"]["weights"] == pytest.approx(np.outer(layer["inputs"], layer["deltas"]))
            if index < len(told["layers"]) - 1:
                above = told["layers"][index + 1]
                assert layer["errors"] == pytest.approx(above["parameters"]["weights"] @ above["deltas"])
                assert layer["deltas"] == pytest.approx(layer["errors"] * layer["derivatives"])
            entering = layer["outputs"]
        answer = trainer.predict([told["point"].tolist()])[0][0]
        assert trainer.data.in_units(entering) == pytest.approx(answer), "it is the answer to that point"
    assert trace(trainer, 3).loss_again < trace(trainer, 3).loss, "the update helps"


@QUICK
@given(chosen=experiments())
def test_any_experiment_can_be_traced(chosen: Experiment) -> None:
    try:
        trainer = Trainer(resolve(replace(chosen, precision="float64")))
    except InvalidExperiment:
        return
    trainer.advance(1, until_step=3)
    trainer.settle()
    told = asdict(trace(trainer, 0))
    assert len(told["layers"]) == len(trainer.experiment.layers) + 1
    if not any(layer.batch_normalization for layer in trainer.experiment.layers):
        follow(trainer, 0, steps=1)


@pytest.mark.parametrize(
    ("field", "part", "sample"), [("sample", "train", 30), ("sample", "test", -1), ("part", "validation", 0)]
)
def test_samples_that_do_not_exist_are_refused(field: str, part: str, sample: int) -> None:
    trainer = Trainer(resolve(experiment()))
    with pytest.raises(InvalidInput) as refusal:
        trace(trainer, sample, part)
    assert refusal.value.errors[0].field == field


def test_what_is_not_finite_is_told() -> None:
    trainer = Trainer(
        resolve(experiment("regression", dataset=points((0, 0), (1e8, 1e8), targets=(0.0, 1e9), standardize=False)))
    )
    given = trainer.as_given()
    trainer.set_parameters([{name: numbers * 1e300 for name, numbers in layer.items()} for layer in given])
    assert not all(np.isfinite(trace(trainer, sample).loss) for sample in (0, 1))
