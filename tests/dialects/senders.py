"""Somebody who sends one of a contract's POSTs, again if need be."""

from __future__ import annotations

import base64
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

import httpx

from koine.core.actor import system
from koine.core.users.users import User
from koine.demo import Place, World
from koine.dialects.highlevel import credentials as highlevel
from koine.dialects.highlevel import ids as highlevel_ids
from koine.dialects.libredesk import credentials as libredesk
from koine.postgres.database import Database
from tests.dialects.highlevel.messaging import registered

Json = dict[str, Any]


@dataclass(frozen=True)
class Town:
    """Where the senders of a test come from."""

    http: httpx.AsyncClient
    database: Database
    world: World


@dataclass(frozen=True)
class Sender:
    """`body` is a good one for `path`, and `other` is another good one."""

    http: httpx.AsyncClient
    path: str
    body: Json
    other: Json
    headers: dict[str, str] = field(default_factory=dict)
    file: bytes | None = None
    part: str | None = None  # where the file goes; the body's fields then stand beside it, each by itself

    async def send(self, key: str | None = None, body: Json | None = None, path: str | None = None) -> httpx.Response:
        """Post the body, with a key or without one."""
        headers = self.headers if key is None else self.headers | {"Idempotency-Key": key}
        path, body = path or self.path, self.body if body is None else body
        if self.file is None:
            return await self.http.post(path, json=body, headers=headers)
        if self.part is not None:
            files = {self.part: ("lamp.png", self.file)}
            return await self.http.post(path, data=body, files=files, headers=headers)
        parts = {"data": (None, json.dumps(body)), "file": ("lamp.png", self.file)}
        return await self.http.post(path, files=parts, headers=headers)

    async def get(self, path: str) -> httpx.Response:
        return await self.http.get(path, headers=self.headers)

    def saying(self, path: str, body: Json, other: Json) -> Sender:
        """The same somebody with something else to send."""
        return replace(self, path=path, body=body, other=other)


# ── Tight ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def tight_headers(town: Town, **form: str) -> dict[str, str]:
    """A new access token of a user, or of the partner itself."""
    client = (town.world.tight.key or "", town.world.tight.secret)
    answer = await town.http.post("/v6/auth/token", data=form, auth=client)
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


async def tight(town: Town, user: User | None = None, place: Place | None = None) -> Sender:
    """Ada, or whoever it is, opens a conversation."""
    place = place or town.world.lamplight
    external_id = (user or town.world.ada).external_id
    item = {"subject": "The lamp", "message": {"text": "It is dark."}, "attachedEntityId": f"co_{place.workspace.id}"}
    body, other = {"data": [item]}, {"data": [item | {"subject": "The other lamp"}]}
    return Sender(town.http, "/v6/conversations", body, other, await tight_headers(town, userId=external_id or ""))


async def tight_message(town: Town) -> Sender:
    """Ada says something about the broken lamp."""
    item = {"conversationId": f"con_{town.world.the_broken_lamp.id}", "text": "It is dark."}
    body, other = {"data": [item]}, {"data": [item | {"text": "It still is."}]}
    return (await tight(town)).saying("/v6/messages", body, other)


async def tight_reaction(town: Town) -> Sender:
    """Ada chooses an emoji for what she just said."""
    sender = await tight_message(town)
    said = (await sender.send()).json()["data"][0]["data"]["id"]
    return sender.saying(f"/v6/messages/{said}/reactions", {"emojiCode": "thumbs_up"}, {"emojiCode": "tada"})


async def tight_upload(town: Town, path: str = "/v6/files/upload") -> Sender:
    """Ada sends a file."""
    sender = (await tight(town)).saying(path, {"description": "The lamp"}, {"description": "The other lamp"})
    return replace(sender, file=b"light")


async def tight_upload_for_entity(town: Town) -> Sender:
    """Ada sends a file that belongs to an entity."""
    return await tight_upload(town, "/v6/files/upload/btxn_1001")


async def tight_file(town: Town) -> Sender:
    """Ada says something of a file."""
    id = (await (await tight_upload(town)).send()).json()["data"]["id"]
    body, other = ({"data": [{"id": id, "notes": notes}]} for notes in ("Bright.", "Dark."))
    return (await tight(town)).saying("/v6/files", body, other)


async def tight_company(town: Town) -> Sender:
    """The partner founds a company, or another one."""
    owner = {"userId": town.world.ada.external_id, "email": town.world.ada.email}
    body = {"name": "Lamps", "entityType": "LLC", "owners": [owner]}
    return Sender(town.http, "/v6/company", body, body | {"name": "Others"}, await tight_headers(town))


async def tight_bookkeeper(town: Town) -> Sender:
    """The partner has somebody new for its companies, or somebody else."""
    body, other = (
        {"data": [{"userId": f"{name}-{town.world.account_id}", "email": f"{name}@example.com"}]}
        for name in ("new", "other")
    )
    return Sender(town.http, "/v6/bookkeepers", body, other, await tight_headers(town))


# ── HighLevel ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def pit(town: Town, place: Place) -> dict[str, str]:
    """A new private integration token of a location."""
    async with town.database.writing(()) as tx:
        issued = await highlevel.issue(tx, system(town.world.account_id), place.workspace.id, name="another")
    return {"Authorization": f"Bearer {issued.secret}", "Version": "2021-07-28"}


async def highlevel_conversation(town: Town, place: Place | None = None) -> Sender:
    """A location opens the conversation of its first contact, or of its second."""
    place = place or town.world.lamplight
    at = {"locationId": highlevel_ids.write(place.workspace.uuid)}
    body, other = (at | {"contactId": highlevel_ids.write(contact.uuid)} for contact in place.contacts[:2])
    return Sender(town.http, "/conversations/", body, other, await pit(town, place))


async def highlevel_contact(town: Town, place: Place | None = None, path: str = "/contacts/") -> Sender:
    """A location makes a contact, or another one."""
    sender = await highlevel_conversation(town, place)
    body, other = (
        {"locationId": sender.body["locationId"], "email": f"{name}@example.com"} for name in ("new", "other")
    )
    return sender.saying(path, body, other)


async def highlevel_upsert(town: Town, place: Place | None = None) -> Sender:
    """A location makes sure that it has a contact."""
    return await highlevel_contact(town, place, "/contacts/upsert")


async def highlevel_message(town: Town, path: str = "/conversations/messages") -> Sender:
    """A location sends a text to its first contact, or another one."""
    sender = await highlevel_conversation(town)
    body = {"type": "SMS", "contactId": sender.body["contactId"], "message": "Hello"}
    return sender.saying(path, body, body | {"message": "Hello again"})


async def highlevel_inbound(town: Town) -> Sender:
    """A location takes in what its first contact said."""
    return await highlevel_message(town, "/conversations/messages/inbound")


async def highlevel_call(town: Town) -> Sender:
    """A location takes down a call to its first contact, or one that nobody answered."""
    provider = await registered(town.database, town.world, town.world.lamplight, "call")
    sender = await highlevel_message(town, "/conversations/messages/outbound")
    contact = {"contactId": sender.body["contactId"], "conversationProviderId": provider.id, "type": "Call"}
    body, other = (contact | {"call": {"status": status}} for status in ("completed", "no-answer"))
    return sender.saying(sender.path, body, other)


async def highlevel_review(town: Town) -> Sender:
    """A location answers a review of its first contact's."""
    sender = await highlevel_message(town)
    said = (await sender.send()).json()
    at = {"locationId": highlevel_ids.write(town.world.lamplight.workspace.uuid)}
    body, other = (at | {"conversationId": said["conversationId"], "message": text} for text in ("Thanks", "Sorry"))
    return sender.saying("/conversations/messages/review-reply", body, other)


async def highlevel_upload(town: Town) -> Sender:
    """A location sends a file for its first contact, or for its second."""
    sender = await highlevel_conversation(town)
    sender = sender.saying("/conversations/messages/upload", sender.body, sender.other)
    return replace(sender, file=b"light", part="fileAttachment")


async def highlevel_subtype(town: Town) -> Sender:
    """A location has a new kind of mail, or another one."""
    sender = await highlevel_conversation(town)
    body, other = ({"name": name, "channel": "email", "language": "en"} for name in ("News", "Offers"))
    path = f"/conversations/preferences/custom-subtypes?locationId={sender.body['locationId']}"
    return sender.saying(path, body, other)


async def highlevel_wish(town: Town) -> Sender:
    """A location takes down that its first contact wants no mail, or wants it after all."""
    sender = await highlevel_conversation(town)
    body, other = (
        sender.body | {"email": "a@example.com", "subscription_action": {"type": "default", "subtype_status": status}}
        for status in ("unsubscribed", "subscribed")
    )
    return sender.saying("/conversations/preferences/unsubscriptions/user-change", body, other)


# ── Libredesk ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def libredesk_conversation(town: Town, user: User | None = None, place: Place | None = None) -> Sender:
    """Linus, or whoever it is, opens a conversation for somebody new."""
    place = place or town.world.lamplight
    by, user_id = system(town.world.account_id, place.workspace.id), (user or town.world.linus).id
    async with town.database.writing(by.workspaces) as tx:
        key = await libredesk.issue(tx, by, place.workspace.id, user_id, name="another")
    body = {
        "subject": "The lamp",
        "content": "It is dark.",
        "inbox_id": place.inbox.id,
        "contact_email": "new@example.com",
        "first_name": "Nora",
        "initiator": "contact",
    }
    pair = base64.b64encode(f"{key.key}:{key.secret}".encode()).decode()
    headers = {"Authorization": f"Basic {pair}"}
    return Sender(town.http, "/api/v1/conversations", body, body | {"subject": "The other lamp"}, headers)


SENDERS: dict[str, Callable[[Town], Awaitable[Sender]]] = {
    "tight conversation": tight,
    "tight message": tight_message,
    "tight reaction": tight_reaction,
    "tight upload": tight_upload,
    "tight upload for an entity": tight_upload_for_entity,
    "tight file": tight_file,
    "tight company": tight_company,
    "tight bookkeeper": tight_bookkeeper,
    "highlevel conversation": highlevel_conversation,
    "highlevel message": highlevel_message,
    "highlevel inbound": highlevel_inbound,
    "highlevel contact": highlevel_contact,
    "highlevel upsert": highlevel_upsert,
    "highlevel call": highlevel_call,
    "highlevel review": highlevel_review,
    "highlevel upload": highlevel_upload,
    "highlevel subtype": highlevel_subtype,
    "highlevel wish": highlevel_wish,
    "libredesk conversation": libredesk_conversation,
}
