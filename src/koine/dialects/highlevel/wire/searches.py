"""Searching conversations: what is asked, and how a row is written (contracts/highlevel.md §5.2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, Literal

from koine.core.conversations.sought import Sought, Talk
from koine.dialects.highlevel import ids, message_types
from koine.dialects.highlevel.parameters import Parameters, milliseconds, moment, uuids

_STATUSES = ("all", "read", "unread", "starred", "recents")
_ORDERS = ("last_manual_message_date", "last_message_date", "score_profile", "overdue_at", "due_at")
_DIRECTIONS: dict[str, Literal["in", "out"]] = {"inbound": "in", "outbound": "out"}
_ACTIONS = ("automated", "manual")
_NOBODY = "unassigned"

_WHOLE = timedelta(microseconds=999)  # what a millisecond has beyond its beginning


def sought(given: Parameters) -> Sought:
    """The question. Nothing is scored or due here, so those orders are that of the last message; raises Invalid."""
    status, type_ = given.choice("status", _STATUSES), given.choice("lastMessageType", message_types.NUMBERS)
    direction, action = given.choice("lastMessageDirection", _DIRECTIONS), given.choice("lastMessageAction", _ACTIONS)
    sort, by = given.choice("sort", ("asc", "desc")), given.choice("sortBy", _ORDERS)
    until, text = given.moment("endDate"), (given.text("query") or "").strip()
    assigned = given.many("assignedTo")
    for ignored in ("scoreProfileMin", "scoreProfileMax"):
        given.number(ignored)
    asked = Sought(
        uuid=given.id("id"),
        contact=given.id("contactId"),
        followers=_users(given, "followers"),
        mentions=_users(given, "mentions"),
        text=text or None,
        channels=message_types.channels(type_) if type_ in message_types.NUMBERS else None,
        direction=_DIRECTIONS.get(direction or ""),
        automated=None if action is None else action == "automated",
        unread={"unread": True, "read": False}.get(status or ""),
        starred=True if status == "starred" else None,
        since=given.moment("startDate"),
        until=until and until + _WHOLE,
        order="last_manual" if by == "last_manual_message_date" else "last_message",
        descending=sort != "asc",
        limit=given.limit("limit", usual=20, most=100),
    )
    if assigned is not None:
        people = [id for id in assigned if id != _NOBODY]
        asked = replace(asked, assignees=uuids(people) if people else None, unassigned=_NOBODY in assigned)
    return _after(given, asked)


def row(talk: Talk, location_id: str, asked: Sought) -> dict[str, Any]:
    """A conversation as a search shows it. `sort` is where the next page may start: a date, and what sets it apart."""
    id, contact = ids.write(talk.uuid), ids.write(talk.contact)
    by = talk.last_manual_at if asked.order == "last_manual" else talk.last_message_at
    kind = last_type(talk)
    manual, name = milliseconds(talk.last_manual_at), talk.name
    answer = {
        "id": id,
        "contactId": contact,
        "locationId": location_id,
        "lastMessageBody": talk.preview or "",
        "lastMessageType": kind,
        "type": message_types.conversation_type(talk.last_channel and kind, talk.channel)[1],
        "unreadCount": talk.unread_count,
        "fullName": name,
        "contactName": name or talk.company_name or talk.email or talk.phone or "",
        "email": talk.email or "",
        "phone": talk.phone or "",
        "companyName": talk.company_name,
        "lastMessageDate": milliseconds(talk.last_message_at),
        "lastMessageDirection": talk.last_direction and ("inbound" if talk.last_direction == "in" else "outbound"),
        "lastOutboundMessageAction": _action(talk),
        "lastManualMessageDate": manual or None,
        "dateAdded": milliseconds(talk.created_at),
        "dateUpdated": milliseconds(talk.updated_at),
        "starred": talk.starred,
        "deleted": talk.deleted,
        "inbox": not (talk.deleted or talk.resolved),
        "assignedTo": talk.assignee and ids.write_often(talk.assignee),
        "userId": talk.assignee and ids.write_often(talk.assignee),
        "followers": [ids.write_often(user) for user in talk.followers],
        "mentions": [ids.write_often(user) for user in talk.mentions],
        "isLastMessageInternalComment": kind == "TYPE_INTERNAL_COMMENT",
        "tags": list(talk.tags),
        "scoring": [],
        "attributed": False,
        "sort": [milliseconds(by), talk.id * 1000 + by.microsecond % 1000],
    }
    return {name: value for name, value in answer.items() if value is not None}


def last_type(talk: Talk) -> str:
    """The type of the last message; before there is one, of those that its inbox takes."""
    return message_types.of_channel(talk.last_channel or talk.channel or "sms")


def _action(talk: Talk) -> str | None:
    return None if talk.last_automated is None else "automated" if talk.last_automated else "manual"


def _users(given: Parameters, name: str) -> list[Any] | None:
    names = given.many(name)
    return None if names is None else uuids(names)


def _after(given: Parameters, asked: Sought) -> Sought:
    """Where the page starts. A date alone is the last row's: what has the same one may have been seen."""
    place = given.numbers("startAfterDate")
    given.check()
    if not place:
        return asked
    if len(place) == 1:
        return replace(asked, after=moment(place[0], 0 if asked.descending else 999))
    apart = min(max(int(place[1]), 0), 2**62)
    return replace(asked, after=moment(place[0], apart % 1000), after_id=apart // 1000)
