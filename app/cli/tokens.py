"""`gradlab token create`, `list` and `revoke`: what scripts say who they are with on a server with several users.

They work on the database of the server, whether that runs or not; a running one notices within a second.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer

T = TypeVar("T")

app = typer.Typer(no_args_is_help=True, help="Tokens, by which scripts are known on a server with several users.")


@app.command()
def create(
    like: Annotated[
        str | None, typer.Option(help="Id of a token whose sessions and tables the new one is for, too.")
    ] = None,
) -> None:
    """Make a token and show it, this once; for a new owner, or for that of another token."""
    from app.tokens import Tokens

    async def make(tokens: Tokens) -> str:
        text, _ = await tokens.create(tokens.get(like).owner if like else None)
        return text

    typer.echo(_with_tokens(make))
    typer.echo("It is shown this once. Send it as `Authorization: Bearer TOKEN`.", err=True)


@app.command("list")
def show() -> None:
    """List all tokens, oldest first: id, owner, and when it was made. Those with the same owner share all they make."""
    from app.tokens import Token, Tokens

    async def find(tokens: Tokens) -> list[Token]:
        return tokens.list()

    for token in _with_tokens(find):
        typer.echo(f"{token.stored.id}  owner {token.owner[:8]}  made {token.line()['created']}")


@app.command()
def revoke(id: Annotated[str, typer.Argument(help="The token's id, its second part.")]) -> None:
    """Make a token worthless. Streams that are open by it are closed."""
    from app.tokens import Tokens

    async def end(tokens: Tokens) -> None:
        await tokens.revoke(id)

    _with_tokens(end)


def _with_tokens(work: "Callable[..., Awaitable[T]]") -> T:
    """What `work` gives for the tokens in the database. Ends the program with a sentence where it cannot be done."""
    from app.problems import Problem
    from app.settings import Settings
    from app.storage import Store
    from app.storage.database import MEMORY
    from app.tokens import Tokens

    async def run(url: str) -> T:
        store = Store(url)
        await store.open()
        try:
            tokens = Tokens(store.rights)
            await tokens.look()
            return await work(tokens)
        finally:
            await store.close()

    try:
        url = Settings.read().database_url
        if url == MEMORY:
            raise ValueError(
                "GRADLAB_DATABASE_URL is `memory`: this database ends with its server, and so do its tokens."
            )
        return asyncio.run(run(url))
    except (ValueError, Problem) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
