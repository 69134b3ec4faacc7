"""Scalar functions that are exact in float64 and fast in float32.

In Python, and in float64, these are the library's functions. In float32, inside kernels, they are short polynomials
without branches, so that a loop over samples uses vector instructions (about four times faster than libm).
NaN passes through: comparisons are written so that NaN takes the side that keeps it.
"""

import math

import numpy as np

from engine.compute.jit import scalar


def _fast_exp(x: float) -> float:
    # 2^n * e^r with |r| <= ln(2)/2 (Cody and Waite, 1980); the polynomial is Cephes' expf (Moshier, 1992).
    y = 88.72283 if x > 88.72283 else x
    y = -87.33654 if y < -87.33654 else y
    n = np.floor(y * 1.44269504 + 0.5)
    r = y - n * 0.693359375
    r = r + n * 2.12194440e-4
    q = 1.9875691500e-4
    q = q * r + 1.3981999507e-3
    q = q * r + 8.3334519073e-3
    q = q * r + 4.1665795894e-2
    q = q * r + 1.6666665459e-1
    q = q * r + 5.0000001201e-1
    q = q * r * r + r + 1.0
    # 2^n in two factors: 2^128 alone is not a float32.
    whole = np.int32(n)
    half = whole >> np.int32(1)
    low = np.int32((half + np.int32(127)) << np.int32(23)).view(np.float32)
    high = np.int32((whole - half + np.int32(127)) << np.int32(23)).view(np.float32)
    return q * low * high


def _fast_expm1(x: float) -> float:
    # As _fast_exp, but without adding the 1 to e^r that would be taken off again: 2^n * (e^r - 1) + (2^n - 1).
    y = 88.0 if x > 88.0 else x
    y = -87.33654 if y < -87.33654 else y
    n = np.floor(y * 1.44269504 + 0.5)
    r = y - n * 0.693359375
    r = r + n * 2.12194440e-4
    q = 1.9875691500e-4
    q = q * r + 1.3981999507e-3
    q = q * r + 8.3334519073e-3
    q = q * r + 4.1665795894e-2
    q = q * r + 1.6666665459e-1
    q = q * r + 5.0000001201e-1
    q = q * r * r + r
    power = np.int32((np.int32(n) + np.int32(127)) << np.int32(23)).view(np.float32)
    return q * power + (power - 1.0)


def _fast_tanh(x: float) -> float:
    # A rational minimax approximation: an odd polynomial of degree 13 over an even one of degree 6; error below 3e-7.
    y = 7.90531110763549805 if x > 7.90531110763549805 else x
    y = -7.90531110763549805 if y < -7.90531110763549805 else y
    s = y * y
    p = s * -2.76076847742355e-16 + 2.00018790482477e-13
    p = p * s + -8.60467152213735e-11
    p = p * s + 5.12229709037114e-08
    p = p * s + 1.48572235717979e-05
    p = p * s + 6.37261928875436e-04
    p = p * s + 4.89352455891786e-03
    q = s * 1.19825839466702e-06 + 1.18534705686654e-04
    q = q * s + 2.26843463243900e-03
    q = q * s + 4.89352518554385e-03
    t = y * p / q
    t = 1.0 if t > 1.0 else t
    return -1.0 if t < -1.0 else t


def _fast_log1p(x: float) -> float:
    # 2 artanh(x / (2 + x)) by its series, for 0 <= x <= 1: nothing cancels, so small x keep their relative accuracy.
    s = x / (x + 2.0)
    u = s * s
    q = u * (1.0 / 15.0) + 1.0 / 13.0
    q = q * u + 1.0 / 11.0
    q = q * u + 1.0 / 9.0
    q = q * u + 1.0 / 7.0
    q = q * u + 1.0 / 5.0
    q = q * u + 1.0 / 3.0
    q = q * u + 1.0
    return 2.0 * s * q


def _fast_erfc(x: float) -> float:
    # Relative error under 1.2e-7 everywhere (Press et al., Numerical Recipes, 1992, section 6.2).
    z = abs(x)
    t = 1.0 / (z * 0.5 + 1.0)
    q = t * 0.17087277 + -0.82215223
    q = q * t + 1.48851587
    q = q * t + -1.13520398
    q = q * t + 0.27886807
    q = q * t + -0.18628806
    q = q * t + 0.09678418
    q = q * t + 0.37409196
    q = q * t + 1.00002368
    tail = t * exp(q * t - 1.26551223 - z * z)
    return tail if x >= 0.0 else 2.0 - tail


def _fast_sin(x: float) -> float:
    # x = n * pi + r with |r| <= pi/2, pi in three parts (Cody and Waite, 1980); then sin's series about 0.
    n = np.floor(x * 0.318309886 + 0.5)
    r = x - n * 3.140625
    r = r - n * 9.67653589793e-4
    s = r * r
    q = s * -2.39e-8 + 2.7525562e-6
    q = q * s + -1.9840874e-4
    q = q * s + 8.3333310e-3
    q = q * s + -1.6666667e-1
    t = r * s * q + r
    odd = n - 2.0 * np.floor(n * 0.5)
    t = t * (1.0 - 2.0 * odd)
    t = 1.0 if t > 1.0 else t
    return -1.0 if t < -1.0 else t


def _fast_cos(x: float) -> float:
    # cos(x) = -(-1)^n sin(x - (n + 1/2) pi), with n such that the difference is within pi/2 of zero.
    n = np.floor(x * 0.318309886)
    half = n + 0.5
    r = x - half * 3.140625
    r = r - half * 9.67653589793e-4
    s = r * r
    q = s * -2.39e-8 + 2.7525562e-6
    q = q * s + -1.9840874e-4
    q = q * s + 8.3333310e-3
    q = q * s + -1.6666667e-1
    t = r * s * q + r
    odd = n - 2.0 * np.floor(n * 0.5)
    return t * (2.0 * odd - 1.0)


def _fast_log1p_exp(x: float) -> float:
    return log1p(exp(x))


def _double_log1p_exp(x: float) -> float:
    # As _fast_exp and _fast_log1p, with as many terms of the series as float64 has digits for.
    y = -746.0 if x < -746.0 else x
    n = np.floor(y * 1.4426950408889634 + 0.5)
    r = y - n * 6.93147180369123816490e-01
    r = r - n * 1.90821492927058770002e-10
    q = r * 1.6059043836821613e-10 + 2.08767569878681e-09
    q = q * r + 2.505210838544172e-08
    q = q * r + 2.755731922398589e-07
    q = q * r + 2.7557319223985893e-06
    q = q * r + 2.48015873015873e-05
    q = q * r + 0.0001984126984126984
    q = q * r + 0.001388888888888889
    q = q * r + 0.008333333333333333
    q = q * r + 0.041666666666666664
    q = q * r + 0.16666666666666666
    q = q * r + 0.5
    q = q * r + 1.0
    q = q * r + 1.0
    whole = np.int32(n)
    half = whole >> np.int32(1)
    low = np.int64((np.int64(half) + np.int64(1023)) << np.int64(52)).view(np.float64)
    high = np.int64((np.int64(whole - half) + np.int64(1023)) << np.int64(52)).view(np.float64)
    e = q * low * high
    s = e / (e + 2.0)
    u = s * s
    q = u * (1.0 / 33.0) + 1.0 / 31.0
    q = q * u + 1.0 / 29.0
    q = q * u + 1.0 / 27.0
    q = q * u + 1.0 / 25.0
    q = q * u + 1.0 / 23.0
    q = q * u + 1.0 / 21.0
    q = q * u + 1.0 / 19.0
    q = q * u + 1.0 / 17.0
    q = q * u + 1.0 / 15.0
    q = q * u + 1.0 / 13.0
    q = q * u + 1.0 / 11.0
    q = q * u + 1.0 / 9.0
    q = q * u + 1.0 / 7.0
    q = q * u + 1.0 / 5.0
    q = q * u + 1.0 / 3.0
    q = q * u + 1.0 / 1.0
    return 2.0 * s * q


def exp(x: float) -> float:
    """e^x; infinity, not an error, where it overflows."""
    return math.inf if x > 709.78 else math.exp(x)


def expm1(x: float) -> float:
    """e^x - 1, accurate also near 0, where the 1 would swallow x; in float32 for x up to 88 only."""
    return math.inf if x > 709.78 else math.expm1(x)


def tanh(x: float) -> float:
    """The hyperbolic tangent."""
    return math.tanh(x)


def log1p(x: float) -> float:
    """ln(1 + x); in float32 for 0 <= x <= 1 only."""
    return math.log1p(x)


def log1p_exp(x: float) -> float:
    """ln(1 + e^x) for x <= 0."""
    return math.log1p(math.exp(x))


def erfc(x: float) -> float:
    """The complementary error function, accurate in its tail."""
    return math.erfc(x)


def sin(x: float) -> float:
    """The sine, of an angle in radians; in float32 for angles up to some thousand."""
    return math.sin(x)


def cos(x: float) -> float:
    """The cosine, of an angle in radians; in float32 for angles up to some thousand."""
    return math.cos(x)


scalar(exp, fast=_fast_exp)
scalar(expm1, fast=_fast_expm1)
scalar(tanh, fast=_fast_tanh)
scalar(log1p, fast=_fast_log1p)
scalar(log1p_exp, fast=_fast_log1p_exp, double=_double_log1p_exp)
scalar(erfc, fast=_fast_erfc)
scalar(sin, fast=_fast_sin)
scalar(cos, fast=_fast_cos)
