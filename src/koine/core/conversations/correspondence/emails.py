"""E-mails: what they have besides their words, and the threads that they form."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from koine.core.conversations.correspondence.model import Email, EmailRecord, Letter, Recipient, Sent, Whom
from koine.core.conversations.store import emails as store
from koine.core.errors import MessageNotFound
from koine.core.identity import new_uuid
from koine.postgres.database import Tx


async def thread(tx: Tx, recipient: Recipient, email: Email) -> UUID | None:
    """The thread that an e-mail belongs to, None where it begins one.

    Raises MessageNotFound when it answers something that is not there, or is said with somebody else.
    """
    if email.reply_to is None:
        return None
    found = await store.thread(tx, recipient.workspace_id, recipient.contact_id, email.reply_to)
    if found is None:
        raise MessageNotFound
    return found


async def write(tx: Tx, workspace_id: int, sent: Sent, email: Email, thread: UUID | None, status: str) -> Sent:
    """Keep what a message has besides its words, now that it is there; with the e-mail's own id."""
    uuid = new_uuid()
    await store.insert(tx, workspace_id, uuid, sent.id, thread or sent.uuid, email, status)
    return replace(sent, email=uuid)


def of(letter: Letter) -> EmailRecord:
    """A message as an e-mail; one that came from elsewhere, and has nothing besides its words, as well as that goes."""
    if letter.email is not None:
        return letter.email
    return EmailRecord(letter.uuid, letter.uuid, "", "", (), (), (), None, None, letter.state)


def whom(recipient: Recipient) -> Whom:
    """To ask again how they can be reached."""
    return Whom(contact=recipient.contact)
