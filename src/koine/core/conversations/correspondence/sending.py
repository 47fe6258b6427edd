"""Saying something to a contact, or taking what came from one, in the one conversation that they have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import asyncpg

from koine.core import outbox
from koine.core.actor import Actor
from koine.core.conversations import messages
from koine.core.conversations.correspondence import emails
from koine.core.conversations.correspondence.model import Email, Recipient, Sent
from koine.core.conversations.model import Opening, Posting, Said
from koine.core.conversations.store import correspondence, notes, opening, recipients, threads
from koine.core.errors import ContactNotFound
from koine.core.events import ConversationRestored
from koine.core.message_events import NoteWritten
from koine.postgres.database import Tx

_ATTEMPTS = 3  # others may open, delete or bring back the conversation in between


async def send(tx: Tx, by: Actor, recipient: Recipient, said: Said) -> Sent:
    """Say something to a contact, or take what they said: in their conversation, which is opened if there is none.

    One statement where they have one, and nothing else of the transaction writes; a caller may promise
    `only_one_write`. Said before under the same source id, nothing is written. Raises PermissionMissing, and
    ContactNotFound when the contact goes in between.
    """
    by.must(_permission(said), recipient.workspace_id)
    for _ in range(_ATTEMPTS):
        try:
            async with tx.attempt():
                sent = await _say(tx, by, recipient, said)
        except asyncpg.UniqueViolationError:
            await tx.begin()
            sent = await _said_before(tx, recipient, said)
        if sent is not None:
            return sent
        await tx.begin()
        found = await recipients.of_contact(tx, recipient.workspace_id, emails.whom(recipient))
        if found is None:
            raise ContactNotFound
        recipient = replace(found, provider=recipient.provider)
    raise ContactNotFound


async def send_email(tx: Tx, by: Actor, recipient: Recipient, said: Said, email: Email) -> Sent:
    """As send, with what an e-mail has besides. Raises MessageNotFound when it answers something that is not there."""
    thread = await emails.thread(tx, recipient, email)
    sent = await send(tx, by, recipient, said)
    if sent.known:
        return replace(sent, email=await correspondence.email_of(tx, recipient.workspace_id, sent.id))
    return await emails.write(tx, recipient.workspace_id, sent, email, thread, said.state)


async def note(tx: Tx, by: Actor, recipient: Recipient, said: Said, mentioned: Sequence[int] = ()) -> Sent:
    """Write something into a contact's conversation that only those who work here see; it may name some of them."""
    by.must("messages:write", recipient.workspace_id)
    conversation_id, conversation = await thread(tx, by, recipient)
    author = said.author or by.author
    id, uuid, at = await notes.insert(tx, recipient.workspace_id, conversation_id, author, said)
    await notes.enclose(tx, recipient.workspace_id, id, said.attachments)
    await notes.mention(tx, recipient.workspace_id, conversation_id, id, mentioned)
    event = NoteWritten(recipient.workspace_id, conversation_id, id, recipient.contact_id)
    await outbox.record(tx, by, event)
    return Sent(id, uuid, conversation_id, conversation, at)


async def backdate(tx: Tx, workspace_id: int, sent: Sent, at: datetime) -> Sent:
    """Something was said at another time than when we heard of it."""
    if sent.known:
        return sent
    await correspondence.backdate(tx, workspace_id, sent.id, at)
    return replace(sent, at=at)


async def thread(tx: Tx, by: Actor, recipient: Recipient) -> tuple[int, UUID]:
    """The contact's conversation, opened or brought back where it has to be, before something else is put into it."""
    workspace_id = recipient.workspace_id
    await tx.begin()
    if recipient.conversation_id is None or recipient.conversation is None:
        try:
            async with tx.attempt():
                (opened,) = await opening.open(tx, by, [_opening(recipient, None)])
                return opened.id, opened.uuid
        except asyncpg.UniqueViolationError:
            found = await recipients.of_contact(tx, workspace_id, emails.whom(recipient))
            if found is None or found.conversation_id is None:
                raise ContactNotFound from None
            return await thread(tx, by, found)
    if recipient.deleted:
        await _revive(tx, by, recipient, recipient.conversation_id)
    return recipient.conversation_id, recipient.conversation


async def _say(tx: Tx, by: Actor, recipient: Recipient, said: Said) -> Sent | None:
    """None when the conversation is gone by now."""
    if recipient.conversation_id is None:
        (opened,) = await opening.open(tx, by, [_opening(recipient, said)])
        if opened.message_id is None or opened.message_uuid is None:
            raise RuntimeError("something was said, and no message came of it")
        return Sent(opened.message_id, opened.message_uuid, opened.id, opened.uuid, opened.at)
    if recipient.deleted:
        await tx.begin()
        await _revive(tx, by, recipient, recipient.conversation_id)
    (posted,) = await messages.post(tx, _writing(by, recipient), [Posting(recipient.conversation_id, said)])
    if posted is None:
        return None
    return Sent(posted.id, posted.uuid, posted.conversation_id, posted.conversation_uuid, posted.at)


async def _said_before(tx: Tx, recipient: Recipient, said: Said) -> Sent | None:
    """None when it was not the message that was there, but the conversation that somebody else has just opened."""
    if said.source_id is None:
        return None
    return await correspondence.by_source(tx, recipient.workspace_id, said.source_id)


async def _revive(tx: Tx, by: Actor, recipient: Recipient, id: int) -> None:
    if await threads.revive(tx, recipient.workspace_id, id):
        event = ConversationRestored(recipient.workspace_id, id, contact_id=recipient.contact_id)
        await outbox.record(tx, by, event)


def _opening(recipient: Recipient, said: Said | None) -> Opening:
    return Opening(recipient.workspace_id, said=said, contact_id=recipient.contact_id, continuous=True)


def _permission(said: Said) -> str:
    return "messages:write_as_contact" if said.direction == "in" else "messages:write"


def _writing(by: Actor, recipient: Recipient) -> Actor:
    """Whoever takes in what contacts say may do so without being allowed to say anything themselves."""
    allowed = by.access[recipient.workspace_id] | {"messages:write"}
    return replace(by, access={recipient.workspace_id: allowed})
