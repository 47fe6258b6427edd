"""Who has a conversation: a person, a team, or nobody."""

from __future__ import annotations

from collections.abc import Sequence

from koine.core import outbox
from koine.core.actor import Actor
from koine.core.conversations.handling import activity, selection
from koine.core.conversations.handling.activity import Line
from koine.core.conversations.handling.selection import Held
from koine.core.conversations.store import handling as store
from koine.core.errors import Invalid, Problem
from koine.core.events import ConversationAssigned
from koine.core.teams import teams
from koine.core.users import agents
from koine.postgres.database import Tx


async def assign(tx: Tx, by: Actor, workspace_id: int, ids: Sequence[int], *, to: int | None) -> list[int]:
    """Give conversations to a member of the workspace, or to nobody (None); the ids of those that were not theirs yet.

    Their teams stay. Raises PermissionMissing, ConversationNotFound, and Invalid when there is no such member.
    """
    by.must("conversations:update_user_assignee", workspace_id)
    person = None if to is None else await agents.name_of(tx, workspace_id, to)
    if to is not None and person is None:
        raise Invalid(problems=[Problem("not_found", ("assignee",))])
    held = [each for each in await selection.hold(tx, by, workspace_id, ids) if each.assignee_id != to]
    if held:
        await store.assign(tx, workspace_id, [each.id for each in held], to)
        lines = [Line(each.id, "assigned", _gave(by, to, person), {"to": person}) for each in held]
        await activity.tell(tx, by, workspace_id, lines)
        await outbox.record(tx, by, *(_assigned(each, to, each.team_id) for each in held))
    return [each.id for each in held]


async def give_to_team(tx: Tx, by: Actor, workspace_id: int, ids: Sequence[int], *, team: int | None) -> list[int]:
    """Give conversations to a team, or to none (None); the ids of those that it did not have yet.

    Whoever of another team had one has it no longer. Raises PermissionMissing, ConversationNotFound, and Invalid when
    there is no such team.
    """
    by.must("conversations:update_team_assignee", workspace_id)
    name = None if team is None else (await teams.of_workspace(tx, workspace_id)).get(team)
    if team is not None and name is None:
        raise Invalid(problems=[Problem("not_found", ("team",))])
    held = [each for each in await selection.hold(tx, by, workspace_id, ids) if each.team_id != team]
    if held:
        kept = {row["id"]: row["assignee_id"] for row in await store.give_to_team(tx, workspace_id, _ids(held), team)}
        says = f"gave this to the team {name}" if name else "took this away from its team"
        await activity.tell(tx, by, workspace_id, [Line(each.id, "team", says, {"to": name}) for each in held])
        await outbox.record(tx, by, *(_assigned(each, kept[each.id], team) for each in held))
    return _ids(held)


def _ids(held: Sequence[Held]) -> list[int]:
    return [each.id for each in held]


def _gave(by: Actor, to: int | None, person: str | None) -> str:
    if to is None:
        return "took this from whoever had it"
    return "took this" if by.kind == "user" and by.id == to else f"gave this to {person}"


def _assigned(held: Held, assignee_id: int | None, team_id: int | None) -> ConversationAssigned:
    return ConversationAssigned(*held.subject, data={"assignee_id": assignee_id, "team_id": team_id})
