"""Tokens are shown once, stored as hashes, and worthless once they are revoked, also from the command line."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner
from websockets.sync.client import connect

from app.cli import app as cli
from app.settings import Settings
from app.storage import Store
from app.tokens import Tokens, hashed
from tests.app.conftest import RealServer, until
from tests.app.test_rights import closes

pytestmark = pytest.mark.anyio


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GRADLAB_DATABASE_URL", f"sqlite:///{tmp_path / 'gradlab.db'}")
    return tmp_path / "gradlab.db"


@pytest.fixture
def server(database: Path) -> Iterator[RealServer]:
    server = RealServer(Settings(workers=1, several_users=True))
    yield server
    server.stop()


def run(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(cli, ["token", *arguments])
    assert result.exit_code == code, result.output
    return result.stdout.strip() or result.stderr.strip()


async def test_tokens_are_unlike_each_other_and_only_their_hash_is_kept(database: Path, anyio_backend: str) -> None:
    store = Store(f"sqlite:///{database}")
    await store.open()
    tokens = Tokens(store.rights)
    text, token = await tokens.create("someone")
    texts = {text} | {(await tokens.create())[0] for _ in range(50)}
    assert len(texts) == 51 and all(len(each.split("_", 2)[2]) == 43 for each in texts), "256 bits"
    again = Tokens(store.rights)
    found = await again.find(text)
    assert found and found.owner == "someone" and found.stored.hash == hashed(text)
    for wrong in ("", "gradlab", "gradlab_", text[:-1], f"{text}x", text.upper(), text.replace("gradlab", "other")):
        assert await again.find(wrong) is None
    await tokens.revoke(token.stored.id)
    await again.look()
    assert found.revoked and await again.find(text) is None
    await store.close()
    secrets = [each.split("_", 2)[2].encode() for each in texts]
    for file in database.parent.iterdir():
        content = file.read_bytes()
        assert not any(secret in content for secret in secrets)


def test_tokens_are_made_listed_and_revoked_while_the_server_runs(server: RealServer) -> None:
    text = run("create").splitlines()[0]
    same = run("create", "--like", text.split("_")[1]).splitlines()[0]
    ids = [each.split("_")[1] for each in (text, same)]
    lines = run("list").splitlines()
    assert [line.split()[0] for line in lines] == ids and len({line.split()[2] for line in lines}) == 1
    with httpx.Client(base_url=f"http://{server.address}", timeout=60) as client:
        first, second = ({"authorization": f"Bearer {each}"} for each in (text, same))
        session = client.post("/api/sessions", json={}, headers=first).json()
        address = f"/api/sessions/{session['id']}"
        assert client.get(address, headers=second).json()["access"] == "own"
        with connect(f"ws://{server.address}{address}/stream", additional_headers=first) as stream:
            stream.recv()
            run("revoke", ids[0])
            assert closes(stream) == 4404
        until(lambda: client.get(address, headers=first).status_code == 401)
        assert client.get(address, headers=second).status_code == 200


def test_mistakes_are_told_in_a_sentence(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("revoke", "none", code=1) == run("create", "--like", "none", code=1) == "There is no token with this id."
    monkeypatch.setenv("GRADLAB_DATABASE_URL", "memory")
    assert "memory" in run("create", code=1)


async def test_a_server_goes_on_with_its_key_links_and_readers(database: Path, anyio_backend: str) -> None:
    """What is stored of who may do what is there again after a restart."""
    from tests.app.test_rights import World

    settings = Settings(workers=1, several_users=True)
    first = World(settings)
    id = first.session()
    secret = first.owner.post(f"/api/sessions/{id}/share").json()["secret"]
    first.reader.post("/api/shares", json={"secret": secret})
    first.end()
    server = RealServer(settings)
    try:
        address = f"http://{server.address}/api/sessions/{id}"
        for client, access in ((first.owner, "own"), (first.reader, "read"), (first.script, "own")):
            known = {name: client.headers[name] for name in ("cookie", "authorization") if name in client.headers}
            assert httpx.get(address, headers=known).json()["access"] == access
        assert httpx.get(address, headers={"cookie": first.former.headers["cookie"]}).status_code == 404
        new = {"cookie": first.other.headers["cookie"], "origin": f"http://{server.address}"}
        joined = httpx.post(f"http://{server.address}/api/shares", json={"secret": secret}, headers=new)
        assert joined.json() == {"session": id}
    finally:
        server.stop()


async def test_looking_while_tokens_are_made_and_revoked(database: Path, anyio_backend: str) -> None:
    """What is read from storage is never older than what was done meanwhile."""
    store = Store(f"sqlite:///{database}")
    await store.open()
    tokens = Tokens(store.rights)

    async def keep_looking() -> None:
        while True:
            await tokens.look()

    looking = [asyncio.create_task(keep_looking()) for _ in range(3)]
    for _ in range(100):
        text, token = await tokens.create()
        await asyncio.sleep(0.002)
        assert await tokens.find(text) is token and not token.revoked
        await tokens.revoke(token.stored.id)
        await asyncio.sleep(0.002)
        assert await tokens.find(text) is None
    for task in looking:
        task.cancel()
    await asyncio.gather(*looking, return_exceptions=True)
    await store.close()
