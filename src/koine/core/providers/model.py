"""What a provider is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from koine.core.actor import Actor

Kind = Literal["sms", "email", "call"]


@dataclass(frozen=True, slots=True)
class Provider:
    """Somebody else's service that carries messages of one kind for a workspace.

    `id` is 24 hexadecimal digits. Messages are delivered to `url`; None: it only brings some. The workspace's usual one
    carries whatever names no other; an `extra` one must be named. `token_id` is the app whose it is; None: any app's of
    the workspace. A deleted one is still known by what it has carried.
    """

    workspace_id: int
    id: str
    kind: Kind
    name: str
    url: str | None
    extra: bool
    token_id: int | None
    created_at: datetime
    deleted_at: datetime | None

    @property
    def deleted(self) -> bool:
        """Whether it carries nothing any more."""
        return self.deleted_at is not None

    def owned_by(self, by: Actor) -> bool:
        """Whether the actor is the app whose it is, or it is anybody's here."""
        return self.token_id is None or by.kind == "system" or (by.kind == "app" and by.id == self.token_id)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A provider as it is asked for."""

    kind: Kind
    url: str | None
    name: str = ""
    extra: bool = False
    token_id: int | None = None
