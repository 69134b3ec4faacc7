"""Each schedule: PyTorch's own, step by step; and what the trainer makes of it."""

from dataclasses import replace
from typing import Any

import pytest

from engine import Trainer, resolve
from engine.components.formulas import evaluate
from engine.components.optimizers import OPTIMIZERS
from engine.components.schedules import SCHEDULES, Plateau
from tests.engine.cases import experiment, points

EPOCHS = 40
TIMED = [name for name, entry in SCHEDULES.items() if not entry.watches]


def factors(name: str, **arguments: float) -> list[float]:
    """The factor at the beginning of each epoch."""
    entry = SCHEDULES[name]
    values = entry.values(SCHEDULES.choice(name, **arguments))
    return [float(entry.factor(float(epoch), *values)) for epoch in range(EPOCHS)]


def torch_factors(make: Any, losses: list[float] | None = None) -> list[float]:
    """What PyTorch's schedule makes of a learning rate of 1, stepped after every epoch."""
    torch = pytest.importorskip("torch")
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    schedule = make(torch.optim.lr_scheduler, optimizer)
    found = []
    for epoch in range(EPOCHS):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step(*([losses[epoch]] if losses else []))
    return found


@pytest.mark.torch
@pytest.mark.parametrize(
    ("name", "arguments", "make"),
    [
        ("step", {"drop": 0.3, "every": 7}, lambda s, o: s.StepLR(o, 7, 0.3)),
        ("exponential", {"decay": 0.9}, lambda s, o: s.ExponentialLR(o, 0.9)),
        ("cosine", {"epochs": 40, "minimum": 0.1}, lambda s, o: s.CosineAnnealingLR(o, 40, 0.1)),
        ("cosine", {"epochs": 11, "restarts": 9}, lambda s, o: s.CosineAnnealingWarmRestarts(o, 11)),
        (
            "one_cycle",
            # PyTorch's top and end lie a step earlier: it counts the steps, not the time between them.
            {"epochs": 40, "rise": 0.3, "first": 1 / 25, "last": 1 / 25 / 1e4},
            lambda s, o: s.OneCycleLR(o, 1.0, total_steps=41, pct_start=13 / 41),
        ),
    ],
)
def test_it_is_that_of_pytorch(name: str, arguments: dict[str, float], make: Any) -> None:
    assert factors(name, **arguments) == pytest.approx(torch_factors(make), rel=1e-12)


@pytest.mark.torch
def test_reduce_on_plateau_is_that_of_pytorch() -> None:
    losses = [1.0, 0.9, 0.95, 0.9, 0.92, 0.91, 0.5, *[0.5 + 0.01 * (epoch % 3) for epoch in range(EPOCHS - 7)]]
    choice = SCHEDULES.choice("reduce_on_plateau", drop=0.5, patience=3, min_delta=0.02, minimum=0.1)
    plateau, found = Plateau(), []
    for epoch, loss in enumerate(losses, 1):
        found.append(plateau.factor)
        plateau.look(choice, float(epoch), loss)

    def make(schedulers: Any, optimizer: Any) -> Any:
        return schedulers.ReduceLROnPlateau(
            optimizer, factor=0.5, patience=3, threshold=0.02, threshold_mode="abs", min_lr=0.1
        )

    assert found == pytest.approx(torch_factors(make, losses))
    assert found[-1] == 0.1, "it was reduced more than once"


def test_a_cosine_warms_up_from_nothing() -> None:
    found = factors("cosine", epochs=10, warmup=5)
    assert found[:6] == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1])
    assert found[15] == pytest.approx(0) and set(found[16:]) == {0.0}


@pytest.mark.parametrize("name", [name for name in TIMED if SCHEDULES[name].formula])
def test_the_formula_is_what_is_computed(name: str) -> None:
    arguments = {argument.name: argument.default for argument in SCHEDULES[name].arguments}
    values = [evaluate(SCHEDULES[name].formula, {"t": epoch, **arguments}) for epoch in range(EPOCHS)]
    assert factors(name) == pytest.approx(values)


@pytest.mark.parametrize("name", SCHEDULES)
def test_every_update_takes_the_rate_of_its_time(name: str) -> None:
    """SGD on full batches: an update is the rate times the gradient, so that of any schedule shows in the weights."""
    sgd = OPTIMIZERS.choice("sgd", learning_rate=0.5)
    arguments = {"epochs": 9} if name in ("cosine", "one_cycle") else {}
    plain = Trainer(resolve(experiment(batch_size=None, optimizer=sgd)))
    trainer = Trainer(resolve(replace(plain.experiment, schedule=SCHEDULES.choice(name, **arguments))))
    for _ in range(6):
        rate = trainer.learning_rate
        plain.set_parameters(_parameters(trainer))
        before = trainer.parameters()[0].weights
        for each in (trainer, plain):
            each.step_once("batch", 1)
        moved, usual = (each.parameters()[0].weights - before for each in (trainer, plain))
        assert moved == pytest.approx(usual * rate / 0.5, rel=1e-9, abs=1e-15)
    assert trainer.row()["learning_rate"] == trainer.learning_rate


def _parameters(trainer: Trainer) -> list[dict[str, Any]]:
    return [{"weights": layer.weights, "biases": layer.biases} for layer in trainer.parameters()]


def test_a_plateau_lowers_the_rate_while_it_trains() -> None:
    schedule = SCHEDULES.choice("reduce_on_plateau", patience=2, min_delta=1.0, drop=0.5)
    trainer = Trainer(resolve(experiment(schedule=schedule, optimizer=OPTIMIZERS.choice("sgd", learning_rate=0.1))))
    trainer.step_once("epoch", 20)
    rates = [trainer.history.row(seq)["learning_rate"] for seq in range(len(trainer.history))]
    assert rates[0] == 0.1 and rates[-1] < 0.1 / 4
    sliced = Trainer(trainer.experiment)
    while sliced.step < trainer.step or not sliced.settled:
        sliced.advance(1, until_step=trainer.step)
    assert [sliced.history.row(seq)["learning_rate"] for seq in range(len(sliced.history))] == rates


@pytest.mark.parametrize("name", ["cosine", "one_cycle"])
def test_the_formula_holds_with_minimum_warm_up_restarts_and_after_the_end(name: str) -> None:
    entry = SCHEDULES[name]
    given = {
        "cosine": {"epochs": 20, "minimum": 0.1, "warmup": 5, "restarts": 2},
        "one_cycle": {"epochs": 30, "rise": 0.4, "first": 0.2, "last": 0.01},
    }[name]
    for epoch in (half / 2 for half in range(200)):
        printed = evaluate(entry.formula, {"t": epoch, **given})
        assert entry.factor(float(epoch), *given.values()) == pytest.approx(printed, rel=1e-9)


@pytest.mark.parametrize(("patience", "epoch"), [(0, 11), (1, 12), (2, 13), (3, 14)])
def test_the_plateaus_patience_counts_as_in_pytorch(patience: int, epoch: int) -> None:
    choice, plateau = SCHEDULES.choice("reduce_on_plateau", patience=patience, drop=0.5), Plateau()
    lowered = [at for at in range(1, epoch + 1) if plateau.look(choice, at, abs(at - 10.0))]
    assert lowered == [epoch] and plateau.factor == 0.5
    torch = pytest.importorskip("torch")
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(
        optimizer, factor=0.5, patience=patience, threshold=1e-4, threshold_mode="abs"
    )
    for at in range(1, epoch + 1):
        assert optimizer.param_groups[0]["lr"] == 1.0, at
        schedule.step(abs(at - 10.0))
    assert optimizer.param_groups[0]["lr"] == 0.5
    said = next(each.help for each in SCHEDULES["reduce_on_plateau"].arguments if each.name == "patience")
    assert "As in PyTorch: with 0 it drops after the first such epoch" in said


def test_a_plateau_is_watched_at_every_epoch_also_where_rows_are_rare() -> None:
    """A single bias steps to and fro around its target from epoch 1,101 on; the rate halves at 1,104, 1,107 ..."""
    schedule = SCHEDULES.choice("reduce_on_plateau", patience=2, drop=0.5)
    chosen = experiment(
        "regression",
        dataset=points((0.0,), (0.0,), targets=(-550.6, -550.6), standardize=False),
        layers=(),
        loss="mean_absolute_error",
        optimizer=OPTIMIZERS.choice("sgd", learning_rate=0.5),
        batch_size=None,
        schedule=schedule,
    )
    trainer = Trainer(resolve(chosen))
    trainer.step_once("epoch", 1_103)
    assert trainer.learning_rate == 0.5
    trainer.step_once("epoch", 1)
    assert trainer.learning_rate == 0.25, "1,102, 1,103 and 1,104 brought nothing better"
    assert trainer.history.columns()["epoch"][-3:] == [1_100, 1_102, 1_104]


def test_a_rows_learning_rate_is_that_of_the_next_update() -> None:
    """With a plateau too, whose drop was told one epoch late."""
    schedule = SCHEDULES.choice("reduce_on_plateau", patience=0, min_delta=1.0, drop=0.5)
    sgd = OPTIMIZERS.choice("sgd", learning_rate=0.5)
    trainer = Trainer(resolve(experiment(batch_size=None, optimizer=sgd, schedule=schedule)))
    plain = Trainer(resolve(experiment(batch_size=None, optimizer=sgd)))
    told = []
    for _ in range(5):
        told.append(trainer.history.row(trainer.history.last_seq)["learning_rate"])
        plain.set_parameters(_parameters(trainer))
        before = trainer.parameters()[0].weights
        for each in (trainer, plain):
            each.step_once("batch", 1)
        moved, usual = (each.parameters()[0].weights - before for each in (trainer, plain))
        assert moved == pytest.approx(usual * told[-1] / 0.5, rel=1e-9, abs=1e-15)
    assert told == [0.5, 0.5, 0.25, 0.125, 0.0625]
