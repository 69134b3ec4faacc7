"""The catalogue and the schema, as the page reads them."""

import httpx
import pytest

from engine import FAMILIES
from tests.app.conftest import strict

pytestmark = pytest.mark.anyio


async def test_the_catalogue_is_the_engines(client: httpx.AsyncClient) -> None:
    catalogue = strict((await client.get("/api/catalogue")).text)
    assert set(catalogue["families"]) == {family.name for family in FAMILIES}
    assert catalogue["version"] and catalogue["limits"]["units"] == 512
    made = await client.post("/api/sessions", json=catalogue["default_experiment"])
    assert made.json()["experiment"] == catalogue["default_experiment"]


async def test_the_schema_describes_every_field(client: httpx.AsyncClient) -> None:
    schema = strict((await client.get("/api/schema")).text)
    for node in (schema, schema["$defs"]["Layer"], schema["$defs"]["Output"], schema["$defs"]["Circle"]):
        for name, field in node["properties"].items():
            assert name == "name" or (field["title"] and field["description"]), name
    units = schema["$defs"]["Layer"]["properties"]["units"]
    assert (units["minimum"], units["maximum"]) == (1, 512)
