"""Criteria: what a network is thought to need least, and so what is pruned first."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from engine.components.registry import Entry, Family
from engine.network.model import Model

ROUNDING = 1e-9  # as a share of the numbers themselves
Scores = list[np.ndarray]  # for each layer; what scores lowest goes first


@dataclass(frozen=True, kw_only=True)
class Criterion(Entry):
    """`score(model)` of weights (fan_in, fan_out) in every layer, or of units (units,) in hidden layers."""

    what: Literal["weights", "neurons"]
    score: Callable[[Model], Scores]
    merges: bool = False  # whether another unit takes over what a removed one did

    def as_data(self) -> dict[str, Any]:
        """This criterion for the catalogue."""
        return super().as_data() | {"what": self.what}


def _magnitude(model: Model) -> Scores:
    return [np.abs(view["weights"]).astype(np.float64) for view in model.network.views(model.state.parameters)]


def _weight_norm(model: Model) -> Scores:
    scores = []
    views = model.network.views(model.state.parameters)
    for view, units in zip(views[:-1], model.network.sizes[1:-1], strict=True):
        squares = np.square(view["weights"], dtype=np.float64).sum(axis=0)
        scores.append(np.sqrt(squares.reshape(-1, units).sum(axis=0)))  # a maxout unit has several pieces
    return scores


def _activation(model: Model) -> Scores:
    return [np.abs(given).mean(axis=1) for given in given_by(model)]


def _redundancy(model: Model) -> Scores:
    return [likeness(given)[0] for given in given_by(model)]


CRITERIA: Family[Criterion] = Family(
    "criterion",
    "What is pruned first: what scores lowest.",
    (
        Criterion(
            name="magnitude",
            label="Size of the weight",
            summary="The weights nearest to zero go first.",
            when="The usual way to prune weights; surprisingly hard to beat.",
            hazard="Inputs of different scale have weights of different scale: standardize them first.",
            source="Han, Pool, Tran and Dally, 2015",
            formula="abs(w)",
            what="weights",
            score=_magnitude,
        ),
        Criterion(
            name="weight_norm",
            label="Length of a unit's weights",
            summary="Units whose incoming weights are shortest go first.",
            when="The simplest way to prune neurons.",
            hazard="Ignores how much the next layer uses them.",
            source="Li et al., 2017",
            what="neurons",
            score=_weight_norm,
        ),
        Criterion(
            name="activation",
            label="Mean size of the activation",
            summary="Units whose output is nearly always close to zero go first.",
            when="With ReLU and similar activations, whose dead units it finds.",
            hazard="Depends on the data used to measure it.",
            source="Hu, Peng, Tai and Tang, 2016",
            what="neurons",
            score=_activation,
        ),
        Criterion(
            name="redundancy",
            label="Likeness to another unit",
            summary="Of two units with nearly the same output, one is removed, and the other takes over its weights.",
            when="In layers that are wider than they need to be.",
            hazard="Units that agree on this data may differ on other data.",
            source="Srinivas and Babu, 2015",
            what="neurons",
            score=_redundancy,
            merges=True,
        ),
    ),
)


def given_by(model: Model) -> list[np.ndarray]:
    """What each hidden layer's units (units, n) give to the next layer, for the measured training samples."""
    passes, given = model.passes(), []
    for index, layer in enumerate(model.experiment.layers):
        a = passes.a[model.rows_of(index)[1]].astype(np.float64)
        further = model.parameters()[index].further
        if layer.batch_normalization and layer.batch_normalization.after:
            spread = np.sqrt(further["moving_variance"] + layer.batch_normalization.epsilon)
            factor = (further["gamma"] / spread)[:, None]
            a = (a - further["moving_mean"][:, None]) * factor + further["beta"][:, None]
        given.append(a)
    return given


def likeness(given: np.ndarray) -> tuple[np.ndarray, list[tuple[int, int]]]:
    """Scores of units (units, n): 1 - |correlation| with the unit that takes over, and the pairs (gone, taking over).

    Pairs are taken apart one after the other, the most alike first; a unit that never changes is like any other.
    """
    centered = deviations(given)
    lengths = np.linalg.norm(centered, axis=1)
    directions = centered / np.where(lengths > 0, lengths, 1)[:, None]
    alike = np.nan_to_num(np.abs(directions @ directions.T))  # of what is not finite nothing is known
    alike[lengths == 0] = alike[:, lengths == 0] = 1
    firsts, seconds = np.triu_indices(len(given), 1)
    order = np.argsort(-alike[firsts, seconds], kind="stable")
    scores, pairs = np.full(len(given), np.inf), []
    for first, second in zip(firsts[order].tolist(), seconds[order].tolist(), strict=True):
        if scores[first] == scores[second] == np.inf:  # both are there
            gone, stays = (first, second) if lengths[first] <= lengths[second] else (second, first)
            scores[gone] = 1 - alike[gone, stays]
            pairs.append((gone, stays))
    return scores, pairs


def deviations(given: np.ndarray) -> np.ndarray:
    """How far numbers (units, n) are from the mean of their unit; 0 where only rounding tells them apart."""
    centered = given - given.mean(axis=1, keepdims=True)
    centered[np.linalg.norm(centered, axis=1) <= ROUNDING * np.linalg.norm(given, axis=1)] = 0
    return centered
