"""Looking at a session: what changes nothing in it. Each method is one request, spelled as in the API.

Wherever there is an `epoch`, the answer is of that whole epoch of the run's past, exactly; of now without it.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from gradlab_client import answers, pictures, views
from gradlab_client.connection import Connection
from gradlab_client.metrics import Metrics

if TYPE_CHECKING:
    from matplotlib.figure import Figure

T = TypeVar("T")
Part = Literal["train", "validation", "test"]
Axes = tuple[int, int] | Literal["principal"]
Domain = tuple[float, float, float, float]
Format = Literal["json", "numpy", "pytorch", "keras", "onnx", "notebook"]


class Inspection:
    """The half of a session that only looks."""

    def __init__(self, connection: Connection, id: str) -> None:
        self._connection = connection
        self.id = id

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.id} at {self._connection.url}>"

    @property
    def _path(self) -> str:
        return f"/api/sessions/{self.id}"

    async def _ask(self, shape: type[T], method: str, path: str = "", **request: Any) -> T:
        return await self._connection.ask(shape, method, self._path + path, **request)

    async def get(self) -> answers.SessionAnswer:
        """The session: its state, its complete experiment, and the metrics of its present step."""
        return await self._ask(answers.SessionAnswer, "GET")

    async def metrics(self, since: int = -1) -> Metrics:
        """The history as NumPy columns, one row for each recorded epoch; only rows numbered above `since`.

        >>> session.metrics()["train_loss"].shape == session.metrics()["epoch"].shape
        True
        """
        answer = await self._ask(answers.History, "GET", "/metrics", since=since)
        return Metrics(answer["run"], answer["columns"])

    async def boundary(
        self, resolution: int = 100, axes: Axes | None = None, domain: Domain | None = None, epoch: int | None = None
    ) -> views.Boundary:
        """The output over the plane, at `resolution` points each way.

        `axes` are two columns of the data, or "principal"; `domain` is (left, right, bottom, top) in their units.

        >>> session.boundary(resolution=50).values.shape
        (50, 50)
        """
        asked = {"resolution": resolution, "axes": axes, "domain": domain, "epoch": epoch}
        return views.boundary_of(await self._ask(answers.BoundaryAnswer, "GET", "/boundary", **asked))

    async def neurons(
        self, resolution: int = 20, axes: Axes | None = None, domain: Domain | None = None, epoch: int | None = None
    ) -> views.Neurons:
        """What every unit gives over the plane. Shapes: of each layer (units, resolution, resolution)."""
        asked = {"resolution": resolution, "axes": axes, "domain": domain, "epoch": epoch}
        return views.neurons_of(await self._ask(answers.NeuronsAnswer, "GET", "/neurons", **asked))

    async def parameters(self, epoch: int | None = None) -> views.Parameters:
        """Weights and biases, exact. Shapes: `weights` (inputs, units), `biases` (units,).

        >>> [layer.weights.shape for layer in session.parameters().layers]
        [(2, 4), (4, 2), (2, 1)]
        """
        return views.parameters_of(await self._ask(answers.ParametersAnswer, "GET", "/parameters", epoch=epoch))

    async def predict(self, x: Any, explain: bool = False, epoch: int | None = None) -> views.Prediction:
        """What the network says of rows: an array or lists of shape (rows, fields), dicts by name, or a frame.

        Words, dates and gaps (None, NaN) are as in the table. With `explain` also which fields moved each answer most.

        >>> session.predict([[0.5, -1.0], [2.0, 2.0]]).outputs.shape
        (2, 1)
        """
        body = {"x": views.rows_of(x), "explain": explain}
        answer = await self._ask(answers.Prediction, "POST", "/predict", body=body, repeatable=True, epoch=epoch)
        return views.prediction_of(answer)

    async def dataset(self) -> answers.DatasetAnswer:
        """The points that it learns from and is tested on, and what the fields of a row are."""
        return await self._ask(answers.DatasetAnswer, "GET", "/dataset")

    async def trace(
        self,
        sample: int = 0,
        part: Part = "train",
        mode: Literal["training", "evaluation"] | None = None,
        epoch: int | None = None,
    ) -> answers.TraceAnswer:
        """One sample forward, its error back, the update, and the sample again: every number and its formula."""
        asked = {"sample": sample, "part": part, "mode": mode, "epoch": epoch}
        return await self._ask(answers.TraceAnswer, "GET", "/trace", **asked)

    async def diagnosis(self, epoch: int | None = None) -> answers.DiagnosisAnswer:
        """What is wrong with the run, by which numbers it shows, the likely cause, and patches that help.

        >>> for finding in session.diagnosis()["findings"]:
        ...     print(finding["summary"], finding["fixes"][0]["patch"])
        """
        return await self._ask(answers.DiagnosisAnswer, "GET", "/diagnosis", epoch=epoch)

    async def distributions(self, bins: int = 40, epoch: int | None = None) -> answers.DistributionsAnswer:
        """Histograms of each layer's weights, pre-activations, activations, gradients and errors."""
        return await self._ask(answers.DistributionsAnswer, "GET", "/distributions", bins=bins, epoch=epoch)

    async def distributions_course(self, moments: int = 20, bins: int = 40) -> answers.CourseAnswer:
        """The distributions along the run, at evenly chosen epochs."""
        return await self._ask(answers.CourseAnswer, "GET", "/distributions/course", moments=moments, bins=bins)

    async def unit_distributions(self, layer: int, bins: int = 40, epoch: int | None = None) -> answers.UnitsAnswer:
        """Histograms of what each unit's activation gets; the output layer comes last."""
        return await self._ask(answers.UnitsAnswer, "GET", f"/distributions/layers/{layer}", bins=bins, epoch=epoch)

    async def evaluation(self, epoch: int | None = None) -> answers.EvaluationAnswer:
        """Confusion, precision, recall, F1, ROC and calibration, or residuals, for each part of the data."""
        return await self._ask(answers.EvaluationAnswer, "GET", "/evaluation", epoch=epoch)

    async def ablation(self, part: Part | None = None, connections: bool = False) -> answers.RankingAnswer:
        """What each feature, unit and layer is worth: what it costs to switch it off, the costliest first."""
        return await self._ask(answers.RankingAnswer, "GET", "/ablation", part=part, connections=connections)

    async def ablate(
        self, off: Sequence[Mapping[str, int]], part: Part | None = None, epoch: int | None = None
    ) -> answers.AblationAnswer:
        """What it costs to switch off several parts together, such as `[{"layer": 0, "unit": 2}, {"input": 1}]`."""
        body = {"off": off, "part": part}
        return await self._ask(answers.AblationAnswer, "POST", "/ablation", body=body, repeatable=True, epoch=epoch)

    async def tradeoff(
        self, criterion: str = "magnitude", scope: Literal["network", "layer"] = "network", points: int = 20
    ) -> answers.TradeoffAnswer:
        """What would be left of the quality at each share of pruned weights. Nothing is changed."""
        asked = {"criterion": criterion, "scope": scope, "points": points}
        return await self._ask(answers.TradeoffAnswer, "GET", "/prune/tradeoff", **asked)

    async def journal(self) -> answers.JournalAnswer:
        """Every change made to this run, with its step; with the experiment it reproduces the run."""
        return await self._ask(answers.JournalAnswer, "GET", "/journal")

    async def history(self) -> answers.TimelineAnswer:
        """The epochs that can be visited, and the changes made on the way."""
        return await self._ask(answers.TimelineAnswer, "GET", "/history")

    async def export(self, format: Format = "json", path: str | Path | None = None) -> bytes:
        """The trained network as a file: its content, also written to `path` if one is given.

        >>> session.export("onnx")[:1]
        b'\\x08'
        """
        response = await self._connection.send("GET", f"{self._path}/export", format=format)
        if path is not None:
            Path(path).write_bytes(response.content)
        return response.content

    async def save(self, path: str | Path) -> None:
        """The whole run as a file, which `client.load` takes up again where it stood."""
        await self.export("json", path)

    async def plot(self) -> "Figure":
        """The losses, and the output over the plane with the points, as a figure of matplotlib."""
        from gradlab_client import plots

        return plots.run(await self.metrics(), await self.boundary(), await self.dataset())

    async def to_html(self) -> str:
        """A picture of the run for a notebook: where it stands, its losses, and its output over the plane."""
        now, metrics, boundary = await self.get(), await self.metrics(), await self.boundary()
        data = now["experiment"]["dataset"]
        name = data if isinstance(data, str) else data["name"]
        caption = f"{name}: {now['state']}, epoch {now['epoch']:g}"
        curves = pictures.curves(metrics["epoch"], {name: metrics[name] for name in metrics.losses()})
        return pictures.side_by_side(caption, curves, pictures.png(boundary.values, boundary.confidence))
