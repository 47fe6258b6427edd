"""Whatever is sent, the answer is the contract's own 4xx in its envelope, and nothing is written (§4.4)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import asyncpg
import httpx

from koine.demo import World
from tests.dialects.corpora import EITHER, INVALID, NAUGHTY, STRAY_VALUES, UNSTORABLE, VALID, nested
from tests.dialects.tight.speaking import Json, Speaker, found, page, refused, results

SAVE, QUERY, SAY = "/v6/conversations", "/v6/conversations/query", "/v6/messages"
SAID = {"subject": "A question", "message": {"text": "What is this?"}}
HOLE = "@@"
TYPES = {"BAD_REQUEST", "JSON_ERROR", "REQUIRED", "INVALID_VALUE", "INVALID_FORMAT", "NOT_MODIFIABLE"}


async def written(sql: asyncpg.Connection, world: World) -> list[int]:
    """How much there is in the account's workspaces, by table."""
    places = [world.lamplight.workspace.id, world.harbour.workspace.id]
    tables = ("conversations", "messages", "events", "read_marks", "conversation_entities", "message_attachments")
    return [
        await sql.fetchval(f"select count(*) from {table} where workspace_id = any ($1::bigint[])", places)
        for table in tables
    ]


def holes(conversation: str) -> list[tuple[str, Json]]:
    """Every place of every request where a value can stand, with a hole there."""
    saves: list[Any] = [{"data": HOLE}, {"data": [HOLE]}]
    for item in (SAID, {"id": conversation}):
        saves += [{"data": [{**item, name: HOLE}]} for name in ("subject", "message", "attachedEntityId")]
        saves += [{"data": [{**item, name: HOLE}]} for name in ("status", "readStatus", "resolutionStatus", "id")]
        saves += [{"data": [{**item, "message": {"text": HOLE}}]}]
        saves += [{"data": [{**item, "message": {"text": "x", "attachmentIds": ids}}]} for ids in (HOLE, [HOLE])]
    message = {"conversationId": conversation, "text": "x"}
    says: list[Any] = [{"data": HOLE}, {"data": [HOLE]}]
    says += [{"data": [{**message, name: HOLE}]} for name in ("conversationId", "text", "attachmentIds", "id")]
    says += [{"data": [{**message, "attachmentIds": [HOLE]}]}]
    queries: list[Any] = [{name: HOLE} for name in ("cursor", "limit", "sort", "filter")]
    queries += [{"sort": {name: HOLE}} for name in ("orderBy", "direction")]
    queries += [{"sort": [HOLE]}, {"filter": {"attachedEntity": {"id": HOLE}}}]
    queries += [{"filter": {field: HOLE}} for field in ("subject", "attachedEntity", "readStatus", "company")]
    queries += [{"filter": {field: {"contain": HOLE}}} for field in ("subject", "authorUserId", "authorEmail")]
    queries += [{"filter": {field: {"in": HOLE}}} for field in ("readStatus", "resolutionStatus", "company")]
    queries += [{"filter": {field: {"notIn": [HOLE]}}} for field in ("readStatus", "resolutionStatus")]
    queries += [{"filter": {"attachedEntity": {"id": {"in": ids}}}} for ids in (HOLE, [HOLE])]
    return [(path, body) for path, bodies in ((SAVE, saves), (SAY, says), (QUERY, queries)) for body in bodies]


def filled(body: Json, value: bytes) -> bytes:
    return json.dumps(body).encode().replace(f'"{HOLE}"'.encode(), value)


def told(answer: httpx.Response) -> bool:
    """Whether it is a refusal in the envelope that names what is wrong; an answer that succeeded is fine, too."""
    if answer.status_code == 200:
        return True
    body = answer.json()
    errors = body["error"] or [error for item in body["data"] for error in item["error"]]
    return (
        answer.status_code == 400
        and body["result"] == "FAILURE"
        and bool(errors)
        and all(list(error) == ["type", "message", "param"] and error["type"] in TYPES for error in errors)
    )


# ── JSON ────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_is_not_json_is_a_json_error(ada: Speaker, world: World, sql: asyncpg.Connection) -> None:
    before = await written(sql, world)
    for path in (SAVE, QUERY, SAY):
        for name, text in INVALID.items():
            if not (path == QUERY and text == b""):
                assert refused(await ada.send(path, text), 400) == [("JSON_ERROR", None)], name
        for name in ("NaN", "Infinity", "bytes that are not UTF-8", "a raw tab in a string", "an unknown escape"):
            inside = b'{"data": [], "x": ' + INVALID[name] + b"}"
            assert refused(await ada.send(path, inside), 400) == [("JSON_ERROR", None)], name
    assert await written(sql, world) == before


async def test_all_valid_json_is_read_and_the_rest_is_no_fault(ada: Speaker) -> None:
    for name, text in VALID.items():
        body = b'{"data": [' + json.dumps({**SAID, "x": HOLE}).encode().replace(b'"@@"', text) + b"]}"
        assert (await ada.send(SAVE, body)).status_code == 200, name
        assert (await ada.send(QUERY, b'{"x": ' + text + b"}")).status_code == 200, name
    for name, text in EITHER.items():
        for path in (SAVE, QUERY, SAY):
            for body in (text, b'{"data": [{"x": ' + text + b"}]}"):
                answer = await ada.send(path, body)
                assert told(answer), (path, name, answer.text[:200])


async def test_deep_nesting_is_a_json_error(ada: Speaker) -> None:
    for depth in (33, 1_000, 10_000):
        for path in (SAVE, QUERY, SAY):
            for body in (nested(depth), b'{"data": ' + nested(depth) + b"}", b'{"a":' * depth + b"1" + b"}" * depth):
                assert refused(await ada.send(path, body), 400) == [("JSON_ERROR", None)], depth
    assert (await ada.send(QUERY, b'{"x": ' + nested(31) + b"}")).status_code == 200


# ── Values ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def sent(who: Speaker, bodies: list[tuple[str, bytes]]) -> list[httpx.Response]:
    """The answers to all of these, a few at a time."""
    waiting = asyncio.Semaphore(8)

    async def send(path: str, body: bytes) -> httpx.Response:
        async with waiting:
            return await who.send(path, body)

    return await asyncio.gather(*(send(*one) for one in bodies))


async def test_a_wrong_value_in_any_place_is_told_or_taken_and_never_a_fault(
    ada: Speaker, world: World, sql: asyncpg.Connection
) -> None:
    made = await ada.opened()
    conversations, messages, *_ = await written(sql, world)
    values = [json.dumps(value).encode() for value in STRAY_VALUES]
    values += [b"1e400", b"null", b'"' + b"x" * 20_000 + b'"', b"[" + b"1," * 9_999 + b"1]"]
    bodies = [(path, filled(body, value)) for path, body in holes(made["id"]) for value in values]
    opened = said = 0
    for (path, body), answer in zip(bodies, await sent(ada, bodies), strict=True):
        assert told(answer), (path, body[:200], answer.status_code, answer.text[:300])
        if answer.status_code == 200 and path != QUERY:
            opened += path == SAVE and b'"id"' not in body
            said += path == SAY or (b'"message"' in body and b'"message": null' not in body)
    after = await written(sql, world)
    assert (after[0] - conversations, after[1] - messages) == (opened, said)
    assert 0 < opened < said < len(bodies) / 4


async def test_text_that_cannot_be_stored_is_refused_everywhere(
    ada: Speaker, world: World, sql: asyncpg.Connection
) -> None:
    made = await ada.opened()
    before = await written(sql, world)
    bodies = [(path, filled(body, value)) for path, body in holes(made["id"]) for value in UNSTORABLE]
    for (path, body), answer in zip(bodies, await sent(ada, bodies), strict=True):
        assert answer.status_code == 400, (path, body)
        assert told(answer)
    assert await written(sql, world) == before


async def test_every_string_is_kept_letter_by_letter(ada: Speaker) -> None:
    items = [{"subject": text, "message": {"text": text}} for text in NAUGHTY]
    made = [result["data"] for result in results(await ada.save(*items), 200)]
    listed = {shown["id"]: shown for shown in await ada.listed(limit=250)}
    for text, one in zip(NAUGHTY, made, strict=True):
        assert (one["subject"], one["latestMessage"]["text"]) == (text, text)
        assert listed[one["id"]] == one
    said = results(await ada.say(*({"conversationId": made[0]["id"], "text": text} for text in NAUGHTY)), 200)
    shown = page(await ada.get(f"/v6/conversations/{made[0]['id']}/messages", limit=250))["data"]
    assert [one["data"]["text"] for one in said] == list(NAUGHTY)
    assert [one["text"] for one in shown][::-1] == [NAUGHTY[0], *NAUGHTY]
    for text in NAUGHTY:
        (exact,) = {one["subject"] for one in await ada.listed(filter={"subject": {"equal": text}})}
        assert exact == text
        texts = {"contain": text, "lessThan": text}
        assert (await ada.query(filter={"authorUserId": texts, "authorEmail": texts})).status_code == 200


async def test_no_string_is_an_id_but_an_id(ada: Speaker) -> None:
    for text in NAUGHTY:
        assert results(await ada.save({"id": text}), 400)[0]["statusCode"] == 404
        assert results(await ada.say({"conversationId": text, "text": "x"}), 400)
        answer = await ada.save({**SAID, "attachedEntityId": text})
        assert told(answer)
        quoted = quote(text, safe="")
        for path in (f"/v6/conversations/{quoted}", f"/v6/messages/{quoted}", f"/v6/conversations/{quoted}/messages"):
            assert refused(await ada.get(path), 404)


# ── Sizes and shapes ────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_body_of_two_mebibytes_is_413(ada: Speaker, world: World, sql: asyncpg.Connection) -> None:
    before = await written(sql, world)
    large = json.dumps({"data": [{**SAID, "x": "a" * 2 * 1024 * 1024}]}).encode()

    async def streamed() -> AsyncIterator[bytes]:
        for at in range(0, len(large), 65_536):
            yield large[at : at + 65_536]

    for path in (SAVE, QUERY, SAY):
        assert refused(await ada.send(path, large), 413) == [("BAD_REQUEST", None)]
        answer = await ada.http.post(
            path, content=streamed(), headers={**ada.headers, "Content-Type": "application/json"}
        )
        assert refused(answer, 413) == [("BAD_REQUEST", None)]
    assert await written(sql, world) == before
    fits = json.dumps({"data": [{**SAID, "x": "a" * 1_000_000}]}).encode()
    assert (await ada.send(SAVE, fits)).status_code == 200


async def test_a_batch_of_10_000_is_refused_as_a_whole(ada: Speaker, world: World, sql: asyncpg.Connection) -> None:
    before = await written(sql, world)
    for path in (SAVE, SAY):
        for item in (b"{}", b"1", b"[]", json.dumps(SAID).encode()):
            many = b'{"data": [' + b",".join([item] * 10_000) + b"]}"
            assert refused(await ada.send(path, many), 400) == [("BAD_REQUEST", "data")]
            assert refused(await ada.send(path, many[len(b'{"data": ') : -1]), 400) == [("BAD_REQUEST", "data")]
    assert await written(sql, world) == before
    listed = ["x"] * 10_000
    for filter in (
        {"attachedEntity": {"id": {"in": listed}}},
        {"readStatus": {"in": ["READ"] * 10_000}},
        {"resolutionStatus": {"notIn": ["OPEN"] * 10_000}},
        {"company": {"in": listed}},
    ):
        ((type_, _),) = refused(await ada.query(filter=filter), 400)
        assert type_ == "INVALID_VALUE"
    (result,) = results(await ada.save({**SAID, "message": {"text": "x", "attachmentIds": listed}}), 400)
    assert result["error"][0]["param"] == "message.attachmentIds"


async def test_an_error_list_has_an_end(ada: Speaker) -> None:
    wrong = {"filter": {f"f{n}": n for n in range(20_000)}}
    assert 0 < len(refused(await ada.post(QUERY, wrong), 400)) <= 1_000


# ── Transport ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_another_content_type_is_415(ada: Speaker, world: World, sql: asyncpg.Connection) -> None:
    before = await written(sql, world)
    body = json.dumps({"data": [SAID]}).encode()
    for type_ in (
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "application/xml",
        "json",
        "*/*",
    ):
        for path in (SAVE, QUERY, SAY):
            assert refused(await ada.send(path, body, type_), 415) == [("BAD_REQUEST", None)], type_
    assert await written(sql, world) == before
    for type_ in ("application/json", "Application/JSON", "application/json; charset=utf-8", "application/json;x=y"):
        assert (await ada.send(SAVE, body, type_)).status_code == 200
    assert (await ada.http.post(SAVE, content=body, headers=ada.headers)).status_code == 200


async def test_a_path_that_nothing_serves_is_404(ada: Speaker, http: httpx.AsyncClient) -> None:
    for path in (
        "/v6",
        "/v6/",
        "/v6/conversations/",
        "/v6/messages/",
        "/v6/nothing",
        "/v6/conversations/con_1/",
        "/v6//messages",
    ):
        for who in (ada.headers, {}):
            assert refused(await http.get(path, headers=who), 404) == [("BAD_REQUEST", None)], path
            assert refused(await http.post(path, headers=who, json={}), 404) == [("BAD_REQUEST", None)], path


async def test_a_wrong_method_is_405_and_told_the_right_one(ada: Speaker) -> None:
    for method, path, allowed in (
        ("GET", SAVE, "POST"),
        ("PUT", SAVE, "POST"),
        ("GET", QUERY, "POST"),
        ("GET", SAY, "POST"),
        ("PUT", "/v6/conversations/con_1", "DELETE, GET"),
        ("DELETE", "/v6/conversations/con_1/messages", "GET"),
        ("POST", "/v6/conversations/con_1/messages", "GET"),
        ("PATCH", "/v6/messages/msg_1", "GET"),
        ("OPTIONS", "/v6/messages/msg_1", "GET"),
        ("GET", "/v6/auth/token", "POST"),
    ):
        answer = await ada.http.request(method, path, headers=ada.headers)
        assert refused(answer, 405) == [("BAD_REQUEST", None)], (method, path)
        assert answer.headers["allow"] == allowed


async def test_every_version_header_is_accepted(ada: Speaker, world: World) -> None:
    lamp = f"/v6/conversations/con_{world.the_broken_lamp.id}"
    plain = found(await ada.get(lamp))
    for version in ("6", "6.0.0", "6.1", "5", "7.0.0", "latest", ""):
        answer = await ada.http.get(lamp, headers={**ada.headers, "Tight-Version": version})
        assert found(answer) == plain


async def test_a_head_is_a_get_without_a_body(ada: Speaker, world: World) -> None:
    answer = await ada.http.head(f"/v6/conversations/con_{world.the_broken_lamp.id}", headers=ada.headers)
    assert (answer.status_code, answer.content) == (200, b"")
