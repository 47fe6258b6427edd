"""Every method of the vendor's client for conversations, contacts and OAuth, called once against a running server.

Part of the tests where the release is installed, and a script in the environment of the pre-release, so it imports
nothing of ours: it reads what it is given as JSON from standard input, and writes what came back.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import json
import sys
import time
from collections.abc import Awaitable, Callable
from importlib.metadata import version
from typing import Any

from highlevel import HighLevel
from highlevel.error import GHLError

Json = dict[str, Any]

# Files have tests of their own; in both versions the client sends them as JSON.
FILES = {"upload_file_attachments", "initiate_file_upload", "complete_file_upload"}


class Runner:
    """One service of the client: what was called, and what came of it."""

    def __init__(self, service: Any) -> None:
        self._service = service
        self.came: dict[str, Any] = {}

    @property
    def missing(self) -> set[str]:
        """Its methods that were not called."""
        functions = inspect.getmembers(type(self._service), inspect.isfunction)
        return {name for name, _ in functions if not name.startswith("_")} - self.came.keys()

    def has(self, name: str) -> bool:
        """Whether this version of the client has a method."""
        return hasattr(self._service, name)

    async def __call__(self, name: str, *given: Any, **named: Any) -> Any:
        """Call a method that succeeds."""
        self.came[name] = await getattr(self._service, name)(*given, **named)
        return self.came[name]

    async def refused(self, name: str, *given: Any) -> Any:
        """Call a method that is refused."""
        try:
            await getattr(self._service, name)(*given)
        except GHLError as error:
            self.came[name] = {"status": error.status_code, "body": error.response}
            return self.came[name]
        raise AssertionError(f"{name} was not refused")

    async def unserved(self, name: str) -> None:
        """Call a method with anything at all; what it asks for is not there."""
        method = getattr(self._service, name)
        wanted = [each for each in inspect.signature(method).parameters.values() if each.default is each.empty]
        await self.refused(name, *({} if each.name == "request_body" else "x" for each in wanted))


async def conversations(client: Any, given: Json) -> Runner:
    """What §5 and §6 are for."""
    run, contact, at = Runner(client.conversations), given["contact_id"], {"locationId": given["location_id"]}

    async def raw(name: str, path: str, read: Callable[[Any], Any]) -> None:
        """What a method asks for that asks for a literal `{id}`, or takes every answer for JSON (§10)."""
        run.came[name] = read(await client.request(method="GET", url=path))

    id = (await run("create_conversation", at | {"contactId": contact}))["conversation"]["id"]
    await run("get_conversation", id)
    await run.refused("create_conversation", at | {"contactId": contact})
    sent = await run("send_a_new_message", {"type": "SMS", "contactId": contact, "message": "Hello"})
    await run("add_an_inbound_message", {"type": "SMS", "contactId": contact, "message": "Hello?"})
    custom = {"type": "Custom", "contactId": contact, "html": "<p>x</p>", "conversationProviderId": given["mails"]}
    mail = await client.conversations.send_a_new_message(custom)
    await run("update_message_status", mail["messageId"], {"status": "delivered"})
    call = {"contactId": contact, "conversationProviderId": given["calls"], "call": {"status": "completed"}}
    logged = (await run("add_an_outbound_message", {"type": "Call", **call}))["messageId"]
    later = {"contactId": contact, "scheduledTimestamp": int(time.time()) + 3600}
    text = await client.conversations.send_a_new_message({"type": "SMS", "message": "x", **later})
    await run("cancel_scheduled_message", text["messageId"])
    letter = await client.conversations.send_a_new_message({"type": "Email", "html": "x", **later})
    await run("cancel_scheduled_email_message", letter["emailMessageId"])
    await run("get_messages", id, limit=20, type="TYPE_SMS")
    await run("search_conversation", given["location_id"], status="unread", start_after_date=[4e12, 1])
    await run("live_chat_agent_typing", at | {"isTyping": "true", "visitorId": "v", "conversationId": id})
    await raw("get_message", f"/conversations/messages/{sent['messageId']}", lambda got: got.json())
    await raw("get_email_by_id", f"/conversations/messages/email/{mail['emailMessageId']}", lambda got: got.json())
    await run("get_message_transcription", given["location_id"], given["transcribed"])
    path = f"/conversations/locations/{given['location_id']}/messages/{given['transcribed']}/transcription/download"
    await raw("download_message_transcription", path, lambda got: got.text)
    await run.refused("get_message_recording", given["location_id"], sent["messageId"])
    newer: dict[str, Callable[[], Awaitable[Any]]] = {
        "export_messages_by_location": lambda: run("export_messages_by_location", given["location_id"], limit=10),
        "add_message_attachments": lambda: run(
            "add_message_attachments", logged, {"attachments": ["https://a.example"]}
        ),
        "update_email_message_status": lambda: run(
            "update_email_message_status", mail["emailMessageId"], {"status": "opened", "events": {"opened": 1}}
        ),
        "send_review_reply": lambda: run("send_review_reply", at | {"conversationId": id, "message": "Thanks"}),
    }
    for name, asked in newer.items():
        if run.has(name):
            await asked()
    await run("update_conversation", id, at | {"unreadCount": 2, "starred": True})
    await run("delete_conversation", id)
    return run


async def contacts(client: Any, given: Json) -> Runner:
    """What §9 has; whatever else the client offers is not served, and says so."""
    run, at = Runner(client.contacts), {"locationId": given["location_id"]}
    id = (await run("create_contact", at | {"firstName": "Nora", "email": "nora@example.com"}))["contact"]["id"]
    await run("get_contact", id)
    await run("update_contact", id, {"city": "Ulm"})
    await run("upsert_contact", at | {"email": "nora@example.com", "tags": ["new"]})
    await run("search_contacts_advanced", at | {"pageLimit": 5, "query": "nora"})
    await run("get_duplicate_contact", given["location_id"], email="nora@example.com")
    if run.has("get_contacts"):
        await run("get_contacts", given["location_id"], query="nora", limit=5)
    await run("delete_contact", id)
    for name in sorted(run.missing):
        await run.unserved(name)
    return run


async def oauth(client: Any, given: Json) -> Runner:
    """An app of the agency: §2.4."""
    run, app = Runner(client.oauth), given["app"]
    run.came["get_authorization_url"] = client.oauth.get_authorization_url(app["id"], app["back"], "contacts.readonly")
    own = {"client_id": app["id"], "client_secret": app["secret"], "user_type": "Company"}
    code = {"grant_type": "authorization_code", "code": app["code"], "redirect_uri": app["back"]}
    got = await run("get_access_token", own | code)
    renewed = await run("refresh_token", got["refresh_token"], app["id"], app["secret"], "refresh_token", "Company")
    await client.get_session_storage().set_session(got["companyId"], renewed)
    await run("get_installed_location", got["companyId"], app["public_id"])
    place = {"companyId": got["companyId"], "locationId": given["location_id"]}
    await run("get_location_access_token", place)
    return run


async def everything(given: Json) -> Json:
    """Call all of it; what came of each, and which methods were not called."""

    class Here(HighLevel):  # type: ignore[misc]
        BASE_URL = given["base_url"]

    private = Here(private_integration_token=given["token"])
    app = Here(client_id=given["app"]["id"], client_secret=given["app"]["secret"])
    services = ((conversations, private), (contacts, private), (oauth, app))
    try:
        ran = {service.__name__: await service(client, given) for service, client in services}
    finally:
        for client in (private, app):
            await client.get_http_client().aclose()
    told: Json = {name: {"came": run.came, "missing": sorted(run.missing)} for name, run in ran.items()}
    return told | {"version": version("gohighlevel-api-client")}


if __name__ == "__main__":
    with contextlib.redirect_stdout(sys.stderr):  # where the client tells of errors
        found = asyncio.run(everything(json.load(sys.stdin)))
    print(json.dumps(found))
