"""Who calls, by which version, and for which location (contracts/highlevel.md §1.1, §2)."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

import orjson

from koine.core.actor import Actor
from koine.core.errors import ForeignWorkspace, PermissionMissing, Unauthenticated
from koine.dialects.call import Call
from koine.dialects.highlevel import ids

VERSIONS = frozenset({"2021-04-15", "2021-07-28", "2023-02-21", "v3"})

# What the contract declares no version for (§1.1): get an e-mail, and cancel a scheduled one.
_WITHOUT_VERSION = re.compile(r"(GET|HEAD) /conversations/messages/email/[^/]+/?|DELETE \S+/email/[^/]+/schedule/?")


class VersionRefused(Unauthenticated):
    """No `Version` header, or one that was never published."""

    code = "version_refused"


class WrongTokenClass(Unauthenticated):
    """A token that is not of one location, such as an agency's."""

    code = "wrong_token_class"
    says = "This authClass type is not allowed to access this scope."


@dataclass(frozen=True, slots=True)
class Location:
    """The one location of a token: our workspace, and its id as the contract writes it."""

    workspace_id: int
    id: str

    def must_be(self, location_id: str) -> None:
        """Raise ForeignWorkspace for any other location, whether there is such a one or not."""
        if location_id != self.id:
            raise ForeignWorkspace


async def authenticate(call: Call) -> Actor:
    """Whoever's token is shown. Raises VersionRefused before looking at the token, then Unauthenticated."""
    _check_version(call)
    secret = _secret(call.header("authorization"))
    try:
        bearer = await call.services.keyring.bearer(secret)
    except Unauthenticated:
        raise Unauthenticated(_what_is_wrong(secret)) from None
    if bearer.dialect != "highlevel":
        raise Unauthenticated(_what_is_wrong(secret))
    call.bearer = bearer
    return bearer.actor


def location(call: Call, scope: str) -> Location:
    """Where the call works. Raises WrongTokenClass, and PermissionMissing when the token lacks the scope."""
    bearer = call.bearer
    if bearer.workspace_uuid is None or len(bearer.actor.workspaces) != 1:
        raise WrongTokenClass
    if bearer.scopes is not None and scope not in bearer.scopes:
        raise PermissionMissing(scope)
    return Location(bearer.actor.workspaces[0], ids.write_often(bearer.workspace_uuid))


def _check_version(call: Call) -> None:
    version = call.header("version")
    if not version and _WITHOUT_VERSION.fullmatch(f"{call.method} {call.path}"):
        return
    if not version:
        raise VersionRefused("version header was not found.")
    if version not in VERSIONS:
        raise VersionRefused("version header is invalid")


def _secret(header: str | None) -> str:
    scheme, _, secret = (header or "").strip().partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise Unauthenticated(_what_is_wrong(""))
    return secret.strip()


def _what_is_wrong(secret: str) -> str:
    """Judged by the form alone: the words must not tell whether a token was good once, or is somebody else's."""
    if secret.startswith("pit-"):
        return "Invalid Private Integration token"
    parts = secret.split(".")
    if len(parts) == 3 and not all(_is_object(part) for part in parts[:2]):
        return "Invalid JWT"
    return "Invalid token: access token is invalid"


def _is_object(part: str) -> bool:
    """Whether a part of a JWT holds a JSON object."""
    try:
        return isinstance(orjson.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))), dict)
    except (ValueError, binascii.Error):
        return False
