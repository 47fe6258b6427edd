"""Conversations that were held before we heard of them: what an import brings, and the demo's world.

The statements that open and post know no other time than now, because they are what every request pays for. Whoever
brings the past writes it as if it happened now, in its order, and then says in the same transaction when it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from koine.core.conversations.store import dating as store
from koine.postgres.database import Tx


@dataclass(frozen=True, slots=True)
class Past:
    """When a conversation was `opened`, and each of its messages and notes written, by id (UTC).

    `activity` is by what was done with it, as its lines call that ("assigned"). `done`: since when it stands as it
    does.
    """

    conversation_id: int
    opened: datetime
    done: datetime
    messages: Mapping[int, datetime] = field(default_factory=dict)
    activity: Mapping[str, datetime] = field(default_factory=dict)


async def date(tx: Tx, workspace_id: int, pasts: Sequence[Past]) -> None:
    """Put conversations where they belong in time; three statements, whatever the length of the list.

    Part of whichever action brings them: its events say when we heard of them, and stay as they are. What was said has
    to be dated in the order in which it was written.
    """
    said = {id: at for past in pasts for id, at in past.messages.items()}
    acts = [(past.conversation_id, what, at) for past in pasts for what, at in past.activity.items()]
    await store.date_messages(tx, workspace_id, list(said), list(said.values()))
    if acts:
        conversations, what, times = zip(*acts, strict=True)
        await store.date_activity(tx, workspace_id, conversations, what, times)
    await store.settle(
        tx,
        workspace_id,
        [past.conversation_id for past in pasts],
        [past.opened for past in pasts],
        [past.done for past in pasts],
    )
