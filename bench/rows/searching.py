"""P4: HighLevel's searches, of conversations and of contacts, at every size."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode
from uuid import UUID

from bench import requests
from bench.load import words
from bench.load.house import House
from bench.measuring import Bench
from bench.rows.listing import BRIEFLY, PAGE, WARM, add
from koine.dialects.highlevel import ids

# What is asked, by the words of the report.
CASES: dict[str, dict[str, object]] = {
    "newest first": {},
    "oldest first": {"sort": "asc"},
    "from the middle": {"startAfterDate": "middle"},
    "by manual message": {"sortBy": "last_manual_message_date"},
    "unread": {"status": "unread"},
    "read": {"status": "read"},
    "starred, rare": {"status": "starred"},
    "type, common": {"lastMessageType": "TYPE_SMS"},
    "type, rare": {"lastMessageType": "TYPE_TIKTOK"},
    "type, absent": {"lastMessageType": "TYPE_REVIEW"},
    "inbound": {"lastMessageDirection": "inbound"},
    "automated": {"lastMessageAction": "automated"},
    "assignee, common": {"assignedTo": "ada"},
    "assignee, rare": {"assignedTo": "linus"},
    "unassigned": {"assignedTo": "unassigned"},
    "unassigned and unread": {"assignedTo": "unassigned", "status": "unread"},
    "text in a name, rare": {"query": words.RARE},
    "a number": {"query": "+1555 0000-007"},
    "an address": {"query": "Person.7@customers-"},
    "text in a message, rare": {"query": words.UNCOMMON},
    "text, absent": {"query": words.ABSENT},
    "text, in most": {"query": "customers-"},
}
_CONTACTS: dict[str, dict[str, object]] = {
    "newest first": {},
    "text in a name, rare": {"query": words.RARE},
    "an address": {"filters": [{"field": "email", "operator": "eq", "value": "address"}]},
    "oldest change first": {"sort": [{"field": "dateUpdated", "direction": "asc"}]},
}


def p4(bench: Bench) -> None:
    """Each search at each size; requests a second, and how flat they are."""
    houses = [bench.location(size) for size in bench.plan.sizes]
    for name, asked in CASES.items():
        _row(bench, f"search: {name}", [_conversations(bench, house, asked) for house in houses])
    for name, asked in _CONTACTS.items():
        _row(bench, f"contacts: {name}", [_contacts(house, asked) for house in houses])


def conversations_of(house: House, query: dict[str, object]) -> bytes:
    """One page of a search."""
    given = urlencode({"limit": PAGE, "locationId": _location(house), **query}, doseq=True)
    return requests.get(f"/conversations/search?{given}", _headers(house))


def _row(bench: Bench, name: str, sent: Sequence[bytes]) -> None:
    add(bench, name, [bench.drive([request], seconds=BRIEFLY, warm_up=WARM, rounds=1) for request in sent])


def _conversations(bench: Bench, house: House, asked: dict[str, object]) -> bytes:
    query = dict(asked)
    if query.get("assignedTo") in house.people:
        query["assignedTo"] = ids.write(bench.user(house, str(query["assignedTo"])))
    if "startAfterDate" in query:
        query["startAfterDate"] = bench.middle(house)
    return conversations_of(house, query)


def _contacts(house: House, asked: dict[str, object]) -> bytes:
    body: dict[str, object] = {"locationId": _location(house), "pageLimit": PAGE, **asked}
    if "filters" in body:
        email = f"person.7@customers-{house.usual.workspace_id}.example"
        body["filters"] = [{"field": "email", "operator": "eq", "value": email}]
    return requests.post("/contacts/search", body, _headers(house))


def _location(house: House) -> str:
    return ids.write(UUID(house.usual.uuid))


def _headers(house: House) -> dict[str, str]:
    return {"Authorization": f"Bearer {house.usual.highlevel}", "Version": "v3"}
