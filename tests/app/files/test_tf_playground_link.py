"""TensorFlow Playground's links: what is read from them, what is corrected and said, what is refused."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.experiments import read_experiment
from app.files.tf_playground_link import imported
from app.problems import Problem
from app.validation import unparse
from engine import Trainer, resolve

BASE = "https://playground.tensorflow.org/#"
SEED = "seed=0.12345"


def read(keys: str) -> tuple[dict[str, Any], list[str]]:
    found = imported(f"{BASE}{SEED}&{keys}")
    resolve(read_experiment(unparse(found["experiment"])))
    return found["experiment"], found["changes"]


def test_the_defaults_are_the_originals() -> None:
    experiment, changes = read("")
    assert changes == []
    assert experiment["dataset"] == {
        "name": "tensorflow_playground",
        "shape": "circle",
        "seed_text": "0.12345",
        "noise": 0,
        "test_fraction": 0.5,
    }
    assert [layer["units"] for layer in experiment["layers"]] == [4, 2]
    assert {layer["activation"] for layer in experiment["layers"]} == {"tanh"}
    assert experiment["features"] == ["x1", "x2"]
    assert experiment["optimizer"] == {"name": "sgd", "learning_rate": 0.03}
    assert experiment["batch_size"] == 10 and experiment["shuffle"] is False
    assert experiment["loss"] == "half_mean_squared_error" and experiment["output"]["activation"] == "tanh"


def test_every_key_is_read() -> None:
    experiment, changes = read(
        "activation=relu&regularization=L2&regularizationRate=0.03&batchSize=7&dataset=xor&regDataset=reg-gauss"
        "&problem=regression&learningRate=0.3&noise=35&networkShape=8,1,3&percTrainData=70&x=false&y=true&sinX=true"
        "&xTimesY=true&initZero=true&showTestData=true&discretize=true&hideText=true&playButton_hide=true&cosX=true"
    )
    assert changes == []
    assert experiment["task"] == "regression"
    assert experiment["dataset"]["shape"] == "bumps" and experiment["dataset"]["noise"] == 0.35
    assert experiment["dataset"]["test_fraction"] == pytest.approx(0.3)
    assert [layer["units"] for layer in experiment["layers"]] == [8, 1, 3]
    layer = experiment["layers"][0]
    assert layer["activation"] == "relu" and layer["regularizer"] == {"name": "l2", "rate": 0.015}
    assert layer["initializer"] == "zeros" and layer["bias_initializer"] == "zeros"
    assert (
        experiment["output"]["activation"] == "linear" and experiment["output"]["regularizer"] == layer["regularizer"]
    )
    assert experiment["features"] == ["x2", "x1_x2", "sin_x1"]
    assert experiment["batch_size"] == 7 and experiment["optimizer"]["learning_rate"] == 0.3


def test_no_hidden_layer_and_l1() -> None:
    experiment, changes = read("networkShape=&regularization=L1&regularizationRate=0.1")
    assert experiment["layers"] == [] and changes == []
    assert experiment["output"]["regularizer"] == {"name": "l1", "rate": 0.1}


def test_a_hidden_control_takes_its_feature_away() -> None:
    assert read("x_hide=true&xSquared=true")[0]["features"] == ["x2", "x1_squared"]


@pytest.mark.parametrize(
    ("keys", "field", "value", "said"),
    [
        ("activation=gelu", ("layers", 0, "activation"), "tanh", "activation=gelu"),
        ("dataset=moons", ("dataset", "shape"), "circle", "dataset=moons"),
        ("noise=81", ("dataset", "noise"), 0.5, "above 80"),
        ("noise=-3", ("dataset", "noise"), 0, "noise=-3"),
        ("noise=loud", ("dataset", "noise"), 0, "not a number"),
        ("batchSize=1000", ("batch_size",), 250, "never update a weight"),
        ("batchSize=0", ("batch_size",), 1, "batchSize=0"),
        ("batchSize=2.5", ("batch_size",), 2, "whole"),
        ("learningRate=NaN", ("optimizer", "learning_rate"), 0.03, "not a number"),
        ("learningRate=-1", ("optimizer", "learning_rate"), 0, "learningRate=-1"),
        ("learningRate=1e999", ("optimizer", "learning_rate"), 0.03, "not a number"),
        ("networkShape=4,0", ("layers", 1, "units"), 1, "between 1 and 512"),
        ("networkShape=4,many", ("layers", 1, "units"), 1, "networkShape=many"),
        ("networkShape=9999", ("layers", 0, "units"), 512, "between 1 and 512"),
        ("networkShape=1,1,1,1,1,1,1,1,1,1,1,1", ("layers", 9, "units"), 1, "12 hidden layers"),
        ("percTrainData=0&batchSize=5", ("dataset", "test_fraction"), 0.99, "percTrainData=0"),
        ("regularizationRate=-1&regularization=L1", ("output", "regularizer"), None, "regularizationRate=-1"),
        ("x=false&y=false", ("features",), ["x1", "x2"], "every feature off"),
        (f"seed={'9' * 500}", ("dataset", "seed_text"), "9" * 64, "longer than 64"),
    ],
)
def test_what_makes_no_sense_is_corrected_and_said(keys: str, field: tuple[Any, ...], value: Any, said: str) -> None:
    experiment, changes = read(keys)
    found: Any = experiment
    for part in field:
        found = found[part]
    assert found == value
    assert len(changes) == 1 and said in changes[0]


def test_a_link_without_a_seed_says_which_one_is_taken() -> None:
    found = imported(BASE)
    assert found["experiment"]["dataset"]["seed_text"] == "0.5"
    assert "0.5" in found["changes"][0]


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "not a link"),
        ("circle", "not a link"),
        ("javascript:alert(1)", "not a link"),
        ("file:///etc/passwd", "not a link"),
        ("https://example.org/#dataset=circle", "example.org"),
        ("https://playground.tensorflow.org.example.org/#", "example.org"),
        ("https://playground.tensorflow.org@example.org/#", "example.org"),
        ("https://[/#", "not a link"),
        (BASE + "x" * 5_000, "longer than"),
    ],
)
def test_other_links_are_refused(url: str, said: str) -> None:
    with pytest.raises(Problem) as problem:
        imported(url)
    assert problem.value.status == 422
    assert [error.field for error in problem.value.errors] == ["url"]
    assert said in problem.value.errors[0].message


VALUES = st.sampled_from(
    ["", "0", "-1", "1e300", "NaN", "Infinity", "true", "false", "8,8", ",,", "%00", "\ud800"]
) | st.text(max_size=30)
KEYS = st.sampled_from(
    [
        "activation",
        "regularization",
        "batchSize",
        "dataset",
        "regDataset",
        "learningRate",
        "regularizationRate",
        "noise",
        "networkShape",
        "seed",
        "percTrainData",
        "x",
        "y",
        "sinX",
        "problem",
        "initZero",
        "x_hide",
    ]
)


@settings(deadline=None)
@given(st.lists(st.tuples(KEYS, VALUES), max_size=8))
def test_hostile_links_give_an_experiment_that_trains_or_a_refusal(pairs: list[tuple[str, str]]) -> None:
    url = BASE + "&".join(f"{key}={value}" for key, value in pairs)
    try:
        found = imported(url)
    except Problem as problem:
        assert problem.status == 422
        return
    experiment = read_experiment(unparse(found["experiment"]))
    if sum(layer.units for layer in experiment.layers) < 50:
        Trainer(resolve(experiment)).step_once("batch", 1)
