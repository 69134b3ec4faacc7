"""Validation: every wrong field is named as the client wrote it, with what was given and what is allowed."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.experiments import EXPERIMENT
from app.problems import Problem
from app.schemas.requests import Command, Predict, Train
from app.validation import Checker, parse, unparse, written_path
from tests.app.conftest import strict

COMMAND: Checker[Any] = Checker(Command, "a command")
TRAIN: Checker[Any] = Checker(Train, "epochs or seconds")
PREDICT: Checker[Any] = Checker(Predict, "samples")


def errors(checker: Checker[Any], body: str | bytes) -> list[dict[str, Any]]:
    with pytest.raises(Problem) as raised:
        checker.read(body.encode() if isinstance(body, str) else body)
    assert raised.value.status == 422
    document = strict(raised.value.response().body)
    assert document["detail"]
    return document["errors"]


@pytest.mark.parametrize(
    ("body", "field", "given", "expected"),
    [
        ('{"layers": [{"units": 0}]}', "layers.0.units", 0, "1 to 512"),
        ('{"layers": [{"units": 513}]}', "layers.0.units", 513, "1 to 512"),
        ('{"layers": [{"units": "4"}]}', "layers.0.units", "4", "1 to 512"),
        ('{"layers": [{"units": true}]}', "layers.0.units", True, "1 to 512"),
        ('{"layers": [{"units": 4.5}]}', "layers.0.units", 4.5, "1 to 512"),
        ('{"layers": [{"units": NaN}]}', "layers.0.units", "NaN", "1 to 512"),
        ('{"seed": 1e999}', "seed", "Infinity", "0 to 4294967295"),
        ('{"seed": 99999999999999999999}', "seed", "99999999999999999999", "0 to 4294967295"),
        ('{"batch_size": 0}', "batch_size", 0, "1 to 20000 or null"),
        ('{"shuffle": "yes"}', "shuffle", "yes", "true or false"),
        ('{"dataset": {"name": "circle", "noise": -Infinity}}', "dataset.noise", "-Infinity", "0 to 5"),
        (
            '{"dataset": {"name": "circle", "test_fraction": 1}}',
            "dataset.test_fraction",
            1,
            "at least 0 and less than 1",
        ),
        ('{"features": []}', "features", [], "a list of 1 to 64 items or null"),
        ('{"layers": "deep"}', "layers", "deep", "a list of 0 to 10 items"),
        (
            '{"layers": [{"activation": {"name": "leaky_relu", "negative_slope": 7}}]}',
            *("layers.0.activation.negative_slope", 7, "0 to 1"),
        ),
        ('{"dataset": {"points": [[1, 2], [3, "x"]], "targets": [0, 1]}}', "dataset.points.1.1", "x", "a number"),
        ('{"dataset": {"points": [[1, 2], [3, NaN]], "targets": [0, 1]}}', "dataset.points.1.1", "NaN", "a number"),
        ("[]", "", [], "an object"),
        ('"circle"', "", "circle", "an object"),
        ("null", "", None, "an object"),
    ],
)
def test_wrong_values(body: str, field: str, given: Any, expected: str) -> None:
    error = errors(EXPERIMENT, body)[0]
    assert (error["field"], error["given"], error["expected"]) == (field, given, expected)
    assert error["message"]


@pytest.mark.parametrize(
    ("body", "field", "suggestion"),
    [
        ('{"layers": [{"activation": "rleu"}]}', "layers.0.activation", "relu"),
        ('{"optimizer": {"name": "adm"}}', "optimizer", "adam"),
        ('{"dataset": "circel"}', "dataset", "circle"),
        ('{"layer": []}', "layer", "layers"),
        ('{"layers": [{"unit": 4}]}', "layers.0.unit", "units"),
        ('{"optimizer": {"name": "sgd", "learning_rat": 1}}', "optimizer.learning_rat", "learning_rate"),
        ('{"dataset": {"points": [[1, 2]], "target": [0]}}', "dataset.target", "targets"),
    ],
)
def test_unknown_names_get_a_suggestion(body: str, field: str, suggestion: str) -> None:
    error = errors(EXPERIMENT, body)[0]
    assert error["field"] == field
    assert f"Did you mean '{suggestion}'?" in error["message"]
    assert suggestion in error["expected"]


def test_every_wrong_field_is_named_up_to_a_number() -> None:
    body = json.dumps({"layers": [{"units": 0}, {"units": -1}], "seed": -1})
    assert [error["field"] for error in errors(EXPERIMENT, body)] == ["layers.0.units", "layers.1.units", "seed"]
    points = json.dumps({"dataset": {"points": [["x"]] * 1000, "targets": [0] * 1000}})
    assert len(errors(EXPERIMENT, points)) == 20


def test_what_was_given_is_shortened() -> None:
    assert len(errors(EXPERIMENT, json.dumps({"layers": "x" * 10_000}))[0]["given"]) < 100
    assert errors(EXPERIMENT, json.dumps({"layers": [{"units": 1}] * 50}))[0]["given"] == "a list of 50 items"
    assert (
        errors(EXPERIMENT, json.dumps({"layers": {str(n): n for n in range(99)}}))[0]["given"]
        == "an object of 99 items"
    )


@pytest.mark.parametrize("body", ["", "{", '{"a" 1}', "\x00", '"\\ud800"', "[" * 100_000, '{"seed": 1}}', "1" * 5000])
def test_what_is_not_json(body: str) -> None:
    error = errors(EXPERIMENT, body)[0]
    assert error["field"] == "" and error["expected"] == "JSON"


@pytest.mark.parametrize("body", [b"\xff", b'{"seed": "\xed\xa0\x80"}', b"\xef\xbb\xbf{}", "{}".encode("utf-16")])
def test_what_is_not_utf8(body: bytes) -> None:
    assert errors(EXPERIMENT, body)[0]["expected"] == "JSON"


@pytest.mark.parametrize(
    ("checker", "body", "field", "expected"),
    [
        (COMMAND, '{"command": "ply"}', "command", "one of: play, pause, reset, step"),
        (COMMAND, "{}", "command", "one of: play, pause, reset, step"),
        (COMMAND, '{"command": "play", "rate": 0}', "rate", "more than 0 and at most 1000000 or null"),
        (COMMAND, '{"command": "play", "until": {"epochs": 0}}', "until.epochs", "1 to 1000000000"),
        (COMMAND, '{"command": "play", "until": {}}', "until.metric", "text"),
        (COMMAND, '{"command": "play", "until": {"metric": "test_loss", "target": NaN}}', "until.target", "a number"),
        (COMMAND, '{"command": "step", "count": 1001}', "count", "1 to 1000"),
        (COMMAND, '{"command": "step", "unit": "year"}', "unit", "one of: sample, batch, epoch"),
        (TRAIN, "{}", "epochs", "1 to 1000000"),
        (TRAIN, '{"epochs": 1, "seconds": 1}', "epochs", "only one of: epochs, seconds"),
        (TRAIN, '{"seconds": 601}', "seconds", "more than 0 and at most 600"),
        (PREDICT, "{}", "x", "a list of 0 to 20000 items"),
    ],
)
def test_other_bodies(checker: Checker[Any], body: str, field: str, expected: str) -> None:
    error = errors(checker, body)[0]
    assert (error["field"], error["expected"]) == (field, expected)


def test_a_path_is_read_without_the_tags_of_unions() -> None:
    document = {
        "dataset": {"points": [[1, "x"]], "targets": [1]},
        "layers": [{"activation": {"name": "elu", "alpha": 1}}],
    }
    assert written_path(("dataset", "points", "points", 0, 1), document) == ("dataset", "points", 0, 1)
    assert written_path(("dataset", "points", "targets"), document) == ("dataset", "targets")
    assert written_path(("layers", 0, "activation", "elu", "alpha"), document) == ("layers", 0, "activation", "alpha")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
)
KEYS = ["layers", "dataset", "optimizer", "output", "name", "units", "activation", "points", "targets", "loss", "seed"]
experiments = st.recursive(
    json_values | st.sampled_from(["circle", "sgd", "tanh", "l2", "points", "leaky_relu"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
)


@given(json_values | experiments)
def test_any_json_is_read_or_refused_with_a_problem(value: Any) -> None:
    body = unparse(value)
    for checker in (EXPERIMENT, COMMAND, TRAIN, PREDICT):
        try:
            checker.read(body)
        except Problem as problem:
            assert problem.status == 422
            strict(problem.response().body)


@given(st.binary())
def test_any_bytes_are_refused_with_a_problem(body: bytes) -> None:
    try:
        parse(body)
    except Problem as problem:
        assert problem.status == 422
