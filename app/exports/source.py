"""Source: what the exports in Python have in common, from the first line to the check at the end."""

from collections.abc import Mapping

from app.exports.description import Described, DescribedLayer, numbers
from app.exports.spelling import spelled

CHECK = '''\
def check():
    """Whether five rows give what they gave in gradlab, to 1e-5 of UNIT."""
    found = np.asarray(predict(ROWS), dtype=float)
    apart = np.abs(found - np.array(OUTPUTS)) / (UNIT + np.abs(np.array(OUTPUTS) - MIDDLE))
    print(f"largest difference on {len(ROWS)} rows: {apart.max():.1e}")
    return bool((apart <= 1e-5).all())


if __name__ == "__main__":
    raise SystemExit(0 if check() else "the outputs are not those of gradlab")
'''

ENCODE = '''\
def encode(rows):
    """Columns (n, columns) of rows as the table had them: lists with a value for each field, or dicts by name.

    Dates are ISO text such as 2024-01-31; None or "" is a gap.
    """
    encoded = []
    for row in rows:
        values = [row.get(field["name"]) for field in FIELDS] if isinstance(row, dict) else list(row)
        if len(values) != len(FIELDS):
            raise ValueError(f"a row has {len(FIELDS)} values, not {len(values)}")
        columns = []
        for field, value in zip(FIELDS, values):
            missing = value is None or value == "" or value != value
            if "words" in field:
                if not missing and str(value) not in field["words"]:
                    raise ValueError(f"{field['name']} is one of {field['words']}, not {value!r}")
                columns += [float(not missing and word == str(value)) for word in field["words"]]
            elif missing:
                columns.append(GAPS[len(columns)])
            elif "since" in field and isinstance(value, str):
                days = datetime.fromisoformat(value) - datetime.fromisoformat(field["since"])
                columns.append(days.total_seconds() / 86_400)
            else:
                columns.append(float(value))
        encoded.append(columns)
    return np.array(encoded, float).reshape(-1, len(COLUMNS))'''


def document(network: Described, about: str, imports: str, body: str) -> bytes:
    """A whole file: header, imports, numbers, body, check. Names that people gave are literals, and nowhere else."""
    header = "\n".join([*network.header, "", about])
    encoding = f"\n\n\n{ENCODE}" if network.fields else ""
    if network.fields and any("since" in field for field in network.fields):
        imports = f"from datetime import datetime\n{imports}"
    constants = [
        *_columns(network),
        f"CLASSES = {network.classes!r}",
        f"UNIT, MIDDLE = {network.unit!r}, {network.target_mean!r}  # the targets' spread and mean, or 1 and 0",
        *(_layer(index, layer) for index, layer in enumerate(network.layers, 1)),
        f"ROWS = {network.rows!r}",
        f"OUTPUTS = {network.outputs!r}",
    ]
    return f'"""{header}\n"""\n\n{imports}\n\n{chr(10).join(constants)}{encoding}\n\n\n{body}\n\n\n{CHECK}'.encode()


def _columns(network: Described) -> list[str]:
    if network.fields is None:
        return [f"COLUMNS = {network.columns!r}  # what a row of x holds"]
    return [
        f"FIELDS = {network.fields!r}  # what a row of x holds",
        f"COLUMNS = {network.columns!r}  # what it becomes",
        f"GAPS = {network.gaps!r}  # what is put where a number is missing: the training part's means",
    ]


def inputs(network: Described) -> str:
    """The raw columns (n, columns) of what `predict` is given, as an expression of `x`."""
    return "encode(x)" if network.fields else f"np.asarray(x, float).reshape(-1, {len(network.columns)})"


def in_units(network: Described) -> str:
    """What brings outputs to the target's unit, to be written behind them."""
    return "" if network.unscaled else f" * {network.target_spread!r} + {network.target_mean!r}"


def _layer(index: int, layer: DescribedLayer) -> str:
    lines = [
        f"\n# {layer.name.capitalize()}: {layer.units} units, {layer.activation.label}.",
        f"WEIGHTS_{index} = {numbers(layer.weights)}",
        f"BIASES_{index} = {numbers(layer.biases)}",
    ]
    if layer.slopes is not None:
        lines.append(f"SLOPES_{index} = {numbers(layer.slopes)}")
    if layer.normalization:
        for name in ("means", "variances", "gamma", "beta"):
            lines.append(f"{name.upper()}_{index} = {numbers(getattr(layer.normalization, name))}")
    return "\n".join(lines)


def features(network: Described, words: Mapping[str, str]) -> list[str]:
    """Each input of the network as an expression of the raw rows `x`."""
    columns: dict[str, float | str] = {"x_1": "x[:, 0]", "x_2": "x[:, 1]"}
    return [
        f"x[:, {feature}]" if isinstance(feature, int) else spelled(feature, words, columns)
        for feature in network.features
    ]


def activation(index: int, layer: DescribedLayer, words: Mapping[str, str], slopes: str) -> str:
    """What a layer's activation makes of its sums `z`; `slopes` is how its learned slopes are called."""
    values: dict[str, float | str] = dict(layer.values)
    if layer.slopes is not None:
        values["slope"] = slopes.format(index)
    return spelled(layer.activation.formula, words, values)
