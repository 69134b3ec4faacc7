"""Identity: who sends a request, and what is theirs.

On this machine alone there is one user, and everything is theirs. A server that others reach knows each browser by a
signed cookie, which holds a random number and nothing about a person, and each script by a token.
"""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from itsdangerous import BadSignature, Signer
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection, cookie_parser
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.problems import Problem
from app.security import SAFE_METHODS, deny
from app.settings import Settings

COOKIE_S = 400 * 24 * 3600  # as long as browsers keep one
BEARER = "bearer "


@dataclass(frozen=True)
class Actor:
    """Who acts: `owner` is whose sessions and tables are theirs, None for somebody who is not known."""

    owner: str | None

    def known(self) -> str:
        """The owner. Raises Problem 401."""
        if self.owner is None:
            raise unknown()
        return self.owner


ONLY_USER = Actor("local")
NOBODY = Actor(None)


def unknown(why: str = "This server does not know who you are.") -> Problem:
    """401: a browser is known once it has opened the page, a script by its token."""
    advice = "Open the page in a browser, or send a token: `gradlab token create` makes one."
    return Problem(401, f"{why} {advice}", headers={"WWW-Authenticate": 'Bearer realm="gradlab"'})


def actor_of(connection: HTTPConnection) -> Actor:
    """Who sent it."""
    actor: Actor = connection.scope["state"]["actor"]
    return actor


class Cookies:
    """The cookie by which a browser is known."""

    def __init__(self, settings: Settings) -> None:
        self._signer = Signer(settings.secret.get_secret_value() or secrets.token_bytes(32), salt="gradlab.owner")
        self._secure = settings.behind_tls
        self.name = "__Host-gradlab" if self._secure else "gradlab"

    def owner(self, headers: Headers) -> str | None:
        """Who a browser says it is; None if it does not, or is not to be believed."""
        given = cookie_parser(headers.get("cookie", "")).get(self.name)
        try:
            return self._signer.unsign(given).decode() if given else None
        except BadSignature:
            return None

    def give(self, response: Response) -> None:
        """Makes the browser somebody new."""
        value = self._signer.sign(secrets.token_hex(16)).decode()
        response.set_cookie(
            self.name, value, max_age=COOKIE_S, secure=self._secure, httponly=True, samesite="strict", path="/"
        )


class Identity:
    """Finds out who sends a request, and leaves that for `actor_of`. A token that is not valid is refused."""

    def __init__(self, app: ASGIApp, settings: Settings, owner_of: Callable[[str], Awaitable[str | None]]) -> None:
        self.app = app
        self.shared = settings.shared
        self._cookies = Cookies(settings)
        self._owner_of = owner_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        state["cookies"] = self._cookies
        try:
            state["actor"] = await self._actor(scope) if self.shared else ONLY_USER
        except Problem as problem:
            if scope["type"] == "http":
                await problem.response()(scope, receive, send)
            else:
                await deny(problem, scope, receive, send)
            return
        await self.app(scope, receive, send)

    async def _actor(self, scope: Scope) -> Actor:
        headers = Headers(scope=scope)
        given = headers.get("authorization", "")
        if given[: len(BEARER)].lower() == BEARER:
            owner = await self._owner_of(given[len(BEARER) :].strip())
            if owner is None:
                raise unknown("This token is not valid: it was revoked, or never made here.")
            return Actor(owner)
        changes = scope["type"] == "websocket" or scope["method"] not in SAFE_METHODS
        if changes and "origin" not in headers and headers.get("sec-fetch-site") != "same-origin":
            return NOBODY  # browsers say where they come from; whatever does not needs a token
        return Actor(self._cookies.owner(headers))
