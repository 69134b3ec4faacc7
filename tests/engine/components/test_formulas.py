"""Formulas: what is printed is what is evaluated, and every one in the catalogue can be printed."""

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine import FAMILIES, Layer, Trainer, resolve
from engine.components.activations import ACTIVATIONS
from engine.components.batch_norm import BatchNormalization
from engine.components.constraints import CONSTRAINTS
from engine.components.formulas import evaluate, katex
from engine.components.optimizers import OPTIMIZERS
from engine.components.regularizers import REGULARIZERS
from engine.components.schedules import SCHEDULES
from engine.experiment import Clipping, Input
from engine.insight.pruning.criteria import CRITERIA
from engine.insight.trace import trace
from tests.engine.cases import PAIRS, experiment

PRINTED = [(family.name, entry) for family in FAMILIES for entry in family.values() if entry.formula]


@pytest.mark.parametrize(("family", "entry"), PRINTED, ids=lambda value: getattr(value, "name", value))
def test_every_formula_of_the_catalogue_has_a_print_with_balanced_braces(family: str, entry: object) -> None:
    for formula in (entry.formula, getattr(entry, "derivative_formula", entry.formula)):
        text = katex(formula)
        assert text.count("{") == text.count("}")
        assert text.replace(r"\leftarrow", "=").count(r"\left") == text.count(r"\right")
        assert "**" not in text and "_z" not in text


RENDER = """
import katex from "%s";
import { readFileSync } from "node:fs";
const refused = [];
for (const source of JSON.parse(readFileSync(0, "utf8"))) {
  try { katex.renderToString(source, { throwOnError: true, strict: "error" }); }
  catch (error) { refused.push(`${source}: ${error.message}`); }
}
console.log(JSON.stringify(refused));
"""
KATEX = Path(__file__).parents[3] / "static/vendor/katex.js"


def refused(sources: list[str]) -> list[str]:
    """Those of these that the bundled KaTeX does not render, and why."""
    script = RENDER % KATEX.as_uri()
    command = ["node", "--input-type=module", "--eval", script]
    done = subprocess.run(command, input=json.dumps(sources), capture_output=True, text=True, timeout=60, check=True)
    return list(json.loads(done.stdout))


def leaves(tree: Any) -> list[str]:
    """Every text in a tree of dictionaries and lists."""
    if isinstance(tree, dict | list):
        return [leaf for branch in (tree.values() if isinstance(tree, dict) else tree) for leaf in leaves(branch)]
    return [tree] if tree else []


@pytest.mark.skipif(shutil.which("node") is None, reason="KaTeX runs under Node.js")
def test_the_bundled_katex_renders_every_formula_of_the_catalogue() -> None:
    entries = [entry.as_data() for family in (*FAMILIES, CRITERIA) for entry in family.values()]
    printed = [text for entry in entries for name, text in entry.items() if name.endswith("formula") and text]
    assert len(printed) > 90
    assert refused(printed) == []


@pytest.mark.skipif(shutil.which("node") is None, reason="KaTeX runs under Node.js")
def test_the_bundled_katex_renders_every_formula_of_a_trace() -> None:
    chosen = [experiment(hidden=name) for name, entry in ACTIVATIONS.items() if "hidden" in entry.places]
    chosen += [experiment(task, output=output, loss=loss) for task, output, loss in PAIRS]
    chosen += [experiment(optimizer=OPTIMIZERS.choice(name)) for name in OPTIMIZERS]
    chosen += [experiment(schedule=SCHEDULES.choice(name)) for name in SCHEDULES]
    chosen += [experiment(regularizer=REGULARIZERS.choice(name)) for name in REGULARIZERS]
    for position in ("before", "after"):
        normal = BatchNormalization(position=position)
        for name in ("relu", "maxout", "parametric_relu"):
            layer = Layer(3, ACTIVATIONS.choice(name), batch_normalization=normal, dropout=0.5)
            limits = [replace(layer, constraint=CONSTRAINTS.choice(limit)) for limit in CONSTRAINTS]
            noisy = Input(noise=0.5, dropout=0.1)
            clip = Clipping("norm" if position == "before" else "value", 1.0)
            chosen.append(experiment(layers=tuple(limits), input=noisy, clipping=clip, class_weight="balanced"))
    printed = {text for each in chosen for text in leaves(trace(Trainer(resolve(each)), 0, mode="training").formulas)}
    assert len(printed) > 100
    assert refused(sorted(printed)) == []


def test_the_formula_of_max_norm_is_what_it_computes() -> None:
    for length in (0.5, 4.0):
        w = np.array([0.6, -0.8]) * length
        printed = evaluate(CONSTRAINTS["max_norm"].formula, {"w": w, "limit": 2.0})
        CONSTRAINTS["max_norm"].function(w, 2.0)
        np.testing.assert_allclose(printed, w, rtol=1e-15)


def test_the_formulas_of_softmax_and_of_a_pruning_criterion_are_what_they_compute() -> None:
    entry, z = ACTIVATIONS["softmax"], np.array([[0.3], [-1.2], [2.0]])
    a = np.empty_like(z)
    entry.function(z, a)
    for z_j, a_j in zip(z[:, 0], a[:, 0], strict=True):
        assert evaluate(entry.formula, {"z_j": z_j, "z_k": z}) == pytest.approx(a_j, rel=1e-14)
        assert evaluate(entry.derivative_formula, {"a_j": a_j}) == entry.derivative(z_j, a_j)
    model = Trainer(resolve(experiment()))
    scores = [evaluate(CRITERIA["magnitude"].formula, {"w": layer.weights}) for layer in model.parameters()]
    for score, computed in zip(scores, CRITERIA["magnitude"].score(model), strict=True):
        np.testing.assert_allclose(score, computed)


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("z if z > 0 else alpha * (exp(z) - 1)", r"\begin{cases} z & z > 0 \\ "),
        ("(a - t) ** 2", r"\left(a - t\right)^{2}"),
        ("a - (b - c)", r"a - \left(b - c\right)"),
        ("a * (b + c) / d", r"\frac{a \, \left(b + c\right)}{d}"),
        ("x_1 ** 2", "x_{1}^{2}"),
        ("learning_rate * abs(w)", r"\eta \, \left|w\right|"),
        ("1 / (1 + exp(-z))", r"\frac{1}{1 + e^{-z}}"),
        ("p * (q if t > 1 else 1)", r"p \, \left(\begin{cases} q"),
        ("v = momentum * v + g; w = w - v", r"\begin{aligned} v &\leftarrow \beta \, v + g \\ w &\leftarrow w - v"),
        ("m_hat = m / (1 - beta_1 ** step)", r"\hat{m} = \frac{m}{1 - \beta_{1}^{t}}"),
        ("a * sum_k(a_k + b_k)", r"a \, \left(\sum_{k} \left(a_{k} + b_{k}\right)\right)"),
    ],
)
def test_print_keeps_the_order_of_operations(formula: str, expected: str) -> None:
    assert katex(formula).startswith(expected)


def test_evaluate_knows_functions_and_names_only() -> None:
    assert evaluate("sigmoid(z) + alpha", {"z": 0.0, "alpha": 1}) == 1.5
    assert evaluate("Phi(0)", {}) == 0.5
    np.testing.assert_array_equal(evaluate("x ** 2", {"x": np.arange(3)}), [0, 1, 4])
    with pytest.raises(NameError):
        evaluate("open('/etc/hostname')", {})


def test_what_cannot_be_printed_is_refused() -> None:
    with pytest.raises(ValueError, match="no print for"):
        katex("[z for z in range(3)]")
