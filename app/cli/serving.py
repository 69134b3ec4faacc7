"""`gradlab serve`: listens, says where, and runs the server until it is told to end."""

import logging
import signal
import socket
import webbrowser
from typing import Any

import typer

from app import __version__, logs
from app.cli.storing import with_database
from app.main import create_app
from app.routes.pages import PageMissing
from app.server import make_server
from app.settings import Settings
from app.storage import Store

IN_THE_OPEN = """\
On {host} other machines reach this server, and without TLS whoever is on the network can read what is sent, and act as
anybody who uses it. Put a proxy with TLS in front and set GRADLAB_BEHIND_TLS=true (docs/operations.md says how), or, in
a network where you trust everyone: gradlab serve --insecure-lan"""

log = logging.getLogger("gradlab")


def run(open: bool, **options: Any) -> None:
    """Serves until it is told to end."""
    try:
        settings = Settings.read(**options)
    except ValueError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    if settings.in_the_open and not settings.insecure_lan:
        typer.echo(IN_THE_OPEN.format(host=settings.host), err=True)
        raise typer.Exit(2)
    logs.configure(settings)
    try:
        application = create_app(settings)
    except PageMissing as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    with_database(settings.database_url, Store.check)
    listener = _listen(settings.host, settings.port)
    address = _address(settings.host, listener.getsockname()[1], settings.root_path)
    typer.echo(f"gradlab is at {address}   (Ctrl+C ends it)")
    if open:
        webbrowser.open(address)
    server = make_server(application, settings.host, settings.port, settings.message_limit_bytes)
    # uvicorn raises the signals that ended it once more when it is done: an ordered end is no error.
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, lambda *_: None)
    log.info("gradlab %s starts, with %d threads that train", __version__, settings.threads)
    server.run(sockets=[listener])
    log.info("gradlab has ended in good order")


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
