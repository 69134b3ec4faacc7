"""What commands do with the database: look whether it can be used, and `gradlab backup`."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import typer

from app.settings import Settings
from app.storage import Store, Trouble


def with_database(url: str, use: Callable[[Store], Awaitable[None]]) -> None:
    """Opens the database, uses it, and closes it. Ends the program with a sentence where that is not possible."""

    async def run() -> None:
        store = Store(url)
        await store.open()
        try:
            await use(store)
        finally:
            await store.close()

    try:
        asyncio.run(run())
    except ValueError as error:
        typer.echo(str(error), err=True)
    except Trouble as trouble:
        cause = getattr(trouble.__cause__, "orig", None) or trouble.__cause__ or trouble.kind
        typer.echo(f"The database cannot be used: {str(cause).splitlines()[0]}.", err=True)
    else:
        return
    typer.echo("Set GRADLAB_DATABASE_URL, or keep everything in memory: gradlab serve --no-store", err=True)
    raise typer.Exit(1)


def back_up(file: Path) -> None:
    """Copies the database into a new file."""
    with_database(Settings.read().database_url, lambda store: store.backup(file.resolve()))
    typer.echo(f"{file} holds everything up to now. To go back to it, put it in the place of the database.")
