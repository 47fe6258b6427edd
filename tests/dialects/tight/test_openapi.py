"""The OpenAPI document: all that is served is in it, and it says what the server does.

That answers are as it says is held of every answer in this folder: see `documented` and the client in `conftest`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from koine.dialects.dialect import Route
from koine.dialects.tight import errors
from koine.dialects.tight.operations import OPERATIONS
from koine.dialects.tight.routes import ROUTES
from koine.dialects.tight.shapes.envelope import Error
from tests.dialects.tight import documented
from tests.dialects.tight.provisioning import Partner
from tests.dialects.tight.speaking import Json, Speaker

SAVE, QUERY, SAY = "/v6/conversations", "/v6/conversations/query", "/v6/messages"


async def test_anybody_may_read_it(http: httpx.AsyncClient, base_url: str) -> None:
    answer = await http.get("/v6/openapi.json")
    assert answer.status_code == 200
    assert answer.json()["openapi"] == "3.1.0"
    assert answer.json()["servers"] == [{"url": base_url}]


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_every_route_is_in_it(route: Route) -> None:
    operation = documented.document()["paths"][route.path][route.method.lower()]
    assert operation["summary"]
    assert operation["responses"]
    named = [one["name"] for one in operation["parameters"]]
    assert ("Idempotency-Key" in named) == route.repeatable
    needed = [{"client": []}] if route.path == "/v6/auth/token" else []
    assert operation.get("security", "a token") == (needed if route.access == "open" else "a token")


def test_nothing_is_in_it_that_is_not_served() -> None:
    assert set(OPERATIONS) == {f"{route.method} {route.path}" for route in ROUTES}


def test_every_reference_leads_somewhere() -> None:
    schemas = documented.document()["components"]["schemas"]
    found = set(references(documented.document()))
    assert {reference.removeprefix("#/components/schemas/") for reference in found} == set(schemas)


def test_all_types_of_error_are_in_it() -> None:
    listed = set(Error.model_json_schema()["properties"]["type"]["enum"])
    assert len(listed) == 10
    used = {type_ for type_, *_ in (*errors._ERRORS.values(), *errors._PROBLEMS.values())}
    assert used | {"UNKNOWN_ERROR"} <= listed


MESSAGE = {"text": "What is this?"}
NEW = {"subject": "A question", "message": MESSAGE}


@pytest.mark.parametrize(
    "item",
    [
        NEW,
        {**NEW, "attachedEntityId": None},
        {**NEW, "attachedEntityId": "btxn_5"},
        {**NEW, "status": "DELETED", "readStatus": "UNREAD", "resolutionStatus": "RESOLVED"},
        {**NEW, "subject": "x" * 255},
        {**NEW, "message": {"text": "x" * 10_000}},
        {**NEW, "message": {**MESSAGE, "attachmentIds": []}},
        {**NEW, "somethingElse": 5},
        {**NEW, "subject": "\ufeff"},
    ],
)
async def test_what_it_says_may_be_opened_is_opened(ada: Speaker, item: Json) -> None:
    for body in ({"data": [item]}, [item]):
        assert documented.body_valid("POST", SAVE, body)
        assert (await ada.post(SAVE, body)).status_code == 200


@pytest.mark.parametrize(
    "item",
    [
        {},
        5,
        None,
        {**NEW, "id": None},
        {**NEW, "id": 5},
        {**NEW, "id": "con_x"},
        {**NEW, "subject": None},
        {**NEW, "subject": " \u2003\x1f"},
        {**NEW, "subject": "x\x00"},
        {**NEW, "subject": "x" * 256},
        {**NEW, "status": None},
        {**NEW, "status": "active"},
        {**NEW, "readStatus": "SEEN"},
        {**NEW, "resolutionStatus": 1},
        {**NEW, "attachedEntityId": "btxn"},
        {**NEW, "attachedEntityId": "btxn_" + "5" * 251},
        {**NEW, "message": {}},
        {**NEW, "message": {"text": " "}},
        {**NEW, "message": {"text": " ", "attachmentIds": []}},
        {**NEW, "message": {"text": "x" * 10_001}},
        {**NEW, "message": {"text": None, "attachmentIds": ["att_1"]}},
        {**NEW, "message": {**MESSAGE, "attachmentIds": None}},
        {**NEW, "message": {**MESSAGE, "attachmentIds": [None]}},
        {**NEW, "message": {**MESSAGE, "attachmentIds": ["file_1"]}},
        {**NEW, "message": {**MESSAGE, "attachmentIds": [f"att_{n}" for n in range(1, 22)]}},
        {**NEW, "message": {**MESSAGE, "attachmentIds": ["att_1", "att_1"]}},
    ],
)
async def test_what_it_says_may_not_be_opened_is_refused(ada: Speaker, item: Any) -> None:
    assert not documented.body_valid("POST", SAVE, {"data": [item]})
    assert (await ada.save(item)).status_code == 400


@pytest.mark.parametrize(
    ("change", "may"),
    [
        ({}, True),
        ({"subject": None, "message": None, "status": None, "readStatus": None, "resolutionStatus": None}, True),
        ({"message": {"text": "More", "attachmentIds": None}}, True),
        ({"message": {}}, False),
        ({"message": {"text": None}}, False),
        ({"message": {"text": "More", "attachmentIds": [5]}}, False),
        ({"subject": ""}, False),
        ({"status": ""}, False),
    ],
)
async def test_what_it_says_may_be_changed_is_what_may_be_changed(ada: Speaker, change: Json, may: bool) -> None:
    item = {"id": (await ada.opened())["id"], **change}
    assert documented.body_valid("POST", SAVE, {"data": [item]}) == may
    assert ((await ada.save(item)).status_code == 200) == may


@pytest.mark.parametrize(
    ("item", "may"),
    [
        ({"text": "Yes"}, True),
        ({"text": "Yes", "attachmentIds": []}, True),
        ({"text": "Yes", "attachmentIds": None}, False),
        ({"text": None}, False),
        ({}, False),
        ({"text": "Yes", "id": None}, False),
        ({"text": "Yes", "id": "msg_1"}, False),
        ({"text": "Yes", "conversationId": ""}, False),
        ({"text": "Yes", "conversationId": None}, False),
    ],
)
async def test_what_it_says_may_be_said_is_what_may_be_said(ada: Speaker, item: Json, may: bool) -> None:
    item = {"conversationId": (await ada.opened())["id"], **item}
    assert documented.body_valid("POST", SAY, {"data": [item]}) == may
    assert ((await ada.say(item)).status_code == 200) == may


@pytest.mark.parametrize(
    ("path", "body", "may"),
    [
        (SAVE, [NEW] * 250, True),
        (SAVE, [NEW] * 251, False),
        (SAVE, [], False),
        (SAVE, {"data": None}, False),
        (SAVE, {"data": NEW}, False),
        (SAVE, {}, False),
        (SAVE, None, False),
        (SAY, [], False),
    ],
)
async def test_a_batch_is_as_it_says(ada: Speaker, path: str, body: Any, may: bool) -> None:
    assert documented.body_valid("POST", path, body) == may
    assert ((await ada.send(path, json.dumps(body).encode())).status_code == 200) == may


@pytest.mark.parametrize(
    ("question", "may"),
    [
        ({}, True),
        ({"cursor": None, "limit": None, "sort": None, "filter": None}, True),
        ({"limit": 250}, True),
        ({"limit": 16.0}, True),
        ({"limit": 16.5}, False),
        ({"limit": 1e300}, False),
        ({"limit": True}, False),
        ({"limit": 251}, False),
        ({"limit": 0}, False),
        ({"limit": "5"}, False),
        ({"sort": {}}, True),
        ({"sort": {"orderBy": "ID", "direction": None}}, True),
        ({"sort": [{"orderBy": "ID"}]}, True),
        ({"sort": [None]}, True),
        ({"sort": []}, False),
        ({"sort": [{}, {}]}, False),
        ({"sort": {"orderBy": "id"}}, False),
        ({"sort": {"order": "ID"}}, False),
        ({"filter": {"status": {}}}, False),
        ({"filter": {"subject": {"in": ["x"]}}}, False),
        ({"filter": {"subject": {"equal": "x" * 1_000, "contain": None}}}, True),
        ({"filter": {"subject": {"equal": "x" * 1_001}}}, False),
        ({"filter": {"subject": {"equal": "\x00"}}}, False),
        ({"filter": {"subject": None, "attachedEntity": {"id": None}}}, True),
        ({"filter": {"attachedEntity": {"id": {"in": ["anything"]}}}}, True),
        ({"filter": {"attachedEntity": {"id": {"in": [None]}}}}, False),
        ({"filter": {"attachedEntity": {"id": {"in": ["x"] * 1_001}}}}, False),
        ({"filter": {"readStatus": {"in": [], "notIn": ["READ", "READ"]}}}, True),
        ({"filter": {"readStatus": {"in": ["SEEN"]}}}, False),
        ({"filter": {"company": {"in": ["co_1", "nobody"]}}}, True),
        ([], False),
        (None, False),
    ],
)
async def test_a_query_is_as_it_says(ada: Speaker, question: Any, may: bool) -> None:
    assert documented.body_valid("POST", QUERY, question) == may
    assert ((await ada.send(QUERY, json.dumps(question).encode())).status_code == 200) == may


@pytest.mark.parametrize(
    ("more", "may"),
    [
        ({}, True),
        ({"address": "1 Lamp Street", "businessTypeId": "x", "status": "DELETED"}, True),
        ({"address": {"line1": "1 Lamp Street", "city": None}, "businessTypeId": 7.0}, True),
        ({"address": {"line1": 5}}, False),
        ({"address": {"line1": "\x00"}}, False),
        ({"address": {str(n): "x" for n in range(21)}}, False),
        ({"address": None}, False),
        ({"businessTypeId": 2**63}, False),
        ({"businessTypeId": None}, False),
        ({"businessTypeId": True}, False),
        ({"apiCompanyId": None}, False),
        ({"availableFeatures": ["A", "B"]}, True),
        ({"availableFeatures": [None]}, False),
        ({"accountingMethod": None}, False),
        ({"entityType": " "}, False),
        ({"status": None}, False),
        ({"owners": []}, False),
        ({"owners": [{"userId": "otto"}]}, False),
        ({"owners": [{"userId": "otto", "email": "otto\u2003@example.com"}]}, False),
        ({"owners": [{"userId": "otto", "email": "otto@example@com"}]}, False),
        ({"owners": [{"userId": "otto", "email": "otto@example.com", "firstName": None, "language": None}]}, True),
        ({"id": None}, False),
        ({"id": "co_x"}, False),
        ({"somethingElse": 5}, True),
    ],
)
async def test_a_company_is_created_as_it_says(newcomer: Partner, more: Json, may: bool) -> None:
    body = {**newcomer.described("Lamps"), **more}
    assert documented.body_valid("POST", "/v6/company", body) == may
    answer = await (await newcomer.speaker()).post("/v6/company", body)
    assert (answer.status_code == 200) == may, answer.text


@pytest.mark.parametrize(
    ("more", "may"),
    [
        ({}, True),
        ({"role": "ACCOUNTANT", "companyIds": None, "firstName": ""}, True),
        ({"companyIds": []}, True),
        ({"companyIds": ["co_x"]}, False),
        ({"companyIds": [None]}, False),
        ({"role": "CLERK"}, False),
        ({"role": None}, False),
        ({"firstName": None}, False),
        ({"email": None}, False),
        ({"email": "x"}, False),
        ({"userId": " "}, False),
        ({"id": None}, False),
    ],
)
async def test_a_bookkeeper_is_created_as_it_says(newcomer: Partner, more: Json, may: bool) -> None:
    body = {"data": [{**newcomer.person("bo"), **more}]}
    assert documented.body_valid("POST", "/v6/bookkeepers", body) == may
    answer = await (await newcomer.speaker()).post("/v6/bookkeepers", body)
    assert (answer.status_code == 200) == may, answer.text


@pytest.mark.parametrize(
    ("change", "may"),
    [
        ({}, True),
        (
            {"description": None, "notes": None, "date": None, "amount": None, "entityId": None, "customData": None},
            True,
        ),
        ({"amount": -7.0, "date": "2026-02-28", "notes": "", "customData": {}}, True),
        ({"amount": 7.5}, False),
        ({"amount": 2**63}, False),
        ({"date": "2026-02-30"}, False),
        ({"date": "2026-2-3"}, False),
        ({"description": " "}, False),
        ({"notes": "x" * 10_001}, False),
        ({"entityId": "btxn"}, False),
        ({"customData": []}, False),
        ({"status": "GONE"}, False),
        ({"id": None}, False),
    ],
)
async def test_a_file_is_changed_as_it_says(ada: Speaker, change: Json, may: bool) -> None:
    parts = {"data": (None, '{"description": "A receipt"}'), "file": ("receipt.txt", b"x")}
    sent = await ada.http.post("/v6/files/upload", files=parts, headers=ada.headers)
    body = {"data": [{"id": sent.json()["data"]["id"], **change}]}
    assert documented.body_valid("POST", "/v6/files", body) == may
    answer = await ada.post("/v6/files", body)
    assert (answer.status_code == 200) == may, answer.text


def test_an_answer_that_it_does_not_describe_is_found() -> None:
    request = httpx.Request("GET", "http://koine.example/v6/messages/msg_1")

    def found(status: int, body: Json, **headers: str) -> list[str]:
        content_type = {"content-type": "application/json; charset=utf-8", **headers}
        answer = httpx.Response(status, headers=content_type, content=json.dumps(body), request=request)
        return list(documented.complaints("GET", request.url.path, answer))

    error = {"type": "INVALID_VALUE", "message": "No", "param": "id"}
    failure = {"result": "FAILURE", "data": None, "error": [error]}
    assert found(404, failure) == []
    assert found(418, failure) == ["no such status"]
    assert found(401, failure) == ["no header WWW-Authenticate"]
    assert found(404, failure, **{"content-type": "text/html"}) == ["another content type"]
    assert len(found(404, {**failure, "error": []})) == 1
    assert len(found(404, {**failure, "more": 1})) == 1
    assert len(found(404, {**failure, "error": [{**error, "type": "GENERAL"}]})) == 1
    assert len(found(200, failure)) >= 1


def references(part: Any) -> Iterator[str]:
    """Every `$ref`, however deep."""
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        part = list(part.values())
    if isinstance(part, list):
        for value in part:
            yield from references(value)
