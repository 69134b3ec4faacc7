"""Each input feature: its formula, its picture, and that the network is fed with it."""

import base64

import numpy as np
import pytest

from engine import Experiment, Trainer, resolve
from engine.components.features import FEATURES
from engine.components.formulas import evaluate
from engine.data.datasets import DATASETS
from tests.engine.cases import samples_of

X1, X2 = np.random.default_rng(0).uniform(-6, 6, (2, 50))


@pytest.mark.parametrize("name", FEATURES)
def test_formula_says_what_is_computed(name: str) -> None:
    entry = FEATURES[name]
    np.testing.assert_allclose(entry.function(X1, X2), evaluate(entry.formula, {"x_1": X1, "x_2": X2}), rtol=1e-14)


@pytest.mark.parametrize("name", FEATURES)
def test_picture_shows_it_with_the_highest_x2_on_top(name: str) -> None:
    drawn = FEATURES[name].as_data()["map"]
    grid = np.frombuffer(base64.b64decode(drawn["data"]), np.uint8).reshape(drawn["height"], drawn["width"])
    values = drawn["low"] + grid / 255 * (drawn["high"] - drawn["low"])
    corner = FEATURES[name].function(np.array([-6.0]), np.array([6.0]))[0]
    assert values[0, 0] == pytest.approx(corner, abs=(drawn["high"] - drawn["low"]) / 255)


def test_the_network_is_fed_with_the_chosen_features_in_their_order() -> None:
    chosen = tuple(reversed([*FEATURES]))
    trainer = Trainer(resolve(Experiment(features=chosen, dataset=DATASETS.choice("xor"), precision="float64")))
    points = trainer.data.as_data()["parts"]["train"]["points"]
    x, _ = samples_of(trainer)
    for column, name in enumerate(chosen):
        np.testing.assert_array_equal(x[:, column], FEATURES[name].function(points[:, 0], points[:, 1]))


def test_columns_of_a_table_are_its_features() -> None:
    trainer = Trainer(resolve(Experiment(dataset=DATASETS.choice("iris"), features=("petal_width", "sepal_length"))))
    assert trainer.parameters()[0].weights.shape[0] == 2
    assert trainer.data.as_data()["axes"] == [0, 3], "the plane is drawn over the columns that are used"
