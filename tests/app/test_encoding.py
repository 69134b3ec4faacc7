"""What leaves the server: strict JSON, the same in msgpack, and grids that keep their values."""

import base64
import math
from typing import Any

import msgpack
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from app.encoding import CODECS, JSON, MSGPACK, to_grid, to_json
from tests.app.conftest import strict

floats = st.floats(width=32)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def without_non_finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: without_non_finite(item) for key, item in value.items()}
    return [without_non_finite(item) for item in value] if isinstance(value, list) else value


@given(values)
def test_both_codecs_say_the_same_and_non_finite_numbers_are_null(value: Any) -> None:
    expected = without_non_finite(value)
    assert strict(JSON.encode(value)) == expected
    assert msgpack.unpackb(MSGPACK.encode(value), strict_map_key=False) == expected


@given(arrays.arrays(st.sampled_from([np.float32, np.float64]), arrays.array_shapes(max_dims=3)))
def test_arrays_are_lists_in_json_and_float64_in_msgpack(array: np.ndarray) -> None:
    for turned in (array, array.T):  # one of them is not contiguous
        listed = np.array(strict(JSON.encode(turned)), dtype=float)  # None becomes NaN
        packed = np.frombuffer(msgpack.unpackb(MSGPACK.encode(turned)), "<f8").reshape(turned.shape)
        np.testing.assert_array_equal(packed, turned.astype(float))
        np.testing.assert_array_equal(
            listed.astype(array.dtype), np.where(np.isfinite(turned), turned, np.nan).astype(array.dtype)
        )


def test_bytes_are_base64_in_json_and_bytes_in_msgpack() -> None:
    assert base64.b64decode(strict(JSON.encode({"data": b"\x00\xff"}))["data"]) == b"\x00\xff"
    assert msgpack.unpackb(MSGPACK.encode({"data": b"\x00\xff"}))["data"] == b"\x00\xff"


def test_what_cannot_be_encoded_is_an_error() -> None:
    with pytest.raises(TypeError):
        to_json({"a": object()})


@given(arrays.arrays(np.float32, (2, 3, 4), elements=floats))
def test_a_grid_keeps_every_value_to_half_a_step(array: np.ndarray) -> None:
    grid = to_grid(array)
    assert math.isfinite(grid["low"]) and math.isfinite(grid["high"])
    data = np.frombuffer(grid["data"], np.uint8).reshape(array.shape).astype(float)
    step = grid["high"] / 255 - grid["low"] / 255
    restored = grid["low"] + data * step
    finite = np.isfinite(array)
    assert np.all(np.abs(restored - array)[finite] <= step * 0.5001 + abs(grid["high"]) * 1e-9)
    assert np.all(data[array == np.inf] == (255 if step > 0 else 0))
    assert np.all(data[np.isnan(array) | (array == -np.inf)] == 0)


def test_a_grid_whose_span_overflows() -> None:
    grid = to_grid(np.array([-1.7e308, 0.0, 1.7e308]))
    assert list(grid["data"]) == [0, 128, 255]


def test_the_codecs_are_named_as_the_subprotocols() -> None:
    assert set(CODECS) == {"gradlab.v1.json", "gradlab.v1.msgpack"}
