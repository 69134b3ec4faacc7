"""What results are made of: dataclasses whose annotations also say what becomes of them in JSON.

There a number that is not finite is null, and an array is a list, or a list of its rows. Whoever documents an API reads
it from here.
"""

from dataclasses import MISSING, dataclass, field
from typing import Annotated, Any

import numpy as np


@dataclass(frozen=True, eq=False)
class InJson:
    """An annotation for pydantic: the JSON Schema of what a value becomes. Results are not validated."""

    schema: dict[str, Any]

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> dict[str, Any]:
        return {"type": "any"}

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> dict[str, Any]:
        return self.schema


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


_NUMBER = {"anyOf": [{"type": "number"}, {"type": "null"}]}
_ROW = _list(_NUMBER)
Number = Annotated[float, InJson(_NUMBER)]
Numbers = Annotated[np.ndarray, InJson(_ROW)]
FiniteNumbers = Annotated[np.ndarray, InJson(_list({"type": "number"}))]
NumbersOrRows = Annotated[np.ndarray, InJson({"anyOf": [_ROW, _list(_ROW)]})]
Counts = Annotated[np.ndarray, InJson(_list({"type": "integer"}))]
CountRows = Annotated[np.ndarray, InJson(_list(_list({"type": "integer"})))]
Measures = dict[str, Number]
PartName = Annotated[str, InJson({"type": "string", "enum": ["train", "validation", "test"]})]


def explained(help: str, default: Any = MISSING) -> Any:
    """A field of a result with an explanation."""
    return field(default=default, metadata={"description": help})


@dataclass(frozen=True, kw_only=True)
class Covered:
    """Over how many samples of a part something was measured."""

    samples: int = explained(
        "How many samples were looked at: all, or a fixed draw of 2,000 where that takes too long."
    )
    all: int = explained("How many samples the part has.")
