"""What an integration written with the client's pre-release 1.0.0b1 does; run by the Python of its own environment.

Reads {"base_url", "token", "location_id", "contact_id"} from standard input, writes what came back to standard output.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from importlib.metadata import version
from typing import Any

from highlevel import HighLevel
from highlevel.error import GHLError


async def work(given: dict[str, str]) -> dict[str, Any]:
    HighLevel.BASE_URL = given["base_url"]
    client = HighLevel(private_integration_token=given["token"])
    wanted = {"locationId": given["location_id"], "contactId": given["contact_id"]}
    try:
        created = await client.conversations.create_conversation(wanted)
        read = await client.conversations.get_conversation(created["conversation"]["id"])
        try:
            await client.conversations.create_conversation(wanted)
        except GHLError as error:
            refused = {"status": error.status_code, "message": error.message, "body": error.response}
        contact = await client.contacts.get_contact(given["contact_id"])
        found = await client.conversations.search_conversation(location_id=given["location_id"], limit=5)
        id = created["conversation"]["id"]
        update = {"locationId": given["location_id"], "unreadCount": 2}
        changed = await client.conversations.update_conversation(id, update)
        deleted = await client.conversations.delete_conversation(id)
        renamed = await client.contacts.update_contact(given["contact_id"], {"firstName": "Renamed"})
        filters = [{"field": "id", "operator": "eq", "value": given["contact_id"]}]
        asked = {"locationId": given["location_id"], "pageLimit": 5, "filters": filters}
        listed = await client.contacts.search_contacts_advanced(asked)
    finally:
        await client.get_http_client().aclose()
    return {
        "created": created,
        "read": read,
        "refused": refused,
        "contact": contact,
        "found": found,
        "changed": changed,
        "deleted": deleted,
        "renamed": renamed,
        "listed": listed,
    }


with contextlib.redirect_stdout(sys.stderr):  # where the client tells of errors
    found = asyncio.run(work(json.load(sys.stdin)))
print(json.dumps({"version": version("gohighlevel-api-client")} | found))
