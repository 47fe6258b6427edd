"""Conversations: creating one with its first message, and reading one (contracts/libredesk.md §2.5.1, §2.5.2)."""

from __future__ import annotations

from typing import Any

from koine.core import markup
from koine.core.actor import Author
from koine.core.contacts import contacts
from koine.core.contacts.model import Contact, Described
from koine.core.conversations import arrival, finding, listing, opening, surroundings
from koine.core.conversations.arrival import Arrival, Known
from koine.core.conversations.asked import Asked, Order
from koine.core.conversations.model import Conversation, Opening, Said
from koine.core.conversations.surroundings import Surroundings
from koine.core.errors import ConversationNotFound, Forbidden, Invalid
from koine.core.files import attachments
from koine.core.page import Window
from koine.dialects.call import Answer, Call
from koine.dialects.libredesk import body, checks, ids
from koine.dialects.libredesk.errors import Declined
from koine.dialects.libredesk.wire import envelope
from koine.dialects.libredesk.wire.conversation import conversation
from koine.dialects.libredesk.wire.creation import Creation

_PREVIOUS = 10


async def create(call: Call) -> Answer:
    """Open a conversation with its first message, for the contact who has this address from now on."""
    call.actor.must_somewhere("conversations:write")
    wanted = body.read(call, Creation, lists=("attachments",))
    checks.of_request(wanted)
    known = checks.of_place(wanted, await arrival.known(call.tx, call.actor, _arrival(wanted)))
    files = await _files(call, wanted, known)
    if known.contact is not None and not files and not _assigned(wanted):
        call.tx.only_one_write()
    contact = known.contact or await _contact(call, wanted, known)
    opening_ = _opening(call, wanted, known, contact, files)
    (opened,) = await opening.open(call.tx, call.actor, [opening_])
    found = opening.conversation(call.actor, opening_, opened, known.status)
    return envelope.success(conversation(found, Surroundings(known.inbox, contact)))


async def get(call: Call) -> Answer:
    """One conversation, with the contact's earlier ones."""
    call.actor.must_somewhere("conversations:read")
    found = await _find(call)
    around = await surroundings.of(call.tx, found)
    return envelope.success(conversation(found, around, await _previous(call, found)))


def _arrival(wanted: Creation) -> Arrival:
    return Arrival(
        wanted.inbox_id or 0,
        wanted.address,
        wanted.assigned_team_id,
        wanted.assignee_id,
        tuple(wanted.custom_attributes or ()),
    )


async def _files(call: Call, wanted: Creation, known: Known) -> list[int]:
    """The attachments, without those that were said with another message: the contract leaves them out silently."""
    if not wanted.attachments:
        return []
    try:
        return await attachments.unsaid(call.tx, call.actor, known.inbox.workspace_id, wanted.attachments)
    except Invalid:
        raise Declined("Attachment not found") from None


def _assigned(wanted: Creation) -> bool:
    return wanted.assignee_id is not None or wanted.assigned_team_id is not None


async def _contact(call: Call, wanted: Creation, known: Known) -> Contact:
    described = Described(
        email=wanted.address,
        first_name=wanted.first_name,
        last_name=wanted.last_name,
        external_id=wanted.external_user_id or None,
    )
    return await contacts.known_or_new(call.tx, call.actor, known.inbox.workspace_id, described)


def _opening(call: Call, wanted: Creation, known: Known, contact: Contact, files: list[int]) -> Opening:
    given: dict[str, Any] = wanted.custom_attributes or {}
    return Opening(
        known.inbox.workspace_id,
        wanted.subject or "",
        _said(call, wanted, contact, files),
        inbox_id=known.inbox.id,
        contact_id=contact.id,
        assignee_id=wanted.assignee_id,
        team_id=wanted.assigned_team_id,
        custom_attributes={key: value for key, value in given.items() if key in known.attributes},
    )


def _said(call: Call, wanted: Creation, contact: Contact, files: list[int]) -> Said:
    content = wanted.content or ""
    text, html = markup.to_text(content), markup.clean(content)
    if wanted.initiator == "agent":
        meta = {"to": [wanted.address]}
        return Said(text, html, files, call.actor.author, "out", "email", "pending", meta)
    author = Author("contact", contact.id, contact.external_id, contact.email, contact.name)
    return Said(text, html, files, author, "in", "email", "received")


async def _find(call: Call) -> Conversation:
    """Raises ConversationNotFound, and Forbidden for one of the agent's own workspace that is not theirs to see."""
    uuid = ids.uuid(call.named("uuid"))
    if uuid is None:
        raise ConversationNotFound
    try:
        found = await finding.by_uuid(call.tx, call.actor, uuid)
    except ConversationNotFound:
        if await finding.hidden(call.tx, call.actor, uuid):
            raise Forbidden from None
        raise
    if found.deleted:
        raise ConversationNotFound
    return found


async def _previous(call: Call, found: Conversation) -> list[Conversation]:
    """The contact's newest conversations, without this one."""
    if found.contact_id is None:
        return []
    asked = Asked(contact_id=found.contact_id, workspaces=[found.workspace_id])
    newest = await listing.query(call.tx, call.actor, asked, Order("last_message"), Window(_PREVIOUS))
    return [other for other in newest.items if other.id != found.id]
