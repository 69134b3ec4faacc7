"""The history of a run: one row for each epoch that was recorded, as NumPy columns."""

import importlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gradlab_client import pictures

if TYPE_CHECKING:
    import pandas
    import polars
    from matplotlib.figure import Figure

Array = NDArray[np.float64]


class Metrics(Mapping[str, Array]):
    """Rows of a run's history by column; `metrics["train_loss"]` has shape (rows,).

    Columns of each layer, such as `gradient_norm`, have shape (rows, layers), hidden layers first. What is not finite,
    or was not measured, is NaN. `epoch` is in epochs, `step` in updates; `metrics` of the API's description says what
    the others are.

    >>> metrics = session.metrics()
    >>> best = metrics["test_loss"].argmin()
    >>> print(metrics["epoch"][best])
    20.0
    """

    def __init__(self, run: str, columns: Mapping[str, Any]) -> None:
        self.run = run
        self._columns = {name: _column(values) for name, values in columns.items()}

    def __getitem__(self, name: str) -> Array:
        try:
            return self._columns[name]
        except KeyError:
            raise KeyError(f"there is no column {name!r}; there are {', '.join(self._columns)}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self._columns["seq"])

    @property
    def last(self) -> dict[str, float]:
        """The newest row, without what belongs to single layers; empty if there is none."""
        single = {name: column for name, column in self.items() if column.ndim == 1}
        return {name: float(column[-1]) for name, column in single.items()} if self.rows else {}

    def flat(self) -> dict[str, Array]:
        """One column for each quantity, and one for each layer: `gradient_norm_1` and so on, as in the CSV."""
        columns: dict[str, Array] = {}
        for name, column in self.items():
            layers = [(name, column)] if column.ndim == 1 else [(f"{name}_{i + 1}", c) for i, c in enumerate(column.T)]
            columns |= layers
        return columns

    def to_pandas(self) -> "pandas.DataFrame":
        """A pandas frame, with the columns of `flat`."""
        frame: pandas.DataFrame = needed("pandas").DataFrame(self.flat())
        return frame

    def to_polars(self) -> "polars.DataFrame":
        """A polars frame, with the columns of `flat`."""
        frame: polars.DataFrame = needed("polars").DataFrame(self.flat())
        return frame

    def plot(self) -> "Figure":
        """Loss and the other metrics over the epochs, as a figure of matplotlib."""
        from gradlab_client import plots

        return plots.curves(self)

    def __repr__(self) -> str:
        last = ", ".join(f"{name} {self.last[name]:.4g}" for name in ("epoch", *self.shown()) if name in self.last)
        return f"<Metrics: {self.rows} rows; {last}>"

    def _repr_html_(self) -> str:
        return pictures.curves(self["epoch"], {name: self[name] for name in self.losses()})

    def losses(self) -> list[str]:
        """The names of the losses of the parts that there are."""
        return self._measured("_loss")

    def shown(self) -> list[str]:
        """The names of the losses, and of accuracy or whatever else measures this task."""
        others = [name for name in self._measured("") if not name.endswith("_loss")]
        return self.losses() + others

    def _measured(self, ending: str) -> list[str]:
        names = [name for name in self if name.startswith(("train_", "validation_", "test_")) and name.endswith(ending)]
        return [name for name in names if np.isfinite(self[name]).any()]


def _column(values: Any) -> Array:
    """Numbers with NaN for null; a list in each row becomes a second axis."""
    return np.array(values, dtype=np.float64)


def needed(name: str) -> Any:
    """A module that is only needed for this. Raises ImportError that says how to get it."""
    try:
        return importlib.import_module(name)
    except ImportError:
        raise ImportError(f"This needs {name}: pip install {name}") from None
