"""Saying something later: it waits as a message that nobody else sees, and is said when its time has come."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from koine.core import outbox
from koine.core.actor import Actor
from koine.core.conversations.correspondence import emails, recipients, sending
from koine.core.conversations.correspondence.model import Email, Letter, Recipient, Sent, Waiting, Whom
from koine.core.conversations.correspondence.refusals import DoNotDisturb, NotScheduled
from koine.core.conversations.model import Said, State
from koine.core.conversations.store import scheduling, threads
from koine.core.errors import NotFound
from koine.core.events import ConversationRestored, MessagePosted
from koine.core.jobs import jobs
from koine.core.jobs.model import Wanted
from koine.core.message_events import MessageScheduleCancelled, MessageScheduled
from koine.postgres.database import Tx

SAYING = "saying"  # the reaction that says what is due
NOT_CARRIED = "api"  # the channel of what is there for the other side as soon as it is said


async def schedule(
    tx: Tx, by: Actor, recipient: Recipient, said: Said, at: datetime, email: Email | None = None
) -> Sent:
    """Have something said at a time (UTC): to whoever it is for, over the channel that it names.

    Until then it has no place in the conversation. Raises as sending does.
    """
    by.must("messages:write", recipient.workspace_id)
    workspace_id = recipient.workspace_id
    answered = None if email is None else await emails.thread(tx, recipient, email)
    conversation_id, conversation = await sending.thread(tx, by, recipient)
    author = said.author or by.author
    id, uuid, written = await scheduling.insert(tx, workspace_id, conversation_id, author, said)
    sent = Sent(id, uuid, conversation_id, conversation, written)
    if email is not None:
        sent = await emails.write(tx, workspace_id, sent, email, answered, "scheduled")
    await jobs.enqueue(tx, [Wanted(workspace_id, SAYING, lane=str(uuid), target=str(uuid), due_at=at)])
    told = {"message": str(uuid), "due_at": at.isoformat()}
    await outbox.record(tx, by, MessageScheduled(workspace_id, conversation_id, id, recipient.contact_id, data=told))
    return sent


async def cancel(tx: Tx, by: Actor, letter: Letter) -> None:
    """Do not say it after all. Raises NotScheduled when it has been said, or never was to be."""
    by.must("messages:write", letter.workspace_id)
    if not await scheduling.cancel(tx, letter.workspace_id, letter.uuid):
        raise NotScheduled
    await jobs.cancel(tx, letter.workspace_id, SAYING, str(letter.uuid))
    told = {"message": str(letter.uuid)}
    event = MessageScheduleCancelled(
        letter.workspace_id, letter.conversation_id, letter.id, letter.contact_id, data=told
    )
    await outbox.record(tx, by, event)


async def say(tx: Tx, by: Actor, workspace_id: int, uuid: UUID) -> bool:
    """Say what is due, once: from here on it is a message like any other, with the place and time of now.

    Where the contact no longer wants it, or is gone, it has failed instead, and says why; so it has in a conversation
    without a contact that lies in the bin. False when it has been said or cancelled before.
    """
    waiting = await scheduling.hold(tx, workspace_id, uuid)
    if waiting is None:
        return False
    if waiting.contact_id is None:
        error = "The conversation is deleted." if waiting.deleted else None
    else:
        if await threads.revive(tx, workspace_id, waiting.conversation_id):
            restored = ConversationRestored(workspace_id, waiting.conversation_id, contact_id=waiting.contact_id)
            await outbox.record(tx, by, restored)
        error = await _hindrance(tx, workspace_id, waiting)
    leaves: State = "sent" if waiting.channel == NOT_CARRIED else "pending"
    id = await scheduling.say(tx, workspace_id, uuid, "failed" if error else leaves, error)
    event = MessagePosted(workspace_id, waiting.conversation_id, id, waiting.contact_id)
    await outbox.record(tx, by, event)
    return True


async def _hindrance(tx: Tx, workspace_id: int, waiting: Waiting) -> str | None:
    """Why it cannot be said after all."""
    try:
        recipient = await recipients.of(tx, workspace_id, Whom(conversation=waiting.conversation))
        recipients.must_want(recipient, waiting.channel, named=waiting.channel)
    except NotFound:
        return "The contact is there no longer."
    except DoNotDisturb as refused:
        return refused.says
    return None
