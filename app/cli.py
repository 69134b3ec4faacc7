"""The command line: `gradlab serve`, `token`, `openapi` and `gradlab --version`."""

import os
import signal
import socket
import webbrowser
from typing import Annotated

import typer

from app import token_commands

app = typer.Typer(add_completion=False, no_args_is_help=True, help="A neural network playground you can look inside.")
app.add_typer(token_commands.app, name="token")


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


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.", show_default="127.0.0.1")] = None,
    port: Annotated[int | None, typer.Option(help="Port; 0 for any that is free.", show_default="8000")] = None,
    open: Annotated[bool, typer.Option("--open", help="Open the page in a browser.")] = False,
    root_path: Annotated[str | None, typer.Option(help="Sub-path under which a proxy serves it.")] = None,
) -> None:
    """Serve the page and the API. More settings: GRADLAB_* variables, see the README."""
    # Training uses one thread a core already; the matrix library reads this when NumPy is loaded.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from app.main import create_app
    from app.routes.pages import PageMissing
    from app.server import make_server
    from app.settings import Settings

    try:
        settings = Settings.read(host=host, port=port, root_path=root_path)
    except ValueError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    try:
        application = create_app(settings)
    except PageMissing as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    listener = _listen(settings.host, settings.port)
    address = _address(settings.host, listener.getsockname()[1], settings.root_path)
    typer.echo(f"gradlab is at {address}   (Ctrl+C ends it)")
    if open:
        webbrowser.open(address)
    server = make_server(application, settings.host, settings.port, settings.message_limit_bytes)
    # uvicorn raises the signals that ended it once more when it is done: an ordered end is no error.
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, lambda *_: None)
    server.run(sockets=[listener])


@app.command()
def openapi() -> None:
    """Print the API's description (OpenAPI), which clients can be made from."""
    from app.encoding import to_json
    from app.openapi import describe_api

    typer.echo(to_json(describe_api()))


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket. Ends the program with a sentence where there can be none."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[:2], family=family, backlog=2048)
    except OSError as error:
        typer.echo(f"Cannot listen on {host}, port {port}: {error.strerror}.", err=True)
        typer.echo("Choose another port, or any that is free: gradlab serve --port 0", err=True)
        raise typer.Exit(1) from None


def _address(host: str, port: int, root_path: str) -> str:
    name = "127.0.0.1" if host in {"0.0.0.0", "::"} else f"[{host}]" if ":" in host else host  # noqa: S104 - compared
    return f"http://{name}:{port}{root_path}/"
