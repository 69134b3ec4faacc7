"""Curves in the terminal: they go where the numbers go."""

from itertools import pairwise

import numpy as np

from app.cli.curves import BLANK, LABEL, Curve, drawn

WIDTH, HEIGHT = 50, 6


def cells(text: str) -> np.ndarray:
    """The dots of each character (rows, columns), as the bits of Unicode's Braille patterns."""
    return np.array([[ord(cell) - BLANK for cell in line[LABEL + 1 :]] for line in text.splitlines()[:HEIGHT]])


def curve(y: list[float]) -> Curve:
    return Curve("train", np.arange(len(y), dtype=float), np.array(y))


def test_a_falling_line_falls_from_corner_to_corner_without_a_gap() -> None:
    text = drawn([curve([3.0, 2.0, 1.0])], WIDTH, HEIGHT).plain
    found = cells(text)
    assert found.shape == (HEIGHT, WIDTH - LABEL - 1)
    assert found[0, 0] & 0x01 and found[-1, -1] & 0x80
    rows = [np.flatnonzero(column) for column in found.T]
    assert all(len(row) for row in rows)
    assert all(after.min() >= before.min() for before, after in pairwise(rows))
    lines = text.splitlines()
    assert lines[0].split()[0] == "3" and lines[HEIGHT - 1].split()[0] == "1"
    assert lines[HEIGHT].split() == ["0", "epoch", "2"] and "train" in lines[-1]


def test_what_is_not_finite_or_does_not_change_is_drawn_too() -> None:
    assert cells(drawn([curve([1.0, np.nan, np.inf, 1.0])], WIDTH, HEIGHT).plain).any(axis=0).all()
    assert not cells(drawn([curve([np.nan, np.nan])], WIDTH, HEIGHT).plain).any()


def test_lines_fit_the_width() -> None:
    text = drawn([curve([1.0, 2.0]), curve([2.0, 1.0])], WIDTH, HEIGHT).plain
    assert max(map(len, text.splitlines()[: HEIGHT + 1])) == WIDTH
