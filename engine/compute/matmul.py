"""The products in which a network spends its time: weighted sums on the way forward, their transposes on the way back.

Arrays are whole workspaces, (rows, n), and ranges say which rows belong to a layer: on small networks the bookkeeping
of views would cost more than the arithmetic. Large layers use a matrix library instead (`kernel.BLAS_WEIGHTS`).
"""

from typing import Any, TypeAlias

import numpy as np
from numba.core import types

from engine.compute.jit import part, summing

Array: TypeAlias = np.ndarray[Any, Any]
Rows: TypeAlias = tuple[int, int]  # the first row and the one after the last

U = np.uint64  # of an unsigned index Numba need not ask whether it counts from the end: loops become vector loops
LANES = (
    8  # samples in one vector register of float32; widths of workspaces are multiples of it, except with large layers
)
UNITS = 4  # rows of z that share each load of x


def _weigh() -> Any:
    """The function `weigh`, its two inner loops written out: UNITS rows of z by LANES samples stay in registers.

    It adds w' x to z, with w[i, u] at parameters[start + i * down + u * across]. It is this, and four times as fast:

        for row in range(m[0], m[1]):
            for i in range(k[0], k[1]):
                z[row] += parameters[start + (i - k[0]) * down + (row - m[0]) * across] * x[i]
    """
    lanes = range(LANES)

    def block(n: int) -> list[str]:
        """The text for n rows at a time. Each block has names of its own: shared ones take Numba long to tell apart."""
        rows = range(n)
        cells = [(r, j) for r in rows for j in lanes]
        return [
            f"    while row + U({n}) <= end:",
            *(f"        row{n}_{r}, at{n}_{r} = row + U({r}), U({r}) * across" for r in rows),
            f"        for s{n}_0 in range(U(0), width, lanes):",
            *(f"            s{n}_{j} = s{n}_0 + U({j})" for j in lanes[1:]),
            *(f"            c{n}_{r}_{j} = z[row{n}_{r}, s{n}_{j}]" for r, j in cells),
            "            at = w",
            "            for i in range(first, last):",
            *(f"                x{n}_{j} = x[i, s{n}_{j}]" for j in lanes),
            *(f"                w{n}_{r} = parameters[at + at{n}_{r}]" for r in rows),
            *(f"                c{n}_{r}_{j} += w{n}_{r} * x{n}_{j}" for r, j in cells),
            "                at += down",
            *(f"            z[row{n}_{r}, s{n}_{j}] = c{n}_{r}_{j}" for r, j in cells),
            f"        row += U({n})",
            f"        w += U({n}) * across",
        ]

    text = [
        "def weigh(parameters, start, down, across, x, k, z, m):",
        "    first, last, row, end = U(k[0]), U(k[1]), U(m[0]), U(m[1])",
        "    w, down, across, width, lanes = U(start), U(down), U(across), U(x.shape[1]), U(LANES)",
        *block(UNITS),
        *block(1),
    ]
    scope: dict[str, Any] = {"U": U, "LANES": LANES}
    exec("\n".join(text), scope)  # noqa: S102 - the text above
    return part(scope["weigh"])


weigh = _weigh()


@summing
def weigh_one(parameters: Array, start: int, down: Any, across: Any, x: Array, k: Rows, z: Array, m: Rows) -> None:
    """`weigh` for a single sample: there the loop over neighboring weights is the long one."""
    first, n = U(m[0]), U(m[1] - m[0])
    if across == 1:
        for i in range(U(k[0]), U(k[1])):
            value, w = x[i, 0], U(start) + (i - U(k[0])) * U(down)
            for u in range(n):
                z[first + u, 0] += parameters[w + u] * value
    else:
        for u in range(n):
            total, w = x.dtype.type(0), U(start) + u * U(across)
            for i in range(U(k[1] - k[0])):
                total += parameters[w + i] * x[U(k[0]) + i, 0]
            z[first + u, 0] += total


# The matrix library's product, as Numba's `np.dot` reaches it, which however makes arrays of its own: c += op(a) op(b)
# of matrices stored column by column; `kind` is s or d, op is T (transposed) or N.
_char, _size, _pointer = types.int8, types.intp, types.voidptr
_gemm: Any = types.ExternalFunction(
    "numba_xxgemm",
    types.intc(*[_char] * 3, *[_size] * 3, _pointer, *[_pointer, _size] * 2, _pointer, _pointer, _size),
)
_SINGLE, _DOUBLE, _PLAIN, _TRANSPOSED = (np.int8(ord(letter)) for letter in "sdNT")


@part
def _kind(x: Array) -> Any:
    return _SINGLE if x.itemsize == 4 else _DOUBLE


@part
def weigh_by_library(w: Array, one: Array, x: Array, z: Array) -> None:
    """z (fan_out, n) += w' x for w (fan_in * fan_out,), x (fan_in, n); `one` is an array of a 1."""
    n, fan_in, fan_out = x.shape[1], x.shape[0], z.shape[0]
    _gemm(
        _kind(x),
        _PLAIN,
        _TRANSPOSED,
        n,
        fan_out,
        fan_in,
        one.ctypes,
        x.ctypes,
        n,
        w.ctypes,
        fan_out,
        one.ctypes,
        z.ctypes,
        n,
    )


@part
def pass_down_by_library(w: Array, one: Array, d: Array, below: Array) -> None:
    """below (fan_in, n) += w d for w (fan_in * fan_out,), d (fan_out, n)."""
    n, fan_out, fan_in = d.shape[1], d.shape[0], below.shape[0]
    _gemm(
        _kind(d),
        _PLAIN,
        _PLAIN,
        n,
        fan_in,
        fan_out,
        one.ctypes,
        d.ctypes,
        n,
        w.ctypes,
        fan_out,
        one.ctypes,
        below.ctypes,
        n,
    )


@part
def correlate_by_library(one: Array, x: Array, d: Array, dw: Array) -> None:
    """dw (fan_in * fan_out,) += x d' for x (fan_in, n), d (fan_out, n)."""
    n, fan_in, fan_out = x.shape[1], x.shape[0], d.shape[0]
    _gemm(
        _kind(x),
        _TRANSPOSED,
        _PLAIN,
        fan_out,
        fan_in,
        n,
        one.ctypes,
        d.ctypes,
        n,
        x.ctypes,
        n,
        one.ctypes,
        dw.ctypes,
        fan_out,
    )


@part
def fill(z: Array, m: Rows, values: Array, start: int) -> None:
    """Each row of z (m rows) = its own number of values[start:]."""
    for row in range(U(m[0]), U(m[1])):
        value = values[U(start) + row - U(m[0])]
        for s in range(U(z.shape[1])):
            z[row, s] = value


@part
def clear(z: Array, m: Rows) -> None:
    """z (m rows) = 0."""
    for row in range(U(m[0]), U(m[1])):
        for s in range(U(z.shape[1])):
            z[row, s] = 0


@summing
def correlate(x: Array, k: Rows, d: Array, m: Rows, gradient: Array, start: int) -> None:
    """gradient[start:] as (k rows, m rows) += x d': for each pair of rows the sum of their products.

    Four rows of d at a time: a sum waits for its last addition, and four wait together.
    """
    width, end = U(x.shape[1]), U(m[1])
    at = U(start)
    for i in range(U(k[0]), U(k[1])):
        if width == U(1):
            for u in range(U(m[1] - m[0])):
                gradient[at + u] += x[i, 0] * d[U(m[0]) + u, 0]
            at += U(m[1] - m[0])
            continue
        row = U(m[0])
        while row + U(4) <= end:
            row1, row2, row3 = row + U(1), row + U(2), row + U(3)
            total0 = total1 = total2 = total3 = x.dtype.type(0)
            for s in range(width):
                total0 += x[i, s] * d[row, s]
                total1 += x[i, s] * d[row1, s]
                total2 += x[i, s] * d[row2, s]
                total3 += x[i, s] * d[row3, s]
            gradient[at] += total0
            gradient[at + U(1)] += total1
            gradient[at + U(2)] += total2
            gradient[at + U(3)] += total3
            row, at = row + U(4), at + U(4)
        for u in range(row, end):
            total = x.dtype.type(0)
            for s in range(width):
                total += x[i, s] * d[u, s]
            gradient[at] += total
            at += U(1)


@summing
def sum_rows(d: Array, m: Rows, gradient: Array, start: int) -> None:
    """gradient[start:] (m rows) += the sum of each row of d."""
    width = U(d.shape[1])
    at = U(start)
    for u in range(U(m[0]), U(m[1])):
        total = d.dtype.type(0)
        for s in range(width):
            total += d[u, s]
        gradient[at] += total
        at += U(1)


@summing
def sum_of_squares(g: Array) -> Any:
    """The squared length of a vector; not finite if any part of it is not, or if it is too long to be trusted."""
    total = g[0] * g[0]
    for i in range(1, g.size):
        total += g[i] * g[i]
    return total
