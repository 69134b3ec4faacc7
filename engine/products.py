"""The products in which a network spends its time: weighted sums on the way forward, their transposes on the way back.

Arrays are whole workspaces, (rows, n), and ranges say which rows belong to a layer: on small networks the bookkeeping
of views would cost more than the arithmetic. Large layers use a matrix library instead (`kernel.BLAS_WEIGHTS`).
"""

from typing import Any, TypeAlias

import numpy as np

from engine.compiled import part, summing, written_out

Array: TypeAlias = np.ndarray[Any, Any]
Rows: TypeAlias = tuple[int, int]  # the first row and the one after the last

U = np.uint64  # of an unsigned index Numba need not ask whether it counts from the end: loops become vector loops
LANES = 8  # samples in one vector register of float32; widths of workspaces are multiples of it
UNITS = 4  # rows of z that share each load of x


def _weigh() -> Any:
    """The function `weigh`, its two inner loops written out: UNITS rows of z by LANES samples stay in registers.

    It adds w' x to z, with w[i, u] at parameters[start + i * down + u * across]. It is this, and four times as fast:

        for row in range(m[0], m[1]):
            for i in range(k[0], k[1]):
                z[row] += parameters[start + (i - k[0]) * down + (row - m[0]) * across] * x[i]
    """
    lanes = range(LANES)

    def block(units: int) -> list[str]:
        rows = range(units)
        cells = [(r, j) for r in rows for j in lanes]
        return [
            f"    while row + U({units}) <= end:",
            "        for s in range(U(0), width, lanes):",
            *(f"            c{r}_{j} = z[row + U({r}), s + U({j})]" for r, j in cells),
            "            at = w",
            "            for i in range(first, last):",
            *(f"                x{j} = x[i, s + U({j})]" for j in lanes),
            *(f"                w{r} = parameters[at + U({r}) * across]" for r in rows),
            *(f"                c{r}_{j} += w{r} * x{j}" for r, j in cells),
            "                at += down",
            *(f"            z[row + U({r}), s + U({j})] = c{r}_{j}" for r, j in cells),
            f"        row += U({units})",
            f"        w += U({units}) * across",
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
    return written_out(scope["weigh"])


weigh = _weigh()


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
    """gradient[start:] as (k rows, m rows) += x d': for each pair of rows the sum of their products."""
    width = U(x.shape[1])
    at = U(start)
    for i in range(U(k[0]), U(k[1])):
        for u in range(U(m[0]), U(m[1])):
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
