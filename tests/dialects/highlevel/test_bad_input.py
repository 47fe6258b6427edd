"""Bad input: the contract's own 4xx, never a fault, and nothing written."""

from __future__ import annotations

import itertools
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

import asyncpg
import httpx
import pytest

from tests.dialects import corpora
from tests.dialects.highlevel.conftest import Untouched
from tests.dialects.highlevel.locations import Location

BAD_REQUEST = {"statusCode": 400, "message": "Bad Request"}
POSTS = ("/conversations/", "/contacts/", "/contacts/upsert", "/contacts/search")
JSON = {"Content-Type": "application/json"}

# Every field of every body, as a path from its top. `?` is a field that the contract does not have.
FIELDS: dict[str, tuple[tuple[str | int, ...], ...]] = {
    "/conversations/": (("locationId",), ("contactId",), ("?",)),
    "/contacts/search": (
        *((name,) for name in ("locationId", "pageLimit", "page", "searchAfter", "filters", "sort", "query", "?")),
        *(("filters", 0), ("sort", 0), ("searchAfter", 0)),
    ),
    "/contacts/upsert": (
        *((name,) for name in ("locationId", "firstName", "lastName", "name", "email", "phone", "gender", "address1")),
        *((name,) for name in ("city", "state", "postalCode", "country", "website", "timezone", "companyName")),
        *((name,) for name in ("source", "dateOfBirth", "assignedTo", "createNewIfDuplicateAllowed", "dnd", "?")),
        *(("followers",), ("followers", 0), ("additionalEmails",), ("additionalEmails", 0)),
        *(("tags",), ("tags", 0), ("customFields",), ("customFields", 0)),
        *(("customFields", 0, name) for name in ("id", "key", "field_value", "fieldValue", "?")),
        *(("dndSettings",), ("dndSettings", "SMS"), ("inboundDndSettings",), ("inboundDndSettings", "all")),
        *(("dndSettings", "SMS", name) for name in ("status", "message", "code")),
        *(("inboundDndSettings", "all", name) for name in ("status", "message")),
    ),
}
PLACES = [(path, field) for path, fields in FIELDS.items() for field in fields]

# One field of each kind, for what takes long.
KINDS = [
    *(("/conversations/", field) for field in FIELDS["/conversations/"]),
    *(("/contacts/upsert", (name,)) for name in ("firstName", "email", "phone", "assignedTo", "dnd", "tags")),
    *(("/contacts/search", (name,)) for name in ("pageLimit", "searchAfter", "filters", "sort")),
    *(("/contacts/upsert", field) for field in (("tags", 0), ("customFields",), ("customFields", 0))),
    *(("/contacts/upsert", ("customFields", 0, name)) for name in ("id", "field_value")),
    *(("/contacts/upsert", field) for field in (("dndSettings",), ("dndSettings", "SMS", "status"))),
]
STRAY = {repr(value): json.dumps(value).encode() for value in corpora.STRAY_VALUES}
UNSTORABLE = (*corpora.UNSTORABLE, corpora.EITHER["a number beyond doubles"], b"9223372036854775808")


def is_a_refusal(answer: httpx.Response) -> bool:
    """Whether an answer is one of the contract's refusals, whole."""
    body = answer.json()
    assert 400 <= answer.status_code < 500
    assert body["statusCode"] == answer.status_code
    assert isinstance(body["message"], list if answer.status_code == 422 else str)
    assert body["message"]
    assert body.keys() <= {"statusCode", "message", "error", "traceId", "meta", "conversationId"}
    return True


def body_with(at: Location, path: str, field: tuple[str | int, ...], text: bytes) -> bytes:
    """A good body in which one field holds a JSON text."""
    body: Any = at.conversation() if path == "/conversations/" else {"locationId": at.id, "pageLimit": 5}
    inside = body
    for step, following in itertools.pairwise(field):
        if isinstance(inside, dict):
            inside[step] = [None] if isinstance(following, int) else {}
        else:
            inside[step] = {"id": "x"}
        inside = inside[step]
    if field[-2:-1] == ("SMS",) or field[-2:-1] == ("all",):
        inside["status"] = "active"
    inside[field[-1]] = "<here>"
    return json.dumps(body).encode().replace(b'"<here>"', text)


async def send(at: Location, path: str, body: bytes | AsyncIterator[bytes], **headers: str) -> httpx.Response:
    return await at.http.post(path, content=body, headers=JSON | headers)


# ── Whole bodies ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", POSTS)
async def test_what_is_not_json_is_a_bad_request(lamplight: Location, untouched: Untouched, path: str) -> None:
    async with untouched():
        for case, text in corpora.INVALID.items():
            answer = await send(lamplight, path, text)
            if text:
                assert (answer.status_code, answer.json()) == (400, BAD_REQUEST), case


@pytest.mark.parametrize("path", POSTS)
async def test_an_empty_body_is_an_object_without_fields(lamplight: Location, untouched: Untouched, path: str) -> None:
    async with untouched():
        empty, none = await send(lamplight, path, b""), await lamplight.http.post(path)
    assert empty.status_code == none.status_code == 422
    assert empty.json() == none.json() == (await send(lamplight, path, b"{}")).json()


@pytest.mark.parametrize("path", POSTS)
async def test_json_that_is_no_good_object_is_refused(lamplight: Location, untouched: Untouched, path: str) -> None:
    async with untouched():
        for case, text in (corpora.VALID | corpora.EITHER).items():
            answer = await send(lamplight, path, text)
            assert is_a_refusal(answer), case
            if not text.lstrip(b" \t\r\n").startswith(b"{"):
                assert (answer.status_code, answer.json()) == (400, BAD_REQUEST), case


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("size", [2**20 + 1, 2 * 2**20])
async def test_a_body_of_more_than_a_mebibyte_is_too_large(
    lamplight: Location, untouched: Untouched, path: str, size: int
) -> None:
    body = body_with(lamplight, path, ("?",), b'"' + b"x" * size + b'"')
    expected = {"statusCode": 413, "message": "request entity too large", "error": "Payload Too Large"}
    async with untouched():
        for sent in (body, in_pieces(body)):
            answer = await send(lamplight, path, sent)
            assert (answer.status_code, answer.json()) == (413, expected)


async def in_pieces(body: bytes) -> AsyncIterator[bytes]:
    for at in range(0, len(body), 65_536):
        yield body[at : at + 65_536]


async def test_a_body_of_just_under_a_mebibyte_is_read(lamplight: Location) -> None:
    body = body_with(lamplight, "/conversations/", ("?",), b'"' + b"x" * (2**20 - 200) + b'"')
    assert (await send(lamplight, "/conversations/", body)).status_code == 200


@pytest.mark.parametrize(
    "media", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/json", "json"]
)
@pytest.mark.parametrize("path", POSTS)
async def test_a_body_of_another_type_is_refused(
    lamplight: Location, untouched: Untouched, path: str, media: str
) -> None:
    body = body_with(lamplight, path, ("?",), b"1")
    async with untouched():
        answer = await lamplight.http.post(path, content=body, headers={"Content-Type": media})
    assert (answer.status_code, answer.json()) == (415, {"statusCode": 415, "message": "Unsupported Media Type"})


@pytest.mark.parametrize(
    "media", ["application/json; charset=utf-8", "Application/JSON", "application/vnd.api+json", None]
)
async def test_json_has_several_names(lamplight: Location, media: str | None) -> None:
    body = json.dumps(lamplight.conversation()).encode()
    given = {} if media is None else {"Content-Type": media}
    assert (await lamplight.http.post("/conversations/", content=body, headers=given)).status_code == 200


# ── Fields ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def nothing_is_a_fault(
    at: Location, sql: asyncpg.Connection, path: str, field: tuple[str | int, ...], values: Mapping[str, bytes]
) -> None:
    """Each value in a field: what is refused writes nothing, and what is taken is written."""
    count = "select count(*) from events where workspace_id = $1"
    before, taken = await sql.fetchval(count, at.place.workspace.id), 0
    for case, text in values.items():
        answer = await send(at, path, body_with(at, path, field, text))
        if answer.status_code == 200:
            taken += path != "/contacts/search"
        else:
            assert is_a_refusal(answer), case
    assert await sql.fetchval(count, at.place.workspace.id) == before + taken


@pytest.mark.parametrize(("path", "field"), PLACES)
async def test_no_value_of_another_type_in_any_field_is_a_fault(
    lamplight: Location, sql: asyncpg.Connection, path: str, field: tuple[str | int, ...]
) -> None:
    await nothing_is_a_fault(lamplight, sql, path, field, STRAY)


@pytest.mark.parametrize(("path", "field"), KINDS)
async def test_no_json_in_any_kind_of_field_is_a_fault(
    lamplight: Location, sql: asyncpg.Connection, path: str, field: tuple[str | int, ...]
) -> None:
    await nothing_is_a_fault(lamplight, sql, path, field, corpora.VALID | corpora.EITHER)


@pytest.mark.parametrize(("path", "field"), KINDS)
async def test_no_kind_of_field_takes_what_is_not_json(
    lamplight: Location, untouched: Untouched, path: str, field: tuple[str | int, ...]
) -> None:
    broken = (
        "an open string",
        "two commas",
        "NaN",
        "minus Infinity",
        "a raw NUL in a string",
        "bytes that are not UTF-8",
    )
    async with untouched():
        for case in broken:
            answer = await send(lamplight, path, body_with(lamplight, path, field, corpora.INVALID[case]))
            assert (answer.status_code, answer.json()) == (400, BAD_REQUEST), case


@pytest.mark.parametrize(("path", "field"), [place for place in PLACES if place[1][-1] != "?"])
async def test_no_field_takes_what_cannot_be_stored(
    lamplight: Location, untouched: Untouched, path: str, field: tuple[str | int, ...]
) -> None:
    async with untouched():
        for text in UNSTORABLE:
            answer = await send(lamplight, path, body_with(lamplight, path, field, text))
            assert is_a_refusal(answer), text


async def test_ten_thousand_tags_and_custom_fields_are_taken(lamplight: Location) -> None:
    tags = [f"tag {number}" for number in range(10_000)]
    fields = [{"id": f"field {number}", "field_value": number} for number in range(10_000)]
    body = {"locationId": lamplight.id, "tags": tags, "customFields": fields}
    contact = (await lamplight.http.post("/contacts/", json=body)).json()["contact"]
    assert contact["tags"] == tags
    assert {field["id"]: field["value"] for field in contact["customFields"]} == {
        field["id"]: field["field_value"] for field in fields
    }


async def test_ten_thousand_wrong_tags_are_one_message(lamplight: Location, untouched: Untouched) -> None:
    async with untouched():
        answer = await lamplight.http.post("/contacts/", json={"locationId": lamplight.id, "tags": [1] * 10_000})
    assert answer.json()["message"] == ["each value in tags must be a string"]


# ── Paths, queries, headers ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("resource", ["conversations", "contacts"])
async def test_no_text_in_a_path_is_a_fault(lamplight: Location, resource: str) -> None:
    for text in (*corpora.NAUGHTY, "\0", "a\0b", "x" * 10_000, "..", "%00", "%", "{conversationId}"):
        escaped = "".join(f"%{byte:02X}" for byte in text.encode())
        answer = await lamplight.http.get(f"/{resource}/{escaped}")
        assert is_a_refusal(answer), text
        if "/" not in text:
            kind = "Contact" if resource == "contacts" else "Conversation"
            assert answer.json()["message"] == f"{kind} with id {text} not found"


@pytest.mark.parametrize("escaped", ["%FF", "%C0%AF", "%ED%A0%80", "a%", "%ZZ"])
async def test_a_path_that_is_no_text_is_not_found(lamplight: Location, escaped: str) -> None:
    assert is_a_refusal(await lamplight.http.get(f"/conversations/{escaped}"))


async def test_a_query_changes_nothing(lamplight: Location) -> None:
    for query in ("locationId=%00", "a[]=1&a[]=2", "%FF=%FE", "&&==", "x=" + "y" * 5_000):
        assert (await lamplight.http.get(f"/contacts/{lamplight.contact()}?{query}")).status_code == 200


async def test_no_bytes_in_a_header_are_a_fault(lamplight: Location, untouched: Untouched) -> None:
    async with untouched():
        for name, value in itertools.product(
            ("Authorization", "Version"), (b"\xff\xfe", b"Bearer \xe4\xbd\xa0", b"{}" * 2_000)
        ):
            answer = await lamplight.open(headers={name: value})
            assert answer.status_code == 401
