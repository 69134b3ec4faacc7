"""Fields: the columns of a table as people know them, and how each becomes numbers for the network.

A field of words becomes one input of 0 and 1 for each word, a date the days since the table's first. So a row can be
given as the table had it: `["male", 30, "2024-01-31"]`. What is missing is NaN until the training part's mean is known.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import chain, pairwise
from typing import Any, Literal

import numpy as np

from engine.data.cells import USUAL, DateOrder, NumberFormat, date_text, days_between, moment_of, number_of, written
from engine.errors import FieldError, InvalidInput

FieldType = Literal["number", "text", "date"]
Cell = float | str | None
MISSING = frozenset({"", "na", "n/a", "n.a.", "#n/a", "nan", "null", "none", "?", "-", "--", "."})
MOST_SHOWN = 12  # words, in a sentence


@dataclass(frozen=True)
class Field:
    """One column of a table: of numbers, of words (each becomes an input), or of dates (days since `start`)."""

    name: str
    type: FieldType = "number"
    words: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()  # what the words' inputs are called; the others' are called as the field
    start: str = ""
    order: DateOrder = "ymd"
    format: NumberFormat = USUAL

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the inputs that it becomes."""
        return self.inputs if self.type == "text" else (self.name,)

    @cached_property
    def _start(self) -> datetime:
        return datetime.fromisoformat(self.start)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {word: index for index, word in enumerate(self.words)}

    def encode(self, value: Any) -> list[float]:
        """Its inputs for one value; NaN for a missing number or date, zeros for a missing word.

        Raises ValueError with what is allowed, and with a sentence.
        """
        if value is None or (isinstance(value, str) and not value.strip()):
            return self._gap()
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise ValueError(self._expected(), f"'{self.name}' takes {self._expected()}")
        if isinstance(value, int | float) and not abs(value) <= 1e300:
            raise ValueError("a finite number", f"'{self.name}' takes finite numbers")
        if self.type == "text":
            return self._word(value if isinstance(value, str) else written(value))
        number = self._number(value)
        if number is None:
            if isinstance(value, str) and value.strip().lower() in MISSING:
                return self._gap()
            raise ValueError(self._expected(), f"'{self.name}' takes {self._expected()}, not {str(value)[:60]!r}")
        return [number]

    def _gap(self) -> list[float]:
        return [0.0] * len(self.words) if self.type == "text" else [math.nan]

    def _word(self, value: str) -> list[float]:
        word = value.strip()
        if word not in self._places:
            if word.lower() in MISSING:
                return self._gap()
            raise ValueError(self._expected(), f"'{self.name}' does not know {word[:60]!r}. It knows {self._known()}")
        inputs = [0.0] * len(self.words)
        inputs[self._places[word]] = 1.0
        return inputs

    def _number(self, value: float | str) -> float | None:
        if self.type == "number":
            if isinstance(value, str):
                found = number_of(value, self.format)
                return number_of(value) if found is None else found
            return float(value)
        if not isinstance(value, str):
            return float(value)  # days since the start
        moment = moment_of(value, self.order)
        return number_of(value) if moment is None else days_between(self._start, moment)

    def _known(self) -> str:
        further = len(self.words) - MOST_SHOWN
        return ", ".join(self.words[:MOST_SHOWN]) + (f" and {further} more" if further > 0 else "")

    def _expected(self) -> str:
        if self.type == "text":
            return f"one of: {self._known()}"
        return "a number" if self.type == "number" else "a date such as 2024-01-31"

    def decode(self, inputs: Sequence[float]) -> Cell:
        """The value that these inputs stand for, as it can be given to `encode`."""
        if self.type == "text":
            largest = int(np.argmax(inputs))
            return self.words[largest] if inputs[largest] > 0 else None
        return date_text(self._start, float(inputs[0])) if self.type == "date" else float(inputs[0])

    def as_data(self, points: np.ndarray, typical: np.ndarray) -> dict[str, Any]:
        """How it is given, between which ends points (n, inputs) lie, and what is typical (inputs,)."""
        data: dict[str, Any] = {"name": self.name, "type": self.type, "words": None, "low": None, "high": None}
        if self.type == "text":
            return data | {"words": list(self.words), "typical": self.decode(typical.tolist())}
        low, high, middle = (self.decode([float(value)]) for value in (points.min(), points.max(), typical[0]))
        return data | {"low": low, "high": high, "typical": middle}


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


@dataclass(frozen=True)
class Fields:
    """All fields of a table, in the order in which rows are given."""

    fields: tuple[Field, ...]

    @cached_property
    def places(self) -> tuple[slice, ...]:
        """Which inputs each field becomes."""
        ends = np.cumsum([0, *(len(field.columns) for field in self.fields)]).tolist()
        return tuple(slice(low, high) for low, high in pairwise(ends))

    def encode(self, rows: Sequence[Any]) -> np.ndarray:
        """Points (n, columns) of rows: lists of one value for each field, or objects by its name. NaN is a gap.

        Raises InvalidInput where a value does not fit its field.
        """
        width = self.places[-1].stop
        if all(field.type == "number" for field in self.fields) and all(type(row) is list for row in rows):
            lengths, kinds = set(map(len, rows)), set(map(type, chain.from_iterable(rows)))
            if lengths <= {len(self.fields)} and kinds <= {int, float}:
                try:
                    points = np.array(rows, np.float64).reshape(-1, width)
                except OverflowError:
                    points = np.array([[np.inf]])
                if np.isfinite(points).all():
                    return points
        points = np.empty((len(rows), width))
        for index, row in enumerate(rows):
            points[index] = self._encode_row(index, row)
        return points

    def _encode_row(self, index: int, row: Any) -> list[float]:
        encoded: list[float] = []
        for field, value in zip(self.fields, self._values(index, row), strict=True):
            try:
                encoded += field.encode(value)
            except ValueError as error:
                expected, message = error.args
                raise InvalidInput(FieldError(f"x.{index}.{field.name}", value, expected, message)) from None
        return encoded

    def _values(self, index: int, row: Any) -> list[Any]:
        names = [field.name for field in self.fields]
        expected = f"{_counted(len(names), 'value')}: {', '.join(names)}"
        if isinstance(row, dict):
            unknown = [name for name in row if name not in names]
            if unknown:
                message = f"there is no input column '{unknown[0][:60]}'"
                raise InvalidInput(FieldError(f"x.{index}.{unknown[0][:60]}", None, expected, message))
            return [row.get(name) for name in names]
        if not isinstance(row, list | tuple):
            message = "a row is a list with one value for each column, or an object by column name"
            raise InvalidInput(FieldError(f"x.{index}", row, expected, message))
        if len(row) != len(names):
            message = f"this row has {_counted(len(row), 'value')}, but the data has {_counted(len(names), 'column')}"
            raise InvalidInput(FieldError(f"x.{index}", list(row), expected, message))
        return list(row)

    def decode(self, points: np.ndarray) -> list[list[Cell]]:
        """Rows as the table had them, of points (n, columns)."""
        return [
            [field.decode(point[place]) for field, place in zip(self.fields, self.places, strict=True)]
            for point in points
        ]

    def typical(self, mean: np.ndarray) -> np.ndarray:
        """The point (columns,) at which each field is typical for points of this mean: it, or the commonest word."""
        middle = mean.copy()
        for field, place in zip(self.fields, self.places, strict=True):
            if field.type == "text":
                middle[place] = field.encode(field.decode(middle[place].tolist()))
        return middle

    def as_data(self, points: np.ndarray, typical: np.ndarray) -> list[dict[str, Any]]:
        """Each field as JSON; see `Field.as_data`."""
        pairs = zip(self.fields, self.places, strict=True)
        return [field.as_data(points[:, place], typical[place]) for field, place in pairs]


def numbers(names: Sequence[str]) -> Fields:
    """Fields of numbers only."""
    return Fields(tuple(Field(name) for name in names))
