"""Identity: who sends a request, and what is theirs.

On this machine alone there is one user, and everything is theirs. A server that others reach knows each browser by a
signed cookie, which holds a random number and nothing about a person, and each script by a token.
"""

from dataclasses import dataclass

from itsdangerous import BadSignature, Signer
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection, cookie_parser
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.problems import Problem
from app.security import SAFE_METHODS, refuse
from app.settings import Settings
from app.tokens import Token, new_owner

COOKIE_S = 400 * 24 * 3600  # as long as browsers keep one
BEARER = "bearer "


@dataclass(frozen=True)
class Actor:
    """Who acts: `owner` is whose sessions and tables are theirs, None for somebody who is not known.

    A script acts by its `token`, until that is revoked.
    """

    owner: str | None
    token: Token | None = None

    @property
    def is_known(self) -> bool:
        """Whether it is known, still, who it is."""
        return self.owner is not None and not (self.token and self.token.revoked)

    def known(self) -> str:
        """The owner. Raises Problem 401."""
        if self.owner is None or not self.is_known:
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

    def __init__(self, settings: Settings, key: bytes) -> None:
        self._signer = Signer(key, salt="gradlab.owner")
        self._secure = settings.behind_tls
        self.name = "__Host-gradlab" if self._secure else "gradlab"

    def owner(self, headers: Headers) -> str | None:
        """Who a browser says it is; None if it does not, or is not to be believed."""
        given = cookie_parser(headers.get("cookie", "")).get(self.name)
        try:
            return self._signer.unsign(given).decode() if given else None
        except BadSignature:
            return None

    def give(self, headers: Headers, response: Response) -> None:
        """Makes a browser somebody new, unless it is somebody already."""
        if self.owner(headers):
            return
        value = self._signer.sign(new_owner()).decode()
        response.set_cookie(
            self.name, value, max_age=COOKIE_S, secure=self._secure, httponly=True, samesite="strict", path="/"
        )


class Identity:
    """Finds out who sends a request, and leaves that for `actor_of`. A token that is not valid is refused."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.shared = settings.shared

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        try:
            state["actor"] = await self._actor(scope) if self.shared else ONLY_USER
        except Problem as problem:
            await refuse(problem, scope, receive, send)
            return
        await self.app(scope, receive, send)

    async def _actor(self, scope: Scope) -> Actor:
        headers, known = Headers(scope=scope), scope["app"].state
        given = headers.get("authorization", "")
        if given[: len(BEARER)].lower() == BEARER:
            token = await known.tokens.find(given[len(BEARER) :].strip())
            if token is None:
                raise unknown("This token is not valid: it was revoked, or never made here.")
            return Actor(token.owner, token)
        changes = scope["type"] == "websocket" or scope["method"] not in SAFE_METHODS
        if changes and "origin" not in headers and headers.get("sec-fetch-site") != "same-origin":
            return NOBODY  # browsers say where they come from; whatever does not needs a token
        return Actor(known.cookies.owner(headers))
