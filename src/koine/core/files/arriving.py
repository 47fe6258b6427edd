"""Addresses to which the bytes of one file can be sent: whoever has one may, for a while, and nothing else.

All that is known of the file until then is in the address, signed. Nothing is kept of it.
"""

from __future__ import annotations

import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import astuple, dataclass, replace
from uuid import UUID

import orjson

from koine.core.actor import Actor, ActorKind
from koine.core.files import names
from koine.core.identity import new_uuid
from koine.core.sealing import SIGNATURE, Sealing

LIFETIME = 15 * 60  # seconds

_ABOUT = b"arriving"


@dataclass(frozen=True, slots=True)
class Expected:
    """A file that may come until `end` (seconds since 1970), with `largest` bytes at most, for who has asked for it."""

    workspace_id: int
    account_id: int
    kind: ActorKind
    actor_id: int | None
    uuid: UUID
    file_name: str
    largest: int
    end: int

    @property
    def actor(self) -> Actor:
        """Who has asked for it, and may do no more with it than put it down."""
        return Actor(self.kind, self.actor_id, self.account_id, {self.workspace_id: frozenset({"messages:write"})})


def expect(by: Actor, workspace_id: int, file_name: str, largest: int) -> Expected:
    """A file that is to come. Raises PermissionMissing."""
    by.must("messages:write", workspace_id)
    end = int(time.time()) + LIFETIME
    return Expected(workspace_id, by.account_id, by.kind, by.id, new_uuid(), names.clean(file_name), largest, end)


def written(sealing: Sealing, expected: Expected) -> str:
    """The part of an address that says all of it. Raises SealingFailed."""
    said = orjson.dumps(astuple(replace(expected, uuid=UUID(int=expected.uuid.int))))
    return urlsafe_b64encode(said + sealing.sign(said, _ABOUT)).decode().rstrip("=")


def read(sealing: Sealing, token: str) -> Expected | None:
    """What an address of ours says that is still good; None for any other. Raises SealingFailed."""
    try:
        decoded = urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
    except ValueError:
        return None
    said, signature = decoded[:-SIGNATURE], decoded[-SIGNATURE:]
    if not said or not sealing.signed(signature, said, _ABOUT):
        return None
    workspace_id, account_id, kind, actor_id, uuid, file_name, largest, end = orjson.loads(said)
    if end < time.time():
        return None
    return Expected(workspace_id, account_id, kind, actor_id, UUID(uuid), file_name, largest, end)
