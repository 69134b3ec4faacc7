"""A network as a PyTorch module."""

from app.exports.description import Described, DescribedLayer, described, numbers
from app.exports.source import activation, document, features, in_units, inputs
from app.exports.spelling import TORCH
from engine import Trainer

ABOUT = "`network` is the module; predict(x) takes raw rows. Run the file to check it."


def write(trainer: Trainer) -> bytes:
    """The source of a trainer's network."""
    network = described(trainer)
    return document(network, ABOUT, "import numpy as np\nimport torch\nfrom torch import nn", _body(network))


def _body(network: Described) -> str:
    kind = f"torch.{network.precision}"
    made, forward, filled = [], [], []
    for index, layer in enumerate(network.layers, 1):
        made += _made(index, layer, kind)
        forward += _forward(index, layer)
        filled += _filled(index, layer, kind)
    scaled = []
    if network.scaled:
        offset, scale = numbers(network.offset), numbers(network.scale)
        scaled = [
            f"    a = (a - torch.tensor({offset}, dtype=torch.float64)) * torch.tensor({scale}, dtype=torch.float64)"
        ]
    unit = "" if network.unscaled else f".double(){in_units(network)}"
    lines = [
        "class Network(nn.Module):",
        "    def __init__(self):",
        "        super().__init__()",
        *(f"        {line}" for line in made),
        "",
        "    def forward(self, a):",
        *(f"        {line}" for line in forward),
        "        return a",
        "",
        "",
        "network = Network()",
        "with torch.no_grad():",
        *(f"    {line}" for line in filled),
        "network.eval()",
        "",
        "",
        "@torch.no_grad()",
        "def predict(x):",
        '    """Outputs (n, outputs) for raw rows."""',
        f"    x = torch.as_tensor({inputs(network)})",
        f"    a = torch.stack([{', '.join(features(network, TORCH))}], dim=1)",
        *scaled,
        f"    return (network(a.to({kind})){unit}).numpy()",
    ]
    return "\n".join(lines)


def _made(index: int, layer: DescribedLayer, kind: str) -> list[str]:
    fan_in, fan_out = layer.weights.shape
    lines = [f"self.layer_{index} = nn.Linear({fan_in}, {fan_out}, dtype={kind})"]
    if layer.dropout:
        lines.append(f"self.dropout_{index} = nn.Dropout({layer.dropout!r})")
    if layer.normalization:
        width, epsilon = len(layer.normalization.means), layer.normalization.epsilon
        lines.append(f"self.normal_{index} = nn.BatchNorm1d({width}, eps={epsilon!r}, dtype={kind})")
    if layer.slopes is not None:
        lines.append(f"self.slopes_{index} = nn.Parameter(torch.tensor(SLOPES_{index}, dtype={kind}))")
    return lines


def _forward(index: int, layer: DescribedLayer) -> list[str]:
    normal = layer.normalization
    lines = [f"a = self.dropout_{index}(a)"] if layer.dropout else []
    lines.append(f"z = self.layer_{index}(a)")
    if normal and not normal.after:
        lines.append(f"z = self.normal_{index}(z)")
    if layer.activation.joint:
        lines.append("a = torch.softmax(z, dim=1)")
    elif layer.activation.grouped:
        lines.append(f"a = z.reshape(len(z), {layer.pieces}, {layer.units}).amax(dim=1)")
    else:
        lines.append(f"a = {activation(index, layer, TORCH, 'self.slopes_{0}')}")
    if normal and normal.after:
        lines.append(f"a = self.normal_{index}(a)")
    return lines


def _filled(index: int, layer: DescribedLayer, kind: str) -> list[str]:
    targets = [(f"layer_{index}.weight", f"WEIGHTS_{index}", ".T"), (f"layer_{index}.bias", f"BIASES_{index}", "")]
    if layer.normalization:
        normal = f"normal_{index}"
        names = {"running_mean": "MEANS", "running_var": "VARIANCES", "weight": "GAMMA", "bias": "BETA"}
        targets += [(f"{normal}.{name}", f"{numbers}_{index}", "") for name, numbers in names.items()]
    return [f"network.{name}.copy_(torch.tensor({given}, dtype={kind}){turn})" for name, given, turn in targets]
