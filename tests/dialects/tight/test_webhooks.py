"""Being told what happens in Tight's words, under Tight's signature (contracts/tight.md §11)."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import jwt
import pytest

from koine.core import events
from koine.core.actor import Actor
from koine.core.errors import Invalid, PermissionMissing
from koine.core.events import ContactCreated, ConversationAssigned, InboxCreated
from koine.core.identity import new_uuid
from koine.core.jobs import gathering
from koine.core.sealing import NAME, Sealing
from koine.core.webhooks import delivering, keys, managing, parts, patience, replaying, waking, webhooks
from koine.core.webhooks.model import Wanted
from koine.core.webhooks.webhooks import Issued
from koine.demo import World
from koine.dialects.tight import webhooks as shape
from koine.dialects.tight.words import WORDS
from koine.outgoing import Outgoing
from koine.postgres import embedded
from koine.postgres.database import Database
from koine.postgres.notices import Notices
from koine.reactions.webhooks import SHAPES
from tests.dialects.tight.speaking import Json, Speaker, found
from tests.dialects.tight.test_messages import attached
from tests.outgoing.listeners import OK, Receiver, Request, says
from tests.reactions.telling import Telling, told
from tests.waiting import until

DOWN = b"HTTP/1.1 500 Oops\r\nContent-Length: 4\r\n\r\ndown"
UPDATE, LIFECYCLE = "ENTITY_UPDATE", "LIFECYCLE"


@pytest.fixture
async def telling(
    server: embedded.Running,
    database: Database,
    house_notices: Notices,
    world: World,
    base_url: str,
    tmp_path: Path,
) -> AsyncIterator[Telling]:
    """Relay, worker and webhooks beside the Koine that is served."""
    async with Outgoing(allow=[ip_network("127.0.0.0/8")]) as outgoing:
        dsn, sealing = server.address.dsn("koine_app"), Sealing(tmp_path / NAME)
        yield Telling(dsn, database, house_notices, world, outgoing, tmp_path / NAME, sealing, base_url=base_url)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver(says(OK)).listening() as listening:
        yield listening


@pytest.fixture
async def issued(telling: Telling, receiver: Receiver) -> AsyncIterator[Issued]:
    """A webhook that is told everything of Lamplight, and is called."""
    async with telling.working():
        yield await telling.create(receiver.url, telling.world.lamplight, kinds=None, dialect="tight")


def secret(issued: Issued) -> str:
    return shape.secret(issued.keys)


def verified(request: Request, secret: str) -> Json:
    """What is told, as a receiver makes sure of it."""
    token = request.headers["tight-verification"]
    claims = jwt.decode(token, secret, algorithms=["HS256"], options={"require": ["iat", "exp", "body_sha256"]})
    if claims["body_sha256"] != hashlib.sha256(request.body).hexdigest():
        raise jwt.InvalidTokenError("another body")
    message: Json = json.loads(request.body)
    return message


def brief(message: Json) -> str:
    """What a message tells, in a word."""
    word: str = message["url"] if message["type"] == UPDATE else message["event"]
    return word


def delivery(request: Request) -> str:
    claims = jwt.decode(request.headers["tight-verification"], options={"verify_signature": False})
    return str(claims["delivery_id"])


# ── What is told ────────────────────────────────────────────────────────────────────────────────────────────────────

Deed = Callable[[Speaker, Json, Json], Awaitable[object]]


def _save(**item: str) -> Deed:
    return lambda ada, made, message: ada.saved({"id": made["id"], **item})


def _reaction(message: Json) -> str:
    return f"/v6/messages/{message['id']}/reactions"


# Every kind of change, by what it is called, after one another: which entity it changes, and what begins or ends by it.
CHANGES: dict[str, tuple[Deed, str, str | None]] = {
    "conversation.subject_changed": (_save(subject="Mended"), "conversation", None),
    "conversation.entity_attached": (_save(attachedEntityId="btxn_7"), "conversation", None),
    "conversation.read_changed": (_save(readStatus="UNREAD"), "conversation", None),
    "conversation.status_changed": (_save(resolutionStatus="RESOLVED"), "conversation", "conversationResolved"),
    "and again": (_save(resolutionStatus="OPEN"), "conversation", "conversationReopened"),
    "message.reaction_added": (
        lambda ada, made, message: ada.post(_reaction(message), {"emojiCode": "tada"}),
        "message",
        None,
    ),
    "message.reaction_removed": (
        lambda ada, made, message: ada.delete(f"{_reaction(message)}/tada"),
        "message",
        None,
    ),
    "conversation.deleted": (
        lambda ada, made, message: ada.delete(f"/v6/conversations/{made['id']}"),
        "conversation",
        "conversationDeleted",
    ),
    "conversation.restored": (_save(status="ACTIVE"), "conversation", "conversationRestored"),
}
OPENING = {"conversation.opened", "message.posted"}


def unlinked(shown: Any) -> Any:
    """The same without the links to files, which are others from second to second."""
    if isinstance(shown, dict):
        return {
            name: [{**file, "url": None} for file in value] if name == "attachments" else unlinked(value)
            for name, value in shown.items()
        }
    return shown


async def test_every_change_is_told_once_and_as_a_beginning_or_an_end_where_it_is_one(
    issued: Issued, receiver: Receiver, ada: Speaker, world: World, sql: asyncpg.Connection
) -> None:
    file = await attached(sql, world.lamplight.workspace.id)
    made = await ada.opened(message={"text": "What is this?", "attachmentIds": [f"fil_{file}"]})
    conversation = f"/v6/conversations/{made['id']}"
    said = f"/v6/messages/{made['latestMessage']['id']}"
    await told(receiver, 4)
    assert [brief(verified(each, secret(issued))) for each in receiver.requests] == [
        *(conversation, "conversationOpened"),
        *(said, "messagePosted"),
    ]
    for deed, entity, event in CHANGES.values():
        before = len(receiver.requests)
        await deed(ada, made, made["latestMessage"])
        count = 1 + (event is not None)
        await told(receiver, before + count)
        update, *life_cycle = [verified(each, secret(issued)) for each in receiver.requests[before:]]
        url = {"conversation": conversation, "message": said}[entity]
        assert unlinked(update) == {
            "editor": {"userId": world.ada.external_id},
            "company": {"id": f"co_{world.lamplight.workspace.id}", "apiCompanyId": None},
            "type": UPDATE,
            "url": url,
            "data": unlinked(found(await ada.get(url))),
        }
        assert list(update) == ["editor", "company", "type", "url", "data"]
        assert [each["event"] for each in life_cycle] == ([] if event is None else [event])
        for each in life_cycle:
            assert list(each) == ["type", "editor", "company", "event", "datetime", "eventData"]
            assert each["editor"] == update["editor"]
            assert each["company"] == {"id": f"co_{world.lamplight.workspace.id}"}
            assert each["eventData"] == {"id": made["id"], "url": conversation}
    assert json.loads(receiver.requests[2].body)["data"]["attachments"][0]["id"] == f"att_{file}"
    recorded = await sql.fetch(
        "select kind, created_at from events where conversation_id = $1 order by id", int(made["id"][4:])
    )
    words = {kind for kind in WORDS if kind.startswith(("conversation.", "message."))}
    assert {row["kind"] for row in recorded} == words == OPENING | set(CHANGES) - {"and again"}
    assert len(receiver.requests) == len(recorded) + sum(1 for row in recorded if WORDS[row["kind"]] is not None), (
        "each once"
    )


def test_every_kind_of_change_of_a_conversation_or_a_message_has_words() -> None:
    """But for how it is dealt with by those who answer: that is nothing that Tight shows."""
    kinds = {kind for kind in events.kinds() if kind.startswith(("conversation.", "message."))}
    assert kinds - set(WORDS) == {
        "conversation.assigned",
        "conversation.attributes_changed",
        "conversation.followed",
        "conversation.priority_changed",
        "conversation.snoozed",
        "conversation.tags_changed",
        "conversation.unfollowed",
        "conversation.woken",
    }


async def test_a_message_is_a_message_with_its_time(issued: Issued, receiver: Receiver, ada: Speaker) -> None:
    made = await ada.opened()
    message = await ada.said(made, "Anybody?")
    await told(receiver, 6)
    update, posted = (verified(each, secret(issued)) for each in receiver.requests[4:])
    assert update["data"] == message
    assert (posted["event"], posted["datetime"]) == ("messagePosted", message["createdDateTime"])
    assert posted["eventData"] == {"id": message["id"], "url": f"/v6/messages/{message['id']}"}


async def test_whether_it_is_read_is_said_of_whoever_did_it(
    issued: Issued, receiver: Receiver, ada: Speaker, blaise: Speaker, partner: Speaker, world: World
) -> None:
    made = await ada.opened()
    for who in (ada, blaise, partner):
        await who.saved({"id": made["id"], "subject": f"By {who.token}"})
    await told(receiver, 7)
    updates = [verified(each, secret(issued)) for each in receiver.requests[4:]]
    assert [(each["editor"]["userId"], each["data"]["readStatus"]) for each in updates] == [
        (world.ada.external_id, "READ"),
        (world.blaise.external_id, "UNREAD"),
        (None, "UNREAD"),
    ]


async def test_what_tight_has_no_words_for_is_not_told(
    telling: Telling, issued: Issued, receiver: Receiver, ada: Speaker, world: World
) -> None:
    place = world.lamplight.workspace.id
    lamp = world.the_broken_lamp.id
    contact = world.lamplight.contacts[0].id
    await telling.happen(
        ConversationAssigned(place, lamp, data={"assignee_id": None, "team_id": None}),
        ContactCreated(place, contact_id=contact),
        InboxCreated(place, data={"inbox_id": 1, "name": "x", "channel": "api"}),
    )
    made = await ada.opened()
    await told(receiver, 4)
    assert brief(verified(receiver.requests[0], secret(issued))) == f"/v6/conversations/{made['id']}"
    assert len(await telling.tried(issued.webhook, 4)) == 4


async def test_a_note_among_colleagues_is_told_nobody(
    telling: Telling, issued: Issued, receiver: Receiver, ada: Speaker, sql: asyncpg.Connection
) -> None:
    made = await ada.opened()
    await told(receiver, 4)
    number, place = int(made["id"][4:]), telling.world.lamplight.workspace.id
    note = await sql.fetchval(
        """
        insert into messages (workspace_id, id, uuid, conversation_id, direction, kind, author_kind, body_text, channel,
                              state)
        values ($1, nextval('messages_id_seq'), $2, $3, 'none', 'note', 'system', 'Between us.', 'api', 'sent')
        returning id
        """,
        place,
        new_uuid(),
        number,
    )
    await telling.happen(events.MessagePosted(place, number, note))
    await ada.said(made, "Between all of us.")
    await told(receiver, 6)
    tries = await telling.tried(issued.webhook, 8)
    assert [tried.state for tried in tries].count("skipped") == 2
    assert all(b"Between us." not in each.body for each in receiver.requests)
    assert json.loads(receiver.requests[4].body)["data"]["text"] == "Between all of us."


async def test_each_company_is_told_its_own_and_the_partner_all(
    telling: Telling, receiver: Receiver, ada: Speaker, grace: Speaker, world: World
) -> None:
    async with Receiver(says(OK)).listening() as whole, telling.working():
        await telling.create(receiver.url, world.lamplight, kinds=None, dialect="tight")
        await telling.create(whole.url, None, kinds=None, dialect="tight")
        theirs, ours = await grace.opened(), await ada.opened()
        await told(receiver, 4)
        await told(whole, 8)
    companies = {json.loads(each.body)["company"]["id"] for each in receiver.requests}
    assert companies == {f"co_{world.lamplight.workspace.id}"}
    opened = {json.loads(each.body)["url"] for each in whole.requests if json.loads(each.body)["type"] == UPDATE}
    assert {f"/v6/conversations/{made['id']}" for made in (theirs, ours)} <= opened


async def test_only_the_kinds_that_were_asked_for_are_told_each_in_both_ways(
    telling: Telling, receiver: Receiver, ada: Speaker
) -> None:
    place = telling.world.lamplight
    async with telling.working():
        issued = await telling.create(receiver.url, place, kinds=["message.posted"], dialect="tight")
        await ada.opened()
        await told(receiver, 2)
        made = await ada.opened()
        await told(receiver, 4)
    assert [brief(verified(each, secret(issued))) for each in receiver.requests[2:]] == [
        f"/v6/messages/{made['latestMessage']['id']}",
        "messagePosted",
    ]


async def test_only_kinds_that_there_are_words_for_can_be_asked_for(telling: Telling) -> None:
    place = telling.world.lamplight
    with pytest.raises(Invalid) as refused:
        await telling.create("http://127.0.0.1:9/", place, kinds=["message.posted", "contact.created"], dialect="tight")
    assert [problem.path for problem in refused.value.problems] == [("events", 1)]
    every = await telling.create("http://127.0.0.1:9/", place, kinds=None, dialect="tight")
    assert every.webhook.kinds == sorted(WORDS)


async def test_whoever_may_not_read_messages_cannot_have_them_told(telling: Telling) -> None:
    place = telling.world.lamplight.workspace.id
    for more in ((), ("messages:read",)):
        by = Actor("app", 1, telling.world.account_id, {place: frozenset((*managing.NEEDED, *more))})
        for dialect in ("native", "tight"):
            wanted = Wanted(telling.world.account_id, place, dialect, "http://127.0.0.1:9/")
            async with telling.database.writing((place,)) as tx:
                if dialect == "tight" and not more:
                    with pytest.raises(PermissionMissing, match="messages:read"):
                        await webhooks.create(tx, by, telling.means, wanted)
                else:
                    await webhooks.create(tx, by, telling.means, wanted)


async def test_a_test_is_a_life_cycle_event_of_no_consequence(
    telling: Telling, issued: Issued, receiver: Receiver
) -> None:
    async with telling.database.writing(telling.by.workspaces) as tx:
        await replaying.test(tx, telling.by, issued.webhook)
    telling.notices.wrote()
    (request,) = await told(receiver, 1)
    test = verified(request, secret(issued))
    assert list(test) == ["type", "editor", "company", "event", "datetime", "eventData"]
    assert (test["type"], test["event"], test["editor"]) == (LIFECYCLE, "webhookTest", {"userId": None})
    assert test["company"] == {"id": f"co_{telling.world.lamplight.workspace.id}"}
    assert test["eventData"] == {"webhookId": str(issued.webhook.uuid)}


# ── The signature ───────────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_is_told_can_be_verified_and_nothing_else(issued: Issued, receiver: Receiver, ada: Speaker) -> None:
    await ada.opened()
    await told(receiver, 4)
    request = receiver.requests[0]
    token = request.headers["tight-verification"]
    assert jwt.get_unverified_header(token) == {"alg": "HS256", "typ": "JWT"}
    claims = jwt.decode(token, secret(issued), algorithms=["HS256"])
    assert claims["exp"] - claims["iat"] == 300
    assert abs(claims["iat"] - time.time()) < 120
    verified(request, secret(issued))
    for other in (Request(request.line, request.headers, request.body + b" "), Request("", request.headers, b"")):
        with pytest.raises(jwt.InvalidTokenError, match="another body"):
            verified(other, secret(issued))
    for wrong in (shape.secret(keys.new()), issued.keys.secret, secret(issued).upper()):
        with pytest.raises(jwt.InvalidSignatureError):
            jwt.decode(token, wrong, algorithms=["HS256"])
    head, payload, signature = token.split(".")
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(f"{head}.{payload[:-2]}AA.{signature}", secret(issued), algorithms=["HS256"])


def test_a_token_is_good_for_five_minutes() -> None:
    own = keys.new()

    def token(age: int) -> str:
        return shape.headers(new_uuid(), b"{}", [own], at=int(time.time()) - age)["Tight-Verification"]

    jwt.decode(token(200), shape.secret(own), algorithms=["HS256"])
    with pytest.raises(jwt.ExpiredSignatureError):
        jwt.decode(token(301), shape.secret(own), algorithms=["HS256"])


async def test_after_a_rotation_the_new_secret_signs(
    telling: Telling, issued: Issued, receiver: Receiver, ada: Speaker
) -> None:
    await ada.opened()
    await told(receiver, 4)
    async with telling.database.writing(telling.by.workspaces) as tx:
        rotated = await webhooks.rotate(tx, telling.by, telling.means, issued.webhook)
    assert secret(rotated) != secret(issued)
    await ada.opened()
    await told(receiver, 8)
    for request, good, bad in ((receiver.requests[0], issued, rotated), (receiver.requests[7], rotated, issued)):
        verified(request, secret(good))
        with pytest.raises(jwt.InvalidSignatureError):
            verified(request, secret(bad))


# ── Two deliveries of one event ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("failing", [UPDATE, LIFECYCLE])
async def test_each_part_fails_and_is_tried_again_by_itself(
    telling: Telling, ada: Speaker, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    monkeypatch.setattr(patience, "WAITS", (0.0,) * 9)
    monkeypatch.setattr(patience, "BREAKS_AT", 1000)
    left = 3

    async def behave(request: Request, writer: asyncio.StreamWriter) -> None:
        nonlocal left
        fails = json.loads(request.body)["type"] == failing and left > 0
        left -= fails
        await says(DOWN if fails else OK)(request, writer)

    async with Receiver(behave).listening() as receiver, telling.working():
        issued = await telling.create(
            receiver.url, telling.world.lamplight, kinds=["conversation.opened"], dialect="tight"
        )
        await ada.opened()
        tries = await telling.tried(issued.webhook, 5)
    by_part = {part: [tried for tried in reversed(tries) if tried.part == part] for part in (UPDATE, LIFECYCLE)}
    other = LIFECYCLE if failing == UPDATE else UPDATE
    assert [tried.status for tried in by_part[failing]] == [500, 500, 500, 200]
    assert [tried.number for tried in by_part[failing]] == [1, 2, 3, 4]
    assert [tried.status for tried in by_part[other]] == [200]
    assert {tried.state for tried in tries} == {"delivered"}
    assert {tried.event for tried in tries} == {tries[0].event}
    assert len({tried.delivery for tried in tries}) == 2
    assert [tried.delivery for tried in reversed(tries)] == [UUID(delivery(each)) for each in receiver.requests]


async def test_one_part_can_fail_for_good_while_the_other_was_delivered(
    telling: Telling, ada: Speaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "WAITS", (0.0,))
    monkeypatch.setattr(patience, "TRIES", 2)
    monkeypatch.setattr(patience, "BREAKS_AT", 1000)

    async def behave(request: Request, writer: asyncio.StreamWriter) -> None:
        await says(DOWN if json.loads(request.body)["type"] == LIFECYCLE else OK)(request, writer)

    async with Receiver(behave).listening() as receiver, telling.working():
        issued = await telling.create(
            receiver.url, telling.world.lamplight, kinds=["conversation.opened"], dialect="tight"
        )
        await ada.opened()
        tries = await telling.tried(issued.webhook, 3)
        states = {tried.part: tried.state for tried in tries}
        assert states == {UPDATE: "delivered", LIFECYCLE: "failed"}
        failed = next(tried for tried in tries if tried.part == LIFECYCLE)
        assert await _replayed(telling, issued, failed.delivery) == [failed.delivery]
        tries = await telling.tried(issued.webhook, 5)
    assert [tried.part for tried in tries[:2]] == [LIFECYCLE] * 2


async def test_files_and_companies_are_told_of_like_the_rest(
    issued: Issued, receiver: Receiver, ada: Speaker, partner: Speaker, world: World
) -> None:
    company = f"/v6/company/co_{world.lamplight.workspace.id}"
    parts = {"data": (None, '{"description": "Receipt"}'), "file": ("receipt.txt", b"paid", "text/plain")}
    file = found(await ada.http.post("/v6/files/upload", files=parts, headers=ada.headers))
    url = f"/v6/files/{file['id']}"
    named = {"id": f"co_{world.lamplight.workspace.id}", "apiCompanyId": f"api-{world.account_id}"}
    deeds: list[tuple[Awaitable[httpx.Response], str, str | None]] = [
        (ada.post("/v6/files", {"data": [{"id": file["id"], "notes": "Paid in cash"}]}), url, None),
        (ada.delete(url), url, "fileDeleted"),
        (ada.post("/v6/files", {"data": [{"id": file["id"], "status": "ACTIVE"}]}), url, "fileRestored"),
        (partner.post("/v6/company", named), company, None),
        (partner.delete(company), company, "companyDeleted"),
        (partner.post("/v6/company", {"id": named["id"], "status": "ACTIVE"}), company, "companyRestored"),
    ]
    await told(receiver, 2)
    assert [brief(verified(each, secret(issued))) for each in receiver.requests] == [url, "fileUploaded"]
    for deed, changed, event in deeds:
        before = len(receiver.requests)
        assert (await deed).status_code == 200
        await told(receiver, before + 1 + (event is not None))
        update, *life_cycle = [verified(each, secret(issued)) for each in receiver.requests[before:]]
        assert (update["type"], update["url"], update["data"]["id"]) == (UPDATE, changed, changed.rpartition("/")[2])
        assert [each["event"] for each in life_cycle] == ([] if event is None else [event])
        if changed == company:
            assert update["company"] == named
            assert update["editor"] == {"userId": None}
            assert update["data"] == found(await partner.get(company))


async def test_a_webhook_of_the_account_hears_of_a_new_company(
    telling: Telling, receiver: Receiver, partner: Speaker, world: World
) -> None:
    owner = {"userId": world.ada.external_id, "email": world.ada.email}
    async with telling.working():
        issued = await telling.create(receiver.url, None, kinds=None, dialect="tight")
        body = {"name": "Third", "entityType": "LLC", "owners": [owner]}
        made = (await partner.post("/v6/company", body)).json()["data"]
        await told(receiver, 2)
    first = [brief(verified(each, secret(issued))) for each in receiver.requests[:2]]
    assert first == [f"/v6/company/{made['id']}", "companyCreated"]


async def test_what_is_spread_twice_is_delivered_once(
    telling: Telling, issued: Issued, receiver: Receiver, ada: Speaker
) -> None:
    place = telling.world.lamplight.workspace.id
    await ada.opened()
    await telling.tried(issued.webhook, 4)
    async with telling.database.writing((place,)) as tx:
        await gathering.reached(tx, place, waking.SPREADING, 0)
        assert not await delivering.spread(tx, parts.of(SHAPES), place, at_most=1000)
        assert await tx.value("select count(*) from webhook_deliveries where webhook_id = $1", issued.webhook.id) == 4
    await ada.opened()
    await told(receiver, 8)
    assert len({delivery(request) for request in receiver.requests}) == 8


async def test_an_event_is_told_again_in_both_ways_and_a_delivery_in_its_own(
    telling: Telling, issued: Issued, receiver: Receiver, ada: Speaker
) -> None:
    made = await ada.opened()
    tries = list(reversed(await telling.tried(issued.webhook, 4)))
    first = [delivery(request) for request in receiver.requests]
    assert [tried.part for tried in tries] == [UPDATE, LIFECYCLE] * 2
    assert tries[0].event is not None
    assert await _replayed(telling, issued, tries[0].event) == [tries[0].delivery, tries[1].delivery]
    await told(receiver, 6)
    assert sorted(delivery(request) for request in receiver.requests[4:]) == sorted(first[:2])
    assert {brief(json.loads(request.body)) for request in receiver.requests[4:]} == {
        f"/v6/conversations/{made['id']}",
        "conversationOpened",
    }
    assert await _replayed(telling, issued, tries[1].delivery) == [tries[1].delivery]
    await told(receiver, 7)
    assert delivery(receiver.requests[6]) == first[1]


async def test_a_stretch_of_time_is_told_again_in_both_ways_also_from_before_the_webhook(
    telling: Telling, receiver: Receiver, ada: Speaker, sql: asyncpg.Connection
) -> None:
    place = telling.world.lamplight
    since = datetime.now(UTC) - timedelta(hours=1)
    made = await ada.opened()
    await ada.saved({"id": made["id"], "subject": "Mended"})
    async with telling.working():
        issued = await telling.create(receiver.url, place, kinds=None, dialect="tight")
        await ada.saved({"id": made["id"], "subject": "Not mended"})
        await told(receiver, 1)
        kinds = [
            row["kind"]
            for row in await sql.fetch("select kind from events where workspace_id = $1", place.workspace.id)
            if row["kind"] in WORDS
        ]
        count = len(kinds) + sum(WORDS[kind] is not None for kind in kinds)
        async with telling.database.writing(telling.by.workspaces) as tx:
            asked = await replaying.replay_range(tx, telling.by, SHAPES["tight"], issued.webhook, since)
        assert asked == count
        await told(receiver, 1 + count)
        await until(lambda: _nothing_waits(telling, issued))
    assert len(receiver.requests) == 1 + count
    assert len({delivery(request) for request in receiver.requests}) == count


async def test_the_dialects_are_told_side_by_side(telling: Telling, receiver: Receiver, ada: Speaker) -> None:
    place, kinds = telling.world.lamplight, ["conversation.opened"]
    async with Receiver(says(OK)).listening() as natives, telling.working():
        native = await telling.create(natives.url, place, kinds=kinds)
        await telling.create(receiver.url, place, kinds=kinds, dialect="tight")
        await ada.opened()
        await told(receiver, 2)
        (request,) = await told(natives, 1)
        (tried,) = await telling.tried(native.webhook, 1)
    assert (tried.part, str(tried.delivery)) == ("", request.headers["webhook-id"])
    assert json.loads(request.body)["type"] == "conversation.opened"


async def _replayed(telling: Telling, issued: Issued, id: UUID) -> Sequence[UUID]:
    async with telling.database.writing(telling.by.workspaces) as tx:
        return await replaying.replay(tx, telling.by, SHAPES["tight"], issued.webhook, id)


async def _nothing_waits(telling: Telling, issued: Issued) -> bool:
    async with telling.database.reading(telling.by.workspaces) as tx:
        waiting = await tx.value(
            "select count(*) from webhook_deliveries where webhook_id = $1 and state = 'waiting'", issued.webhook.id
        )
    return waiting == 0
