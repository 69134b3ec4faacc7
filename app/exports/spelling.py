"""Spelling: the catalogue's formulas (see `engine.components.formulas`) in the words of another library.

So an activation is known to every export as soon as it stands in the catalogue.
"""

import ast
from collections.abc import Mapping

from engine.components.formulas import evaluate

# In each library what functions are called; {0} and {1} are arguments. `filled` makes a number as large as z.
NUMPY = {
    "exp": "np.exp({0})",
    "log": "np.log({0})",
    "tanh": "np.tanh({0})",
    "sin": "np.sin({0})",
    "cos": "np.cos({0})",
    "floor": "np.floor({0})",
    "sqrt": "np.sqrt({0})",
    "abs": "np.abs({0})",
    "sign": "np.sign({0})",
    "max": "np.maximum({0}, {1})",
    "min": "np.minimum({0}, {1})",
    "sigmoid": "1 / (1 + np.exp(-{0}))",
    "Phi": "(1 + erf({0} / 2**0.5)) / 2",
    "softplus": "np.logaddexp(0, {0})",
    "where": "np.where({0}, {1}, {2})",
    "filled": "{0}",
}
TORCH = {
    **{name: text.replace("np.", "torch.") for name, text in NUMPY.items()},
    "max": "torch.clamp({1}, min={0})",
    "min": "torch.clamp({1}, max={0})",
    "sigmoid": "torch.sigmoid({0})",
    "Phi": "torch.special.ndtr({0})",
    "softplus": "torch.nn.functional.softplus({0})",
    "filled": "torch.full_like(z, {0})",
}
KERAS = {
    **{name: text.replace("np.", "ops.") for name, text in NUMPY.items()},
    "sigmoid": "ops.sigmoid({0})",
    "Phi": "(1 + ops.erf({0} / 2**0.5)) / 2",
    "softplus": "ops.softplus({0})",
    "filled": "ops.full_like(z, {0})",
}


def spelled(formula: str, words: Mapping[str, str], values: Mapping[str, float | str]) -> str:
    """A formula in the words of a library; `values` are the numbers, or the text, that stand for its names."""
    return ast.unparse(_Speller(words, values).visit(parsed(formula)))


def parsed(formula: str) -> ast.expr:
    """A formula's syntax tree, in which log(1 + exp(x)) is softplus(x), which cannot overflow."""
    tree: ast.expr = _Softplus().visit(ast.parse(formula, mode="eval").body)
    return tree


class _Softplus(ast.NodeTransformer):
    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        match node:
            case ast.Call(
                func=ast.Name(id="log"),
                args=[ast.BinOp(ast.Constant(1), ast.Add(), ast.Call(ast.Name(id="exp"), [argument]))],
            ):
                return ast.Call(ast.Name("softplus", ast.Load()), [argument], [])
        return node


class _Speller(ast.NodeTransformer):
    def __init__(self, words: Mapping[str, str], values: Mapping[str, float | str]) -> None:
        self._words, self._values = words, values

    def visit(self, node: ast.AST) -> ast.AST:
        plain = isinstance(node, ast.expr) and not any(_is_open(inner) for inner in ast.walk(node))
        if plain and not isinstance(node, ast.Constant):
            return _number(float(evaluate(ast.unparse(node), {})))
        result: ast.AST = super().visit(node)
        return result

    def visit_Name(self, node: ast.Name) -> ast.expr:
        value = self._values.get(node.id)
        if value is None:
            return node
        return _expression(value) if isinstance(value, str) else _number(value)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        return self._said(name, *(self.visit(argument) for argument in node.args))

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        sides = (self.visit(side) for side in (node.body, node.orelse))
        filled = (side if any(map(_is_open, ast.walk(side))) else self._said("filled", side) for side in sides)
        return self._said("where", self.visit(node.test), *filled)

    def _said(self, name: str, *arguments: ast.AST) -> ast.expr:
        return _expression(self._words[name].format(*(f"({ast.unparse(argument)})" for argument in arguments)))


def _number(value: float) -> ast.expr:
    """A number that may stand anywhere: -2 ** 2 is not (-2) ** 2."""
    return ast.Constant(value) if value >= 0 else ast.UnaryOp(ast.USub(), ast.Constant(-value))


def _is_open(node: ast.AST) -> bool:
    """Whether it keeps an expression from being a number already."""
    functions = {"exp", "log", "tanh", "sin", "cos", "floor", "sqrt", "abs", "sign", "max", "min", "sigmoid", "Phi"}
    return (isinstance(node, ast.Name) and node.id not in {"pi", *functions}) or isinstance(node, ast.cmpop)


def _expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body
