"""The targets, and whether they are met: each is a number read off the tables, and the limit it is held to."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

Tables = dict[str, list[dict[str, Any]]]
Found = tuple[float, str]  # a number, and where in the table it stands

# Options that are priced by the dearest of them; float64 is there for exactness, and maxout is several layers in one.
OPTIONS = (
    "activation",
    "regularizer",
    "optimizer",
    "schedule",
    "dropout",
    "batch norm",
    "clipping",
    "constraint",
    "input",
)


@dataclass(frozen=True)
class Target:
    """`find` gives all numbers that must keep the limit; the worst of them is reported."""

    what: str
    find: Callable[[Tables], Iterator[Found]]
    at_least: float | None = None
    at_most: float | None = None


def cell(table: str, column: str, **keys: Any) -> Callable[[Tables], Iterator[Found]]:
    """The numbers of a column, in the rows that have these values."""
    return column_where(table, column, lambda row: all(row[key.replace("_", " ")] == keys[key] for key in keys))


def column_where(
    table: str, column: str, fits: Callable[[dict[str, Any]], bool]
) -> Callable[[Tables], Iterator[Found]]:
    """The numbers of a column, in the rows that fit."""

    def find(tables: Tables) -> Iterator[Found]:
        for row in tables[table]:
            if fits(row) and column in row:
                where = [str(value) for value in list(row.values())[:2] if not isinstance(value, float)]
                yield row[column], ", ".join(where)

    return find


def engines(table: str) -> Callable[[Tables], Iterator[Found]]:
    """The numbers of all engines."""

    def find(tables: Tables) -> Iterator[Found]:
        for row in tables[table]:
            for name, value in row.items():
                if isinstance(value, float):
                    yield value, f"{name}, {row['hidden layers']}, {row['batch']}"

    return find


TARGETS = (
    Target(
        "any engine's weights after the same steps: apart from ours, over the way gone", engines("apart"), at_most=1e-3
    ),
    Target("any engine: cores busy", engines("busy_cores"), at_most=1.05),
    *(
        Target(
            f"times faster than {peer}, {name} at batch 10", cell("ratio", peer, hidden_layers=name, batch=10), limit
        )
        for peer, limit in (("PyTorch", 200), ("NumPy", 20))
        for name in ("4,2", "8,8,8")
    ),
    *(
        Target(f"times faster than {peer}, every network and batch", cell("ratio", peer), 1)
        for peer in ("NumPy", "PyTorch", "scikit-learn")
    ),
    Target(
        "times faster than JAX, batch 10 and up", column_where("ratio", "JAX", lambda row: row["batch"] > 1), 1 / 1.2
    ),
    Target("times faster than JAX, batch 1", cell("ratio", "JAX", batch=1), 1 / 2),
    Target(
        "times faster than TF Playground, batch 10 and up",
        column_where("ratio", "TF Playground", lambda row: row["batch"] > 1),
        10,
    ),
    Target("times faster than TF Playground, batch 1", cell("ratio", "TF Playground", batch=1), 2),
    *(
        Target(
            f"a whole epoch: times faster than {peer}, {name} at batch 10",
            cell("whole_ratio", peer, hidden_layers=name, batch=10),
            limit,
        )
        for peer, limit in (("TF Playground", 10), ("NumPy", 20), ("PyTorch", 100))
        for name in ("4,2", "8,8,8")
    ),
    Target("256,256 at batch 32: share of sgemm's rate", cell("products", "share", what="step"), 0.6),
    *(
        Target(f"{option}: times the step", cell("options", "times", option=option), at_most=2)
        for option in ("shuffling", "dropout", "batch normalization before", "optimizer adam", "a row every epoch")
    ),
    Target(
        "any option but maxout and float64: times the step",
        column_where(
            "options", "times", lambda row: row["option"].startswith(OPTIONS) and "maxout" not in row["option"]
        ),
        at_most=2,
    ),
    Target("cold compile, s", cell("starts", "median s", kernel="common", what="compile, cold"), at_most=10),
    Target("warm load, s", cell("starts", "median s", kernel="common", what="load, warm"), at_most=1),
    Target("8,8,8: a whole frame, us", cell("pictures", "frame", hidden_layers="8,8,8"), at_most=1000),
    Target("8,8,8: a session's memory, KB", cell("memory", "after 1,000 epochs", hidden_layers="8,8,8"), at_most=2048),
)


def judge(tables: Tables) -> list[dict[str, Any]]:
    """One row for each target: the limit, the worst number there is, and whether it is met."""
    return [_judge(target, list(target.find(tables))) for target in TARGETS]


def _judge(target: Target, found: list[Found]) -> dict[str, Any]:
    limit = f"at least {target.at_least:.3g}" if target.at_least is not None else f"at most {target.at_most:.4g}"
    if not found:
        return {"target": target.what, "limit": limit, "measured": None, "at": "", "met": "not measured"}
    if target.at_least is not None:
        worst, where = min(found)
        met = worst >= target.at_least
    else:
        worst, where = max(found)
        met = worst <= (target.at_most or 0)
    at = where if len(found) > 1 else ""
    return {"target": target.what, "limit": limit, "measured": worst, "at": at, "met": "met" if met else "**missed**"}
