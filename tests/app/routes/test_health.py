"""Liveness, readiness and figures."""

from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from app import __version__
from app.main import Application
from tests.app.conftest import eventually

pytestmark = pytest.mark.anyio


async def test_alive_and_ready(client: httpx.AsyncClient, app: Application) -> None:
    assert (await client.get("/healthz")).json() == {"status": "ok", "version": __version__}

    async def ready() -> bool:
        return (await client.get("/readyz")).status_code == 200

    await eventually(ready)
    app.drain()
    response = await client.get("/readyz")
    assert response.status_code == 503 and response.json() == {"waiting_for": "the server is stopping"}


async def test_figures_for_prometheus(client: httpx.AsyncClient, session: dict[str, Any]) -> None:
    response = await client.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
    figures = {
        f"{sample.name}{sorted(sample.labels.items()) or ''}": sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
    }
    assert figures["gradlab_sessions[('state', 'ready')]"] == 1
    assert figures["gradlab_sessions[('state', 'running')]"] == 0
    assert figures["gradlab_sessions_created_total"] == 1
    assert session["id"] not in response.text
