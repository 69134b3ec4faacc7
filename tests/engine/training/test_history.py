"""The history: rows when they are due and never otherwise, numbered, and the same by row and by column."""

import numpy as np
import pytest

from engine import Experiment, Layer, Trainer, resolve
from engine.components.tasks import TASKS
from engine.data.datasets import DATASETS
from engine.training.history import LAYER_COLUMNS, next_epoch_due
from tests.engine.cases import experiment, points

FOREVER = 10**12


def due_epochs(last: int) -> list[int]:
    """Every epoch to 1,000, every 2nd to 2,000, every 4th to 4,000, every 8th to 8,000, ..."""
    found, stride = [0], 1
    while found[-1] < last:
        if found[-1] >= 1_000 * stride:
            stride *= 2
        found.append(found[-1] + stride)
    return [epoch for epoch in found if epoch <= last]


def test_rows_become_rarer_as_epochs_go_by() -> None:
    data = points((0.0,), (1.0,), (2.0,), targets=(0.0, 1.0, 1.0))
    trainer = Trainer(resolve(Experiment(dataset=data, layers=(Layer(units=1),), batch_size=2)))
    trainer.advance(FOREVER, until_step=2 * 4_500)
    trainer.settle()
    expected = due_epochs(4_500)
    assert expected[1_000:1_002] == [1_000, 1_002] and expected[1_500:1_502] == [2_000, 2_004]
    assert trainer.history.columns()["epoch"] == expected


def test_the_schedule_never_ends_and_stays_thin() -> None:
    epoch, rows = 0, 0
    while epoch < 10**9:
        epoch, rows = next_epoch_due(epoch), rows + 1
    assert rows < 12_000
    assert [next_epoch_due(epoch) for epoch in (0, 7, 999, 1_000, 1_001, 2_000, 3_999)] == [
        1, 8, 1_000, 1_002, 1_002, 2_004, 4_000,
    ]  # fmt: skip


@pytest.mark.parametrize(("samples", "tenths"), [(1_000, False), (1_001, True), (1_237, True)])
def test_tenths_of_an_epoch_where_it_has_over_a_thousand_steps(samples: int, tenths: bool) -> None:
    data = DATASETS.choice("circle", samples=samples, test_fraction=0.0)
    trainer = Trainer(resolve(Experiment(dataset=data, batch_size=1, layers=())))
    trainer.step_once("epoch", 2)
    per_epoch = 10 if tenths else 1
    steps = [-(-k * samples // per_epoch) for k in range(per_epoch + 1)]
    assert trainer.history.columns()["step"] == [*steps, *(samples + step for step in steps[1:])]


def test_rows_are_due_by_the_epoch_whatever_the_batch_size_was_or_is() -> None:
    """Single samples stepped by hand and a change of the batch size must not shift the schedule."""
    trainer = Trainer(resolve(experiment(batch_size=7)))  # 30 samples
    trainer.step_once("sample", 9)
    assert trainer.history.columns()["epoch"] == [0]
    trainer.step_once("epoch", 2)
    assert trainer.history.columns()["epoch"] == [0, 1, 2]


def test_a_row_is_recorded_at_most_once_for_a_step() -> None:
    trainer = Trainer(resolve(experiment()))
    trainer.step_once("epoch", 3)
    trainer.row(), trainer.settle(), trainer.row()
    columns = trainer.history.columns()
    assert columns["seq"] == [0, 1, 2, 3] and columns["epoch"] == [0, 1, 2, 3]
    assert trainer.row() == trainer.history.row(3)


@pytest.mark.parametrize("task", TASKS)
def test_rows_and_columns_say_the_same(task: str) -> None:
    trainer = Trainer(resolve(experiment(task)))
    trainer.step_once("epoch", 4)
    history = trainer.history
    rows, columns = history.rows(1), history.columns(1)
    assert [row["seq"] for row in rows] == columns["seq"] == [2, 3, 4]
    assert history.last_seq == 4 and history.rows(4) == [] and history.columns(4)["seq"] == []
    assert len(history.rows()) == len(history) == 5
    for name in ("step", "epoch", "learning_rate", "penalty"):
        assert [row[name] for row in rows] == columns[name]
    for part in ("train", "test"):
        for measure in rows[0][part]:
            assert [row[part][measure] for row in rows] == columns[f"{part}_{measure}"]
    assert all(row["validation"] is None for row in rows) and "validation_loss" not in columns
    for name in rows[0]["layers"][0]:
        assert [[layer[name] for layer in row["layers"]] for row in rows] == columns[name]


def test_rows_from_before_zero_weights_were_counted_are_still_taken() -> None:
    trainer = Trainer(resolve(experiment()))
    trainer.step_once("epoch", 2)
    rows = trainer.history.rows()
    table, layers = trainer.history.table.copy(), trainer.history.layers
    size = len(LAYER_COLUMNS)
    first = table.shape[1] - layers * size
    older = np.delete(table, range(first + LAYER_COLUMNS.index("zero_weights"), table.shape[1], size), axis=1)
    trainer.history.take(older)
    for row, taken in zip(rows, trainer.history.rows(), strict=True):
        for layer, before in zip(taken["layers"], row["layers"], strict=True):
            assert np.isnan(layer.pop("zero_weights")) and before.pop("zero_weights") == 0
        assert repr(taken) == repr(row), "as text, in which NaN equals NaN"
