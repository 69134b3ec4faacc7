"""Source: what the exports in Python have in common, from the first line to the check at the end."""

from collections.abc import Mapping

from app.exports.description import Described, DescribedLayer, numbers
from app.exports.spelling import spelt

CHECK = '''\
def check():
    """Whether five points give what they gave in gradlab, to 1e-5."""
    found = np.asarray(predict(POINTS), dtype=float)
    apart = np.abs(found - np.array(OUTPUTS)) / (1 + np.abs(np.array(OUTPUTS)))
    print(f"largest difference on {len(POINTS)} points: {apart.max():.1e}")
    return bool((apart <= 1e-5).all())


if __name__ == "__main__":
    raise SystemExit(0 if check() else "the outputs are not those of gradlab")
'''


def document(network: Described, about: str, imports: str, body: str) -> bytes:
    """A whole file: header, imports, numbers, body, check. Names that people gave are literals, and nowhere else."""
    header = "\n".join([*network.header, "", about])
    constants = [
        f"COLUMNS = {network.columns!r}  # what a row of x holds",
        f"CLASSES = {network.classes!r}",
        *(_layer(index, layer) for index, layer in enumerate(network.layers, 1)),
        f"POINTS = {network.points!r}",
        f"OUTPUTS = {network.outputs!r}",
    ]
    return f'"""{header}\n"""\n\n{imports}\n\n{chr(10).join(constants)}\n\n\n{body}\n\n\n{CHECK}'.encode()


def _layer(index: int, layer: DescribedLayer) -> str:
    lines = [
        f"\n# {layer.name.capitalize()}: {layer.units} units, {layer.activation.label}.",
        f"WEIGHTS_{index} = {numbers(layer.weights)}",
        f"BIASES_{index} = {numbers(layer.biases)}",
    ]
    if layer.slopes is not None:
        lines.append(f"SLOPES_{index} = {numbers(layer.slopes)}")
    if layer.normalization:
        for name in ("means", "variances", "scales", "shifts"):
            lines.append(f"{name.upper()}_{index} = {numbers(getattr(layer.normalization, name))}")
    return "\n".join(lines)


def features(network: Described, words: Mapping[str, str]) -> list[str]:
    """Each input of the network as an expression of the raw rows `x`."""
    columns: dict[str, float | str] = {"x_1": "x[:, 0]", "x_2": "x[:, 1]"}
    return [
        f"x[:, {feature}]" if isinstance(feature, int) else spelt(feature, words, columns)
        for feature in network.features
    ]


def activation(index: int, layer: DescribedLayer, words: Mapping[str, str], slopes: str) -> str:
    """What a layer's activation makes of its sums `z`; `slopes` is how its learnt slopes are called."""
    values: dict[str, float | str] = dict(layer.values)
    if layer.slopes is not None:
        values["slope"] = slopes.format(index)
    return spelt(layer.activation.formula, words, values)
