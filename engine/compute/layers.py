"""Which rows of a workspace belong to a layer."""

from engine.compute.jit import part
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
