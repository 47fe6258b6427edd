"""All messages of a location, page by page (contracts/highlevel.md §6.10)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from uuid import UUID

import orjson

from koine.core.conversations.correspondence import reading
from koine.core.conversations.correspondence.reading import Asked, OrderBy
from koine.core.errors import CursorUnreadable, Invalid, Problem
from koine.core.page import Place, Window
from koine.dialects.call import Answer, Call
from koine.dialects.highlevel import auth, ids, message_types, uploaded
from koine.dialects.highlevel.wire import messages as wire
from koine.dialects.highlevel.wire.asking import Asking

_ORDERS: Mapping[str, OrderBy] = {"createdAt": "created", "updatedAt": "updated"}

# The types that each word of the filter stands for.
_CHANNELS: Mapping[str, Sequence[str]] = {
    "Call": message_types.CALLS,
    "SMS": ("TYPE_SMS", "TYPE_CUSTOM_SMS", "TYPE_CUSTOM_PROVIDER_SMS", "TYPE_CAMPAIGN_SMS", "TYPE_CAMPAIGN_MANUAL_SMS"),
    "Email": ("TYPE_EMAIL", "TYPE_CUSTOM_EMAIL", "TYPE_CUSTOM_PROVIDER_EMAIL", "TYPE_CAMPAIGN_EMAIL"),
    "WhatsApp": ("TYPE_WHATSAPP",),
    "Instagram": ("TYPE_INSTAGRAM", "TYPE_INSTAGRAM_COMMENT"),
    "Facebook": ("TYPE_FACEBOOK", "TYPE_FACEBOOK_COMMENT", "TYPE_CAMPAIGN_FACEBOOK"),
}


async def export(call: Call) -> Answer:
    """A page of what was said with the location's contacts; e-mails only when they are asked for."""
    at = auth.location(call)
    asking = Asking(call)
    location = asking.text("locationId", needed=True)
    limit = asking.number("limit", 100, least=10, most=500)
    order = _ORDERS[asking.choice("sortBy", _ORDERS) or "createdAt"]
    descending = asking.choice("sortOrder", ("asc", "desc")) != "asc"
    channel = asking.choice("channel", _CHANNELS)
    conversation, contact = asking.text("conversationId"), asking.text("contactId")
    since, until = asking.moment("startDate"), asking.moment("endDate")
    cursor = asking.text("cursor")
    asking.end()
    at.must_be(location or "")
    asked = Asked(
        at.workspace_id,
        conversation=_named(conversation),
        contact=_named(contact),
        channels=None if channel is None else _kept_under(channel),
        without=() if channel else _kept_under("Email"),
        since=since,
        until=until,
    )
    place, total = (None, None) if cursor is None else _read(cursor)
    try:
        found, total = await reading.every(
            call.tx, call.actor, asked, order, Window(limit, place), descending=descending, total=total
        )
    except CursorUnreadable:
        raise _bad_cursor() from None
    written = [wire.message(letter, at.id, uploaded.link(call)) for letter in found.items]
    next_cursor = None if found.after is None else _cursor(found.after, total)
    total = len(written) if total is None else total
    return Answer(200, {"messages": written, "nextCursor": next_cursor, "total": total, "traceId": call.id})


def _kept_under(word: str) -> list[str]:
    return [channel for type_ in _CHANNELS[word] for channel in message_types.channels(type_)]


def _named(id: str | None) -> UUID | None:
    """An id that cannot be one finds nothing, like one that nobody has."""
    return None if id is None else ids.read(id) or UUID(int=0)


def _cursor(place: Place, total: int | None) -> str:
    """Where the next page begins, and how much there is: that is counted once, for the first page."""
    return base64.urlsafe_b64encode(orjson.dumps([place.value, place.id, total])).decode().rstrip("=")


def _read(cursor: str) -> tuple[Place, int | None]:
    try:
        value, id, total = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, TypeError, binascii.Error):
        raise _bad_cursor() from None
    if not isinstance(value, str) or not _is_id(id) or not (total is None or _is_id(total)):
        raise _bad_cursor()
    return Place(value, id), total


def _is_id(value: object) -> bool:
    return type(value) is int and 0 <= value < 2**63


def _bad_cursor() -> Invalid:
    return Invalid(problems=[Problem("malformed", ("cursor",), "must be a cursor of an earlier answer")])
