"""Early stopping: it ends at the right epoch, gives back the best weights, and lets training go on if asked to."""

from dataclasses import replace

import numpy as np
import pytest

from engine import Experiment, InvalidExperiment, Trainer, Visit, resolve
from engine.components.optimizers import OPTIMIZERS
from engine.training.early_stopping import EarlyStopping, Watch
from tests.engine.cases import DATA, experiment, points


def overfitting(**rule: object) -> Experiment:
    """A network that learns 20 noisy points by heart while 20 others tell."""
    data = replace(DATA["binary"], samples=60, noise=1.0, validation_fraction=1 / 3, test_fraction=1 / 3)
    stopping = EarlyStopping(**rule)  # type: ignore[arg-type]
    adam = OPTIMIZERS.choice("adam", learning_rate=0.05)
    return experiment(dataset=data, units=(8, 8), optimizer=adam, early_stopping=stopping)


def history(trainer: Trainer) -> list[dict]:
    return [trainer.history.row(seq) for seq in range(len(trainer.history))]


@pytest.mark.parametrize("patience", [0, 1, 5])
@pytest.mark.parametrize(("monitor", "sign"), [("validation_loss", 1), ("validation_accuracy", -1)])
def test_it_stops_where_the_curve_says(patience: int, monitor: str, sign: int) -> None:
    trainer = Trainer(resolve(overfitting(monitor=monitor, patience=patience, min_delta=0.001)))
    trainer.step_once("epoch", 400)
    assert trainer.stopped, "within 400 epochs it must have learned by heart"
    measure = monitor.removeprefix("validation_")
    values = [sign * row["validation"][measure] for row in history(trainer)[1:]]
    best, best_epoch = np.inf, 0
    for epoch, value in enumerate(values, 1):
        if value < best - 0.001:
            best, best_epoch = value, epoch
        elif epoch - best_epoch >= patience:
            break
    assert trainer.epoch == epoch
    assert f"epoch {epoch}" in trainer.stopped and f"epoch {best_epoch}" in trainer.stopped
    # The last row is that of the restored weights.
    assert history(trainer)[-1]["validation"] == history(trainer)[best_epoch]["validation"]
    assert trainer.row()["validation"] == history(trainer)[best_epoch]["validation"]


def test_without_restoring_the_last_weights_stay() -> None:
    trainer = Trainer(resolve(overfitting(restore_best=False)))
    trainer.step_once("epoch", 400)
    assert trainer.stopped and "weights" not in trainer.stopped
    plain = Trainer(resolve(replace(trainer.experiment, early_stopping=None)))
    plain.step_once("epoch", int(trainer.epoch))
    assert all((a.weights == b.weights).all() for a, b in zip(trainer.parameters(), plain.parameters(), strict=True))


def test_it_is_the_same_however_it_is_sliced() -> None:
    whole, sliced = Trainer(resolve(overfitting())), Trainer(resolve(overfitting()))
    whole.step_once("epoch", 400)
    for _ in range(1_000_000):
        if sliced.stopped and sliced.settled:
            break
        sliced.advance(1)
    assert sliced.step == whole.step
    assert repr(history(sliced)) == repr(history(whole)), "as text, in which NaN equals NaN"


def test_stopped_it_stays_until_it_is_told_to_go_on() -> None:
    trainer = Trainer(resolve(overfitting(patience=3)))
    trainer.step_once("epoch", 400)
    step = trainer.step
    assert trainer.advance(1 << 20) == 0 and trainer.step == step
    trainer.go_on()
    trainer.step_once("epoch", 2)
    assert trainer.step > step and trainer.stopped is None, "it waits anew"
    trainer.step_once("epoch", 400)
    assert trainer.stopped
    trainer.reset()
    assert trainer.stopped is None


@pytest.mark.parametrize(
    ("monitor", "data", "says"),
    [
        ("validation_loss", {"validation_fraction": 0.0}, "validation_fraction"),
        ("test_loss", {"test_fraction": 0.0, "validation_fraction": 0.2}, "no test loss"),
        ("validation_mean_absolute_error", {}, "no validation mean absolute error"),
    ],
)
def test_what_cannot_be_watched_is_refused(monitor: str, data: dict, says: str) -> None:
    chosen = overfitting(monitor=monitor)
    with pytest.raises(InvalidExperiment, match=says) as refusal:
        Trainer(resolve(replace(chosen, dataset=replace(chosen.dataset, **data))))
    assert refusal.value.errors[0].field == "early_stopping.monitor"


# A row is recorded at every 2nd epoch from 1,000 on, but every epoch is watched.

TWICE = points((0.0,), (0.0,), targets=(-550.6, -550.6), standardize=False)


def descending(**choices: object) -> Experiment:
    """One bias that walks to -550.6 in steps of 0.5: from -550.5, a loss of 0.1 at epoch 1,101, it steps to and fro."""
    chosen = experiment(
        "regression",
        dataset=TWICE,
        layers=(),
        loss="mean_absolute_error",
        optimizer=OPTIMIZERS.choice("sgd", learning_rate=0.5),
        batch_size=None,
    )
    return replace(chosen, **{"early_stopping": EarlyStopping(monitor="train_loss", patience=5), **choices})


def test_early_stopping_watches_every_epoch_also_where_rows_are_rare() -> None:
    trainer = Trainer(resolve(descending()))
    trainer.step_once("epoch", 3_000)
    assert trainer.stopped == (
        "Early stopping at epoch 1106: the train loss was best at epoch 1101. The weights are those of that epoch."
    )
    assert trainer.parameters()[0].biases == [-550.5]
    epochs = trainer.history.columns()["epoch"]
    assert epochs == [*range(1_001), *range(1_002, 1_107, 2), 1_106], "rows stay on their schedule"
    assert trainer.history.row(trainer.history.last_seq)["train"]["loss"] == pytest.approx(0.1)


@pytest.mark.parametrize("restore_best", [True, False])
@pytest.mark.parametrize("patience", [4, 5])
def test_where_it_stops_is_recorded(patience: int, restore_best: bool) -> None:
    rule = EarlyStopping(monitor="train_loss", patience=patience, restore_best=restore_best)
    trainer = Trainer(resolve(descending(early_stopping=rule)))
    trainer.step_once("epoch", 3_000)
    assert trainer.epoch == 1_101 + patience and trainer.stopped
    newest = trainer.history.row(trainer.history.last_seq)
    assert (newest["epoch"], newest["train"]) == (trainer.epoch, trainer.row()["train"])
    assert trainer.parameters()[0].biases[0] == (-550.5 if restore_best else trainer.parameters()[0].biases[0])


def test_watching_every_epoch_is_the_same_however_it_is_sliced_and_along_every_way_back() -> None:
    whole, sliced = Trainer(resolve(descending())), Trainer(resolve(descending()))
    whole.step_once("epoch", 3_000)
    while not (sliced.stopped and sliced.settled):
        sliced.advance(1)
    assert repr(history(sliced)) == repr(history(whole)) and sliced.stopped == whole.stopped
    visit = Visit(whole, 1_103)
    while not visit.done:
        visit.advance(1 << 20)
    again = visit.trainer
    assert again.stopped is None and again.epoch == 1_103
    again.step_once("epoch", 3_000)
    assert again.stopped == whole.stopped and repr(history(again)) == repr(history(whole))
    fork = visit.trainer.fork()
    assert fork.stopped == whole.stopped


def test_only_what_is_watched_is_measured_where_no_row_is_due() -> None:
    data = replace(DATA["binary"], validation_fraction=0.2)
    trainer = Trainer(resolve(overfitting(patience=1_000_000)))
    trainer = Trainer(resolve(replace(trainer.experiment, dataset=data)))
    seen = []
    trainer.watch("test", seen.append)
    trainer.advance(1 << 40, until_step=trainer.steps_to_epoch(1_003))
    trainer.settle()
    assert [row["epoch"] for row in seen][-4:] == [1_000, 1_001, 1_002, 1_003]
    alone = seen[-1]
    assert alone["train"] is None and "layers" not in alone
    assert alone["test"] == trainer.row()["test"] and alone["validation"] == trainer.row()["validation"]
    trainer.stop_watching()
    trainer.step_once("epoch", 3)
    assert len(seen) == 1_003


def curve(patience: int, monitor: str = "train_loss") -> tuple[int, int]:
    """At which epoch it stops, and which was the best, if the loss falls to epoch 10 and rises from there."""
    watch, rule = Watch(), EarlyStopping(monitor=monitor, patience=patience)
    for epoch in range(1, 100):
        value = abs(epoch - 10.0)
        if not watch.look(rule, epoch, value) and watch.over(rule, epoch):
            return epoch, int(watch.best_epoch)
    raise AssertionError("it never stopped")


@pytest.mark.parametrize(("patience", "stop"), [(0, 11), (1, 11), (2, 12), (3, 13)])
def test_patience_counts_as_in_keras(patience: int, stop: int) -> None:
    assert curve(patience) == (stop, 10)
    assert "0 and 1 both stop at the first such epoch" in help_of("patience")


@pytest.mark.parametrize("patience", [0, 1, 2, 3, 5])
def test_kerass_own_callback_stops_at_the_same_epoch(patience: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    keras = pytest.importorskip("keras")

    class Still:
        stop_training = False

        def get_weights(self) -> list[float]:
            return []

        def set_weights(self, weights: list[float]) -> None: ...

    callback = keras.callbacks.EarlyStopping(monitor="loss", patience=patience, restore_best_weights=True)
    callback.set_model(Still())
    callback.on_train_begin()
    for epoch in range(1, 100):
        callback.on_epoch_end(epoch - 1, {"loss": abs(epoch - 10.0)})
        if callback.model.stop_training:
            break
    assert curve(patience) == (epoch, callback.best_epoch + 1)


def help_of(field: str) -> str:
    return str(EarlyStopping.__dataclass_fields__[field].metadata["description"])


# What else may end a run


def test_what_ends_a_run_otherwise_restores_nothing_and_says_where_the_best_was() -> None:
    trainer = Trainer(resolve(overfitting(patience=1_000)))
    assert trainer.unrestored is None, "nothing was watched yet"
    trainer.step_once("epoch", 200)
    losses = [row["validation"]["loss"] for row in history(trainer)[1:]]
    best = int(np.argmin(losses)) + 1
    assert best < 200 and trainer.stopped is None
    assert trainer.unrestored == (
        f"The validation loss was best at epoch {best} ({min(losses):.4g}). Early stopping did not end this run, so "
        f"the weights are not those of that epoch: go back to epoch {best} to get them."
    )
    assert trainer.row()["validation"]["loss"] == losses[-1]
    assert "names the best epoch" in help_of("restore_best")
    kept = Trainer(resolve(overfitting(patience=1_000, restore_best=False)))
    kept.step_once("epoch", 200)
    assert kept.unrestored is None, "nobody asked for it"
    short = Trainer(resolve(overfitting(patience=3)))
    short.step_once("epoch", 200)
    assert short.stopped and short.unrestored is None, "it was restored"
    accuracy = Trainer(resolve(overfitting(monitor="validation_accuracy", patience=1_000)))
    accuracy.step_once("epoch", 200)
    assert accuracy.unrestored and "(-" not in accuracy.unrestored
