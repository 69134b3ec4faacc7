"""CSV files as text: their encoding, their delimiter, and rows of equal length.

Python's csv module parses them; columns that are aligned by spaces are split there.
"""

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from app.files.csv_columns import HEADER_ROWS, Names, names_columns, reads_as_one_kind
from app.problems import Problem, invalid
from engine import FieldError

MOST_ROWS, MOST_COLUMNS = 20_000, 64
MOST_READ = 500_000  # rows of which a share can be taken
MOST_NAMED = 5_000  # columns that a refusal names, to be chosen from
SAMPLE, SAMPLED_ROWS, SAMPLED_COLUMNS = 64 << 10, 100, 200
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|", "space": " "}
COMMENTS = ("#", "//", "%", "--")  # which a line begins with
Encoding = Literal["utf-8", "utf-16", "windows-1252"]


@dataclass
class Sheet:
    """The rows of a file, all as long as the first, the line on which each ends, and notes on what was skipped."""

    rows: list[list[str]]
    lines: list[int]
    delimiter: str
    notes: list[str] = field(default_factory=list)


def refusal(given: Any, expected: str, message: str, where: str = "file") -> Problem:
    """A problem with the file, or with the field `where` of its options."""
    return invalid([FieldError(where, given, expected, message)])


def too_large(rows: int, names: Names) -> Problem:
    """A table of which only a part can be used; the sender chooses which."""
    columns = len(names.shown)
    ways = [f"rows={MOST_ROWS} for a random part of the rows"] if rows > MOST_ROWS else []
    ways += [f"column=NAME for each of up to {MOST_COLUMNS} columns"] if columns > MOST_COLUMNS + 1 else []
    problem = Problem(
        422,
        f"The file has {rows:,} rows and {columns:,} columns; at most {MOST_ROWS:,} rows and {MOST_COLUMNS} columns "
        f"can be used. Send {' and '.join(ways)}.",
        [
            FieldError(
                "file",
                [rows, columns],
                f"up to {MOST_ROWS:,} rows and {MOST_COLUMNS} columns",
                f"the file has {rows:,} rows and {columns:,} columns",
            )
        ],
        type="urn:gradlab:too-large",
        title="The table is too large",
    )
    problem.more = {"rows": rows, "limits": {"rows": MOST_ROWS, "columns": MOST_COLUMNS}}
    if columns <= MOST_NAMED:
        problem.more["columns"] = list(names.shown)
    return problem


def read_sheet(body: bytes, encoding: Encoding | None, delimiter: str | None) -> Sheet:
    """The rows of a file. Raises Problem 422 that says what is wrong and what to do."""
    text = _decoded(body, encoding)
    first, _, rest = text.partition("\n")
    stated = first.strip().strip('"').lower()
    if stated.startswith("sep=") and len(stated) <= 5:  # Excel's own line
        said = first.strip().strip('"')[4:] or "\t"
        delimiter, text = delimiter or (said if said in DELIMITERS.values() else None), "\n" + rest
    found = _delimiter(text, delimiter)
    sheet = Sheet([], [], found)
    for line, row in _parsed(text, found):
        if "".join(row).strip():
            sheet.rows.append(row)
            sheet.lines.append(line)
            if len(row) > MOST_NAMED:
                raise refusal(len(row), f"up to {MOST_COLUMNS} columns", f"line {line} has {len(row):,} columns")
            if len(sheet.rows) > MOST_READ:
                raise refusal(None, f"up to {MOST_ROWS:,} rows", f"the file has more than {MOST_READ:,} rows")
    if not sheet.rows:
        raise refusal(None, "a CSV file", "the file holds no values")
    _drop_comments(sheet)
    _drop_title(sheet)
    _make_even(sheet)
    if len(sheet.rows[0]) < 2:
        message = "there is only one column, but at least two are needed: one to learn from and one to predict"
        raise refusal(1, "two columns or more", message)
    return sheet


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
            f"line {line} is not {encoding.upper()}. Save the file as UTF-8, or send encoding=windows-1252",
        ) from None
    if "\0" in text:
        raise refusal(None, "a CSV file", "this is not a text file. Save the table as CSV, and send that")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _delimiter(text: str, given: str | None) -> str:
    """The given delimiter, or the one that makes rows of equal length and columns of one kind."""
    if given is not None:
        delimiter = DELIMITERS.get(given, given)
        if delimiter not in DELIMITERS.values():
            raise refusal(given, f"one of: {', '.join(DELIMITERS)}", "this is not a delimiter", "delimiter")
        return delimiter
    sample = text if len(text) <= SAMPLE else text[:SAMPLE].rpartition("\n")[0] or text[:SAMPLE]
    scores = {delimiter: _score(sample, delimiter) for delimiter in DELIMITERS.values()}
    if not scores[" "][1]:  # words with spaces between them are a text, not a table
        del scores[" "]
    return max(scores, key=lambda delimiter: scores[delimiter])


def _score(sample: str, delimiter: str) -> tuple[float, float, int]:
    """The share of rows of the most common width, the share of columns of one kind, and that width."""
    rows: list[list[str]] = []
    try:
        for _, row in _parsed(sample, delimiter):
            if any(cell.strip() for cell in row) and not row[0].lstrip().startswith(COMMENTS):
                rows.append(row)
            if len(rows) > SAMPLED_ROWS:
                break
    except Problem:
        return 0, 0, 0
    widths = Counter(map(len, rows))
    width, count = max(widths.items(), key=lambda item: item[1], default=(1, 0))
    if width < 2:
        return 0, 0, 0
    even = [row for row in rows if len(row) == width]
    looked_at = min(width, SAMPLED_COLUMNS)
    kinds = sum(reads_as_one_kind([row[index] for row in even[1:]]) for index in range(looked_at))
    return count / len(rows), kinds / looked_at, width


def _parsed(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Each row with the line on which it ends. Raises Problem."""
    if delimiter == " ":
        for number, line in enumerate(text.split("\n"), 1):
            yield number, _split_at_blanks(line)
        return
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        hint = (
            "is a closing quotation mark missing?"
            if "end of data" in str(error) or "limit" in str(error)
            else str(error)
        )
        raise refusal(None, "a CSV file", f"line {reader.line_num} cannot be read: {hint}") from None


def _split_at_blanks(line: str) -> list[str]:
    if '"' not in line:
        return line.split()
    try:
        return [cell for cell in next(csv.reader([line.replace("\t", " ")], delimiter=" "), []) if cell]
    except csv.Error:
        return line.split()


def _drop_comments(sheet: Sheet) -> None:
    """Skips comment lines. A header may start like one, but it is as long as the other rows."""
    usual = _usual_width(sheet)
    starts = [next((mark for mark in COMMENTS if row[0].lstrip().startswith(mark)), "") for row in sheet.rows]
    table = next((index for index, start in enumerate(starts) if not start), 0)
    above = table if _is_header_at(sheet, table, usual) else 0
    comments = [index for index, row in enumerate(sheet.rows) if starts[index] and (index < above or len(row) != usual)]
    if comments and len(comments) < len(sheet.rows):
        said = f"line {sheet.lines[comments[0]]}" if len(comments) == 1 else f"{len(comments)} lines"
        marks = " or ".join(mark for mark in COMMENTS if mark in {starts[index] for index in comments})
        sheet.notes.append(f"Skipped as comments: {said} starting with {marks}.")
        kept = sorted(set(range(len(sheet.rows))) - set(comments))
        sheet.rows = [sheet.rows[index] for index in kept]
        sheet.lines = [sheet.lines[index] for index in kept]


def _drop_title(sheet: Sheet) -> None:
    """Skips lines above the table that have only a first cell."""
    usual = _usual_width(sheet)
    start = next((index for index, row in enumerate(sheet.rows) if _useful(row) > 1), 0)
    if start and _is_header_at(sheet, start, usual):
        skipped = f"line {sheet.lines[0]}" if start == 1 else f"the first {start} lines"
        sheet.notes.append(f"Skipped as a title: {skipped}.")
        del sheet.rows[:start], sheet.lines[:start]


def _usual_width(sheet: Sheet) -> int:
    return Counter(map(len, sheet.rows)).most_common(1)[0][0]


def _is_header_at(sheet: Sheet, index: int, width: int) -> bool:
    """Whether the row there names columns of the usual width, none of which is a number."""
    first, below = sheet.rows[index], sheet.rows[index + 1 : index + HEADER_ROWS]
    if len(first) != width or any(reads_as_one_kind([cell]) for cell in first):
        return False
    return names_columns([first, *(row for row in below if len(row) == width)])


def _make_even(sheet: Sheet) -> None:
    """Cuts empty columns off the end, and refuses rows of another length than the first."""
    useful = max(map(_useful, sheet.rows))
    if any(len(row) > useful for row in sheet.rows):
        sheet.rows = [row[:useful] for row in sheet.rows]
    rows = sheet.rows
    if len(rows) > 2 and all(len(row) == len(rows[0]) + 1 for row in rows[1:]):
        rows[0].insert(0, "")  # R gives the column of row names no name
    width = len(rows[0])
    for line, row in zip(sheet.lines, rows, strict=True):
        if len(row) != width:
            message = f"line {line} has {len(row)} columns, but the first has {width}"
            raise refusal(len(row), f"{width} columns", message)


def _useful(row: list[str]) -> int:
    """How many cells there are up to the last one with anything in it."""
    width = len(row)
    while width and not row[width - 1].strip():
        width -= 1
    return width
