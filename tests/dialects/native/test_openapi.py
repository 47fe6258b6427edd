"""The OpenAPI document says all that is served, and what it says of answers is so."""

from __future__ import annotations

import httpx
import pytest

from koine.dialects.dialect import Route
from koine.dialects.native import openapi, parameters, wire
from koine.dialects.native.operations import OPERATIONS
from koine.dialects.native.routes import ROUTES
from tests.dialects.native.following import Json


@pytest.fixture
async def document(http: httpx.AsyncClient) -> Json:
    answer = await http.get("/v1/openapi.json")
    assert answer.status_code == 200
    found: Json = answer.json()
    return found


async def test_anybody_may_read_it(document: Json, base_url: str) -> None:
    assert document["openapi"] == "3.1.0"
    assert document["servers"] == [{"url": base_url}]


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_every_route_is_in_it(route: Route) -> None:
    operation = openapi.document("http://koine.example")["paths"][route.path][route.method.lower()]
    assert operation["summary"]
    assert operation["responses"]
    assert operation.get("security", "needed") == ([] if route.access == "open" else "needed")


def test_nothing_is_in_it_that_is_not_served() -> None:
    assert set(OPERATIONS) == {f"{route.method} {route.path}" for route in ROUTES}


async def test_every_reference_leads_somewhere(document: Json) -> None:
    def references(part: object) -> list[str]:
        if isinstance(part, dict):
            here = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
            return here + [found for value in part.values() for found in references(value)]
        return [found for value in part for found in references(value)] if isinstance(part, list) else []

    found = references(document)
    assert "#/components/schemas/Problem" in found
    for reference in found:
        assert reference.removeprefix("#/components/schemas/") in document["components"]["schemas"]


async def test_the_parameters_are_those_that_are_read(document: Json) -> None:
    listed = {one["name"]: one for one in document["paths"]["/v1/events"]["get"]["parameters"] if one["in"] == "query"}
    assert set(listed) == set(parameters.Parameters.model_fields)
    assert listed["after"]["schema"] == {"type": "integer", "minimum": 0, "maximum": 2**63 - 1}
    assert listed["kind"]["schema"]["items"]["enum"] == wire.KINDS
    assert listed["workspace"]["schema"] == {"type": "string", "format": "uuid"}
    assert not any(one["required"] for one in listed.values())


async def test_what_may_be_left_out_of_an_event_is_never_null(document: Json) -> None:
    event = document["components"]["schemas"]["Event"]
    left_out = set(event["properties"]) - set(event["required"])
    assert left_out == {"conversation_id", "message_id"}
    assert all(event["properties"][name]["type"] == "string" for name in left_out)
    assert event["additionalProperties"] is False
