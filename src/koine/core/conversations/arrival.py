"""A conversation that comes in by an inbox: what must be known before it is opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from koine.core.actor import Actor
from koine.core.contacts.model import Contact
from koine.core.conversations.model import Status
from koine.core.conversations.store import arrival as store
from koine.core.inboxes.inboxes import Inbox
from koine.postgres.database import Tx


@dataclass(frozen=True, slots=True)
class Arrival:
    """By which inbox, from which address, and for whom; `attributes` are the keys of what it carries."""

    inbox_id: int
    email: str
    team_id: int | None = None
    assignee_id: int | None = None
    attributes: Sequence[str] = ()

    @property
    def plain(self) -> bool:
        """Whether it is for nobody in particular and carries nothing."""
        return self.team_id is None and self.assignee_id is None and not self.attributes


@dataclass(frozen=True, slots=True)
class Known:
    """What is there already. `status` is the one to open it in; `contact` None: nobody wrote under this address yet.

    `attributes` are those of the arrival's keys that are defined for conversations.
    """

    inbox: Inbox
    status: Status
    contact: Contact | None
    team_exists: bool = False
    assignee_exists: bool = False
    attributes: frozenset[str] = frozenset()


async def known(tx: Tx, by: Actor, arrival: Arrival) -> Known | None:
    """What is known of an arrival; None without such an inbox where the actor may open conversations. Only reads.

    One statement, or two when it is for somebody or carries something. Raises PermissionMissing when the actor may open
    conversations nowhere.
    """
    by.must_somewhere("conversations:write")
    writable = [id for id in by.workspaces if by.may("conversations:write", id)]
    row = await store.known(tx, writable, arrival.inbox_id, arrival.email)
    if row is None:
        return None
    values = tuple(row)
    inbox, status = Inbox(*values[:7]), Status(*values[7:10])
    contact = None if values[10] is None else Contact(*values[10:])
    if arrival.plain:
        return Known(inbox, status, contact)
    found = await store.wanted(tx, inbox.workspace_id, arrival.team_id, arrival.assignee_id, arrival.attributes)
    team_exists, assignee_exists, attributes = found or (False, False, ())
    return Known(inbox, status, contact, team_exists, assignee_exists, frozenset(attributes))
