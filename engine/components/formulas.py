"""Formulas: written once in Python, evaluated by the tests, printed by the page.

`katex("z if z > 0 else alpha * (exp(z) - 1)")` gives the KaTeX source of what the expression computes. A formula may
also be several assignments, made one after the other: "v = momentum * v + g; w = w - learning_rate * v".
"""

import ast
from collections.abc import Callable, Mapping
from math import erf, pi, sqrt
from typing import Any

import numpy as np

GREEK = {"alpha", "beta", "gamma", "delta", "epsilon", "lambda", "mu", "sigma", "rho", "pi", "phi", "theta", "eta"}
SPELLINGS = {
    "negative_slope": "m",
    "slope": "m",
    "learning_rate": r"\eta",
    "fan_in": r"n_\text{in}",
    "fan_out": r"n_\text{out}",
    "rate": r"\lambda",
    "epochs": "T",
    "Phi": r"\Phi",
    "step": "t",
    "momentum": r"\beta",
    "weight_decay": r"\lambda_{\text{decay}}",
    "l1": r"\lambda_{1}",
    "l2": r"\lambda_{2}",
    "mu": r"\mu_{t}",
    "mu_next": r"\mu_{t+1}",
    "derivative_j": "f'_{j}",
    "slope_j": "m_{j}",
}
COMPARISONS = {ast.Gt: ">", ast.GtE: r"\ge", ast.Lt: "<", ast.LtE: r"\le", ast.Eq: "="}
OPERATORS = {ast.Add: ("+", 1), ast.Sub: ("-", 1), ast.Mult: (r"\,", 2)}
SUMS = {"sum": r"\sum"} | {f"sum_{index}": rf"\sum_{{{index}}}" for index in ("i", "j", "k", "jk")}
NAMESPACE: dict[str, Any] = {
    "exp": np.exp,
    "log": np.log,
    "tanh": np.tanh,
    "sin": np.sin,
    "cos": np.cos,
    "floor": np.floor,
    "sqrt": np.sqrt,
    "abs": abs,
    "max": np.maximum,
    "min": np.minimum,
    "sign": np.sign,
    **dict.fromkeys(SUMS, np.sum),
    "max_k": np.max,
    "norm": np.linalg.norm,
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "Phi": lambda z: (1 + erf(z / sqrt(2))) / 2,
    "pi": pi,
}


def evaluate(formula: str, values: Mapping[str, Any]) -> Any:
    """What `formula` gives for these values, numbers or arrays, in its last line: the oracle that holds code and print
    together.
    """
    return list(follow(formula, values).values())[-1]


def follow(formula: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """What each name that a formula assigns is in the end, in the order in which they are last assigned.

    An expression that is not assigned to a name is called "".
    """
    given: dict[str, Any] = {}
    for name, expression in _lines(formula):
        tree = ast.fix_missing_locations(ast.Expression(_Choices().visit(expression)))
        code = compile(tree, "formula", "eval")
        names = {"__builtins__": {}, "choose": _choose, **NAMESPACE, **values, **given}
        value = eval(code, names)  # noqa: S307 - our own formulas only
        given.pop(name, None)
        given[name] = value
    return given


def renamed(formula: str, names: Mapping[str, str]) -> str:
    """A formula with other names in place of some of its own."""
    tree = ast.parse(formula)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            node.id = names.get(node.id, node.id)
    return ast.unparse(tree)


class _Choices(ast.NodeTransformer):
    """Rewrites `x if test else y` so that the test may be an array."""

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        self.generic_visit(node)
        none = ast.arguments([], [], None, [], [], None, [])
        sides: list[ast.expr] = [ast.Lambda(none, side) for side in (node.body, node.orelse)]
        return ast.Call(ast.Name("choose", ast.Load()), [node.test, *sides], [])


def _choose(test: Any, body: Callable[[], Any], orelse: Callable[[], Any]) -> Any:
    if np.ndim(test):
        return np.where(test, body(), orelse())
    return body() if test else orelse()


def katex(formula: str) -> str:
    """The KaTeX source of a formula. Raises ValueError for syntax that has no print yet."""
    lines = _lines(formula)
    if len(lines) == 1:
        return _line(*lines[0])
    rows = r" \\ ".join(_line(name, expression, "&") for name, expression in lines)
    return rf"\begin{{aligned}} {rows} \end{{aligned}}"


def _lines(formula: str) -> list[tuple[str, ast.expr]]:
    """The expressions of a formula, each with the name that it is assigned to."""
    lines = []
    for statement in ast.parse(formula).body:
        match statement:
            case ast.Expr(value=expression):
                lines.append(("", expression))
            case ast.Assign(targets=[ast.Name(id=name)], value=expression):
                lines.append((name, expression))
            case _:
                raise ValueError(f"no print for {ast.dump(statement)}")
    return lines


def _line(name: str, expression: ast.expr, align: str = "") -> str:
    """An expression and its name: with an arrow where the name's old value is in it, else with an equals sign."""
    text = _print(expression)[0]
    if not name:
        return align + text
    renewed = any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(expression))
    return f"{_name(name)} {align}{chr(92) + 'leftarrow' if renewed else '='} {text}"


def _print(node: ast.expr) -> tuple[str, int]:
    """KaTeX and binding strength: 1 sum, 2 product, 3 atom."""
    match node:
        case ast.Constant(value=value):
            return str(value), 3
        case ast.Name(id=name):
            return _name(name), 3
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return "-" + _bound(operand, 2), 1
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            return rf"\frac{{{_print(left)[0]}}}{{{_print(right)[0]}}}", 3
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            return f"{_bound(left, 3)}^{{{_print(right)[0]}}}", 2
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            sign, strength = OPERATORS[type(op)]
            right_strength = strength + isinstance(op, ast.Sub)
            return f"{_bound(left, strength)} {sign} {_bound(right, right_strength)}", strength
        case ast.IfExp(test=test, body=body, orelse=orelse):
            rows = rf"{_print(body)[0]} & {_print(test)[0]} \\ {_print(orelse)[0]} & \text{{otherwise}}"
            return rf"\begin{{cases}} {rows} \end{{cases}}", 1
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return f"{_print(left)[0]} {COMPARISONS[type(op)]} {_print(right)[0]}", 1
        case ast.Call(func=ast.Name(id=function), args=[argument]) if function in SUMS:
            return f"{SUMS[function]} {_bound(argument, 2)}", 1
        case ast.Call(func=ast.Name(id=function), args=arguments):
            return _call(function, [_print(argument)[0] for argument in arguments]), 3
    raise ValueError(f"no print for {ast.dump(node)}")


def _bound(node: ast.expr, strength: int) -> str:
    """A part of a larger expression, in parentheses where it binds less strongly than its surroundings."""
    text, own = _print(node)
    return rf"\left({text}\right)" if own < strength else text


def _name(name: str) -> str:
    if name in SPELLINGS:
        return SPELLINGS[name]
    head, _, index = name.partition("_")
    if index == "hat":
        return rf"\hat{{{head}}}"
    head = "\\" + head if head in GREEK else _upright(head, 1)
    return f"{head}_{{{_upright(index, 3)}}}" if index else head


def _upright(text: str, most: int) -> str:
    """A word of more letters than that is set upright: in italics it would read as a product."""
    return rf"\text{{{text}}}" if len(text) > most else text


def _call(function: str, arguments: list[str]) -> str:
    inside = ", ".join(arguments)
    if function == "abs":
        return rf"\left|{inside}\right|"
    if function == "floor":
        return rf"\left\lfloor {inside} \right\rfloor"
    if function == "norm":
        return rf"\left\lVert {inside} \right\rVert"
    if function == "sqrt":
        return rf"\sqrt{{{inside}}}"
    if function == "exp":
        return f"e^{{{inside}}}"
    spelled = {
        "log": r"\ln",
        "sign": r"\operatorname{sign}",
        "sigmoid": r"\sigma",
        "Phi": r"\Phi",
        "max_k": r"\max_{k}",
    }
    return rf"{spelled.get(function, chr(92) + function)}\left({inside}\right)"
