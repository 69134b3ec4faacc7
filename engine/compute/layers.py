"""What parts of the kernel ask of a network: which rows of a workspace belong to a layer, and a code in its type."""

from typing import Any

from engine.compute.jit import inlined, part
from engine.compute.matmul import Rows
from engine.network.network import ROW, SUMS, UNITS, Architecture


@part
def rows_of(net: Architecture, layer: int) -> Rows:
    """The rows of a layer's sums; layer 0 is the input."""
    return net.layers[layer, ROW], net.layers[layer, ROW] + net.layers[layer, SUMS]


@part
def units_of(net: Architecture, layer: int) -> Rows:
    """The rows of a layer's units: the sums' own, or in a maxout layer the first of them."""
    return net.layers[layer, ROW], net.layers[layer, ROW] + net.layers[layer, UNITS]


@inlined
def code_of(net: Architecture, code: int) -> Any:
    """A code in the type of the network's, which tells the common kernel from the full one."""
    return net.layers.dtype.type(code)
