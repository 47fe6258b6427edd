"""What keys of repeatable requests are made of."""

from __future__ import annotations

from dataclasses import dataclass

from koine.core.actor import ActorKind


@dataclass(frozen=True, slots=True)
class Key:
    """A key and whose it is: two actors may use the same text, and so may one in two workspaces."""

    workspace_id: int
    actor_kind: ActorKind
    actor_id: int
    text: str

    def __bytes__(self) -> bytes:
        """All of it in one: what is locked, and what a sealed answer belongs to."""
        return f"{self.workspace_id} {self.actor_kind} {self.actor_id} {self.text}".encode()


@dataclass(frozen=True, slots=True)
class Kept:
    """What was answered, as bytes; `fingerprint` is the SHA-256 of what was asked. A `sealed` body tells a secret."""

    fingerprint: bytes
    status: int
    content_type: str
    body: bytes
    sealed: bool = False
