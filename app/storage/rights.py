"""Rights: what storage knows of who may do what. Secrets are not in it, only their hashes; but the signing key is."""

import time
from dataclasses import asdict, dataclass

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.storage.database import Database
from app.storage.tables import KEYS, READERS, SHARES, TOKENS
from app.storage.writer import Writer

COOKIES = "cookies"


@dataclass(frozen=True)
class Share:
    """The hash of the secret with which others may look at a session, and who has used it."""

    hash: bytes
    readers: frozenset[str]


@dataclass(frozen=True)
class StoredToken:
    """A token, of which only the hash is known."""

    id: str
    owner: str
    created: float
    hash: bytes


class Rights:
    """Links, tokens and the signing key of one database. All raise Trouble."""

    def __init__(self, database: Database, writer: Writer) -> None:
        self._database = database
        self._writer = writer

    async def signing_key(self, new: bytes) -> bytes:
        """The key that cookies are signed with; `new` becomes it if there is none yet."""

        async def find(connection: AsyncConnection) -> bytes:
            found: bytes | None = await connection.scalar(select(KEYS.c.data).where(KEYS.c.name == COOKIES))
            if found is None:
                await connection.execute(insert(KEYS).values(name=COOKIES, data=new))
            return found or new

        key: bytes = await self._writer.write(find)
        return key

    # Links

    async def shares(self) -> dict[str, Share]:
        """What is shared, by the sessions' ids."""
        async with self._database.reading() as connection:
            readers: dict[str, set[str]] = {}
            for row in await connection.execute(select(READERS)):
                readers.setdefault(row.session, set()).add(row.reader)
            rows = await connection.execute(select(SHARES))
            return {row.session: Share(row.hash, frozenset(readers.get(row.session, ()))) for row in rows}

    async def share(self, session: str, hash: bytes | None) -> None:
        """Replaces a session's link, and forgets who has used the one before; None leaves none."""

        async def replace(connection: AsyncConnection) -> None:
            for table in (READERS, SHARES):
                await connection.execute(delete(table).where(table.c.session == session))
            if hash is not None:
                await connection.execute(insert(SHARES).values(session=session, hash=hash))

        await self._writer.write(replace)

    async def join(self, session: str, reader: str) -> None:
        """Notes that somebody has used a session's link, who has not before."""
        await self._writer.write(
            lambda connection: connection.execute(insert(READERS).values(session=session, reader=reader))
        )

    # Tokens

    async def tokens(self) -> list[StoredToken]:
        """All tokens, oldest first."""
        async with self._database.reading() as connection:
            rows = await connection.execute(select(TOKENS).order_by(TOKENS.c.created, TOKENS.c.id))
            return [StoredToken(row.id, row.owner, row.created, row.hash) for row in rows]

    async def add_token(self, id: str, owner: str, hash: bytes) -> StoredToken:
        """Keeps a new one."""
        token = StoredToken(id, owner, time.time(), hash)
        await self._writer.write(lambda connection: connection.execute(insert(TOKENS).values(asdict(token))))
        return token

    async def delete_token(self, id: str) -> None:
        """Deletes one, for good."""
        await self._writer.write(lambda connection: connection.execute(delete(TOKENS).where(TOKENS.c.id == id)))
        await self._database.forget_deleted()
