"""The flat buffer and its views, and what the kernel is told."""

import numpy as np

from engine import Experiment, Layer, resolve
from engine.components.activations import ACTIVATIONS
from engine.components.regularizers import REGULARIZERS
from engine.network.network import NONE, OF_ACTIVATION, OF_REGULARIZER, REGULARIZER, Network

CHOSEN = resolve(
    Experiment(
        layers=(
            Layer(units=3, activation=ACTIVATIONS.choice("leaky_relu", negative_slope=0.25)),
            Layer(units=5, regularizer=REGULARIZERS.choice("l1_l2", l1=0.5, l2=0.125)),
        )
    )
)


def test_every_number_of_the_buffer_belongs_to_one_weight_or_bias() -> None:
    network = Network(CHOSEN, 2, 1)
    assert network.parameter_count == (2 + 1) * 3 + (3 + 1) * 5 + (5 + 1) * 1
    buffer = np.zeros(network.parameter_count, np.float32)
    for layer in network.views(buffer):
        for part in layer.values():
            assert part.base is not None
            part += 1
    assert (buffer == 1).all()
    assert [layer["weights"].shape for layer in network.views(buffer)] == [(2, 3), (3, 5), (5, 1)]
    assert [layer["biases"].shape for layer in network.views(buffer)] == [(3,), (5,), (1,)]


def test_the_kernel_is_told_arguments_in_their_order() -> None:
    told = Network(CHOSEN, 2, 1).describe(CHOSEN)
    assert told.arguments[OF_ACTIVATION, 1, 0] == np.float32(0.25)
    assert told.arguments[OF_REGULARIZER, 2, :2].tolist() == [0.5, 0.125]
    assert told.layers[:, REGULARIZER].tolist() == [NONE, NONE, REGULARIZERS.codes["l1_l2"], NONE]
    assert told.joined and told.mean_over_outputs
