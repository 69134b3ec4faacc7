"""CSV files, read: what separates the columns, what they hold, which of them is to be predicted.

Parsing is Python's own csv module. A column whose cells are all numbers is one; any other holds words, and becomes one
input of 0 and 1 for each word. A cell that begins like a spreadsheet's formula is a word like any other.
"""

import codecs
import csv
import io
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from app.problems import Problem, invalid
from engine import LIMITS, FieldError
from engine.tasks import TaskName
from engine.uploads import Table

MOST_ROWS, MOST_COLUMNS = 20_000, 64
FEWEST_ROWS = 5
MOST_WORDS = 20  # in a column of words: more are names or remarks, which teach nothing
FEW_VALUES = 10  # whole numbers with no more values than this are taken for classes
LARGEST = 1e15
LONGEST_NAME = 60
PREVIEW_ROWS = 10
SAMPLE = 64 << 10
MISSING = {"", "na", "n/a", "nan", "null", "none", "?", "-", "."}
ENDLESS = {"inf", "+inf", "-inf", "infinity", "+infinity", "-infinity"}
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}
Encoding = Literal["utf-8", "utf-16", "windows-1252"]
Missing = Literal["impute", "drop"]


@dataclass(frozen=True, kw_only=True)
class Options:
    """How a file is to be read; None is for what is found out."""

    name: str = "table"
    target: str | None = None
    task: TaskName | None = None
    header: bool | None = None
    delimiter: str | None = None
    missing: Missing = "impute"
    encoding: Encoding | None = None


@dataclass
class Column:
    """One column of the file: its cells as text, and as numbers if they are such."""

    name: str
    cells: list[str]
    decimal: str
    rows: list[int]  # where each cell stands in the file, from 1
    numbers: np.ndarray | None = None  # NaN where missing
    inputs: list[str] = field(default_factory=list)
    note: str = ""

    def __post_init__(self) -> None:
        self.missing = np.array([cell.strip().lower() in MISSING for cell in self.cells])
        self.numbers = self._numbers()

    def _numbers(self) -> np.ndarray | None:
        values = np.full(len(self.cells), math.nan)
        endless: tuple[int, str] | None = None
        for row, cell in enumerate(self.cells):
            if self.missing[row]:
                continue
            if cell.strip().lower() in ENDLESS:
                endless = endless or (row, cell.strip())
                continue
            number = number_of(cell, self.decimal)
            if number is None:
                return None  # a column of words, in which `inf` is a word too
            values[row] = number
        if endless:
            row, cell = endless
            raise refusal(
                cell,
                "finite numbers",
                f"row {self.rows[row]} of column '{self.name}' holds {cell}, which cannot be computed with. "
                "Leave the cell empty if the value is missing",
            )
        largest = np.abs(values[~self.missing]).max(initial=0)
        if largest > LARGEST:
            raise refusal(
                float(largest), f"numbers up to {LARGEST:g}", f"column '{self.name}' holds numbers that are too large"
            )
        return values

    @property
    def words(self) -> list[str]:
        """The different words, in order; of numbers as they are written."""
        return sorted({cell.strip() for cell, gone in zip(self.cells, self.missing, strict=True) if not gone})

    def as_data(self, role: str) -> dict[str, Any]:
        """This column for the answer."""
        data: dict[str, Any] = {
            "name": self.name,
            "type": "text" if self.numbers is None else "number",
            "role": role,
            "missing": int(self.missing.sum()),
            "inputs": self.inputs,
            "note": self.note,
        }
        if self.numbers is not None and not self.missing.all():
            known = self.numbers[~self.missing]
            return data | {"low": float(known.min()), "high": float(known.max()), "mean": float(known.mean())}
        return data | {"words": self.words[:MOST_WORDS]}


@dataclass(frozen=True)
class Reading:
    """A table, and what was found in its file."""

    table: Table
    found: dict[str, Any]


def refusal(given: Any, expected: str, message: str, where: str = "file") -> Exception:
    """What is wrong with the file, or with the field `where` of its options, as a problem."""
    return invalid([FieldError(where, given, expected, message)])


def read_table(body: bytes, options: Options) -> Reading:
    """The table in a file. Raises Problem 422 that says what is wrong and what to do."""
    text = _decoded(body, options.encoding)
    delimiter = _delimiter(text, options.delimiter)
    rows = _rows(text, delimiter)
    decimal = "," if delimiter != "," and _has_decimal_commas(rows) else "."
    headed = _is_header(rows, decimal) if options.header is None else options.header
    names = _names(rows[0]) if headed else [f"column {index + 1}" for index in range(len(rows[0]))]
    body_rows = rows[1:] if headed else rows
    if len(body_rows) < FEWEST_ROWS:
        raise refusal(len(body_rows), f"{FEWEST_ROWS} rows or more", "there are too few rows to learn from")
    with _telling_columns(names):
        target_at = _target(names, options.target)
        kept = _kept_rows(body_rows, target_at, options.missing)
        if len(kept) < FEWEST_ROWS:
            message = f"without the rows in which a value is missing only {len(kept)} are left"
            raise refusal(len(kept), f"{FEWEST_ROWS} rows or more", message)
        columns = [
            Column(name, [body_rows[row][index] for row in kept], decimal, [row + 1 for row in kept])
            for index, name in enumerate(names)
        ]
        target = columns.pop(target_at)
        task, targets, classes = _targets(target, options.task)
        inputs, points = _inputs(columns)
    name = options.name.strip()[:LONGEST_NAME] or "table"
    table = Table(name, tuple(inputs), points, targets, task, classes)
    found = {
        "name": name,
        "rows": len(table),
        "dropped": len(body_rows) - len(kept),
        "delimiter": delimiter,
        "decimal": decimal,
        "header": headed,
        "task": task,
        "classes": list(classes) if classes else None,
        "target": target.name,
        "columns": [
            *(column.as_data("input" if column.inputs else "unused") for column in columns),
            target.as_data("target"),
        ],
        "inputs": list(inputs),
        "preview": {"names": names, "rows": body_rows[:PREVIEW_ROWS]},
    }
    return Reading(table, found)


@contextmanager
def _telling_columns(names: list[str]) -> Iterator[None]:
    """Whatever is refused tells the columns too, so that another target can be chosen."""
    try:
        yield
    except Problem as problem:
        problem.more["columns"] = names
        raise


def described(table: Table) -> dict[str, Any]:
    """What `Reading.found` says, of a table that came without its file."""
    columns = []
    for name, values in zip(table.columns, table.points.T, strict=True):
        known = values[~np.isnan(values)]
        data = {"name": name, "type": "number", "role": "input", "missing": len(values) - len(known), "inputs": [name]}
        numbers = {"low": float(known.min()), "high": float(known.max()), "mean": float(known.mean())}
        columns.append(data | {"note": "It came with a session file."} | (numbers if len(known) else {}))
    target = {"name": "target", "type": "number", "role": "target", "missing": 0, "inputs": [], "note": ""}
    cells = [
        [
            *("" if np.isnan(value) else f"{value:g}" for value in point),
            table.classes[int(t)] if table.classes else f"{t:g}",
        ]
        for point, t in zip(table.points[:PREVIEW_ROWS], table.targets, strict=False)
    ]
    return {
        "name": table.name,
        "rows": len(table),
        "dropped": 0,
        "delimiter": ",",
        "decimal": ".",
        "header": True,
        "task": table.task,
        "classes": list(table.classes) if table.classes else None,
        "target": "target",
        "columns": [*columns, target],
        "inputs": list(table.columns),
        "preview": {"names": [*table.columns, "target"], "rows": cells},
    }


def number_of(cell: str, decimal: str = ".") -> float | None:
    """The finite number in a cell, or None. What only Python reads as a number (`1_000`) is none."""
    text = cell.strip()
    if decimal == ",":
        text = text.replace(",", ".")
    if not text or "_" in text or not text.isascii():
        return None
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _decoded(body: bytes, encoding: Encoding | None) -> str:
    if not body.strip():
        raise refusal(None, "a CSV file", "the file is empty")
    if encoding is None:
        encoding = "utf-16" if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8"
    try:
        text = body.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except UnicodeDecodeError as error:
        line = body[: error.start].count(b"\n") + 1
        raise refusal(
            f"0x{body[error.start]:02X}",
            "text in UTF-8",
            f"line {line} is not {encoding.upper()}. Save the file as UTF-8, or say encoding=windows-1252",
        ) from None
    if "\0" in text:
        raise refusal(None, "a CSV file", "this is not text: save the table as CSV and send that")
    return text


def _delimiter(text: str, given: str | None) -> str:
    if given is not None:
        delimiter = DELIMITERS.get(given, given)
        if delimiter not in DELIMITERS.values():
            raise refusal(given, f"one of: {', '.join(DELIMITERS)}", "this is no delimiter", "delimiter")
        return delimiter
    sample = text[:SAMPLE] if len(text) <= SAMPLE else text[:SAMPLE].rpartition("\n")[0]

    def agreement(delimiter: str) -> tuple[float, int]:
        """The share of the sample's rows that have as many columns as most; and how many those are."""
        try:
            widths = Counter(len(row) for row in csv.reader(io.StringIO(sample), delimiter=delimiter) if row)
        except csv.Error:
            return 0, 0
        width, count = max(widths.items(), key=lambda item: item[1], default=(1, 0))
        return (count / widths.total(), width) if width > 1 else (0, 0)

    return max(DELIMITERS.values(), key=agreement)


def _rows(text: str, delimiter: str) -> list[list[str]]:
    """All rows with anything in them, of equal length."""
    rows: list[list[str]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            width = len(rows[0]) if rows else len(row)
            if len(row) > MOST_COLUMNS:
                raise refusal(
                    len(row), f"up to {MOST_COLUMNS} columns", f"line {reader.line_num} has {len(row)} columns"
                )
            if len(row) != width:
                message = f"line {reader.line_num} has {len(row)} columns, the first has {width}"
                raise refusal(len(row), f"{width} columns", message)
            rows.append(row)
            if len(rows) > MOST_ROWS + 1:
                raise refusal(None, f"up to {MOST_ROWS} rows", f"the file has more than {MOST_ROWS} rows")
    except csv.Error as error:
        hint = "is a quotation mark left open?" if "end of data" in str(error) or "limit" in str(error) else str(error)
        raise refusal(None, "a CSV file", f"line {reader.line_num} cannot be read: {hint}") from None
    if not rows:
        raise refusal(None, "a CSV file", "there is nothing in the file")
    if len(rows[0]) < 2:
        message = "there is only one column; at least one to learn from and one to predict are needed"
        raise refusal(1, "two columns or more", message)
    return rows


def _has_decimal_commas(rows: Sequence[Sequence[str]]) -> bool:
    """Whether there are numbers like 1,5 and none like 1.5."""
    cells = [cell for row in rows[:200] for cell in row]
    points = any("." in cell and number_of(cell) is not None for cell in cells)
    return not points and any("," in cell and number_of(cell, ",") is not None for cell in cells)


def _is_header(rows: list[list[str]], decimal: str) -> bool:
    """Whether the first row is names: all words, and below at least one of them numbers or other words each."""
    first = rows[0]
    if any(number_of(cell, decimal) is not None for cell in first):
        return False
    below = rows[1:200]
    numeric = any(any(number_of(row[index], decimal) is not None for row in below) for index in range(len(first)))
    repeated = any(any(row[index] == name for row in below) for index, name in enumerate(first))
    return numeric or not repeated


def _names(first: list[str]) -> list[str]:
    names = [" ".join(name.split())[:LONGEST_NAME] or f"column {index + 1}" for index, name in enumerate(first)]
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        message = f"{names.count(twice[0])} columns are called '{twice[0]}'; give each a name of its own"
        raise refusal(twice[0], "different names", message)
    return names


def _target(names: list[str], given: str | None) -> int:
    if given is None:
        return len(names) - 1
    if given not in names:
        raise refusal(given, f"one of: {', '.join(names)}", f"there is no column '{given}'", "target")
    return names.index(given)


def _kept_rows(rows: list[list[str]], target: int, missing: Missing) -> list[int]:
    """Which rows to learn from: one without a target is of no use."""

    def whole(row: list[str]) -> bool:
        looked_at = row if missing == "drop" else [row[target]]
        return all(cell.strip().lower() not in MISSING for cell in looked_at)

    if not any(row[target].strip().lower() not in MISSING for row in rows):
        raise refusal(None, "a value in each row", "the column to predict is empty", "target")
    return [index for index, row in enumerate(rows) if whole(row)]


def _targets(column: Column, task: TaskName | None) -> tuple[TaskName, np.ndarray, tuple[str, ...] | None]:
    """What is to be predicted: the task, targets (rows,) and the classes' names."""
    if task == "multilabel":
        raise refusal(task, "binary, multiclass or regression", "a file has one column to predict", "task")
    numbers, words = column.numbers, column.words
    if len(words) < 2 or (numbers is not None and len(np.unique(numbers)) < 2):
        raise refusal(
            words[:1],
            "two values or more",
            f"the column '{column.name}' always holds {words[0]!r}: there is nothing to predict",
            "target",
        )
    if task is None and numbers is not None:
        values = np.unique(numbers)
        if len(values) > FEW_VALUES or (values != np.round(values)).any():
            task = "regression"
    if task == "regression":
        if numbers is None:
            message = f"the column '{column.name}' holds words; a regression predicts numbers"
            raise refusal(words[0], "numbers", message, "task")
        return "regression", numbers, None
    if numbers is not None:  # 1, 1.0 and 01 are one class
        values, codes = np.unique(numbers, return_inverse=True)
        words = [f"{value:g}" for value in values]
    else:
        order = {word: index for index, word in enumerate(words)}
        codes = np.array([order[cell.strip()] for cell in column.cells])
    if len(words) > LIMITS.classes:
        raise refusal(
            len(words),
            f"up to {LIMITS.classes} classes",
            f"the column '{column.name}' holds {len(words)} different values, too many for classes. "
            "Choose another target, or one of numbers",
            "target",
        )
    if task == "binary" and len(words) != 2:
        raise refusal(len(words), "2 classes", f"the column '{column.name}' holds {len(words)} classes", "task")
    found: TaskName = task or ("binary" if len(words) == 2 else "multiclass")
    return found, codes.astype(np.float64), tuple(words)


def _inputs(columns: list[Column]) -> tuple[list[str], np.ndarray]:
    """The inputs' names and points (rows, inputs). Columns that teach nothing are left out, with a note."""
    names: list[str] = []
    parts: list[np.ndarray] = []
    for column in columns:
        words = column.words
        if len(words) < 2:
            column.note = "Left out: it always holds the same." if words else "Left out: it is empty."
        elif column.numbers is not None:
            column.inputs = [column.name]
            parts.append(column.numbers[:, None])
        elif len(words) > MOST_WORDS:
            column.note = f"Left out: it holds {len(words)} different words, more than {MOST_WORDS}."
        else:
            column.inputs = [f"{column.name}: {word}"[:LONGEST_NAME] for word in words]
            cells = np.array([cell.strip() for cell in column.cells])
            parts.append((cells[:, None] == np.array(words)).astype(np.float64))
        names += column.inputs
    if not names:
        raise refusal(
            None, "a column to learn from", "no column is left to learn from: each is empty or always the same"
        )
    if len(names) > LIMITS.inputs:
        widest = max(columns, key=lambda column: len(column.inputs))
        raise refusal(
            len(names),
            f"up to {LIMITS.inputs} inputs",
            f"columns of words become one input for each word, {len(names)} in all, and most of them are of "
            f"'{widest.name}'. Leave some columns out",
        )
    repeated = [name for name, count in Counter(names).items() if count > 1]
    if repeated:
        raise refusal(repeated[0], "different names", f"two inputs would be called '{repeated[0]}'; rename a column")
    return names, np.hstack(parts)
