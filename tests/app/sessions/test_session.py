"""A session's states, its ends, and what it answers; without threads: the test is the scheduler."""

import math
from concurrent.futures import Future
from typing import Any

import numpy as np
import pytest

from app.problems import Problem
from app.schemas.requests import Pause, Play, Reset, Step, TrainEpochs, TrainSeconds, UntilEpochs, UntilMetric
from app.sessions.scheduler import Closed
from app.sessions.session import Session
from engine import EngineError, Experiment, Layer, Trainer, resolve, to_data
from engine.data.datasets import DATASETS
from tests.app.conftest import strict

EXPLOSIVE = b'{"layers": [], "dataset": "regression_plane", "optimizer": {"name": "sgd", "learning_rate": 1e6}}'


@pytest.fixture
def session() -> Session:
    return Session("one", Trainer(resolve(Experiment())))


def play(rate: float | None = None, until: Any = None) -> Play:
    return Play(command="play", rate=rate, until=until)


def run_until_it_rests(session: Session) -> None:
    while math.isfinite(session.due()):
        session.run(0.002)


def result(future: Future[Any], session: Session) -> Any:
    run_until_it_rests(session)
    return future.result(0)


def diverge(session: Session) -> None:
    session.patch(EXPLOSIVE, reset=True).result(0)
    session.play(play())
    run_until_it_rests(session)
    assert session.state == "diverged"


def test_from_ready_to_running_to_paused(session: Session) -> None:
    assert session.state == "ready" and session.due() == math.inf
    answer = session.play(play())
    assert answer["state"] == "running" and answer["rate"] is None
    session.run(0.005)
    assert session.trainer.step > 0
    answer = session.pause()
    assert answer["state"] == "paused" and answer["step"] == session.trainer.step
    assert session.due() == math.inf
    session.play(play())
    assert session.state == "running"


def test_who_waits_for_training_that_has_not_begun_is_told_of_the_end() -> None:
    """The order came in the middle of a step, and the session was closed before the step was done."""
    layers = (Layer(units=64), Layer(units=64))
    data = DATASETS.choice("circle", samples=2_000)
    session = Session("one", Trainer(resolve(Experiment(dataset=data, layers=layers, batch_size=None))))
    session.trainer.advance(1)
    assert not session.trainer.settled
    waiting = session.train(TrainSeconds(seconds=600))
    session.close()
    assert isinstance(waiting.exception(0), Closed)


def test_pausing_what_rests_changes_nothing(session: Session) -> None:
    assert session.pause()["state"] == "ready"


@pytest.mark.parametrize("epochs", [1, 7, 40])
def test_playing_to_an_epoch_ends_exactly_there(session: Session, epochs: int) -> None:
    session.play(play(until=UntilEpochs(epochs=epochs)))
    run_until_it_rests(session)
    answer = session.describe()
    assert (answer["state"], answer["epoch"]) == ("finished", epochs)
    assert str(epochs) in answer["reason"]
    assert session.trainer.history.row(session.trainer.history.last_seq)["epoch"] == epochs, "its row is recorded"
    assert session.play(play(until=UntilEpochs(epochs=epochs)))["state"] == "finished", "it is there already"
    assert session.play(play())["state"] == "running", "and may go on"


def test_playing_to_a_target_ends_at_the_first_row_that_meets_it(session: Session) -> None:
    session.play(play(until=UntilMetric(metric="test_accuracy", target=0.9)))
    run_until_it_rests(session)
    assert session.state == "finished"
    accuracies = session.trainer.history.columns()["test_accuracy"]
    assert accuracies[-1] >= 0.9 and max(accuracies[:-1]) < 0.9
    again = Session("two", Trainer(resolve(Experiment())))
    again.play(play(until=UntilMetric(metric="test_accuracy", target=0.9)))
    while math.isfinite(again.due()):
        again.run(0.0001)
    assert again.trainer.step == session.trainer.step, "however it was sliced"


def test_a_target_for_a_loss_is_met_from_above(session: Session) -> None:
    session.play(play(until=UntilMetric(metric="train_loss", target=0.3)))
    run_until_it_rests(session)
    losses = session.trainer.history.columns()["train_loss"]
    assert losses[-1] <= 0.3 < min(losses[:-1])
    assert session.play(play(until=UntilMetric(metric="train_loss", target=0.3)))["state"] == "finished"


@pytest.mark.parametrize("metric", ["validation_loss", "test_mean_absolute_error", "accuracy", "test", ""])
def test_an_unknown_metric_is_refused(session: Session, metric: str) -> None:
    with pytest.raises(Problem) as raised:
        session.play(play(until=UntilMetric(metric=metric, target=1)))
    assert raised.value.status == 422 and "train_loss" in raised.value.errors[0].expected
    assert session.state == "ready"


def test_training_by_epochs_and_seconds_leaves_it_paused(session: Session) -> None:
    answer = result(session.train(TrainEpochs(epochs=12)), session)
    assert (answer["state"], answer["epoch"]) == ("paused", 12)
    assert answer["metrics"]["train"]["loss"] == session.trainer.row()["train"]["loss"]
    answer = result(session.train(TrainSeconds(seconds=0.05)), session)
    assert answer["state"] == "paused" and answer["epoch"] > 12


def test_orders_are_carried_out_one_after_the_other(session: Session) -> None:
    first, second = session.train(TrainEpochs(epochs=5)), session.train(TrainEpochs(epochs=7))
    assert result(second, session)["epoch"] == 12 and first.result(0)["epoch"] == 5


def test_an_order_to_what_plays_trains_further_and_plays_on(session: Session) -> None:
    session.play(play(rate=0.01))
    answer = result_while_playing(session.train(TrainEpochs(epochs=30)), session)
    assert answer["epoch"] == 30 and answer["state"] == "running"


def result_while_playing(future: Future[Any], session: Session) -> Any:
    while not future.done():
        session.run(0.002)
    return future.result(0)


def test_an_order_nobody_waits_for_is_given_up(session: Session) -> None:
    order = session.train(TrainEpochs(epochs=1_000_000))
    session.run(0.002)
    assert order.cancel()
    run_until_it_rests(session)
    assert session.state == "paused" and session.trainer.epoch < 1_000_000


@pytest.mark.parametrize("end", ["pause", "reset", "diverge", "fail", "close"])
def test_whoever_waits_is_told_of_the_end(session: Session, end: str) -> None:
    order = session.train(TrainEpochs(epochs=1_000_000))
    session.run(0.002)
    if end == "pause":
        session.execute(Pause(command="pause"))
    elif end == "reset":
        session.execute(Reset(command="reset"))
    elif end == "diverge":
        session.trainer.diverged = "on purpose"
        session.run(0.002)
    elif end == "fail":
        session.fail(ZeroDivisionError())
    else:
        session.close()
    assert order.done()
    if end == "close":
        with pytest.raises(Closed):
            order.result(0)
    else:
        expected = {"pause": "paused", "reset": "paused", "diverge": "diverged", "fail": "failed"}
        assert order.result(0)["state"] == expected[end]


@pytest.mark.parametrize(("unit", "steps", "epoch"), [("batch", 3, 3 / 25), ("sample", 3, 3 / 250), ("epoch", 75, 3)])
def test_single_steps(session: Session, unit: Any, steps: int, epoch: float) -> None:
    session.play(play(rate=0.01))
    answer = result(session.step(Step(command="step", unit=unit, count=3)), session)
    assert (answer["step"], answer["epoch"], answer["state"]) == (steps, pytest.approx(epoch), "paused")


def test_a_change_among_single_samples_stands_in_the_journal_where_it_was_made(session: Session) -> None:
    """So that an earlier epoch is trained again just as it was."""
    stepping = session.step(Step(command="step", unit="sample", count=500))  # two epochs
    for rate in (b'{"optimizer": {"learning_rate": 0.1}}', b'{"batch_size": 5}'):
        session.run(1e-6)
        while session.trainer.step % 50 == 0:
            session.run(1e-6)
        session.patch(rate, reset=False)
    result(stepping, session)
    entries = session.trainer.journal.entries
    assert [entry.kind for entry in entries] == ["step", "patch", "step", "patch", "step"]
    assert sum(entry.what["count"] for entry in entries if entry.kind == "step") == 500
    passed = [entry.step for entry in entries]
    assert passed == sorted(passed)
    session.trainer.timeline.marks[1:] = []
    there = result(session.at(2, lambda trainer: trainer), session)
    assert there.step == session.trainer.step == 500
    assert np.array_equal(there.state.parameters, session.trainer.state.parameters)


def test_steps_of_single_samples_stand_in_the_journal(session: Session) -> None:
    result(session.step(Step(command="step", unit="sample", count=3)), session)
    result(session.step(Step(command="step", unit="batch", count=2)), session)
    entries = session.trainer.journal.as_data()["entries"]
    assert [(entry["kind"], entry["step"], entry["what"]) for entry in entries] == [
        ("step", 0, {"unit": "sample", "count": 3})
    ]


def test_a_reset_begins_a_new_run(session: Session) -> None:
    before = session.describe()
    result(session.train(TrainEpochs(epochs=3)), session)
    answer = session.reset(Reset(command="reset"))
    assert answer["run"] != before["run"]
    anew = {"run": None, "stage": None}
    assert answer | anew == before | anew, "the same seed: the same start"
    assert answer["stage"] > before["stage"], "and the newer answer"
    again = session.reset(Reset(command="reset", seed="new"))
    assert again["experiment"]["seed"] != before["experiment"]["seed"]
    assert again["metrics"]["train"]["loss"] != before["metrics"]["train"]["loss"]
    assert (
        session.patch(b'{"batch_size": 5}', reset=True).result(0)["experiment"]["seed"] == again["experiment"]["seed"]
    )


def test_a_new_run_plays_on_if_that_is_asked_for(session: Session) -> None:
    change = b'{"layers": []}'
    assert session.patch(change, reset=True, play=True).result(0)["state"] == "ready", "it did not play"
    until = UntilMetric(metric="test_accuracy", target=2.0)
    for asked, state in ((True, "running"), (False, "ready")):
        session.play(Play(command="play", rate=7.0, until=until))
        answer = session.patch(change, reset=True, play=asked).result(0)
        assert answer["state"] == state
        assert (answer["rate"], answer["until"]) == ((7.0, until.model_dump()) if asked else (None, None))
    session.play(Play(command="play", until=until))
    regression = b'{"dataset": {"name": "regression_plane"}, "task": "regression", "loss": null, "output": null}'
    answer = session.patch(regression, reset=True, play=True).result(0)
    assert answer["state"] == "ready", "there is no accuracy to play to"


def test_divergence_is_a_state_with_a_reason_and_everything_still_works(session: Session) -> None:
    diverge(session)
    answer = session.describe()
    assert "layer" in answer["reason"] and "step" in answer["reason"]
    assert all(np.isfinite(layer["weights"]).all() for layer in session.parameters(session.trainer)["layers"])
    session.trainer.boundary(10)
    session.trainer.predict([[1.0, 2.0]])
    for deed in (
        lambda: session.play(play()),
        lambda: session.step(Step(command="step")),
        lambda: session.train(TrainEpochs(epochs=1)),
    ):
        with pytest.raises(Problem, match="reset") as raised:
            deed()
        assert raised.value.status == 409 and raised.value.type == "urn:gradlab:diverged"
    assert session.pause()["state"] == "diverged"
    assert session.patch(b'{"optimizer": {"learning_rate": 0.01}}', reset=False).result(0)["state"] == "diverged"
    assert session.reset(Reset(command="reset"))["state"] == "ready"
    assert result(session.train(TrainEpochs(epochs=5)), session)["metrics"]["train"]["loss"] < 1


def test_weights_that_explode_but_stay_finite_are_warned_of(session: Session) -> None:
    body = b'{"dataset": {"name": "circle"}, "optimizer": {"name": "sgd", "learning_rate": 1e6}}'
    session.patch(body, reset=True).result(0)
    answer = result(session.train(TrainEpochs(epochs=5)), session)
    assert answer["state"] == "diverged" or "exploded" in answer["warning"]


def test_a_fault_fails_the_session_until_it_is_reset(session: Session) -> None:
    session.play(play())
    session.fail(ZeroDivisionError("secret"))
    answer = session.describe()
    assert answer["state"] == "failed" and "secret" not in answer["reason"]
    with pytest.raises(Problem) as raised:
        session.play(play())
    assert raised.value.status == 409
    assert session.reset(Reset(command="reset"))["state"] == "ready"


def test_a_live_patch_is_applied_and_stands_in_the_journal(session: Session) -> None:
    result(session.train(TrainEpochs(epochs=2)), session)
    answer = session.patch(b'{"optimizer": {"learning_rate": 0.5}, "batch_size": 20}', reset=False).result(0)
    assert answer["experiment"]["optimizer"]["learning_rate"] == 0.5 and answer["step"] == 50
    (entry,) = session.trainer.journal.as_data()["entries"]
    assert (entry["kind"], entry["step"], entry["epoch"]) == ("patch", 50, 2)
    assert entry["what"] == {"batch_size": 20, "optimizer": {"name": "sgd", "learning_rate": 0.5}}
    facts = session.facts
    session.patch(b'{"batch_size": 20}', reset=False).result(0)
    assert len(session.trainer.journal.entries) == 1 and session.facts == facts, "nothing changed"


def test_a_patch_that_needs_a_reset_says_so_and_changes_nothing(session: Session) -> None:
    with pytest.raises(Problem) as raised:
        session.patch(b'{"layers": [{"units": 3}], "batch_size": 20}', reset=False).result(0)
    assert raised.value.status == 409 and "?reset=true" in raised.value.detail
    assert [error.field for error in raised.value.errors] == ["layers"]
    assert session.describe()["experiment"]["batch_size"] == 10
    run = session.run_id
    answer = session.patch(b'{"layers": [{"units": 3}], "batch_size": 20}', reset=True).result(0)
    assert answer["run"] != run and [layer["units"] for layer in answer["experiment"]["layers"]] == [3]
    assert to_data(session.trainer.journal.experiment) == answer["experiment"] and not session.trainer.journal.entries


@pytest.mark.parametrize("reset", [False, True])
@pytest.mark.parametrize(
    "body",
    [b'{"task": "multiclass"}', b'{"features": ["x9"]}', b'{"dataset": {"samples": 2, "test_fraction": 0.9}}', b"{"],
)
def test_a_patch_that_is_refused_leaves_the_run_as_it_was(session: Session, body: bytes, reset: bool) -> None:
    before = session.describe()
    with pytest.raises((Problem, EngineError)):
        session.patch(body, reset).result(0)
    assert session.describe() == before


def test_changes_wait_for_the_step_under_way() -> None:
    # Full batch, many samples and wide layers: a step takes many chunks, so a short slice ends inside one.
    data, layers = b'"dataset": {"name": "circle", "samples": 20000}', b'"layers": [{"units": 200}, {"units": 200}]'
    big = b'{"batch_size": null, %b, %b}' % (data, layers)
    session = Session("big", Trainer(resolve(Experiment())))
    session.patch(big, reset=True).result(0)
    session.play(play())
    while session.trainer.settled:
        session.run(1e-6)
    step = session.trainer.step
    patch = session.patch(b'{"optimizer": {"learning_rate": 0.5}}', reset=False)
    assert not patch.done() and session.experiment_data["optimizer"]["learning_rate"] == 0.03
    while not patch.done():
        session.run(1e-6)
    assert session.trainer.journal.entries[0].step == session.trainer.step == step + 1
    while session.trainer.settled:
        session.run(1e-6)
    waiting = session.patch(b'{"optimizer": {"learning_rate": 0.1}}', reset=False)
    session.reset(Reset(command="reset"))
    with pytest.raises(Problem):
        waiting.result(0)


def test_parameters_are_put_in_and_stand_in_the_journal(session: Session) -> None:
    layers = [
        {"weights": (layer["weights"] + 0.25).tolist(), "biases": layer["biases"].tolist()}
        for layer in session.parameters(session.trainer)["layers"]
    ]
    answer = session.set_parameters(layers).result(0)
    for got, given in zip(answer["layers"], layers, strict=True):
        np.testing.assert_array_equal(got["weights"], np.float32(given["weights"]))
    entry = session.trainer.journal.entries[0]
    assert entry.kind == "parameters" and entry.step == 0
    with pytest.raises(EngineError):
        session.set_parameters(layers[:-1]).result(0)
    assert len(session.trainer.journal.entries) == 1


def test_a_journal_that_grows_too_large_says_so(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.training.journal.MOST_ENTRIES", 3)
    for size in range(1, 6):
        session.patch(b'{"batch_size": %d}' % size, reset=False).result(0)
    journal = session.trainer.journal.as_data()
    assert len(journal["entries"]) == 3 and not journal["complete"]


def test_a_session_can_be_told_in_strict_json(session: Session) -> None:
    from app.encoding import to_json

    diverge(session)
    for told in (
        session.describe(),
        session.summary(),
        session.parameters(session.trainer),
        session.trainer.journal.as_data(),
    ):
        strict(to_json(told))


@pytest.mark.parametrize(("unit", "size"), [("sample", 1), ("batch", 10)])
def test_a_step_answers_with_what_it_learned_from_and_its_metrics(session: Session, unit: Any, size: int) -> None:
    assert session.describe()["last_update"] is None
    answer = result(session.step(Step(command="step", unit=unit)), session)
    assert len(answer["last_update"].samples) == size
    assert answer["last_update"].loss < answer["last_update"].loss_before
    assert answer["step"] == 1 and answer["metrics"]["train"]["loss"] != session.trainer.history.row(0)["train"]["loss"]
    session.play(play())
    assert session.describe()["last_update"] is None, "it goes on"
