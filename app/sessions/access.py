"""Access: the sessions of this server as one actor may use them. Here, and only here, it is decided who may do what.

Whoever made a session may do everything with it. Whoever was given its link may look at it. To all others it is not
there.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from app.identity import Actor
from app.readiness import Readiness
from app.sessions.registry import Registry, no_session
from app.sessions.session import Session
from app.settings import Settings
from engine import Resolved, Trainer


class Access:
    """A registry, for one actor. All raise Problem 401 for somebody who is not known, 404 for what is not theirs."""

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
        if owner != record.owner and owner not in record.readers:
            raise no_session()
        return id

    def _own(self, id: str) -> str:
        if self._actor.known() != self._registry.record(id).owner:
            raise no_session()
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

    def share(self, id: str) -> str:
        """The secret of a link with which others can look at a session; one made before is no longer good."""
        return self._registry.share(self._own(id))

    def unshare(self, id: str) -> None:
        """Lets nobody else look any more."""
        self._registry.unshare(self._own(id))

    # Also of what the actor may look at

    def join(self, secret: str) -> str:
        """The id of the session of a link, which the actor may look at from now on."""
        return self._registry.join(secret, self._actor.known())

    def may_change(self, id: str) -> bool:
        """Whether it is the actor's own."""
        return self._actor.known() == self._registry.record(self._readable(id)).owner

    async def session(self, id: str) -> Session:
        """See `Registry.session`."""
        return await self._registry.session(self._readable(id))

    def has(self, id: str) -> bool:
        """Whether there is such a session, and the actor may look at it."""
        return self._registry.has(id) and self._actor.owner in self._registry.record(id).allowed

    async def look(self, id: str, job: Callable[[Session], Any]) -> Any:
        """See `Registry.look`."""
        return await self._registry.look(self._readable(id), job)

    @asynccontextmanager
    async def watch(self, id: str, listen: Callable[[Session], Callable[[], None]]) -> AsyncIterator[None]:
        """See `Registry.watch`."""
        async with self._registry.watch(self._readable(id), listen):
            yield
