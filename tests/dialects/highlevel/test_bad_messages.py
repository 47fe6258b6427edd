"""Bad input about messages: the contract's own 4xx, never a fault."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from koine.demo import World
from koine.postgres.database import Database
from tests.dialects import corpora
from tests.dialects.highlevel.locations import Location
from tests.dialects.highlevel.messaging import MESSAGES, registered, send

JSON = {"Content-Type": "application/json"}
TEXTS = {repr(value): json.dumps(value).encode() for value in corpora.STRAY_VALUES} | {
    repr(text): text for text in corpora.UNSTORABLE
}

CONTENT = [
    "message",
    "html",
    "subject",
    "emailFrom",
    "emailTo",
    "emailCc",
    "emailBcc",
    "attachments",
    "conversationProviderId",
    "type",
    "contactId",
]
BODIES: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("POST", MESSAGES): (
        *CONTENT,
        *(
            "status",
            "replyMessageId",
            "threadId",
            "scheduledTimestamp",
            "fromNumber",
            "toNumber",
            "forward",
            "mentions",
        ),
        *("userId", "emailReplyMode", "optimizationPeriod", "usesNativeSchedulingAi"),
    ),
    ("POST", f"{MESSAGES}/inbound"): (
        *CONTENT,
        *("conversationId", "altId", "date", "call", "direction", "emailMessageId"),
    ),
    ("POST", f"{MESSAGES}/outbound"): ("type", "conversationProviderId", "call", "date", "altId"),
    ("POST", f"{MESSAGES}/review-reply"): ("conversationId", "locationId", "message"),
    ("PUT", f"{MESSAGES}/{{}}/status"): ("status", "error", "recipients", "emailMessageId"),
    ("PUT", f"{MESSAGES}/{{}}/attachments"): ("attachments",),
    ("PUT", f"{MESSAGES}/email/{{}}/status"): ("status", "events", "recipients"),
    ("POST", "/conversations/providers/live-chat/typing"): ("locationId", "isTyping", "visitorId", "conversationId"),
    ("POST", "/conversations/preferences/unsubscriptions/user-change"): (
        *("locationId", "contactId", "email", "subscription_action", "legal_reason", "legal_description"),
    ),
}


@pytest.mark.parametrize("operation", BODIES, ids=lambda operation: " ".join(operation))
async def test_no_value_in_any_field_is_a_fault(
    lamplight: Location, database: Database, world: World, operation: tuple[str, str]
) -> None:
    method, path = operation
    carrier = await registered(database, world, lamplight.place, "email")
    sent = (await send(lamplight, type="Custom", html="x", conversationProviderId=carrier.id)).json()
    where = path.format(sent["emailMessageId"] if "/email/" in path else sent["messageId"])
    good: dict[str, Any] = {
        "type": "Email",
        "contactId": lamplight.contact(),
        "locationId": lamplight.id,
        "message": "x",
        "html": "x",
        "status": "read",
        "isTyping": True,
        "visitorId": "v",
        "conversationId": sent["conversationId"],
        "email": "a@example.com",
        "subscription_action": {"type": "default", "subtype_status": "subscribed"},
    }
    for field in BODIES[operation]:
        for case, text in TEXTS.items():
            body = json.dumps(good | {field: "<here>"}).encode().replace(b'"<here>"', text)
            answer = await lamplight.http.request(method, where, content=body, headers=JSON)
            assert answer.status_code < 500, (field, case, answer.text)
            assert answer.json(), (field, case)


@pytest.mark.parametrize(
    "path",
    [
        f"{MESSAGES}/{{}}",
        f"{MESSAGES}/email/{{}}",
        "/conversations/{}/messages",
        f"{MESSAGES}/export?locationId={{}}",
        f"{MESSAGES}/export?conversationId={{}}&cursor={{}}&startDate={{}}",
        "/conversations/preferences/unsubscriptions/status?contactId={}&email={}&locationId={}",
        f"{MESSAGES}/x/locations/{{}}/recording",
    ],
)
async def test_no_id_and_no_query_is_a_fault(lamplight: Location, path: str) -> None:
    for given in ("%00", "%ff%fe", "x" * 5000, "%F0%9F%98%80", "'%22%3B--", "9" * 400, "%ED%A0%80", "-1", "1e309"):
        answer = await lamplight.http.get(path.replace("{}", given))
        assert 400 <= answer.status_code < 500, (given, answer.text)
