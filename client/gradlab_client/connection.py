"""The connection to a server: requests that survive a cut or a restart, and refusals as errors.

A request that only asks, or does the same when it is done twice, is sent again when its connection breaks. Any other is
sent again only if it certainly never reached the server.
"""

import asyncio
import json
import math
import os
import random
import socket
import time
from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Any, TypeVar
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from gradlab_client.errors import GradlabError, Interrupted, Unreachable, VersionMismatch, problem_of

T = TypeVar("T")

VERSION = version("gradlab-client")
DEFAULT_URL = "http://127.0.0.1:8000"
PATIENCE_S = 60.0  # how long a server that has answered before may be away
FIRST_WAIT_S, LONGEST_WAIT_S = 0.25, 5.0  # between two tries, at most
CONNECT_S = 5.0
PROBE_S, PROBES = 15, 3  # a silent connection is given up after a minute
LOCAL = {"127.0.0.1", "localhost", "::1"}
REPEATABLE = {"GET", "PUT", "DELETE"}
TOO_MANY = 429
AWAY = {502, 503, 504}  # a server that stops or starts, or a proxy that does not find it


class Backoff:
    """How long to wait between two tries: a random time below a bound that doubles (full jitter), to a deadline.

    So a hundred scripts that lost the same server do not all come back at the same moment.
    """

    def __init__(self, patience_s: float) -> None:
        self._deadline = time.monotonic() + patience_s
        self._bound_s = FIRST_WAIT_S

    async def wait(self, error: GradlabError, least_s: float = 0.0) -> None:
        """Waits for the next try. Raises `error` if there is no time left for one."""
        wait_s = least_s + random.uniform(0, self._bound_s)  # noqa: S311 - not a secret
        self._bound_s = min(2 * self._bound_s, LONGEST_WAIT_S)
        if time.monotonic() + wait_s > self._deadline:
            raise error
        await asyncio.sleep(wait_s)


class Connection:
    """Sends requests to one server."""

    def __init__(self, url: str | None, token: str | None, patience_s: float) -> None:
        self.url = (url or os.environ.get("GRADLAB_URL") or DEFAULT_URL).rstrip("/")
        parts = urlsplit(self.url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError(f"{self.url!r} is not the address of a server, such as {DEFAULT_URL}")
        token = token or os.environ.get("GRADLAB_TOKEN")
        self.headers = {"User-Agent": f"gradlab-client/{VERSION}"}
        if token:
            self.headers["Authorization"] = f"Bearer {token}"
        self.patience_s = patience_s
        self.is_local = parts.hostname in LOCAL  # which no proxy can reach
        on_the_way = None if self.is_local or proxy_bypass(parts.hostname) else getproxies().get(parts.scheme)
        self._http = httpx.AsyncClient(
            headers=self.headers,
            timeout=httpx.Timeout(None, connect=CONNECT_S),  # training takes as long as it takes
            transport=httpx.AsyncHTTPTransport(proxy=on_the_way, socket_options=probes()),
        )
        self._greeted = False

    async def close(self) -> None:
        """Closes its connections."""
        await self._http.aclose()

    async def ask(
        self,
        shape: type[T],
        method: str,
        path: str,
        *,
        body: Any = None,
        repeatable: bool | None = None,
        **query: Any,
    ) -> T:
        """What the server answers, in JSON; `shape` is what it looks like. An argument that is None is left out."""
        response = await self.send(method, path, body=body, repeatable=repeatable, **query)
        answer: T = response.json()
        return answer

    async def send(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        content_type: str = "application/json",
        repeatable: bool | None = None,
        **query: Any,
    ) -> httpx.Response:
        """The answer to a request. Bytes are sent as they are, anything else as JSON.

        Raises Problem if the server refuses, Unreachable if it stays away for too long, and Interrupted if the
        connection broke in the middle of what must not be done twice.
        """
        await self._greet()
        content = body if body is None or isinstance(body, bytes) else to_json(body)
        request = self._http.build_request(
            method,
            self.url + path,
            content=content,
            params={name: spelled(value) for name, value in query.items() if value is not None},
            headers={"Content-Type": content_type} if content is not None else None,
        )
        again = method in REPEATABLE if repeatable is None else repeatable
        response = await self._persist(request, again)
        if response.is_success:
            return response
        raise problem_of(response.status_code, _document(response))

    async def _persist(self, request: httpx.Request, again: bool) -> httpx.Response:
        """The first answer of a server that is there and has room; it says itself when to come back."""
        backoff = Backoff(self.patience_s)
        while True:
            rest_s = 0.0
            try:
                response = await self._http.send(request)
                rest_s = retry_after_s(response.headers)
                arrived = response.status_code in AWAY
                if not arrived and not (response.status_code == TOO_MANY and rest_s):
                    return response
                error: GradlabError = problem_of(response.status_code, _document(response))
            except httpx.TransportError as failure:
                error = self.unreachable(failure)
                arrived = not isinstance(failure, httpx.ConnectError | httpx.ConnectTimeout)
            if arrived and not again:
                raise Interrupted(
                    f"The server at {self.url} went away during {request.method} {request.url.path}, which may have "
                    "been carried out. Look at the session (session.get()) before you send it again."
                ) from error
            await backoff.wait(error, rest_s)

    async def _greet(self) -> None:
        """Makes sure, before the first request, that a gradlab server of this version is there."""
        if self._greeted:
            return
        request = self._http.build_request("GET", f"{self.url}/healthz")
        try:
            response = await self._http.send(request)
        except httpx.TransportError as error:
            raise self.unreachable(error) from error
        if response.status_code in AWAY:
            response = await self._persist(request, True)
        theirs = _document(response).get("version")
        if not isinstance(theirs, str):
            raise Unreachable(f"What answers at {self.url} is not gradlab, or an older version than 0.1. Is it right?")
        if release(theirs) != release(VERSION):
            raise VersionMismatch(
                f"The server at {self.url} is gradlab {theirs}, and this is gradlab-client {VERSION}. "
                f"Install the client that goes with it, gradlab-client {release(theirs)}."
            )
        self._greeted = True

    def unreachable(self, error: Exception) -> Unreachable:
        start = (
            " Start one with `gradlab serve`." if self.is_local else " Is the address right, and the server running?"
        )
        return Unreachable(f"No gradlab server answers at {self.url} ({error or type(error).__name__}).{start}")


def probes() -> list[tuple[int, int, int]]:
    """Options by which a socket asks whether the other end is still there: a machine that lost power tells nobody."""
    every = {"TCP_KEEPIDLE": PROBE_S, "TCP_KEEPALIVE": PROBE_S, "TCP_KEEPINTVL": PROBE_S, "TCP_KEEPCNT": PROBES}
    known = {name: value for name, value in every.items() if hasattr(socket, name)}
    options = [(socket.IPPROTO_TCP, int(getattr(socket, name)), value) for name, value in known.items()]
    return [(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1), *options]


def release(number: str) -> str:
    """What must be equal for server and client to fit: the major version, and before 1.0 the minor one too."""
    major, minor = number.split(".")[:2]
    return major if major != "0" else f"{major}.{minor}"


def retry_after_s(headers: Mapping[str, str]) -> float:
    """How long the server asks to be left alone."""
    told = headers.get("Retry-After", "")
    return float(told) if told.isdigit() else 0.0


def _document(response: httpx.Response) -> Mapping[str, Any]:
    """The JSON object of an answer; nothing if it has none."""
    try:
        document = response.json()
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def spelled(value: Any) -> Any:
    """A value in a query, such as `true`, `0,2` or, repeated, each column of a list of names."""
    if isinstance(value, tuple):
        return ",".join(str(part) for part in value)
    return value


def to_json(value: Any) -> bytes:
    """JSON of anything that NumPy, pandas or polars holds; NaN, which is a gap in a table, as null."""
    return json.dumps(plain(value), allow_nan=False).encode()


def plain(value: Any) -> Any:
    """The same in lists, dicts, numbers and text."""
    convert: Callable[[], Any] | None = getattr(value, "tolist", None)
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, float):
        return value if not math.isnan(value) else None
    if isinstance(value, str | int | None):
        return value
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if callable(convert):  # arrays and their numbers
        return plain(convert())
    return str(value)  # dates, which the server reads as ISO text
