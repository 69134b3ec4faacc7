"""A table as a document: how an uploaded table travels in a session file, and how it is stored.

Long rows of numbers are base64 of little-endian bytes, so that they come back exactly.
"""

import base64
import binascii
from datetime import datetime
from typing import Annotated, Any, Literal

import numpy as np
import orjson
from pydantic import Field

from app.encoding import to_json
from app.files.csv_columns import LARGEST
from app.problems import Problem, invalid
from app.schemas.requests import Strict
from app.validation import Checker
from engine import FieldError
from engine.data.cells import DateOrder, NumberFormat
from engine.data.fields import Field as TableField
from engine.data.uploads import Table


class Packed(Strict):
    """An array: its type, its shape and its bytes in base64."""

    type: Literal["<f4", "<f8", "<i8", "|u1", "<u2"]
    shape: list[int] = Field(max_length=2)
    data: str


class FileField(Strict):
    """A column of an uploaded table as its file had it; see `engine.data.fields`."""

    name: str = Field(max_length=300)
    type: Literal["number", "text", "date"]
    words: list[Annotated[str, Field(max_length=5_000)]] = Field(default=[], max_length=20)
    inputs: list[Annotated[str, Field(max_length=5_000)]] = Field(default=[], max_length=20)
    start: str = Field(default="", max_length=40)
    order: DateOrder = "ymd"
    decimal: Literal[".", ","] = "."
    thousands: Literal["", ".", ",", " ", "'"] = ""


class FileTable(Strict):
    """An uploaded table. `fields` say how its rows are written; without them, all columns are numbers."""

    name: str = Field(max_length=300)
    columns: list[str] = Field(min_length=1, max_length=64)
    points: Packed
    targets: Packed
    task: Literal["binary", "multiclass", "regression"]
    classes: list[str] | None = Field(max_length=20)
    fields: list[FileField] | None = Field(default=None, max_length=64)


TABLE: Checker[FileTable] = Checker(FileTable, "a table")


def table_data(table: Table) -> dict[str, Any]:
    """A table as a document."""
    arrays = {"points": pack(table.points), "targets": pack(np.asarray(table.targets, np.float64))}
    fields = [_field_data(field) for field in table.recipe] or None
    facts = {"name": table.name, "columns": table.columns, "task": table.task, "classes": table.classes}
    return facts | arrays | {"fields": fields}


def write_table(table: Table) -> bytes:
    """A table as bytes, to be stored."""
    return to_json(table_data(table))


def parse_table(body: bytes) -> Table:
    """The table in what `write_table` wrote. Raises Problem where it is inconsistent."""
    return read_table(TABLE.check(orjson.loads(body)))


def _field_data(field: TableField) -> dict[str, Any]:
    data = {name: getattr(field, name) for name in ("name", "type", "words", "inputs", "start", "order")}
    return data | {"decimal": field.format.decimal, "thousands": field.format.thousands}


def _recipe(given: FileTable) -> tuple[TableField, ...]:
    """The recipe of a table. Raises Problem if it does not produce the table's columns."""
    recipe = []
    for index, field in enumerate(given.fields or ()):
        where = f"table.fields.{index}"
        try:
            if field.type == "date" and datetime.fromisoformat(field.start).tzinfo is not None:
                raise ValueError
        except ValueError:
            raise refusal(f"{where}.start", "a date column needs a start date without a time zone") from None
        words, inputs = tuple(field.words), tuple(field.inputs)
        text = field.type == "text"
        if len(words) != len(inputs) or bool(words) != text or len(set(words)) < len(words):
            raise refusal(f"{where}.words", "a column of words needs distinct words, and one input for each")
        signs = NumberFormat(field.decimal, field.thousands)
        recipe.append(TableField(field.name, field.type, words, inputs, field.start, field.order, signs))
    made = [column for field in recipe for column in field.columns]
    if given.fields is not None and made != given.columns:
        raise refusal("table.fields", "the fields do not match the columns of the table")
    if len({field.name for field in recipe}) < len(recipe):
        raise refusal("table.fields", "two fields have the same name")
    return tuple(recipe)


def read_table(given: FileTable) -> Table:
    """The table in a document. Raises Problem where it is inconsistent."""
    points, targets = unpack("table.points", given.points), unpack("table.targets", given.targets)
    rows = len(targets)
    if targets.ndim != 1 or points.shape != (rows, len(given.columns)) or not 2 <= rows <= 20_000:
        raise refusal("table", "the size of the table does not match its columns")
    whole = given.task != "regression"
    most = len(given.classes or ())
    if not np.isfinite(targets).all() or np.isinf(points).any() or (np.abs(np.nan_to_num(points)) > LARGEST).any():
        raise refusal("table", "a number in the table is too large or not finite")
    if whole and ((targets != np.round(targets)).any() or targets.min() < 0 or targets.max() >= most):
        raise refusal("table.targets", f"classes are whole numbers from 0 to {most - 1}")
    classes = tuple(given.classes) if given.classes is not None else None
    return Table(given.name, tuple(given.columns), points, targets, given.task, classes, _recipe(given))


def pack(array: np.ndarray) -> dict[str, Any]:
    """An array as a document."""
    little = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
    kind = "<i8" if array.dtype.kind == "i" else little.dtype.str
    return {"type": kind, "shape": list(array.shape), "data": base64.b64encode(little.tobytes()).decode()}


def unpack(field: str, packed: Packed) -> np.ndarray:
    """The array in a document. Raises Problem, which names the field, if it is none."""
    kind = np.dtype(packed.type)
    try:
        data = base64.b64decode(packed.data, validate=True)
    except (binascii.Error, ValueError):
        raise refusal(f"{field}.data", "this is not valid base64") from None
    if any(length < 0 for length in packed.shape) or len(data) != kind.itemsize * int(
        np.prod(packed.shape, dtype=object)
    ):
        raise refusal(field, "the data does not match the shape")
    return np.frombuffer(data, kind).reshape(packed.shape).copy()


def refusal(field: str, message: str) -> Problem:
    """422 for a document that gradlab did not write so."""
    return invalid([FieldError(field, None, "a session file as gradlab writes it", message)])
