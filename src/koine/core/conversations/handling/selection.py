"""Several conversations at once, held while something is done with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from koine.core.actor import Actor
from koine.core.conversations.model import Status
from koine.core.conversations.store import handling as store
from koine.core.errors import ConversationNotFound, Invalid, Problem
from koine.postgres.database import Tx

MOST = 200  # conversations in one selection


@dataclass(frozen=True, slots=True)
class Held:
    """A conversation that nobody else changes until the transaction ends, as far as handling it needs to know it."""

    workspace_id: int
    id: int
    contact_id: int | None
    status: Status
    priority_id: int | None
    priority: str | None
    assignee_id: int | None
    team_id: int | None
    snoozed_until: datetime | None
    custom_attributes: Mapping[str, Any]

    @property
    def subject(self) -> tuple[int, int, None, int | None]:
        """What an event of it is about."""
        return self.workspace_id, self.id, None, self.contact_id


async def hold(tx: Tx, by: Actor, workspace_id: int, ids: Sequence[int]) -> list[Held]:
    """Those of these conversations that are there, outside the bin, and that the actor may see, in the order of ids.

    Others are left out: in a selection some may have gone meanwhile. Raises ConversationNotFound when none is left, and
    Invalid for more than MOST.
    """
    if len(ids) > MOST:
        raise Invalid(problems=[Problem("too_long", ("ids",), limit=MOST)])
    rows = await store.hold(tx, by, workspace_id, sorted(set(ids)))
    if not rows:
        raise ConversationNotFound
    return [_held(*row) for row in rows]


def _held(workspace_id: int, id: int, contact_id: int | None, *rest: Any) -> Held:
    status_id, status, category, *others = rest
    return Held(workspace_id, id, contact_id, Status(status_id, status, category), *others)
