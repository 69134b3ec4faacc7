"""Optimizers: how a gradient `g` becomes a step of a weight `w`.

Each keeps up to three numbers of memory per weight (its *slots*: a velocity, a running mean of squares), all zero at
the start. `corrections` are numbers that depend on the count of steps alone and are computed once per step.
The rules are those of PyTorch's optimizers; default arguments differ, and weight decay spares biases.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.components.registry import Argument, Choice, Entry, Family
from engine.compute.jit import scalar


@dataclass(frozen=True, kw_only=True)
class Optimizer(Entry):
    """`update(w, g, *slots, *corrections, *arguments)` is the new w, followed by the new slots.

    `corrections(step, *arguments)` gives a tuple of `correction_count` numbers for the step being made, counted from 1.
    The first argument is the learning rate. One called `weight_decay` comes last and is not given to these functions:
    before the update every weight, but no bias, is multiplied by 1 - learning_rate * weight_decay.
    `memory` names the slots. `formula` assigns the new ones and the new w, given w, g, the old slots, the arguments and
    the count of steps as `step`.
    """

    update: Callable[..., Any]
    memory: tuple[str, ...] = ()
    corrections: Callable[..., Any] | None = None
    correction_count: int = 0

    def given(self, choice: Choice) -> tuple[float, ...]:
        """The arguments that the update is given."""
        values = self.values(choice)
        return values[:-1] if self.decays else values

    def weight_decay(self, choice: Choice) -> float:
        """How much weights decay on their own."""
        return self.values(choice)[-1] if self.decays else 0.0

    def rule(self, decays: bool) -> str:
        """The formula for a weight; or for what does not decay, a bias."""
        return self.formula if decays else self.formula.removeprefix(_DECAY)

    @property
    def slots(self) -> int:
        """How many numbers of memory each weight has."""
        return len(self.memory)

    @property
    def decays(self) -> bool:
        """Whether weights decay on their own."""
        return self.arguments[-1].name == "weight_decay"


@scalar
def sgd(w: float, g: float, learning_rate: float) -> float:
    return w - learning_rate * g


@scalar
def momentum(w: float, g: float, v: float, learning_rate: float, momentum: float) -> tuple[float, float]:
    v = momentum * v + g
    return w - learning_rate * v, v


@scalar
def nesterov(w: float, g: float, v: float, learning_rate: float, momentum: float) -> tuple[float, float]:
    v = momentum * v + g
    return w - learning_rate * (g + momentum * v), v


@scalar
def adagrad(w: float, g: float, s: float, learning_rate: float, epsilon: float) -> tuple[float, float]:
    s = s + g * g
    return w - learning_rate * g / (np.sqrt(s) + epsilon), s


@scalar
def adadelta(
    w: float, g: float, s: float, d: float, learning_rate: float, rho: float, epsilon: float
) -> tuple[float, float, float]:
    s = rho * s + (1.0 - rho) * g * g
    step = np.sqrt(d + epsilon) / np.sqrt(s + epsilon) * g
    return w - learning_rate * step, s, rho * d + (1.0 - rho) * step * step


@scalar
def rmsprop(w: float, g: float, s: float, learning_rate: float, rho: float, epsilon: float) -> tuple[float, float]:
    s = rho * s + (1.0 - rho) * g * g
    return w - learning_rate * g / (np.sqrt(s) + epsilon), s


@scalar
def adam(
    w: float,
    g: float,
    m: float,
    v: float,
    correction_1: float,
    correction_2: float,
    learning_rate: float,
    beta_1: float,
    beta_2: float,
    epsilon: float,
) -> tuple[float, float, float]:
    m = beta_1 * m + (1.0 - beta_1) * g
    v = beta_2 * v + (1.0 - beta_2) * g * g
    return w - learning_rate * (m / correction_1) / (np.sqrt(v / correction_2) + epsilon), m, v


@scalar
def adam_corrections(
    step: float, learning_rate: float, beta_1: float, beta_2: float, epsilon: float
) -> tuple[float, float]:
    return 1.0 - beta_1**step, 1.0 - beta_2**step


@scalar
def adamax(
    w: float,
    g: float,
    m: float,
    u: float,
    correction: float,
    learning_rate: float,
    beta_1: float,
    beta_2: float,
    epsilon: float,
) -> tuple[float, float, float]:
    m = beta_1 * m + (1.0 - beta_1) * g
    u = np.maximum(beta_2 * u, abs(g) + epsilon)
    return w - learning_rate / correction * m / u, m, u


@scalar
def adamax_corrections(step: float, learning_rate: float, beta_1: float, beta_2: float, epsilon: float) -> tuple[float]:
    return (1.0 - beta_1**step,)


@scalar
def nadam(
    w: float,
    g: float,
    m: float,
    v: float,
    product: float,
    share: float,
    next_share: float,
    first: float,
    correction: float,
    learning_rate: float,
    beta_1: float,
    beta_2: float,
    epsilon: float,
) -> tuple[float, float, float, float]:
    product = (product + first) * share  # of the shares of all steps; the memory starts at 0, it at 1
    m = beta_1 * m + (1.0 - beta_1) * g
    v = beta_2 * v + (1.0 - beta_2) * g * g
    ahead = (1.0 - share) / (1.0 - product) * g + next_share / (1.0 - product * next_share) * m
    return w - learning_rate * ahead / (np.sqrt(v / correction) + epsilon), m, v, product


@scalar
def nadam_corrections(
    step: float, learning_rate: float, beta_1: float, beta_2: float, epsilon: float
) -> tuple[float, float, float, float]:
    share = beta_1 * (1.0 - 0.5 * 0.96 ** (step * 0.004))
    next_share = beta_1 * (1.0 - 0.5 * 0.96 ** ((step + 1.0) * 0.004))
    return share, next_share, 1.0 if step == 1.0 else 0.0, 1.0 - beta_2**step


def _learning_rate(default: float) -> Argument:
    return Argument(
        "learning_rate",
        default,
        0,
        1e9,
        "Learning rate",
        "How big a step each update takes. Too small and learning crawls, too large and the loss jumps or explodes.",
        scale="log",
    )


def _momentum() -> Argument:
    return Argument("momentum", 0.9, 0, 0.999, "Momentum", "How much of the last velocity is kept.")


def _rho(default: float) -> Argument:
    return Argument("rho", default, 0, 0.9999, "Rho", "How much of the running mean of squares is kept.")


def _betas(epsilon: float = 1e-8) -> tuple[Argument, ...]:
    return (
        Argument("beta_1", 0.9, 0, 0.9999, "Beta 1", "How much of the running mean of gradients is kept."),
        Argument("beta_2", 0.999, 0, 0.99999, "Beta 2", "How much of the running size of gradients is kept."),
        _epsilon(epsilon),
    )


def _epsilon(default: float) -> Argument:
    return Argument("epsilon", default, 1e-12, 1, "Epsilon", "Keeps the division away from zero.", scale="log")


_ADAM: dict[str, Any] = {
    "update": adam,
    "memory": ("m", "v"),
    "corrections": adam_corrections,
    "correction_count": 2,
}
_DECAY = "w = w - learning_rate * weight_decay * w; "
_MEANS = "m = beta_1 * m + (1 - beta_1) * g; v = beta_2 * v + (1 - beta_2) * g ** 2; "
_ADAM_STEP = (
    _MEANS + "m_hat = m / (1 - beta_1 ** step); v_hat = v / (1 - beta_2 ** step); "
    "w = w - learning_rate * m_hat / (sqrt(v_hat) + epsilon)"
)

OPTIMIZERS: Family[Optimizer] = Family(
    "optimizer",
    "How a gradient becomes a change of the weights.",
    (
        Optimizer(
            name="sgd",
            common=True,
            label="SGD",
            summary="Takes a step in the direction of the negative gradient.",
            when="To see clearly what the learning rate does.",
            hazard="Slow in flat valleys; zigzags in narrow ones.",
            source="Robbins and Monro, 1951",
            formula="w = w - learning_rate * g",
            update=sgd,
            arguments=(_learning_rate(0.03),),
        ),
        Optimizer(
            name="momentum",
            label="Momentum",
            summary="Keeps a velocity: steps in the same direction add up, zigzags cancel.",
            when="Almost always faster than plain SGD.",
            hazard="Overshoots when the learning rate and the momentum are both high.",
            source="Polyak, 1964",
            formula="v = momentum * v + g; w = w - learning_rate * v",
            update=momentum,
            memory=("v",),
            arguments=(_learning_rate(0.01), _momentum()),
        ),
        Optimizer(
            name="nesterov",
            label="Nesterov",
            summary="Momentum with a look ahead: it uses the velocity that the next step will have.",
            when="Instead of plain momentum: it slows down earlier before it overshoots.",
            hazard="Like momentum, it overshoots when the learning rate and the momentum are both high.",
            source="Nesterov, 1983; in the form of Sutskever et al., 2013",
            formula="v = momentum * v + g; w = w - learning_rate * (g + momentum * v)",
            update=nesterov,
            memory=("v",),
            arguments=(_learning_rate(0.01), _momentum()),
        ),
        Optimizer(
            name="adagrad",
            label="AdaGrad",
            summary="Divides each weight's step by the root of the sum of all its squared gradients so far.",
            when="Sparse inputs: weights of rare inputs learn in larger steps.",
            hazard="The steps only get smaller, so training may stall before it reaches a minimum.",
            source="Duchi, Hazan and Singer, 2011",
            formula="s = s + g ** 2; w = w - learning_rate * g / (sqrt(s) + epsilon)",
            update=adagrad,
            memory=("s",),
            arguments=(_learning_rate(0.05), _epsilon(1e-10)),
        ),
        Optimizer(
            name="adadelta",
            label="AdaDelta",
            summary="Scales each step by the size of recent steps over that of recent gradients.",
            when="To train without choosing a learning rate: at 1 it has no effect.",
            hazard="Its first steps are tiny.",
            source="Zeiler, 2012",
            formula="s = rho * s + (1 - rho) * g ** 2; u = sqrt(d + epsilon) / sqrt(s + epsilon) * g; "
            "d = rho * d + (1 - rho) * u ** 2; w = w - learning_rate * u",
            update=adadelta,
            memory=("s", "d"),
            arguments=(_learning_rate(1.0), _rho(0.9), _epsilon(1e-6)),
        ),
        Optimizer(
            name="rmsprop",
            label="RMSProp",
            summary="Divides each weight's step by the size of its recent gradients.",
            when="Recurrent networks, or gradients whose size differs greatly from layer to layer.",
            hazard="Without momentum it may still zigzag.",
            source="Hinton, 2012 (lecture)",
            formula="s = rho * s + (1 - rho) * g ** 2; w = w - learning_rate * g / (sqrt(s) + epsilon)",
            update=rmsprop,
            memory=("s",),
            arguments=(_learning_rate(0.01), _rho(0.9), _epsilon(1e-8)),
        ),
        Optimizer(
            name="adam",
            label="Adam",
            summary="Momentum, with each weight's step scaled by the size of its recent gradients.",
            when="A good first choice: works over a wide range of learning rates.",
            hazard="Keeps jumping around a minimum; sometimes generalizes less well than SGD with momentum.",
            source="Kingma and Ba, 2014",
            formula=_ADAM_STEP,
            arguments=(_learning_rate(0.01), *_betas()),
            **_ADAM,
        ),
        Optimizer(
            name="adamw",
            label="AdamW",
            summary="Adam that also shrinks every weight a little at each step, independent of the gradient.",
            when="Adam with weight decay: with an L2 penalty, Adam would decay weights with large gradients less.",
            hazard="One more number to choose; biases do not decay here.",
            source="Loshchilov and Hutter, 2017",
            formula=_DECAY + _ADAM_STEP,
            arguments=(
                _learning_rate(0.01),
                *_betas(),
                Argument(
                    "weight_decay",
                    0.01,
                    0,
                    10,
                    "Weight decay",
                    "The share, times the rate, that each step takes.",
                    "log",
                ),
            ),
            **_ADAM,
        ),
        Optimizer(
            name="adamax",
            label="AdaMax",
            summary="Adam with the largest recent gradient in place of the root mean square.",
            when="Instead of Adam where single gradients are very large.",
            hazard="One large gradient keeps the steps after it small for a long time.",
            source="Kingma and Ba, 2014",
            formula="m = beta_1 * m + (1 - beta_1) * g; u = max(beta_2 * u, abs(g) + epsilon); "
            "w = w - learning_rate / (1 - beta_1 ** step) * m / u",
            update=adamax,
            memory=("m", "u"),
            corrections=adamax_corrections,
            correction_count=1,
            arguments=(_learning_rate(0.02), *_betas()),
        ),
        Optimizer(
            name="nadam",
            label="Nadam",
            summary="Adam with Nesterov momentum.",
            when="Instead of Adam; often a little faster.",
            hazard="Keeps jumping around a minimum, as Adam does.",
            source="Dozat, 2016",
            formula="mu = beta_1 * (1 - 0.96 ** (0.004 * step) / 2); "
            "mu_next = beta_1 * (1 - 0.96 ** (0.004 * (step + 1)) / 2); p = mu * (p if step > 1 else 1); "
            + _MEANS
            + "m_hat = (1 - mu) * g / (1 - p) + mu_next * m / (1 - p * mu_next); v_hat = v / (1 - beta_2 ** step); "
            "w = w - learning_rate * m_hat / (sqrt(v_hat) + epsilon)",
            update=nadam,
            memory=("m", "v", "p"),
            corrections=nadam_corrections,
            correction_count=4,
            arguments=(_learning_rate(0.01), *_betas()),
        ),
    ),
)

SLOTS = max(entry.slots for entry in OPTIMIZERS.values())
