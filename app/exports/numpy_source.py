"""A network as Python that needs nothing but NumPy."""

from app.exports.description import Described, DescribedLayer, described, numbers
from app.exports.source import activation, document, features, in_units, inputs
from app.exports.spelling import NUMPY
from engine import Trainer

ABOUT = "predict(x) takes raw rows and gives the outputs (n, outputs). Run the file to check it."


def write(trainer: Trainer) -> bytes:
    """The source of a trainer's network."""
    network = described(trainer)
    return document(network, ABOUT, "import math\n\nimport numpy as np", _body(network))


def _body(network: Described) -> str:
    kind = f"np.{network.precision}"
    lines = [
        "erf = np.vectorize(math.erf, otypes=[float])",
        "",
        "",
        '@np.errstate(over="ignore")  # what overflows is not what is chosen',
        "def predict(x):",
        '    """Outputs (n, outputs) for raw rows."""',
        f"    x = {inputs(network)}",
        f"    a = np.stack([{', '.join(features(network, NUMPY))}], axis=1)",
    ]
    if network.scaled:
        lines.append(f"    a = (a - np.array({numbers(network.offset)})) * np.array({numbers(network.scale)})")
    lines.append(f"    a = a.astype({kind})")
    for index, layer in enumerate(network.layers, 1):
        lines += [f"    {line}" for line in _layer(index, layer, kind)]
    result = "a" if network.unscaled else f"a.astype(float){in_units(network)}"
    return "\n".join([*lines, f"    return {result}"])


def _layer(index: int, layer: DescribedLayer, kind: str) -> list[str]:
    def array(name: str) -> str:
        return f"np.array({name}_{index}, {kind})"

    normal = layer.normalization
    spread = f"np.sqrt({array('VARIANCES')} + {normal.epsilon!r})" if normal else ""
    moved = f"({{0}} - {array('MEANS')}) / {spread} * {array('GAMMA')} + {array('BETA')}"
    lines = [f"z = a @ {array('WEIGHTS')} + {array('BIASES')}"]
    if normal and not normal.after:
        lines.append(f"z = {moved.format('z')}")
    if layer.activation.joint:
        lines += ["a = np.exp(z - z.max(axis=1, keepdims=True))", "a = a / a.sum(axis=1, keepdims=True)"]
    elif layer.activation.grouped:
        lines.append(f"a = z.reshape(len(z), {layer.pieces}, {layer.units}).max(axis=1)")
    else:
        lines.append(f"a = {activation(index, layer, NUMPY, 'np.array(SLOPES_{0}, ' + kind + ')')}")
    if normal and normal.after:
        lines.append(f"a = {moved.format('a')}")
    return lines
