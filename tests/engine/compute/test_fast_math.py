"""Functions that take the place of a library's, held to it."""

import math

import numpy as np
import pytest

from engine.compute.fast_math import _double_log1p_exp, log1p_exp


def test_the_softplus_of_a_negative_number_is_as_accurate_as_by_the_library() -> None:
    generator = np.random.default_rng(0)
    for x in [0.0, -1e-300, -1e-20, *-generator.exponential(3, 5_000), *-generator.uniform(0, 700, 5_000)]:
        assert _double_log1p_exp(np.float64(x)) == pytest.approx(log1p_exp(x), rel=1e-15, abs=0)


def test_the_softplus_of_what_is_very_negative_is_0_and_of_no_number_is_none() -> None:
    with np.errstate(all="ignore"):
        assert _double_log1p_exp(np.float64(-800)) == _double_log1p_exp(np.float64(-math.inf)) == 0
        assert math.isnan(_double_log1p_exp(np.float64(math.nan)))
