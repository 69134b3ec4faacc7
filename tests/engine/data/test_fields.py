"""Fields: rows are given as the table had them, and become the inputs that the network was trained on."""

from typing import Any

import numpy as np
import pytest

from engine import Experiment, InvalidInput, Trainer, resolve
from engine.data.cells import NumberFormat, moment_of, number_of, written
from engine.data.datasets import DATASETS, UploadedData
from engine.data.fields import Field, Fields
from engine.data.uploads import Table

FIELDS = (
    Field("sex", "text", ("female", "male"), ("sex: female", "sex: male")),
    Field("age"),
    Field("since", "date", start="2024-01-01T00:00:00", order="dmy"),
    Field("price", format=NumberFormat(",", ".")),
)


def table(task: Any = "binary") -> Table:
    draw = np.random.default_rng(0)
    male, age, days, price = (
        draw.integers(0, 2, 60),
        draw.uniform(20, 60, 60),
        draw.integers(0, 90, 60),
        draw.normal(size=60),
    )
    points = np.column_stack([1 - male, male, age, days, price]).astype(float)
    points[4, 2] = np.nan
    targets = (age + 5 * male > 42).astype(float) if task == "binary" else 1e8 + age
    columns = tuple(column for field in FIELDS for column in field.columns)
    return Table("people", columns, points, targets, task, ("no", "yes") if task == "binary" else None, FIELDS)


@pytest.fixture(params=["binary", "regression"])
def trainer(request: pytest.FixtureRequest) -> Trainer:
    tables = {"people": table(request.param)}
    trainer = Trainer(resolve(Experiment(dataset=UploadedData(upload="people")), tables))
    trainer.step_once("epoch", 30)
    return trainer


def test_rows_are_given_as_the_table_had_them(trainer: Trainer) -> None:
    ways = [
        ["male", 30, "2024-02-01", 1234.5],
        {"sex": "male", "age": 30, "since": "01.02.2024", "price": "1.234,5"},
        ["male", "30", 31, "1234.5"],
    ]
    expected = trainer.predict_points(np.array([[0, 1, 30, 31, 1234.5]]))[0]
    for way in ways:
        np.testing.assert_array_equal(trainer.predict([way])[0], expected)


@pytest.mark.parametrize("gap", [None, "", " ", "NA", "n/a"])
def test_a_gap_gets_the_mean_of_the_training_part(trainer: Trainer, gap: Any) -> None:
    means = trainer.data.parts["train"].points.mean(axis=0)
    np.testing.assert_allclose(trainer.data.encode([[gap] * 4])[0], [0, 0, *means[2:]], rtol=1e-12)
    np.testing.assert_allclose(trainer.data.encode([{}])[0], [0, 0, *means[2:]], rtol=1e-12)


@pytest.mark.parametrize(
    ("row", "field", "said"),
    [
        (["other", 1, None, 1], "x.0.sex", "female, male"),
        (["male", "old", None, 1], "x.0.age", "number"),
        (["male", 1, "yesterday", 1], "x.0.since", "date"),
        (["male", True, None, 1], "x.0.age", "number"),
        (["male", float("nan"), None, 1], "x.0.age", "finite"),
        (["male", 1, None, 10**400], "x.0.price", "finite"),
        (["male", [1], None, 1], "x.0.age", "number"),
        (["male", 1, None], "x.0", "3 values"),
        ({"sex": "male", "height": 3}, "x.0.height", "no input column 'height'"),
        ("male", "x.0", "list"),
    ],
)
def test_what_does_not_fit_is_told(trainer: Trainer, row: Any, field: str, said: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        trainer.predict([row])
    (error,) = refusal.value.errors
    assert error.field == field and said in error.message


def test_what_moved_an_answer_is_the_difference_to_a_typical_value(trainer: Trainer) -> None:
    row = ["male", 55, "2024-03-01", 0.3]
    fields = trainer.data.as_data()["fields"]
    outputs, labels = trainer.predict([row])
    (moves,) = trainer.moved([row])
    assert [abs(change) for _, change in moves] == sorted((abs(change) for _, change in moves), reverse=True)
    for name, change in moves:
        index = [field["name"] for field in fields].index(name)
        typical = trainer.data.encode([[*row[:index], fields[index]["typical"], *row[index + 1 :]]])
        if fields[index]["type"] == "date":
            typical[0, 3] = trainer.data.middle[3]  # told to the second
        other = trainer.predict_points(typical)[0]
        sign = -1 if labels == ["no"] else 1
        assert change == pytest.approx(sign * float(outputs[0, 0] - other[0, 0]), rel=1e-3, abs=1e-5)


def test_decoded_points_are_encoded_to_the_same() -> None:
    fields, points = Fields(FIELDS), np.nan_to_num(table().points, nan=30)
    np.testing.assert_allclose(fields.encode(fields.decode(points)), points, rtol=1e-12)


@pytest.mark.parametrize("name", ["circle", "iris", "houses", "curve", "digits"])
def test_built_in_sets_have_fields_of_numbers(name: str) -> None:
    trainer = Trainer(resolve(Experiment(dataset=DATASETS.choice(name))))
    data = trainer.data.as_data()
    assert [field["name"] for field in data["fields"]] == list(data["columns"])
    for field, column in zip(data["fields"], trainer.data.parts["train"].points.T, strict=True):
        assert field["type"] == "number" and field["low"] <= field["typical"] <= field["high"]
        assert field["low"] <= column.min() and field["high"] >= column.max()
    (moves,) = trainer.moved([[field["typical"] for field in data["fields"]]])
    assert len(moves) == len(data["columns"])


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1234567.0, "1234567"),
        (1e15, "1000000000000000"),
        (-0.0, "0"),
        (0.1, "0.1"),
        (20240101, "20240101"),
        (1e300, "1e+300"),
    ],
)
def test_numbers_are_written_in_full(number: float, text: str) -> None:
    assert written(number) == text and float(text) == number


@pytest.mark.parametrize("cell", ["", "1.2.3", "10.0.0.1", "2024", "24-01", "32.01.2024", "2024-13-01", "abc", "1/2"])
def test_what_is_no_date(cell: str) -> None:
    assert moment_of(cell, "dmy") is None


@pytest.mark.parametrize("cell", ["1,23,456", "1.23", "1e400", "--1", "1 2 3", "0x10", "1_000"])
def test_what_is_no_number_with_commas(cell: str) -> None:
    assert number_of(cell, NumberFormat(",", ".")) is None
