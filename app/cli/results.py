"""What `gradlab train` shows and writes: the figures at the end, and the curves that led there."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from app import __version__
from app.cli.curves import Curve, drawn
from app.cli.files import write as write_file
from app.encoding import to_json
from app.files import session_file
from app.problems import Problem
from app.routes.views import to_csv
from engine import Trainer, to_data

CURVE_LINES, WIDEST = 8, 100
NO_MATPLOTLIB = "matplotlib draws pictures, and is not installed: pip install matplotlib. A *.csv needs nothing."


@dataclass(frozen=True)
class Result:
    """A run that has ended."""

    trainer: Trainer
    reason: str
    seconds: float


def check(path: Path) -> None:
    """Makes sure, before hours of training, that a result can be written there. Raises Problem."""
    write = _writer(path)
    if write is _png and find_spec("matplotlib") is None:
        raise Problem(422, NO_MATPLOTLIB)
    if not path.absolute().parent.is_dir():
        raise Problem(422, "There is no such folder.")


def write(result: Result, path: Path, quiet: bool) -> None:
    """Writes the result as the name of the file says."""
    write_file(str(path), _writer(path)(result), quiet)


def show(result: Result) -> None:
    """Prints the figures and draws the curves."""
    trainer, console = result.trainer, Console(highlight=False)
    row, measures, parts = trainer.row(), trainer.history.measures, trainer.history.parts
    console.print(f"{result.reason} {trainer.step:,} steps in {result.seconds:.2f} s.", soft_wrap=True)
    table = Table(box=box.SIMPLE_HEAD, show_edge=False)
    for heading in ("", *measures):
        table.add_column(heading, justify="right")
    for part in parts:
        table.add_row(part, *(f"{row[part][measure]:.4g}" for measure in measures))
    console.print(table)
    if not (console.encoding or "").lower().startswith("utf") or len(trainer.history) < 2:
        return  # the curves are drawn in Braille
    for measure in measures:
        console.print(f"\n{measure}")
        console.print(drawn(_curves(trainer, measure), min(console.width, WIDEST), CURVE_LINES))


def _curves(trainer: Trainer, measure: str) -> list[Curve]:
    columns = trainer.history.arrays()
    return [Curve(part, columns["epoch"], columns[f"{part}_{measure}"]) for part in trainer.history.parts]


def _json(result: Result) -> bytes:
    trainer, row = result.trainer, result.trainer.row()
    document: dict[str, Any] = {
        "gradlab": __version__,
        "experiment": to_data(trainer.experiment),
        "ended": result.reason,
        "diverged": trainer.diverged is not None,
        "step": trainer.step,
        "epoch": trainer.epoch,
        "seconds": round(result.seconds, 3),
        "metrics": {part: row[part] for part in trainer.history.parts},
        "history": trainer.history.columns(),
    }
    return to_json(document) + b"\n"


def _png(result: Result) -> bytes:
    from io import BytesIO

    from matplotlib.figure import Figure  # type: ignore[import-not-found,unused-ignore]

    measures = result.trainer.history.measures
    figure = Figure(figsize=(6, 2.5 * len(measures)), layout="constrained")
    for axes, measure in zip(figure.subplots(len(measures), squeeze=False)[:, 0], measures, strict=True):
        for curve in _curves(result.trainer, measure):
            axes.plot(curve.x, curve.y, label=curve.name)
        axes.set(xlabel="epoch", ylabel=measure)
        axes.legend()
    picture = BytesIO()
    figure.savefig(picture, format="png", dpi=150)
    return picture.getvalue()


WRITERS: dict[str, Callable[[Result], bytes]] = {  # the first that a name ends with
    ".gradlab.json": lambda result: session_file.write(result.trainer),
    ".json": _json,
    ".csv": lambda result: to_csv(result.trainer.history.columns()).encode(),
    ".png": _png,
}


def _writer(path: Path) -> Callable[[Result], bytes]:
    for ending, writer in WRITERS.items():
        if path.name.lower().endswith(ending):
            return writer
    raise Problem(422, f"A result can be written as *{', *'.join(WRITERS)}.")
