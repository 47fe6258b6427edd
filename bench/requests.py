"""The requests that are measured, as the bytes that go over the wire."""

from __future__ import annotations

import base64
import json
import urllib.request
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from bench.load.house import House, Street
from koine.dialects.highlevel import ids as highlevel

SUBJECT = "Transaction review needed"
TEXT = "Could you have a look at this one when you find the time? The amount does not match what the bank shows."


def tight_token(base_url: str, client: tuple[str, str], user_id: str | None = None) -> str:
    """An access token, as every client gets one."""
    form = {"grant_type": "client_credentials"} | ({"userId": user_id} if user_id else {})
    basic = base64.b64encode(":".join(client).encode()).decode()
    asked = urllib.request.Request(
        f"{base_url}/v6/auth/token", urlencode(form).encode(), {"Authorization": f"Basic {basic}"}
    )
    with urllib.request.urlopen(asked, timeout=10) as answer:
        token: str = json.load(answer)["access_token"]
        return token


def tight_of(base_url: str, house: House, person: str = "ada") -> str:
    """An access token of one of a house's people."""
    return tight_token(base_url, house.tight, house.people[person].external_id)


def tight_owner(base_url: str, street: Street, number: int) -> str:
    """An access token of the owner of one workspace."""
    return tight_token(base_url, street.tight, street.owners[number])


def tight_create(token: str, count: int = 1, first: int = 0, files: Sequence[str] = ()) -> bytes:
    """Conversations, each about a transaction of its own; all with the same files."""
    message = {"text": TEXT} | ({"attachmentIds": list(files)} if files else {})
    items = [
        {"subject": SUBJECT, "message": message, "attachedEntityId": f"btxn_{first + number}"}
        for number in range(count)
    ]
    return post("/v6/conversations", {"data": items}, _bearer(token))


def tight_post(token: str, conversation: int, files: Sequence[str] = ()) -> bytes:
    """One message."""
    item = {"conversationId": f"con_{conversation}", "text": TEXT} | ({"attachmentIds": list(files)} if files else {})
    return post("/v6/messages", {"data": [item]}, _bearer(token))


def tight_query(token: str, question: Mapping[str, Any]) -> bytes:
    """One page of conversations."""
    return post("/v6/conversations/query", question, _bearer(token))


def tight_messages(token: str, conversation: int, limit: int = 25) -> bytes:
    """The newest messages of a conversation."""
    return get(f"/v6/conversations/con_{conversation}/messages?limit={limit}", _bearer(token))


def highlevel_create(token: str, location: str, contact: UUID) -> bytes:
    """The conversation of a contact; `location` is the uuid of its workspace."""
    body = {"locationId": highlevel.write(UUID(location)), "contactId": highlevel.write(contact)}
    return post("/conversations/", body, {**_bearer(token), "Version": "2021-07-28"})


def libredesk_create(key: tuple[str, str], inbox_id: int | None, email: str) -> bytes:
    """A conversation with a contact."""
    body = {
        "subject": SUBJECT,
        "content": TEXT,
        "inbox_id": inbox_id,
        "contact_email": email,
        "first_name": "Rosalind",
        "last_name": "Marsh",
        "initiator": "agent",
    }
    return post("/api/v1/conversations", body, libredesk_headers(key))


def libredesk_headers(key: tuple[str, str]) -> dict[str, str]:
    """How an agent's key is shown."""
    return {"Authorization": f"token {':'.join(key)}"}


def get(path: str, headers: Mapping[str, str]) -> bytes:
    """A GET request."""
    return _request("GET", path, headers, b"")


def post(path: str, body: object, headers: Mapping[str, str]) -> bytes:
    """A POST request with a JSON body."""
    return _request("POST", path, {"Content-Type": "application/json", **headers}, json.dumps(body).encode())


def _request(method: str, path: str, headers: Mapping[str, str], body: bytes) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", *(f"{name}: {value}" for name, value in headers.items())]
    if method == "POST":
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
