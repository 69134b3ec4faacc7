"""The trainer: the same bytes however it is sliced, divergence as a result, and true answers to every question."""

from dataclasses import replace
from itertools import cycle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import Experiment, InvalidExperiment, InvalidInput, Layer, Trainer, resolve
from engine.components.activations import ACTIVATIONS
from engine.components.initializers import INITIALIZERS
from engine.components.losses import LOSSES
from engine.components.optimizers import OPTIMIZERS
from engine.components.regularizers import REGULARIZERS
from engine.data.dataset import Data
from engine.data.datasets import DATASETS
from engine.reference import backward, forward
from tests.engine.cases import experiment, layers_of, points, put, samples_of, scatter

FOREVER = 10**12


def fingerprint(trainer: Trainer) -> tuple[bytes, str]:
    """All parameters and the whole history, to the last bit (repr of a float is exact)."""
    parameters = b"".join(w.tobytes() + b.tobytes() for w, b in layers_of(trainer))
    return parameters, repr(trainer.history.columns())


def trained(chosen: Experiment, steps: int, budgets: list[int] | None = None) -> Trainer:
    """A trainer at `steps`, advanced in slices of these budgets over and over, or in one go."""
    trainer = Trainer(resolve(chosen))
    for budget in cycle(budgets or [FOREVER]):
        if trainer.step >= steps and trainer.settled:
            return trainer
        trainer.advance(budget, until_step=steps)
    raise AssertionError("unreachable")


# Small batches; a batch of several chunks; and measurements of several chunks.
SLICED = {
    "batches of 10": (Experiment(dataset=DATASETS.choice("spiral"), optimizer=OPTIMIZERS.choice("adam")), 300),
    "split batches": (
        Experiment(dataset=DATASETS.choice("xor", samples=1_500), batch_size=None, layers=(Layer(units=16),) * 2),
        8,
    ),
    "one at a time": (Experiment(batch_size=1, precision="float64", optimizer=OPTIMIZERS.choice("momentum")), 600),
}


@pytest.mark.parametrize("name", SLICED)
@settings(max_examples=15, deadline=None, derandomize=True)
@given(budgets=st.lists(st.integers(0, 18).map(lambda power: 2**power), min_size=1, max_size=8))
def test_same_bytes_however_it_is_sliced(name: str, budgets: list[int]) -> None:
    chosen, steps = SLICED[name]
    assert fingerprint(trained(chosen, steps, budgets)) == fingerprint(trained(chosen, steps))


def test_looking_changes_nothing() -> None:
    chosen, steps = SLICED["split batches"]
    looked = Trainer(resolve(chosen))
    while looked.step < steps or not looked.settled:
        looked.advance(20_000, until_step=steps)
        looked.row(), looked.boundary(10), looked.neurons(5), looked.parameters(), looked.predict([[1.0, 2.0]])
    assert fingerprint(looked) == fingerprint(trained(chosen, steps))


def test_two_trainers_are_equal_and_another_seed_is_not() -> None:
    one, two = trained(Experiment(), 100), trained(Experiment(), 100)
    assert fingerprint(one) == fingerprint(two)
    other = trained(Experiment(seed=1), 100)
    assert fingerprint(other)[0] != fingerprint(one)[0]
    shuffled, fixed = (fingerprint(trained(Experiment(shuffle=shuffle), 100))[0] for shuffle in (True, False))
    assert shuffled != fixed


def test_advance_does_about_as_much_as_it_was_asked_for() -> None:
    trainer = Trainer(resolve(Experiment()))
    for work in (1, 10_000, 1_000_000):
        spent = trainer.advance(work)
        assert spent >= work or trainer.diverged
        assert spent < work + 1_000_000
    assert trainer.advance(FOREVER, until_step=trainer.step) < 1_000_000


@pytest.mark.parametrize("unit", ["sample", "batch", "epoch"])
def test_single_steps(unit: str) -> None:
    trainer = Trainer(resolve(Experiment(batch_size=7)))  # 36 steps in an epoch of 250
    trainer.step_once(unit, 3)
    assert trainer.step == {"sample": 3, "batch": 3, "epoch": 3 * 36}[unit]
    assert trainer.epoch == pytest.approx({"sample": 3 / 250, "batch": 21 / 250, "epoch": 3}[unit])
    trainer.step_once("batch", 1)
    trainer.step_once("epoch", 1)
    assert trainer.epoch == (1 if unit != "epoch" else 4)


def test_reset_starts_again() -> None:
    trainer = trained(Experiment(), 60)
    first = fingerprint(trainer)
    trainer.reset()
    assert (trainer.step, trainer.epoch, len(trainer.history)) == (0, 0, 1)
    assert fingerprint(trainer) == fingerprint(Trainer(resolve(Experiment())))
    trainer.advance(FOREVER, until_step=60)
    trainer.settle()
    assert fingerprint(trainer) == first
    trainer.reset(seed=9)
    assert trainer.experiment.seed == 9
    assert fingerprint(trainer) == fingerprint(Trainer(resolve(Experiment(seed=9))))


# Divergence


def explosive(**choices: object) -> Experiment:
    """The issue's own example: a learning rate of 1e6 on a linear network with squared error."""
    linear = Experiment(
        dataset=DATASETS.choice("regression_plane"),
        layers=(Layer(units=4, activation=ACTIVATIONS.choice("linear")),),
        optimizer=OPTIMIZERS.choice("sgd", learning_rate=1e6),
    )
    return replace(linear, **choices)


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_divergence_is_a_result_and_everything_goes_on_working(precision: str) -> None:
    trainer = Trainer(resolve(explosive(precision=precision)))
    trainer.advance(FOREVER)
    assert "grew too large" in trainer.diverged
    assert f"step {trainer.step + 1} " in trainer.diverged
    assert "layer 1" in trainer.diverged or "output layer" in trainer.diverged
    assert all(np.isfinite(w).all() and np.isfinite(b).all() for w, b in layers_of(trainer))
    assert trainer.advance(1_000) == 0, "a diverged run trains no further"
    assert trainer.row()["step"] == trainer.step
    trainer.boundary(5), trainer.neurons(5), trainer.predict([[0.0, 0.0]]), trainer.step_once("batch", 1)
    trainer.reset()
    assert trainer.diverged is None and trainer.step == 0
    assert fingerprint(trainer) == fingerprint(Trainer(resolve(explosive(precision=precision))))


def test_divergence_is_the_same_however_it_is_sliced() -> None:
    def end(budget: int) -> tuple[object, ...]:
        trainer = Trainer(resolve(explosive()))
        while trainer.diverged is None:
            trainer.advance(budget)
        return trainer.diverged, *fingerprint(trainer)

    assert end(1) == end(5_000) == end(FOREVER)


def weights(*sizes: float) -> list[tuple[np.ndarray, np.ndarray]]:
    """Layers of two units with all weights of one size each, and one output."""
    shapes = [(2, 2)] * (len(sizes) - 1) + [(2, 1)]
    return [(np.full(shape, size), np.zeros(shape[1])) for shape, size in zip(shapes, sizes, strict=True)]


@pytest.mark.parametrize(
    ("sizes", "name"),
    [
        ((1e38, 1e38, 1.0), "layer 2"),
        ((1e20, 1.0, 1e38), "the output layer"),
        ((3e38, 1.0, 1.0), "layer 1"),
    ],
)
def test_the_layer_that_broke_first_is_named(sizes: tuple[float, ...], name: str) -> None:
    linear = Layer(units=2, activation=ACTIVATIONS.choice("linear"))
    data = points((1.0, 1.0), (2.0, 1.0), (1.0, 2.0), targets=(0.0, 0.5, 1.0))
    trainer = Trainer(resolve(explosive(dataset=data, layers=(linear, linear))))
    put(trainer, weights(*sizes))
    assert f"numbers in {name} grew" in trainer.diverged
    put(trainer, weights(0.1, 0.1, 0.1))
    assert trainer.diverged is None, "finite weights put an end to it"


def test_an_explosion_that_stays_finite_is_said_too() -> None:
    trainer = Trainer(resolve(Experiment(optimizer=OPTIMIZERS.choice("sgd", learning_rate=1e6))))
    assert trainer.warning is None
    trainer.step_once("epoch", 20)
    assert trainer.diverged is None
    assert "exploded" in trainer.warning and "stay finite" in trainer.warning
    trainer.reset()
    assert trainer.warning is None


# Changes


def test_live_changes_act_from_the_next_step_on() -> None:
    changed = trained(Experiment(), 50)
    slow = resolve(replace(changed.experiment, optimizer=OPTIMIZERS.choice("sgd", learning_rate=0.0)))
    assert changed.update(slow) == ["optimizer.learning_rate"]
    before = fingerprint(changed)[0]
    changed.advance(FOREVER, until_step=80)
    assert fingerprint(changed)[0] == before, "a learning rate of 0 changes no weight"
    assert changed.history.row(changed.history.last_seq)["learning_rate"] == 0


def test_a_live_change_is_as_if_it_had_been_chosen_there() -> None:
    """The parameters of one experiment, trained on under another, equal those of a trainer of the other."""
    other = experiment(hidden="relu", regularizer=REGULARIZERS.choice("l2", rate=0.1), batch_size=5, shuffle=False)
    changed = Trainer(resolve(experiment(batch_size=10, shuffle=False)))
    changed.step_once("epoch", 1)
    fresh = Trainer(resolve(other))
    put(fresh, layers_of(changed))
    fields = changed.update(resolve(other))
    assert "batch_size" in fields and "layers.0.activation" in fields and "output.regularizer" in fields
    for trainer in (changed, fresh):
        trainer.step_once("batch", 4)
    assert fingerprint(changed)[0] == fingerprint(fresh)[0]


@pytest.mark.parametrize(
    ("choices", "field"),
    [
        ({"seed": 1}, "seed"),
        ({"layers": (Layer(units=5), Layer(units=2))}, "layers.0.units"),
        ({"optimizer": OPTIMIZERS.choice("adam")}, "optimizer"),
        ({"dataset": DATASETS.choice("xor")}, "dataset"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_fixed_fields_need_a_reset_and_nothing_is_changed(choices: dict[str, object], field: str) -> None:
    trainer = trained(Experiment(), 10)
    before = trainer.experiment
    with pytest.raises(InvalidExperiment) as caught:
        trainer.update(resolve(replace(before, batch_size=3, **choices)))
    assert field in [error.field for error in caught.value.errors]
    assert trainer.experiment == before


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_parameters_survive_being_taken_out_and_put_in(precision: str) -> None:
    chosen = Experiment(precision=precision)
    trainer, other = trained(chosen, 40), Trainer(resolve(chosen))
    as_json = [{"weights": w.tolist(), "biases": b.tolist()} for w, b in layers_of(trainer)]
    other.set_parameters(as_json)
    assert fingerprint(other)[0] == fingerprint(trainer)[0]
    taken = trainer.parameters()
    taken[0].weights[:] = 7
    assert (trainer.parameters()[0].weights != 7).all(), "what is handed out is a copy"
    assert all(w.dtype == precision for w, _ in layers_of(trainer))


@pytest.mark.parametrize(
    ("spoil", "field"),
    [
        (lambda layers: layers[:-1], "layers"),
        (lambda layers: [{**layers[0], "weights": [[1.0, 2.0]]}, *layers[1:]], "layers.0.weights"),
        (lambda layers: [layers[0], {**layers[1], "biases": [1.0]}, layers[2]], "layers.1.biases"),
        (lambda layers: [{**layers[0], "biases": [[1.0], 2.0]}, *layers[1:]], "layers.0.biases"),
        (lambda layers: [{**layers[0], "biases": [0.0, 0.0, 0.0, float("nan")]}, *layers[1:]], "layers.0.biases"),
        (lambda layers: [{**layers[0], "biases": [0.0, 0.0, 0.0, 1e39]}, *layers[1:]], "layers.0.biases"),
        (lambda layers: [{"weights": layers[0]["weights"]}, *layers[1:]], "layers.0.biases"),
    ],
)
def test_parameters_that_do_not_fit_are_refused_and_nothing_is_changed(spoil: object, field: str) -> None:
    trainer = Trainer(resolve(Experiment()))
    before = fingerprint(trainer)
    with pytest.raises(InvalidInput) as caught:
        trainer.set_parameters(spoil([{"weights": w.tolist(), "biases": b.tolist()} for w, b in layers_of(trainer)]))
    assert caught.value.errors[0].field == field
    assert fingerprint(trainer) == before


# Looking


@pytest.mark.parametrize("name", ["circle", "iris", "regression_plane"])
def test_predictions_equal_the_reference(name: str) -> None:
    trainer = Trainer(resolve(Experiment(dataset=DATASETS.choice(name), precision="float64")))
    scatter(trainer)
    raw = trainer.data.as_data()["parts"]["test"]["points"]
    x, _ = samples_of(trainer, "test")
    answers, labels = trainer.predict(raw.tolist())
    expected = forward(trainer.experiment, layers_of(trainer), x)[-1].out
    np.testing.assert_allclose(answers, expected, rtol=1e-12)
    classes = trainer.data.as_data()["targets"]["classes"]
    if classes is None:
        assert labels == answers[:, 0].tolist()
    elif len(classes) == 2:
        assert labels == [classes[int(a > 0.5)] for a in answers[:, 0]]
    else:
        assert labels == [classes[k] for k in answers.argmax(axis=1)]


@pytest.mark.parametrize(
    ("x", "field"),
    [
        ([[1.0, 2.0], [3.0]], "x.1"),
        ([[1.0, 2.0, 3.0]], "x.0"),
        ([[float("nan"), 0.0]], "x.0.x1"),
        ([[0.0, 1e999]], "x.0.x2"),
    ],
)
def test_samples_that_do_not_fit_are_refused(x: list[list[float]], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Trainer(resolve(Experiment())).predict(x)
    assert caught.value.errors[0].field == field


def test_the_boundary_is_the_prediction_at_its_place() -> None:
    trainer = Trainer(resolve(experiment()))
    scatter(trainer)
    boundary = trainer.boundary(7)
    low1, high1, low2, high2 = boundary.domain
    assert boundary.values.shape == (1, 7, 7)
    for row, column in ((0, 0), (0, 6), (6, 0), (2, 5)):
        x1 = low1 + (high1 - low1) * column / 6
        x2 = high2 - (high2 - low2) * row / 6
        assert boundary.values[0, row, column] == pytest.approx(trainer.predict([[x1, x2]])[0][0, 0], rel=1e-12)


def test_row_zero_is_the_highest_x2() -> None:
    """A network that answers x2 itself."""
    trainer = Trainer(resolve(experiment("regression", units=())))
    put(trainer, [(np.array([[0.0], [1.0]]), np.zeros(1))])
    values = trainer.boundary(5).values[0]
    np.testing.assert_allclose(values, np.repeat(np.linspace(6, -6, 5)[:, None], 5, axis=1))
    put(trainer, [(np.array([[1.0], [0.0]]), np.zeros(1))])
    np.testing.assert_allclose(trainer.boundary(5).values[0], np.repeat(np.linspace(-6, 6, 5)[None], 5, axis=0))


def test_maps_of_neurons_come_layer_by_layer_and_end_with_the_boundary() -> None:
    trainer = Trainer(resolve(experiment("multiclass")))
    scatter(trainer)
    maps = trainer.neurons(6)
    assert [found.shape for found in maps] == [(5, 6, 6), (3, 6, 6), (3, 6, 6)]
    np.testing.assert_array_equal(maps[-1], trainer.boundary(6).values)


def test_other_columns_stay_at_their_mean() -> None:
    trainer = Trainer(resolve(Experiment(dataset=DATASETS.choice("iris"), precision="float64")))
    raw = trainer.data.as_data()["parts"]["train"]["points"]
    low1, _, _, high2 = trainer.boundary(3).domain
    corner = raw.mean(axis=0)
    corner[list(trainer.data.as_data()["axes"])] = low1, high2
    expected = trainer.predict([corner.tolist()])[0][0]
    np.testing.assert_allclose(trainer.boundary(3).values[:, 0, 0], expected, rtol=1e-12)


@pytest.mark.parametrize("resolution", [1, 0, -5, 101])
def test_a_resolution_out_of_bounds_is_refused(resolution: int) -> None:
    with pytest.raises(InvalidInput) as caught:
        Trainer(resolve(Experiment())).boundary(resolution)
    assert caught.value.errors[0].field == "resolution"


# Learning


@pytest.mark.parametrize("units", [2, 7])
def test_with_equal_weights_units_stay_equal_and_nothing_is_learned(units: int) -> None:
    """Symmetry: from zeros no unit can become other than its neighbor, and a circle stays a coin toss."""
    zeros = INITIALIZERS.choice("zeros")
    layers = (Layer(units=units, initializer=zeros), Layer(units=units, initializer=zeros))
    base = experiment(layers=layers, dataset=DATASETS.choice("circle", samples=500))
    trainer = Trainer(resolve(replace(base, output=replace(base.output, initializer=zeros))))
    assert trainer.row()["train"]["loss"] == pytest.approx(np.log(2), rel=1e-12)
    trainer.step_once("epoch", 100)
    for w, b in layers_of(trainer)[:-1]:
        assert (w == w[:, :1]).all() and (b == b[0]).all()
    assert trainer.row()["train"]["loss"] == pytest.approx(np.log(2), abs=1e-3)


@pytest.mark.parametrize(
    ("name", "epochs", "accuracy"),
    [("circle", 200, 0.97), ("xor", 300, 0.95), ("gauss", 20, 0.99), ("iris", 300, 0.93)],
)
def test_a_small_network_learns(name: str, epochs: int, accuracy: float) -> None:
    chosen = Experiment(
        dataset=DATASETS.choice(name), layers=(Layer(units=8), Layer(units=4)), optimizer=OPTIMIZERS.choice("adam")
    )
    trainer = Trainer(resolve(chosen))
    trainer.step_once("epoch", epochs)
    assert trainer.row()["test"]["accuracy"] >= accuracy


def test_a_plane_is_fitted_exactly() -> None:
    trainer = Trainer(
        resolve(experiment("regression", units=(), optimizer=OPTIMIZERS.choice("sgd", learning_rate=0.01)))
    )
    trainer.step_once("epoch", 300)
    np.testing.assert_allclose(trainer.parameters()[0].weights, 0.1, atol=1e-8)


def test_regularization_keeps_weights_small_and_l1_makes_them_zero() -> None:
    def norm(regularizer: str | None) -> list[np.ndarray]:
        choice = regularizer and REGULARIZERS.choice(regularizer, rate=0.01)
        trainer = Trainer(
            resolve(experiment(regularizer=choice, optimizer=OPTIMIZERS.choice("sgd", learning_rate=0.3), units=(8,)))
        )
        trainer.step_once("epoch", 300)
        return [np.abs(w) for w, _ in layers_of(trainer)]

    free, priced = norm(None), {name: norm(name) for name in ("l1", "l2")}
    for found in priced.values():
        assert sum(map(np.sum, found)) < 0.7 * sum(map(np.sum, free))
    zeros = {name: sum(int((w == 0).sum()) for w in found) for name, found in priced.items()}
    assert zeros["l1"] > 5 and zeros["l2"] == 0, "only l1 pulls as hard at a small weight as at a large one"


def test_given_points_are_learned() -> None:
    data = points((0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0), targets=(0.0, 1.0, 1.0, 0.0))
    layers = (Layer(units=8),)
    trainer = Trainer(
        resolve(Experiment(dataset=data, layers=layers, optimizer=OPTIMIZERS.choice("adam", learning_rate=0.05)))
    )
    trainer.step_once("epoch", 500)
    assert trainer.predict([[0.0, 1.0], [1.0, 1.0]])[1] == ["class 1", "class 0"]
    assert trainer.row()["test"] is None and trainer.row()["validation"] is None


def test_squared_error_with_sigmoid_learns_slowly_from_confident_mistakes() -> None:
    """What the loss's hazard says, and why the other loss is the default."""

    def first_gradient(loss: str) -> float:
        trainer = Trainer(resolve(experiment(output="sigmoid", loss=loss, units=())))
        put(trainer, [(np.zeros((2, 1)), np.array([-20.0]))])
        return float(trainer.row()["layers"][0]["gradient_norm"])

    assert LOSSES["binary_crossentropy"].joined == "sigmoid"
    assert first_gradient("mean_squared_error") < 1e-6 < 0.1 < first_gradient("binary_crossentropy")


# Where things are measured


LARGE = DATASETS.choice("circle", samples=20_000, noise=0.4)


def test_rows_of_large_parts_are_exact_over_all_samples() -> None:
    trainer = Trainer(resolve(Experiment(dataset=LARGE, layers=(Layer(units=8),), precision="float64")))
    trainer.step_once("epoch", 2)
    row, gradients = trainer.history.row(2), backward(trainer.experiment, layers_of(trainer), *samples_of(trainer))
    for part in ("train", "test"):
        x, t = samples_of(trainer, part)
        assert len(x) == 10_000
        a = forward(trainer.experiment, layers_of(trainer), x)[-1].out
        assert row[part]["accuracy"] == np.mean((a > 0.5) == (t > 0.5)), "not of a draw"
        assert row[part]["loss"] == pytest.approx(-(t * np.log(a) + (1 - t) * np.log(1 - a)).mean(), rel=1e-12)
    for told, (dw, db) in zip(row["layers"], gradients, strict=True):
        assert told["gradient_norm"] == pytest.approx(np.sqrt((dw**2).sum() + (db**2).sum()), rel=1e-10)
    assert trainer.row_samples() == {"train": 10_000, "test": 10_000}


def test_answers_between_rows_are_exact_too_unless_that_takes_long_and_then_they_say_so() -> None:
    small = Trainer(resolve(Experiment(dataset=LARGE)))
    small.step_once("batch", 5)
    assert small.row_samples() == {"train": 10_000, "test": 10_000}
    assert small.row()["train"] == small.measured()["train"]
    large = Trainer(resolve(Experiment(dataset=LARGE, layers=(Layer(units=60),) * 2)))
    assert large.row_samples() == {"train": 10_000, "test": 10_000}, "the row of step 0 is recorded"
    large.step_once("batch", 1)
    assert large.row_samples() == {"train": 2_000, "test": 2_000}
    assert large.coverage("train") == {"samples": 2_000, "all": 10_000}
    drawn, exact = large.row(), large.measured()
    assert 0 < abs(drawn["train"]["loss"] - exact["train"]["loss"]) < 0.05, "a fair draw, not all samples"
    other = Trainer(resolve(replace(large.experiment, seed=1)))
    other.step_once("batch", 1)
    put(other, layers_of(large))
    assert other.history.row(other.history.last_seq)["train"] == exact["train"]
    assert all((mine == its).all() for mine, its in zip(other.at_once("test"), large.at_once("test"), strict=True))


def test_a_row_of_a_large_part_is_measured_in_slices() -> None:
    trainer = Trainer(resolve(Experiment(dataset=LARGE, layers=(Layer(units=60),) * 2)))
    trainer.advance(FOREVER, until_step=trainer.steps_to_epoch(1) - 1)
    slices = 0
    while trainer.history.last_seq < 1:
        assert trainer.advance(1 << 20) < 1 << 23, "a chunk more, at most, than it was told"
        slices += 1
    assert slices > 20


def test_the_plane_of_given_points_has_a_margin() -> None:
    trainer = Trainer(resolve(Experiment(dataset=points((0.0, 5.0), (10.0, 5.0), (4.0, 5.0), targets=(0.0, 1.0, 1.0)))))
    assert trainer.boundary(2).domain == pytest.approx((-1, 11, 4, 6))
    assert Data(trainer.experiment).plane(2).T.tolist() == [[-1, 6], [11, 6], [-1, 4], [11, 4]]
