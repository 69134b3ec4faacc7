"""Curves in a terminal, drawn with the dots of Braille characters: two across and four down in each."""

from dataclasses import dataclass

import numpy as np
from rich.text import Text

COLORS = ("blue", "magenta", "yellow")
# The bit of each dot, by its place: DOTS[row][column]. Source: Unicode, Braille Patterns.
DOTS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])
BLANK = 0x2800
LABEL = 10  # characters to the left, for the ends of the axis


@dataclass(frozen=True)
class Curve:
    """A named curve through the points (x, y), x growing; those that are not finite are left out."""

    name: str
    x: np.ndarray
    y: np.ndarray


def drawn(curves: list[Curve], width: int, height: int) -> Text:
    """The curves on one pair of axes, in so many characters each way, with a line of names below."""
    columns, dots = width - LABEL - 1, height * 4
    shown = np.concatenate([curve.y[np.isfinite(curve.y)] for curve in curves])
    low, high = (float(shown.min()), float(shown.max())) if shown.size else (0.0, 1.0)
    span = high - low or 1.0
    left, right = min(curve.x[0] for curve in curves), max(curve.x[-1] for curve in curves)
    cells = np.zeros((height, columns), int)
    owner = np.zeros((height, columns), int)
    places = np.linspace(left, right, columns * 2)
    for index, curve in enumerate(curves):
        finite = np.isfinite(curve.y)
        if not finite.any():
            continue
        heights = np.interp(places, curve.x[finite], curve.y[finite])
        rows = np.rint((high - heights) / span * (dots - 1)).astype(int)
        for place, row in enumerate(rows):
            before = rows[place - 1] if place else row
            for dot in range(min(row, before + 1), max(row, before - 1) + 1):  # no gap where it is steep
                cells[dot // 4, place // 2] |= DOTS[dot % 4, place % 2]
                owner[dot // 4, place // 2] = index
    text = Text()
    for line in range(height):
        label = f"{high:.4g}" if line == 0 else f"{low:.4g}" if line == height - 1 else ""
        text.append(f"{label:>{LABEL}} ")
        for cell, whose in zip(cells[line], owner[line], strict=True):
            text.append(chr(BLANK + cell), COLORS[whose])
        text.append("\n")
    ends = f"{left:g}", f"{right:g}"
    text.append(" " * (LABEL + 1) + ends[0] + f"epoch {ends[1]}".rjust(columns - len(ends[0])) + "\n")
    text.append(" " * (LABEL + 1))
    for index, curve in enumerate(curves):
        text.append(f"━ {curve.name}  ", COLORS[index])
    return text
