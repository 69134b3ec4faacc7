"""The catalogue: complete, unique, serializable; and adding to it touches one file."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import engine
from engine import FAMILIES, LIMITS, Experiment, catalogue_data, resolve, to_data
from engine.components.initializers import INITIALIZERS
from engine.components.registry import Entry
from tests.engine.cases import DATA

ENTRIES = [(family, entry) for family in FAMILIES for entry in family.values()]
NAMED = [f"{family.name}-{entry.name}" for family, entry in ENTRIES]


def test_it_is_json_without_nan_and_says_everything() -> None:
    data = json.loads(json.dumps(catalogue_data(), allow_nan=False))
    assert data["limits"]["units"] == LIMITS.units
    assert data["default_experiment"] == to_data(resolve(Experiment()))
    assert set(data["families"]) == {family.name for family in FAMILIES}
    for family in FAMILIES:
        told = data["families"][family.name]
        assert [entry["name"] for entry in told["entries"]] == list(family)
        assert told["help"].endswith(".") and told["label"]
        assert told["default"] is None or told["default"] in family


@pytest.mark.parametrize(("family", "entry"), ENTRIES, ids=NAMED)
def test_every_entry_explains_itself(family: object, entry: Entry) -> None:
    assert entry.label and entry.summary.endswith(".")
    assert entry.name == entry.name.lower() and entry.name.replace("_", "").isalnum()
    for argument in entry.arguments:
        assert argument.label and argument.help.endswith(".")
        low, high = argument.minimum, argument.maximum
        assert (argument.kind == "option") == bool(argument.options)
        assert not argument.options or argument.default in argument.options
        assert (low is None or argument.default >= low) and (high is None or argument.default <= high)
        assert argument.scale in ("linear", "log")


def test_a_task_names_its_output_and_loss() -> None:
    for told in catalogue_data()["families"]["task"]["entries"]:
        completed = resolve(Experiment(task=told["name"], dataset=DATA[told["name"]]))
        assert (told["output"], told["loss"]) == (completed.output.activation.name, completed.loss.name)


def test_arguments_that_contradict_each_other_are_refused() -> None:
    for low, high in ((0.1, 0.2), (0.1, 0.1)):
        INITIALIZERS.choice("random_uniform", minval=low, maxval=high)
    with pytest.raises(ValueError, match=r"0\.2 is above 0\.1"):
        INITIALIZERS.choice("random_uniform", minval=0.2, maxval=0.1)


@pytest.mark.parametrize(
    "family",
    [family for family in FAMILIES if family.name not in ("feature", "task", "metric", "finding")],
    ids=lambda family: family.name,
)
def test_what_must_be_chosen_says_when_to_choose_it(family: object) -> None:
    assert [entry.name for entry in family.values() if not entry.when.endswith(".")] == []


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_no_two_things_of_a_family_share_a_name_or_label(family: object) -> None:
    names = [*family, *(alias for entry in family.values() for alias in entry.aliases)]
    assert len(names) == len(set(names))
    labels = [entry.label for entry in family.values()]
    assert len(labels) == len(set(labels))


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_an_unknown_name_is_answered_with_the_nearest_and_all_others(family: object) -> None:
    first = next(iter(family))
    with pytest.raises(ValueError, match=f"Did you mean '{first}'") as caught:
        family.resolve(first[:-1] + first[-1] * 2)
    assert all(name in str(caught.value) for name in family)
    with pytest.raises(ValueError, match="unknown"):
        family.resolve(7)


def test_the_whole_subject_is_there() -> None:
    """What an introduction to neural networks teaches; nothing of it may get lost."""
    promised = {
        "activation": "binary_step linear relu leaky_relu randomized_leaky_relu parametric_relu elu selu sigmoid tanh "
        "softplus softsign swish gelu gelu_tanh mish hard_sigmoid maxout softmax sine gaussian",
        "loss": "mean_squared_error half_mean_squared_error mean_absolute_error huber binary_crossentropy "
        "categorical_crossentropy hinge",
        "initializer": "zeros ones constant random_normal random_uniform glorot_normal glorot_uniform he_normal "
        "he_uniform lecun_normal lecun_uniform variance_scaling orthogonal truncated_normal",
        "regularizer": "l1 l2 l1_l2",
        "constraint": "max_norm",
        "optimizer": "sgd momentum nesterov adagrad adadelta rmsprop adam adamw adamax nadam",
        "schedule": "constant step exponential cosine one_cycle reduce_on_plateau",
        "dataset": "circle xor gauss spiral moons blobs rings checkerboard sine stripes discs regression_plane "
        "regression_bumps curve houses iris wine breast_cancer diabetes digits",
        "task": "binary multiclass multilabel regression",
    }
    for family in FAMILIES:
        assert set(promised.pop(family.name, "").split()) <= set(family)
    assert not promised


CURVED = [(family, entry) for family, entry in ENTRIES if "curve" in entry.as_data()]


@pytest.mark.parametrize(("family", "entry"), CURVED, ids=[f"{family.name}-{entry.name}" for family, entry in CURVED])
def test_curves_are_what_is_computed(family: object, entry: Entry) -> None:
    curve = {name: np.array(values) for name, values in entry.as_data()["curve"].items()}
    assert curve["x"].shape == curve["value"].shape == curve["derivative"].shape
    assert all(np.isfinite(values).all() for values in curve.values())
    if not curve["derivative"].any():
        return  # a step: its rise is in no derivative
    # The area under the derivative is the rise of the value (trapezia; a kink costs at most one cell).
    x, slope = curve["x"], curve["derivative"]
    rise = np.sum((slope[1:] + slope[:-1]) / 2 * np.diff(x))
    cell = np.abs(np.diff(slope)).max() * np.diff(x).max() + 0.01 * np.ptp(curve["value"])
    assert abs(rise - (curve["value"][-1] - curve["value"][0])) <= cell


CUBE = """
        Activation(
            name="cube",
            label="Cube",
            summary="The third power.",
            when="Never.",
            function=cube,
            derivative=cube_derivative,
            formula="scale * z ** 3",
            derivative_formula="3 * scale * z ** 2",
            range=(None, None),
            arguments=(Argument("scale", 0.1, 0, 1, "Scale", "How steep it is."),),
        ),
"""
FUNCTIONS = """@scalar
def cube(z: float, scale: float) -> float:
    return scale * z * z * z


@scalar
def cube_derivative(z: float, a: float, scale: float) -> float:
    return 3.0 * scale * z * z


"""
TRAIN = """
import json, engine
from engine.components.optimizers import OPTIMIZERS
from engine.components.activations import ACTIVATIONS
layer = engine.Layer(units=4, activation=ACTIVATIONS.choice("cube", scale=0.2))
trainer = engine.Trainer(engine.resolve(engine.Experiment(layers=(layer,), optimizer=OPTIMIZERS.choice("adam"))))
before = trainer.row()["train"]["loss"]
trainer.step_once("epoch", 50)
listed = [entry["name"] for entry in engine.catalogue_data()["families"]["activation"]["entries"]]
print(json.dumps({"from": engine.__file__, "before": before, "after": trainer.row()["train"]["loss"], "menu": listed}))
"""


def test_adding_an_activation_touches_one_file(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """In a copy of the engine an entry is added to activations.py; it trains, compiled, and stands in the menu."""
    # Kept from one run of the tests to the next, with the files' times, so that it is compiled once.
    cache = getattr(request.config, "cache", None)
    folder = Path(cache.mkdir("gradlab-one-file")) if cache else tmp_path
    copy = folder / "engine"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(Path(engine.__file__).parent, copy, ignore=shutil.ignore_patterns("__pycache__"))
    activations = copy / "components" / "activations.py"
    text = activations.read_text()
    menu = re.search(r"^ACTIVATIONS\b.*= Family\(", text, re.MULTILINE).start()
    first = text.index("        Activation(\n", menu)
    activations.write_text(text[:menu] + FUNCTIONS + text[menu:first] + CUBE.lstrip("\n") + text[first:])
    environment = os.environ | {
        "PYTHONPATH": str(folder),
        "GRADLAB_CACHE_DIR": str(folder / "compiled"),
        "NUMBA_OPT": "0",  # compiled sooner
    }
    done = subprocess.run(
        [sys.executable, "-c", TRAIN], cwd=folder, env=environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert Path(told["from"]).parent == copy
    assert "cube" in told["menu"]
    assert told["after"] < 0.5 * told["before"]
