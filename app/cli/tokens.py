"""`gradlab token create`, `list` and `revoke`: what scripts say who they are with on a server with several users.

They work on the database of the server, whether that runs or not; a running one notices within a second.
"""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import typer

from app.cli.storing import with_database
from app.problems import Problem
from app.settings import Settings
from app.storage import Store
from app.storage.database import MEMORY
from app.tokens import Token, Tokens

T = TypeVar("T")


def create(like: str | None) -> None:
    """Makes a token and shows it, this once; for a new owner, or for that of another token."""

    async def make(tokens: Tokens) -> str:
        text, _ = await tokens.create(tokens.get(like).owner if like else None)
        return text

    typer.echo(_with_tokens(make))
    typer.echo("It is shown this once. Send it as `Authorization: Bearer TOKEN`.", err=True)


def show() -> None:
    """Lists all tokens, oldest first."""

    async def find(tokens: Tokens) -> list[Token]:
        return tokens.list()

    for token in _with_tokens(find):
        typer.echo(f"{token.stored.id}  owner {token.owner[:8]}  made {token.line()['created']}")


def revoke(id: str) -> None:
    """Makes a token worthless."""

    async def end(tokens: Tokens) -> None:
        await tokens.revoke(id)

    _with_tokens(end)


def _with_tokens(work: Callable[[Tokens], Awaitable[T]]) -> T:
    """What `work` gives for the tokens in the database. Ends the program with a sentence where it cannot be done."""
    found: list[T] = []

    async def use(store: Store) -> None:
        tokens = Tokens(store.rights)
        await tokens.look()
        found.append(await work(tokens))

    url = Settings.read().database_url
    if url == MEMORY:
        typer.echo("This database is in memory: it ends with its server, and so do its tokens.", err=True)
        raise typer.Exit(1)
    try:
        with_database(url, use)
    except Problem as problem:
        typer.echo(problem.detail, err=True)
        raise typer.Exit(1) from None
    return found[0]
