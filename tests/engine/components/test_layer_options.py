"""Dropout, noise, batch normalization, constraints, clipping, maxout and slopes of their own: each held to the
reference, to PyTorch with the same random numbers, and to what it is for.
"""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine import Experiment, InvalidExperiment, InvalidInput, Layer, Trainer, fixed_differences, resolve
from engine.components.activations import ACTIVATIONS
from engine.components.batch_norm import BatchNormalization
from engine.components.constraints import CONSTRAINTS
from engine.components.optimizers import OPTIMIZERS
from engine.experiment import Clipping, Input
from engine.reference import Layers, backward, forward, loss
from tests.engine.cases import (
    distance,
    experiment,
    layers_of,
    put,
    running_of,
    samples_of,
    scatter,
    train_by_hand,
)

BEFORE = BatchNormalization()
AFTER = BatchNormalization("after", momentum=0.5, epsilon=0.01)
MAXOUT = ACTIVATIONS.choice("maxout", pieces=3)
LEARNED = ACTIVATIONS.choice("parametric_relu")
RANDOM = ACTIVATIONS.choice("randomized_leaky_relu")
BOUND = CONSTRAINTS.choice("max_norm", limit=0.5)


def with_layers(**fields: Any) -> Experiment:
    """The small experiment, its hidden layers with other fields."""
    small = experiment()
    return replace(small, layers=tuple(replace(layer, **fields) for layer in small.layers))


REMEDIES = {
    "dropout": with_layers(dropout=0.4),
    "input dropout": experiment(input=Input(dropout=0.3)),
    "input noise": experiment(input=Input(noise=0.5)),
    "normalized before": with_layers(batch_normalization=BEFORE),
    "normalized after": with_layers(batch_normalization=AFTER),
    "normalized after relu, with dropout": with_layers(
        batch_normalization=AFTER, dropout=0.5, activation=ACTIVATIONS.choice("relu")
    ),
    "max norm": with_layers(constraint=BOUND),
    "non-negative": with_layers(constraint=CONSTRAINTS.choice("non_negative")),
    "each clipped": experiment(clipping=Clipping("value", 0.001)),
    "whole clipped": experiment(clipping=Clipping("norm", 0.01)),
    "maxout": with_layers(activation=MAXOUT),
    "maxout, normalized before": with_layers(activation=MAXOUT, batch_normalization=BEFORE),
    "maxout, normalized after": with_layers(activation=MAXOUT, batch_normalization=AFTER),
    "learned slopes": with_layers(activation=LEARNED),
    "learned slopes, normalized, with dropout": with_layers(
        activation=LEARNED, batch_normalization=BEFORE, dropout=0.2
    ),
    "random slopes": with_layers(activation=RANDOM),
    "random slopes with dropout": with_layers(activation=RANDOM, dropout=0.2),
}
EACH = pytest.mark.parametrize("chosen", REMEDIES.values(), ids=REMEDIES)


@EACH
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_training_equals_the_reference(chosen: Experiment, optimizer: str) -> None:
    trainer = Trainer(
        resolve(replace(chosen, batch_size=7, optimizer=OPTIMIZERS.choice(optimizer, learning_rate=0.05)))
    )
    expected = train_by_hand(trainer, 9)
    trainer.step_once("batch", 9)
    # Before a normalization the gradient of a bias is zero but for rounding, and Adam makes much of little.
    assert distance(layers_of(trainer), expected) < (1e-12 if optimizer == "sgd" else 1e-8)


@EACH
def test_the_same_bytes_however_it_is_sliced(chosen: Experiment) -> None:
    whole, sliced = Trainer(resolve(replace(chosen, batch_size=7))), Trainer(resolve(replace(chosen, batch_size=7)))
    whole.step_once("batch", 12)
    while sliced.step < 12 or not sliced.settled:
        sliced.advance(1, until_step=12)
    for one, other in zip(whole.parameters(), sliced.parameters(), strict=True):
        assert one.weights.tobytes() == other.weights.tobytes()
        assert all(one.further[name].tobytes() == other.further[name].tobytes() for name in one.further)


@EACH
def test_gradient_equals_central_differences_of_the_loss_in_training(chosen: Experiment) -> None:
    """The loss of the very step, with its masks, draws and batch statistics."""
    if chosen.clipping:
        pytest.skip("what is clipped is no gradient")
    trainer = Trainer(resolve(replace(chosen, batch_size=11)))
    scatter(trainer)
    complete, layers = trainer.experiment, layers_of(trainer)
    x, t = (part[:11] for part in samples_of(trainer))

    def total(moved: Layers) -> float:
        last = forward(complete, moved, x, step=0)[-1]
        return loss(complete, last.z, last.out, t)

    for index, parts in enumerate(backward(complete, layers, x, t, step=0)):
        for which, part in enumerate(parts):
            slopes = np.empty_like(part)
            for at in np.ndindex(part.shape):
                sides = []
                for shift in (1e-5, -1e-5):
                    moved = [tuple(each.copy() for each in layer) for layer in layers]
                    moved[index][which][at] += shift
                    sides.append(total(moved))
                slopes[at] = (sides[0] - sides[1]) / 2e-5
            scale = max(float(np.linalg.norm(np.concatenate([each.ravel() for each in parts]))), 1e-12)
            assert np.linalg.norm(part - slopes) / scale < 1e-7, f"layer {index}, part {which}"


@EACH
def test_when_evaluating_nothing_is_random(chosen: Experiment) -> None:
    trainer = Trainer(resolve(chosen))
    trainer.step_once("batch", 20)
    x, _ = samples_of(trainer, "test")
    expected = forward(trainer.experiment, layers_of(trainer), x, running_of(trainer))[-1].out
    found = trainer.predict(trainer.data.as_data()["parts"]["test"]["points"].tolist())[0]
    np.testing.assert_allclose(found, expected, rtol=1e-9)


@pytest.mark.torch
@pytest.mark.parametrize("after", [False, True])
def test_batch_normalization_equals_that_of_pytorch(after: bool) -> None:
    torch = pytest.importorskip("torch")
    choice = BatchNormalization("after" if after else "before", momentum=0.8, epsilon=1e-3)
    chosen = replace(
        with_layers(batch_normalization=choice),
        batch_size=None,
        shuffle=False,
        optimizer=OPTIMIZERS.choice("sgd", learning_rate=0.3),
    )
    trainer = Trainer(resolve(chosen))
    modules: list[Any] = []
    for layer in trainer.parameters():
        fan_in, fan_out = layer.weights.shape
        linear = torch.nn.Linear(fan_in, fan_out, dtype=torch.float64)
        linear.weight.data, linear.bias.data = torch.tensor(layer.weights.T.copy()), torch.tensor(layer.biases)
        modules.append(linear)
        if layer.further:
            normal = torch.nn.BatchNorm1d(fan_out, eps=1e-3, momentum=0.2, dtype=torch.float64)
            modules += [torch.nn.Tanh(), normal] if after else [normal, torch.nn.Tanh()]
    network = torch.nn.Sequential(*modules)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.3)
    x, t = (torch.tensor(part) for part in samples_of(trainer))
    for _ in range(5):
        optimizer.zero_grad()
        torch.nn.functional.binary_cross_entropy_with_logits(network(x), t).backward()
        optimizer.step()
    trainer.step_once("batch", 5)
    linears = [module for module in network if isinstance(module, torch.nn.Linear)]
    normals = [module for module in network if isinstance(module, torch.nn.BatchNorm1d)]
    for layer, linear in zip(trainer.parameters(), linears, strict=True):
        np.testing.assert_allclose(layer.weights, linear.weight.detach().numpy().T, rtol=0, atol=1e-12)
    for layer, normal in zip(trainer.parameters(), normals, strict=False):
        np.testing.assert_allclose(layer.further["gamma"], normal.weight.detach().numpy(), atol=1e-12)
        np.testing.assert_allclose(layer.further["moving_mean"], normal.running_mean.numpy(), atol=1e-12)
        n = len(x)  # PyTorch averages the unbiased variances, Keras and we those of the batch: 0.8^5 is of the start
        unbiased = (layer.further["moving_variance"] - 0.8**5) * n / (n - 1) + 0.8**5
        np.testing.assert_allclose(unbiased, normal.running_var.numpy(), atol=1e-12)


def test_dropout_silences_the_share_it_says_and_keeps_the_sum() -> None:
    wide = Experiment(layers=(Layer(units=512, dropout=0.3),), precision="float64", batch_size=None)
    trainer = Trainer(resolve(wide))
    x, _ = samples_of(trainer)
    kept = [forward(trainer.experiment, layers_of(trainer), x[:50], step=step)[1].kept for step in range(2)]
    for mask in kept:
        assert np.mean(mask == 0) == pytest.approx(0.3, abs=4 * np.sqrt(0.21 / mask.size))
        assert np.mean(mask) == pytest.approx(1, abs=0.02)
    assert (kept[0] != kept[1]).mean() == pytest.approx(0.42, abs=0.02), "each step drops others"


def test_max_norm_keeps_every_unit_within_its_bound() -> None:
    trainer = Trainer(resolve(with_layers(constraint=BOUND)))
    trainer.step_once("epoch", 20)
    for weights, _ in layers_of(trainer)[:-1]:
        lengths = np.linalg.norm(weights, axis=0)
        assert lengths.max() <= 0.5 + 1e-12
    assert lengths.max() == pytest.approx(0.5), "and some are at it"


def test_clipping_bounds_the_step() -> None:
    for choice, order in ((Clipping("value", 0.001), np.inf), (Clipping("norm", 0.001), 2)):
        trainer = Trainer(resolve(experiment(optimizer=OPTIMIZERS.choice("sgd", learning_rate=1.0), clipping=choice)))
        before = np.concatenate([part.ravel() for layer in layers_of(trainer) for part in layer])
        trainer.step_once("batch", 1)
        after = np.concatenate([part.ravel() for layer in layers_of(trainer) for part in layer])
        assert np.linalg.norm(after - before, order) == pytest.approx(0.001)


def test_what_brings_parameters_needs_a_reset_and_the_rest_does_not() -> None:
    plain = experiment()
    live = {"dropout": 0.5, "constraint": BOUND, "activation": RANDOM}
    fixed = {"activation": MAXOUT, "batch_normalization": BEFORE}
    for fields, resets in ((live, False), (fixed, True), ({"activation": LEARNED}, True)):
        for name, value in fields.items():
            changed = replace(plain, layers=(replace(plain.layers[0], **{name: value}), *plain.layers[1:]))
            for one, other in ((plain, changed), (changed, plain)):
                assert bool(fixed_differences(one, other)) == resets, name
    more = with_layers(activation=ACTIVATIONS.choice("maxout", pieces=4))
    assert fixed_differences(with_layers(activation=MAXOUT), more) == [
        f"layers.{index}.activation.pieces" for index in range(2)
    ]
    slower = replace(BEFORE, momentum=0.5)
    assert fixed_differences(with_layers(batch_normalization=BEFORE), with_layers(batch_normalization=slower)) == []


def test_all_that_is_learned_can_be_read_and_set() -> None:
    trainer = Trainer(resolve(with_layers(activation=LEARNED, batch_normalization=BEFORE)))
    trainer.step_once("epoch", 3)
    saved = trainer.parameters()
    other = Trainer(trainer.experiment)
    data = [{"weights": layer.weights, "biases": layer.biases, **layer.further} for layer in saved]
    other.set_parameters(data)
    points = trainer.data.as_data()["parts"]["test"]["points"].tolist()
    assert (other.predict(points)[0] == trainer.predict(points)[0]).all()
    for wrong in ({"gamma": [1.0]}, {"slope": [1.0]}, {"moving_variance": [-1.0] * 5}):
        with pytest.raises(InvalidInput) as raised:
            other.set_parameters([{**data[0], **wrong}, *data[1:]])
        assert raised.value.errors[0].field == f"layers.0.{next(iter(wrong))}"
    assert (other.predict(points)[0] == trainer.predict(points)[0]).all(), "nothing was put in by halves"


def test_a_batch_that_cannot_be_normalized_whole_is_refused() -> None:
    big = with_layers(units=512, batch_normalization=BEFORE)
    data = replace(big.dataset, samples=20_000)
    with pytest.raises(InvalidExperiment) as raised:
        Trainer(resolve(replace(big, dataset=data, batch_size=None)))
    assert raised.value.errors[0].field == "batch_size"


def test_maxout_of_two_pieces_is_relu_when_one_is_zero() -> None:
    chosen = with_layers(activation=ACTIVATIONS.choice("maxout", pieces=2))
    trainer = Trainer(resolve(chosen))
    relu = Trainer(resolve(with_layers(activation=ACTIVATIONS.choice("relu"))))
    scatter(relu)
    widened = [(np.hstack([w, 0 * w]), np.concatenate([b, 0 * b])) for w, b in layers_of(relu)[:-1]]
    put(trainer, [*widened, layers_of(relu)[-1]])
    points = trainer.data.as_data()["parts"]["test"]["points"].tolist()
    np.testing.assert_allclose(trainer.predict(points)[0], relu.predict(points)[0], rtol=1e-12)
    assert [maps.shape for maps in trainer.neurons(4)] == [maps.shape for maps in relu.neurons(4)]
