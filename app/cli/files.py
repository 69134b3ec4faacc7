"""Files that commands read and write: experiments, sessions and exports. What is wrong with one ends the command."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson
import typer

from app.experiments import read_experiment
from app.exports import FORMATS
from app.files import session_file
from app.files.tf_playground_link import imported
from app.problems import Problem, to_problem
from app.validation import unparse
from engine import EngineError, Resolved, Trainer, is_kept, kernel_for, resolve, warm_up
from engine.data.uploads import Table

STANDARD = "-"
SERVER = "http://127.0.0.1:8000/"  # where an exported notebook looks for one
NOT_TRAINED = "This is not a session file. `gradlab train FILE -o run.gradlab.json` makes one of an experiment."


class OneTable:
    """Keeps the table of a session file, as the uploads of a server do."""

    def __init__(self) -> None:
        self.tables: dict[str, Table] = {}

    def adopt(self, table: Table) -> str:
        """Keeps it, and returns its id."""
        self.tables = {"table": table}
        return "table"


@contextmanager
def told(name: str) -> Iterator[None]:
    """Ends the command, with exit code 2 and a line for each thing that is wrong with the file of this name."""
    try:
        yield
    except OSError as error:
        wrong = [f"{error.strerror or error}."]
    except (Problem, EngineError) as error:
        problem = to_problem(error)
        wrong = [
            f"{each.field}: {each.message} (expected {each.expected})".removeprefix(": ") for each in problem.errors
        ]
        wrong = wrong or [problem.detail]
    else:
        return
    for line in wrong:
        typer.echo(f"{'The standard input' if name == STANDARD else name}: {line}", err=True)
    raise typer.Exit(2)


def read_trainer(name: str, only_session: bool = False) -> Trainer:
    """The run in a session file, where it stood, or the beginning of the one that an experiment file asks for."""
    with told(name):
        body = sys.stdin.buffer.read() if name == STANDARD else Path(name).read_bytes()
        if session_file.is_session_file(body):
            return session_file.read(body, OneTable(), _compiled)
        if only_session:
            raise Problem(422, NOT_TRAINED)
        return Trainer(_compiled(resolve(read_experiment(body))))


def _compiled(experiment: Resolved) -> Resolved:
    """The same experiment, once there is a kernel that trains it."""
    kernel = kernel_for(experiment)
    if not is_kept(kernel):
        typer.echo("Compiling the engine, which takes 10 to 30 seconds, once.", err=True)
        warm_up(kernel)
    return experiment


def write_export(name: str, format: str, output: str | None) -> None:
    """Writes the network of a session file."""
    trainer, chosen = read_trainer(name, only_session=True), FORMATS[format]
    with told(name):
        body = chosen.write(trainer, SERVER)
    stem = "gradlab" if name == STANDARD else Path(name).name.removesuffix(".json").removesuffix(".gradlab")
    write(output or str(Path(name).with_name(stem + chosen.suffix)), body)


def write_link(url: str, output: str) -> None:
    """Writes the experiment of a link; what had to be corrected is said beside it."""
    with told("The link"):
        found = imported(url)
        read_experiment(unparse(found["experiment"]))
    for change in found["changes"]:
        typer.echo(change, err=True)
    write(output, orjson.dumps(found["experiment"], option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def write(name: str, body: bytes, quiet: bool = False) -> None:
    """Writes a file, and says so unless it is to be quiet; to the standard output it writes nothing else."""
    with told(name):
        if name == STANDARD:
            sys.stdout.buffer.write(body)
        else:
            Path(name).write_bytes(body)
            if not quiet:
                typer.echo(f"Wrote {name}.", err=True)
