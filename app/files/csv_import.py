"""Reading CSV files: which rows and columns to learn from, which column to predict, and what was found.

`csv_text` turns a file into rows, and `csv_columns` finds out what the columns hold. A column of words becomes one
input of 0 or 1 for each word; a date becomes the days since the earliest. A cell that starts like a spreadsheet formula
is a word like any other.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np

from app.files.csv_columns import (
    HEADER_ROWS,
    LARGEST,
    LONGEST_NAME,
    MOST_WORDS,
    Column,
    Names,
    find_kinds,
    is_missing,
    looks_like_row_numbers,
    names_columns,
    reads_as_one_kind,
    shortened,
)
from app.files.csv_text import MOST_COLUMNS, MOST_NAMED, MOST_ROWS, Encoding, Sheet, read_sheet, refusal, too_large
from app.problems import Problem
from engine import LIMITS
from engine.components.tasks import TaskName
from engine.data.cells import number_of, written
from engine.data.fields import MISSING
from engine.data.splits import drawn_share
from engine.data.uploads import Table

FEWEST_ROWS = 5
FEW_VALUES = 10  # whole numbers with no more values than this are taken for classes
PREVIEW_ROWS = 10
YEARS = range(1800, 2201)
SURELY_MISSING = frozenset({"", "?", "nan", "#n/a"})  # in a target of words; NA or None may be classes
Missing = Literal["impute", "drop"]


@dataclass(frozen=True, kw_only=True)
class Options:
    """How to read a file; None means to detect it, or to use all of them."""

    name: str = "table"
    target: str | None = None
    task: TaskName | None = None
    header: bool | None = None
    delimiter: str | None = None
    missing: Missing = "impute"
    encoding: Encoding | None = None
    columns: tuple[str, ...] | None = None
    rows: int | None = None
    seed: int = 0


@dataclass(frozen=True)
class Reading:
    """A table, and what was found in its file."""

    table: Table
    found: dict[str, Any]


def read_table(body: bytes, options: Options) -> Reading:
    """The table in a file. Raises Problem 422 that says what is wrong and what to do."""
    sheet = read_sheet(body, options.encoding, options.delimiter)
    notes = sheet.notes
    headed = _is_header(sheet.rows) if options.header is None else options.header
    if headed and options.header is None and any(number_of(cell) is not None for cell in sheet.rows[0]):
        notes.append("The first row was read as column names. If it holds data, send header=false.")
    names = _names(sheet.rows[0] if headed else [""] * len(sheet.rows[0]))
    if headed:
        del sheet.rows[0], sheet.lines[0]
    if not sheet.rows or (len(sheet.rows) < FEWEST_ROWS and len(names.full) <= MOST_COLUMNS):
        raise refusal(len(sheet.rows), f"{FEWEST_ROWS} rows or more", "there are not enough rows to learn from")
    with _naming_columns(names):
        target_at = _target(names, options.target)
        chosen = _chosen(names, target_at, options.columns)
        if len(chosen) > MOST_COLUMNS + (options.columns is not None) or (
            len(sheet.rows) > MOST_ROWS and options.rows is None
        ):
            raise too_large(len(sheet.rows), names)
        target = _target_column(names.shown[target_at], sheet, target_at)
        kept, dropped = _kept_rows(sheet, chosen, target, target_at, options, notes)
        columns = [_column(sheet, names.shown[index], index, kept) for index in chosen if index != target_at]
        target = _column(sheet, target.name, target_at, kept, target.missing_words)
        notes += find_kinds([*columns, target], sheet.delimiter)
        _check_numbers([*columns, target])
        task, targets, classes = _targets(target, options.task, notes)
        inputs, points = _inputs(columns, options.columns is not None)
    recipe = tuple(column.as_field() for column in columns if column.inputs)
    name = options.name.strip()[:LONGEST_NAME] or "table"
    table = Table(name, tuple(inputs), points, targets, task, classes, recipe)
    by_index = dict(zip((index for index in chosen if index != target_at), columns, strict=True)) | {target_at: target}
    signed = [column for column in by_index.values() if column.type == "number" and column.format.decimal == ","]
    found = {
        "name": name,
        "rows": len(table),
        "dropped": dropped,
        "delimiter": sheet.delimiter,
        "decimal": "," if any("," in cell for column in signed for cell in column.known) else ".",
        "header": headed,
        "task": task,
        "classes": list(classes) if classes else None,
        "target": target.name,
        "columns": [
            *(column.as_data("input" if column.inputs else "unused") for column in columns),
            target.as_data("target"),
        ],
        "notes": notes,
        "inputs": list(inputs),
        "preview": {
            "names": [names.shown[index] for index in chosen],
            "rows": [[row[index] for index in chosen] for row in sheet.rows[:PREVIEW_ROWS]],
        },
    }
    return Reading(table, found)


@contextmanager
def _naming_columns(names: Names) -> Iterator[None]:
    """Adds the columns to every refusal, so that another target can be chosen."""
    try:
        yield
    except Problem as problem:
        if len(names.shown) <= MOST_NAMED:
            problem.more["columns"] = list(names.shown)
        raise


def described(table: Table) -> dict[str, Any]:
    """What `Reading.found` would say of a table that came without its file."""
    columns: list[dict[str, Any]] = []
    for field, place in zip(table.fields.fields, table.fields.places, strict=True):
        values = table.points[:, place]
        lacking = (values == 0).all(axis=1) if field.type == "text" else np.isnan(values[:, 0])
        data = {"name": field.name, "type": field.type, "role": "input", "missing": int(lacking.sum())}
        data |= {"inputs": list(field.columns), "note": "From a session file."}
        known = values[~lacking]
        if field.type == "text":
            data["words"] = shortened(field.words)
        elif field.type == "number" and len(known):
            data |= {"low": float(known.min()), "high": float(known.max()), "mean": float(known.mean())}
        columns.append(data)
    kind = "text" if table.classes else "number"
    name = _other_than([column["name"] for column in columns], "target")
    target = {"name": name, "type": kind, "role": "target", "missing": 0, "inputs": [], "note": ""}
    rows = table.fields.decode(table.points[:PREVIEW_ROWS])
    cells = [
        [*map(_cell, row), table.classes[int(t)] if table.classes else written(t)]
        for row, t in zip(rows, table.targets, strict=False)
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
        "target": name,
        "columns": [*columns, target],
        "notes": [],
        "inputs": list(table.columns),
        "preview": {"names": [*(column["name"] for column in columns), name], "rows": cells},
    }


def _other_than(names: Sequence[str], name: str) -> str:
    while name in names:
        name += " "
    return name


def _cell(value: float | str | None) -> str:
    if value is None or value != value:
        return ""
    return value if isinstance(value, str) else written(value)


def _is_header(rows: list[list[str]]) -> bool:
    """Whether the first row holds names: words, years or an index above columns of numbers or dates."""
    first, below = rows[0], rows[1:HEADER_ROWS]
    if not below:
        return not any(number_of(cell) is not None for cell in first)
    if names_columns(rows):
        return True
    numbers = [number_of(cell) for cell in first if cell.strip()]
    if any(number is not None for number in numbers):
        return _counts_columns(first, [number for number in numbers if number is not None], below)
    repeated = any(any(row[index] == name for row in below) for index, name in enumerate(first))
    return not repeated and any(not is_missing(cell) and not reads_as_one_kind([cell]) for cell in first)


def _counts_columns(first: list[str], numbers: list[float], below: list[list[str]]) -> bool:
    """Whether the numbers of the first row number the columns, or are years that do not recur below."""
    steps = {after - before for before, after in pairwise(numbers)}
    if len(steps) != 1 or 0 in steps or len(numbers) < len(first) - 1:
        return False
    if all(number in YEARS for number in numbers):
        unlike = numbers if steps == {1.0} else YEARS
        return not any(number_of(cell) in unlike for row in below for cell in row)
    if steps != {1.0}:
        return False
    whole = all(number_of(cell) is None or "." not in cell for row in below for cell in row if not is_missing(cell))
    unnamed = not first[0].strip()
    return numbers[0] in (0, 1) and (unnamed or (not whole and len(numbers) > 2))


def _names(first: list[str]) -> Names:
    full = [" ".join(name.split()) or f"column {index + 1}" for index, name in enumerate(first)]
    twice = [name for name, count in Counter(full).items() if count > 1]
    if twice:
        name = shortened(twice[:1])[0]
        message = f"{full.count(twice[0])} columns are named '{name}'. Give each a different name"
        raise refusal(name, "different names", message)
    return Names(full, shortened(full))


def _target(names: Names, given: str | None) -> int:
    if given is None:
        return len(names.full) - 1
    found = names.find(given)
    if found is None:
        listed = ", ".join(names.shown[:MOST_COLUMNS])
        raise refusal(given, f"one of: {listed}", f"there is no column '{given[:200]}'", "target")
    return found


def _chosen(names: Names, target: int, given: tuple[str, ...] | None) -> list[int]:
    """Which columns to keep, in the order of the file."""
    if given is None:
        return list(range(len(names.full)))
    chosen = {target}
    for name in given:
        found = names.find(name)
        if found is None:
            listed = ", ".join(names.shown[:MOST_COLUMNS])
            raise refusal(name, f"one of: {listed}", f"there is no column '{name[:200]}'", "column")
        chosen.add(found)
    return sorted(chosen)


def _column(sheet: Sheet, name: str, index: int, kept: Sequence[int], missing: frozenset[str] = MISSING) -> Column:
    cells = [sheet.rows[row][index] for row in kept]
    return Column(name, cells, [row + 1 for row in kept], [sheet.lines[row] for row in kept], missing)


def _target_column(name: str, sheet: Sheet, index: int) -> Column:
    """The target over all rows. In a column of words, NA or None may be a class: only clear signs count as missing."""
    column = _column(sheet, name, index, range(len(sheet.rows)))
    if not column.known:
        raise refusal(None, "a value in each row", "the column to predict is empty", "target")
    find_kinds([column], sheet.delimiter)
    if column.type == "text" and column.bad is None:
        column = _column(sheet, name, index, range(len(sheet.rows)), SURELY_MISSING)
        if len(column.known) < 2:  # then ? or nan is the other class
            column = _column(sheet, name, index, range(len(sheet.rows)), frozenset({""}))
    return column


def _kept_rows(
    sheet: Sheet, chosen: Sequence[int], target: Column, target_at: int, options: Options, notes: list[str]
) -> tuple[list[int], int]:
    """Which rows to learn from, and how many are not usable, such as rows without a target."""
    useful = ~target.missing
    if options.missing == "drop":
        others = [index for index in chosen if index != target_at]
        useful &= [not any(is_missing(row[index]) for index in others) for row in sheet.rows]
    kept = np.flatnonzero(useful)
    if len(kept) < FEWEST_ROWS:
        message = f"only {len(kept)} rows are left without those that have a missing value"
        raise refusal(len(kept), f"{FEWEST_ROWS} rows or more", message)
    words = sorted({cell for cell, gone in zip(target.cells, target.missing, strict=True) if gone and cell})
    if target.missing.any():
        treated = f" ({_quoted(words)} treated as missing)" if words else ""
        notes.append(f"Left out: {int(target.missing.sum()):,} rows without a value in '{target.name}'{treated}.")
    if options.rows is not None and options.rows < len(kept):
        codes = np.unique([target.cells[row] for row in kept], return_inverse=True)[1]
        strata = codes if codes.max() < LIMITS.classes else None
        share = drawn_share(strata, len(kept), options.rows, options.seed)
        way = "in proportion to the classes" if strata is not None else "at random"
        notes.append(f"Used: {len(share):,} of {len(kept):,} rows, drawn {way} (seed {options.seed}).")
        return kept[share].tolist(), len(sheet.rows) - len(kept)
    return kept.tolist(), len(sheet.rows) - len(kept)


def _check_numbers(columns: Sequence[Column]) -> None:
    for column in columns:
        if column.endless is not None:
            cell = column.cells[column.endless]
            raise refusal(
                cell,
                "finite numbers",
                f"row {column.rows[column.endless]} of column '{column.name}' holds {cell}, which is not a "
                "finite number. Leave the cell empty if the value is missing",
            )
        largest = 0.0 if column.values is None else float(np.abs(column.values[~column.missing]).max(initial=0))
        if largest > LARGEST:
            raise refusal(
                largest, f"numbers up to {written(LARGEST)}", f"column '{column.name}' holds numbers that are too large"
            )


def _targets(
    column: Column, task: TaskName | None, notes: list[str]
) -> tuple[TaskName, np.ndarray, tuple[str, ...] | None]:
    """What to predict: the task, targets (rows,) and the names of the classes."""
    if task == "multilabel":
        raise refusal(task, "binary, multiclass or regression", "only one column of a file can be predicted", "task")
    numbers, words = column.values, column.known
    if len(words) < 2 or (numbers is not None and len(np.unique(numbers)) < 2):
        raise refusal(
            words[:1],
            "two values or more",
            f"column '{column.name}' always holds '{words[0][:LONGEST_NAME]}', so there is nothing to predict",
            "target",
        )
    if task is None and numbers is not None:
        values = np.unique(numbers)
        if column.type == "date" or len(values) > FEW_VALUES or (values != np.round(values)).any():
            task = "regression"
    if task == "regression":
        if numbers is None:
            given, why = (column.cells[column.bad], column.bad_cell()) if column.bad is not None else (words[0], "")
            message = why or f"column '{column.name}' holds words, but a regression predicts numbers"
            raise refusal(given, "numbers", message, "task")
        return "regression", numbers, None
    if numbers is not None:  # 1, 1.0 and 01 are one class
        values, codes = np.unique(numbers + 0.0, return_inverse=True)  # -0 is 0
        words = [written(value) for value in values]
    else:
        order = {word: index for index, word in enumerate(words)}
        codes = np.array([order[cell] for cell in column.cells])
        _note_classes(column, notes)
    if len(words) > LIMITS.classes:
        why = f" This may be because {column.bad_cell()}." if column.bad is not None else ""
        raise refusal(
            len(words),
            f"up to {LIMITS.classes} classes",
            f"column '{column.name}' holds {len(words)} different values, which is too many for classes.{why} "
            "Choose another target, or a column of numbers",
            "target",
        )
    if task == "binary" and len(words) != 2:
        raise refusal(len(words), "2 classes", f"column '{column.name}' holds {len(words)} classes", "task")
    found: TaskName = task or ("binary" if len(words) == 2 else "multiclass")
    return found, codes.astype(np.float64), tuple(shortened(words))


def _note_classes(column: Column, notes: list[str]) -> None:
    doubtful = [word for word in column.known if is_missing(word)]
    if doubtful:
        reading = "was read as a class" if len(doubtful) == 1 else "were read as classes"
        notes.append(
            f"{_quoted(doubtful)} in '{column.name}' {reading}, not as missing. "
            "Leave a cell empty if its value is missing."
        )
    if column.bad is not None:
        notes.append(f"The values were read as words because {column.bad_cell()}. Correct the cell if it is an error.")


def _quoted(words: Sequence[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)


def _inputs(columns: Sequence[Column], asked: bool) -> tuple[list[str], np.ndarray]:
    """The names of the inputs, and points (rows, inputs). Columns with nothing to learn from are left out, with a note.

    `asked` means that the columns were chosen by the user: then one that looks like row numbers is kept.
    """
    for column in columns:
        column.note_missing()
        reason = _reason_to_leave_out(column)
        if reason:
            column.notes = [f"Left out: {reason}"]
        else:
            column.inputs = [column.name]
    used = [column for column in columns if column.inputs]
    for column in [] if asked else [column for column in used if looks_like_row_numbers(column)]:
        if len(used) > 1:
            used.remove(column)
            column.inputs = []
            column.notes = ["Left out: it looks like row numbers. To use it anyway, choose it as an input."]
        else:
            column.notes.append("It looks like row numbers, but it is the only column to learn from.")
    if not used:
        reasons = "; ".join(f"'{column.name}': {column.note.removeprefix('Left out: ')}" for column in columns[:5])
        raise refusal(None, "a column to learn from", f"there is no column to learn from. {reasons}")
    return _encoded(used)


def _reason_to_leave_out(column: Column) -> str | None:
    if not column.known:
        return "it is empty."
    values = column.values[~column.missing] if column.values is not None else None
    if len(column.known) < 2 or (values is not None and values.min() == values.max()):
        return "it has the same value in every row."
    if column.bad is not None:
        return (
            f"{column.bad_cell()}. Correct the cell or leave it empty, and upload the file again. An empty cell is "
            "filled with the column's mean."
        )
    if column.type == "text" and len(column.known) > MOST_WORDS:
        wrong = [cell for cell in column.known if number_of(cell, column.format) is None]
        if len(wrong) < len(column.known) / 2:
            place = min(column.cells.index(cell) for cell in wrong)
            return f"most of its cells are numbers, but {column.where(place)} holds '{column.cells[place][:40]}'."
        return f"it holds {len(column.known)} different words, more than {MOST_WORDS}."
    if column.type == "text" and len(column.known) == int((~column.missing).sum()):
        return "every row holds a different word."
    return None


def _encoded(columns: Sequence[Column]) -> tuple[list[str], np.ndarray]:
    widths = [len(column.known) if column.type == "text" else 1 for column in columns]
    if sum(widths) > LIMITS.inputs:
        widest = columns[int(np.argmax(widths))]
        raise refusal(
            sum(widths),
            f"up to {LIMITS.inputs} inputs",
            f"each word of a column becomes one input. That makes {sum(widths)} inputs, most of them from "
            f"'{widest.name}'. Leave some columns out",
        )
    names = [
        f"{column.name}: {word}" if column.type == "text" else column.name
        for column in columns
        for word in (column.known if column.type == "text" else [column.name])
    ]
    repeated = [name for name, count in Counter(names).items() if count > 1]
    if repeated:
        raise refusal(repeated[0], "different names", f"two inputs would be named '{repeated[0]}'. Rename a column")
    names = shortened(names)
    parts, first = [], 0
    for column, width in zip(columns, widths, strict=True):
        column.inputs = names[first : first + width]
        first += width
        if column.values is not None:
            parts.append(column.values[:, None])
        else:
            parts.append((np.array(column.cells)[:, None] == np.array(column.known)).astype(np.float64))
    return names, np.hstack(parts)
