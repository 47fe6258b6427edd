"""Who calls, by which version, and for which location (contracts/highlevel.md §1.1, §2)."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

import orjson

from koine.core.actor import Actor
from koine.core.errors import ForeignWorkspace, PermissionMissing, Unauthenticated
from koine.core.tokens.keyring import Bearer
from koine.dialects.call import Call
from koine.dialects.highlevel import ids, operations
from koine.dialects.highlevel.operations import Needed, TokenClass

VERSIONS = frozenset({"2021-04-15", "2021-07-28", "2023-02-21", "v3"})

_CALLS = ("access", "key")  # kinds of token; the others are exchanged for one of these


class VersionRefused(Unauthenticated):
    """No `Version` header, or one that was never published."""

    code = "version_refused"


class WrongTokenClass(Unauthenticated):
    """A token of another class than the operation asks for: an agency's for a location's conversations, or a private
    one for what only apps may do.
    """

    code = "wrong_whose"
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
    """Whoever's token is shown, if it may do what this route does.

    Raises VersionRefused before looking at the token, then Unauthenticated, WrongTokenClass and PermissionMissing.
    """
    needed = _needed(call)
    _check_version(call.header("version"), needed)
    secret = _secret(call.header("authorization"))
    try:
        bearer = await call.services.keyring.bearer(secret)
    except Unauthenticated:
        raise Unauthenticated(_what_is_wrong(secret)) from None
    if bearer.dialect != "highlevel" or bearer.kind not in _CALLS:
        raise Unauthenticated(_what_is_wrong(secret))
    _must_be_enough(bearer, needed)
    call.bearer = bearer
    return bearer.actor


def location(call: Call) -> Location:
    """Where the call works. Its class and scope were looked at when it came in. Raises WrongTokenClass."""
    bearer = call.bearer
    if bearer.workspace_uuid is None:
        raise WrongTokenClass
    return Location(bearer.actor.workspaces[0], ids.write_often(bearer.workspace_uuid))


def _needed(call: Call) -> Needed:
    return operations.needed(call.method, call.scope["route"].path)


def _must_be_enough(bearer: Bearer, needed: Needed) -> None:
    if needed.whose not in _classes(bearer):
        raise WrongTokenClass
    if needed.scope is not None and bearer.scopes is not None and needed.scope not in bearer.scopes:
        raise PermissionMissing(needed.scope)


def _classes(bearer: Bearer) -> tuple[TokenClass, ...]:
    """What a token can be used as: one that opens a single location, or an app's that opens none by itself."""
    if bearer.workspace_uuid is not None and len(bearer.actor.workspaces) == 1:
        return ("location",)
    return ("company",) if bearer.kind == "access" and not bearer.actor.workspaces else ()


def _check_version(version: str | None, needed: Needed) -> None:
    if not version and not needed.versioned:
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
