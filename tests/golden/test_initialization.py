"""A published table, reproduced to the last digit it gives: what the starting weights do to one small network.

scikit-learn's two circles, 2-10-5-1 with relu and sigmoid, 15,000 steps over all samples at a learning rate of 0.01,
weights drawn with NumPy's legacy generator: the exercise on initialization of the course "Improving Deep Neural
Networks" (deeplearning.ai, 2017).
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
from sklearn.datasets import make_circles

from engine import Experiment, Layer, Trainer, resolve
from engine.components.activations import ACTIVATIONS
from engine.components.optimizers import OPTIMIZERS
from engine.data.given_points import GivenPoints

SIZES = (2, 10, 5, 1)


def circles(samples: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    return make_circles(n_samples=samples, noise=0.05, random_state=np.random.RandomState(seed))


def starting_weights(scale: str) -> list[dict[str, np.ndarray]]:
    legacy = np.random.RandomState(3)
    layers = []
    for fan_in, fan_out in pairwise(SIZES):
        factor = {"zeros": 0.0, "normal": 10.0, "he": np.sqrt(2 / fan_in)}[scale]
        weights = legacy.randn(fan_out, fan_in).T * factor
        layers.append({"weights": weights, "biases": np.zeros(fan_out)})
    return layers


def trainer(scale: str) -> Trainer:
    (x, t), (test_x, test_t) = circles(300, 1), circles(100, 2)
    data = GivenPoints(
        points=tuple(map(tuple, x.tolist())),
        targets=tuple(map(float, t)),
        test_points=tuple(map(tuple, test_x.tolist())),
        test_targets=tuple(map(float, test_t)),
    )
    relu = ACTIVATIONS.choice("relu")
    made = Trainer(
        resolve(
            Experiment(
                dataset=data,
                layers=tuple(Layer(units=units, activation=relu) for units in SIZES[1:-1]),
                optimizer=OPTIMIZERS.choice("sgd", learning_rate=0.01),
                batch_size=None,
                precision="float64",
            )
        )
    )
    made.set_parameters(starting_weights(scale))
    return made


@dataclass(frozen=True)
class Published:
    """What the table says of one way to start."""

    loss: float  # after 14,000 steps
    tolerance: float
    accuracy: float  # on the test points, after 15,000 steps


TABLE = {
    "zeros": Published(0.6931471805599453, 1e-15, 0.50),
    "normal": Published(0.383, 5e-4, 0.86),
    "he": Published(0.07357895962677366, 1e-9, 0.96),
}


@pytest.mark.parametrize("scale", TABLE)
def test_the_published_table_is_reproduced(scale: str) -> None:
    published, run = TABLE[scale], trainer(scale)
    run.step_once("batch", 14_000)
    assert run.row()["train"]["loss"] == pytest.approx(published.loss, abs=published.tolerance)
    run.step_once("batch", 1_000)
    assert run.row()["test"]["accuracy"] == published.accuracy
