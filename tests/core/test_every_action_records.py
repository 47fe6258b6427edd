"""Whatever changes something tells what happened: no action writes and records nothing."""

from __future__ import annotations

import atexit
import dataclasses
import functools
import importlib
import inspect
import pkgutil
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import koine.core
from koine.core.actor import Actor, system
from koine.core.apps import apps, authorizing, installing
from koine.core.apps import model as app_model
from koine.core.apps import store as app_store
from koine.core.contacts import contacts
from koine.core.contacts.model import Described
from koine.core.conversations import changing, finding, messages, opening, reactions, threads
from koine.core.conversations.correspondence import delivering, recipients, scheduling, sending
from koine.core.conversations.correspondence import reading as letters
from koine.core.conversations.correspondence.delivering import EmailReport
from koine.core.conversations.correspondence.model import Email, Letter, Recipient, Whom
from koine.core.conversations.model import Conversation, Opening, Posting, Said
from koine.core.files import attachments, files
from koine.core.files.model import Described as FileDescribed
from koine.core.files.model import File, Stored
from koine.core.inboxes import inboxes
from koine.core.providers import providers
from koine.core.providers.model import Wanted as Carrier
from koine.core.sealing import NAME, Sealing
from koine.core.subscriptions import subscriptions
from koine.core.subscriptions.model import Change, SubscriptionType
from koine.core.subscriptions.model import Described as Kind
from koine.core.teams import teams
from koine.core.tokens import once, secrets, tokens
from koine.core.tokens.tokens import Grant
from koine.core.users import ownership, passwords, people, signing_in, staff, users
from koine.core.users.people import Person
from koine.core.users.staff import Reach
from koine.core.webhooks import managing, replaying, webhooks
from koine.core.webhooks import model as hooks
from koine.core.workspaces import deleting, describing, workspaces
from koine.core.workspaces import model as known
from koine.demo import World
from koine.outgoing import Outgoing
from koine.postgres.database import Database, Row, Tx
from koine.reactions.webhooks import SHAPES
from koine.storage import new_key
from tests.core import desk_deeds, door_deeds, settings_deeds

Deed = Callable[[Tx, Actor, World, Conversation], Awaitable[object]]


def _home(world: World) -> int:
    return world.lamplight.workspace.id


async def _revoke(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    await tokens.revoke(tx, by, world.tight.id)


async def _restore(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    await changing.delete(tx, by, lamp)
    await changing.restore(tx, by, await finding.by_id(tx, by, lamp.id))


async def _react(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    assert lamp.last_message is not None
    await reactions.add(tx, by, lamp.last_message.id, "thumbs_up")


async def _take_back(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    await _react(tx, by, world, lamp)
    assert lamp.last_message is not None
    await reactions.remove(tx, by, lamp.last_message.id, "thumbs_up")


async def _delete_contact(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    contact = world.lamplight.contacts[0]
    await threads.open(tx, by, _home(world), contact.uuid)
    await contacts.delete(tx, by, contact)


@functools.cache
def _means() -> hooks.Means:
    folder = tempfile.mkdtemp(prefix="test-of-koine-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return hooks.Means(Outgoing(), Sealing(Path(folder) / NAME), SHAPES)


async def _hook(tx: Tx, by: Actor, world: World) -> hooks.Webhook:
    wanted = hooks.Wanted(world.account_id, _home(world), "native", "https://192.0.78.9/hook")
    return (await webhooks.create(tx, by, _means(), wanted)).webhook


async def _rotate(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    await webhooks.rotate(tx, by, _means(), await _hook(tx, by, world))


async def _disable(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    await webhooks.disable(tx, by, await _hook(tx, by, world))


async def _enable(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    hook = await _hook(tx, by, world)
    await webhooks.disable(tx, by, hook)
    await webhooks.enable(tx, by, await managing.find(tx, by, hook.uuid))


async def _delete(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    await webhooks.delete(tx, by, await _hook(tx, by, world))


async def _test(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    await replaying.test(tx, by, await _hook(tx, by, world))


async def _replay(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    hook = await _hook(tx, by, world)
    await replaying.replay(tx, by, SHAPES["native"], hook, await replaying.test(tx, by, hook))


async def _replay_range(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    await replaying.replay_range(
        tx, by, SHAPES["native"], await _hook(tx, by, world), datetime.now(UTC) - timedelta(hours=1)
    )


async def _replay_failed(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    await replaying.replay_failed(tx, by, await _hook(tx, by, world), settings_deeds.long_ago())


async def _app(tx: Tx, by: Actor) -> app_model.App:
    wanted = app_model.Wanted("highlevel", "Mirrors", ["https://client.example/back"], ["contacts.readonly"])
    return (await apps.register(tx, by, wanted)).app


async def _allow(tx: Tx, world: World, app: app_model.App) -> str:
    linus = world.acting(world.linus, "Admin", world.lamplight)
    asked = app_model.Asked(app.redirect_uris[0], app.scopes)
    return await authorizing.allow(tx, linus, app, [_home(world)], asked)


async def _installed(tx: Tx, by: Actor, world: World) -> app_model.App:
    app = await _app(tx, by)
    code = await _allow(tx, world, app)
    redeemed = await authorizing.redeem_code(tx, app, code, redirect_uri=None, verifier=None)
    await installing.install(tx, by, app, redeemed.authorization)
    return app


async def _misuse(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    app = await _app(tx, by)
    code = await _allow(tx, world, app)
    await authorizing.redeem_code(tx, app, code, redirect_uri=None, verifier=None)
    await tx.write("update tokens set last_used_at = now() - interval '1 hour' where client_id = $1", app.id)
    assert await authorizing.end_if_misused(tx, by, app, "code", code)


async def _recognise(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    await authorizing.recognise(tx, by, await _app(tx, by), world.linus)


async def _allow_new(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    await _allow(tx, world, await _app(tx, by))


async def _uninstall(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    await installing.uninstall(tx, by, await _installed(tx, by, world), _home(world))


async def _delete_app(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    app = await _installed(tx, by, world)
    await app_store.own_webhook(tx, app.id, (await _hook(tx, by, world)).id)
    await apps.delete(tx, by, app)


_REGISTERED = ["token.created", "app.registered"]
_ALLOWED = [*_REGISTERED, "token.created", "app.authorized"]


def _stored() -> Stored:
    return Stored(new_key(), "lamp.png", "image/png", 4, b"d" * 32)


async def _file(tx: Tx, by: Actor, world: World) -> File:
    stored = Stored(new_key(), "lamp.png", "image/png", 1, b"digest")
    return await files.add(tx, by, _home(world), stored, FileDescribed("The lamp"))


async def _describe_file(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    file = await files.describe(
        tx, by, await _file(tx, by, world), FileDescribed(notes="Broken", date=date(2026, 1, 31))
    )
    assert await files.describe(tx, by, file, FileDescribed(notes="Broken")) is file


async def _bin(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    file = await files.delete(tx, by, await _file(tx, by, world))
    assert await files.delete(tx, by, file) is file


async def _unbin(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    file = await files.restore(tx, by, await files.delete(tx, by, await _file(tx, by, world)))
    assert await files.restore(tx, by, file) is file


async def _describe(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    there = await describing.held(tx, by, _home(world))
    await describing.describe(tx, by, there, known.Described(name="Lamps", external_id="lamps"))


async def _delete_workspace(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    await deleting.delete(tx, by, (await describing.held(tx, by, _home(world))).workspace)


async def _restore_workspace(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    await _delete_workspace(tx, by, world, lamp)
    await deleting.restore(tx, by, (await describing.held(tx, by, _home(world))).workspace)


async def _own(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    await ownership.put(tx, by, _home(world), [Person(world.grace.external_id or "", world.grace.email)])


async def _disable_user(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    await people.disable(tx, by, world.ada)


async def _enable_user(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    await people.disable(tx, by, world.ada)
    await people.enable(tx, by, world.ada)


async def _change_staff(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    blaise = await staff.find(tx, by, world.blaise.id)
    await staff.change(tx, by, blaise, Person("", world.blaise.email, "B."), Reach())


async def _remove_staff(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    await staff.remove(tx, by, await staff.find(tx, by, world.blaise.id))


async def _restore_staff(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    await _remove_staff(tx, by, world, lamp)
    await staff.restore(tx, by, await staff.find(tx, by, world.blaise.id))


def _someone(world: World) -> Whom:
    return Whom(contact=world.lamplight.contacts[0].uuid)


async def _recipient(tx: Tx, world: World) -> Recipient:
    return await recipients.of(tx, _home(world), _someone(world))


async def _send(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    await sending.send(tx, by, await _recipient(tx, world), Said("Hello", channel="sms", state="pending"))


async def _letter(tx: Tx, by: Actor, world: World) -> Letter:
    """A call that some provider has carried, whose id the message knows."""
    carrier = await providers.create(tx, by, _home(world), Carrier("call", None))
    call = Said("", channel="custom_call", state="pending", meta={"provider": carrier.id})
    sent = await sending.send(tx, by, await _recipient(tx, world), call)
    return await letters.own(tx, by, sent.uuid)


async def _email(tx: Tx, by: Actor, world: World) -> Letter:
    said = Said("Hello", channel="email", state="pending")
    sent = await sending.send_email(tx, by, await _recipient(tx, world), said, Email(subject="S"))
    return await letters.own(tx, by, sent.uuid)


async def _schedule(tx: Tx, by: Actor, world: World) -> Letter:
    later = datetime.now(UTC) + timedelta(hours=1)
    sent = await scheduling.schedule(tx, by, await _recipient(tx, world), Said("Later", channel="sms"), later)
    return await letters.own(tx, by, sent.uuid)


async def _say(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    assert await scheduling.say(tx, by, _home(world), (await _schedule(tx, by, world)).uuid)


async def _subtype(tx: Tx, by: Actor, world: World) -> SubscriptionType:
    return await subscriptions.create(tx, by, _home(world), Kind("News", channel="email", language="en"))


async def _provider(tx: Tx, by: Actor, world: World) -> str:
    return (await providers.create(tx, by, _home(world), Carrier("sms", None))).id


async def _note(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    await sending.note(tx, by, await _recipient(tx, world), Said("Mind the step.", channel="internal_comment"))


async def _thread(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    await sending.thread(tx, by, await _recipient(tx, world))


async def _cancel(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    await scheduling.cancel(tx, by, await _schedule(tx, by, world))


async def _report(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    await delivering.report(tx, by, await _letter(tx, by, world), "delivered")


async def _settle(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    await delivering.settle(tx, by, await _letter(tx, by, world), "sent")


async def _report_outcomes(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    await delivering.report_outcomes(tx, by, await _email(tx, by, world), {"a@example.com": {"status": "failed"}})


async def _report_email(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    await delivering.report_email(tx, by, await _email(tx, by, world), EmailReport("opened"))


async def _attach(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    await delivering.attach(tx, by, await _letter(tx, by, world), ["x"], channels=["custom_call"])


async def _transcribe(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    await delivering.transcribe(tx, by, await _letter(tx, by, world), [{"text": "Hello."}])


async def _delete_provider(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    await providers.delete(tx, by, _home(world), await _provider(tx, by, world))


async def _change_subtype(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    await subscriptions.change(tx, by, await _subtype(tx, by, world), Kind(archived=True))


async def _wish(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    await subscriptions.wish(tx, by, world.lamplight.contacts[0], Change("a@example.com", subscribed=False), None)


CALLED = ["provider.created", "conversation.opened", "message.posted"]
LATER = ["conversation.opened", "message.scheduled"]
FIRST = ["conversation.opened", "message.posted"]

# Each action once, in a way that really changes something; the kinds of event it must record, in order: those of the
# feed, then those of the account.
DEEDS: dict[Callable[..., Any], tuple[Deed, list[str]]] = {
    opening.open: (
        lambda tx, by, world, lamp: opening.open(tx, by, [Opening(_home(world), "New", Said("Hello"))]),
        ["conversation.opened", "message.posted"],
    ),
    threads.open: (
        lambda tx, by, world, lamp: threads.open(tx, by, _home(world), world.lamplight.contacts[0].uuid),
        ["conversation.opened"],
    ),
    sending.send: (_send, FIRST),
    sending.send_email: (lambda tx, by, world, lamp: _email(tx, by, world), FIRST),
    sending.note: (_note, ["conversation.opened", "note.written"]),
    sending.thread: (_thread, ["conversation.opened"]),
    scheduling.schedule: (lambda tx, by, world, lamp: _schedule(tx, by, world), LATER),
    scheduling.cancel: (_cancel, [*LATER, "message.schedule_cancelled"]),
    scheduling.say: (_say, [*LATER, "message.posted"]),
    delivering.report: (_report, [*CALLED, "message.status_changed"]),
    delivering.settle: (_settle, [*CALLED, "message.status_changed"]),
    delivering.report_outcomes: (_report_outcomes, [*FIRST, "message.status_changed"]),
    delivering.report_email: (_report_email, [*FIRST, "message.status_changed"]),
    delivering.attach: (_attach, [*CALLED, "message.attachments_changed"]),
    delivering.transcribe: (_transcribe, [*CALLED, "message.transcribed"]),
    providers.create: (lambda tx, by, world, lamp: _provider(tx, by, world), ["provider.created"]),
    providers.delete: (_delete_provider, ["provider.created", "provider.deleted"]),
    subscriptions.create: (lambda tx, by, world, lamp: _subtype(tx, by, world), ["subscription_type.created"]),
    subscriptions.change: (_change_subtype, ["subscription_type.created", "subscription_type.changed"]),
    subscriptions.wish: (_wish, ["contact.subscription_changed"]),
    messages.post: (
        lambda tx, by, world, lamp: messages.post(tx, by, [Posting(lamp.id, Said("Hello"))]),
        ["message.posted"],
    ),
    reactions.add: (_react, ["message.reaction_added"]),
    reactions.remove: (_take_back, ["message.reaction_added", "message.reaction_removed"]),
    changing.set_category: (
        lambda tx, by, world, lamp: changing.set_category(tx, by, lamp, "resolved"),
        ["conversation.status_changed"],
    ),
    changing.set_subject: (
        lambda tx, by, world, lamp: changing.set_subject(tx, by, lamp, "Mended"),
        ["conversation.subject_changed"],
    ),
    changing.attach_entity: (
        lambda tx, by, world, lamp: changing.attach_entity(tx, by, _without_entity(lamp), "sum_1"),
        ["conversation.entity_attached"],
    ),
    changing.mark: (
        lambda tx, by, world, lamp: changing.mark(tx, by, lamp, read=not lamp.read),
        ["conversation.read_changed"],
    ),
    changing.set_unread: (
        lambda tx, by, world, lamp: changing.set_unread(tx, by, lamp, 7),
        ["conversation.unread_changed"],
    ),
    changing.star: (
        lambda tx, by, world, lamp: changing.star(tx, by, lamp, starred=not lamp.starred),
        ["conversation.starred"],
    ),
    changing.rate: (
        lambda tx, by, world, lamp: changing.rate(tx, by, lamp, "positive"),
        ["conversation.rated"],
    ),
    changing.delete: (lambda tx, by, world, lamp: changing.delete(tx, by, lamp), ["conversation.deleted"]),
    changing.restore: (_restore, ["conversation.deleted", "conversation.restored"]),
    files.add: (lambda tx, by, world, lamp: _file(tx, by, world), ["file.uploaded"]),
    files.add_once: (lambda tx, by, world, lamp: files.add_once(tx, by, _home(world), _stored()), ["file.uploaded"]),
    files.describe: (_describe_file, ["file.uploaded", "file.updated"]),
    files.delete: (_bin, ["file.uploaded", "file.deleted"]),
    files.restore: (_unbin, ["file.uploaded", "file.deleted", "file.restored"]),
    contacts.create: (
        lambda tx, by, world, lamp: contacts.create(tx, by, _home(world), Described("new@example.com")),
        ["contact.created"],
    ),
    contacts.upsert: (
        lambda tx, by, world, lamp: contacts.upsert(
            tx, by, _home(world), Described("otto.brandt@example.com", last_name="Braun")
        ),
        ["contact.updated"],
    ),
    contacts.update: (
        lambda tx, by, world, lamp: contacts.update(tx, by, world.lamplight.contacts[0], Described(phone="")),
        ["contact.updated"],
    ),
    contacts.delete: (_delete_contact, ["conversation.opened", "conversation.deleted", "contact.deleted"]),
    contacts.known_or_new: (
        lambda tx, by, world, lamp: contacts.known_or_new(tx, by, _home(world), Described("other@example.com")),
        ["contact.created"],
    ),
    inboxes.create: (
        lambda tx, by, world, lamp: inboxes.create(tx, by, _home(world), name="Sales", channel="api"),
        ["inbox.created"],
    ),
    apps.register: (lambda tx, by, world, lamp: _app(tx, by), _REGISTERED),
    authorizing.recognise: (_recognise, [*_REGISTERED, "token.created"]),
    authorizing.allow: (_allow_new, _ALLOWED),
    authorizing.end_if_misused: (_misuse, [*_ALLOWED, "authorization.ended"]),
    installing.install: (lambda tx, by, world, lamp: _installed(tx, by, world), ["app.installed", *_ALLOWED]),
    installing.uninstall: (_uninstall, ["app.installed", "app.uninstalled", *_ALLOWED]),
    apps.delete: (
        _delete_app,
        [
            "app.installed",
            "app.uninstalled",
            *_ALLOWED,
            "webhook.created",
            "webhook.deleted",
            "token.revoked",
            "app.deleted",
        ],
    ),
    signing_in.signed_in: (
        lambda tx, by, world, lamp: signing_in.signed_in(
            tx, world.acting(world.linus, "Admin", world.lamplight), "a door"
        ),
        ["user.signed_in"],
    ),
    teams.create: (
        lambda tx, by, world, lamp: teams.create(tx, by, _home(world), name="Night shift"),
        ["team.created"],
    ),
    users.create: (lambda tx, by, world, lamp: users.create(tx, by, email="new@example.com"), ["user.created"]),
    users.add: (
        lambda tx, by, world, lamp: users.add(tx, by, world.grace, _home(world), role="Agent"),
        ["member.added"],
    ),
    tokens.create: (
        lambda tx, by, world, lamp: tokens.create(tx, by, Grant("tight", "client"), secret=secrets.new()),
        ["token.created"],
    ),
    tokens.issue: (
        lambda tx, by, world, lamp: tokens.issue(tx, by, Grant("tight", "access"), secret=secrets.new()),
        ["token.created"],
    ),
    tokens.revoke: (_revoke, ["token.revoked"]),
    once.issue: (
        lambda tx, by, world, lamp: once.issue(tx, by, "setup", lifetime=timedelta(hours=1)),
        ["token.created"],
    ),
    passwords.set_hash: (lambda tx, by, world, lamp: passwords.set_hash(tx, by, world.ada, "hash"), ["password.set"]),
    webhooks.create: (lambda tx, by, world, lamp: _hook(tx, by, world), ["webhook.created"]),
    webhooks.rotate: (_rotate, ["webhook.created", "webhook.rotated"]),
    webhooks.disable: (_disable, ["webhook.disabled", "webhook.created"]),
    webhooks.enable: (_enable, ["webhook.disabled", "webhook.created", "webhook.enabled"]),
    webhooks.delete: (_delete, ["webhook.created", "webhook.deleted"]),
    replaying.test: (_test, ["webhook.created", "webhook.tested"]),
    replaying.replay: (_replay, ["webhook.created", "webhook.tested", "webhook.replayed"]),
    replaying.replay_range: (_replay_range, ["webhook.created", "webhook.replayed"]),
    replaying.replay_failed: (_replay_failed, ["webhook.created", "webhook.replayed"]),
    workspaces.found: (
        lambda tx, by, world, lamp: workspaces.found(tx, by, "A third one"),
        ["workspace.opened", "workspace.created"],
    ),
    describing.describe: (_describe, ["workspace.updated", "workspace.changed"]),
    deleting.delete: (_delete_workspace, ["workspace.deleted", "workspace.closed"]),
    deleting.restore: (
        _restore_workspace,
        ["workspace.deleted", "workspace.restored", "workspace.closed", "workspace.reopened"],
    ),
    ownership.put: (_own, ["member.added", "member.removed"]),
    people.settle: (
        lambda tx, by, world, lamp: people.settle(tx, by, Person("new", "new@example.com")),
        ["user.created"],
    ),
    people.update: (
        lambda tx, by, world, lamp: people.update(tx, by, dataclasses.replace(world.ada, language="en")),
        ["user.updated"],
    ),
    people.disable: (_disable_user, ["user.disabled"]),
    people.enable: (_enable_user, ["user.disabled", "user.enabled"]),
    staff.save: (
        lambda tx, by, world, lamp: staff.save(tx, by, Person("new", "new@example.com")),
        ["user.created", "staff.added"],
    ),
    staff.change: (_change_staff, ["user.updated", "staff.changed"]),
    staff.remove: (_remove_staff, ["staff.removed", "user.disabled"]),
    staff.restore: (_restore_staff, ["staff.removed", "user.disabled", "staff.restored", "user.enabled"]),
}


DEEDS |= desk_deeds.DEEDS | door_deeds.DEEDS | settings_deeds.DEEDS

# What Koine itself, which is nobody, cannot do.
BY_SOMEBODY = {changing.mark, reactions.add, reactions.remove} | desk_deeds.BY_SOMEBODY | door_deeds.BY_SOMEBODY


def _without_entity(conversation: Conversation) -> Conversation:
    return dataclasses.replace(conversation, entity=None)


def actions() -> list[Callable[..., Any]]:
    """Every public coroutine of the core that takes a transaction and somebody who acts, outside the stores."""
    found = []
    for module in pkgutil.walk_packages(koine.core.__path__, "koine.core."):
        if ".store" in module.name:
            continue
        for name, member in vars(importlib.import_module(module.name)).items():
            if inspect.iscoroutinefunction(member) and not name.startswith("_") and member.__module__ == module.name:
                parameters = list(inspect.signature(member).parameters)
                if parameters[:2] == ["tx", "by"]:
                    found.append(member)
    return found


# These only read, which the read-only transactions of every GET in the tests prove.
READING = {
    "koine.core.contacts.listing",
    "koine.core.audit.trail",
    "koine.core.conversations.arrival",
    "koine.core.conversations.correspondence.reading",
    "koine.core.conversations.finding",
    "koine.core.conversations.listing",
    "koine.core.conversations.searching",
    "koine.core.feed.feed",
    "koine.core.outbox",
    "koine.core.webhooks.managing",
    "koine.core.workspaces.listing",
}
READERS = {
    apps.every,
    apps.find,
    delivering.carrier,
    providers.own,
    subscriptions.find,
    subscriptions.types,
    subscriptions.wishes,
    messages.find,
    messages.latest,
    contacts.by_uuid,
    tokens.of_account,
    describing.find,
    describing.held,
    staff.find,
    staff.query,
}
READERS |= {files.find, files.held, files.query, attachments.known, attachments.unsaid}


def test_every_action_is_among_the_deeds() -> None:
    known = set(DEEDS) | READERS | desk_deeds.READERS | door_deeds.READERS | settings_deeds.READERS
    reading = READING | desk_deeds.READING
    assert [a for a in actions() if a not in known and a.__module__ not in reading] == []


@pytest.mark.parametrize("action", DEEDS, ids=lambda action: f"{action.__module__[11:]}.{action.__name__}")
async def test_an_action_records_what_it_did(action: Callable[..., Any], database: Database, world: World) -> None:
    deed, expected = DEEDS[action]
    by = system(world.account_id, world.lamplight.workspace.id, world.harbour.workspace.id)
    reader = world.acting(world.blaise, "Bookkeeper", world.lamplight, world.harbour)
    async with database.writing(by.workspaces) as tx:
        lamp = await finding.by_id(tx, reader, world.the_broken_lamp.id)
        before = await _recorded(tx, world)
        await deed(tx, reader if action in BY_SOMEBODY else by, world, lamp)
        assert await tx.value("select pg_current_xact_id_if_assigned() is not null"), "the deed changed nothing"
        assert [row["kind"] for row in await _recorded(tx, world) if row not in before] == expected


async def test_what_changes_nothing_tells_nothing(database: Database, world: World) -> None:
    reader = world.acting(world.blaise, "Bookkeeper", world.lamplight, world.harbour)
    async with database.writing(reader.workspaces) as tx:
        lamp = await finding.by_id(tx, reader, world.the_broken_lamp.id)
        before = await _recorded(tx, world)
        await changing.set_category(tx, reader, lamp, "open")
        await changing.set_subject(tx, reader, lamp, lamp.subject)
        await changing.attach_entity(tx, reader, lamp, "btxn_1001")
        await changing.mark(tx, reader, lamp, read=lamp.read)
        await changing.restore(tx, reader, lamp)
        assert lamp.last_message is not None
        await reactions.remove(tx, reader, lamp.last_message.id, "thumbs_up")
        await changing.set_unread(tx, reader, lamp, lamp.unread_count)
        await changing.star(tx, reader, lamp, starred=lamp.starred)
        otto = world.lamplight.contacts[1]
        await contacts.update(tx, reader, otto, Described(otto.email, otto.phone, otto.first_name, dnd=False))
        assert await _recorded(tx, world) == before


async def _recorded(tx: Tx, world: World) -> list[Row]:
    return await tx.rows(
        "select false as of_account, id, kind from events where workspace_id = any ($1::bigint[])"
        " union all select true, id, kind from account_events where account_id = $2 order by of_account, id",
        list(tx.workspaces),
        world.account_id,
    )
