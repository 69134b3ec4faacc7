"""Sealed documents: plain values and NumPy arrays as bytes that come back exactly, or not at all.

MessagePack after a header that names the format and its version, and a checksum, which finds every accident that
changes up to four bytes in a row. Nothing in a document is ever run.
"""

import zlib
from typing import Any

import msgpack
import numpy as np

from app.storage.troubles import Trouble

HEADER = b"gradlab\x01"
CHECKSUM_BYTES = 4
ARRAY = 1  # the extension type of MessagePack
TYPES = {"<f4", "<f8", "<i8", "|u1", "<u2", "<u4"}


def seal(value: Any) -> bytes:
    """The document of a value."""
    body: bytes = HEADER + msgpack.packb(value, default=_extension)
    return body + _checksum(body)


def unseal(document: bytes) -> Any:
    """The value of a document; tuples have become lists. Raises Trouble if it was damaged."""
    body, checksum = document[:-CHECKSUM_BYTES], document[-CHECKSUM_BYTES:]
    if checksum != _checksum(body) or not body.startswith(HEADER):
        raise Trouble("damaged")
    return msgpack.unpackb(body[len(HEADER) :], ext_hook=_value, strict_map_key=False)


def _checksum(body: bytes) -> bytes:
    return zlib.crc32(body).to_bytes(CHECKSUM_BYTES, "little")


def _extension(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    if not isinstance(value, np.ndarray):
        raise TypeError(f"cannot store {type(value).__name__}")
    little = np.ascontiguousarray(value, value.dtype.newbyteorder("<"))
    if little.dtype.str not in TYPES:
        raise TypeError(f"cannot store an array of {little.dtype}")
    return msgpack.ExtType(ARRAY, msgpack.packb([little.dtype.str, value.shape, little.tobytes()]))


def _value(code: int, data: bytes) -> np.ndarray:
    kind, shape, numbers = msgpack.unpackb(data)
    return np.frombuffer(numbers, np.dtype(kind)).reshape(shape).copy()
