"""`gradlab token`: what scripts say who they are with on a server with several users.

It works on the server's database, whether the server runs or not; one that runs notices within a second.
"""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from app.tokens import Tokens

app = typer.Typer(no_args_is_help=True, help="Tokens, by which scripts are known on a server with several users.")


@app.command()
def create(
    like: Annotated[
        str | None, typer.Option(metavar="ID", help="A token whose sessions and tables are the new one's, too.")
    ] = None,
) -> None:
    """Make a token and show it, this once: for somebody new, or for the owner of another token."""

    async def make(tokens: "Tokens") -> None:
        text, _ = await tokens.create(tokens.get(like).owner if like else None)
        typer.echo(text)
        typer.echo("It is shown this once. Send it as `Authorization: Bearer TOKEN`.", err=True)

    _with_tokens(make)


@app.command("list")
def show() -> None:
    """List all tokens, oldest first: the id, the beginning of the owner's, and when it was made."""

    async def tell(tokens: "Tokens") -> None:
        for token in tokens.list():
            typer.echo(f"{token.stored.id}  owner {token.owner[:8]}  made {token.line()['created']}")

    _with_tokens(tell)


@app.command()
def revoke(id: Annotated[str, typer.Argument(metavar="ID", help="The token's id, which is its second part.")]) -> None:
    """Make a token worthless. Streams that are open by it are closed."""
    _with_tokens(lambda tokens: tokens.revoke(id))


def _with_tokens(use: "Callable[[Tokens], Awaitable[None]]") -> None:
    """Does something with the tokens in the database. Ends the program with a sentence where that is not possible."""
    from app.cli.storing import with_database
    from app.problems import Problem
    from app.settings import Settings
    from app.storage import Store, Trouble
    from app.storage.database import MEMORY
    from app.tokens import Tokens

    async def run(store: Store) -> None:
        tokens = Tokens(store.rights)
        await tokens.look()
        try:
            await use(tokens)
        except Trouble:
            raise
        except Problem as problem:
            typer.echo(str(problem), err=True)
            raise typer.Exit(1) from None

    url = Settings.read().database_url
    if url == MEMORY:
        typer.echo("With GRADLAB_DATABASE_URL=memory a server has no tokens but those its users make.", err=True)
        raise typer.Exit(1)
    with_database(url, run)
