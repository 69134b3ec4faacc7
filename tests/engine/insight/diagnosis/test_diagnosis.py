"""Diagnosis: each finding is provoked, its first fix cures it, and healthy runs are not accused of anything."""

import json
from dataclasses import asdict
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from engine import Experiment, Finding, InvalidExperiment, Trainer, diagnose, fixed_differences, resolve, to_data
from engine.insight.diagnosis.diagnosis import FINDINGS, examine
from engine.insight.diagnosis.evidence import Evidence
from engine.insight.diagnosis.fixes import merge_patch
from tests.engine.test_properties import QUICK, bytes_of, experiments

ADAPTER = TypeAdapter(Experiment)
LARGE = {"initializer": {"name": "random_normal", "stddev": 2}}
FEW = {"name": "circle", "samples": 200, "label_noise": 0.25}


def hidden(*units: int, activation: str = "tanh", **fields: Any) -> list[dict[str, Any]]:
    start = "he_normal" if activation in ("relu", "elu", "swish", "gelu") else "glorot_uniform"
    return [{"units": count, "activation": activation, "initializer": start, **fields} for count in units]


def rate(value: float, name: str = "sgd") -> dict[str, Any]:
    return {"name": name, "learning_rate": value}


def lopsided() -> dict[str, Any]:
    """Two clouds that overlap a little, one of them with a twelfth of the other's points."""
    draw = np.random.default_rng(0)
    points = np.vstack([draw.normal(0, 1, (300, 2)), draw.normal(1.8, 0.6, (25, 2))])
    return {"points": points.tolist(), "targets": [0.0] * 300 + [1.0] * 25}


def lengths() -> dict[str, Any]:
    """A table nobody has scaled: one column in the hundreds, one in the hundredths."""
    points = [[index * 37 % 200, index * 7 % 3 / 100] for index in range(200)]
    return {"points": points, "targets": [int(first > 100) for first, _ in points]}


def shifted() -> dict[str, Any]:
    """Points far from the origin, where the network's moving means begin."""
    points = np.random.default_rng(0).normal(0, 1, (300, 2))
    return {"points": (points + 8).tolist(), "targets": [int(first * second > 0) for first, second in points]}


def outlying() -> dict[str, Any]:
    """A plane to be learned, and among the test samples one that is a million times as far out as the others."""
    draw = np.random.default_rng(1)
    train, test = draw.uniform(-1, 1, (40, 2)), draw.uniform(-1, 1, (10, 2))
    targets, test_targets = train @ [2, 1], test @ [2, 1]
    test[0, 0] = 1e6
    named = {"points": train.tolist(), "targets": targets.tolist()}
    return named | {"test_points": test.tolist(), "test_targets": test_targets.tolist()}


def rare(seed: int) -> dict[str, Any]:
    """Two clouds that overlap much, with 240 and 10 points."""
    draw = np.random.default_rng(seed)
    points = np.vstack([draw.normal(0, 1, (240, 2)), draw.normal(1.2, 0.8, (10, 2))])
    return {"points": points.tolist(), "targets": [0.0] * 240 + [1.0] * 10}


DEEP = {"initializer": {"name": "random_normal", "stddev": 5}}
SMALL_NOISY = {"name": "circle", "samples": 150, "label_noise": 0.2}


# By finding: experiments that show it, each with the epochs after which they do.
PROVOKED: dict[str, list[tuple[dict[str, Any], int]]] = {
    "divergence": [
        ({"dataset": "regression_plane", "layers": hidden(8, activation="relu"), "optimizer": rate(1)}, 20),
        ({"dataset": "digits", "layers": hidden(32, activation="relu"), "optimizer": rate(3)}, 5),
        *(
            ({"dataset": "regression_plane", "layers": hidden(*[16] * 6, activation="relu", **DEEP), "seed": seed}, 20)
            for seed in range(4)
        ),
    ],
    "exploded_weights": [
        ({"layers": hidden(8, 8), "optimizer": rate(30)}, 50),
        ({"layers": hidden(16, 16, 16, 16, activation="relu", **LARGE)}, 50),
        ({"dataset": {"name": "houses", "standardize": False}, "layers": hidden(8, activation="relu")}, 20),
    ],
    "batch_of_one": [({"layers": hidden(8, 8, batch_normalization={}), "batch_size": 1}, epochs) for epochs in (0, 50)],
    "identical_units": [
        ({"layers": hidden(8, 8, initializer="zeros"), "output": {"initializer": "zeros"}}, epochs)
        for epochs in (0, 50)
    ]
    + [
        ({"layers": hidden(8, initializer={"name": "constant", "value": 0.5}), "output": {"initializer": "ones"}}, 50),
        ({"layers": hidden(8, activation="relu", initializer="zeros"), "output": {"initializer": "zeros"}}, 50),
    ],
    "unscaled_features": [
        ({"dataset": lengths()}, 50),
        ({"dataset": {"name": "wine", "standardize": False}}, 50),
        ({"dataset": {"name": "diabetes", "standardize": False}}, 50),
    ],
    "misfit_output": [({"dataset": "houses", "output": {"activation": "sigmoid"}}, 50)],
    "exploding_gradients": [
        ({"layers": hidden(16, 16, 16, 16, activation="relu", **LARGE), "optimizer": rate(1e-5)}, epochs)
        for epochs in (0, 50)
    ],
    "dead_relus": [
        ({"layers": hidden(8, activation="relu", bias_initializer={"name": "constant", "value": -20})}, epochs)
        for epochs in (0, 50)
    ]
    + [
        ({"layers": hidden(8, 8, activation="relu"), "optimizer": rate(10)}, 50),
        ({"layers": hidden(8, 8, activation="relu"), "optimizer": rate(0.3, "adam"), "dataset": "spiral"}, 100),
    ],
    "saturation": [({"layers": hidden(8, initializer={"name": "random_normal", "stddev": 10})}, 50)],
    "vanishing_gradients": [
        ({"layers": hidden(8, 8, 8, 8, activation="sigmoid")}, 50),
        ({"layers": hidden(8, 8, 8, initializer={"name": "random_normal", "stddev": 0.01})}, 50),
        ({"layers": hidden(8, activation="binary_step"), "dataset": "xor"}, 50),
    ],
    "learning_rate_too_high": [
        ({"optimizer": rate(10)}, 50),
        ({"optimizer": rate(1, "adam")}, 50),
        ({"optimizer": rate(0.5, "momentum")}, 50),
    ],
    "learning_rate_too_low": [
        ({"optimizer": rate(1e-4)}, 50),
        ({"optimizer": rate(1e-5, "adam")}, 50),
        ({"dataset": "regression_plane", "optimizer": rate(1e-6)}, 50),
        ({"schedule": {"name": "exponential", "decay": 0.5}, "dataset": "xor"}, 100),
    ],
    "plateau": [
        ({"dataset": {"name": "spiral", "turns": 2.5}, "layers": hidden(8, 8)}, 50),
        ({"layers": hidden(8, 8, activation="sigmoid")}, 50),
    ],
    "overfitting": [
        ({"dataset": FEW, "layers": hidden(32, 32, activation="relu"), "optimizer": rate(0.01, "adam")}, 300),
        ({"dataset": "diabetes", "layers": hidden(64, 64, activation="relu"), "optimizer": rate(0.01, "adam")}, 100),
    ],
    "underfitting": [
        ({"dataset": "xor", "layers": []}, 50),
        ({"layers": hidden(8, 8, activation="linear")}, 50),
        ({"layers": hidden(1)}, 300),
    ],
    "excessive_regularization": [
        ({"layers": hidden(8, 8, regularizer={"name": "l2", "rate": 1})}, 50),
        *(({"layers": hidden(4, 4, dropout=0.9), "seed": seed}, 50) for seed in range(6)),
        *(({"layers": hidden(8, 8, activation="relu", dropout=0.9), "seed": seed}, 100) for seed in range(3)),
    ],
    "lagging_statistics": [
        (
            {
                "dataset": shifted(),
                "layers": hidden(16, 16, activation="relu", batch_normalization={"momentum": 0.99}),
                "optimizer": rate(0.02, "adam"),
                "batch_size": None,
                "seed": seed,
            },
            120,
        )
        for seed in range(3)
    ],
    "runaway_test_loss": [
        (
            {
                "dataset": outlying(),
                "task": "regression",
                "layers": hidden(8, activation="relu"),
                "optimizer": rate(0.01, "adam"),
                "seed": seed,
            },
            100,
        )
        for seed in range(3)
    ],
    "class_imbalance": [({"dataset": lopsided(), "layers": hidden(4)}, 12)],
}
CASES = [
    pytest.param(name, index, id=f"{name}-{index}") for name, given in PROVOKED.items() for index in range(len(given))
]

HEALTHY: dict[str, dict[str, Any]] = {
    "default": {},
    "relu": {"layers": hidden(8, 8, activation="relu")},
    "no hidden layer": {"dataset": "gauss", "layers": []},
    "noisy": {"dataset": {"name": "gauss", "noise": 0.5}},
    "wrong labels": {"dataset": {"name": "circle", "label_noise": 0.2, "samples": 2000}},
    "xor, Adam": {"dataset": "xor", "layers": hidden(8, activation="relu"), "optimizer": "adam"},
    "spiral": {"dataset": "spiral", "layers": hidden(16, 16), "optimizer": rate(0.01, "adam")},
    "checkerboard": {"dataset": "checkerboard", "layers": hidden(32, 32, activation="gelu"), "optimizer": "adam"},
    "moons, momentum": {
        "dataset": {"name": "moons", "noise": 0.1},
        "layers": hidden(8, activation="relu"),
        "optimizer": "momentum",
    },
    "four blobs": {"dataset": {"name": "blobs", "classes": 4}},
    "rings, RMSprop": {"dataset": "rings", "layers": hidden(12, activation="elu"), "optimizer": "rmsprop"},
    "discs": {"dataset": "discs", "layers": hidden(16, activation="relu"), "optimizer": "adam"},
    "regression": {"dataset": "regression_plane", "layers": hidden(4)},
    "bumps": {"dataset": "regression_bumps", "layers": hidden(16, 16), "optimizer": rate(0.01, "adam")},
    "curve": {"dataset": "curve", "layers": hidden(16), "optimizer": rate(0.01, "adam")},
    "houses": {"dataset": "houses", "layers": hidden(8, activation="relu")},
    "iris": {"dataset": "iris", "optimizer": rate(0.01, "adam")},
    "diabetes": {"dataset": "diabetes", "layers": hidden(4, regularizer={"name": "l2", "rate": 0.01})},
    "digits": {"dataset": "digits", "layers": hidden(32, activation="relu"), "batch_size": 32},
    "one sigmoid layer": {"layers": hidden(8, activation="sigmoid"), "optimizer": rate(0.01, "adam")},
    "deep": {"layers": hidden(8, 8, 8, 8, 8), "optimizer": rate(0.003, "adam")},
    "wide": {"layers": hidden(256, activation="relu")},
    "normalized": {"layers": hidden(8, 8, activation="relu", batch_normalization={}), "batch_size": 25},
    "dropout": {"layers": hidden(32, activation="relu", dropout=0.2)},
    "half of a wide layer dropped": {
        "layers": hidden(64, activation="relu", dropout=0.5),
        "optimizer": rate(0.01, "adam"),
    },
    "a light penalty": {"layers": hidden(16, 16, regularizer={"name": "l2", "rate": 0.001})},
    "balanced classes": {"dataset": rare(0), "class_weight": "balanced", "layers": hidden(8)},
    "normalized in large batches": {
        "layers": hidden(8, 8, activation="relu", batch_normalization={"momentum": 0.9}),
        "batch_size": 50,
    },
    "full batch": {"batch_size": None, "optimizer": rate(0.01, "adam")},
    "single samples": {"batch_size": 1},
    "all features": {"features": ["x1", "x2", "x1_squared", "x2_squared", "x1_x2", "sin_x1", "sin_x2"]},
    "cosine": {"schedule": {"name": "cosine", "epochs": 200}},
    "squared error": {"loss": "mean_squared_error"},
    "hinge": {"loss": "hinge", "output": {"activation": "linear"}},
    "equal start below": {"layers": hidden(8, initializer={"name": "constant", "value": 0.5})},
    "four points": {
        "dataset": {"points": [[0, 0], [0, 1], [1, 0], [1, 1]], "targets": [0, 1, 1, 0], "test_fraction": 0},
        "layers": hidden(8),
        "optimizer": rate(0.05, "adam"),
    },
    "TensorFlow Playground": {
        "dataset": {"name": "tensorflow_playground", "shape": "circle", "noise": 0.1},
        "output": {"activation": "tanh"},
        "loss": "half_mean_squared_error",
    },
}


def trained(spec: dict[str, Any] | Experiment, epochs: int) -> Trainer:
    trainer = Trainer(resolve(spec if isinstance(spec, Experiment) else ADAPTER.validate_json(json.dumps(spec))))
    trainer.step_once("epoch", epochs)
    return trainer


@cache
def provoked(name: str, index: int) -> tuple[Trainer, list[Finding]]:
    trainer = trained(*PROVOKED[name][index])
    return trainer, diagnose(trainer)


def merged(target: Any, patch: Any) -> Any:
    """RFC 7396, section 2, to the letter."""
    if not isinstance(patch, dict):
        return patch
    target = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            target.pop(name, None)
        else:
            target[name] = merged(target.get(name), value)
    return target


def patched(experiment: Experiment, patch: dict[str, Any]) -> Experiment:
    return ADAPTER.validate_json(json.dumps(merged(to_data(experiment), patch)))


def complaint(name: str, trainer: Trainer) -> float:
    """The number that the finding complains about; lower is better."""
    evidence = Evidence(trainer)
    if name == "overfitting":
        seen, held = (
            evidence.errors(evidence.parts[part].outputs, evidence.parts[part].t) for part in ("train", "test")
        )
        return float(held.mean() - seen.mean())
    if name == "class_imbalance":
        rare = evidence.parts["train"].t[0] == 1
        return float(np.mean(evidence.parts["train"].outputs[0, rare] <= 0.5))
    if name in ("exploding_gradients", "exploded_weights"):
        return float(trainer.row()["train"]["loss"])
    if name == "lagging_statistics":
        return float(evidence.errors(evidence.parts["train"].outputs, evidence.parts["train"].t).mean())
    if name == "runaway_test_loss":
        return float(trainer.row()["test"]["loss"])
    if name == "batch_of_one" or trainer.step == 0:
        return 0.0  # before training there is nothing to be better at
    return -evidence.skill


def test_every_finding_is_provoked() -> None:
    assert list(PROVOKED) and set(PROVOKED) == set(FINDINGS)
    assert all(set(entry.explains) <= set(FINDINGS) for entry in FINDINGS.values())
    assert all(entry.exception.endswith(".") and entry.source for entry in FINDINGS.values())


@pytest.mark.parametrize(("name", "index"), CASES)
def test_it_is_found_and_first_where_it_is_the_cause(name: str, index: int) -> None:
    trainer, findings = provoked(name, index)
    assert findings[0].name == name
    found = findings[0]
    assert found.summary.endswith(".") and found.cause.endswith(".") and found.evidence
    assert any(character.isdigit() for character in found.summary)
    assert all(0 <= layer <= len(trainer.experiment.layers) for layer in found.layers)
    assert found.label == FINDINGS[name].label and found.fixes


@pytest.mark.parametrize(("name", "index"), CASES)
def test_the_first_fix_cures_it(name: str, index: int) -> None:
    spec, epochs = PROVOKED[name][index]
    before, findings = provoked(name, index)
    fix = findings[0].fixes[0]
    changed = patched(before.experiment, fix.patch)
    if fix.needs_reset:
        after = trained(changed, epochs)
    else:
        after = trained(spec, epochs)
        after.update(resolve(changed))
        after.step_once("epoch", epochs)
    assert name not in [finding.name for finding in diagnose(after)]
    assert after.diverged is None
    was, now = complaint(name, before), complaint(name, after)
    assert now <= was and (now < was - 0.05 or epochs == 0 or name == "batch_of_one"), (was, now)


@pytest.mark.parametrize("name", HEALTHY)
def test_what_is_healthy_is_not_accused(name: str) -> None:
    trainer = trained(HEALTHY[name], 0)
    for epochs in (0, 1, 4, 15, 40, 140):  # 0, 1, 5, 20, 60 and 200 epochs in all
        trainer.step_once("epoch", epochs)
        accused = [(finding.name, finding.evidence) for finding in diagnose(trainer)]
        assert accused == [], f"after {trainer.epoch:g} epochs"


@pytest.mark.parametrize("seed", range(4))
def test_the_fix_of_class_imbalance_is_not_called_underfitting(seed: int) -> None:
    """Skill is measured by balanced accuracy when the classes are weighted."""
    chosen = {"dataset": rare(seed), "class_weight": "balanced", "layers": hidden(8), "seed": seed}
    assert diagnose(trained(chosen, 150)) == []


@pytest.mark.parametrize("seed", range(8))
def test_the_l2_that_is_offered_against_overfitting_does_not_ruin_the_score(seed: int) -> None:
    chosen = {"dataset": SMALL_NOISY | {"seed": seed}, "layers": hidden(24, 24), "seed": seed}
    before = trained(chosen, 2500)
    found = next(finding for finding in diagnose(before) if finding.name == "overfitting")
    fix = next(fix for fix in found.fixes if "L2" in fix.label)
    after = trained(patched(before.experiment, fix.patch), 2500)
    was, now = (examine(trainer).scores["test"] for trainer in (before, after))
    assert now.value > was.value - 0.02 and now.loss < was.loss
    assert "underfitting" not in [finding.name for finding in diagnose(after)]


def test_a_score_shows_what_accuracy_hides() -> None:
    """A network that never answers with the rare class is half right."""
    score = examine(trained({"dataset": lopsided(), "layers": hidden(4)}, 12)).scores["train"]
    assert score.measure == "balanced_accuracy" and score.value < 0.75
    assert examine(trained({}, 5)).scores["test"].measure == "accuracy"


def test_a_small_test_part_that_is_off_by_chance_is_no_overfitting() -> None:
    """With 20 test samples and a fifth of all labels wrong, the parts differ a good deal: never by three errors."""
    for seed in range(20):
        data = {"name": "gauss", "samples": 400, "label_noise": 0.2, "test_fraction": 0.05, "seed": seed}
        assert diagnose(trained({"dataset": data, "layers": hidden(2)}, 40)) == []


def test_what_is_wrong_later_is_not_told_of_what_was_wrong_before() -> None:
    """A learning rate that was too low is forgiven once it is raised."""
    trainer = trained({"optimizer": rate(1e-5)}, 40)
    (found,) = diagnose(trainer)
    assert not found.fixes[0].needs_reset
    trainer.update(resolve(patched(trainer.experiment, found.fixes[0].patch)))
    trainer.step_once("epoch", 60)
    assert diagnose(trainer) == []


def test_equal_units_put_in_by_hand_are_seen() -> None:
    trainer = trained({"layers": hidden(3, 2)}, 5)
    layers = [{"weights": layer.weights, "biases": layer.biases} for layer in trainer.parameters()]
    layers[0] = {"weights": np.ones((2, 3)), "biases": np.ones(3)}
    trainer.set_parameters(layers)
    assert "identical_units" not in [finding.name for finding in diagnose(trainer)], "what goes out of them differs"
    layers[1]["weights"] = np.tile(layers[1]["weights"][:1], (3, 1))
    trainer.set_parameters(layers)
    (found,) = (finding for finding in diagnose(trainer) if finding.name == "identical_units")
    assert found.layers == [0] and found.evidence == {"units": 3, "different_units": 1}


def test_neighbors_know_what_can_be_learned() -> None:
    """On circles they know nearly all; where labels are drawn by lot, nothing."""
    known = Evidence(trained({}, 0)).reachable
    data = {"name": "circle", "samples": 2000, "label_noise": 0.5}
    assert known > 0.9 and abs(Evidence(trained({"dataset": data}, 0)).reachable) < 0.15


@pytest.mark.parametrize("name", ["default", "iris", "houses", "normalized"])
def test_looking_changes_nothing(name: str) -> None:
    looked, plain = (trained(HEALTHY[name], 2) for _ in range(2))
    for _ in range(5):
        looked.advance(1)  # in the middle of a step or of a measurement
        diagnose(looked)
    plain.advance(10**7, until_step=looked.step + 3)
    looked.advance(10**7, until_step=plain.step)
    assert bytes_of(looked) == bytes_of(plain)


def check(trainer: Trainer) -> None:
    """The answer is strict JSON once numbers that are not finite are null, and every fix can be trained."""
    for finding in diagnose(trainer):
        data = asdict(finding)
        assert all(isinstance(value, int | float) for value in data["evidence"].values())
        data["evidence"] = {key: value if np.isfinite(value) else None for key, value in data["evidence"].items()}
        json.dumps(data, allow_nan=False)
        for fix in finding.fixes:
            changed = resolve(patched(trainer.experiment, fix.patch))
            fixed = bool(fixed_differences(trainer.experiment, changed))
            assert fix.needs_reset or not fixed
            assert merge_patch(to_data(trainer.experiment), to_data(changed)), "it changes something"


@QUICK
@given(chosen=experiments(), epochs=st.sampled_from([0, 1, 3, 30]), data=st.data())
def test_whatever_the_experiment_and_the_numbers_it_answers(
    chosen: Experiment, epochs: int, data: st.DataObject
) -> None:
    try:
        trainer = Trainer(resolve(chosen))
    except InvalidExperiment:
        return
    trainer.advance(10**7, until_step=trainer.steps_to_epoch(epochs))
    check(trainer)
    table = trainer.history._table
    number = st.floats(allow_nan=True, allow_infinity=True, width=64)
    strange = np.array(data.draw(st.lists(number, min_size=1, max_size=9)))
    places = np.random.default_rng(data.draw(st.integers(0, 9))).random(table.shape) < 0.3
    table[places] = np.resize(strange, table.shape)[places]
    check(trainer)


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf, 0.0, 1e308, -1e308, 5e-324])
@pytest.mark.parametrize("name", ["default", "iris", "houses", "no hidden layer"])
def test_any_number_anywhere(name: str, number: float) -> None:
    trainer = trained(HEALTHY[name], 40)
    trainer.history._table[:] = number
    check(trainer)
    trainer = trained(HEALTHY[name], 40)
    trainer.state.parameters[:] = np.float32(np.clip(number, -3e38, 3e38))
    check(trainer)
