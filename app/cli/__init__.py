"""The command line. This file says what can be typed; the modules beside it do the work, imported when it is needed."""

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from app.cli import tokens

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode="markdown")
app.add_typer(tokens.app, name="token")

ExperimentOrSession = Annotated[
    str, typer.Argument(metavar="FILE", help="An experiment or a session file; - reads it from the standard input.")
]


class Format(StrEnum):
    """What a trained network can be exported as."""

    NUMPY = "numpy"
    PYTORCH = "pytorch"
    KERAS = "keras"
    ONNX = "onnx"
    NOTEBOOK = "notebook"


def _show_version(wanted: bool) -> None:
    if wanted:
        from app import __version__

        typer.echo(f"gradlab {__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """A neural network playground you can look inside."""
    # Training uses one thread a core already; the matrix library reads this when NumPy is loaded.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.", show_default="127.0.0.1")] = None,
    port: Annotated[int | None, typer.Option(help="Port; 0 for any that is free.", show_default="8000")] = None,
    open: Annotated[bool, typer.Option("--open", help="Open the page in a browser.")] = False,
    root_path: Annotated[str | None, typer.Option(help="Sub-path under which a proxy serves it.")] = None,
    insecure_lan: Annotated[
        bool, typer.Option("--insecure-lan", help="Serve other machines without TLS, in a network you trust.")
    ] = False,
    no_store: Annotated[
        bool, typer.Option("--no-store", help="Keep everything in memory, for a moment's look.")
    ] = False,
) -> None:
    """Serve the page and the API. More settings: GRADLAB_* variables, see the README."""
    from app.cli.serving import run

    run(
        open,
        host=host,
        port=port,
        root_path=root_path,
        insecure_lan=insecure_lan or None,
        database_url="memory" if no_store else None,
    )


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="The new file.", dir_okay=False)]) -> None:
    """Copy the SQLite database into a new file, also while the server runs."""
    from app.cli.storing import back_up

    back_up(file)


@app.command()
def train(
    file: ExperimentOrSession,
    epochs: Annotated[
        int | None, typer.Option(min=1, help="Train for so many epochs.", show_default="100, if nothing else ends it")
    ] = None,
    seconds: Annotated[float | None, typer.Option(min=0, help="Train for so long.")] = None,
    until: Annotated[
        str | None, typer.Option(metavar="METRIC=TARGET", help="Train until then, such as test_accuracy=0.95.")
    ] = None,
    output: Annotated[
        list[Path] | None,
        typer.Option(
            "--output",
            "-o",
            help="Where to write the result; can be repeated. *.gradlab.json: the session, to train on or open on the "
            "page. *.json: the figures and their history. *.csv: the history. *.png: its curves.",
        ),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
) -> None:
    """Train an experiment without a server, and show how it went.

    Of several ends the first one counts. Ctrl+C ends it with what there is.

    Exit codes: 0 trained, 1 it diverged, 2 something in the command or the file is wrong, 3 the target of `--until` was
    not reached, 130 ended by Ctrl+C.
    """
    from app.cli.training import run

    raise typer.Exit(run(file, epochs, seconds, until, output or [], quiet))


@app.command()
def export(
    file: Annotated[str, typer.Argument(metavar="SESSION", help="A session file; - reads it from the standard input.")],
    format: Annotated[Format, typer.Argument(metavar="FORMAT", help=f"One of: {', '.join(Format)}.")],
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", help="Where to write it; - is the standard output.", show_default="beside it"),
    ] = None,
) -> None:
    """Write the network of a session file as a program, a model or a notebook that needs no gradlab."""
    from app.cli.files import write_export

    write_export(file, format, output)


@app.command()
def import_link(
    url: Annotated[str, typer.Argument(help="A link to playground.tensorflow.org.")],
    output: Annotated[
        str, typer.Option("--output", "-o", help="Where to write it; - is the standard output.", show_default=False)
    ] = "-",
) -> None:
    """Turn a link of TensorFlow Playground into an experiment file that replays the very same run."""
    from app.cli.files import write_link

    write_link(url, output)


@app.command()
def doctor() -> None:
    """Check the installation, and say what to do where something is wrong. Exit code 1 if something is."""
    from app.cli.checkup import run

    raise typer.Exit(run())


@app.command()
def openapi() -> None:
    """Print the API's description (OpenAPI), which clients can be made from."""
    from app.encoding import to_json
    from app.openapi import describe_api

    typer.echo(to_json(describe_api()))
