"""A network as an ONNX model, from raw columns to answers. What to check it with stands in its metadata."""

import ast
import json
from typing import Any

import numpy as np

from app import __version__
from app.exports.description import Described, DescribedLayer, Normalization, described
from app.exports.spelling import parsed
from engine import Trainer, to_data

OPSET = 18
ABOUT = """\
The input x is float64, with the raw `columns` that the metadata name. Of a table, `fields` tell how a row becomes
these: a field with `words` is one column of 0 and 1 for each of them, one with `since` the days since that moment, and
a missing number is what `gaps` has in its column. The model gives `outputs` for `points`: `rows` of the table.
"""
OPERATORS = {ast.Add: "Add", ast.Sub: "Sub", ast.Mult: "Mul", ast.Div: "Div", ast.Pow: "Pow"}
COMPARISONS = {ast.Gt: "Greater", ast.GtE: "GreaterOrEqual", ast.Lt: "Less", ast.LtE: "LessOrEqual", ast.Eq: "Equal"}
FUNCTIONS = {
    "exp": "Exp",
    "log": "Log",
    "tanh": "Tanh",
    "sin": "Sin",
    "cos": "Cos",
    "floor": "Floor",
    "sqrt": "Sqrt",
    "abs": "Abs",
    "sign": "Sign",
    "max": "Max",
    "min": "Min",
    "sigmoid": "Sigmoid",
    "softplus": "Softplus",
}


class Graph:
    """Nodes one after the other; a value is known by its name. `precision` is that of the nodes to come."""

    def __init__(self, precision: str) -> None:
        self.precision = precision
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def add(self, operator: str, *inputs: str, **attributes: Any) -> str:
        """One more operation; says how its result is called."""
        from onnx import helper

        name = f"{operator.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [name], **attributes))
        return name

    def turned(self, value: str, precision: str) -> str:
        """The same value in another precision, in which the graph goes on."""
        from onnx import TensorProto

        if precision == self.precision:
            return value
        self.precision = precision
        return self.add("Cast", value, to=TensorProto.DOUBLE if precision == "float64" else TensorProto.FLOAT)

    def single(self, operator: str, value: str) -> str:
        """An operation that ONNX Runtime has in single precision only."""
        from onnx import TensorProto

        if self.precision == "float32":
            return self.add(operator, value)
        result = self.add(operator, self.add("Cast", value, to=TensorProto.FLOAT))
        return self.add("Cast", result, to=TensorProto.DOUBLE)

    def constant(self, values: Any, kind: str | None = None) -> str:
        """A constant; says how it is called."""
        from onnx import numpy_helper

        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.array(values, kind or self.precision), name))
        return name

    def formula(self, node: ast.expr, values: dict[str, str]) -> str:
        """What a formula gives; `values` are the values that stand for its names."""
        match node:
            case ast.Constant(value=value):
                return self.constant(value)
            case ast.Name(id="pi"):
                return self.constant(np.pi)
            case ast.Name(id=name):
                return values[name]
            case ast.UnaryOp(operand=operand):
                return self.add("Neg", self.formula(operand, values))
            case ast.BinOp(left=left, op=op, right=right):
                return self.add(OPERATORS[type(op)], self.formula(left, values), self.formula(right, values))
            case ast.Compare(left=left, ops=[comparison], comparators=[right]):
                sides = self.formula(left, values), self.formula(right, values)
                return self.add(COMPARISONS[type(comparison)], *sides)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self.add("Where", *(self.formula(part, values) for part in (test, body, orelse)))
            case ast.Call(func=ast.Name(id="Phi"), args=[argument]):
                scaled = self.add("Div", self.formula(argument, values), self.constant(2**0.5))
                raised = self.add("Add", self.single("Erf", scaled), self.constant(1))
                return self.add("Div", raised, self.constant(2))
            case ast.Call(func=ast.Name(id=name), args=arguments):
                add = self.single if name == "softplus" else self.add
                return add(FUNCTIONS[name], *(self.formula(argument, values) for argument in arguments))
        raise ValueError(f"no ONNX for {ast.dump(node)}")


def write(trainer: Trainer) -> bytes:
    """The model of a trainer's network."""
    from onnx import TensorProto, checker, helper

    network = described(trainer)
    graph = Graph("float64")  # a large offset is taken off, and put on, in double precision
    a = graph.turned(_inputs(graph, network), network.precision)
    for layer in network.layers:
        a = _layer(graph, layer, a)
    if not network.unscaled:
        a = graph.turned(a, "float64")
        scaled = graph.add("Mul", a, graph.constant(network.target_spread))
        a = graph.add("Add", scaled, graph.constant(network.target_mean))
    graph.nodes.append(helper.make_node("Identity", [a], ["outputs"]))
    kind = TensorProto.DOUBLE if graph.precision == "float64" else TensorProto.FLOAT
    x = helper.make_tensor_value_info("x", TensorProto.DOUBLE, ["n", len(network.columns)])
    outputs = helper.make_tensor_value_info("outputs", kind, ["n", network.layers[-1].units])
    model = helper.make_model(
        helper.make_graph(graph.nodes, "network", [x], [outputs], graph.constants),
        opset_imports=[helper.make_opsetid("", OPSET)],
        producer_name="gradlab",
        producer_version=__version__,
        doc_string="\n".join([*network.header, ABOUT]),
    )
    model.ir_version = 9
    notes = {
        "experiment": to_data(trainer.experiment),
        "columns": network.columns,
        "classes": network.classes,
        "fields": network.fields,
        "gaps": network.gaps,
        "unit": network.unit,
        "middle": network.target_mean,
        "rows": network.rows,
        "points": network.points,
        "outputs": network.outputs,
    }
    helper.set_model_props(model, {name: json.dumps(value) for name, value in notes.items()})
    checker.check_model(model, full_check=True)
    content: bytes = model.SerializeToString()
    return content


def _inputs(graph: Graph, network: Described) -> str:
    """From raw rows to what the network is fed with."""
    axis = graph.constant([1], "int64")

    def column(index: int) -> str:
        return graph.add("Slice", "x", graph.constant([index], "int64"), graph.constant([index + 1], "int64"), axis)

    names = {"x_1": column(0), "x_2": column(1)} if len(network.columns) == 2 else {}
    parts = [
        column(feature) if isinstance(feature, int) else graph.formula(parsed(feature), names)
        for feature in network.features
    ]
    a = graph.add("Concat", *parts, axis=1)
    if network.scaled:
        a = graph.add("Mul", graph.add("Sub", a, graph.constant(network.offset)), graph.constant(network.scale))
    return a


def _layer(graph: Graph, layer: DescribedLayer, a: str) -> str:
    normal = layer.normalization
    z = graph.add("Gemm", a, graph.constant(layer.weights), graph.constant(layer.biases))
    if normal and not normal.after:
        z = _normalized(graph, normal, z)
    if layer.activation.joint:
        a = graph.add("Softmax", z, axis=1)
    elif layer.activation.grouped:
        pieces = graph.add("Reshape", z, graph.constant([-1, layer.pieces, layer.units], "int64"))
        a = graph.add("ReduceMax", pieces, graph.constant([1], "int64"), keepdims=0)
    else:
        values = {name: graph.constant(value) for name, value in layer.values.items()} | {"z": z}
        if layer.slopes is not None:
            values["slope"] = graph.constant(layer.slopes)
        a = graph.formula(parsed(layer.activation.formula), values)
    return _normalized(graph, normal, a) if normal and normal.after else a


def _normalized(graph: Graph, normal: Normalization, x: str) -> str:
    four = (normal.gamma, normal.beta, normal.means, normal.variances)
    return graph.add("BatchNormalization", x, *(graph.constant(part) for part in four), epsilon=normal.epsilon)
