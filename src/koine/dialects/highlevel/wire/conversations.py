"""Conversations on the wire."""

from __future__ import annotations

from typing import Any

from koine.core.conversations.model import Thread
from koine.dialects.highlevel import ids
from koine.dialects.highlevel.wire.bodies import Id, Shape, time

_PHONE, _EMAIL = 1, 2  # the only two of the contract's kinds that there are channels for


class NewConversation(Shape):
    """`POST /conversations/`."""

    location_id: Id
    contact_id: Id


def created(thread: Thread, location_id: str) -> dict[str, Any]:
    """The answer to a create; `assignedTo` only when somebody is."""
    conversation = {
        "id": ids.write(thread.uuid),
        "dateUpdated": time(thread.updated_at),
        "dateAdded": time(thread.created_at),
        "deleted": thread.deleted,
        "contactId": ids.write(thread.contact),
        "locationId": location_id,
        "lastMessageDate": time(thread.last_message_at),
    }
    return {"success": True, "conversation": _assigned(conversation, thread)}


def conversation(thread: Thread, location_id: str, trace_id: str) -> dict[str, Any]:
    """The flat object of a get. It has left the inbox when it is resolved or deleted."""
    answer = {
        "contactId": ids.write(thread.contact),
        "locationId": location_id,
        "deleted": thread.deleted,
        "inbox": not (thread.deleted or thread.resolved),
        "type": _EMAIL if thread.channel == "email" else _PHONE,
        "unreadCount": thread.unread_count,
        "id": ids.write(thread.uuid),
        "starred": thread.starred,
        "traceId": trace_id,
    }
    return _assigned(answer, thread)


def _assigned(answer: dict[str, Any], thread: Thread) -> dict[str, Any]:
    if thread.assignee is not None:
        answer["assignedTo"] = ids.write(thread.assignee)
    return answer
