"""A network as a Keras 3 model, for whatever backend Keras runs on."""

from app.exports.description import Described, DescribedLayer, described, numbers
from app.exports.source import activation, document, features, in_units, inputs
from app.exports.spelling import KERAS, NUMPY
from engine import Trainer

ABOUT = "`model` is the Keras model; predict(x) takes raw rows. Run the file to check it."
IMPORTS = """\
import math
import os

os.environ.setdefault("KERAS_BACKEND", "jax"){wide}
import keras
import numpy as np
from keras import layers, ops"""
WIDE = '\nos.environ.setdefault("JAX_ENABLE_X64", "1")'


def write(trainer: Trainer) -> bytes:
    """The source of a trainer's network."""
    network = described(trainer)
    imports = IMPORTS.format(wide=WIDE if network.precision == "float64" else "")
    return document(network, ABOUT, imports, _body(network))


def _body(network: Described) -> str:
    lines = [f'keras.config.set_floatx("{network.precision}")', f"a = inputs = keras.Input(({len(network.features)},))"]
    for index, layer in enumerate(network.layers, 1):
        lines += _layer(index, layer)
    lines.append("model = keras.Model(inputs, a)")
    for index, layer in enumerate(network.layers, 1):
        names = f"[np.array(WEIGHTS_{index}), np.array(BIASES_{index})]"
        lines.append(f'model.get_layer("layer_{index}").set_weights({names})')
        if layer.normalization:
            four = ", ".join(f"np.array({name}_{index})" for name in ("GAMMA", "BETA", "MEANS", "VARIANCES"))
            lines.append(f'model.get_layer("normal_{index}").set_weights([{four}])')
    scaled = []
    if network.scaled:
        scaled = [f"    a = (a - np.array({numbers(network.offset)})) * np.array({numbers(network.scale)})"]
    unit = "" if network.unscaled else f".astype(float){in_units(network)}"
    lines += [
        "",
        "",
        "def predict(x):",
        '    """Outputs (n, outputs) for raw rows."""',
        f"    x = {inputs(network)}",
        f"    a = np.stack([{', '.join(features(network, NUMPY))}], axis=1)",
        *scaled,
        f'    return ops.convert_to_numpy(model(a.astype("{network.precision}"), training=False)){unit}',
    ]
    return "\n".join(lines)


def _layer(index: int, layer: DescribedLayer) -> list[str]:
    normal = layer.normalization
    said = f'a = layers.BatchNormalization(epsilon={normal.epsilon!r}, name="normal_{index}")(a)' if normal else ""
    lines = [f"a = layers.Dropout({layer.dropout!r})(a)"] if layer.dropout else []
    lines.append(f'a = layers.Dense({layer.weights.shape[1]}, name="layer_{index}")(a)')
    if normal and not normal.after:
        lines.append(said)
    if layer.activation.joint:
        lines.append("a = layers.Softmax()(a)")
    elif layer.activation.grouped:
        lines.append(f"a = layers.Reshape(({layer.pieces}, {layer.units}))(a)")
        lines.append("a = layers.Lambda(lambda z: ops.max(z, axis=1))(a)")
    else:
        said_activation = activation(index, layer, KERAS, "np.array(SLOPES_{0}, keras.config.floatx())")
        lines.append(f"a = layers.Lambda(lambda z: {said_activation})(a)")
    if normal and normal.after:
        lines.append(said)
    return lines
