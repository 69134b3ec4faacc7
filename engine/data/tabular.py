"""Tables: data with named columns, made or measured. scikit-learn's are loaded when first chosen: it is heavy."""

from collections.abc import Callable
from typing import Any

import numpy as np

from engine.data.scaling import mean_and_spread
from engine.data.synthetic import Made


def telling(points: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Of each column (columns,) the share of its variance that goes with the target: what to draw a table by.

    Points (n, columns); targets (n, k): numbers, or 0 and 1 for each class.
    """
    mean, spread = mean_and_spread(points)
    x, t = np.where(spread > 0, points - mean, 0), targets - targets.mean(axis=0)
    # The correlation ratio with classes, the squared correlation with a number: both from x' t.
    shared = (x.T @ t) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        share = (shared / (t * t).sum(axis=0)).sum(axis=1) / (x * x).sum(axis=0)
    return np.nan_to_num(share, posinf=0.0)


HOUSE = ("size", "bedrooms", "age")
WINE = (
    "alcohol",
    "malic_acid",
    "ash",
    "alkalinity_of_ash",
    "magnesium",
    "phenols",
    "flavanoids",
    "other_phenols",
    "proanthocyanins",
    "color_intensity",
    "hue",
    "od280_od315",
    "proline",
)
NUCLEI = tuple(
    f"{of}_{name}"
    for of in ("mean", "error", "worst")
    for name in (
        "radius",
        "texture",
        "perimeter",
        "area",
        "smoothness",
        "compactness",
        "concavity",
        "concave_points",
        "symmetry",
        "fractal_dimension",
    )
)
PATIENT = (
    "age",
    "sex",
    "body_mass_index",
    "blood_pressure",
    "cholesterol",
    "ldl",
    "hdl",
    "cholesterol_over_hdl",
    "triglycerides",
    "glucose",
)
PIXELS = tuple(f"pixel_{row}_{column}" for row in range(8) for column in range(8))


def houses(rng: np.random.Generator, samples: int) -> Made:
    """Made houses: size in square meters, bedrooms, age in years; the price in thousands."""
    size = np.clip(rng.lognormal(np.log(110), 0.35, samples), 35, 320)
    bedrooms = np.clip(np.rint(size / 38 + rng.normal(0, 0.6, samples)), 1, 8)
    age = rng.uniform(0, 80, samples)
    # New houses cost more, and so do those old enough to have charm.
    worth = 40 + 2.3 * size + 12 * bedrooms - 1.9 * age + 0.02 * age**2
    price = worth * rng.lognormal(0, 0.06, samples)
    return np.column_stack([np.round(size, 1), bedrooms, np.round(age, 1)]), np.round(price, 1)


def from_scikit_learn(loader: str) -> Callable[..., Made]:
    """The maker for one of scikit-learn's sets: so many of its samples, drawn without repetition."""

    def make(rng: np.random.Generator, samples: int) -> Made:
        from sklearn import datasets

        load: Any = getattr(datasets, loader)
        points, targets = load(return_X_y=True)
        chosen = rng.permutation(len(targets))[:samples]
        return points[chosen].astype(np.float64), targets[chosen].astype(np.float64)

    return make


iris = from_scikit_learn("load_iris")
wine = from_scikit_learn("load_wine")
breast_cancer = from_scikit_learn("load_breast_cancer")
digits = from_scikit_learn("load_digits")


def diabetes(rng: np.random.Generator, samples: int) -> Made:
    """In the units in which the patients were measured, not in scikit-learn's scaled ones."""
    from sklearn.datasets import load_diabetes

    points, targets = load_diabetes(return_X_y=True, scaled=False)
    chosen = rng.permutation(len(targets))[:samples]
    return points[chosen].astype(np.float64), targets[chosen].astype(np.float64)
