"""Access: the sessions and tables of this server as one actor may use them. Here, and only here, it is decided who may
do what.

Whoever made a session may do everything with it. Whoever was given its link may look at it, or make a copy. To all
others it is not there. A table is there for whoever uploaded it.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from app.files.csv_import import Options
from app.files.uploads import Uploads
from app.identity import Actor
from app.problems import Problem
from app.readiness import Readiness
from app.schemas.responses import Right
from app.sessions.registry import Registry, no_session
from app.sessions.session import Session
from app.settings import Settings
from app.tokens import Token, Tokens
from engine import Resolved, Trainer
from engine.data.uploads import Table, Tables


class Access:
    """A registry, for one actor. All raise Problem 401 for somebody who is not known, 404 for what is not theirs, and
    403 for a change of what they may only look at."""

    def __init__(self, registry: Registry, actor: Actor) -> None:
        self._registry = registry
        self._actor = actor

    @property
    def settings(self) -> Settings:
        """How the server behaves."""
        return self._registry.settings

    def check(self, experiment: Resolved) -> Resolved:
        """See `Registry.check`."""
        return self._registry.check(experiment)

    @contextmanager
    def streaming(self) -> Iterator[None]:
        """See `Registry.streaming`."""
        with self._registry.streaming(self._actor.known()):
            yield

    @property
    def readiness(self) -> Readiness:
        """What can be trained already."""
        return self._registry.readiness

    def _readable(self, id: str) -> str:
        owner, record = self._actor.known(), self._registry.record(id)
        if not record.may_be_seen_by(owner):
            raise no_session()
        return id

    def _own(self, id: str) -> str:
        if self.right(id) == "read":
            raise Problem(403, "You may look at this session, not change it. Fork it to have a copy of your own.")
        return id

    # Of the actor's own

    async def create(self, experiment: Resolved, trainer: Trainer | None = None) -> str:
        """See `Registry.create`."""
        return await self._registry.create(experiment, self._actor.known(), trainer)

    def list(self) -> list[dict[str, Any]]:
        """A line for each session of the actor's, oldest first."""
        return self._registry.list(self._actor.known())

    async def change(self, id: str, job: Callable[[Session], Any]) -> Any:
        """See `Registry.change`."""
        return await self._registry.change(self._own(id), job)

    async def delete(self, id: str, unless_watched: bool = False) -> None:
        """See `Registry.delete`."""
        await self._registry.delete(self._own(id), unless_watched)

    async def share(self, id: str) -> str:
        """See `Registry.share`."""
        return await self._registry.share(self._own(id))

    async def unshare(self, id: str) -> None:
        """See `Registry.unshare`."""
        await self._registry.unshare(self._own(id))

    # Also of what the actor may look at

    async def join(self, secret: str) -> str:
        """See `Registry.join`."""
        return await self._registry.join(secret, self._actor.known())

    def right(self, id: str) -> Right:
        """What the actor may do with a session."""
        return "own" if self._actor.known() == self._registry.record(self._readable(id)).owner else "read"

    async def session(self, id: str) -> Session:
        """See `Registry.session`."""
        return await self._registry.session(self._readable(id))

    def has(self, id: str) -> bool:
        """Whether there is such a session, and the actor may look at it."""
        may = self._actor.is_known and self._registry.has(id)
        return may and self._registry.record(id).may_be_seen_by(self._actor.owner)

    async def look(self, id: str, job: Callable[[Session], Any]) -> Any:
        """See `Registry.look`."""
        return await self._registry.look(self._readable(id), job)

    @asynccontextmanager
    async def watch(
        self, id: str, listen: Callable[[Session], Callable[[], None]], wake: Callable[[], None]
    ) -> AsyncIterator[None]:
        """See `Registry.watch`; `wake` is called when the actor may have lost the right to."""
        async with self._registry.watch(self._readable(id), listen):
            with self._registry.audience.joined(wake):
                yield


class OwnUploads:
    """The uploaded tables, for one actor. All raise Problem 401 for somebody who is not known, 404 for what is not
    theirs."""

    def __init__(self, uploads: Uploads, actor: Actor) -> None:
        self._uploads = uploads
        self._actor = actor
        self.save = uploads.save

    @property
    def tables(self) -> Tables:
        """Those that the actor's sessions may learn from."""
        return self._uploads.tables_of(self._actor.known())

    def add(self, body: bytes, options: Options) -> dict[str, Any]:
        """See `Uploads.add`."""
        return self._uploads.add(self._actor.known(), body, options)

    def adopt(self, table: Table) -> str:
        """See `Uploads.adopt`."""
        return self._uploads.adopt(self._actor.known(), table)

    def get(self, id: str) -> dict[str, Any]:
        """See `Uploads.get`."""
        return self._uploads.get(self._actor.known(), id)

    def list(self) -> list[dict[str, Any]]:
        """See `Uploads.list`."""
        return self._uploads.list(self._actor.known())

    def delete(self, id: str) -> None:
        """See `Uploads.delete`."""
        self._uploads.delete(self._actor.known(), id)

    def restore(self, id: str) -> dict[str, Any]:
        """See `Uploads.restore`."""
        return self._uploads.restore(self._actor.known(), id)


class OwnTokens:
    """The tokens, for one actor. All raise Problem 401 for somebody who is not known, 404 for what is not theirs."""

    def __init__(self, tokens: Tokens, actor: Actor) -> None:
        self._tokens = tokens
        self._actor = actor

    async def create(self) -> tuple[str, Token]:
        """See `Tokens.create`."""
        return await self._tokens.create(self._actor.known())

    def list(self) -> list[dict[str, Any]]:
        """A line for each of the actor's, oldest first."""
        return [token.line() for token in self._tokens.list(self._actor.known())]

    async def revoke(self, id: str) -> None:
        """See `Tokens.revoke`."""
        await self._tokens.revoke(id, self._actor.known())
