"""Pictures are of the plane that they say: along two columns, or where the points spread most."""

from typing import Any

import numpy as np
import pytest

from engine import Experiment, InvalidInput, Trainer, resolve
from engine.data.datasets import DATASETS
from tests.engine.cases import points

COLUMNS = 4


@pytest.fixture(scope="module")
def iris() -> Trainer:
    trainer = Trainer(resolve(Experiment(dataset=DATASETS.choice("iris"), precision="float64")))
    trainer.step_once("epoch", 5)
    return trainer


@pytest.mark.parametrize("axes", [None, (0, 3), (2, 1), "principal"])
def test_a_picture_shows_what_is_said_of_the_points_of_its_plane(iris: Trainer, axes: Any) -> None:
    domain = (-1.0, 2.0, 0.5, 3.0)
    shown = iris.data.projection(axes).plane(domain, 5)
    outputs, _ = iris.predict(shown.tolist())
    np.testing.assert_allclose(iris.boundary(5, axes, domain).values.reshape(3, -1), outputs.T, rtol=1e-12)
    np.testing.assert_array_equal(iris.neurons(5, axes, domain)[-1], iris.boundary(5, axes, domain).values)


@pytest.mark.parametrize("axes", [None, (0, 3), (2, 1), "principal"])
def test_points_of_the_plane_are_drawn_where_they_lie(iris: Trainer, axes: Any) -> None:
    projection = iris.data.projection(axes)
    drawn = projection.coordinates(projection.plane((-1, 2, 0.5, 3), 4)).reshape(4, 4, 2)
    np.testing.assert_allclose(drawn[0], np.column_stack([np.linspace(-1, 2, 4), np.full(4, 3)]), atol=1e-12)
    np.testing.assert_allclose(drawn[:, 0], np.column_stack([np.full(4, -1), np.linspace(3, 0.5, 4)]), atol=1e-12)


def test_the_principal_plane_is_that_of_the_correlations(iris: Trainer) -> None:
    samples = iris.data.parts["train"].points
    drawn = iris.data.principal.coordinates(samples)
    values = np.sort(np.linalg.eigvalsh(np.corrcoef(samples.T)))[::-1]
    np.testing.assert_allclose(drawn.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(np.cov(drawn.T, bias=True), np.diag(values[:2]), atol=1e-10)


@pytest.mark.parametrize("axes", [None, (0, 3), "principal"])
def test_all_points_are_in_the_picture(iris: Trainer, axes: Any) -> None:
    low1, high1, low2, high2 = iris.data.domain_of(axes)
    for part in filter(len, iris.data.parts.values()):
        drawn = iris.data.projection(axes).coordinates(part.points).T
        for low, high, values in zip((low1, low2), (high1, high2), drawn, strict=True):
            assert low < values.min() and values.max() < high


@pytest.mark.parametrize("axes", [(0, COLUMNS), (-1, 0), (1, 1)])
def test_columns_that_there_are_not_are_refused(iris: Trainer, axes: tuple[int, int]) -> None:
    with pytest.raises(InvalidInput, match="two columns, from 0 to 3"):
        iris.boundary(5, axes)


@pytest.mark.parametrize(
    "domain",
    [(0, 0, 0, 1), (1, 0, 0, 1), (0, 1, 2, 1), (0, 1, 0, float("inf")), (0, float("nan"), 0, 1), (0, 1e10, 0, 1)],
)
def test_parts_of_a_plane_without_anything_to_see_are_refused(iris: Trainer, domain: Any) -> None:
    with pytest.raises(InvalidInput) as refusal:
        iris.boundary(5, None, domain)
    assert refusal.value.errors[0].field == "domain"


@pytest.mark.parametrize("rows", [((1, 2, 3), (1, 2, 3)), ((0, 0, 0), (1, 5, 2))])
def test_points_that_are_all_equal_or_few_have_a_principal_plane(rows: Any) -> None:
    trainer = Trainer(resolve(Experiment(dataset=points(*rows, targets=(0, 1)))))
    assert np.isfinite(trainer.boundary(3, "principal").values).all()
