"""Sealed documents come back exactly, or not at all."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.storage import Trouble
from app.storage.sealed import TYPES, seal, unseal
from tests.app.storage.conftest import comparable

plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


@given(plain)
def test_plain_values_come_back(value: Any) -> None:
    assert unseal(seal(value)) == value


@pytest.mark.parametrize("kind", sorted(TYPES))
@pytest.mark.parametrize("shape", [(0,), (7,), (2, 3), (2, 0)])
def test_arrays_come_back_with_every_bit(kind: str, shape: tuple[int, ...]) -> None:
    array = np.frombuffer(np.random.default_rng(0).bytes(8 * 8 * 8), kind)[: int(np.prod(shape))].reshape(shape)
    again = unseal(seal({"x": [array, array.T]}))["x"]
    assert comparable(again) == comparable([array, array.T])
    again[0][...] = 0  # it can be written to


def test_what_is_not_a_plain_value_is_refused() -> None:
    for value in (object(), np.array([object()]), np.array(["text"]), {1, 2}):
        with pytest.raises(TypeError, match="cannot store"):
            seal(value)


def test_every_flip_of_every_byte_is_detected() -> None:
    document = seal({"parameters": np.arange(40.0), "stopped": "Early.", "rows": 3})
    for place in range(len(document)):
        for bit in range(8):
            with pytest.raises(Trouble):
                unseal(document[:place] + bytes([document[place] ^ 1 << bit]) + document[place + 1 :])


@given(st.binary(max_size=200))
def test_other_bytes_are_no_document(data: bytes) -> None:
    with pytest.raises(Trouble):
        unseal(data)


@pytest.mark.parametrize("length", [0, 1, 4, 11, 30])
def test_a_document_that_was_cut_is_none(length: int) -> None:
    with pytest.raises(Trouble):
        unseal(seal(np.arange(100))[:length])
