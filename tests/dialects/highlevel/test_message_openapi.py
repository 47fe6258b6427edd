"""Every operation in both of the vendor's files: reached, and answered as the file of that version says."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from koine.demo import World
from koine.postgres.database import Database
from tests.dialects.highlevel.documented import CONFLICTS, SPECS, Spec
from tests.dialects.highlevel.locations import Location
from tests.dialects.highlevel.messaging import MESSAGES, registered
from tests.dialects.highlevel.test_uploads import upload

HTML = "<p>Hello</p>"

# Nested live; the file has the inner object as the whole. So the inner one is looked at, too.
NESTED = ("get", "/conversations/{conversationId}/messages")


@pytest.fixture
async def asked(lamplight: Location, database: Database, world: World) -> dict[tuple[str, str], Any]:
    """For each operation how it is called so that it succeeds: path and options."""
    place = lamplight.place
    sms = await registered(database, world, place)
    mail = await registered(database, world, place, "email")
    calls = await registered(database, world, place, "call")
    contact = lamplight.contact()

    async def posted(path: str, **body: Any) -> dict[str, Any]:
        answer = await lamplight.http.post(path, json={"contactId": contact} | body)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    text = await posted(MESSAGES, type="Custom", message="x", conversationProviderId=sms.id)
    email = await posted(MESSAGES, type="Custom", html=HTML, conversationProviderId=mail.id)
    later = await posted(MESSAGES, type="SMS", message="x", scheduledTimestamp=time.time() + 3600)
    later_mail = await posted(MESSAGES, type="Email", html=HTML, scheduledTimestamp=time.time() + 3600)
    wave = (await upload(lamplight)).json()["uploadedFiles"]["hello.wav"]
    said = {"status": "completed", "transcription": [{"transcript": "Hello."}]}
    named = {"type": "Call", "conversationProviderId": calls.id}
    call = await posted(f"{MESSAGES}/outbound", call=said, attachments=[wave], **named)
    conversation, here = text["conversationId"], {"locationId": lamplight.id}
    file = here | {"conversationId": conversation, "filename": "a.txt"}
    beginning = file | {"contentType": "text/plain", "channel": "SMS", "fileSize": 5}
    begun = await posted(f"{MESSAGES}/upload/initiate", **beginning)
    assert (await lamplight.http.put(begun["uploadUrl"], content=b"Hello")).status_code == 200
    completion = file | {name: begun[name] for name in ("uploadId", "filePath")}
    subtypes = "/conversations/preferences/custom-subtypes"
    subtype = {"name": "News", "channel": "email", "language": "en"}
    made = (await lamplight.http.post(subtypes, params=here, json=subtype)).json()["customSubtype"]["id"]
    transcription = f"/conversations/locations/{lamplight.id}/messages/{call['messageId']}/transcription"
    action = {"type": "custom", "subtype_id": made, "subtype_status": "unsubscribed"}
    change = here | {"contactId": contact, "email": "a@example.com", "subscription_action": action}
    typing = here | {"isTyping": "true", "visitorId": "v", "conversationId": conversation}
    review = here | {"conversationId": conversation, "message": "x"}
    one = f"/conversations/{conversation}"
    return {
        ("post", "/conversations/"): ("/conversations/", {"json": here | {"contactId": lamplight.contact(1)}}),
        ("get", "/conversations/search"): ("/conversations/search", {"params": here}),
        ("get", "/conversations/{conversationId}"): (one, {}),
        ("put", "/conversations/{conversationId}"): (one, {"json": here | {"unreadCount": 3, "starred": True}}),
        ("delete", "/conversations/{conversationId}"): (one, {}),
        ("post", MESSAGES): (MESSAGES, {"json": {"type": "SMS", "contactId": contact, "message": "x"}}),
        ("post", f"{MESSAGES}/inbound"): (
            f"{MESSAGES}/inbound",
            {"json": {"type": "Email", "contactId": contact, "html": HTML}},
        ),
        ("post", f"{MESSAGES}/outbound"): (
            f"{MESSAGES}/outbound",
            {"json": {"type": "Call", "contactId": contact, "conversationProviderId": calls.id}},
        ),
        ("post", f"{MESSAGES}/upload"): (
            f"{MESSAGES}/upload",
            {"data": here | {"contactId": contact}, "files": {"fileAttachment": ("a.txt", b"Hello")}},
        ),
        ("post", f"{MESSAGES}/upload/initiate"): (f"{MESSAGES}/upload/initiate", {"json": beginning}),
        ("post", f"{MESSAGES}/upload/complete"): (f"{MESSAGES}/upload/complete", {"json": completion}),
        ("post", f"{MESSAGES}/review-reply"): (f"{MESSAGES}/review-reply", {"json": review}),
        ("get", "/conversations/{conversationId}/messages"): (f"/conversations/{conversation}/messages", {}),
        ("get", f"{MESSAGES}/{{id}}"): (f"{MESSAGES}/{call['messageId']}", {}),
        ("get", f"{MESSAGES}/export"): (f"{MESSAGES}/export", {"params": here}),
        ("get", f"{MESSAGES}/email/{{id}}"): (f"{MESSAGES}/email/{email['emailMessageId']}", {}),
        ("put", f"{MESSAGES}/email/{{id}}/status"): (
            f"{MESSAGES}/email/{email['emailMessageId']}/status",
            {"json": {"status": "delivered"}},
        ),
        ("put", f"{MESSAGES}/{{messageId}}/status"): (
            f"{MESSAGES}/{text['messageId']}/status",
            {"json": {"status": "read"}},
        ),
        ("put", f"{MESSAGES}/{{messageId}}/attachments"): (
            f"{MESSAGES}/{call['messageId']}/attachments",
            {"json": {"attachments": [wave]}},
        ),
        ("delete", f"{MESSAGES}/{{messageId}}/schedule"): (f"{MESSAGES}/{later['messageId']}/schedule", {}),
        ("delete", f"{MESSAGES}/email/{{emailMessageId}}/schedule"): (
            f"{MESSAGES}/email/{later_mail['emailMessageId']}/schedule",
            {},
        ),
        ("get", f"{MESSAGES}/{{messageId}}/locations/{{locationId}}/recording"): (
            f"{MESSAGES}/{call['messageId']}/locations/{lamplight.id}/recording",
            {},
        ),
        ("get", "/conversations/locations/{locationId}/messages/{messageId}/transcription"): (transcription, {}),
        ("get", "/conversations/locations/{locationId}/messages/{messageId}/transcription/download"): (
            f"{transcription}/download",
            {},
        ),
        ("post", "/conversations/providers/live-chat/typing"): (
            "/conversations/providers/live-chat/typing",
            {"json": typing},
        ),
        ("get", subtypes): (subtypes, {"params": here}),
        ("post", subtypes): (subtypes, {"params": here, "json": subtype}),
        ("put", f"{subtypes}/{{id}}"): (f"{subtypes}/{made}", {"params": here, "json": {"archived": True}}),
        ("get", "/conversations/preferences/unsubscriptions/status"): (
            "/conversations/preferences/unsubscriptions/status",
            {"params": here | {"contactId": contact}},
        ),
        ("post", "/conversations/preferences/unsubscriptions/user-change"): (
            "/conversations/preferences/unsubscriptions/user-change",
            {"json": change},
        ),
    }


@pytest.mark.parametrize("version", SPECS)
async def test_every_operation_answers_as_the_file_of_its_version_says(
    lamplight: Location, contracts: Path, asked: dict[tuple[str, str], Any], version: str
) -> None:
    spec = Spec(contracts, version)
    assert spec.operations - asked.keys() == set(), "operations that no test calls"
    for method, path in sorted(spec.operations, key=lambda each: (each[0] == "delete", each)):
        where, options = asked[method, path]
        nobody = {"Version": version, "Authorization": "Bearer x"}
        stranger = await lamplight.http.request(method, where, headers=nobody, **options)
        assert (stranger.status_code, spec.complaints(method, path, stranger)) == (401, []), (method, path)
        answer = await lamplight.http.request(method, where, headers={"Version": version}, **options)
        assert answer.is_success, (method, path, answer.text)
        assert spec.complaints(method, path, answer) == [], (method, path, answer.text)
        if (method, path) == NESTED:
            assert spec.nested(method, path, answer) == []


@pytest.mark.parametrize("version", SPECS)
async def test_bodies_without_fields_are_refused_as_the_file_says(
    lamplight: Location, contracts: Path, asked: dict[tuple[str, str], Any], version: str
) -> None:
    spec = Spec(contracts, version)
    for method, path in sorted(spec.operations):
        if method in ("post", "put") and "json" in asked[method, path][1]:
            where, options = asked[method, path]
            answer = await lamplight.http.request(method, where, headers={"Version": version}, **options | {"json": {}})
            assert spec.complaints(method, path, answer) == [], (method, path, answer.text)


def test_each_conflict_is_about_something_that_the_files_say(contracts: Path) -> None:
    operations = set[str]()
    for version in SPECS:
        operations |= {" ".join(each) for each in Spec(contracts, version).operations}
    for conflict in CONFLICTS:
        assert conflict.operation is None or conflict.operation in operations, conflict
        assert conflict.because
