"""Data sets: points with a right answer each, made from a seed, or given in the request.

Points on a plane lie in [-6, 6] x [-6, 6] and are fed to the network as they are. Tables are standardized: each column
gets mean 0 and variance 1 over the training part, so that no column drowns the others.
So is the target of a table in a regression; answers are told in its own unit all the same.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from engine import rng
from engine.components.features import PLANE
from engine.components.registry import STRICT, Argument, Entry, Family, described
from engine.components.tasks import TaskName
from engine.data import synthetic, tabular
from engine.data.fields import numbers
from engine.data.given_points import GivenPoints
from engine.data.projection import Domain
from engine.data.sources import DatasetChoice, Made, Source
from engine.data.tf_playground import CLASSIFICATION, SAMPLES, Replay
from engine.data.uploads import Tables
from engine.errors import refusal
from engine.limits import LIMITS


@dataclass(frozen=True, kw_only=True)
class Dataset(Entry):
    """`make(rng, samples, *arguments)` gives points (samples, columns) and targets, before noise.

    Targets are (samples,): class numbers or numbers; or (samples, labels) of 0 and 1 where several may hold.
    `classes` are the names of the classes or labels. `tasks` start with the usual one; `sizes` are the fewest, the
    usual and the most samples.
    """

    tasks: tuple[TaskName, ...]
    make: Callable[..., Made]
    columns: tuple[str, ...] = ("x1", "x2")
    classes: tuple[str, ...] | None = ("orange", "blue")
    sizes: tuple[int, int, int] = (2, 500, LIMITS.samples)
    domain: Domain | None = PLANE
    standardize: bool = False

    def as_data(self) -> dict[str, Any]:
        """This data set for the catalogue, with a preview of real points.

        Of a table these are the two columns that tell most, of a curve the column and the target.
        """
        points, targets = self.make(
            rng.generator(0, rng.DATA), min(self.sizes[1], 160), *(item.default for item in self.arguments)
        )
        if points.shape[1] == 1:
            points = np.column_stack([points, targets])
        elif points.shape[1] > 2:
            known = targets[:, None] if self.classes is None else targets[:, None] == np.unique(targets)
            points = points[:, np.sort(np.argsort(-tabular.telling(points, known.astype(float)))[:2])]
        arguments = {item.name: item.default for item in self.arguments}
        return super().as_data() | {
            "columns": list(self.columns),
            "classes": arguments.get("classes", len(self.classes)) if self.classes is not None else None,
            "samples": {"minimum": self.sizes[0], "default": self.sizes[1], "maximum": self.sizes[2]},
            "preview": {"points": np.round(points[:, :2], 3).tolist(), "targets": np.round(targets, 3).tolist()},
        }


@dataclass(frozen=True)
class MadeData(DatasetChoice):
    """A data set that an entry of this family makes."""

    def source(self, task: TaskName | None, tables: Tables) -> Source:
        """As its entry has it."""
        entry = DATASETS.of(self)
        task = task or entry.tasks[0]
        if task not in entry.tasks:
            tasks = " or ".join(entry.tasks)
            raise refusal("task", task, tasks, f"the data set '{entry.name}' is made for {tasks}")
        fewest, usual, most = entry.sizes
        samples = self.samples or usual
        if not fewest <= samples <= most:
            message = f"'{entry.name}' has between {fewest} and {most} samples"
            raise refusal("dataset.samples", samples, f"{fewest} to {most}", message)
        return Source(
            task=task,
            samples=samples,
            most=most,
            make=lambda: entry.make(rng.generator(self.seed, rng.DATA), samples, *entry.values(self)),
            fields=numbers(entry.columns),
            columns=entry.columns,
            count=int(getattr(self, "classes", len(entry.classes or ()))),
            classes=entry.classes,
            domain=entry.domain,
            tabular=entry.standardize,
        )


@dataclass(frozen=True)
class PlaygroundData(DatasetChoice):
    """TensorFlow Playground's data; and with it the run is its own to the letter.

    Points, their order and the starting weights come from one stream of random numbers, seeded with a text. Samples are
    visited in that order; those that do not fill a batch wait for the next epoch; penalties are taken off after the
    update, and a weight that l1 pushes through 0 stays there.
    """

    __pydantic_config__ = STRICT

    name: str = described(
        "tensorflow_playground",
        title="Name",
        help="A run of TensorFlow Playground, replayed.",
        pattern="^tensorflow_playground$",
    )
    shape: Literal["circle", "xor", "gauss", "spiral", "plane", "bumps"] = described(
        "circle", title="Shape", help="Which of its data sets it is; the last two are regressions."
    )
    seed_text: str = described(
        "0", title="Seed text", help="The same text gives the same points and starting weights.", max_length=64
    )

    def source(self, task: TaskName | None, tables: Tables) -> Source:
        """As the shape has it."""
        made: TaskName = "binary" if self.shape in CLASSIFICATION else "regression"
        if task not in (None, made):
            raise refusal("task", task, made, f"the shape '{self.shape}' is for {made}")
        samples = SAMPLES[self.shape]
        if self.samples not in (None, samples):
            raise refusal("dataset.samples", self.samples, str(samples), f"'{self.shape}' always has {samples} samples")
        replay = Replay(self.seed_text, self.shape, self.noise)
        return Source(
            task=made,
            samples=samples,
            most=samples,
            make=lambda: replay.samples,
            fields=numbers(("x1", "x2")),
            columns=("x1", "x2"),
            count=2,
            classes=("orange", "blue"),
            domain=PLANE,
            rules=replay,
        )


@dataclass(frozen=True)
class UploadedData(DatasetChoice):
    """A table that was uploaded, by its id. What is missing becomes its column's mean over the training part."""

    __pydantic_config__ = STRICT

    name: str = described("upload", title="Name", help="A table that was uploaded.", pattern="^upload$")
    upload: str = described("", title="Upload", help="The id that the upload was given.", max_length=64)

    def source(self, task: TaskName | None, tables: Tables) -> Source:
        """As its table has it."""
        table = tables.get(self.upload)
        if table is None:
            raise refusal(
                "dataset.upload",
                self.upload,
                "the id of a table that was uploaded",
                "there is no such table: uploads last as long as the server runs. Upload the file again",
            )
        if task not in (None, table.task):
            raise refusal("task", task, table.task, f"the table '{table.name}' was read for {table.task}")
        samples = self.samples or len(table)
        if samples > len(table):
            raise refusal("dataset.samples", samples, f"2 to {len(table)}", f"the table has {len(table)} rows")

        def make() -> Made:
            rows = rng.generator(self.seed, rng.DATA).permutation(len(table))[:samples]
            return table.points[rows], table.targets[rows]

        return Source(
            task=table.task,
            samples=samples,
            most=samples,
            make=make,
            fields=table.fields,
            columns=table.columns,
            count=len(table.classes or ()),
            classes=table.classes,
            tabular=True,
            own=True,
            table=table,
        )


DATASETS: Family[Dataset] = Family(
    "dataset",
    "The data that the network learns from.",
    (
        Dataset(
            name="circle",
            label="Circle",
            summary="A disc inside a ring.",
            when="The first experiment: no straight line separates it.",
            tasks=("binary",),
            make=synthetic.circle,
            source="TensorFlow Playground, 2016",
        ),
        Dataset(
            name="xor",
            label="Exclusive or",
            summary="Opposite quadrants belong together.",
            when="To see why a hidden layer is needed.",
            tasks=("binary",),
            make=synthetic.xor,
            source="Minsky and Papert, 1969",
        ),
        Dataset(
            name="gauss",
            label="Two clouds",
            summary="Two round clusters that a line separates.",
            when="The easiest: a single unit is enough.",
            tasks=("binary",),
            make=synthetic.gauss,
        ),
        Dataset(
            name="spiral",
            label="Spiral",
            summary="Two arms wound around each other.",
            when="The hardest: it needs several layers, many units or well-chosen features.",
            tasks=("binary",),
            make=synthetic.spiral,
            source="Lang and Witbrock, 1988",
            arguments=(Argument("turns", 1.5, 0.25, 3, "Turns", "How often each arm goes round.", live=False),),
        ),
        Dataset(
            name="moons",
            label="Moons",
            summary="Two interlocking half moons.",
            when="Of medium difficulty: the boundary is curved, and a few units are enough.",
            tasks=("binary",),
            make=synthetic.moons,
            source="scikit-learn has it",
            arguments=(Argument("spread", 0.35, 0, 3, "Spread", "How thick the moons are.", live=False),),
        ),
        Dataset(
            name="checkerboard",
            label="Checker board",
            summary="A checkerboard of two classes.",
            when="To see a network run out of units: each square needs some.",
            tasks=("binary",),
            make=synthetic.checkerboard,
            arguments=(Argument("squares", 4, 2, 8, "Squares", "How many there are along each side.", live=False),),
        ),
        Dataset(
            name="sine",
            label="Sine",
            summary="Above or below a wave.",
            when="A boundary that bends several times; the feature sin(x1) makes it easy.",
            tasks=("binary",),
            make=synthetic.sine,
        ),
        Dataset(
            name="blobs",
            label="Blobs",
            summary="Round clusters, one for each class.",
            when="Several classes with softmax.",
            tasks=("multiclass",),
            make=synthetic.blobs,
            classes=tuple(f"class {index}" for index in range(10)),
            arguments=(
                Argument("classes", 3, 2, 10, "Classes", "How many clouds there are.", live=False),
                Argument("spread", 0.8, 0.05, 5, "Spread", "The standard deviation of each cloud.", live=False),
            ),
        ),
        Dataset(
            name="rings",
            label="Rings",
            summary="Rings around one center, one for each class.",
            when="Several classes that no straight lines separate; the squares of the coordinates do.",
            tasks=("multiclass",),
            make=synthetic.rings,
            classes=tuple(f"class {index}" for index in range(8)),
            arguments=(Argument("classes", 3, 2, 8, "Classes", "How many rings there are.", live=False),),
        ),
        Dataset(
            name="stripes",
            label="Stripes",
            summary="Diagonal stripes of alternating classes.",
            when="Many straight boundaries.",
            tasks=("multiclass",),
            make=synthetic.stripes,
            classes=tuple(f"class {index}" for index in range(6)),
            arguments=(
                Argument("count", 6, 2, 12, "Stripes", "How many stripes there are.", live=False),
                Argument("classes", 3, 2, 6, "Classes", "How many classes there are.", live=False),
            ),
            objection=lambda count, classes: (
                f"{count} stripes cannot show {classes} classes: choose at least as many stripes"
                if count < classes
                else None
            ),
        ),
        Dataset(
            name="discs",
            label="Discs",
            summary="Three discs that overlap: a point may lie in none, one, two or all of them.",
            when="Several labels at once: one sigmoid for each, where softmax would allow only one.",
            tasks=("multilabel",),
            make=synthetic.discs,
            classes=("top", "left", "right"),
        ),
        Dataset(
            name="regression_plane",
            label="Plane",
            summary="The target rises evenly from one corner to the other.",
            when="The first regression: a linear output is enough.",
            tasks=("regression",),
            make=synthetic.regression_plane,
            classes=None,
            aliases=("plane", "reg_plane"),
        ),
        Dataset(
            name="regression_bumps",
            label="Bumps",
            summary="Three hills and three hollows on a plain.",
            when="A regression that needs a hidden layer: each hill takes a few units.",
            tasks=("regression",),
            make=synthetic.regression_bumps,
            classes=None,
            aliases=("bumps", "reg_gauss"),
        ),
        Dataset(
            name="curve",
            label="Curve",
            summary="A curve over one input.",
            when="To see how a network fits a curve: each ReLU unit adds one bend.",
            tasks=("regression",),
            make=synthetic.curve,
            columns=("x1",),
            classes=None,
            sizes=(2, 200, LIMITS.samples),
            domain=(-6, 6, -1.5, 1.5),
            arguments=(
                Argument(
                    "shape",
                    "sine",
                    None,
                    None,
                    "Shape",
                    "Which curve it is.",
                    live=False,
                    options=tuple(synthetic.CURVES),
                ),
            ),
        ),
        Dataset(
            name="houses",
            label="Houses",
            summary="Made-up houses with size in square meters, bedrooms and age; the price in thousands.",
            when="A first table: predict a number from a few meaningful columns.",
            tasks=("regression",),
            make=tabular.houses,
            columns=tabular.HOUSE,
            classes=None,
            sizes=(10, 400, LIMITS.samples),
            domain=None,
            standardize=True,
        ),
        Dataset(
            name="iris",
            label="Iris",
            summary="150 iris flowers of three species, with the length and width of their sepals and petals.",
            when="A first real table: four columns, three classes.",
            tasks=("multiclass",),
            make=tabular.iris,
            columns=("sepal_length", "sepal_width", "petal_length", "petal_width"),
            classes=("setosa", "versicolor", "virginica"),
            sizes=(10, 150, 150),
            domain=None,
            standardize=True,
            source="Fisher, 1936; scikit-learn's copy",
        ),
        Dataset(
            name="wine",
            label="Wine",
            summary="178 Italian wines from three growers, with 13 measurements each.",
            when="More columns than can be drawn, yet the classes separate well.",
            tasks=("multiclass",),
            make=tabular.wine,
            columns=tabular.WINE,
            classes=("grower 0", "grower 1", "grower 2"),
            sizes=(10, 178, 178),
            domain=None,
            standardize=True,
            source="Forina and others, 1991; scikit-learn's copy",
        ),
        Dataset(
            name="breast_cancer",
            label="Breast cancer",
            summary="569 tumors, malignant or benign, with 30 measurements of their cell nuclei.",
            when="Two classes where mistakes of one kind are worse than of the other: class weights matter.",
            tasks=("binary",),
            make=tabular.breast_cancer,
            columns=tabular.NUCLEI,
            classes=("malignant", "benign"),
            sizes=(10, 569, 569),
            domain=None,
            standardize=True,
            source="Wolberg, Street and Mangasarian, 1993; scikit-learn's copy",
        ),
        Dataset(
            name="diabetes",
            label="Diabetes",
            summary="442 patients with ten measurements; the target is how far the disease progressed in a year, "
            "from 25 to 346.",
            when="A real regression with a lot of noise: it is easy to overfit, and no network explains all of it.",
            tasks=("regression",),
            make=tabular.diabetes,
            columns=tabular.PATIENT,
            classes=None,
            sizes=(10, 442, 442),
            domain=None,
            standardize=True,
            source="Efron, Hastie, Johnstone and Tibshirani, 2004; scikit-learn's copy",
        ),
        Dataset(
            name="digits",
            label="Digits",
            summary="1,797 handwritten digits of 8 x 8 pixels.",
            when="Ten classes and 64 inputs: the first step toward images.",
            tasks=("multiclass",),
            make=tabular.digits,
            columns=tabular.PIXELS,
            classes=tuple("0123456789"),
            sizes=(20, 1_797, 1_797),
            domain=None,
            standardize=True,
            source="Alpaydin and Kaynak, 1998; scikit-learn's copy",
        ),
    ),
    base=MadeData,
    given={"points": GivenPoints, "upload": UploadedData, "tensorflow_playground": PlaygroundData},
)
