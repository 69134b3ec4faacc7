"""What a notebook shows of a run, and figures of matplotlib."""

import io
import json
import re
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import matplotlib.image
import nbformat
import numpy as np
import pytest
from gradlab_client import Boundary, Client, Metrics, Progress, Session, pictures
from gradlab_client.progress import Bar
from nbclient import NotebookClient


def test_a_map_is_a_png_of_its_colors() -> None:
    values = np.array([[0.0, 0.5, 1.0], [1.0, np.nan, 0.0]])
    image = matplotlib.image.imread(io.BytesIO(Boundary(0, 0.0, (0, 1, 0, 1), values)._repr_png_()))
    pixels = np.rint(image[30::60, 30::60, :3] * 255).astype(int)
    orange, neutral, blue = (list(color) for color in pictures.MAP)
    assert image.shape[:2] == (120, 180)
    assert pixels.tolist() == [[orange, neutral, blue], [blue, neutral, orange]]


def test_classes_are_paler_where_they_are_less_sure() -> None:
    sure, unsure = pictures.colors(np.array([[2.0, 2.0]]), np.array([[1.0, 0.0]]))[0].astype(int)
    assert unsure.tolist() == list(pictures.NEUTRAL)
    expected = np.array(pictures.NEUTRAL) + (np.array(pictures.CLASSES[2]) - pictures.NEUTRAL) * 0.62
    np.testing.assert_allclose(sure, expected, atol=1)


@pytest.mark.parametrize(
    ("values", "span"),
    [([0.2, 0.9], (0, 1)), ([-0.5, 0.3], (-1, 1)), ([-3, 2], (-3, 3)), ([90, 264], (90, 264)), ([np.nan], (0, 1))],
)
def test_the_scale_of_a_map(values: list[float], span: tuple[float, float]) -> None:
    assert pictures.span_of(np.array(values, dtype=float)) == span


def test_curves_go_from_the_first_row_to_the_last(session: Session) -> None:
    metrics = session.metrics()
    drawing = ElementTree.fromstring(metrics._repr_html_())
    lines = [element for element in drawing if element.tag.endswith("polyline")]
    assert len(lines) == 2
    for name, line in zip(("train_loss", "test_loss"), lines, strict=True):
        points = np.array([point.split(",") for point in line.get("points", "").split()], dtype=float)
        assert len(points) == metrics.rows == 21
        heights = (pictures.HEIGHT - pictures.MARGIN - points[:, 1]) / (pictures.HEIGHT - 2 * pictures.MARGIN)
        highest = max(metrics["train_loss"].max(), metrics["test_loss"].max())
        np.testing.assert_allclose(heights, metrics[name] / highest, atol=1e-3)


@pytest.mark.parametrize("rows", [0, 1, 3])
def test_curves_of_nothing_finite_are_drawn_too(rows: int) -> None:
    columns = {"seq": list(range(rows)), "epoch": list(range(rows)), "train_loss": [None] * rows}
    ElementTree.fromstring(Metrics("run", columns)._repr_html_())


def test_columns_of_layers_become_several_in_a_frame(session: Session) -> None:
    metrics = session.metrics()
    assert metrics["gradient_norm"].shape == (21, 3)
    for frame in (metrics.to_pandas(), metrics.to_polars()):
        assert frame.shape[0] == 21
        np.testing.assert_array_equal(frame["gradient_norm_3"].to_numpy(), metrics["gradient_norm"][:, 2])
    assert metrics.last["epoch"] == 20 and "gradient_norm" not in metrics.last
    with pytest.raises(KeyError, match="there is no column 'loss'; there are seq, step"):
        metrics["loss"]


def test_an_extra_that_is_missing_says_how_to_get_it(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("pandas", "polars", "matplotlib"):
        monkeypatch.setitem(sys.modules, module, None)
    metrics = session.metrics()
    for ask, name in ((metrics.to_pandas, "pandas"), (metrics.to_polars, "polars"), (metrics.plot, "matplotlib")):
        with pytest.raises(ImportError, match=f"pip install {name}"):
            ask()


@pytest.mark.parametrize("dataset", ["circle", "blobs", "regression_plane", "iris", "diabetes", "discs", "curve"])
def test_runs_of_every_kind_are_plotted(client: Client, dataset: str, tmp_path: Path) -> None:
    session = client.create(dataset=dataset)
    session.train(3)
    figure = session.plot()
    curves, plane = figure.axes
    assert [line.get_label() for line in curves.lines] == ["train", "test"]
    np.testing.assert_array_equal(curves.lines[0].get_ydata(), session.metrics()["train_loss"])
    points = sum(len(drawn.get_offsets()) for drawn in plane.collections)
    assert points == sum(len(part["points"]) for part in session.dataset()["parts"].values())
    figure.savefig(tmp_path / "run.png")
    session.metrics().plot().savefig(tmp_path / "curves.png")
    assert re.match(rf"<figure.*{dataset}: paused, epoch 3.*<svg.*<img", session._repr_html_())


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_bar_in_a_terminal(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("COLUMNS", "100")
    bar = Bar()
    bar(Progress(0.5, 50.0, {"train_loss": 0.25, "test_loss": 0.5}))
    bar.close()
    shown, end = terminal.getvalue().split("\n")
    assert shown.strip().startswith("█" * 12 + "░" * 12 + "  50%  epoch 50  train loss 0.25  test loss 0.5")
    assert len(shown) == 100 and end == ""
    session.train(5, progress=True)
    assert "100%  epoch 25" in terminal.getvalue()
    shown = terminal.getvalue()
    session.train(5)
    session.train(5, progress=lambda now: None)
    assert terminal.getvalue() == shown, "nothing is written unasked"


def test_a_notebook_shows_the_bar_and_the_run(url: str) -> None:
    cells = [
        f"import gradlab_client\nclient = gradlab_client.Client({url!r})\nsession = client.create()",
        "answer = session.train(100, progress=True)",
        "session",
        "session.boundary()",
        "client.close()",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(notebook, timeout=600, kernel_name="python3").execute()
    outputs: list[list[Any]] = [cell.outputs for cell in notebook.cells]
    assert outputs[0] == [] == outputs[4], json.dumps(outputs)
    (bar,), (run,), (boundary,) = outputs[1:4]
    assert "<progress value='1.0000'" in bar["data"]["text/html"] and "epoch 100" in bar["data"]["text/html"]
    assert "<svg" in run["data"]["text/html"] and "image/png" in boundary["data"]
