"""Messages leave: by a provider's address, signed, tried again; and what was scheduled is said when it is time."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
import subprocess
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from highlevel.logging import Logger
from highlevel.webhook.webhook_manager import WebhookManager

from koine.core.actor import system
from koine.core.files.links import Links
from koine.core.files.model import Means
from koine.core.providers import providers
from koine.core.sealing import NAME, Sealing
from koine.core.signing import keys
from koine.demo import World
from koine.dialects.highlevel import ids, signing
from koine.outgoing import Outgoing
from koine.postgres import embedded
from koine.postgres.database import Database
from koine.postgres.notices import Notices
from koine.reactions import leaving, saying
from koine.reactions.table import Reaction
from koine.work.relay import Relay
from koine.work.worker import Worker
from tests.dialects.highlevel.locations import Location
from tests.dialects.highlevel.messaging import MESSAGES, bring, listed, message, registered, send
from tests.dialects.highlevel.test_uploads import WAVE, upload
from tests.outgoing.listeners import OK, Receiver, Request, says
from tests.waiting import meanwhile, until
from tests.work import processes

SCRIPT = str(Path(__file__).parent / "carrying.py")
BROKEN = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n"
SOON = 1.2  # seconds: a scheduled time is in whole or broken seconds, and must lie ahead when it arrives


@dataclass
class Carrying:
    """All that goes on behind the requests so that messages leave."""

    dsn: str
    database: Database
    notices: Notices
    sealing: Sealing
    keys: Path
    reactions: Sequence[Reaction]

    @contextlib.asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        relay = Relay(self.dsn, self.reactions, notices=self.notices)
        worker = Worker(self.dsn, self.database, self.reactions, notices=self.notices)
        async with meanwhile(relay.run, worker.run):
            yield

    @contextlib.asynccontextmanager
    async def relaying(self) -> AsyncIterator[None]:
        async with meanwhile(Relay(self.dsn, self.reactions, notices=self.notices).run):
            yield

    @contextlib.asynccontextmanager
    async def another(self) -> AsyncIterator[subprocess.Popen[str]]:
        starting = processes.started(SCRIPT, self.dsn, str(self.keys), "0.5")
        process = await asyncio.to_thread(starting.__enter__)
        try:
            yield process
        finally:
            await asyncio.to_thread(starting.__exit__, None, None, None)


@pytest.fixture
async def carrying(
    server: embedded.Running,
    database: Database,
    house_notices: Notices,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    base_url: str,
    means: Means,
) -> AsyncIterator[Carrying]:
    """One key is for the whole database, so all tests of a process share the file that seals it."""
    monkeypatch.setattr("koine.work.worker.POLL", 0.05)
    monkeypatch.setattr("koine.reactions.leaving.FIRST_WAIT", 0.05)
    file = tmp_path_factory.getbasetemp() / NAME
    sealing = Sealing(file)
    async with Outgoing(allow=[ip_network("127.0.0.0/8")]) as outgoing:
        links = Links(base_url, means.sealing)
        doing = [_hasty(each) for each in (saying.REACTION, *leaving.reactions(outgoing, sealing, links))]
        yield Carrying(server.address.dsn("koine_app"), database, house_notices, sealing, file, doing)


def _hasty(reaction: Reaction) -> Reaction:
    return dataclasses.replace(reaction, waits=tuple(0.02 for _ in reaction.waits))


async def has_status(at: Location, sent: Any, status: str) -> None:
    async def has() -> bool:
        return bool((await message(at, sent))["status"] == status)

    await until(has)


async def test_a_text_is_delivered_to_its_provider_and_signed_for_the_official_client(
    carrying: Carrying, lamplight: Location, database: Database, world: World
) -> None:
    async with Receiver(says(OK)).listening() as receiver, carrying.working():
        provider = await registered(database, world, lamplight.place, url=receiver.url)
        sent = await send(
            lamplight, type="Custom", conversationProviderId=provider.id, attachments=["https://example.com/a.png"]
        )
        await has_status(lamplight, sent, "sent")
    (request,) = receiver.requests
    assert json.loads(request.body) == {
        "contactId": lamplight.contact(),
        "locationId": lamplight.id,
        "messageId": sent.json()["messageId"],
        "type": "Custom",
        "phone": "+15550100101",
        "message": "Hello",
        "attachments": ["https://example.com/a.png"],
    }
    async with database.reading(()) as tx:
        key = await keys.known(tx, carrying.sealing, signing.NAME)
    assert key is not None
    pem = signing.public_pem(key.public)
    load_pem_public_key(pem.encode())
    official = WebhookManager(Logger(), None, None)
    signature = request.headers["x-ghl-signature"]
    assert official.verify_ed25519_signature(request.body.decode(), signature, pem) is True
    assert official.verify_ed25519_signature(request.body.decode() + " ", signature, pem) is False


async def test_a_provider_is_told_of_files_by_links_that_are_good_then(
    carrying: Carrying, lamplight: Location, database: Database, world: World, sql: asyncpg.Connection
) -> None:
    said = (await upload(lamplight)).json()["uploadedFiles"]["hello.wav"]
    other = (await upload(lamplight, "other.txt", b"Other")).json()["uploadedFiles"]["other.txt"]
    await registered(database, world, lamplight.place, url="http://127.0.0.1:9/", extra=False)
    at = time.time() + SOON
    sent = await send(lamplight, attachments=[said, "https://example.com/a.png"], scheduledTimestamp=at)
    await sql.execute(  # enclosed, as other ways in say files
        "insert into message_attachments (workspace_id, message_id, attachment_id)"
        " select m.workspace_id, m.id, f.id from messages m join attachments f using (workspace_id)"
        " where m.uuid = $1 and f.file_name = 'other.txt'",
        ids.known(sent.json()["messageId"]),
    )
    async with Receiver(says(OK)).listening() as receiver:
        await sql.execute(
            "update providers set url = $2 where workspace_id = $1", lamplight.place.workspace.id, receiver.url
        )
        async with carrying.working():
            await has_status(lamplight, sent, "sent")
    ours, foreign, enclosed = json.loads(receiver.requests[0].body)["attachments"]
    assert foreign == "https://example.com/a.png"
    assert (await lamplight.http.get(ours)).content == WAVE
    assert (await lamplight.http.get(enclosed)).content == b"Other"
    assert enclosed.rpartition("/")[2] == other.rpartition("/")[2] == "other.txt"


async def test_the_usual_provider_gets_texts_and_emails_of_its_kind(
    carrying: Carrying, lamplight: Location, database: Database, world: World
) -> None:
    async with Receiver(says(OK)).listening() as texts, Receiver(says(OK)).listening() as mails, carrying.working():
        await registered(database, world, lamplight.place, "sms", url=texts.url, extra=False)
        await registered(database, world, lamplight.place, "email", url=mails.url, extra=False)
        text = await send(lamplight)
        mail = await send(lamplight, type="Email", html="<p>Hi</p>", subject="S", emailFrom="a@example.com")
        other = await send(lamplight, type="WhatsApp")
        await has_status(lamplight, text, "sent")
        await has_status(lamplight, mail, "sent")
    assert [json.loads(each.body)["type"] for each in texts.requests] == ["SMS"]
    (told,) = [json.loads(each.body) for each in mails.requests]
    assert (told["emailMessageId"], told["emailTo"]) == (
        mail.json()["emailMessageId"],
        [lamplight.place.contacts[0].email],
    )
    assert (told["type"], told["html"], told["subject"], told["emailFrom"]) == (
        "Email",
        "<p>Hi</p>",
        "S",
        "a@example.com",
    )
    assert (await message(lamplight, other))["status"] == "pending"


async def test_an_answer_names_what_it_answers_as_the_provider_knows_it(
    carrying: Carrying, lamplight: Location, database: Database, world: World
) -> None:
    async with Receiver(says(OK)).listening() as receiver, carrying.working():
        provider = await registered(database, world, lamplight.place, "email", url=receiver.url)
        named = {"type": "Custom", "conversationProviderId": provider.id}
        asked = await bring(lamplight, html="<p>?</p>", altId="theirs-7", **named)
        sent = await send(lamplight, html="<p>!</p>", replyMessageId=asked.json()["messageId"], **named)
        await has_status(lamplight, sent, "sent")
    assert json.loads(receiver.requests[0].body)["replyToAltId"] == "theirs-7"


async def test_what_fails_is_tried_again_and_others_do_not_wait_for_it(
    carrying: Carrying, lamplight: Location, database: Database, world: World
) -> None:
    answering = False

    async def behaves(request: Request, writer: asyncio.StreamWriter) -> None:
        first = json.loads(request.body)["message"] == "first"
        await says(BROKEN if first and not answering else OK)(request, writer)

    async with Receiver(behaves).listening() as receiver, carrying.working():
        await registered(database, world, lamplight.place, url=receiver.url, extra=False)
        first, second = await send(lamplight, message="first"), await send(lamplight, message="second")
        await has_status(lamplight, second, "sent")
        assert (await message(lamplight, first))["status"] == "pending"
        answering = True
        await has_status(lamplight, first, "sent")


async def test_after_the_last_try_a_message_has_failed_and_says_why(
    carrying: Carrying, lamplight: Location, database: Database, world: World
) -> None:
    async with Receiver(says(BROKEN)).listening() as receiver, carrying.working():
        await registered(database, world, lamplight.place, url=receiver.url, extra=False)
        sent = await send(lamplight)
        await has_status(lamplight, sent, "failed")
    assert len(receiver.requests) == 13
    assert (await message(lamplight, sent))["error"] == "The provider answered with the status 500."
    jobs = await _unfinished(database, world)
    assert jobs == []


async def test_what_a_provider_said_meanwhile_stands(
    carrying: Carrying, lamplight: Location, database: Database, world: World
) -> None:
    """It told of the delivery before it had answered the call."""

    async def behaves(request: Request, writer: asyncio.StreamWriter) -> None:
        id = json.loads(request.body)["messageId"]
        told = await lamplight.http.put(f"{MESSAGES}/{id}/status", json={"status": "delivered"})
        assert told.status_code == 200
        await says(OK)(request, writer)

    async with Receiver(behaves).listening() as receiver, carrying.working():
        await registered(database, world, lamplight.place, url=receiver.url, extra=False)
        sent = await send(lamplight)
        await has_status(lamplight, sent, "delivered")

        async def over() -> bool:
            return await _unfinished(database, world) == []

        await until(over)
    assert (await message(lamplight, sent))["status"] == "delivered"


async def test_what_a_deleted_provider_was_to_carry_has_failed(
    carrying: Carrying, lamplight: Location, database: Database, world: World
) -> None:
    provider = await registered(database, world, lamplight.place, url="http://127.0.0.1:9/", extra=False)
    sent = await send(lamplight)
    by = system(world.account_id, lamplight.place.workspace.id)
    async with database.writing(by.workspaces) as tx:
        await providers.delete(tx, by, lamplight.place.workspace.id, provider.id)
    async with carrying.working():
        await has_status(lamplight, sent, "failed")
    assert (await message(lamplight, sent))["error"] == "Its provider is there no longer."


async def test_what_was_brought_in_or_is_done_does_not_leave(
    carrying: Carrying, lamplight: Location, database: Database, world: World
) -> None:
    async with Receiver(says(OK)).listening() as receiver, carrying.working():
        provider = await registered(database, world, lamplight.place, url=receiver.url, extra=False)
        await bring(lamplight)
        await bring(lamplight, direction="outbound", conversationProviderId=provider.id)
        await send(lamplight, status="delivered")
        await send(lamplight, type="InternalComment")
        last = await send(lamplight, message="last")
        await has_status(lamplight, last, "sent")
    assert [json.loads(each.body)["message"] for each in receiver.requests] == ["last"]


async def test_a_worker_that_is_killed_leaves_the_message_to_the_next(
    carrying: Carrying, lamplight: Location, database: Database, world: World
) -> None:
    arrived, answering = asyncio.Event(), False

    async def hang(request: Request, writer: asyncio.StreamWriter) -> None:
        arrived.set()
        if answering:
            await says(OK)(request, writer)
        else:
            await asyncio.Event().wait()

    async with Receiver(hang).listening() as receiver:
        await registered(database, world, lamplight.place, url=receiver.url, extra=False)
        async with carrying.relaying(), carrying.another() as process:
            sent = await send(lamplight)
            await arrived.wait()
            process.kill()
            await asyncio.to_thread(process.wait)
            assert (await message(lamplight, sent))["status"] == "pending"
            answering = True
            async with carrying.working():
                await has_status(lamplight, sent, "sent")
    first, second = receiver.requests
    assert (first.body, first.headers["x-ghl-signature"]) == (second.body, second.headers["x-ghl-signature"])


# ── Later ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_is_scheduled_is_said_when_it_is_time_and_leaves(
    carrying: Carrying, lamplight: Location, database: Database, world: World, sql: asyncpg.Connection
) -> None:
    async with Receiver(says(OK)).listening() as receiver, carrying.working():
        await registered(database, world, lamplight.place, url=receiver.url, extra=False)
        at = time.time() + SOON
        later = await send(lamplight, message="later", scheduledTimestamp=at)
        now = await send(lamplight, message="now")
        await has_status(lamplight, now, "sent")
        assert (await message(lamplight, later))["status"] == "scheduled"
        await has_status(lamplight, later, "sent")
    assert [json.loads(each.body)["message"] for each in receiver.requests] == ["now", "later"]
    found = await message(lamplight, later)
    page = await listed(lamplight, found["conversationId"])
    assert [each["body"] for each in page["messages"]] == ["later", "now"]
    row = await sql.fetchrow(
        "select c.last_message_preview, c.last_message_id = m.id as last, m.created_at from conversations c"
        " join messages m on m.conversation_id = c.id where m.uuid = $1",
        ids.known(later.json()["messageId"]),
    )
    assert row is not None
    assert (row["last_message_preview"], row["last"]) == ("later", True)
    assert row["created_at"].timestamp() >= at


async def test_what_is_scheduled_survives_its_worker_and_is_said_once(
    carrying: Carrying, lamplight: Location, sql: asyncpg.Connection
) -> None:
    sent = [await send(lamplight, message=str(n), scheduledTimestamp=time.time() + SOON) for n in range(8)]
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(3):
            process = await stack.enter_async_context(carrying.another())
            await asyncio.sleep(0.4)
            process.kill()
        async with carrying.working():
            for each in sent:
                await has_status(lamplight, each, "pending")
    told = await sql.fetch(
        "select m.uuid, count(*) as said from events e join messages m on m.id = e.message_id"
        " where e.kind = 'message.posted' and m.uuid = any ($1::uuid[]) group by m.uuid",
        [ids.known(each.json()["messageId"]) for each in sent],
    )
    assert [row["said"] for row in told] == [1] * len(sent)


async def test_what_was_cancelled_is_never_said(carrying: Carrying, lamplight: Location) -> None:
    at = time.time() + SOON
    cancelled = await send(lamplight, message="cancelled", scheduledTimestamp=at)
    other = await send(lamplight, message="other", scheduledTimestamp=at)
    path = f"{MESSAGES}/{cancelled.json()['messageId']}"
    assert (await lamplight.http.delete(f"{path}/schedule")).status_code == 200
    async with carrying.working():
        await has_status(lamplight, other, "pending")
    page = await listed(lamplight, other.json()["conversationId"])
    assert [each["body"] for each in page["messages"]] == ["other"]


async def test_whoever_wants_no_more_by_then_is_not_written_to(
    carrying: Carrying, lamplight: Location, sql: asyncpg.Connection
) -> None:
    sent = await send(lamplight, type="Email", html="<p>x</p>", scheduledTimestamp=time.time() + SOON)
    await sql.execute("update contacts set dnd = true where id = $1", lamplight.place.contacts[0].id)
    async with carrying.working():
        await has_status(lamplight, sent, "failed")
    assert (await message(lamplight, sent))["error"] == "The contact does not want to be reached by email."


async def _unfinished(database: Database, world: World) -> list[str]:
    async with database.reading((world.lamplight.workspace.id,)) as tx:
        rows = await tx.rows(
            "select reaction from jobs where workspace_id = $1 and state <> 'done'", world.lamplight.workspace.id
        )
    return [row["reaction"] for row in rows]
