"""A run can be looked at and taken up again at every epoch that it has passed."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from engine import Experiment, InvalidExperiment, InvalidInput, Layer, Trainer, Visit, resolve
from engine.components.batch_norm import BatchNormalization
from engine.components.optimizers import OPTIMIZERS
from engine.components.schedules import SCHEDULES
from engine.compute.kernel import IN_EPOCH
from engine.data.datasets import DATASETS
from engine.experiment import EarlyStopping, Input
from engine.limits import LIMITS, Limits
from engine.training.time_travel import Course, reachable
from tests.engine.test_properties import bytes_of, experiments

SMALL = Experiment(dataset=DATASETS.choice("circle", samples=40), batch_size=7)
RICH = replace(
    SMALL,
    layers=(Layer(5, batch_normalization=BatchNormalization(), dropout=0.3), Layer(3)),
    input=Input(noise=0.2),
    optimizer=OPTIMIZERS.choice("adam"),
    schedule=SCHEDULES.choice("reduce_on_plateau", patience=2),
)
IMPATIENT = replace(
    RICH,
    dataset=DATASETS.choice("circle", samples=60, validation_fraction=0.3),
    early_stopping=EarlyStopping(patience=2),
)


def visited(run: Trainer, epoch: int, work: int = 3_000) -> Trainer:
    visit = Visit(run, epoch)
    while not visit.done:
        visit.advance(work)
    return visit.trainer


def change(trainer: Trainer, what: str, number: int) -> None:
    """One thing that a user may do."""
    asked = trainer.asked
    match what:
        case "train":
            trainer.step_once("batch", number)
        case "samples":
            first = trainer.step
            trainer.step_once("sample", number)
            trainer.note_samples(first)
        case "batch_size":
            trainer.update(resolve(replace(asked, batch_size=number)))
        case "shuffle":
            trainer.update(resolve(replace(asked, shuffle=not asked.shuffle)))
        case "rate":
            entry = OPTIMIZERS.of(asked.optimizer).name
            rated = OPTIMIZERS.choice(entry, learning_rate=number / 100)
            trainer.update(resolve(replace(asked, optimizer=rated)))
        case "parameters":
            layers = trainer.as_given()
            layers[0]["weights"] = layers[0]["weights"] * (1 + number / 10)
            trainer.set_parameters(layers)
        case "prune":
            layers = trainer.as_given()
            mask = np.ones_like(layers[0]["weights"])
            mask[0, number % mask.shape[1]] = 0
            trainer.set_parameters([layers[0] | {"mask": mask}, *layers[1:]])
        case "resume":
            trainer.go_on()


KINDS = ["train", "train", "samples", "batch_size", "shuffle", "rate", "parameters", "prune", "resume"]
ACTS = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(1, 20)), min_size=1, max_size=12)
QUICK = settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)


@QUICK
@given(
    chosen=st.sampled_from([SMALL, RICH, IMPATIENT]) | experiments(), acts=ACTS, first_work=st.sampled_from([0, 10_000])
)
def test_every_epoch_is_shown_as_it_was_whatever_was_changed_on_the_way(
    chosen: Experiment, acts: list[tuple[str, int]], first_work: int
) -> None:
    try:
        with pytest.MonkeyPatch.context() as patch:  # with checkpoints at every epoch, or further apart
            patch.setattr("engine.training.checkpoints.FIRST_WORK", first_work)
            run = Trainer(resolve(chosen))
    except InvalidExperiment:
        return
    seen: dict[int, Any] = {0: bytes_of(run)}
    for what, number in acts:
        try:
            for _ in range(number if what == "train" else 1):  # step by step, to see every epoch's end
                change(run, what, 1 if what == "train" else number)
                if run._clock[IN_EPOCH] == 0:
                    seen[int(run.epoch)] = bytes_of(run)
        except InvalidExperiment:
            pass
        if run.diverged:
            break
    for epoch, bytes_then in seen.items():
        assert bytes_of(visited(run, epoch, 500)) == bytes_then, (epoch, run.journal.entries)


@pytest.mark.parametrize("chosen", [SMALL, RICH, IMPATIENT], ids=["plain", "rich", "early stopping"])
def test_a_fork_has_the_future_that_the_run_had_there(chosen: Experiment) -> None:
    run = Trainer(resolve(chosen))
    run.step_once("epoch", 30)
    middle = int(run.epoch) // 2
    fork = visited(run, middle)
    assert 1 <= fork.epoch == middle and len(fork.history) == fork.epoch + 1
    assert repr(fork.history.rows()) == repr(run.history.rows()[: len(fork.history)])
    fork.advance(10**9, until_step=run.step)
    fork.settle()
    assert bytes_of(fork) == bytes_of(run) and fork.stopped == run.stopped
    assert repr(fork.history.rows()) == repr(run.history.rows())
    assert bytes_of(visited(fork, 1)) == bytes_of(visited(run, 1)), "a fork has the past of the run too"


def test_a_fork_shares_nothing_that_changes() -> None:
    run = Trainer(resolve(RICH))
    run.step_once("epoch", 10)
    before, rows = bytes_of(run), repr(run.history.rows())
    for fork in (visited(run, 10), visited(run, 4), run.fork()):
        change(fork, "parameters", 5)
        fork.step_once("epoch", 20)
    assert bytes_of(run) == before and repr(run.history.rows()) == rows and not run.journal.entries
    assert [mark.epoch for mark in run.timeline.marks] == [0]


def test_memory_is_bounded_and_every_epoch_can_still_be_visited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.training.checkpoints.LIMITS", Limits(timeline_bytes=30_000))
    monkeypatch.setattr("engine.training.checkpoints.FIRST_WORK", 0)
    run = Trainer(resolve(SMALL))
    seen = {}
    for epoch in range(1, 200):
        run.step_once("epoch", 1)
        seen[epoch] = bytes_of(run)
    assert run.timeline.bytes <= 30_000 < LIMITS.timeline_bytes
    assert run.timeline.stride > 1 and run.timeline.marks[0].epoch == 0
    for epoch in (1, 2, 57, 64, 101, 199):
        assert bytes_of(visited(run, epoch)) == seen[epoch]


def test_what_is_told_of_the_size_is_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.training.checkpoints.FIRST_WORK", 0)
    run = Trainer(resolve(RICH))
    run.step_once("epoch", 20)
    arrays = [
        array.nbytes
        for mark in run.timeline.marks
        for array in vars(mark.checkpoint).values()
        if isinstance(array, np.ndarray)
    ]
    assert sum(arrays) < run.timeline.bytes < sum(arrays) + 21 * 1_500


@pytest.mark.parametrize("epoch", [-1, 4, 10**9])
def test_epochs_beyond_the_run_are_refused(epoch: int) -> None:
    run = Trainer(resolve(SMALL))
    run.step_once("epoch", 3)
    with pytest.raises(InvalidInput, match="epochs 0 to 3"):
        Visit(run, epoch)


def test_a_diverged_run_can_be_taken_up_before_it_diverged() -> None:
    run = Trainer(resolve(replace(SMALL, dataset=DATASETS.choice("regression_plane", samples=40))))
    run.step_once("epoch", 5)
    run.update(resolve(replace(run.asked, optimizer=OPTIMIZERS.choice("sgd", learning_rate=1e9))))
    run.step_once("epoch", 50)
    assert run.diverged
    fork = visited(run, 4)
    assert fork.diverged is None
    fork.step_once("epoch", 20)
    assert fork.epoch == 24, "without what broke it"


def test_where_too_much_was_changed_the_way_back_ends_with_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.training.journal.MOST_ENTRIES", 2)
    run = Trainer(resolve(SMALL))
    for number in range(1, 6):
        change(run, "rate", number)
        run.step_once("epoch", 1)
    assert visited(run, 0).epoch == 0
    with pytest.raises(InvalidInput, match="too many changes") as refused:
        Visit(run, 4)
    assert refused.value.errors[0].expected == "0"


@pytest.fixture
def much_changed(monkeypatch: pytest.MonkeyPatch) -> Trainer:
    """A run of 12 epochs with a checkpoint at each, whose changes at epochs 4 and 6 were too many to keep."""
    monkeypatch.setattr("engine.training.journal.MOST_ENTRIES", 2)
    monkeypatch.setattr("engine.training.checkpoints.FIRST_WORK", 0)
    run = Trainer(resolve(SMALL))
    for number, epochs in enumerate([1, 2, 1, 2], start=1):
        run.step_once("epoch", epochs)
        change(run, "rate", number)
    run.step_once("epoch", 6)
    return run


def test_where_changes_were_lost_the_rest_is_shown_as_it_was(much_changed: Trainer) -> None:
    again = Trainer(resolve(SMALL))
    seen = {0: bytes_of(again)}
    for epoch in range(1, 13):
        again.step_once("epoch", 1)
        if epoch in (1, 3, 4, 6):
            change(again, "rate", (1, 3, 4, 6).index(epoch) + 1)
        seen[epoch] = bytes_of(again)
    told = [epoch for span in reachable(much_changed) for epoch in span]
    assert told == [0, 1, 2, 3, 5, 7, 8, 9, 10, 11, 12]
    for epoch in told:
        assert bytes_of(visited(much_changed, epoch)) == seen[epoch], epoch


def test_the_refusal_says_which_epochs_can_be_visited(much_changed: Trainer) -> None:
    for epoch, reason in ((6, "too many changes were made"), (13, "this run has epochs 0 to 12 so far")):
        with pytest.raises(InvalidInput, match=reason) as refused:
            Visit(much_changed, epoch)
        assert refused.value.errors[0].expected == "0 to 3, 5, 7 to 12"


def test_a_course_leaves_out_what_cannot_be_visited(much_changed: Trainer) -> None:
    course = Course(much_changed, 100, lambda trainer: trainer.epoch)
    while not course.done:
        course.advance(10_000)
    assert course.result == [0, 1, 2, 3, 5, 7, 8, 9, 10, 11, 12]


def test_a_course_goes_on_when_changes_are_lost_meanwhile(much_changed: Trainer) -> None:
    course = Course(much_changed, 100, lambda trainer: trainer.epoch)
    change(much_changed, "rate", 9)
    while not course.done:
        course.advance(10_000)
    assert course.result == [0, 1, 2, 3, 5, 7, 8, 9, 10, 11]


def test_a_fork_from_before_the_loss_has_a_whole_journal(much_changed: Trainer) -> None:
    assert visited(much_changed, 3).journal.complete
    assert not visited(much_changed, 8).journal.complete


def test_single_samples_that_were_not_noted_are_not_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.training.journal.MOST_ENTRIES", 0)
    monkeypatch.setattr("engine.training.checkpoints.FIRST_WORK", 0)
    run = Trainer(resolve(SMALL))
    change(run, "samples", 4 * len(run.data.parts["train"]))
    run.step_once("epoch", 2)
    assert reachable(run) == [range(5, 7)]


def test_a_checkpoint_holds_the_experiment_as_it_was_resolved() -> None:
    run = Trainer(resolve(SMALL))
    change(run, "rate", 3)
    other = Trainer(resolve(SMALL))
    other.restore(run.checkpoint())
    assert other.experiment is run.experiment, "resolved once"


def test_a_fork_counts_no_change_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    run = Trainer(resolve(SMALL))
    monkeypatch.setattr("engine.training.journal.MOST_NUMBERS", 2 * run.parameter_count)
    for number in (1, 2):
        change(run, "parameters", number)
        run.step_once("epoch", 1)
    assert run.journal.complete and visited(run, 2).journal.complete
