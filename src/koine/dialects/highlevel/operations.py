"""What a token needs for each operation: its class and its scope, in one table (contracts/highlevel.md §2.1, §2.3)."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

# location: of one location, by OAuth or private; company: of the agency, by OAuth only
TokenClass = Literal["location", "company"]

_PARAMETER = re.compile(r"\{[^}]*\}")


@dataclass(frozen=True, slots=True)
class Needed:
    """What an operation asks of a token. `scope` None: any token of the class will do.

    `versioned`: whether clients have to say for which version they were written (contracts/highlevel.md §1.1).
    """

    scope: str | None
    whose: TokenClass = "location"
    versioned: bool = True


_CONVERSATIONS_READ = Needed("conversations.readonly")
_CONVERSATIONS_WRITE = Needed("conversations.write")
_MESSAGES_READ = Needed("conversations/message.readonly")
_MESSAGES_WRITE = Needed("conversations/message.write")
_LIVE_CHAT = Needed("conversations/livechat.write")
_CONTACTS_READ = Needed("contacts.readonly")
_CONTACTS_WRITE = Needed("contacts.write")
_ANY = Needed(None)

# "METHOD /path", with {} for whatever a path has in it and no slash at the end.
OPERATIONS: Mapping[str, Needed] = {
    "GET /conversations/search": _CONVERSATIONS_READ,
    "POST /conversations": _CONVERSATIONS_WRITE,
    "GET /conversations/{}": _CONVERSATIONS_READ,
    "PUT /conversations/{}": _CONVERSATIONS_WRITE,
    "DELETE /conversations/{}": _CONVERSATIONS_WRITE,
    "GET /conversations/{}/messages": _MESSAGES_READ,
    "POST /conversations/messages": _MESSAGES_WRITE,
    "POST /conversations/messages/inbound": _MESSAGES_WRITE,
    "POST /conversations/messages/outbound": _MESSAGES_WRITE,
    "POST /conversations/messages/review-reply": _MESSAGES_WRITE,
    "POST /conversations/messages/upload": _MESSAGES_WRITE,
    "POST /conversations/messages/upload/initiate": _MESSAGES_WRITE,
    "POST /conversations/messages/upload/complete": _MESSAGES_WRITE,
    "GET /conversations/messages/export": _MESSAGES_READ,
    "GET /conversations/messages/{}": _MESSAGES_READ,
    "DELETE /conversations/messages/{}/schedule": _MESSAGES_WRITE,
    "PUT /conversations/messages/{}/status": _MESSAGES_WRITE,
    "PUT /conversations/messages/{}/attachments": _MESSAGES_WRITE,
    # v2 declares no scope for these two, v3 does: what only v2's clients were promised is not more than v3 allows.
    "GET /conversations/messages/email/{}": Needed("conversations/message.readonly", versioned=False),
    "DELETE /conversations/messages/email/{}/schedule": Needed("conversations/message.write", versioned=False),
    "PUT /conversations/messages/email/{}/status": _MESSAGES_WRITE,
    "GET /conversations/messages/{}/locations/{}/recording": _MESSAGES_READ,
    "GET /conversations/locations/{}/messages/{}/transcription": _MESSAGES_READ,
    "GET /conversations/locations/{}/messages/{}/transcription/download": _MESSAGES_READ,
    "POST /conversations/providers/live-chat/typing": _LIVE_CHAT,
    "GET /conversations/preferences/custom-subtypes": _ANY,
    "POST /conversations/preferences/custom-subtypes": _ANY,
    "PUT /conversations/preferences/custom-subtypes/{}": _ANY,
    "GET /conversations/preferences/unsubscriptions/status": _ANY,
    "POST /conversations/preferences/unsubscriptions/user-change": _ANY,
    "POST /contacts": _CONTACTS_WRITE,
    "POST /contacts/upsert": _CONTACTS_WRITE,
    "POST /contacts/search": _CONTACTS_READ,
    "GET /contacts/search/duplicate": _CONTACTS_READ,
    "GET /contacts": _CONTACTS_READ,
    "GET /contacts/{}": _CONTACTS_READ,
    "PUT /contacts/{}": _CONTACTS_WRITE,
    "DELETE /contacts/{}": _CONTACTS_WRITE,
    "POST /oauth/locationToken": Needed("oauth.write", "company"),
    "POST /oauth/location-token": Needed("oauth.write", "company"),
    "GET /oauth/installedLocations": Needed("oauth.readonly", "company"),
    "GET /oauth/installed-locations": Needed("oauth.readonly", "company"),
}


@functools.cache
def needed(method: str, path: str) -> Needed:
    """What the operation of a route needs; `path` is the route's, such as `/contacts/{contactId}/`.

    Raises LookupError for one that is not in the table: nothing is served that nobody has thought about.
    """
    method = "GET" if method == "HEAD" else method
    return OPERATIONS[f"{method} {_PARAMETER.sub('{}', path).rstrip('/')}"]
