"""Conversations on the wire."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from koine.core.conversations.model import Thread
from koine.core.conversations.sought import Talk
from koine.dialects.highlevel import ids, message_types
from koine.dialects.highlevel.parameters import milliseconds
from koine.dialects.highlevel.wire import searches
from koine.dialects.highlevel.wire.bodies import Id, Json, Shape, time

_RATINGS = ("positive", "negative")


def _feedback(value: Any) -> Any:
    """An object in v2, one of two words in v3; either is taken from anybody."""
    if isinstance(value, str) and value not in _RATINGS:
        raise PydanticCustomError("not_allowed", "is no rating")
    if value is not None and not isinstance(value, str | dict):
        raise PydanticCustomError("malformed", "must be an object")
    return value


class NewConversation(Shape):
    """`POST /conversations/`."""

    location_id: Id
    contact_id: Id


class ChangedConversation(Shape):
    """`PUT /conversations/{conversationId}`. Null is the same as not there."""

    location_id: Id
    unread_count: Annotated[float, Field(ge=0, le=2**31 - 1)] | None = None
    starred: bool | None = None
    feedback: Annotated[Json, AfterValidator(_feedback)] = None


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
    last = thread.last_channel and message_types.of_channel(thread.last_channel)
    answer = {
        "contactId": ids.write(thread.contact),
        "locationId": location_id,
        "deleted": thread.deleted,
        "inbox": not (thread.deleted or thread.resolved),
        "type": message_types.conversation_type(last, thread.channel)[0],
        "unreadCount": thread.unread_count,
        "id": ids.write(thread.uuid),
        "starred": thread.starred,
        "traceId": trace_id,
    }
    return _assigned(answer, thread)


def changed(talk: Talk, location_id: str) -> dict[str, Any]:
    """The answer to an update; the date is a text of milliseconds."""
    conversation = {
        "id": ids.write(talk.uuid),
        "locationId": location_id,
        "contactId": ids.write(talk.contact),
        "lastMessageBody": talk.preview or "",
        "lastMessageDate": str(milliseconds(talk.last_message_at)),
        "lastMessageType": searches.last_type(talk),
        "unreadCount": talk.unread_count,
        "inbox": not (talk.deleted or talk.resolved),
        "starred": talk.starred,
        "deleted": talk.deleted,
    }
    if talk.assignee is not None:
        conversation |= {"assignedTo": ids.write(talk.assignee), "userId": ids.write(talk.assignee)}
    return {"success": True, "conversation": conversation}


def _assigned(answer: dict[str, Any], thread: Thread) -> dict[str, Any]:
    if thread.assignee is not None:
        answer["assignedTo"] = ids.write(thread.assignee)
    return answer
