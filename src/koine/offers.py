"""The tokens that can be made in the inbox, one for each contract, each with a line by which it is tried at once."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence

from koine.core.actor import Actor
from koine.core.inboxes import inboxes
from koine.core.workspaces.model import Workspace
from koine.dialects.highlevel import credentials as highlevel
from koine.dialects.highlevel import ids
from koine.dialects.libredesk import credentials as libredesk
from koine.dialects.native import credentials as native
from koine.dialects.tight import credentials as tight
from koine.inbox.access import Given, Offer
from koine.postgres.database import Tx

_JSON = "-H 'Content-Type: application/json'"
_BEARER = r"""sed 's/.*"access_token":"\([^"]*\)".*/\1/'"""


async def _native(tx: Tx, by: Actor, place: Workspace, name: str, url: str) -> Given:
    issued = await native.issue(tx, by, workspaces=[place.id], name=name)
    curl = f"curl -s {url}/v1/events -H 'Authorization: Bearer {issued.secret}'"
    return Given(issued.id, [("Token", issued.secret)], curl)


async def _tight(tx: Tx, by: Actor, place: Workspace, name: str, url: str) -> Given:
    issued = await tight.issue(tx, by, name=name)
    token = f"$(curl -s {url}/v6/auth/token -u {issued.key}:{issued.secret} -d scope=write | {_BEARER})"
    curl = f'curl -s {url}/v6/conversations/query -H "Authorization: Bearer {token}" {_JSON} -d \'{{"limit":10}}\''
    return Given(issued.id, [("Client id", issued.key or ""), ("Client secret", issued.secret)], curl)


async def _highlevel(tx: Tx, by: Actor, place: Workspace, name: str, url: str) -> Given:
    issued = await highlevel.issue(tx, by, place.id, name=name)
    location = ids.write(place.uuid)
    headers = f"-H 'Authorization: Bearer {issued.secret}' -H 'Version: 2021-07-28'"
    curl = f"curl -s '{url}/conversations/search?locationId={location}' {headers}"
    return Given(issued.id, [("Private integration token", issued.secret), ("Location id", location)], curl)


async def _libredesk(tx: Tx, by: Actor, place: Workspace, name: str, url: str) -> Given:
    """It acts as whoever makes it. Its API writes into an inbox: where there is none yet, one is made."""
    issued = await libredesk.issue(tx, by, place.id, by.must_be_person(), name=name)
    there = [inbox for inbox in await inboxes.of_workspace(tx, place.id) if inbox.enabled]
    inbox = there[0] if there else await inboxes.create(tx, by, place.id, name="API", channel="api")
    said = {
        "inbox_id": inbox.id,
        "contact_email": "mo.rivera@example.com",
        "first_name": "Mo",
        "subject": "The lamp",
        "content": "<p>It does not light.</p>",
        "initiator": "contact",
    }
    key = f"-u {issued.key}:{issued.secret}"
    curl = f"curl -s {url}/api/v1/conversations {key} {_JSON} -d {shlex.quote(json.dumps(said))}"
    return Given(issued.id, [("API key", issued.key or ""), ("API secret", issued.secret)], curl)


OFFERS: Sequence[Offer] = (
    Offer("native", "Koine", "The feed of events, and webhooks, of this workspace.", _native),
    Offer("tight", "Tight v6", "Conversations and messages of the whole account, also of later workspaces.", _tight),
    Offer(
        "highlevel", "HighLevel", "Conversations, messages and contacts of this workspace, as a location.", _highlevel
    ),
    Offer("libredesk", "Libredesk", "Conversations of this workspace, in your name.", _libredesk),
)
