"""Tokens: what scripts say who they are with.

A token is `gradlab_`, its id, and 256 random bits. It is shown once; only a hash of it is kept. It acts for an owner,
as a browser's cookie does, and may be revoked from the command line while the server runs: so storage is looked into
twice a second.
"""

import asyncio
import hashlib
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from app.problems import not_found
from app.storage import Trouble
from app.storage.rights import Rights, StoredToken

PREFIX = "gradlab"
LOOK_S = 0.5


@dataclass(eq=False)
class Token:
    """A token that was made on this server."""

    stored: StoredToken
    revoked: bool = False

    @property
    def owner(self) -> str:
        """Whose it is."""
        return self.stored.owner

    def line(self) -> dict[str, Any]:
        """What lists show of it."""
        created = datetime.fromtimestamp(self.stored.created, UTC).isoformat(timespec="seconds")
        return {"id": self.stored.id, "created": created}


class Tokens:
    """The tokens of one server; `changed` is called when one is no longer good."""

    def __init__(self, rights: Rights, changed: Callable[[], None] = lambda: None) -> None:
        self._rights = rights
        self._changed = changed
        self._known: dict[str, Token] = {}
        self._settled = asyncio.Lock()  # what is read is not older than what is made and revoked meanwhile

    async def look(self) -> None:
        """Finds out what is in storage. Raises Trouble."""
        async with self._settled:
            found = {stored.id: stored for stored in await self._rights.tokens()}
            gone = [token for id, token in self._known.items() if id not in found]
            for token in gone:
                token.revoked = True
            self._known = {id: self._known.get(id) or Token(stored) for id, stored in found.items()}
        if gone:
            self._changed()

    @asynccontextmanager
    async def followed(self) -> AsyncIterator[None]:
        """Meanwhile it finds out what the command line changes in storage."""
        looking = asyncio.create_task(self._keep_looking())
        yield
        looking.cancel()

    async def _keep_looking(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            with suppress(Trouble):  # those that are known stay good meanwhile
                await self.look()

    async def find(self, given: str) -> Token | None:
        """The token of a text that a script has sent. Raises Trouble if it is a new one and storage cannot be read."""
        prefix, _, rest = given.partition("_")
        id = rest.partition("_")[0]
        if prefix != PREFIX or not id:
            return None
        if id not in self._known:
            await self.look()
        token = self._known.get(id)
        return token if token and secrets.compare_digest(token.stored.hash, hashed(given)) else None

    async def create(self, owner: str | None = None) -> tuple[str, Token]:
        """A new token, and its text, which is told this once; for somebody new if there is no `owner`.

        Raises Trouble.
        """
        id = secrets.token_hex(8)
        text = f"{PREFIX}_{id}_{secrets.token_urlsafe(32)}"
        async with self._settled:
            token = self._known[id] = Token(await self._rights.add_token(id, owner or new_owner(), hashed(text)))
        return text, token

    def list(self, owner: str | None = None) -> list[Token]:
        """Those of one owner, or all."""
        return [token for token in self._known.values() if owner in (None, token.owner)]

    def get(self, id: str, owner: str | None = None) -> Token:
        """One of them. Raises Problem 404."""
        token = self._known.get(id)
        if token is None or owner not in (None, token.owner):
            raise not_found("There is no token with this id.")
        return token

    async def revoke(self, id: str, owner: str | None = None) -> None:
        """Makes one worthless, at once. Raises Problem 404, Trouble."""
        async with self._settled:
            token = self.get(id, owner)
            await self._rights.delete_token(id)
            token.revoked = True
            del self._known[id]
        self._changed()


def new_owner() -> str:
    """Somebody new: 128 random bits, and nothing about a person."""
    return secrets.token_hex(16)


def hashed(secret: str) -> bytes:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).digest()
