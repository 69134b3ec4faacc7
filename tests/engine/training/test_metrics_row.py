"""What a row says of each layer, held to NumPy on the reference's own activations and gradients."""

import numpy as np
import pytest

from engine import Layer, Trainer, resolve
from engine.components.activations import ACTIVATIONS
from engine.components.optimizers import OPTIMIZERS
from engine.data.datasets import DATASETS
from engine.reference import backward, forward
from tests.engine.cases import EACH_NETWORK, experiment, layers_of, put, samples_of, scatter


@EACH_NETWORK
def test_statistics_of_layers_equal_numpy(hidden: str, pair: tuple[str, str, str]) -> None:
    task, output, loss = pair
    trainer = Trainer(resolve(experiment(task, output=output, loss=loss, hidden=hidden)))
    scatter(trainer, spread=2)
    x, t = samples_of(trainer)
    layers = layers_of(trainer)
    seen = forward(trainer.experiment, layers, x)
    zs, activations = [layer.z for layer in seen], [x, *(layer.out for layer in seen)]
    gradients = backward(trainer.experiment, layers, x, t)
    choices = [*(layer.activation for layer in trainer.experiment.layers), trainer.experiment.output.activation]
    for index, told in enumerate(trainer.row()["layers"]):
        z, a = zs[index], activations[index + 1]
        entry = ACTIVATIONS.of(choices[index])
        values = entry.values(choices[index])
        slope = a * (1 - a) if entry.joint else np.vectorize(entry.derivative, otypes=[float])(z, a, *values)
        dw, db = gradients[index]
        assert told["gradient_norm"] == pytest.approx(np.sqrt((dw**2).sum() + (db**2).sum()), rel=1e-10)
        assert told["weight_norm"] == pytest.approx(np.linalg.norm(layers[index][0]), rel=1e-12)
        assert told["saturated"] == np.mean(np.abs(slope) < 0.01)
        assert told["dead"] == np.mean((slope == 0).all(axis=0))
        assert told["mean"] == pytest.approx(a.mean(), rel=1e-10, abs=1e-12)
        assert told["std"] == pytest.approx(a.std(), rel=1e-6, abs=1e-7)


def test_dead_and_saturated_units_are_counted() -> None:
    trainer = Trainer(resolve(experiment(layers=(Layer(units=4, activation=ACTIVATIONS.choice("relu")),))))
    put(trainer, [(np.zeros((2, 4)), np.array([-1.0, -2.0, 1.0, 2.0])), (np.ones((4, 1)), np.zeros(1))])
    relu = trainer.row()["layers"][0]
    assert (relu["dead"], relu["saturated"], relu["mean"]) == (0.5, 0.5, 0.75)


def test_zero_weights_of_each_layer_are_counted_and_biases_are_not() -> None:
    trainer = Trainer(resolve(experiment(units=(4, 3))))
    layers = [(np.ones_like(w), np.zeros_like(b)) for w, b in layers_of(trainer)]
    layers[0][0][1, 2] = layers[1][0][0, 0] = layers[1][0][3, 2] = -0.0
    put(trainer, layers)
    assert [layer["zero_weights"] for layer in trainer.row()["layers"]] == [1, 2, 0]
    assert trainer.history.columns()["zero_weights"][-1] == [1, 2, 0]


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("steps", [1, 3, 4, 17], ids=lambda steps: f"{steps} steps")
def test_update_ratio_is_of_the_last_update_alone(optimizer: str, steps: int) -> None:
    """Also where no row is recorded: an epoch has 4 steps here."""
    trainer = Trainer(resolve(experiment(optimizer=OPTIMIZERS.choice(optimizer), batch_size=8)))
    assert all(np.isnan(layer["update_ratio"]) for layer in trainer.row()["layers"]), "there was no update yet"
    if steps > 1:
        trainer.step_once("batch", steps - 1)
    before = layers_of(trainer)
    trainer.step_once("batch", 1)
    for told, (w, _), (old, _) in zip(trainer.row()["layers"], layers_of(trainer), before, strict=True):
        assert told["update_ratio"] == pytest.approx(np.linalg.norm(w - old) / np.linalg.norm(w), rel=1e-9)


def test_update_ratio_does_not_depend_on_who_looked_when() -> None:
    looked, plain = (Trainer(resolve(experiment(batch_size=8))) for _ in range(2))
    for _ in range(6):
        looked.advance(1)
        looked.settle()
        looked.row()
    plain.advance(10**12, until_step=looked.step)
    plain.settle()
    assert looked.row() == plain.row()


def test_measuring_many_samples_in_chunks_is_measuring_them_at_once() -> None:
    trainer = Trainer(resolve(experiment(dataset=DATASETS.choice("spiral", samples=2_500, test_fraction=0.2))))
    scatter(trainer)
    x, t = samples_of(trainer)
    assert len(x) == 2_000
    row = trainer.row()
    gradients = backward(trainer.experiment, layers_of(trainer), x, t)
    for told, (dw, db) in zip(row["layers"], gradients, strict=True):
        assert told["gradient_norm"] == pytest.approx(np.sqrt((dw**2).sum() + (db**2).sum()), rel=1e-10)
    a = forward(trainer.experiment, layers_of(trainer), x)[-1].out
    assert row["train"]["accuracy"] == np.mean((a > 0.5) == t)


@pytest.mark.parametrize("epochs", [70, 1_010])
def test_rows_of_one_long_call_are_those_of_many_short_ones(epochs: int) -> None:
    """More rows than are measured in one call, and beyond the epoch from which not every epoch has one."""
    long, short = (Trainer(resolve(experiment(batch_size=16))) for _ in range(2))
    last = long.steps_to_epoch(epochs)
    while long.step < last or not long.settled:
        long.advance(10**12, until_step=last)
    while short.step < last or not short.settled:
        short.advance(3_000, until_step=last)
    np.testing.assert_array_equal(long.history.table, short.history.table)
    assert long.state.parameters.tobytes() == short.state.parameters.tobytes()


def test_whoever_watches_hears_of_the_very_rows_that_are_recorded() -> None:
    """Though training then stops after each epoch."""
    watched, plain = (Trainer(resolve(experiment(batch_size=16))) for _ in range(2))
    heard: list[float] = []
    watched.watch("test", lambda told: heard.append(told["test"]["loss"]))
    for trainer in (watched, plain):
        trainer.step_once("epoch", 80)
    np.testing.assert_array_equal(watched.history.table, plain.history.table)
    assert heard == plain.history.arrays()["test_loss"].tolist()[1:]
