"""The tokens that can be made in the inbox, one for each contract, each with a line by which it is tried at once."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence

from koine.core import permissions
from koine.core.actor import Actor
from koine.core.inboxes import inboxes
from koine.core.webhooks import managing
from koine.core.workspaces.model import Workspace
from koine.dialects.highlevel import credentials as highlevel
from koine.dialects.highlevel import ids, scopes
from koine.dialects.libredesk import credentials as libredesk
from koine.dialects.native import credentials as native
from koine.dialects.tight import credentials as tight
from koine.inbox.access import Asked, Given, Offer, Scope
from koine.postgres.database import Tx

_JSON = "-H 'Content-Type: application/json'"
_BEARER = r"""sed 's/.*"access_token":"\([^"]*\)".*/\1/'"""


async def _native(tx: Tx, by: Actor, place: Workspace, asked: Asked, url: str) -> Given:
    issued = await native.issue(
        tx, by, workspaces=[place.id], name=asked.name, user_id=asked.user_id, permissions=_allowed(asked.scopes)
    )
    curl = f"curl -s {url}/v1/events -H 'Authorization: Bearer {issued.secret}'"
    return Given(issued.id, [("Token", issued.secret)], curl)


async def _tight(tx: Tx, by: Actor, place: Workspace, asked: Asked, url: str) -> Given:
    issued = await tight.issue(tx, by, name=asked.name)
    token = f"$(curl -s {url}/v6/auth/token -u {issued.key}:{issued.secret} -d scope=write | {_BEARER})"
    curl = f'curl -s {url}/v6/conversations/query -H "Authorization: Bearer {token}" {_JSON} -d \'{{"limit":10}}\''
    return Given(issued.id, [("Client id", issued.key or ""), ("Client secret", issued.secret)], curl)


async def _highlevel(tx: Tx, by: Actor, place: Workspace, asked: Asked, url: str) -> Given:
    chosen = [scope for scope in scopes.ALL if asked.scopes is None or scope in asked.scopes]
    issued = await highlevel.issue(tx, by, place.id, name=asked.name, scopes=chosen)
    location = ids.write(place.uuid)
    headers = f"-H 'Authorization: Bearer {issued.secret}' -H 'Version: 2021-07-28'"
    curl = f"curl -s '{url}/conversations/search?locationId={location}' {headers}"
    return Given(issued.id, [("Private integration token", issued.secret), ("Location id", location)], curl)


async def _libredesk(tx: Tx, by: Actor, place: Workspace, asked: Asked, url: str) -> Given:
    """It acts as whoever makes it, unless somebody else is said.

    Its API writes into an inbox: where there is none yet, one is made.
    """
    issued = await libredesk.issue(tx, by, place.id, asked.user_id or by.must_be_person(), name=asked.name)
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


def _allowed(chosen: Sequence[str] | None) -> frozenset[str] | None:
    """What a native token with these scopes may do; None: everything, also what will be there later."""
    if chosen is None or set(chosen) >= {name for name, _, _ in _NATIVE}:
        return None
    return frozenset().union(*(allowed for name, _, allowed in _NATIVE if name in chosen))


_NATIVE: Sequence[tuple[str, str, frozenset[str]]] = (
    ("feed", "Read the feed: what happened, as it happens", permissions.READING),
    ("webhooks", "Set up webhooks, and see their log", frozenset(managing.NEEDED)),
)

OFFERS: Sequence[Offer] = (
    Offer(
        "native",
        "Koine",
        "The feed of events, and webhooks, of this workspace.",
        _native,
        acts="either",
        scopes=[Scope(name, says) for name, says, _ in _NATIVE],
    ),
    Offer(
        "tight",
        "Tight v6",
        "Conversations and messages of the whole account, also of later workspaces.",
        _tight,
        whole=True,
    ),
    Offer(
        "highlevel",
        "HighLevel",
        "Conversations, messages and contacts of this workspace, as a location.",
        _highlevel,
        scopes=[Scope(scope, scopes.SAYS[scope]) for scope in scopes.ALL],
    ),
    Offer("libredesk", "Libredesk", "Conversations of this workspace, in an agent's name.", _libredesk, acts="person"),
)
