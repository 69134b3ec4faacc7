"""Secrets are known to those they were given to: they are in no file, no log and no answer, and nobody guesses them."""

import signal
from collections import Counter
from pathlib import Path

import httpx
import pytest
from scipy import stats
from websockets.sync.client import connect

from app.main import Application
from app.settings import Settings
from tests.app.conftest import ServerProcess

pytestmark = pytest.mark.anyio
TELLTALE = ("Traceback", "site-packages", 'File "', "sqlite")


def test_no_file_log_or_refusal_has_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GRADLAB_SEVERAL_USERS", "true")
    monkeypatch.setenv("GRADLAB_LOG_LEVEL", "debug")
    folder = tmp_path / "data"
    server = ServerProcess(folder / "gradlab.db")
    refused: list[httpx.Response] = []
    try:
        http, origin = server.http, f"http://{server.address}"
        set_cookie = http.post("/api/identity", headers={"origin": origin}).headers["set-cookie"]
        http.cookies.clear()
        cookie = set_cookie.partition(";")[0]
        page = {"origin": origin, "cookie": cookie}
        token, revoked = (http.post("/api/tokens", headers=page).json()["token"] for _ in range(2))
        http.delete(f"/api/tokens/{revoked.split('_')[1]}", headers=page)
        script = {"authorization": f"Bearer {token}"}
        id = http.post("/api/sessions", json={}, headers=script).json()["id"]
        link = http.post(f"/api/sessions/{id}/share", headers=script).json()["secret"]
        assert http.post("/api/shares", json={"secret": link}, headers=page).json() == {"session": id}
        with connect(f"ws://{server.address}/api/sessions/{id}/stream", additional_headers=script) as stream:
            stream.recv()
            stream.send('{"type": "nonsense"}')
            stream.recv()
        for headers in (
            {},
            {"authorization": f"Bearer {revoked}"},
            {"authorization": f"Bearer {token}x"},
            script,
            page,
        ):
            refused += [
                http.get(f"/api/sessions/{token}", headers=headers),
                http.get(f"/api/sessions/{id}/export?format={link}", headers=headers),
                http.post("/api/sessions", json={"layers": token}, headers=headers),
                http.post("/api/sessions", content=token, headers={**headers, "content-type": "application/json"}),
                http.get(f"/static/{link}", headers=headers),
                http.get(f"/{cookie}", headers=headers),
            ]
    finally:
        assert server.end(signal.SIGTERM) == 0
    secrets = [token.split("_", 2)[2], revoked.split("_", 2)[2], link, cookie.rpartition(".")[2]]
    log = capfd.readouterr().err
    assert "gradlab" in log
    for file in folder.iterdir():
        content = file.read_bytes()
        assert content and not [secret for secret in secrets if secret.encode() in content], file.name
    assert not [secret for secret in [*secrets, id, str(tmp_path)] if secret in log]
    for response in refused:
        assert response.status_code >= 400
        assert not [word for word in (*TELLTALE, str(tmp_path), cookie, revoked) if word in response.text]


def test_the_database_and_its_folder_are_only_its_owners(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    server = ServerProcess(folder / "gradlab.db")
    server.http.post("/api/sessions", json={})
    modes = {file.name: file.stat().st_mode & 0o077 for file in [folder, *folder.iterdir()]}
    server.end()
    assert len(modes) >= 3 and not any(modes.values()), modes


async def test_nobody_guesses_them(client: httpx.AsyncClient, app: Application, session: dict[str, str]) -> None:
    """Different ones, long enough, and each character as likely as any other."""
    ids = {session["id"]} | {(await client.post("/api/sessions", json={"layers": []})).json()["id"] for _ in range(50)}
    links = {(await client.post(f"/api/sessions/{session['id']}/share")).json()["secret"] for _ in range(300)}
    tokens = {(await client.post("/api/tokens")).json()["token"].split("_", 2)[2] for _ in range(300)}
    for found, count, length, alphabet in ((ids, 51, 32, 16), (links, 300, 32, 64), (tokens, 300, 43, 64)):
        assert len(found) == count and {len(secret) for secret in found} == {length}
        # The last character of a token holds 4 bits only.
        seen = Counter(character for secret in found for character in secret[:42])
        frequencies = [*seen.values(), *[0] * (alphabet - len(seen))]
        assert stats.chisquare(frequencies).pvalue > 1e-6


@pytest.fixture
def settings() -> Settings:
    return Settings(workers=1, requests_each_per_s=10_000, sessions_each=10_000)
