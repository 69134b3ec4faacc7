"""Ablation: what a part of a network is worth is what it costs to switch it off.

A unit, a feature or a whole layer that is off gives 0 to whatever comes after it; a connection that is off carries
nothing. All of these are weights set to 0, so the network itself need not know.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from engine.errors import FieldError, InvalidInput
from engine.insight.results import Covered, Measures, Number, PartName
from engine.network.model import Model
from engine.training.metrics_row import measures

MOST_CONNECTIONS = 2_000  # that are ranked


@dataclass(frozen=True)
class Part:
    """What is switched off: a `layer` (hidden ones count from 0; the output layer comes last), a `unit` of it, an
    `input` of that unit, which is a connection, or only the `input`, one of the network's features.
    """

    layer: int | None = None
    unit: int | None = None
    input: int | None = None

    @property
    def kind(self) -> Literal["feature", "layer", "unit", "connection"]:
        """What it is."""
        if self.layer is None:
            return "feature"
        if self.unit is None:
            return "layer"
        return "unit" if self.input is None else "connection"


@dataclass(frozen=True, kw_only=True)
class AblationCost(Covered):
    """What it costs to switch something off: the measures with everything on, and with these off."""

    part: PartName
    before: Measures
    after: Measures


@dataclass(frozen=True)
class RankedPart:
    """What is left without this part, and by how much the loss grows."""

    kind: Literal["feature", "layer", "unit", "connection"]
    layer: int | None
    unit: int | None
    input: int | None
    name: str
    after: Measures
    cost: Number


@dataclass(frozen=True, kw_only=True)
class RankingResult(Covered):
    """What matters most, the costliest first; what makes the loss infinite is worth most."""

    part: PartName
    before: Measures
    parts: list[RankedPart]


def switched_off(model: Model, parts: Iterable[Part]) -> Model:
    """The same network without these. Raises InvalidInput for what it does not have."""
    buffer = model.state.parameters.copy()
    weights = [view["weights"] for view in model.network.views(buffer)]
    for index, part in enumerate(parts):
        _check(model, part, f"off.{index}")
        _silence(model, weights, part)
    return model.altered(buffer)


def _silence(model: Model, weights: list[np.ndarray], part: Part) -> None:
    if part.layer is None:
        weights[0][part.input] = 0
    elif part.unit is None:
        weights[part.layer + 1][:] = 0
    elif part.input is None:
        weights[part.layer + 1][part.unit] = 0
    else:  # a maxout unit has a column for each of its pieces
        weights[part.layer][part.input, part.unit :: model.network.sizes[part.layer + 1]] = 0


def _check(model: Model, part: Part, field: str) -> None:
    sizes = model.network.sizes
    last = len(sizes) - 2
    if part.layer is None:
        if part.unit is not None:
            raise InvalidInput(FieldError(f"{field}.layer", None, "a layer", "name the layer of the unit"))
        if part.input is None:
            message = "name what to switch off: a layer, a unit of it, an input of that unit, or a feature by `input`"
            raise InvalidInput(FieldError(field, None, "a layer or an input", message))
        _within(f"{field}.input", part.input, sizes[0], "features")
        return
    _within(f"{field}.layer", part.layer, last + 1, "layers, the output layer last,")
    if part.layer == last and part.input is None:
        message = "units of the output layer cannot be switched off, only weights into it"
        raise InvalidInput(FieldError(f"{field}.layer", part.layer, f"0 to {last - 1}", message))
    if part.unit is not None:
        _within(f"{field}.unit", part.unit, sizes[part.layer + 1], "units in this layer")
    if part.input is not None:
        if part.unit is None:
            raise InvalidInput(FieldError(f"{field}.unit", None, "a unit", "name the unit that the weight leads to"))
        _within(f"{field}.input", part.input, sizes[part.layer], "inputs to this layer")


def _within(field: str, given: int, count: int, what: str) -> None:
    if not 0 <= given < count:
        raise InvalidInput(FieldError(field, given, f"0 to {count - 1}", f"there are {count} {what} from 0 on"))


def cost(model: Model, parts: Iterable[Part], of: PartName) -> AblationCost:
    """The measures of a part of the data with everything on, and with these off."""
    without = switched_off(model, parts)
    return AblationCost(part=of, **model.coverage(of), before=_measured(model, of), after=_measured(without, of))


def _measured(model: Model, of: str) -> dict[str, float]:
    return measures(model, model.at_once(of))


class Ranking:
    """What each feature, unit and hidden layer, and on request each connection is worth.

    Connections are ranked if there are at most 2,000.
    """

    def __init__(self, model: Model, of: PartName, connections: bool = False) -> None:
        self.model, self._of = model.snapshot(), of
        self._left = list(_parts(model, connections))
        self._before = _measured(self.model, of)
        self._rows: list[RankedPart] = []

    @property
    def done(self) -> bool:
        """Whether all have been switched off once."""
        return not self._left

    def advance(self, work: int) -> None:
        """Switches some off, one after the other, for about `work` multiply-adds."""
        model = self.model
        samples = model.coverage(self._of)["samples"]
        for _ in range(max(1, work // (samples * model.parameter_count))):
            if self.done:
                break
            part = self._left.pop(0)
            after = _measured(switched_off(model, [part]), self._of)
            cost = after["loss"] - self._before["loss"]
            place = part.kind, part.layer, part.unit, part.input
            self._rows.append(RankedPart(*place, _name(model, part), after, cost))

    @property
    def result(self) -> RankingResult:
        """What was switched off so far."""
        rows = sorted(self._rows, key=lambda row: -row.cost if np.isfinite(row.cost) else -np.inf)
        return RankingResult(part=self._of, **self.model.coverage(self._of), before=self._before, parts=rows)


def _parts(model: Model, connections: bool) -> Iterator[Part]:
    sizes = model.network.sizes
    hidden = range(len(sizes) - 2)
    yield from (Part(input=index) for index in range(sizes[0]))
    yield from (Part(layer=layer) for layer in hidden)
    yield from (Part(layer=layer, unit=unit) for layer in hidden for unit in range(sizes[layer + 1]))
    pairs = [(layer, fan_in, fan_out) for layer, (fan_in, fan_out) in enumerate(pairwise(sizes))]
    if connections and sum(fan_in * fan_out for _, fan_in, fan_out in pairs) <= MOST_CONNECTIONS:
        for layer, fan_in, fan_out in pairs:
            yield from (Part(layer, unit, index) for unit in range(fan_out) for index in range(fan_in))


def _name(model: Model, part: Part) -> str:
    """What people call it; units count from 1."""
    if part.layer is None:
        return f"feature {model.data.features[part.input or 0]}"
    layer = model.layer_name(part.layer)
    if part.unit is None:
        return layer
    unit = f"unit {part.unit + 1} of {layer}"
    if part.input is None:
        return unit
    if part.layer == 0:
        return f"connection from {model.data.features[part.input]} to {unit}"
    return f"connection from unit {part.input + 1} of {model.layer_name(part.layer - 1)} to {unit}"
