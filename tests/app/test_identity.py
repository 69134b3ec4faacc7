"""Browsers are known by a cookie, which is made once, and which nobody else can make."""

from itertools import pairwise
from pathlib import Path

import httpx
import numpy as np
import pytest
from starlette.datastructures import Headers
from starlette.responses import Response

from app.identity import Cookies
from app.main import create_app
from app.settings import Settings
from app.tokens import new_owner

pytestmark = pytest.mark.anyio


def given(settings: Settings, cookie: str = "") -> str | None:
    response = Response()
    Cookies(settings, b"key").give(Headers({"cookie": cookie}), response)
    return response.headers.get("set-cookie")


@pytest.mark.parametrize("tls", [False, True])
def test_the_flags_of_the_cookie(tls: bool) -> None:
    value, *flags = (given(Settings(behind_tls=tls)) or "").split("; ")
    assert {"HttpOnly", "Path=/", "SameSite=strict"} <= set(flags) and not any("Domain" in flag for flag in flags)
    assert ("Secure" in flags) == tls and value.startswith("__Host-gradlab=" if tls else "gradlab=")


@pytest.mark.parametrize("tls", [False, True])
def test_who_has_a_cookie_keeps_it(tls: bool) -> None:
    settings = Settings(behind_tls=tls)
    cookie = (given(settings) or "").partition(";")[0]
    assert given(settings, cookie) is None
    for wrong in ("", "nonsense", cookie[:-1], cookie.replace("=", "=a"), f"{cookie.partition('.')[0]}."):
        assert given(settings, wrong), "a cookie that was not made here is replaced"


async def visit(settings: Settings, headers: dict[str, str]) -> httpx.Response:
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.post("/api/identity", headers=headers)


async def test_one_user_needs_no_cookie(client: httpx.AsyncClient) -> None:
    response = await client.post("/api/identity")
    assert response.status_code == 204 and "set-cookie" not in response.headers


@pytest.mark.parametrize("secret", ["", "chosen"])
async def test_cookies_outlast_the_server(tmp_path: Path, secret: str, anyio_backend: str) -> None:
    settings = Settings(several_users=True, workers=1, database_url=f"sqlite:///{tmp_path / 'a.db'}", secret=secret)
    first = await visit(settings, {})
    cookie = first.headers["set-cookie"].partition(";")[0]
    assert "set-cookie" not in (await visit(settings, {"cookie": cookie})).headers
    other = settings.model_copy(update={"database_url": f"sqlite:///{tmp_path / 'b.db'}"})
    assert ("set-cookie" in (await visit(other, {"cookie": cookie})).headers) == (secret == "")


def test_owners_are_unguessable() -> None:
    """10^5 of them differ, and each of their bits is a fair coin within 5 standard deviations; so are pairs of them."""
    drawn = [int(new_owner(), 16) for _ in range(100_000)]
    assert len(set(drawn)) == len(drawn) and max(drawn).bit_length() == 128
    for numbers in (drawn, [a ^ b for a, b in pairwise(drawn)]):
        packed = np.frombuffer(b"".join(number.to_bytes(16, "big") for number in numbers), np.uint8)
        ones = np.unpackbits(packed).reshape(-1, 128).sum(0)
        assert (abs(ones - len(numbers) / 2) < 5 * len(numbers) ** 0.5 / 2).all()
