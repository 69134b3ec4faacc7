"""Figures of a run, with matplotlib."""

from typing import TYPE_CHECKING, Any

import numpy as np

from gradlab_client.answers import DatasetAnswer
from gradlab_client.metrics import Metrics, needed
from gradlab_client.pictures import POINTS, class_colors, colors, part_color, shades, span_of
from gradlab_client.views import Boundary

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PANEL_IN = 4.0  # inches
OUTLINE = "#7d8691"
HOLLOW = {"facecolors": "none"}
MOST_POINTS = 2_000  # of each part: more hide each other


def figure(panels: int) -> tuple["Figure", list["Axes"]]:
    """A figure with so many panels side by side. It belongs to no window: show or save it."""
    needed("matplotlib")
    from matplotlib.figure import Figure

    made = Figure(figsize=(PANEL_IN * panels, PANEL_IN * 0.85), layout="constrained")
    return made, list(np.atleast_1d(made.subplots(1, panels)))


def curves(metrics: Metrics) -> "Figure":
    """Losses, and next to them what else measures the task."""
    kinds = list(dict.fromkeys(name.split("_", 1)[1] for name in metrics.shown()))
    made, panels = figure(len(kinds))
    for kind, axes in zip(kinds, panels, strict=True):
        draw_curves(axes, metrics, kind)
    return made


def run(metrics: Metrics, boundary: Boundary, data: DatasetAnswer) -> "Figure":
    """The losses, and the network's output over the plane with the points."""
    made, (left, right) = figure(2)
    draw_curves(left, metrics, "loss")
    draw_boundary(right, boundary, data)
    return made


def draw_curves(axes: "Axes", metrics: Metrics, kind: str) -> None:
    """One quantity of each part over the epochs."""
    for name in metrics.shown():
        part, quantity = name.split("_", 1)
        if quantity == kind:
            axes.plot(metrics["epoch"], metrics[name], color=part_color(name), label=part)
    axes.set(xlabel="epoch", ylabel=kind.replace("_", " "))
    axes.legend()


def draw_boundary(axes: "Axes", boundary: Boundary, data: DatasetAnswer) -> None:
    """The output over the plane; the points of the training part filled, others hollow."""
    targets = np.concatenate([np.array(part["targets"], dtype=float).ravel() for part in data["parts"].values()])
    low, high = data["targets"]["range"] or span_of(targets)
    axes.imshow(colors(boundary.values, boundary.confidence, (low, high)), extent=boundary.domain, aspect="auto")
    across, upwards = data["axes"]
    for name, part in data["parts"].items():
        points = np.array(part["points"][:MOST_POINTS], dtype=float).reshape(-1, len(data["columns"]))
        shown = np.array(part["targets"][:MOST_POINTS], dtype=float)
        if data["targets"]["kind"] == "regression":
            look = shades(shown, (low, high), POINTS) / 255
        else:  # of several labels, the first that holds
            look = class_colors(shown.argmax(axis=1).astype(float) if shown.ndim == 2 else shown) / 255
        fill: dict[str, Any] = {"c": look, "edgecolors": OUTLINE} if name == "train" else HOLLOW | {"edgecolors": look}
        axes.scatter(points[:, across], points[:, upwards], s=14, linewidths=0.6, **fill)
    left, right, bottom, top = boundary.domain
    axes.set(xlim=(left, right), ylim=(bottom, top), xlabel=data["columns"][across], ylabel=data["columns"][upwards])
