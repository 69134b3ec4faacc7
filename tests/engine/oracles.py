"""Two independent opinions: JAX, which differentiates the formulas the page prints, and PyTorch's own functions."""

import ast
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from engine import Experiment
from engine.components.activations import ACTIVATIONS
from engine.components.formulas import NAMESPACE
from engine.components.losses import LOSSES
from engine.components.regularizers import REGULARIZERS
from engine.reference import Layers

jax.config.update("jax_enable_x64", True)

JAX_NAMES: dict[str, Any] = NAMESPACE | {
    "exp": jnp.exp,
    "log": jnp.log,
    "tanh": jnp.tanh,
    "sin": jnp.sin,
    "cos": jnp.cos,
    "sqrt": jnp.sqrt,
    "abs": jnp.abs,
    "sign": jnp.sign,
    "floor": jnp.floor,
    "max": jnp.maximum,
    "min": jnp.minimum,
    "sum": jnp.sum,
    "sigmoid": jax.nn.sigmoid,
    "Phi": lambda z: (1 + jax.scipy.special.erf(z / jnp.sqrt(2.0))) / 2,
    "where": jnp.where,
}


class _Arrays(ast.NodeTransformer):
    """Rewrites `x if test else y` as `where(test, x, y)`, which arrays understand."""

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        parts = [self.visit(part) for part in (node.test, node.body, node.orelse)]
        return ast.Call(ast.Name("where", ast.Load()), parts, [])


def traced(formula: str) -> Callable[..., Any]:
    """A formula of the catalogue as a function of JAX arrays, called with its names as keywords."""
    tree = ast.fix_missing_locations(_Arrays().visit(ast.parse(formula, mode="eval")))
    code = compile(tree, "formula", "eval")
    return lambda **values: eval(code, {"__builtins__": {}, **JAX_NAMES}, values)


def _named(entry: Any, choice: Any) -> dict[str, float]:
    return {argument.name: getattr(choice, argument.name) for argument in entry.arguments}


L1_RATES = {"l1": "rate", "l1_l2": "l1"}


def _l1(regularizer: Any) -> float:
    name = L1_RATES.get(regularizer.name) if regularizer else None
    return getattr(regularizer, name) if name else 0.0


def jax_step(experiment: Experiment, layers: Layers, x: np.ndarray, t: np.ndarray, rate: float) -> Layers:
    """A step of proximal gradient descent: down the smooth part of the objective, then the proximal operator of l1."""
    regularizers = [*(layer.regularizer for layer in experiment.layers), experiment.output.regularizer]
    stepped = []
    for (w, b), (dw, db), regularizer in zip(
        layers, jax_gradients(experiment, layers, x, t), regularizers, strict=True
    ):
        there, threshold = w - rate * dw, rate * _l1(regularizer)
        stepped.append((np.sign(there) * np.maximum(np.abs(there) - threshold, 0), b - rate * db))
    return stepped


def jax_gradients(experiment: Experiment, layers: Layers, x: np.ndarray, t: np.ndarray) -> Layers:
    """The gradient of the network's loss and smooth penalties, by automatic differentiation of the printed formulas."""
    loss = LOSSES.of(experiment.loss)
    measure = traced(loss.formula)
    regularizers = [*(layer.regularizer for layer in experiment.layers), experiment.output.regularizer]

    def total(parameters: Any) -> Any:
        a, choices = x, [*(layer.activation for layer in experiment.layers), experiment.output.activation]
        penalty = 0.0
        for (w, b), choice, regularizer in zip(parameters, choices, regularizers, strict=True):
            entry = ACTIVATIONS.of(choice)
            z = a @ w + b
            a = jax.nn.softmax(z) if entry.joint else traced(entry.formula)(z=z, **_named(entry, choice))
            if regularizer is not None:
                price = REGULARIZERS.of(regularizer)
                rates = _named(price, regularizer) | {L1_RATES.get(price.name, "none"): 0.0}
                penalty += jnp.sum(traced(price.formula)(w=w, **rates))
        values = measure(a=a, t=t, **_named(loss, experiment.loss))
        if not loss.mean_over_outputs:
            values = values.sum(axis=1)
        return values.mean() + penalty

    found = jax.grad(total)([(jnp.asarray(w), jnp.asarray(b)) for w, b in layers])
    return [(np.asarray(dw), np.asarray(db)) for dw, db in found]


def torch_gradients(experiment: Experiment, layers: Layers, x: np.ndarray, t: np.ndarray) -> Layers | None:
    """The gradient of the loss by PyTorch with its own activations and losses; None where it has none of that name."""
    import torch
    from torch.nn import functional

    spelled = {"swish": "silu", "linear": "identity", "hard_sigmoid": "hardsigmoid"}
    losses = {
        "mean_squared_error": functional.mse_loss,
        "mean_absolute_error": functional.l1_loss,
        "huber": functional.huber_loss,
        "binary_crossentropy": functional.binary_cross_entropy_with_logits,
        "categorical_crossentropy": functional.cross_entropy,
    }
    if experiment.loss.name not in losses:
        return None
    parameters = [[torch.tensor(part, requires_grad=True) for part in layer] for layer in layers]
    a, targets = torch.tensor(x), torch.tensor(t)
    choices = [*(layer.activation for layer in experiment.layers), experiment.output.activation]
    for (w, b), choice in zip(parameters, choices, strict=True):
        z = a @ w + b
        name = spelled.get(choice.name, choice.name)
        if name == "identity":
            a = z
        elif name == "softmax":
            a = functional.softmax(z, dim=1)
        elif not hasattr(functional, name):
            return None
        else:
            a = getattr(functional, name)(z, **_named(ACTIVATIONS.of(choice), choice))
    from_logits = experiment.loss.name.endswith("crossentropy")
    losses[experiment.loss.name](z if from_logits else a, targets).backward()
    return [(w.grad.numpy(), b.grad.numpy()) for w, b in parameters]
