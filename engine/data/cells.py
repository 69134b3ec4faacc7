"""Cells: how people write numbers and dates, and how a number is written out in full.

A table's recipe (see `fields`) reads cells the same way when a file is uploaded and when a row is to be predicted.
"""

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Literal

DateOrder = Literal["ymd", "dmy", "mdy"]
DAY_S = 86_400
SIGNS = " %$€£¥\u00a0\u202f"  # which may stand beside a number

PLAIN = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
TIME = r"(?:[T ,]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}(?:[.,]\d+)?))?(?: ?(?P<half>[aApP][mM]))?)?"
ZONE = r"(?: ?(?P<zone>Z|[+-]\d{2}:?\d{2}))?"
DATES = tuple(
    re.compile(date + TIME + ZONE, re.ASCII)
    for date in (
        r"(?P<year>\d{4})(?P<sign>[-/.])(?P<month>\d{1,2})(?:(?P=sign)(?P<day>\d{1,2}))?",
        r"(?P<first>\d{1,2})(?P<sign>[-/.])(?P<second_part>\d{1,2})(?P=sign)(?P<year>\d{4}|\d{2})",
        r"(?P<day>\d{1,2})[ .-]+(?P<name>[A-Za-z]{3,9})[ .,-]+(?P<year>\d{4}|\d{2})",
        r"(?P<name>[A-Za-z]{3,9})\.? (?P<day>\d{1,2}),? (?P<year>\d{4})",
    )
)


@dataclass(frozen=True)
class NumberFormat:
    """The signs in a column's numbers: the one before decimals, and the one between groups of three digits, if any."""

    decimal: str = "."
    thousands: str = ""

    @property
    def pattern(self) -> "re.Pattern[str]":
        """What a number looks like."""
        return _pattern(self.decimal, self.thousands)


@cache
def _pattern(decimal: str, thousands: str) -> "re.Pattern[str]":
    digits, point = r"\d+", re.escape(decimal)
    if thousands:
        digits = rf"(?:[1-9]\d{{0,2}}(?:{re.escape(thousands)}\d{{3}})+|\d+)"
    return re.compile(rf"[+-]?(?:{digits}(?:{point}\d*)?|{point}\d+)(?:[eE][+-]?\d+)?", re.ASCII)


USUAL = NumberFormat()


def bare(cell: str) -> str:
    """A number's cell without what may stand beside it: blanks, signs of currency and percent."""
    text = cell.strip().replace("\u2212", "-").replace("\u00a0", " ").replace("\u202f", " ").replace("\u2019", "'")
    if PLAIN.fullmatch(text):
        return text
    text = text.strip(SIGNS)
    if text[:1] == "(" and text[-1:] == ")":  # as accountants write what is negative
        inside = text[1:-1].strip(SIGNS)
        return f"-{inside}" if inside[:1].isdigit() else text
    return text[0] + text[1:].lstrip(SIGNS) if text[:1] in ("-", "+") else text  # -$5


def number_of(cell: str, format: NumberFormat = USUAL) -> float | None:
    """The finite number in a cell, or None. What only Python reads as a number (`1_000`) is none."""
    text = bare(cell)
    if not format.pattern.fullmatch(text):
        return None
    if format.thousands:
        text = text.replace(format.thousands, "")
    number = float(text.replace(format.decimal, "."))
    return number if math.isfinite(number) else None


def moment_of(cell: str, order: DateOrder = "ymd") -> datetime | None:
    """The moment that a date stands for, in UTC without saying so, or None.

    `order` decides between day and month where both are numbers and the year comes last.
    """
    text = cell.strip()
    if not 6 <= len(text) <= 40:
        return None
    for pattern in DATES:
        match = pattern.fullmatch(text)
        if match:
            return _moment(match.groupdict(), order)
    return None


def _moment(parts: dict[str, str | None], order: DateOrder) -> datetime | None:
    day, month = parts.get("day") or "1", parts.get("month")
    if parts.get("first"):
        first, second = str(parts["first"]), str(parts["second_part"])
        day, month = (second, first) if order == "mdy" else (first, second)
    name = parts.get("name")
    if name:
        if name[:3].lower() not in MONTHS:
            return None
        month = str(MONTHS.index(name[:3].lower()) + 1)
    year = int(str(parts["year"]))
    if year < 100:
        year += 1900 if year >= 70 else 2000
    hour = int(parts["hour"] or 0)
    if parts["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if parts["half"].lower() == "pm" else 0)
    seconds = float((parts["second"] or "0").replace(",", "."))
    try:
        moment = datetime(year, int(month or 1), int(day), hour, int(parts["minute"] or 0))
        moment += timedelta(seconds=seconds)
        zone = parts["zone"]
        if zone and zone != "Z":
            ahead = timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
            moment -= ahead if zone[0] == "+" else -ahead
    except (ValueError, OverflowError):
        return None
    return moment


def days_between(start: datetime, moment: datetime) -> float:
    """Days from one moment to another, with what is left of the last one as a fraction."""
    return (moment - start).total_seconds() / DAY_S


def date_text(start: datetime, days: float) -> str:
    """The moment so many days after the start, as ISO text; the day alone if it is midnight."""
    try:
        moment = (start.replace(tzinfo=UTC) + timedelta(seconds=round(days * DAY_S))).replace(tzinfo=None)
    except (OverflowError, ValueError):
        return start.date().isoformat()
    return moment.date().isoformat() if moment.time() == datetime.min.time() else moment.isoformat()


def written(number: float) -> str:
    """A number in full: whole numbers with all their digits, others as shortly as they are exact."""
    number = float(number)
    if number.is_integer() and abs(number) < 1e16:
        return str(int(number))
    return repr(number)
