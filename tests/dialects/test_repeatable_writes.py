"""A POST with an `Idempotency-Key` may be sent again: what it does is done once, and answered the same."""

from __future__ import annotations

import asyncio
import contextlib
import re
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import asyncpg
import httpx
import pytest

from koine import app
from koine.core.actor import system
from koine.core.users import users
from koine.demo import World
from koine.postgres.database import Database
from tests.dialects import senders
from tests.dialects.senders import SENDERS, Json, Sender, Town
from tests.waiting import until

REPLAYED = "Idempotency-Replayed"


@pytest.fixture
def town(http: httpx.AsyncClient, database: Database, world: World) -> Town:
    return Town(http, database, world)


@pytest.fixture(params=SENDERS)
async def sender(request: pytest.FixtureRequest, town: Town) -> Sender:
    """Somebody of each contract, for each kind of thing that it creates."""
    return await SENDERS[request.param](town)


@pytest.fixture(params=["tight conversation", "highlevel conversation", "libredesk conversation"])
async def one_each(request: pytest.FixtureRequest, town: Town) -> Sender:
    """Somebody of each contract who opens a conversation."""
    return await SENDERS[request.param](town)


@pytest.fixture
def written(sql: asyncpg.Connection, world: World) -> Callable[[], Awaitable[Json]]:
    """How much of each kind the account has."""

    async def count() -> Json:
        tables = ("conversations", "messages", "contacts", "attachments", "events", "idempotency_keys")
        counts = ", ".join(f"(select count(*) from {t} where workspace_id in (table mine)) as {t}" for t in tables)
        logged = "select count(*) from account_events where account_id = $1 and kind not like 'token.%'"
        found = dict(
            await sql.fetchrow(
                f"with mine as (select id from workspaces where account_id = $1) select {counts}, ({logged}) as logged",
                world.account_id,
            )
        )
        found["events"] += found.pop("logged")  # what happens to an account's people is in its own log
        return found

    return count


Written = Callable[[], Awaitable[Json]]


def same(answer: httpx.Response, first: httpx.Response) -> bool:
    """Whether it is the first answer once more, to the byte, and says so."""
    assert REPLAYED not in first.headers
    assert answer.headers.get(REPLAYED) == "true", answer.text
    kind = "content-type"
    return (answer.status_code, answer.headers[kind], answer.content) == (
        first.status_code,
        first.headers[kind],
        first.content,
    )


# ── The same again ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_is_sent_again_is_done_once_and_answered_the_same(sender: Sender, written: Written) -> None:
    before = await written()
    first = await sender.send("k")
    after = await written()
    assert first.status_code in (200, 201), first.text
    assert after["events"] > before["events"]
    assert after["idempotency_keys"] == before["idempotency_keys"] + 1
    for _ in range(3):
        assert same(await sender.send("k"), first)
    assert await written() == after


# Of these nothing is kept but their answer: they have a test of their own below.
TYPING = "/conversations/providers/live-chat/typing"
UPLOAD = "/conversations/messages/upload"
WHISPERS = {TYPING, f"{UPLOAD}/initiate", f"{UPLOAD}/complete"}


async def test_every_post_that_writes_is_sent_again_somewhere(town: Town) -> None:
    """Webhooks have a file of their own; HighLevel's paths are served with and without a slash at the end."""
    paths = [(await make(town)).path.partition("?")[0] for make in SENDERS.values()]
    tried = {path.rstrip("/").replace("btxn_1001", "{entityId}") for path in paths} | WHISPERS
    served = {route.path.rstrip("/") for spoken in app.DIALECTS for route in spoken.routes if route.repeatable}
    for path in sorted(path for path in served if not path.startswith("/v1/webhooks")):
        assert any(re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), sent) for sent in tried), path


async def typing(town: Town) -> Sender:
    review = await senders.highlevel_review(town)
    body = {**review.body, "visitorId": "v", "isTyping": True}
    return review.saying(TYPING, body, body | {"isTyping": False})


async def initiate(town: Town) -> Sender:
    review = await senders.highlevel_review(town)
    body = {name: review.body[name] for name in ("locationId", "conversationId")}
    body |= {"filename": "call.wav", "contentType": "audio/wav", "channel": "SMS"}
    return review.saying(f"{UPLOAD}/initiate", body, body | {"filename": "another.wav"})


async def complete(town: Town) -> Sender:
    begun = await initiate(town)
    given = (await begun.send()).json()
    assert (await town.http.put(given["uploadUrl"], content=b"RIFF\x24\0\0\0WAVEfmt ")).status_code == 200
    body = {name: begun.body[name] for name in ("locationId", "conversationId", "filename")}
    body |= {name: given[name] for name in ("uploadId", "filePath")}
    return begun.saying(f"{UPLOAD}/complete", body, body | {"uploadId": "another"})


@pytest.mark.parametrize("whispering", [typing, initiate, complete])
async def test_a_whisper_that_is_sent_again_is_answered_the_same(
    town: Town, written: Written, whispering: Callable[[Town], Awaitable[Sender]]
) -> None:
    whisper = await whispering(town)
    before = await written()
    first = await whisper.send("k")
    assert first.status_code in (200, 201), first.text
    assert await written() == before | {"idempotency_keys": before["idempotency_keys"] + 1}
    assert same(await whisper.send("k"), first)
    assert (await whisper.send("k", whisper.other)).status_code == 422


async def test_without_a_key_nothing_is_kept(sender: Sender, written: Written) -> None:
    before = await written()
    answer = await sender.send()
    assert answer.status_code in (200, 201)
    assert REPLAYED not in answer.headers
    assert (await written())["idempotency_keys"] == before["idempotency_keys"]


async def test_with_another_key_it_is_another_request(town: Town, written: Written) -> None:
    ada = await senders.tight(town)
    first = await ada.send("one")
    second = await ada.send("two")
    assert REPLAYED not in second.headers
    assert second.json()["data"][0]["data"]["id"] != first.json()["data"][0]["data"]["id"]


async def test_of_twenty_at_once_one_is_done(one_each: Sender, written: Written) -> None:
    before = await written()
    answers = await asyncio.gather(*(one_each.send("k") for _ in range(20)))
    (first,) = [answer for answer in answers if answer.status_code < 300 and REPLAYED not in answer.headers]
    for answer in answers:
        assert answer is first or answer.status_code == 409 or same(answer, first)
    assert same(await one_each.send("k"), first)
    after = await written()
    assert after["conversations"] == before["conversations"] + 1
    assert after["idempotency_keys"] == before["idempotency_keys"] + 1


async def test_the_first_answer_stays_when_the_conversation_has_changed(town: Town) -> None:
    ada = await senders.tight(town)
    first = await ada.send("k")
    id = first.json()["data"][0]["data"]["id"]
    change = {"data": [{"id": id, "subject": "Mended", "resolutionStatus": "RESOLVED", "status": "DELETED"}]}
    assert (await ada.send("change", change)).status_code == 200
    assert (await ada.get(f"/v6/conversations/{id}")).json()["data"]["subject"] == "Mended"
    assert same(await ada.send("k"), first)


async def test_an_upsert_that_is_sent_again_takes_nothing_back(town: Town) -> None:
    location = await senders.highlevel_upsert(town)
    early, late = location.body | {"firstName": "Early"}, location.body | {"firstName": "Late"}
    first = await location.send("early", early)
    assert (await location.send("late", late)).status_code == 200
    assert same(await location.send("early", early), first)
    found = await location.get(f"/contacts/{first.json()['contact']['id']}")
    assert found.json()["contact"]["firstName"] == "Late"


# ── Something else under the same key ───────────────────────────────────────────────────────────────────────────────

REUSED = {
    "/v6/": {
        "result": "FAILURE",
        "data": None,
        "error": [
            {
                "type": "BAD_REQUEST",
                "message": "The idempotency key was sent with another request before",
                "param": "Idempotency-Key",
            }
        ],
    },
    "/api/": {
        "status": "error",
        "message": "This idempotency key was sent with another request before.",
        "data": None,
        "error_type": "DataException",
    },
    "/": {
        "statusCode": 422,
        "message": ["This idempotency key was sent with another request before."],
        "error": "Unprocessable Entity",
    },
}


def worded(words: dict[str, Json], sender: Sender) -> Json:
    """What the sender's contract says."""
    return next(said for prefix, said in words.items() if sender.path.startswith(prefix))


async def test_another_body_under_the_same_key_is_refused(sender: Sender, written: Written) -> None:
    first = await sender.send("k")
    after = await written()
    answer = await sender.send("k", sender.other)
    assert (answer.status_code, answer.json()) == (422, worded(REUSED, sender))
    assert REPLAYED not in answer.headers
    assert await written() == after
    assert same(await sender.send("k"), first)


@pytest.mark.parametrize("path", ["/contacts?a=1", "/contacts/", "/contacts/upsert"])
async def test_another_path_or_query_under_the_same_key_is_refused(town: Town, path: str, written: Written) -> None:
    location = await senders.highlevel_contact(town, path="/contacts")
    first = await location.send("k")
    after = await written()
    assert (await location.send("k", path=path)).status_code == 422
    assert await written() == after
    assert same(await location.send("k"), first)


async def test_one_person_has_the_same_keys_in_every_contract(town: Town) -> None:
    blaise = await senders.tight(town, town.world.blaise)
    assert (await blaise.send("k")).status_code == 200
    assert (await (await senders.libredesk_conversation(town, town.world.blaise)).send("k")).status_code == 422


# ── While the first is still being answered ─────────────────────────────────────────────────────────────────────────

IN_FLIGHT = {
    "/v6/": {
        "result": "FAILURE",
        "data": None,
        "error": [
            {
                "type": "BAD_REQUEST",
                "message": "A request with this idempotency key is still being answered",
                "param": "Idempotency-Key",
            }
        ],
    },
    "/api/": {
        "status": "error",
        "message": "A request with this idempotency key is still being answered.",
        "data": None,
        "error_type": "ConflictException",
    },
    "/": {
        "statusCode": 409,
        "message": "A request with this idempotency key is still being answered.",
        "error": "Conflict",
    },
}


@contextlib.asynccontextmanager
async def nothing_can_be_recorded(sql: asyncpg.Connection) -> AsyncIterator[Callable[..., Awaitable[None]]]:
    """Whoever wants to record an event waits. What is handed out returns when these requests do."""

    async def waiting(*answering: asyncio.Task[httpx.Response]) -> None:
        async def all_wait() -> bool:
            early = [each.result().text for each in answering if each.done()]
            assert early == [], "it did not wait"
            return await sql.fetchval(_WAITING) == len(answering)

        await until(all_wait)

    async with sql.transaction():
        await sql.execute("lock table events, account_events in share row exclusive mode")
        yield waiting


_WAITING = """
select count(*) from pg_locks where relation in ('events'::regclass, 'account_events'::regclass) and not granted
    and database = (select oid from pg_database where datname = current_database())
"""


async def test_a_twin_in_flight_is_told_so(sender: Sender, sql: asyncpg.Connection, written: Written) -> None:
    before = await written()
    async with nothing_can_be_recorded(sql) as waiting:
        answering = asyncio.create_task(sender.send("k"))
        await waiting(answering)
        for body in (sender.body, sender.other):
            twin = await sender.send("k", body)
            assert (twin.status_code, twin.json()) == (409, worded(IN_FLIGHT, sender))
            assert REPLAYED not in twin.headers
        assert not answering.done()
    first = await answering
    assert first.status_code in (200, 201), first.text
    assert same(await sender.send("k"), first)
    assert (await written())["idempotency_keys"] == before["idempotency_keys"] + 1


async def test_only_the_same_key_is_in_flight(town: Town, sql: asyncpg.Connection) -> None:
    ada = await senders.tight(town)
    async with nothing_can_be_recorded(sql) as waiting:
        both = [asyncio.create_task(ada.send(key)) for key in ("one", "other")]
        await waiting(*both)
        assert (await ada.get(f"/v6/conversations/con_{town.world.the_broken_lamp.id}")).status_code == 200
    assert [(await each).status_code for each in both] == [200, 200]


# ── Whose key it is ─────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_same_key_of_somebody_else_is_another_one(town: Town) -> None:
    world = town.world
    pairs = [
        (await senders.tight(town), await senders.tight(town, world.blaise)),
        (await senders.highlevel_upsert(town), await senders.highlevel_upsert(town)),
        (await senders.libredesk_conversation(town), await senders.libredesk_conversation(town, world.blaise)),
    ]
    for key, (one, other) in zip("thl", pairs, strict=True):
        assert one.body == other.body
        first, second = await one.send(key), await other.send(key)
        assert (first.status_code, second.status_code) == (200, 200)
        assert first.content != second.content
        assert same(await one.send(key), first)
        assert same(await other.send(key), second)


async def test_the_same_key_in_another_workspace_is_another_one(town: Town) -> None:
    world = town.world
    pairs = [
        (await senders.tight(town), await senders.tight(town, world.grace, world.harbour)),
        (await senders.highlevel_upsert(town), await senders.highlevel_upsert(town, world.harbour)),
        # Here it is even the same person.
        (
            await senders.libredesk_conversation(town, world.blaise),
            await senders.libredesk_conversation(town, world.blaise, world.harbour),
        ),
    ]
    for one, other in pairs:
        first, second = await one.send("k"), await other.send("k")
        assert (first.status_code, second.status_code) == (200, 200)
        assert same(await one.send("k"), first)
        assert same(await other.send("k"), second)


@pytest.mark.parametrize("somebody", ["ada", "the partner"])
async def test_all_tokens_of_one_actor_share_their_keys(town: Town, somebody: str) -> None:
    form = {"userId": town.world.ada.external_id or ""} if somebody == "ada" else {}
    sender = await senders.tight(town)
    one, other = [replace(sender, headers=await senders.tight_headers(town, **form)) for _ in range(2)]
    assert one.headers != other.headers
    first = await one.send("k")
    assert same(await other.send("k"), first)


async def test_who_works_nowhere_is_told_that_a_key_has_no_place(town: Town) -> None:
    world = town.world
    async with town.database.writing(()) as tx:
        nobody = await users.create(
            tx, system(world.account_id), email=f"{uuid.uuid4().hex}@example.com", external_id=uuid.uuid4().hex
        )
    answer = await (await senders.tight(town, nobody)).send("k")
    assert answer.status_code == 403
    (error,) = answer.json()["error"]
    assert (error["type"], error["param"]) == ("INVALID_TOKEN", "Idempotency-Key")


# ── What goes wrong ─────────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_went_wrong_in_part_of_a_batch_is_answered_the_same(town: Town, written: Written) -> None:
    """Some of it was done, and may not be done again; what was refused comes again under a key of its own."""
    ada = await senders.tight(town)
    (good,), bad = ada.body["data"], {"subject": ""}
    first = await ada.send("k", {"data": [good, bad, good]})
    after = await written()
    assert first.status_code == 207
    assert [item["statusCode"] for item in first.json()["data"]] == [200, 400, 200]
    assert same(await ada.send("k", {"data": [good, bad, good]}), first)
    assert (await ada.send("k", {"data": [good]})).status_code == 422
    assert await written() == after
    mended = await ada.send("mended", {"data": [good]})
    assert (mended.status_code, REPLAYED in mended.headers) == (200, False)
    assert (await written())["conversations"] == after["conversations"] + 1


async def test_a_batch_of_which_nothing_was_done_is_not_kept(town: Town, written: Written) -> None:
    """Whatever was tried before it was refused: new conversations, changes of one, messages."""
    saying, spoken = await senders.tight(town), await senders.tight_message(town)
    lamp = {"id": f"con_{town.world.the_broken_lamp.id}", "subject": "Mended", "attachedEntityId": "co_0"}
    nowhere = {"conversationId": "con_0", "text": "Hello?"}
    for sender, items in (
        (saying, [{"subject": ""}]),
        (saying, [{"subject": ""}, lamp]),
        (saying, [lamp, lamp]),
        (spoken, [{"text": ""}]),
        (spoken, [nowhere, nowhere]),
    ):
        key = f"k {items}"
        before = await written()
        for _ in range(2):
            refused = await sender.send(key, {"data": items})
            assert refused.status_code == 400, refused.text
            assert len(refused.json()["data"]) == len(items)
            assert REPLAYED not in refused.headers
        assert await written() == before
        first = await sender.send(key)
        assert first.status_code == 200, first.text
        assert same(await sender.send(key), first)


async def test_a_refusal_is_not_kept(town: Town, written: Written) -> None:
    """What is refused as a whole has done nothing, so the key may come with a better request."""
    for sender, change in (
        (await senders.tight(town), {"data": "none"}),
        (await senders.highlevel_conversation(town), {"contactId": "x" * 20}),
        (await senders.libredesk_conversation(town), {"team_id": 2**40}),
    ):
        before = await written()
        for _ in range(2):
            answer = await sender.send("k", sender.body | change)
            assert answer.status_code == 400, answer.text
            assert REPLAYED not in answer.headers
        assert await written() == before
        first = await sender.send("k")
        assert first.status_code == 200
        assert same(await sender.send("k"), first)


async def test_an_answer_that_cannot_be_kept_takes_what_was_done_with_it(
    sender: Sender, sql: asyncpg.Connection, world: World, written: Written
) -> None:
    """Answer and effect are one transaction."""
    home = world.lamplight.workspace.id
    await sql.execute(
        f"""
        create function refuse_{home}() returns trigger language plpgsql as $$
        begin
            if new.workspace_id = {home} then raise 'refused'; end if;
            return new;
        end $$;
        create trigger refuse_{home} before insert on idempotency_keys for each row execute function refuse_{home}()
        """
    )
    try:
        before = await written()
        assert (await sender.send("k")).status_code == 500
        assert await written() == before
    finally:
        await sql.execute(f"drop function refuse_{home} cascade")
    first = await sender.send("k")
    assert first.status_code in (200, 201)
    assert same(await sender.send("k"), first)


MALFORMED = {"/v6/": (400, "INVALID_FORMAT"), "/api/": (400, "InputException"), "/": (422, "Unprocessable Entity")}


@pytest.mark.parametrize("key", ["", "x" * 256, "caf\xe9", "a\tb"], ids=["empty", "too long", "not ASCII", "a tab"])
async def test_what_is_no_key_is_refused(one_each: Sender, key: str, written: Written) -> None:
    before = await written()
    answer = await one_each.http.post(
        one_each.path,
        json=one_each.body,
        headers=httpx.Headers(one_each.headers | {"Idempotency-Key": key}, encoding="latin-1"),
    )
    status, word = next(said for prefix, said in MALFORMED.items() if one_each.path.startswith(prefix))
    assert answer.status_code == status, answer.text
    assert word in answer.text
    assert await written() == before


# ── What needs no key ───────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_question_is_answered_afresh_whatever_the_key(town: Town, written: Written) -> None:
    ada = await senders.tight(town)
    before = await written()
    for body in ({}, {"limit": 1}):
        answer = await ada.send("k", body, path="/v6/conversations/query")
        assert answer.status_code == 200
        assert REPLAYED not in answer.headers
    assert (await ada.http.get("/v6/conversations/con_0", headers=ada.headers | {"Idempotency-Key": ""})).is_error
    assert await written() == before


async def test_a_token_is_issued_anew_whatever_the_key(town: Town) -> None:
    client = (town.world.tight.key or "", town.world.tight.secret)
    issued = [
        await town.http.post("/v6/auth/token", data={"scope": "read"}, auth=client, headers={"Idempotency-Key": key})
        for key in ("k", "k", "")
    ]
    assert [answer.status_code for answer in issued] == [200, 200, 200]
    assert len({answer.json()["access_token"] for answer in issued}) == 3
