"""Experiments: merge patches as RFC 7396 has them, with what is particular to entries and nulls."""

import json
from typing import Any

import pytest

from app.experiments import patched, read_experiment
from app.problems import Problem
from engine import Experiment, resolve, to_data
from tests.app.conftest import strict
from tests.engine.insight.diagnosis.test_diagnosis import CASES as DIAGNOSED
from tests.engine.insight.diagnosis.test_diagnosis import merged, provoked


def patch(experiment: dict[str, Any], change: dict[str, Any]) -> Any:
    return to_data(patched(read_experiment(json.dumps(experiment).encode()), json.dumps(change).encode()))


def test_an_empty_body_is_the_default_experiment() -> None:
    assert read_experiment(b"") == read_experiment(b"{}") == Experiment()


@pytest.mark.parametrize("name", ["circle", "xor", "gauss", "spiral", "blobs", "regression_plane"])
def test_a_resolved_experiment_is_read_back_as_it_was(name: str) -> None:
    experiment = resolve(read_experiment(json.dumps({"dataset": name}).encode()))
    assert resolve(read_experiment(json.dumps(to_data(experiment)).encode())) == experiment


def test_objects_are_merged_and_lists_replaced() -> None:
    after = patch(
        {"layers": [{"units": 3}, {"units": 2}]}, {"layers": [{"units": 5}], "optimizer": {"learning_rate": 1}}
    )
    assert [layer["units"] for layer in after["layers"]] == [5]
    assert after["optimizer"] == {"name": "sgd", "learning_rate": 1}


def test_another_entry_keeps_the_arguments_it_knows() -> None:
    before = {"optimizer": {"name": "momentum", "learning_rate": 0.5, "momentum": 0.7}}
    after = patch(before, {"optimizer": {"name": "sgd"}})
    assert after["optimizer"] == {"name": "sgd", "learning_rate": 0.5}
    after = patch(before, {"optimizer": "sgd"})
    assert after["optimizer"]["learning_rate"] == 0.03, "a bare name means its defaults"


def test_a_bare_name_can_be_patched_like_an_object() -> None:
    after = patch({"output": {"regularizer": {"name": "l2", "rate": 0.1}}}, {"output": {"regularizer": {"rate": 0.2}}})
    assert after["output"]["regularizer"] == {"name": "l2", "rate": 0.2}
    after = patch({"layers": []}, {"output": {"initializer": {"name": "random_normal"}}})
    assert after["output"]["initializer"]["name"] == "random_normal"


def test_from_a_data_set_to_points_and_back() -> None:
    points = {"points": [[0, 1], [1, 0]], "targets": [0, 1]}
    after = patch({"dataset": {"name": "blobs", "classes": 4, "noise": 0.2}}, {"dataset": points})
    assert after["dataset"]["name"] == "points" and after["dataset"]["points"] == [[0, 1], [1, 0]]
    assert after["dataset"]["noise"] == 0.2 and "classes" not in after["dataset"]
    after = patch({"dataset": points}, {"dataset": {"name": "circle"}})
    assert after["dataset"]["name"] == "circle" and "points" not in after["dataset"]


@pytest.mark.parametrize(
    ("before", "change", "field", "value"),
    [
        ({}, {"batch_size": None}, "batch_size", None),
        ({"seed": 7}, {"seed": None}, "seed", 0),
        ({"layers": []}, {"layers": None}, "layers", to_data(Experiment())["layers"]),
        ({"loss": "mean_squared_error"}, {"loss": None}, "loss", None),
        ({"optimizer": "adam"}, {"optimizer": None}, "optimizer", {"name": "sgd", "learning_rate": 0.03}),
    ],
)
def test_null_is_null_where_it_may_be_and_else_the_default(
    before: dict[str, Any], change: dict[str, Any], field: str, value: Any
) -> None:
    assert patch(before, change)[field] == value


def test_null_inside_an_entry_is_its_default() -> None:
    before = {"optimizer": {"name": "adam", "beta_1": 0.5}, "seed": 3}
    after = patch(before, {"optimizer": {"beta_1": None}, "seed": None})
    assert after["optimizer"]["beta_1"] == 0.9 and after["seed"] == 0


def test_what_was_filled_in_is_filled_in_anew() -> None:
    after = patched(read_experiment(b'{"dataset": "circle"}'), b'{"dataset": {"name": "blobs"}}')
    resolved = resolve(after)
    assert resolved.task == "multiclass"
    assert to_data(resolved)["output"]["activation"] == "softmax"


@pytest.mark.parametrize("body", [b"[]", b"3", b"null", b'"x"', b"{", b'{"layers": [{"units": 0}]}', b'{"seed": NaN}'])
def test_a_wrong_patch_is_refused(body: bytes) -> None:
    with pytest.raises(Problem) as raised:
        patched(Experiment(), body)
    assert raised.value.status == 422
    strict(raised.value.response().body)


def test_nan_in_a_patch_names_its_field() -> None:
    with pytest.raises(Problem, match=r"optimizer\.learning_rate"):
        patched(Experiment(), b'{"optimizer": {"learning_rate": NaN}}')


@pytest.mark.parametrize(("name", "index"), DIAGNOSED)
def test_a_fix_is_applied_here_as_rfc_7396_has_it(name: str, index: int) -> None:
    trainer, findings = provoked(name, index)
    for fix in (fix for finding in findings for fix in finding.fixes):
        applied = patched(trainer.experiment, json.dumps(fix.patch).encode())
        expected = read_experiment(json.dumps(merged(to_data(trainer.experiment), fix.patch)).encode())
        assert resolve(applied) == resolve(expected)
