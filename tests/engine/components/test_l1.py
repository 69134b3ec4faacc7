"""The l1 penalty as a proximal step: useless weights are 0 to the bit, with every optimizer and all else beside it."""

from dataclasses import asdict, replace
from typing import Any

import numpy as np
import pytest

from engine import Experiment, Layer, Output, Trainer, resolve
from engine.components.activations import ACTIVATIONS
from engine.components.constraints import CONSTRAINTS
from engine.components.formulas import evaluate
from engine.components.optimizers import OPTIMIZERS
from engine.components.regularizers import REGULARIZERS, soft_threshold
from engine.components.schedules import SCHEDULES
from engine.data.datasets import DATASETS, PlaygroundData
from engine.experiment import Clipping
from engine.insight.trace import trace
from tests.engine.cases import distance, experiment, layers_of, points, samples_of, scatter, train_by_hand


def zeros(trainer: Trainer) -> list[int]:
    return [int(count) for count in trainer.history.columns()["zero_weights"][-1]]


@pytest.mark.parametrize(("optimizer", "fewest"), [("sgd", 250), ("adam", 50)])
def test_digits_with_twenty_relu_units_get_exact_zeros(optimizer: str, fewest: int) -> None:
    l1 = REGULARIZERS.choice("l1", rate=0.003)
    layers = (Layer(units=20, activation=ACTIVATIONS.choice("relu"), regularizer=l1),)
    chosen = OPTIMIZERS.choice(optimizer)
    data = DATASETS.choice("digits")
    trainer = Trainer(resolve(Experiment(dataset=data, layers=layers, output=Output(regularizer=l1), optimizer=chosen)))
    trainer.step_once("epoch", 40)
    weights = [layer.weights for layer in trainer.parameters()]
    assert sum(w.size for w in weights) == 1_480
    assert zeros(trainer) == [int((w == 0).sum()) for w in weights]
    assert sum(zeros(trainer)) > fewest, "the images' edges say nothing"
    assert trainer.history.row(trainer.history.last_seq)["test"]["accuracy"] > 0.85, "and it has learned"


def circle(optimizer: str) -> Trainer:
    l1 = REGULARIZERS.choice("l1", rate=0.1)
    layers = (Layer(units=8, regularizer=l1),)
    chosen = Experiment(layers=layers, output=Output(regularizer=l1), optimizer=OPTIMIZERS.choice(optimizer))
    trainer = Trainer(resolve(chosen))
    trainer.step_once("epoch", 200)
    return trainer


def test_circle_with_eight_units_gets_exact_zeros_and_they_do_not_dither() -> None:
    trainer = circle("sgd")
    assert zeros(trainer) == [16, 8], "at this rate nothing is worth its weight: all of 24"
    trainer.step_once("batch", 7)
    assert all((layer.weights == 0).all() for layer in trainer.parameters())


def test_circle_with_adam_gets_exact_zeros_too() -> None:
    assert sum(zeros(circle("adam"))) > 0, "fewer: its steps are longer than the learning rate times the gradient"


@pytest.mark.parametrize("name", ["l1", "l1_l2"])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer_makes_exact_zeros_and_only_with_an_l1_part(optimizer: str, name: str) -> None:
    rates = {"l1": {"rate": 0.5}, "l1_l2": {"l1": 0.5, "l2": 0.01}}[name]
    trainer = Trainer(
        resolve(experiment(regularizer=REGULARIZERS.choice(name, **rates), optimizer=OPTIMIZERS.choice(optimizer)))
    )
    trainer.step_once("epoch", 60)
    assert sum(zeros(trainer)) > 0
    biases = np.concatenate([layer.biases for layer in trainer.parameters()])
    assert np.count_nonzero(biases) == len(biases), "biases are not penalized"
    plain = Trainer(
        resolve(experiment(regularizer=REGULARIZERS.choice("l2", rate=0.1), optimizer=OPTIMIZERS.choice(optimizer)))
    )
    plain.step_once("epoch", 60)
    assert sum(zeros(plain)) == 0


def test_soft_threshold_is_what_is_printed_and_what_pytorch_computes() -> None:
    w = np.concatenate([np.linspace(-2, 2, 41), [-0.3, 0.3, 0.0]])
    found = np.array([soft_threshold(float(each), 0.3) for each in w])
    for name, argument in (("l1", "rate"), ("l1_l2", "l1")):
        formula = REGULARIZERS[name].shrinkage_formula
        printed = [evaluate(formula, {"w": each, "learning_rate": 0.1, argument: 3.0}) for each in w]
        np.testing.assert_allclose(found, printed, rtol=0, atol=1e-15)
    assert (found[np.abs(w) <= 0.3] == 0).all() and not np.signbit(found[w == 0.3]).any()
    assert np.isnan(soft_threshold(float("nan"), 0.3)) and soft_threshold(5.0, 0.0) == 5.0


@pytest.mark.torch
@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam"])
def test_it_is_pytorchs_optimizer_followed_by_its_softshrink(optimizer: str) -> None:
    torch = pytest.importorskip("torch")
    rate, l1, l2 = 0.05, 0.02, 0.03
    price = REGULARIZERS.choice("l1_l2", l1=l1, l2=l2)
    schedule = SCHEDULES.choice("exponential", decay=0.9)
    trainer = Trainer(
        resolve(
            experiment(
                regularizer=price,
                optimizer=OPTIMIZERS.choice(optimizer, learning_rate=rate),
                schedule=schedule,
                batch_size=None,
                clipping=Clipping(threshold=0.5),
            )
        )
    )
    scatter(trainer)
    x, t = (torch.tensor(part) for part in samples_of(trainer))
    layers = [tuple(torch.tensor(part, requires_grad=True) for part in layer) for layer in layers_of(trainer)]
    flat = [part for layer in layers for part in layer]
    make = {
        "sgd": lambda: torch.optim.SGD(flat, lr=rate),
        "momentum": lambda: torch.optim.SGD(flat, lr=rate, momentum=0.9),
        "adam": lambda: torch.optim.Adam(flat, lr=rate),
    }
    stepper = make[optimizer]()
    decay = torch.optim.lr_scheduler.ExponentialLR(stepper, 0.9)
    for _ in range(8):
        stepper.zero_grad()
        a = x
        for w, b in layers[:-1]:
            a = torch.tanh(a @ w + b)
        z = a @ layers[-1][0] + layers[-1][1]
        loss = torch.nn.functional.binary_cross_entropy_with_logits(z, t)
        (loss + l2 * sum((w**2).sum() for w, _ in layers)).backward()
        torch.nn.utils.clip_grad_norm_(flat, 0.5)
        stepper.step()
        with torch.no_grad():
            for w, _ in layers:
                w.copy_(torch.nn.functional.softshrink(w, decay.get_last_lr()[0] * l1))
        decay.step()
    trainer.step_once("epoch", 8)
    expected = [tuple(part.detach().numpy() for part in layer) for layer in layers]
    assert distance(layers_of(trainer), expected) < 1e-6  # clip_grad_norm_ adds 1e-6 to the length
    for (w, _), (w2, _) in zip(layers_of(trainer), expected, strict=True):
        assert ((w == 0) == (w2 == 0)).all()


def test_with_full_batches_it_comes_to_the_lasso() -> None:
    """Least squares with an l1 penalty, whose solution satisfies the conditions of its subgradient to rounding."""
    draw = np.random.default_rng(0)
    x = draw.normal(size=(60, 6))
    y = x @ np.array([2.0, -1.0, 0.0, 0.0, 0.5, 0.0]) + 0.1 * draw.normal(size=60)
    l1 = REGULARIZERS.choice("l1", rate=0.3)
    data = points(*map(tuple, x.tolist()), targets=tuple(y.tolist()), standardize=False)
    trainer = Trainer(
        resolve(
            experiment(
                "regression",
                dataset=data,
                units=(),
                regularizer=l1,
                batch_size=None,
                optimizer=OPTIMIZERS.choice("sgd", learning_rate=0.1),
            )
        )
    )
    trainer.step_once("epoch", 2_000)
    w, b = layers_of(trainer)[0]
    slopes = 2 / 60 * x.T @ (x @ w[:, 0] + b - y)
    alive = w[:, 0] != 0
    assert alive.tolist() == [True, True, False, False, True, False]
    np.testing.assert_allclose(slopes[alive], -0.3 * np.sign(w[alive, 0]), atol=1e-12)
    assert (np.abs(slopes[~alive]) < 0.3).all()


EVERYTHING: dict[str, dict[str, Any]] = {
    "max_norm": {},
    "weight decay": {"optimizer": OPTIMIZERS.choice("adamw", weight_decay=0.5)},
    "clipping": {"clipping": Clipping(by="value", threshold=0.01)},
    "warm-up": {"schedule": SCHEDULES.choice("cosine", epochs=5, warmup=2)},
}


@pytest.mark.parametrize("name", EVERYTHING)
def test_beside_everything_else_it_equals_the_reference(name: str) -> None:
    l1 = REGULARIZERS.choice("l1", rate=0.05)
    limit = CONSTRAINTS.choice("max_norm", limit=0.6) if name == "max_norm" else None
    layers = tuple(Layer(units=count, regularizer=l1, constraint=limit) for count in (5, 3))
    trainer = Trainer(resolve(experiment(**{"layers": layers, "batch_size": None, **EVERYTHING[name]})))
    scatter(trainer)
    if name == "warm-up":  # the reference is told the time of each step
        trainer.step_once("epoch", 1)
        before = layers_of(trainer)
        told = asdict(trace(trainer, 0))
        assert told["layers"][0]["shrinkage"] == pytest.approx(0.03 * 0.5 * 0.05)
        assert len(before) == 3
        return
    expected = train_by_hand(trainer, 6)
    trainer.step_once("epoch", 6)
    assert distance(layers_of(trainer), expected) < 1e-12


def test_pruned_weights_stay_zero_under_it() -> None:
    trainer = Trainer(resolve(experiment(regularizer=REGULARIZERS.choice("l1", rate=0.001))))
    mask = np.ones((2, 5))
    mask[0, :3] = 0
    trainer.set_parameters([trainer.as_given()[0] | {"mask": mask}, *trainer.as_given()[1:]])
    trainer.step_once("epoch", 20)
    weights = trainer.parameters()[0].weights
    assert (weights[mask == 0] == 0).all() and (weights[mask == 1] != 0).any()


def test_a_trace_shows_the_soft_threshold_that_its_update_took() -> None:
    trainer = Trainer(resolve(experiment(regularizer=REGULARIZERS.choice("l1_l2", l1=0.5, l2=0.1), batch_size=1)))
    scatter(trainer)
    told = asdict(trace(trainer, 0))
    formulas = told["formulas"]["layers"]
    for layer, formula in zip(told["layers"], formulas, strict=True):
        w, g = layer["parameters"]["weights"], layer["total_gradients"]["weights"]
        assert layer["shrinkage"] == pytest.approx(0.03 * 0.5) and r"\eta" in formula["shrinkage"]
        np.testing.assert_allclose(g, layer["gradients"]["weights"] + 0.2 * w, atol=1e-15)
        moved = w - 0.03 * g
        shrunk = np.sign(moved) * np.maximum(np.abs(moved) - layer["shrinkage"], 0)
        np.testing.assert_allclose(layer["updated"]["weights"], shrunk, atol=1e-15)
    assert Trainer(resolve(replace(trainer.experiment, layers=()))).experiment.output.regularizer is not None


def test_a_replay_of_tensorflow_playground_takes_penalties_off_as_that_does() -> None:
    l1 = REGULARIZERS.choice("l1", rate=0.1)
    data = PlaygroundData(shape="circle", seed_text="abc")
    trainer = Trainer(resolve(Experiment(dataset=data, layers=(Layer(3, regularizer=l1),), precision="float64")))
    told = asdict(trace(trainer, 0))
    assert all(layer["shrinkage"] == 0 for layer in told["layers"]), "it severs weights that cross 0 instead"
