"""Who takes part in conversations without having them: those who follow."""

from __future__ import annotations

from collections.abc import Sequence

from koine.core import outbox
from koine.core.actor import Actor
from koine.core.conversations.handling import selection
from koine.core.conversations.store import following as store
from koine.core.desk_events import ConversationFollowed, ConversationUnfollowed
from koine.core.errors import Invalid, Problem
from koine.core.users import agents
from koine.postgres.database import Tx


async def follow(tx: Tx, by: Actor, workspace_id: int, ids: Sequence[int], *, user_id: int) -> list[int]:
    """Have a member of the workspace take part in conversations; the ids of those that they did not follow yet.

    Oneself needs no more than to see them; others need who may assign. Raises PermissionMissing, ConversationNotFound,
    and Invalid when there is no such member.
    """
    _must(by, workspace_id, user_id)
    if await agents.name_of(tx, workspace_id, user_id) is None:
        raise Invalid(problems=[Problem("not_found", ("user",))])
    held = {each.id: each for each in await selection.hold(tx, by, workspace_id, ids)}
    new = await store.add(tx, workspace_id, list(held), user_id)
    if new:
        followed = [ConversationFollowed(*held[id].subject, data={"user_id": user_id}) for id in new]
        await outbox.record(tx, by, *followed)
    return new


async def unfollow(tx: Tx, by: Actor, workspace_id: int, ids: Sequence[int], *, user_id: int) -> list[int]:
    """Have somebody take part no longer; the ids of those that they followed. Raises as `follow` does."""
    _must(by, workspace_id, user_id)
    held = {each.id: each for each in await selection.hold(tx, by, workspace_id, ids)}
    gone = await store.remove(tx, workspace_id, list(held), user_id)
    if gone:
        unfollowed = [ConversationUnfollowed(*held[id].subject, data={"user_id": user_id}) for id in gone]
        await outbox.record(tx, by, *unfollowed)
    return gone


def _must(by: Actor, workspace_id: int, user_id: int) -> None:
    oneself = by.kind == "user" and by.id == user_id
    by.must("conversations:read" if oneself else "conversations:update_user_assignee", workspace_id)
