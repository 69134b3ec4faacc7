"""Encoding: how everything leaves the server, and the one place where numbers that are not finite become null.

JSON has no NaN and browsers refuse it; orjson writes null instead, also inside NumPy arrays. msgpack has NaN, but a
client must see the same message in both, so `_plain` does it there. Only arrays keep it in msgpack, where they travel
as the bytes of float64 numbers, little endian. Pictures travel as bytes, one per pixel.
"""

import base64
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, is_dataclass
from typing import Any

import msgpack
import numpy as np
import orjson
from starlette.responses import Response

ALIKE = 64  # so long a list is not looked through
MOST_AT_ONCE = 20_000  # values that are written in one go, in which no other thread runs: about a millisecond


def to_json(value: Any) -> bytes:
    """Strict JSON: non-finite numbers as null, bytes in base64."""
    return _dumps(value) if _weight(value) <= MOST_AT_ONCE else b"".join(_pieces(value))


def _dumps(value: Any) -> bytes:
    return orjson.dumps(value, default=_other, option=orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS)


def _weight(value: Any) -> int:
    """About how many values there are: the rows of a long list are taken to be alike."""
    if isinstance(value, np.ndarray):
        return value.size
    if isinstance(value, dict):
        return 1 + sum(map(_weight, value.values()))
    if is_dataclass(value):
        return 1 + sum(map(_weight, vars(value).values()))
    if isinstance(value, list | tuple) and value:
        return sum(map(_weight, value)) if len(value) <= ALIKE else len(value) * max(_weight(value[0]), 1)
    return 1


def _pieces(value: Any) -> Iterator[bytes]:
    """The JSON of a large value in parts, each written in one go."""
    weight = _weight(value)
    value = vars(value) if is_dataclass(value) else value
    if weight <= MOST_AT_ONCE or not isinstance(value, dict | list | tuple | np.ndarray):
        yield _dumps(value)
        return
    if isinstance(value, dict):
        for index, (key, item) in enumerate(value.items()):
            yield (b"," if index else b"{") + _dumps(str(key)) + b":"
            yield from _pieces(item)
        yield b"}"
        return
    rows = max(1, len(value) * MOST_AT_ONCE // weight)
    for start in range(0, len(value), rows):
        yield b"," if start else b"["
        if rows > 1:
            yield _dumps(value[start : start + rows])[1:-1]
        else:
            yield from _pieces(value[start])
    yield b"]"


def _other(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, np.ndarray):  # orjson reads only contiguous arrays by itself
        return value.tolist()
    if isinstance(value, tuple | set | frozenset):
        return list(value)
    raise TypeError(f"cannot encode {type(value).__name__}")


def to_msgpack(value: Any) -> bytes:
    """The same value as msgpack, bytes as they are."""
    packed: bytes = msgpack.packb(_plain(value))
    return packed


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, np.ndarray):
        return value.astype("<f8").tobytes()
    if isinstance(value, np.generic):
        return _plain(value.item())
    return value


@dataclass(frozen=True)
class Codec:
    """A websocket subprotocol: how its messages are written, and how a client's are made into JSON."""

    name: str
    encode: Callable[[Any], str | bytes]


JSON = Codec("gradlab.v1.json", lambda message: to_json(message).decode())
MSGPACK = Codec("gradlab.v1.msgpack", to_msgpack)
CODECS = {codec.name: codec for codec in (JSON, MSGPACK)}


class JSONResponse(Response):
    """An answer in JSON; content that is bytes was encoded before, on a worker thread."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """The body."""
        return content if isinstance(content, bytes) else to_json(content)


def to_grid(values: np.ndarray) -> dict[str, Any]:
    """An array as one byte per value: value = low + data / 255 * (high - low).

    NaN shows as `low`; infinities as the end they lie beyond.
    """
    low, high = float(values.min(initial=np.inf)), float(values.max(initial=-np.inf))
    if not math.isfinite(low + high):  # rarely: nothing, or numbers that are not finite
        finite = values[np.isfinite(values)]
        low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
        values = np.clip(np.nan_to_num(values, nan=low, posinf=high, neginf=low), low, high)
    # Divided first: the span of two finite numbers can overflow.
    span = high / 255 - low / 255
    if span > 0:
        data = np.rint(np.asarray(values, np.float64) / span - low / span).astype(np.uint8)
    else:
        data = np.zeros(values.shape, np.uint8)
    return {"low": low, "high": high, "data": data.tobytes()}
