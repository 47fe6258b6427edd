"""Every operation on messages in both of the vendor's files: reached, and answered as the file of that version says."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from koine.demo import World
from koine.postgres.database import Database
from tests.dialects.highlevel.locations import Location
from tests.dialects.highlevel.messaging import MESSAGES, registered
from tests.dialects.highlevel.test_openapi import SPECS, Spec
from tests.dialects.highlevel.test_uploads import upload

HTML = "<p>Hello</p>"

# Where the documents contradict each other or the original (contracts/highlevel.md §12): what the file says of these
# answers is not what is answered.
CONFLICTS = {
    # An array live; the file has one sentence.
    ("get", "/conversations/locations/{locationId}/messages/{messageId}/transcription"): ["body is no object"],
    # Null at the end; the file has a string.
    ("get", "/conversations/messages/export"): ["body.nextCursor is no string"],
}

# Nested live; the file has the inner object as the whole, and `messages` cannot be both. So the inner one is looked at.
NESTED = ("get", "/conversations/{conversationId}/messages")


class Strict(Spec):
    """It looks at the values of enumerations and into arrays too."""

    def _against(self, schema: dict[str, Any], value: Any, where: str) -> list[str]:
        found = super()._against(schema, value, where)
        if "enum" in schema and value not in schema["enum"]:
            found.append(f"{where} is none of its values: {value!r}")
        if isinstance(value, list) and "items" in schema:
            for number, item in enumerate(value):
                found += self._against(schema["items"], item, f"{where}.{number}")
        return found

    def says(self, schema: dict[str, Any], value: Any) -> list[str]:
        """What is wrong with a value."""
        return self._against(schema, value, "body")


def elsewhere(path: str) -> bool:
    """Whether another test of this folder has to do with a path: conversations themselves."""
    return path in ("/conversations/", "/conversations/search", "/conversations/{conversationId}")


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
    return {
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
    file = json.loads((contracts / SPECS[version]).read_text())
    operations = {(method, path) for path, methods in file["paths"].items() for method in methods}
    mine = {each for each in operations if not elsewhere(each[1])}
    assert mine <= asked.keys(), "an operation that no test calls"
    spec = Strict(contracts, version)
    for method, path in sorted(mine):
        where, options = asked[method, path]
        answer = await lamplight.http.request(method, where, headers={"Version": version}, **options)
        told = complaints(file, spec, method, path, answer)
        assert told == CONFLICTS.get((method, path), []), (method, path, answer.text)


def complaints(file: Any, spec: Strict, method: str, path: str, answer: httpx.Response) -> list[str]:
    """What is wrong with an answer; where the file describes no body, only the status counts."""
    documented = file["paths"][path][method]["responses"].get(str(answer.status_code))
    if documented is None:
        return [f"{answer.status_code} is not documented"]
    for name, header in documented.get("headers", {}).items():
        if answer.headers.get(name, "").partition(";")[0].lower() != header["description"].partition(";")[0].lower():
            return [f"{name} is {answer.headers.get(name)}"]
    if "content" not in documented:
        return []
    body = answer.json()["messages"] if (method, path) == NESTED else answer.json()
    return spec.says(documented["content"]["application/json"]["schema"], body)
