"""Being told what happens in HighLevel's words, checked by the official client (contracts/highlevel.md §8)."""

from __future__ import annotations

import base64
import dataclasses
import json
import uuid
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import asyncpg
import httpx
import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from highlevel import HighLevel

from koine.core.actor import system
from koine.core.apps import apps, installing
from koine.core.contacts import contacts
from koine.core.contacts.model import Described
from koine.core.files.links import Links
from koine.core.files.model import Means as FileMeans
from koine.core.sealing import NAME, Sealing
from koine.core.signing import keys
from koine.core.webhooks import managing, patience
from koine.core.webhooks.model import Webhook
from koine.demo import World
from koine.dialects.highlevel import ids, publishing, scopes, signing
from koine.dialects.highlevel import webhooks as shape
from koine.outgoing import Outgoing
from koine.postgres import embedded
from koine.postgres.database import Database
from koine.postgres.notices import Notices
from tests.dialects.highlevel.letting_in import Program, give_password, register
from tests.dialects.highlevel.locations import Location
from tests.dialects.highlevel.messaging import bring, send
from tests.dialects.highlevel.test_uploads import WAVE, upload
from tests.outgoing.listeners import OK, Receiver, Request, says
from tests.reactions.telling import Telling, told
from tests.waiting import until

DOWN = b"HTTP/1.1 500 Oops\r\nContent-Length: 4\r\n\r\ndown"
ENVELOPE = {"appId", "versionId", "timestamp", "webhookId"}


@pytest.fixture
async def telling(
    server: embedded.Running,
    database: Database,
    house_notices: Notices,
    world: World,
    base_url: str,
    tmp_path: Path,
    sql: asyncpg.Connection,
) -> AsyncIterator[Telling]:
    """Relay, worker and webhooks beside the Koine that is served; a key of the house that this test can open."""
    await sql.execute("delete from signing_keys")
    async with Outgoing(allow=[ip_network("127.0.0.0/8")]) as outgoing:
        dsn, sealing = server.address.dsn("koine_app"), Sealing(tmp_path / NAME)
        yield Telling(dsn, database, house_notices, world, outgoing, tmp_path / NAME, sealing, base_url=base_url)
    await sql.execute("delete from signing_keys")


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver(says(OK)).listening() as listening:
        yield listening


@pytest.fixture
async def program(database: Database, world: World, http: httpx.AsyncClient) -> Program:
    """An app, and Linus, who can let it into Lamplight."""
    await give_password(database, world, world.linus)
    return await register(database, world, http)


async def own(telling: Telling, program: Program, receiver: Receiver) -> Webhook:
    """A webhook of an app, for all of the account, as `koine app create --webhook-url` makes it."""
    made = await telling.create(receiver.url, kinds=None, dialect="highlevel")
    async with telling.database.writing(telling.by.workspaces) as tx:
        await apps.own_webhook(tx, program.app, made.webhook)
    return made.webhook


def said(requests: Sequence[Request]) -> list[dict[str, Any]]:
    return [json.loads(request.body) for request in requests]


async def types(receiver: Receiver, *expected: str) -> list[dict[str, Any]]:
    """What was told, once all of these were, in whatever order."""

    async def all_there() -> bool:
        return len(receiver.requests) >= len(expected)

    await until(all_there)
    found = said(receiver.requests)
    assert sorted(each["type"] for each in found) == sorted(expected)
    return found


# ── What is told ────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_comes_in_is_told_with_what_is_unread_since(
    telling: Telling, receiver: Receiver, program: Program, lamplight: Location, world: World
) -> None:
    webhook = await own(telling, program, receiver)
    async with telling.working():
        await program.installed(world.linus, world.lamplight.workspace.id)
        await types(receiver, "INSTALL")
        brought = (await bring(lamplight, message="Is it mended?")).json()
        found = {
            each["type"]: each
            for each in await types(receiver, "INSTALL", "InboundMessage", "ConversationUnreadUpdate")
        }
        await telling.tried(webhook, 3)
    message, unread = found["InboundMessage"], found["ConversationUnreadUpdate"]
    assert {name: message[name] for name in message if name not in ENVELOPE | {"dateAdded"}} == {
        "type": "InboundMessage",
        "locationId": lamplight.id,
        "contactId": lamplight.contact(),
        "conversationId": brought["conversationId"],
        "messageId": brought["messageId"],
        "body": "Is it mended?",
        "contentType": "text/plain",
        "attachments": [],
        "direction": "inbound",
        "messageType": "SMS",
        "messageTypeId": 2,
        "messageTypeString": "TYPE_SMS",
        "status": "delivered",
    } | {name: message[name] for name in ("from", "to") if name in message}
    assert {name: unread[name] for name in unread if name not in ENVELOPE} == {
        "type": "ConversationUnreadUpdate",
        "locationId": lamplight.id,
        "id": brought["conversationId"],
        "contactId": lamplight.contact(),
        "unreadCount": 1,
        "inbox": True,
        "starred": False,
        "deleted": False,
    }
    for each in found.values():
        assert (each["appId"], each["versionId"]) == (program.app.public_id,) * 2
        uuid.UUID(each["webhookId"])
        at = datetime.fromisoformat(each["timestamp"].replace("Z", "+00:00"))
        assert abs(datetime.now(UTC) - at) < timedelta(minutes=5)
    assert len({each["webhookId"] for each in found.values()}) == 3


async def test_what_goes_out_is_told_and_an_email_in_its_own_form(
    telling: Telling, receiver: Receiver, program: Program, lamplight: Location
) -> None:
    async with telling.working():
        made = await telling.create(receiver.url, lamplight.place, kinds=["message.posted"], dialect="highlevel")
        await send(lamplight, message="It is")
        (text,) = await types(receiver, "OutboundMessage")
        mail = {"type": "Email", "subject": "Your lamp", "html": "<p>It is <b>mended</b></p>", "message": ""}
        got = await send(lamplight, 1, **mail)
        assert got.status_code == 200, got.text
        (_, email) = await types(receiver, "OutboundMessage", "OutboundMessage")
        await telling.tried(made.webhook, 2)
    assert (text["direction"], text["messageType"], text["source"]) == ("outbound", "SMS", "api")
    assert {"appId", "versionId"}.isdisjoint(text)
    assert email["messageType"] == "Email"
    assert (email["subject"], "<b>mended</b>" in email["body"]) == ("Your lamp", True)
    assert email["emailMessageId"] == got.json()["emailMessageId"]
    assert "mended" in email["plainText"]
    assert (email["ccList"], email["bccList"], email["cc"]) == ([], [], "")
    assert email["to"] == lamplight.place.contacts[1].email
    assert "messageTypeId" not in email


async def test_contacts_are_told_of_as_they_are(
    telling: Telling, receiver: Receiver, world: World, lamplight: Location
) -> None:
    by, place = telling.by, world.lamplight.workspace.id
    async with telling.working():
        await telling.create(
            receiver.url, world.lamplight, kinds=["contact.created", "contact.updated"], dialect="highlevel"
        )
        async with telling.database.writing(by.workspaces) as tx:
            made = await contacts.create(tx, by, place, Described("new@example.com", None, "Nia", "New"))
        telling.notices.wrote()
        (created,) = await types(receiver, "ContactCreate")
        async with telling.database.writing(by.workspaces) as tx:
            await contacts.upsert(tx, by, place, Described("new@example.com", tags=["lamp"]))
        telling.notices.wrote()
        found = await types(receiver, "ContactCreate", "ContactUpdate", "ContactTagUpdate")
        async with telling.database.writing(by.workspaces) as tx:
            settings = {"SMS": {"status": "active"}}
            await contacts.upsert(tx, by, place, Described("new@example.com", dnd=True, dnd_settings=settings))
        telling.notices.wrote()
        names = ("ContactCreate", "ContactUpdate", "ContactTagUpdate", "ContactUpdate", "ContactDndUpdate")
        last = (await types(receiver, *names))[-1]
    assert (created["id"], created["locationId"], created["name"]) == (ids.write(made.uuid), lamplight.id, "Nia New")
    assert (created["email"], created["tags"], created["dnd"]) == ("new@example.com", [], False)
    assert [each["tags"] for each in found if each["type"] == "ContactTagUpdate"] == [["lamp"]]
    assert (last["dnd"], last["dndSettings"], last["tags"]) == (True, settings, ["lamp"])


# ── Who is told ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_app_hears_nothing_of_where_it_is_not_installed_or_has_no_scope(
    telling: Telling,
    receiver: Receiver,
    database: Database,
    world: World,
    http: httpx.AsyncClient,
    lamplight: Location,
    harbour: Location,
) -> None:
    await give_password(database, world, world.linus)
    deaf = await register(database, world, http, asked=["contacts.readonly"])
    webhook = await own(telling, deaf, receiver)
    async with telling.working():
        await deaf.installed(world.linus, world.lamplight.workspace.id)
        await bring(lamplight)
        await bring(harbour)
        await _quiet(telling, webhook, 5)
    assert [each["type"] for each in said(receiver.requests)] == ["INSTALL"]


async def test_coming_and_going_is_told_to_the_app_itself_and_to_no_other(
    telling: Telling, receiver: Receiver, program: Program, database: Database, world: World, http: httpx.AsyncClient
) -> None:
    other = await register(database, world, http, name="Another")
    place = world.lamplight.workspace.id
    async with Receiver(says(OK)).listening() as others, telling.working():
        webhook = await own(telling, program, receiver)
        elsewhere = await own(telling, other, others)
        await program.installed(world.linus, place)
        await program.installed(world.linus, place)  # again: it is there already
        async with database.writing(telling.by.workspaces) as tx:
            await installing.uninstall(tx, telling.by, program.app, place)
        telling.notices.wrote()
        installed, gone = await types(receiver, "INSTALL", "UNINSTALL")
        await _quiet(telling, webhook, 2)
        await _quiet(telling, elsewhere, 2)
        assert others.requests == []
    for each in (installed, gone):
        assert each["locationId"] == ids.write(world.lamplight.workspace.uuid)
        assert each["companyId"] == ids.write(program.app.account_uuid)
    assert installed["userId"] == ids.write(world.linus.uuid)


async def _quiet(telling: Telling, webhook: Webhook, deliveries: int) -> None:
    """Once so many deliveries were made, and all of them are over."""

    async def over() -> bool:
        async with telling.database.reading(telling.by.workspaces) as tx:
            rows = await tx.rows("select state from webhook_deliveries where webhook_id = $1", webhook.id)
        return len(rows) >= deliveries and all(row["state"] != "waiting" for row in rows)

    await until(over)


# ── The signature ───────────────────────────────────────────────────────────────────────────────────────────────────


# The client hands httpx its form in a way that httpx warns of.
@pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")
async def test_the_official_client_checks_a_delivery_and_gets_its_location_token(
    telling: Telling,
    receiver: Receiver,
    database: Database,
    world: World,
    http: httpx.AsyncClient,
    base_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await give_password(database, world, world.linus)
    program = await register(database, world, http, "account")
    await own(telling, program, receiver)

    class Here(HighLevel):  # type: ignore[misc]
        BASE_URL = base_url

    client = Here(client_id=program.app.client_id, client_secret=program.secret)
    try:
        async with telling.working():
            company = await program.installed(world.linus)
            await types(receiver, "INSTALL")
        pem = (await http.get(publishing.PATH)).text
        monkeypatch.setenv("CLIENT_ID", program.app.client_id)
        monkeypatch.setenv("WEBHOOK_SIGNATURE_PUBLIC_KEY", pem)
        await client.get_session_storage().set_session(company["companyId"], company)
        (request,) = receiver.requests
        came = SimpleNamespace(headers=request.headers, body=request.body, method="POST", url="/")
        await client.webhooks.subscribe()(came)
        assert (came.is_signature_valid, came.signature_type) == (True, "ed25519")
        here = ids.write(world.lamplight.workspace.uuid)
        session = await client.get_session_storage().get_session(here)
        assert session["locationId"] == here
        forged = SimpleNamespace(headers=request.headers, body=request.body + b" ", method="POST", url="/")
        await client.webhooks.subscribe()(forged)
        assert forged.is_signature_valid is False
    finally:
        await client.close()


async def test_one_key_signs_for_all_and_is_published(
    telling: Telling, receiver: Receiver, world: World, http: httpx.AsyncClient
) -> None:
    missing = await http.get(publishing.PATH)
    assert missing.status_code == 400
    async with telling.working():
        one = await telling.create(receiver.url, world.lamplight, kinds=["contact.created"], dialect="highlevel")
        other = await telling.create(receiver.url, world.lamplight, kinds=["contact.created"], dialect="highlevel")
        async with telling.database.writing(telling.by.workspaces) as tx:
            await contacts.create(tx, telling.by, world.lamplight.workspace.id, Described("k@example.com"))
        telling.notices.wrote()
        requests = await told(receiver, 2)
    published = await http.get(publishing.PATH)
    assert (published.status_code, published.headers["content-type"]) == (200, "application/x-pem-file")
    assert published.text.startswith("-----BEGIN PUBLIC KEY-----")
    for issued in (one, other):
        assert [shape.public_key(key) for key in issued.webhook.public_keys] == [published.text]
    public: Any = load_pem_public_key(published.content)
    for request in requests:
        public.verify(base64.b64decode(request.headers["x-ghl-signature"]), request.body)
        assert request.headers["content-type"] == "application/json"


async def test_a_key_that_follows_is_known_before_it_signs(
    telling: Telling, receiver: Receiver, world: World, http: httpx.AsyncClient, sql: asyncpg.Connection
) -> None:
    made = await telling.create(receiver.url, world.lamplight, kinds=["contact.created"], dialect="highlevel")
    old = (await http.get(publishing.PATH)).text
    async with telling.working():
        await _replaced(telling, after=3600)
        both = (await http.get(publishing.PATH)).text
        await _happens(telling, receiver, 1)
        async with telling.database.writing(()) as tx:
            with pytest.raises(keys.NextKeyKnown):
                await keys.replace(tx, telling.sealing, signing.NAME, after=60)
        await sql.execute("update signing_keys set signs_from = now() where signs_from > now()")
        second = (await http.get(publishing.PATH)).text
        await _happens(telling, receiver, 2)
        await _replaced(telling, after=0)
        third = (await http.get(publishing.PATH)).text
        await _happens(telling, receiver, 3)
    assert both == old + second
    assert len({old, second, third}) == 3
    for request, pem in zip(receiver.requests, (old, second, third), strict=True):
        public: Any = load_pem_public_key(pem.encode())
        public.verify(base64.b64decode(request.headers["x-ghl-signature"]), request.body)
    async with telling.database.reading(telling.by.workspaces) as tx:
        shown = await managing.find(tx, telling.by, made.webhook.uuid)
    assert [shape.public_key(key) for key in shown.public_keys] == [third]


async def test_a_key_that_signs_at_once_takes_the_place_of_one_that_was_to_follow(
    telling: Telling, http: httpx.AsyncClient
) -> None:
    first = await _replaced(telling, after=3600)
    second = await _replaced(telling, after=0)
    assert [each.until is None for each in first] == [False, True]
    assert [each.public for each in second] != [each.public for each in first]
    assert (await http.get(publishing.PATH)).text == signing.public_pem(second[0].public)
    assert len(await _replaced(telling, after=3600)) == 2


async def _replaced(telling: Telling, *, after: float) -> Sequence[keys.Published]:
    async with telling.database.writing(()) as tx:
        return await keys.replace(tx, telling.sealing, signing.NAME, after=after)


async def _happens(telling: Telling, receiver: Receiver, number: int) -> None:
    """One more contact, of whom somebody is told."""
    async with telling.database.writing(telling.by.workspaces) as tx:
        described = Described(f"k{number}-{uuid.uuid4().hex}@example.com")
        await contacts.create(tx, telling.by, telling.world.lamplight.workspace.id, described)
    telling.notices.wrote()
    await told(receiver, number)


# ── Files ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_files_are_told_of_by_links_that_are_good_then_and_by_the_addresses_of_others(
    telling: Telling, receiver: Receiver, lamplight: Location, world: World, means: FileMeans
) -> None:
    url = (await upload(lamplight)).json()["uploadedFiles"]["hello.wav"]
    foreign = "https://example.com/a.png"
    await telling.create(receiver.url, world.lamplight, kinds=["message.posted"], dialect="highlevel")
    ours = dataclasses.replace(telling, links=Links(telling.base_url, means.sealing))
    files = [url, foreign]
    await send(lamplight, attachments=files)
    await bring(lamplight, attachments=files)
    await send(lamplight, type="Email", html="<p>Hi</p>", attachments=files)
    async with ours.working():
        await told(receiver, 4)
    found = [each for each in said(receiver.requests) if each["type"] != "ConversationUnreadUpdate"]
    assert [each["messageType"] for each in found] == ["SMS", "SMS", "Email"]
    for each in found:
        own_link, other = each["attachments"]
        assert other == foreign
        assert (await lamplight.http.get(own_link)).content == WAVE


# ── Patience ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_there_are_twelve_more_tries_each_after_about_twice_as_long() -> None:
    own = shape.patience()
    assert own.tries == 13
    for tried, wait in enumerate(own.waits, 1):
        assert wait == 10 * 2 ** (tried - 1)
        drawn = {patience.until_next_try(tried, None, own) for _ in range(50)}
        assert all(each is not None and 0.75 * wait <= each <= 1.25 * wait for each in drawn)
        assert len(drawn) > 1
    assert patience.until_next_try(13, None, own) is None
    assert patience.until_next_try(1, 3_600.0, own) == 3_600.0


async def test_a_delivery_that_failed_comes_again_when_its_own_patience_says(
    telling: Telling, world: World, sql: asyncpg.Connection
) -> None:
    async with Receiver(says(DOWN)).listening() as down, telling.working():
        made = await telling.create(down.url, world.lamplight, kinds=["contact.created"], dialect="highlevel")
        async with telling.database.writing(telling.by.workspaces) as tx:
            await contacts.create(tx, telling.by, world.lamplight.workspace.id, Described("d@example.com"))
        telling.notices.wrote()
        (first,) = await telling.tried(made.webhook, 1)
        wait = await sql.fetchval(
            """
            select extract(epoch from d.due_at - t.tried_at)::float8 - t.took / 1000.0::float8
              from webhook_deliveries d join webhook_tries t on t.delivery_id = d.id where d.webhook_id = $1
            """,
            made.webhook.id,
        )
    assert (first.state, first.status) == ("waiting", 500)
    assert 7.4 < wait < 12.6
    (body,) = said(down.requests)
    assert body["webhookId"] == str(first.delivery)


def test_every_scope_that_gates_a_delivery_can_be_granted() -> None:
    assert {part.scope for part in shape._PARTS.values()} <= {None, *scopes.ALL}


async def test_a_webhook_of_no_app_hears_nothing_of_apps(
    telling: Telling, receiver: Receiver, program: Program, world: World
) -> None:
    async with telling.working():
        made = await telling.create(receiver.url, world.lamplight, kinds=["app.installed"], dialect="highlevel")
        await program.installed(world.linus, world.lamplight.workspace.id)
        await _quiet(telling, made.webhook, 1)
    assert receiver.requests == []
    by = system(world.account_id, world.lamplight.workspace.id)
    async with telling.database.reading(by.workspaces) as tx:
        assert await installing.find(tx, program.app.id, world.lamplight.workspace.id) is not None
