"""Files: sent, described, found, deleted, and said with messages (contracts/tight.md §8)."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import httpx
import pytest

from koine.core.files.model import Means
from koine.demo import World
from tests.conftest import LARGEST
from tests.dialects.tight.speaking import Json, Speaker, found, one, page, problems, refused, results, speaker
from tests.waiting import until

PNG = b"\x89PNG\r\n\x1a\n" + bytes(56)
UPLOAD = "/v6/files/upload"
SAID = {"description": "A receipt"}
MEMBERS = ["id", "entity", "description", "notes", "url", "date", "amount", "status", "customData"]


async def send(
    who: Speaker,
    content: bytes = PNG,
    name: str = "receipt.png",
    path: str = UPLOAD,
    key: str | None = None,
    **said: Any,
) -> httpx.Response:
    parts = {"data": (None, json.dumps(SAID | said)), "file": (name, content, "text/html")}
    headers = who.headers if key is None else who.headers | {"Idempotency-Key": key}
    return await who.http.post(path, files=parts, headers=headers)


async def sent(who: Speaker, *given: Any, **said: Any) -> Json:
    file = found(await send(who, *given, **said))
    assert list(file) == MEMBERS
    return file


async def blobs(means: Means) -> set[str]:
    return {blob.key async for some in means.storage.listed() for blob in some}


async def rows(sql: asyncpg.Connection, world: World) -> int:
    places = [world.lamplight.workspace.id, world.harbour.workspace.id]
    count: int = await sql.fetchval("select count(*) from attachments where workspace_id = any ($1::bigint[])", places)
    return count


@pytest.fixture
async def nothing_is_left(means: Means, sql: asyncpg.Connection, world: World) -> Callable[[], Awaitable[None]]:
    """Neither a blob nor a row has come since the test began."""
    before = await blobs(means), await rows(sql, world)

    async def check() -> None:
        assert (await blobs(means), await rows(sql, world)) == before

    return check


# ── Sending ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_upload_is_attached_and_read_back(ada: Speaker) -> None:
    """§15, 12: the attachment has the six members, and its size is a string."""
    file = await sent(ada)
    assert file["id"].startswith("fil_")
    conversation = await ada.opened(message={"text": "See this.", "attachmentIds": [file["id"]]})
    said = one(await ada.say({"conversationId": conversation["id"], "attachmentIds": ["att_" + file["id"][4:]]}))
    for message in (said, found(await ada.get(f"/v6/messages/{conversation['latestMessage']['id']}"))):
        (attachment,) = message["attachments"]
        assert list(attachment) == ["id", "url", "fileName", "fileSize", "createdDateTime", "iconUrl"]
        assert attachment["id"] == "att_" + file["id"][4:]
        assert (attachment["fileName"], attachment["fileSize"]) == ("receipt.png", "64 B")
        assert attachment["iconUrl"].endswith("/icons/attachments/png.svg")
        got = await ada.http.get(attachment["url"])
        assert (got.status_code, got.content, got.headers["content-type"]) == (200, PNG, "image/png")


async def test_everything_that_was_said_is_there(ada: Speaker) -> None:
    said = {"date": "2026-01-31", "notes": "Paid", "amount": -1200, "customData": {"a": [1, None]}}
    file = await sent(ada, entityId="btxn_1", **said)
    assert {name: file[name] for name in said} == said
    assert (file["entity"], file["description"], file["status"]) == ({"id": "btxn_1"}, "A receipt", "ACTIVE")
    again = found(await ada.get(f"/v6/files/{file['id']}"))
    assert again | {"url": ""} == file | {"url": ""}


async def test_the_parts_may_come_in_any_order_and_others_beside_them(ada: Speaker) -> None:
    parts = [("more", (None, "x")), ("file", ("a.png", PNG)), ("data", (None, json.dumps(SAID)))]
    for order in (parts, parts[::-1]):
        answer = await ada.http.post(UPLOAD, files=order, headers=ada.headers)
        assert found(answer)["description"] == "A receipt"


async def test_an_upload_for_an_entity(ada: Speaker) -> None:
    file = found(await send(ada, path=f"{UPLOAD}/btxn_7"))
    assert file["entity"] == {"id": "btxn_7"}
    assert found(await send(ada, path=f"{UPLOAD}/btxn_7", entityId="btxn_7"))["entity"] == {"id": "btxn_7"}
    assert refused(await send(ada, path=f"{UPLOAD}/btxn_7", entityId="btxn_8"), 400) == [("INVALID_VALUE", "entityId")]
    assert refused(await send(ada, path=f"{UPLOAD}/nothing"), 400) == [("INVALID_FORMAT", "entityId")]


async def test_the_company_is_decided_as_for_a_conversation(blaise: Speaker, world: World, ada: Speaker) -> None:
    harbour = world.harbour.workspace.id
    file = await sent(blaise, entityId=f"co_{harbour}")
    assert (await ada.get(f"/v6/files/{file['id']}")).status_code == 404
    assert refused(await send(blaise), 400) == [("REQUIRED", "entityId")]
    assert refused(await send(ada, entityId=f"co_{harbour}"), 400) == [("INVALID_VALUE", "entityId")]


async def test_an_empty_file_and_one_of_the_largest_size(ada: Speaker) -> None:
    for size in (0, LARGEST):
        file = await sent(ada, b"x" * size)
        assert len((await ada.http.get(file["url"])).content) == size


async def test_neither_the_senders_type_nor_the_name_is_believed(ada: Speaker) -> None:
    for content, name in ((b"<script>alert(1)</script>", "a.png"), (b"<svg onload='x'/>", "b.svg"), (b"%PDF-1.7", "c")):
        file = await sent(ada, content, name)
        got = await ada.http.get(file["url"])
        assert got.headers["content-type"] == "application/octet-stream"
        assert got.headers["content-disposition"].startswith("attachment;")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ada\\tax.pdf", "tax.pdf"),
        ("..", "file"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("naïve \U0001f600.txt", "naïve \U0001f600.txt"),
        ("x" * 300 + ".png", "x" * 196 + ".png"),
    ],
)
async def test_a_name_is_kept_for_showing_only(ada: Speaker, given: str, kept: str) -> None:
    file = await sent(ada, PNG, given)
    conversation = await ada.opened(message={"attachmentIds": [file["id"]]})
    message = found(await ada.get(f"/v6/messages/{conversation['latestMessage']['id']}"))
    (attachment,) = message["attachments"]
    assert attachment["fileName"] == kept
    assert (await ada.http.get(attachment["url"])).status_code == 200


async def test_blobs_lie_under_random_names(ada: Speaker, means: Means, sql: asyncpg.Connection) -> None:
    file = await sent(ada, PNG, "receipt.png")
    key = await sql.fetchval("select storage_key from attachments where id = $1", int(file["id"][4:]))
    assert key in await blobs(means)
    assert "receipt" not in key
    assert file["id"][4:] != key


# ── What cannot be read ─────────────────────────────────────────────────────────────────────────────────────────────


def form(*parts: bytes, end: bytes = b"--b--\r\n") -> bytes:
    return b"".join(b"--b\r\n" + part + b"\r\n" for part in parts) + end


FILE = b'Content-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n' + PNG
DATA = b'Content-Disposition: form-data; name="data"\r\n\r\n{"description": "x"}'
FORM = "multipart/form-data; boundary=b"


THREE = [("REQUIRED", "file"), ("REQUIRED", "description"), ("INVALID_FORMAT", "amount")]


def data(text: bytes) -> bytes:
    return b'Content-Disposition: form-data; name="data"\r\n\r\n' + text


@pytest.mark.parametrize(
    ("content", "kind", "status", "expected"),
    [
        (form(FILE, DATA), "application/json", 415, [("BAD_REQUEST", None)]),
        (form(FILE, DATA), "", 415, [("BAD_REQUEST", None)]),
        (form(FILE, DATA), "multipart/form-data", 400, [("BAD_REQUEST", None)]),
        (form(FILE, DATA), "multipart/form-data; boundary=", 400, [("BAD_REQUEST", None)]),
        (form(FILE, DATA), "multipart/form-data; boundary=other", 400, [("BAD_REQUEST", None)]),
        (form(FILE, DATA, end=b""), FORM, 400, [("BAD_REQUEST", None)]),
        (form(FILE)[:-20], FORM, 400, [("BAD_REQUEST", None)]),
        (b"", FORM, 400, [("BAD_REQUEST", None)]),
        (b"nothing of the kind", FORM, 400, [("BAD_REQUEST", None)]),
        (form(b"\r\n" + PNG), FORM, 400, [("BAD_REQUEST", None)]),
        (form(FILE, *[b'Content-Disposition: form-data; name="x"\r\n\r\n'] * 40), FORM, 400, [("BAD_REQUEST", None)]),
        (form(b"X: " + b"x" * 9000 + b"\r\n" + FILE), FORM, 400, [("BAD_REQUEST", None)]),
        (form(b"X: x\r\n" * 20 + FILE), FORM, 400, [("BAD_REQUEST", None)]),
        (form(), FORM, 400, [("REQUIRED", "file"), ("REQUIRED", "data")]),
        (form(FILE), FORM, 400, [("REQUIRED", "data")]),
        (form(DATA), FORM, 400, [("REQUIRED", "file")]),
        (form(FILE, DATA, FILE), FORM, 400, [("INVALID_VALUE", "file")]),
        (form(FILE, DATA, DATA), FORM, 400, [("INVALID_VALUE", "data")]),
        (form(FILE, data(b"{")), FORM, 400, [("JSON_ERROR", "data")]),
        (form(FILE, data(b"")), FORM, 400, [("JSON_ERROR", "data")]),
        (form(FILE, data(b"\xff")), FORM, 400, [("JSON_ERROR", "data")]),
        (form(FILE, data(b"[" * 50)), FORM, 400, [("JSON_ERROR", "data")]),
        (form(FILE, data(b"[]")), FORM, 400, [("INVALID_FORMAT", None)]),
        (form(FILE, data(b"{}")), FORM, 400, [("REQUIRED", "description")]),
        (form(data(b'{"amount": 1.5}')), FORM, 400, THREE),
        (form(FILE, data(b'{"description": "\\u0000"}')), FORM, 400, [("INVALID_FORMAT", "description")]),
        (form(FILE, data(b'{"description": "x", "date": "2026-02-30"}')), FORM, 400, [("INVALID_FORMAT", "date")]),
        (form(FILE, data(b'{"description": "x", "customData": 5}')), FORM, 400, [("INVALID_FORMAT", "customData")]),
        (form(FILE, data(b'{"description": "x", "customData": {"a": "\\u0000"}}')), FORM, 400, [("INVALID_FORMAT", "customData")]),  # noqa: E501
        (form(FILE, data(b'{"description": "x", "amount": 9%s}' % (b"0" * 30))), FORM, 400, [("INVALID_VALUE", "amount")]),  # noqa: E501
        (form(FILE, data(b" " * 300_000)), FORM, 413, [("BAD_REQUEST", None)]),
    ],
)  # fmt: skip
async def test_what_is_wrong_is_said_and_nothing_is_left(
    ada: Speaker, content: bytes, kind: str, status: int, expected: list[Any], nothing_is_left
) -> None:
    assert refused(await ada.send(UPLOAD, content, kind), status) == expected
    await nothing_is_left()


@pytest.mark.parametrize("kept", [2**63 - 1, -(2**63), 1e68, "\u2028", {"a": [True, None]}])
async def test_free_form_json_is_kept_as_it_is(ada: Speaker, kept: Any) -> None:
    file = await sent(ada, customData={"a": [kept]})
    for shown in (file, found(await ada.get(f"/v6/files/{file['id']}"))):
        assert shown["customData"] == {"a": [kept]}


@pytest.mark.parametrize(
    ("custom", "error"),
    [
        ({"a": [2**63]}, "INVALID_VALUE"),
        ({"a": {"b": -(2**63) - 1}}, "INVALID_VALUE"),
        ({"a": ["\x00"]}, "INVALID_FORMAT"),
        ({"a": [{"\x00": 1}]}, "INVALID_FORMAT"),
    ],
)
async def test_free_form_json_that_cannot_be_kept_is_refused_by_its_name(
    ada: Speaker, custom: Json, error: str
) -> None:
    assert refused(await send(ada, customData=custom), 400) == [(error, "customData")]
    file = await sent(ada)
    answer = await ada.post("/v6/files", {"data": [{"id": file["id"], "customData": custom}]})
    assert (answer.status_code, problems(answer.json())) == (400, [(error, "customData")])


async def test_a_name_with_nul_and_one_that_is_no_text(ada: Speaker) -> None:
    for name in (b"a\x00b.png", b"\xff\xfe.png", b'x"; filename*=UTF-8', b""):
        part = b'Content-Disposition: form-data; name="file"; filename="' + name + b'"\r\n\r\n' + PNG
        answer = await ada.send(UPLOAD, form(part, DATA), FORM)
        assert answer.status_code in (200, 400), name
        if answer.status_code == 200:
            assert (await ada.http.get(answer.json()["data"]["url"])).content == PNG


async def test_what_is_too_large_is_refused(ada: Speaker, nothing_is_left) -> None:
    assert refused(await send(ada, b"x" * (LARGEST + 1)), 413) == [("BAD_REQUEST", None)]
    assert refused(await send(ada, b"x" * (LARGEST + 3_000_000)), 413) == [("BAD_REQUEST", None)]

    async def dripping():
        yield form(DATA, end=b"") + b"--b\r\n" + FILE
        for _ in range(LARGEST // 1_000_000 + 3):
            yield b"x" * 1_000_000

    answer = await ada.http.post(UPLOAD, content=dripping(), headers=ada.headers | {"Content-Type": FORM})
    assert refused(answer, 413) == [("BAD_REQUEST", None)]
    await nothing_is_left()


# ── Who may ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def head(base_url: str, authorization: str, length: int) -> bytes:
    return (
        f"POST {UPLOAD} HTTP/1.1\r\nHost: {urlsplit(base_url).netloc}\r\nAuthorization: {authorization}\r\n"
        f"Content-Type: {FORM}\r\nContent-Length: {length}\r\n\r\n"
    ).encode()


async def status_of_head(base_url: str, authorization: str, length: int) -> bytes:
    """What is answered to a request of which nothing but the head comes."""
    place = urlsplit(base_url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    writer.write(head(base_url, authorization, length))
    answer = await reader.readline()
    writer.close()
    return answer.split(b" ")[1]


async def test_who_may_not_is_told_before_anything_of_the_body_has_come(
    http: httpx.AsyncClient, world: World, ada: Speaker, base_url: str
) -> None:
    reader = await speaker(http, world, userId=world.ada.external_id or "", scope="read")
    assert await status_of_head(base_url, "Bearer nobody", 1000) == b"401"
    assert await status_of_head(base_url, f"Bearer {reader.token}", 1000) == b"403"
    assert await status_of_head(base_url, f"Bearer {ada.token}", LARGEST * 2) == b"413"


async def test_a_token_that_only_reads_changes_nothing(http: httpx.AsyncClient, world: World, ada: Speaker) -> None:
    file = await sent(ada)
    reader = await speaker(http, world, userId=world.ada.external_id or "", scope="read")
    assert found(await reader.get(f"/v6/files/{file['id']}"))["id"] == file["id"]
    assert page(await reader.post("/v6/files/query", {}))["data"]
    assert refused(await send(reader), 403) == [("INVALID_TOKEN", None)]
    assert refused(await reader.post("/v6/files", {"data": [{"id": file["id"], "notes": "x"}]}), 403)
    assert refused(await http.delete(f"/v6/files/{file['id']}", headers=reader.headers), 403)
    assert found(await ada.get(f"/v6/files/{file['id']}"))["notes"] is None


async def test_who_sees_not_all_conversations_sees_only_what_was_said_in_theirs(
    http: httpx.AsyncClient, world: World, ada: Speaker, sql: asyncpg.Connection
) -> None:
    """Mary is an agent: what is given to somebody else is none of her business."""
    mary = await speaker(http, world, userId=world.mary.external_id or "")
    hidden, shown, loose = [await sent(ada, PNG, f"{name}.png") for name in ("hidden", "shown", "loose")]
    secret = await ada.opened(message={"text": "x", "attachmentIds": [hidden["id"]]})
    open_ = await ada.opened(message={"text": "x", "attachmentIds": [shown["id"]]})
    await sql.execute("update conversations set assignee_id = $1 where id = $2", world.linus.id, int(secret["id"][4:]))
    own = await sent(mary)
    for file in (hidden, loose):
        assert (await mary.get(f"/v6/files/{file['id']}")).status_code == 404
        answer = await mary.say({"conversationId": open_["id"], "text": "x", "attachmentIds": [file["id"]]})
        assert problems(results(answer, 400)[0]) == [("INVALID_VALUE", "attachmentIds")]
    assert {file["id"] for file in page(await mary.post("/v6/files/query", {}))["data"]} == {shown["id"], own["id"]}
    assert one(await mary.say({"conversationId": open_["id"], "text": "x", "attachmentIds": [shown["id"]]}))


# ── Hanging up, and sending again ───────────────────────────────────────────────────────────────────────────────────


async def test_a_client_that_hangs_up_leaves_nothing(ada: Speaker, base_url: str, nothing_is_left) -> None:
    place = urlsplit(base_url)
    body = form(DATA, end=b"") + b"--b\r\n" + FILE + b"x" * 3_000_000
    with socket.create_connection((place.hostname, place.port)) as line:
        line.sendall(head(base_url, f"Bearer {ada.token}", 4_000_000))
        await asyncio.to_thread(line.sendall, body)

    async def gone() -> bool:
        try:
            await nothing_is_left()
        except AssertionError:
            return False
        return True

    await until(gone)


async def test_what_is_sent_again_is_one_file(ada: Speaker, means: Means) -> None:
    first = await send(ada, key="k")
    after = await blobs(means)
    again = await send(ada, key="k")
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.content == first.content
    other = await send(ada, PNG + b"x", key="k")
    assert refused(other, 422) == [("BAD_REQUEST", "Idempotency-Key")]
    assert await blobs(means) == after
    assert (await ada.http.get(found(again)["url"])).content == PNG


# ── Changing ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_only_what_is_given_changes(ada: Speaker) -> None:
    file = await sent(ada, notes="Old", amount=1)
    changed = one(await ada.post("/v6/files", {"data": [{"id": file["id"], "notes": "New", "amount": None}]}))
    assert changed | {"url": ""} == file | {"url": "", "notes": "New"}


async def test_each_item_stands_for_itself(ada: Speaker) -> None:
    file = await sent(ada)
    items = [
        {"id": file["id"], "description": "Better"},
        {"id": "fil_999999999"},
        {"id": "con_1"},
        {"description": "x"},
        {"id": file["id"], "date": "yesterday", "amount": "1"},
        {"id": file["id"], "entityId": "co_999999"},
        {"id": "att_" + file["id"][4:], "notes": "And again"},
    ]
    became = results(await ada.post("/v6/files", {"data": items}), 207)
    assert [result["statusCode"] for result in became] == [200, 404, 404, 400, 400, 400, 200]
    assert [problems(result) for result in became[1:6]] == [
        [("INVALID_VALUE", "id")],
        [("INVALID_VALUE", "id")],
        [("REQUIRED", "id")],
        [("INVALID_FORMAT", "date"), ("INVALID_FORMAT", "amount")],
        [("INVALID_VALUE", "entityId")],
    ]
    assert (became[6]["data"]["description"], became[6]["data"]["notes"]) == ("Better", "And again")


async def test_a_deleted_file_is_gone_from_messages_lists_and_links_until_it_is_restored(ada: Speaker) -> None:
    file = await sent(ada)
    conversation = await ada.opened(message={"text": "See.", "attachmentIds": [file["id"]]})
    message = f"/v6/messages/{conversation['latestMessage']['id']}"
    for _ in range(2):
        gone = found(await ada.http.delete(f"/v6/files/{file['id']}", headers=ada.headers))
        assert (gone["status"], gone["url"]) == ("DELETED", None)
    assert found(await ada.get(f"/v6/files/{file['id']}"))["status"] == "DELETED"
    assert found(await ada.get(message))["attachments"] == []
    assert page(await ada.post("/v6/files/query", {}))["data"] == []
    assert (await ada.http.get(file["url"])).status_code == 404
    answer = await ada.say({"conversationId": conversation["id"], "text": "x", "attachmentIds": [file["id"]]})
    assert problems(results(answer, 400)[0]) == [("INVALID_VALUE", "attachmentIds")]
    assert one(await ada.post("/v6/files", {"data": [{"id": file["id"], "status": "ACTIVE"}]}))["status"] == "ACTIVE"
    assert len(found(await ada.get(message))["attachments"]) == 1
    assert (await ada.http.get(file["url"])).content == PNG


async def test_every_change_is_told(ada: Speaker, sql: asyncpg.Connection) -> None:
    file = await sent(ada)
    number = int(file["id"][4:])
    for item in ({"notes": "New", "amount": 5}, {"notes": "New"}, {"status": "DELETED"}, {"status": "ACTIVE"}):
        one(await ada.post("/v6/files", {"data": [{"id": file["id"], **item}]}))
    told = await sql.fetch("select kind, data, actor_kind from events where file_id = $1 order by id", number)
    assert [row["kind"] for row in told] == ["file.uploaded", "file.updated", "file.deleted", "file.restored"]
    assert {json.loads(row["data"])["file_id"] for row in told} == {number}
    changed = {"notes": {"from": None, "to": "New"}, "amount": {"from": None, "to": 5}}
    assert json.loads(told[1]["data"])["changed"] == changed


# ── Lists ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_pages_lead_there_and_back(ada: Speaker) -> None:
    made = [(await sent(ada, description=f"File {number}"))["id"] for number in range(5)]
    for sort, expected in (
        (None, made[::-1]),
        ({"orderBy": "ID"}, made),
        ({"orderBy": "LAST_UPDATED_DATE_TIME", "direction": "DESC"}, made[::-1]),
        ([{"orderBy": "CREATED_DATE_TIME"}], made),
    ):
        seen, pages, cursor = [], [], None
        while True:
            answer = page(await ada.post("/v6/files/query", {"limit": 2, "sort": sort, "cursor": cursor}))
            pages.append([file["id"] for file in answer["data"]])
            seen += pages[-1]
            cursor = answer["cursor"]["after"]
            if cursor is None:
                break
        assert seen == expected
        back = page(await ada.post("/v6/files/query", {"limit": 2, "sort": sort, "cursor": answer["cursor"]["before"]}))
        assert [file["id"] for file in back["data"]] == pages[1]


async def test_filters(ada: Speaker, blaise: Speaker, world: World) -> None:
    one_ = (await sent(ada, PNG, "a.png", entityId="btxn_1", description="Red lamp"))["id"]
    two = (await sent(ada, PNG, "b.png", description="Blue LAMP"))["id"]
    harbour = (await sent(blaise, PNG, "c.png", entityId=f"co_{world.harbour.workspace.id}"))["id"]

    async def asked(who: Speaker = ada, **filter: Any) -> list[str]:
        return [file["id"] for file in page(await who.post("/v6/files/query", {"filter": filter}))["data"]]

    assert await asked(description={"contain": "lamp"}) == [two, one_]
    assert await asked(description={"contain": "lamp", "notEqual": "Red lamp"}) == [two]
    assert await asked(fileName={"greaterThan": "a.png"}) == [two]
    assert await asked(entity={"id": {"in": ["btxn_1", "btxn_2"]}}) == [one_]
    assert await asked(entity={"id": {"in": []}}) == []
    assert await asked(blaise) == [harbour, two, one_]
    assert await asked(blaise, company={"in": [f"co_{world.harbour.workspace.id}"]}) == [harbour]
    assert await asked(ada, company={"in": [f"co_{world.harbour.workspace.id}"]}) == []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"limit": 251}, [("INVALID_VALUE", "limit")]),
        ({"cursor": "x"}, [("INVALID_VALUE", "cursor")]),
        ({"sort": {"orderBy": "SUBJECT"}}, [("INVALID_VALUE", "sort.orderBy")]),
        ({"filter": {"subject": {"equal": "x"}}}, [("INVALID_VALUE", "filter.subject")]),
        ({"filter": {"description": {"contain": 5}}}, [("INVALID_FORMAT", "filter.description.contain")]),
    ],
)
async def test_a_wrong_question_is_refused(ada: Speaker, body: Json, expected: list[Any]) -> None:
    assert refused(await ada.post("/v6/files/query", body), 400) == expected


async def test_a_cursor_of_conversations_is_none_of_files(ada: Speaker) -> None:
    for _ in range(2):
        await ada.opened()
        await sent(ada)
    cursor = page(await ada.query(limit=1))["cursor"]["after"]
    assert refused(await ada.post("/v6/files/query", {"cursor": cursor}), 400) == [("INVALID_VALUE", "cursor")]


@pytest.mark.parametrize("id", ["fil_0", "fil_999999999", "fil_x", "con_1", "fil_99999999999999999999", "%00"])
async def test_what_does_not_exist_is_not_found(ada: Speaker, id: str) -> None:
    assert refused(await ada.get(f"/v6/files/{id}"), 404) == [("INVALID_VALUE", "id")]
    assert refused(await ada.http.delete(f"/v6/files/{id}", headers=ada.headers), 404) == [("INVALID_VALUE", "id")]
