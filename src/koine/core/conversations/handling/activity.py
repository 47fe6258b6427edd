"""The small lines of a thread that say what somebody did with it: "Ada gave this to Linus"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from koine.core.actor import Actor
from koine.core.conversations.store import activity as store
from koine.postgres.database import Tx


@dataclass(frozen=True, slots=True)
class Line:
    """What was done with one conversation. `says` goes on after the name of who did it, the rest is for programs."""

    conversation_id: int
    kind: str
    says: str
    told: Mapping[str, Any] = field(default_factory=dict)


async def tell(tx: Tx, by: Actor, workspace_id: int, lines: Sequence[Line]) -> None:
    """Put lines into their conversations; no event is recorded of them, as what they tell has its own."""
    if lines:
        who = by.name or by.email or "Somebody"
        await store.insert(
            tx,
            workspace_id,
            by.author,
            [line.conversation_id for line in lines],
            [f"{who} {line.says}" for line in lines],
            [{"activity": line.kind, **line.told} for line in lines],
        )
