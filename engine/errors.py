"""Everything the engine can say went wrong because of what it was given.

    EngineError
    +-- InvalidExperiment    the experiment cannot be trained as it is written
    +-- InvalidInput         parameters, samples or a resolution that do not fit the network

Anything else that escapes the engine is a bug. Divergence is neither: it is a result (see `trainer`).
"""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class FieldError:
    """One thing wrong with one field: where, what was given, what is allowed, and a sentence."""

    field: str
    given: Any
    expected: str
    message: str


class EngineError(Exception):
    """The root of the engine's errors; carries one `FieldError` for each thing that is wrong."""

    def __init__(self, *errors: FieldError) -> None:
        super().__init__("; ".join(f"{error.field}: {error.message}" for error in errors))
        self.errors = errors


class InvalidExperiment(EngineError):
    """Raised when an experiment contradicts itself or passes a limit."""


class InvalidInput(EngineError):
    """Raised when data handed to a trained network does not fit it."""


def refusal(field: str, given: Any, expected: str, message: str) -> InvalidExperiment:
    """The error for an experiment with one wrong field."""
    return InvalidExperiment(FieldError(field, given, expected, message))


def unknown(what: str, given: object, allowed: Iterable[str]) -> str:
    """The sentence for an unknown name: the nearest match, then every choice."""
    names = list(allowed)
    close = difflib.get_close_matches(str(given), names, n=1)
    hint = f" Did you mean '{close[0]}'?" if close else ""
    return f"unknown {what} {given!r}.{hint} Choose one of: {', '.join(names)}"
