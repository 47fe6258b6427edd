"""Answering the other side: at once, later, or with a moment to think better of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg

from koine.core import outbox
from koine.core.actor import Actor
from koine.core.conversations import messages
from koine.core.conversations.correspondence import recipients, scheduling, sending
from koine.core.conversations.correspondence.model import Email, Recipient, Sent, Whom
from koine.core.conversations.correspondence.refusals import NothingToSay, NotScheduled
from koine.core.conversations.handling import selection
from koine.core.conversations.model import Conversation, Posting, Said
from koine.core.conversations.store import correspondence, drafts
from koine.core.conversations.store import replying as store
from koine.core.conversations.store import scheduling as scheduled
from koine.core.errors import ConversationNotFound, Invalid, Problem
from koine.core.jobs import jobs
from koine.core.jobs.model import Wanted
from koine.core.message_events import MessageScheduleCancelled, MessageScheduled
from koine.core.providers.model import Kind
from koine.postgres.database import Tx

UNDO = 10.0  # seconds in which a reply can be taken back
LATEST = timedelta(days=366)

# Who carries a channel, where somebody else's service does.
_CARRIED: dict[str, Kind] = {
    "sms": "sms",
    "custom_provider_sms": "sms",
    "email": "email",
    "custom_provider_email": "email",
}
_MAIL = frozenset({"email", "custom_provider_email"})


async def reply(tx: Tx, by: Actor, conversation: Conversation, said: Said) -> Sent:
    """Answer the other side of a conversation that the actor has found, over the channel that it is held by.

    Said before under the same `source_id`, nothing is written (`known`). The actor's draft of a reply is gone. Raises
    PermissionMissing, ConversationNotFound for one in the bin, NothingToSay, and DoNotDisturb or CannotReach when the
    contact does not want to be reached by that channel, or cannot be.
    """
    await _check(tx, by, conversation, said)
    recipient, said, email = await _addressed(tx, conversation, said)
    await _forget_draft(tx, by, conversation)
    if recipient is None:
        return await _post(tx, by, conversation, said)
    if email is None:
        return await sending.send(tx, by, recipient, said)
    return await sending.send_email(tx, by, recipient, said, email)


async def reply_later(tx: Tx, by: Actor, conversation: Conversation, said: Said, *, at: datetime) -> Sent:
    """The same at a time (UTC) within a year; until then it stands in the thread as `scheduled`, and can be taken back.

    Said before under the same `source_id`, nothing is written (`known`). For a moment to think better of it, `at` is
    UNDO seconds from now. Raises as `reply` does, and Invalid.
    """
    if not datetime.now(UTC) < at < datetime.now(UTC) + LATEST:
        raise Invalid(problems=[Problem("not_allowed", ("at",), "This has to be within a year from now.")])
    await _check(tx, by, conversation, said)
    recipient, said, email = await _addressed(tx, conversation, said)
    said = replace(said, meta={**said.meta, "due_at": at.isoformat()})
    await _forget_draft(tx, by, conversation)
    try:
        async with tx.attempt():
            if recipient is not None:
                return await scheduling.schedule(tx, by, recipient, said, at, email)
            return await _schedule(tx, by, conversation, said, at)
    except asyncpg.UniqueViolationError:
        known = await _known(tx, conversation, said)
        if known is None:
            raise
        return known


async def take_back(tx: Tx, by: Actor, conversation: Conversation, uuid: UUID) -> str:
    """Do not say what was to be said later; its words, which are the actor's draft again.

    They are the `markdown` of its `meta`, if it has any. Raises PermissionMissing, and NotScheduled when it has been
    said, was taken back, or never was to be.
    """
    workspace_id = conversation.workspace_id
    by.must("messages:write", workspace_id)
    words = await store.scheduled_words(tx, workspace_id, conversation.id, uuid)
    if words is None or not await scheduled.cancel(tx, workspace_id, uuid):
        raise NotScheduled
    await jobs.cancel(tx, workspace_id, scheduling.SAYING, str(uuid))
    if by.kind == "user" and by.id is not None:
        await drafts.upsert(tx, workspace_id, by.id, conversation.id, "reply", words)
    told = {"message": str(uuid)}
    cancelled = MessageScheduleCancelled(workspace_id, conversation.id, None, conversation.contact_id, data=told)
    await outbox.record(tx, by, cancelled)
    return words


async def _check(tx: Tx, by: Actor, conversation: Conversation, said: Said) -> None:
    by.must("messages:write", conversation.workspace_id)
    if not (said.text.strip() or said.attachments):
        raise NothingToSay
    await selection.hold(tx, by, conversation.workspace_id, [conversation.id])


async def _addressed(tx: Tx, conversation: Conversation, said: Said) -> tuple[Recipient | None, Said, Email | None]:
    """To whom it goes, over which channel; an e-mail has a subject and addresses besides. No recipient: it is there for
    whoever the conversation is with as soon as it is said.
    """
    if conversation.contact_id is None:
        return None, replace(said, direction="out", channel=scheduling.NOT_CARRIED, state="sent"), None
    channel = await store.channel(tx, conversation.workspace_id, conversation.id) or scheduling.NOT_CARRIED
    whom = Whom(conversation=conversation.uuid, kind=_CARRIED.get(channel))
    recipient = await recipients.of(tx, conversation.workspace_id, whom)
    recipients.must_want(recipient, channel, named=channel)
    recipients.must_have(recipient, channel)
    provider = recipient.provider
    carried = {} if provider is None or channel not in _CARRIED else {"provider": provider.id}
    said = replace(
        said,
        direction="out",
        channel=channel,
        state="sent" if channel == scheduling.NOT_CARRIED else "pending",
        meta={**said.meta, **carried},
    )
    if channel not in _MAIL:
        return recipient, said, None
    subject = conversation.subject or "Your message"
    to = [recipients.address(recipient, None)]
    return recipient, said, Email(subject=f"Re: {subject}", recipients=to, html=said.html)


async def _forget_draft(tx: Tx, by: Actor, conversation: Conversation) -> None:
    if by.kind == "user" and by.id is not None:
        await drafts.delete(tx, conversation.workspace_id, by.id, conversation.id, "reply")


async def _post(tx: Tx, by: Actor, conversation: Conversation, said: Said) -> Sent:
    try:
        async with tx.attempt():
            (posted,) = await messages.post(tx, by, [Posting(conversation.id, said)])
    except asyncpg.UniqueViolationError:
        known = await _known(tx, conversation, said)
        if known is None:
            raise
        return known
    if posted is None:
        raise ConversationNotFound
    return Sent(posted.id, posted.uuid, posted.conversation_id, posted.conversation_uuid, posted.at)


async def _known(tx: Tx, conversation: Conversation, said: Said) -> Sent | None:
    """What was said under this source id before."""
    if said.source_id is None:
        return None
    return await correspondence.by_source(tx, conversation.workspace_id, said.source_id)


async def _schedule(tx: Tx, by: Actor, conversation: Conversation, said: Said, at: datetime) -> Sent:
    workspace_id = conversation.workspace_id
    id, uuid, written = await scheduled.insert(tx, workspace_id, conversation.id, by.author, said)
    wanted = Wanted(workspace_id, scheduling.SAYING, lane=str(uuid), target=str(uuid), due_at=at)
    await jobs.enqueue(tx, [wanted])
    told = {"message": str(uuid), "due_at": at.isoformat()}
    await outbox.record(tx, by, MessageScheduled(workspace_id, conversation.id, id, data=told))
    return Sent(id, uuid, conversation.id, conversation.uuid, written)
