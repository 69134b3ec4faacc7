"""The columns of a CSV file: whether they hold numbers, dates or words, and how these are written.

Each column is read as a whole. Its decimal sign is the one that makes all of its cells numbers; if both do, the other
columns decide. The column's note says what was assumed.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

import numpy as np

from engine.data.cells import USUAL, DateOrder, NumberFormat, bare, days_between, moment_of, number_of
from engine.data.fields import MISSING, Field, FieldType

MOST_WORDS = 20  # in a column of words: more are names or remarks, which teach nothing
LARGEST = 1e15
HEADER_ROWS = 200  # that are looked at to tell whether the first row is names
MOST_LOOKED_AT = 64  # columns, for the same
LONGEST_NAME = 60
FEWEST_TO_COUNT = 20  # rows in which 1, 2, 3 ... are taken for row numbers, whatever the column is called
BAD_SHARE = 0.02  # of the cells may be in error before a column of numbers is one of words
FEWEST_FOR_BAD = 8
ENDLESS = {"inf", "+inf", "-inf", "infinity", "+infinity", "-infinity"}
FORMATS = tuple(
    NumberFormat(decimal, thousands)
    for decimal, thousands in (
        (".", ""),
        (",", ""),
        (".", ","),
        (",", "."),
        (".", " "),
        (",", " "),
        (".", "'"),
        (",", "'"),
    )
)
POINT, COMMA, COMMA_GROUPS, POINT_GROUPS = FORMATS[:4]
PLAIN_CELLS = re.compile(r"[0-9.eE+\-\n]+")
COUNTING = re.compile(
    r"|#|unnamed(: \d+)?|column \d+|[a-z]+id"
    r"|(.*[ _.#])?(ids?|idx|index|key|nr|no|num|number|nummer|rows?|rownum|row ?number|line|record|serial|case"
    r"|obs|observation|sample)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Names:
    """The names of the columns, in full and as they are shown."""

    full: list[str]
    shown: list[str]

    def find(self, name: str) -> int | None:
        """The index of the column with this name, in full or as it is shown."""
        for names in (self.full, self.shown):
            if name in names:
                return names.index(name)
        return None


def shortened(names: Sequence[str], longest: int = LONGEST_NAME) -> list[str]:
    """Names of at most so many characters: long ones lose their middle, and stay different from each other."""
    half = (longest - 3) // 2
    shown = [name if len(name) <= longest else f"{name[:half]} … {name[-half:]}" for name in names]
    twice = Counter(shown)
    less = half - 4
    return [
        short if twice[short] == 1 or short == name else f"{name[:less]} … {name[-less:]} ({index + 1})"
        for index, (name, short) in enumerate(zip(names, shown, strict=True))
    ]


def is_missing(cell: str) -> bool:
    """Whether a cell is empty, or holds a word that says so."""
    return cell.strip().lower() in MISSING


def fitting(cells: Iterable[str]) -> list[NumberFormat]:
    """The formats in which all of the cells are numbers."""
    known = [bare(cell) for cell in cells]
    if not known:
        return []
    joined = "\n".join(known)
    if PLAIN_CELLS.fullmatch(joined) and _are_floats(known):
        if "." not in joined:
            return list(FORMATS)
        grouped = all("." not in cell or POINT_GROUPS.pattern.fullmatch(cell) for cell in known)
        return [each for each in FORMATS if each.decimal == "." or (grouped and each == POINT_GROUPS)]
    return [each for each in FORMATS if all(map(each.pattern.fullmatch, known))]


def _are_floats(cells: Sequence[str]) -> bool:
    try:
        return bool(np.isfinite([float(cell) for cell in cells]).all())
    except ValueError:
        return False


def date_order(cells: Sequence[str]) -> tuple[DateOrder, bool] | None:
    """How day and month are ordered in cells that are all dates, and whether that is a guess; None if they are not."""
    if not cells:
        return None
    orders: list[DateOrder] = [
        order for order in ("dmy", "mdy") if all(moment_of(cell, order) is not None for cell in cells)
    ]
    if not orders:
        return None
    if len(orders) == 1:
        return orders[0], False
    if all(moment_of(cell, "dmy") == moment_of(cell, "mdy") for cell in cells):
        return "dmy", False
    if any("/" in cell for cell in cells):
        return "mdy", True
    return "dmy", not all("." in cell for cell in cells)


def reads_as_one_kind(cells: Sequence[str]) -> bool:
    """Whether a column holds numbers of one kind, or dates."""
    known = {cell for cell in cells if not is_missing(cell)}
    return bool(fitting(known)) or date_order(list(known)) is not None


def names_columns(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row has a word above a column of numbers or dates."""
    first, below = rows[0], rows[1:HEADER_ROWS]
    return any(
        not is_missing(cell) and not reads_as_one_kind([cell]) and reads_as_one_kind([row[index] for row in below])
        for index, cell in enumerate(first[:MOST_LOOKED_AT])
    )


@dataclass
class Column:
    """One column of the file. `rows` and `lines` say where each cell is: in which row, from 1, and line of the file."""

    name: str
    cells: list[str]
    rows: list[int]
    lines: list[int]
    missing_words: frozenset[str] = MISSING
    type: FieldType = "text"
    format: NumberFormat = USUAL
    order: DateOrder = "ymd"
    values: np.ndarray | None = None  # of numbers and dates; NaN where missing
    start: str = ""
    bad: int | None = None  # the place of a cell that keeps the column from being one of numbers or dates
    inputs: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.cells = [cell.strip() for cell in self.cells]
        lowered = {cell: cell.lower() in self.missing_words for cell in set(self.cells)}
        self.missing = np.array([lowered[cell] for cell in self.cells], bool)
        self.known = sorted(cell for cell, gone in lowered.items() if not gone)

    @cached_property
    def formats(self) -> list[NumberFormat]:
        """The formats in which all cells are numbers; infinite ones are ignored."""
        return fitting(cell for cell in self.known if cell.lower() not in ENDLESS)

    @property
    def endless(self) -> int | None:
        """The index of the first infinite number in a column of numbers."""
        places = [index for index, cell in enumerate(self.cells) if cell.lower() in ENDLESS]
        numbers = self.formats or all(cell.lower() in ENDLESS for cell in self.known)
        return places[0] if places and numbers else None

    def where(self, place: int) -> str:
        """A cell's place, in words."""
        return f"row {self.rows[place]} of column '{self.name}' (line {self.lines[place]} of the file)"

    def bad_cell(self) -> str:
        """What is wrong with the bad cell, and where it is."""
        place = self.bad or 0
        others = "dates" if self.order != "ymd" else "numbers"
        return f"{self.where(place)} holds '{self.cells[place][:40]}', but the other cells hold {others}"

    @property
    def note(self) -> str:
        """Everything there is to say about it."""
        return " ".join(self.notes)

    def note_missing(self) -> None:
        """Notes which words were treated as missing values."""
        words = Counter(cell for cell, gone in zip(self.cells, self.missing, strict=True) if gone and cell)
        if words:
            listed = ", ".join(f"'{word}' ({count})" for word, count in words.most_common(5))
            self.notes.append(f"Treated as missing: {listed}.")

    def as_field(self) -> Field:
        """The recipe by which its cells become inputs."""
        words = tuple(self.known) if self.type == "text" else ()
        inputs = tuple(self.inputs) if self.type == "text" else ()
        return Field(self.name, self.type, words, inputs, self.start, self.order, self.format)

    def as_data(self, role: str) -> dict[str, Any]:
        """This column for the answer."""
        data: dict[str, Any] = {
            "name": self.name,
            "type": self.type,
            "role": role,
            "missing": int(self.missing.sum()),
            "inputs": self.inputs,
            "note": self.note,
        }
        if self.type == "number" and self.values is not None and not self.missing.all():
            known = self.values[~self.missing]
            return data | {"low": float(known.min()), "high": float(known.max()), "mean": float(known.mean())}
        return data if self.type == "date" else data | {"words": shortened(self.known[:MOST_WORDS])}


def find_kinds(columns: Sequence[Column], delimiter: str) -> list[str]:
    """Finds out what each column holds, and reads it. Returns notes on all of them together."""
    decimals = {column.formats[0].decimal for column in columns if _unambiguous(column.formats)}
    for column in columns:
        if column.formats:
            _read_numbers(column, _chosen(column, decimals, delimiter))
        elif not _read_dates(column):
            _find_bad_cell(column)
    used = {column.format.decimal for column in columns if column.type == "number" and _has_sign(column)}
    if used == {".", ","}:
        return ["Some columns use decimal points and others decimal commas. Each was read in its own way."]
    return []


def _unambiguous(formats: Sequence[NumberFormat]) -> bool:
    return len({each.decimal for each in formats}) == 1


def _has_sign(column: Column) -> bool:
    return any(column.format.decimal in cell for cell in column.known)


def _chosen(column: Column, decimals: set[str], delimiter: str) -> NumberFormat:
    """The format of a column of numbers; where several fit, the other columns' decimal sign decides."""
    formats = column.formats
    if not any(sign in cell for cell in column.known for sign in ",. '\u00a0\u202f\u2019"):
        return COMMA if decimals == {","} else POINT  # as the numbers of the other columns are given
    preferred = [POINT, COMMA_GROUPS, COMMA] if delimiter == "," or decimals == {"."} else [POINT, COMMA, COMMA_GROUPS]
    if "," in decimals:
        preferred = [POINT_GROUPS, COMMA, POINT]
    chosen = next((each for each in preferred if each in formats), formats[0])
    shown = next((cell for cell in column.known if "." in cell or "," in cell), None)
    if shown and not _unambiguous(formats):
        number = number_of(shown, chosen)
        why = "because other columns use decimal commas" if chosen == POINT_GROUPS else "which is a guess"
        if number is not None and chosen != POINT:
            text = f"{number:,.10g}".replace(",", "") if number < 1e10 else shown
            column.notes.append(f"{shown} was read as {text}, {why}.")
    return chosen


def _read_numbers(column: Column, format: NumberFormat) -> None:
    numbers = {cell: number_of(cell, format) for cell in column.known}
    column.type, column.format = "number", format
    column.values = np.array(
        [np.nan if gone else numbers[cell] for cell, gone in zip(column.cells, column.missing, strict=True)], np.float64
    )
    if format.decimal == "," and _has_sign(column):
        column.notes.append("Read with decimal commas.")
    if format.thousands and any(format.thousands in bare(cell) for cell in column.known):
        name = {".": "points", ",": "commas", " ": "spaces", "'": "apostrophes"}[format.thousands]
        column.notes.append(f"Read with {name} as thousands separators.")


def _read_dates(column: Column) -> bool:
    found = date_order(column.known)
    if found is None:
        return False
    column.order, guessed = found
    moments = {cell: moment_of(cell, column.order) for cell in column.known}
    start = min(moment for moment in moments.values() if moment is not None)
    days = {cell: days_between(start, moment) for cell, moment in moments.items() if moment is not None}
    column.type, column.start = "date", start.isoformat()
    column.values = np.array([days.get(cell, np.nan) for cell in column.cells], np.float64)
    first = start.date().isoformat()
    column.notes.append(f"Dates were converted to days since the earliest one, {first}.")
    if guessed:
        order = "month before day" if column.order == "mdy" else "day before month"
        column.notes.append(f"Read with the {order}, which is a guess. Write dates as 2024-01-31 to be sure.")
    return True


def _find_bad_cell(column: Column) -> None:
    """Marks the first cell that is no number or date, if only a few keep the column from being one of them."""
    counts = Counter(cell for cell, gone in zip(column.cells, column.missing, strict=True) if not gone)
    total = counts.total()
    if total < FEWEST_FOR_BAD:
        return
    allowed = max(1, int(total * BAD_SHARE))
    wrong = next(filter(None, (_few_wrong(counts, partial(number_of, format=each), allowed) for each in FORMATS)), None)
    if not wrong:
        wrong = _few_wrong(counts, partial(moment_of, order="dmy"), allowed)
        column.order = "dmy" if wrong else column.order
    if wrong:
        column.bad = min(map(column.cells.index, wrong))


def _few_wrong(counts: Counter[str], read: Callable[[str], Any], allowed: int) -> list[str]:
    """The cells that cannot be read this way; none if there are more than allowed."""
    wrong: list[str] = []
    for cell, count in counts.items():
        if read(cell) is None:
            allowed -= count
            if allowed < 0:
                return []
            wrong.append(cell)
    return wrong


def looks_like_row_numbers(column: Column) -> bool:
    """Whether a column counts its rows: whole numbers without a gap or a repetition, in any order."""
    if column.type != "number" or column.values is None or column.missing.any():
        return False
    values = np.sort(column.values)
    counts = len(values) > 1 and bool((np.diff(values) == 1).all() and values[0] == round(values[0]))
    if not counts:
        return False
    return bool(COUNTING.fullmatch(column.name)) or (values[0] in (0, 1) and len(values) >= FEWEST_TO_COUNT)
