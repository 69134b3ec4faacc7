"""Security: what every connection passes first, http and websocket alike, before any other code sees it.

A page on another site can make a visitor's browser talk to a server on their own machine. So a request is refused
unless it names a host we answer to (DNS rebinding), and unless its Origin, where a browser sends one, is our own page.
It is pure ASGI, because framework middleware for HTTP does not see websockets.
"""

import ipaddress
import socket
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.problems import Problem
from app.settings import Settings

# Paths whose bodies may be as large as an upload, or a session file.
UPLOADS, SESSIONS = "/api/datasets", "/api/sessions"
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
FORMS = {"application/x-www-form-urlencoded", "multipart/form-data", "text/plain"}
DEFAULT_PORTS = {"http": "80", "ws": "80", "https": "443", "wss": "443"}
POLICY = (
    "default-src 'self'; script-src 'self'{hashes}; style-src 'self'; connect-src 'self'; img-src 'self' data: blob:; "
    "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def content_security_policy(hashes: Iterable[str] = ()) -> str:
    """The policy of our pages; `hashes` are of the inline scripts that may run (the import map)."""
    return POLICY.format(hashes="".join(f" '{digest}'" for digest in hashes))


class Security:
    """Checks host, origin and size of what comes in, and puts the security headers on whatever goes out."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.settings = settings
        self.hosts = {"127.0.0.1", "localhost", "::1", settings.host.lower()}
        self.hosts |= {_split(host)[0] for host in settings.allowed_hosts}
        # On every network it has many addresses. Rebinding needs a name, so addresses are safe to answer to.
        self.any_address = settings.host in {"0.0.0.0", "::"}  # noqa: S104 - compared, not bound
        if self.any_address:
            self.hosts |= {socket.gethostname().lower(), f"{socket.gethostname().lower()}.local"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        _set_root_path(scope, self.settings.root_path)
        send = _with_headers(scope, send)
        problem = self._refusal(scope)
        if problem is None:
            await self.app(scope, _limited(scope, receive, self._limit(scope)), send)
        else:
            await refuse(problem, scope, receive, send)

    def _refusal(self, scope: Scope) -> Problem | None:
        """Why this connection is refused; None if it is not."""
        headers = Headers(scope=scope)
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not self._is_ours(_split(hosts[0])[0]):
            return Problem(
                400,
                "This server does not answer to that host name. Its operator can add it to GRADLAB_ALLOWED_HOSTS.",
            )
        if any(not self._is_own_page(origin, hosts[0]) for origin in headers.getlist("origin")):
            return Problem(403, "Requests from pages of other sites are refused.")
        changes = scope["type"] == "websocket" or scope["method"] not in SAFE_METHODS
        if changes and headers.get("sec-fetch-site") in {"cross-site", "same-site"} and "origin" not in headers:
            return Problem(403, "Requests from pages of other sites are refused.")
        if scope["type"] == "http" and changes:
            kind = headers.get("content-type", "").partition(";")[0].strip().lower()
            if kind in FORMS:
                return Problem(415, "Forms are not accepted here: send JSON, with Content-Type: application/json.")
            if _length(headers) > (limit := self._limit(scope)):
                return Problem(413, f"The body is larger than {limit} bytes.")
        return None

    def _limit(self, scope: Scope) -> int:
        """The largest body that is accepted there, in bytes."""
        path = scope["path"].removeprefix(self.settings.root_path) if scope["type"] == "http" else ""
        larger = {UPLOADS: self.settings.upload_limit_bytes, SESSIONS: self.settings.file_limit_bytes}
        return larger.get(path, self.settings.body_limit_bytes)

    def _is_ours(self, host: str) -> bool:
        return host in self.hosts or (self.any_address and _is_address(host))

    def _is_own_page(self, origin: str, host: str) -> bool:
        if origin in self.settings.allowed_origins:
            return True
        try:
            parts = urlsplit(origin)
        except ValueError:
            return False
        if parts.scheme not in {"http", "https"} or parts.path or "@" in parts.netloc:
            return False
        default = DEFAULT_PORTS[parts.scheme]
        return _split(parts.netloc, default) == _split(host, default)


async def refuse(problem: Problem, scope: Scope, receive: Receive, send: Send) -> None:
    """Refuses a request, or a websocket before it is accepted: with the problem document, or with a close where the
    server cannot send one.
    """
    if scope["type"] == "http" or "websocket.http.response" in scope.get("extensions", {}):
        await problem.response()(scope, receive, send)
    else:
        await send({"type": "websocket.close", "code": 4000 + problem.status, "reason": problem.detail[:120]})


def _split(netloc: str, default_port: str = "") -> tuple[str, str]:
    """Host name and port of `name:port`; an IPv6 address loses its brackets."""
    name, bracket, rest = netloc.strip().lower().partition("]")
    if bracket:
        return name.removeprefix("["), rest.removeprefix(":") or default_port
    name, _, port = name.partition(":")
    return name.rstrip("."), port or default_port


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _length(headers: Headers) -> int:
    text = headers.get("content-length", "0")
    return int(text) if text.isascii() and text.isdigit() else 0


def _set_root_path(scope: Scope, root_path: str) -> None:
    """Works behind proxies that strip the sub-path and behind those that leave it."""
    if not root_path:
        return
    scope["root_path"] = root_path
    if scope["path"] != root_path and not scope["path"].startswith(root_path + "/"):
        scope["path"] = root_path + scope["path"]


def _limited(scope: Scope, receive: Receive, limit: int) -> Receive:
    """`receive` that raises 413 once a body without a length has grown too large."""
    if scope["type"] != "http":
        return receive
    size = 0

    async def limited() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > limit:
            raise HTTPException(413)
        return message

    return limited


def _with_headers(scope: Scope, send: Send) -> Send:
    """`send` that adds our headers to every response."""
    data = "/api/" in scope["path"]

    async def send_with_headers(message: Message) -> None:
        if message["type"] in {"http.response.start", "websocket.accept", "websocket.http.response.start"}:
            message.setdefault("headers", [])
            headers = MutableHeaders(scope=message)
            headers.setdefault("Content-Security-Policy", content_security_policy())
            headers["X-Content-Type-Options"] = "nosniff"
            headers["Referrer-Policy"] = "no-referrer"
            headers["Cross-Origin-Opener-Policy"] = "same-origin"
            headers["Cross-Origin-Resource-Policy"] = "same-origin"
            # Files are kept by browsers but asked after each time (ETag); data is never kept.
            headers.setdefault("Cache-Control", "no-store" if data else "no-cache")
        await send(message)

    return send_with_headers
