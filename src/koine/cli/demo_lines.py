"""What the demo prints: for each dialect a line that can be copied, and works as often as one likes."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from pathlib import Path

from koine.cli.demo_file import Credentials

_JSON = "-H 'Content-Type: application/json'"

# What takes a string out of an answer, in words that every sed knows.
_FIND_BEARER = r"""sed 's/.*"access_token":"\([^"]*\)".*/\1/'"""
_FIND_CONTACT = r"""sed 's/.*"contact":{"id":"\([^"]*\)".*/\1/'"""


def lines(credentials: Credentials, file: Path) -> Sequence[str]:
    """The base URL and the lines. They need a POSIX shell, curl and sed."""
    return [
        f"Koine serves its demo on {credentials['base_url']}",
        "",
        "# The inbox, as the agent Linus; this link works once, for 24 hours",
        credentials["inbox"]["link"],
        "",
        "# Tight v6: a token for the owner of the first company, and with it a conversation about a bank transaction",
        _tight(credentials),
        "",
        "# HighLevel: a new contact of the first location, and a conversation with them",
        _highlevel(credentials),
        "",
        "# Libredesk: a customer writes to the inbox of the first workspace",
        _libredesk(credentials),
        "",
        "# Native: what has happened in the first workspace; -H 'Accept: text/event-stream' goes on as it happens",
        _native(credentials),
        "",
        f"All ids and secrets: {file}",
        "",
    ]


def _tight(credentials: Credentials) -> str:
    url, client = credentials["base_url"], credentials["tight"]
    signed = f"-u {client['client_id']}:{client['client_secret']} -d userId={client['users'][0]['user_id']}"
    token = f"$(curl -s {url}/v6/auth/token {signed} | {_FIND_BEARER})"
    said = {"subject": "Transaction review", "message": {"text": "What was this payment for?"}}
    body = _body({"data": [said | {"attachedEntityId": "btxn_1002"}]})
    return f'curl -s {url}/v6/conversations -H "Authorization: Bearer {token}" {_JSON} -d {body}'


def _highlevel(credentials: Credentials) -> str:
    url, place = credentials["base_url"], credentials["highlevel"][0]
    headers = f"-H 'Authorization: Bearer {place['token']}' -H 'Version: 2021-07-28' {_JSON}"
    somebody = f'\'{{"locationId":"{place["location_id"]}","email":"visitor-\'$(date +%s%N)\'@example.com"}}\''
    contact = f"$(curl -s {url}/contacts/ {headers} -d {somebody} | {_FIND_CONTACT})"
    body = f'\'{{"locationId":"{place["location_id"]}","contactId":"\'{contact}\'"}}\''
    return f"curl -s {url}/conversations/ {headers} -d {body}"


def _libredesk(credentials: Credentials) -> str:
    url, desk = credentials["base_url"], credentials["libredesk"]
    said = {
        "inbox_id": desk["inbox_id"],
        "contact_email": "mo.rivera@example.com",
        "first_name": "Mo",
        "subject": "The lamp",
        "content": "<p>It does not light.</p>",
        "initiator": "contact",
    }
    key = f"-u {desk['api_key']}:{desk['api_secret']}"
    return f"curl -s {url}/api/v1/conversations {key} {_JSON} -d {_body(said)}"


def _native(credentials: Credentials) -> str:
    url, token = credentials["base_url"], credentials["native"]["token"]
    return f"curl -sN {url}/v1/events -H 'Authorization: Bearer {token}'"


def _body(value: object) -> str:
    return shlex.quote(json.dumps(value))
