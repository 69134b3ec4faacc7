"""The compiled kernel, held to the plain reference, to JAX and PyTorch, and to the slope of its own loss."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine import Experiment, Layer, Trainer, resolve
from engine.components.activations import ACTIVATIONS
from engine.components.batch_norm import BatchNormalization
from engine.components.constraints import CONSTRAINTS
from engine.components.optimizers import OPTIMIZERS
from engine.components.regularizers import REGULARIZERS
from engine.data.dataset import Data
from engine.data.datasets import DATASETS
from engine.experiment import Clipping
from engine.reference import Layers, backward, forward
from tests.engine.cases import (
    EACH_NETWORK,
    HIDDEN,
    PAIRS,
    distance,
    experiment,
    layers_of,
    pairwise,
    put,
    samples_of,
    scatter,
    train_by_hand,
)

PRICED = REGULARIZERS.choice("l1_l2", l1=0.01, l2=0.02)
SMOOTH = REGULARIZERS.choice("l2", rate=0.02)


def gradient_of(trainer: Trainer) -> Layers:
    """What one step of plain SGD at learning rate 1 takes off the parameters: the gradient, penalties included."""
    before = layers_of(trainer)
    trainer.step_once("batch", 1)
    return [(w - w2, b - b2) for (w, b), (w2, b2) in zip(before, layers_of(trainer), strict=True)]


def descent(**choices: object) -> Experiment:
    """An experiment whose next step is its gradient: full batch, SGD, learning rate 1."""
    return experiment(**{"batch_size": None, "optimizer": OPTIMIZERS.choice("sgd", learning_rate=1.0), **choices})


def assert_close(found: Layers, expected: Layers, tolerance: float) -> None:
    """Errors are measured against the length of the layer's whole gradient."""
    for index, (layer, other) in enumerate(zip(found, expected, strict=True)):
        one, two = (np.concatenate([dw.ravel(), db]) for dw, db in (layer, other))
        error = np.linalg.norm(one - two) / np.linalg.norm(two)
        assert error <= tolerance, f"layer {index}: relative error {error:.2e}"


# Every two of these in one network: an entry of each family, and what else changes what a step does.
ALL = pairwise(
    [name for name, entry in ACTIVATIONS.items() if "hidden" in entry.places],
    PAIRS,
    list(OPTIMIZERS),
    [None, *REGULARIZERS],
    [None, *CONSTRAINTS],
    [None, "before", "after"],
    [0.0, 0.3],
    [None, "norm", "value"],
)


@pytest.mark.parametrize(
    ("hidden", "pair", "optimizer", "regularizer", "constraint", "normalized", "dropout", "clipped"), ALL
)
def test_training_equals_the_reference(
    hidden: str,
    pair: tuple[str, str, str],
    optimizer: str,
    regularizer: str | None,
    constraint: str | None,
    normalized: str | None,
    dropout: float,
    clipped: Any,
) -> None:
    """Over more than an epoch with a smaller last batch."""
    task, output, loss = pair
    penalty = REGULARIZERS.choice(regularizer, **_rates(regularizer)) if regularizer else None
    layer = Layer(
        units=4,
        activation=ACTIVATIONS.choice(hidden),
        regularizer=penalty,
        constraint=CONSTRAINTS.choice(constraint) if constraint else None,
        batch_normalization=BatchNormalization(normalized) if normalized else None,
        dropout=dropout,
    )
    small = experiment(task, output=output, loss=loss, regularizer=penalty, batch_size=7)
    trainer = Trainer(
        resolve(
            replace(
                small,
                layers=(layer, replace(layer, units=3)),
                optimizer=OPTIMIZERS.choice(optimizer),
                clipping=Clipping(clipped, 0.05) if clipped else None,
            )
        )
    )
    scatter(trainer)
    expected = train_by_hand(trainer, 6)
    trainer.step_once("batch", 6)
    # Normalized away, the gradient of a bias is zero but for rounding, and some optimizers make much of little.
    assert distance(layers_of(trainer), expected) < (1e-6 if normalized else 1e-12)


def _rates(name: str) -> dict[str, float]:
    return {argument.name: 0.02 * (index + 1) for index, argument in enumerate(REGULARIZERS[name].arguments)}


@EACH_NETWORK
def test_a_step_equals_one_by_automatic_differentiation_of_the_formulas(
    hidden: str, pair: tuple[str, str, str]
) -> None:
    """With both penalties: the smooth one in the gradient, l1 as its proximal operator."""
    pytest.importorskip("jax")
    from tests.engine.oracles import jax_step

    task, output, loss = pair
    trainer = Trainer(resolve(descent(task=task, output=output, loss=loss, hidden=hidden, regularizer=PRICED)))
    scatter(trainer)
    before = layers_of(trainer)
    after = jax_step(trainer.experiment, before, *samples_of(trainer), rate=1.0)
    expected = [(w - w2, b - b2) for (w, b), (w2, b2) in zip(before, after, strict=True)]
    assert_close(gradient_of(trainer), expected, 1e-7)


@pytest.mark.torch
@EACH_NETWORK
def test_gradient_equals_that_of_pytorch(hidden: str, pair: tuple[str, str, str]) -> None:
    pytest.importorskip("torch")
    from tests.engine.oracles import torch_gradients

    task, output, loss = pair
    trainer = Trainer(resolve(descent(task=task, output=output, loss=loss, hidden=hidden)))
    scatter(trainer)
    expected = torch_gradients(trainer.experiment, layers_of(trainer), *samples_of(trainer))
    if expected is None:
        pytest.skip("PyTorch has no function of that name")
    assert_close(gradient_of(trainer), expected, 1e-7)


@pytest.mark.parametrize("hidden", HIDDEN)
def test_gradient_equals_central_differences_of_the_loss(hidden: str) -> None:
    trainer = Trainer(resolve(descent(hidden=hidden, units=(3, 2), regularizer=SMOOTH)))
    scatter(trainer, seed=2)  # no sum so near a kink that a difference would step over it
    start = layers_of(trainer)
    h = 1e-4

    def total(shift: float, layer: int, which: int, index: tuple[int, ...]) -> float:
        moved = [(w.copy(), b.copy()) for w, b in start]
        moved[layer][which][index] += shift
        put(trainer, moved)
        row = trainer.row()
        return float(row["train"]["loss"] + row["penalty"])

    slopes: Layers = [(np.empty_like(w), np.empty_like(b)) for w, b in start]
    for layer, parts in enumerate(slopes):
        for which, part in enumerate(parts):
            for index in np.ndindex(part.shape):
                near, far = (
                    total(step, layer, which, index) - total(-step, layer, which, index) for step in (h, 2 * h)
                )
                part[index] = (8 * near - far) / (12 * h)
    put(trainer, start)
    assert_close(gradient_of(trainer), slopes, 1e-7)


@EACH_NETWORK
def test_float32_stays_near_float64_for_an_epoch(hidden: str, pair: tuple[str, str, str]) -> None:
    task, output, loss = pair
    trainers = [
        Trainer(resolve(experiment(task, output=output, loss=loss, hidden=hidden, precision=precision)))
        for precision in ("float32", "float64")
    ]
    for trainer in trainers:
        trainer.step_once("epoch", 1)
    assert distance(*map(layers_of, trainers)) < 1e-4


# 31 x 33 = 1023 weights are the last that plain loops take, 32 x 32 = 1024 the first that go to the matrix library.
@pytest.mark.parametrize("units", [(31, 33), (32, 32), (1, 40, 7, 150), (130, 9)], ids=str)
@pytest.mark.parametrize("batch_size", [1, 5, 8, 30, None])
def test_large_layers_equal_the_reference(units: tuple[int, ...], batch_size: int | None) -> None:
    trainer = Trainer(resolve(experiment("multiclass", units=units, batch_size=batch_size, regularizer=PRICED)))
    expected = train_by_hand(trainer, 4)
    trainer.step_once("batch", 4)
    assert distance(layers_of(trainer), expected) < 1e-12


@pytest.mark.parametrize(
    ("samples", "units"),
    [(5_000, (8, 8)), (257, (5,)), (300, (400, 300))],
    ids=["many samples", "one over a chunk", "many parameters"],
)
def test_a_batch_split_into_chunks_is_the_same_mathematics(samples: int, units: tuple[int, ...]) -> None:
    data = DATASETS.choice("spiral", samples=samples, test_fraction=0.0, noise=0.2)
    trainer = Trainer(resolve(descent(dataset=data, units=units, hidden="tanh")))
    expected = backward(trainer.experiment, layers_of(trainer), *samples_of(trainer))
    assert_close(gradient_of(trainer), expected, 1e-12)


@pytest.mark.parametrize("count", [1, 2, 7, 8, 9, 31, 255])
def test_any_number_of_samples_in_any_batch(count: int) -> None:
    """Batches are padded to a multiple of 8: what fills them up must never count."""
    data = DATASETS.choice("gauss", samples=count + 1, test_fraction=1 / (count + 1))
    for batch_size in (1, 3, 8, count):
        trainer = Trainer(resolve(experiment(dataset=data, batch_size=min(batch_size, count), hidden="softplus")))
        expected = train_by_hand(trainer, 5)
        trainer.step_once("batch", 5)
        assert distance(layers_of(trainer), expected) < 1e-12


def test_no_hidden_layer_at_all() -> None:
    trainer = Trainer(resolve(experiment("multiclass", units=())))
    expected = train_by_hand(trainer, 20)
    trainer.step_once("batch", 20)
    assert distance(layers_of(trainer), expected) < 1e-12


@pytest.mark.parametrize("hidden", HIDDEN)
def test_every_unit_over_the_plane_equals_the_reference(hidden: str) -> None:
    trainer = Trainer(resolve(experiment(hidden=hidden)))
    scatter(trainer)
    inputs = Data(trainer.experiment).plane(9).T
    activations = [inputs, *(layer.out for layer in forward(trainer.experiment, layers_of(trainer), inputs))]
    for found, expected in zip(trainer.neurons(9), activations[1:], strict=True):
        np.testing.assert_allclose(found, expected.T.reshape(-1, 9, 9), rtol=1e-12, atol=1e-13)


def test_layers_may_have_different_activations_and_arguments() -> None:
    layers = (
        Layer(units=4, activation=ACTIVATIONS.choice("leaky_relu", negative_slope=0.3)),
        Layer(units=3, activation=ACTIVATIONS.choice("elu", alpha=2.0), regularizer=REGULARIZERS.choice("l2")),
        Layer(units=5, activation=ACTIVATIONS.choice("leaky_relu", negative_slope=0.7)),
    )
    trainer = Trainer(resolve(experiment(layers=layers)))
    scatter(trainer)
    expected = train_by_hand(trainer, 7)
    trainer.step_once("batch", 7)
    assert distance(layers_of(trainer), expected) < 1e-12
