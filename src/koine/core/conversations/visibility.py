"""Who may see which conversations: the only maker of the clause that limits a list or a find."""

from __future__ import annotations

from koine.core.actor import Actor
from koine.core.filters import Clauses

_EVERYTHING = "conversations:read_all"


def limit(clauses: Clauses, by: Actor) -> None:
    """Add the condition under which the actor may see the conversation `c`.

    Somebody with `conversations:read_all` sees the whole workspace; others see what is assigned to them, what nobody
    has, and what their teams have, as far as each of those is allowed to them. Workspaces without the permission to
    read conversations at all are left out.
    """
    readable = [id for id in by.workspaces if by.may("conversations:read", id)]
    everything = [id for id in readable if by.may(_EVERYTHING, id)]
    if len(everything) == len(readable):
        clauses.add("c.workspace_id = any (?::bigint[])", everything)
        return
    clauses.add(
        "c.workspace_id = any (?::bigint[])"
        " or c.workspace_id = any (?::bigint[]) and c.assignee_id = ?::bigint"
        " or c.workspace_id = any (?::bigint[]) and c.assignee_id is null and c.team_id is null"
        " or c.workspace_id = any (?::bigint[]) and c.assignee_id is null and c.team_id in"
        " (select m.team_id from team_members m where m.workspace_id = c.workspace_id and m.user_id = ?::bigint)"
        " or c.workspace_id = any (?::bigint[]) and c.team_id in"
        " (select m.team_id from team_members m where m.workspace_id = c.workspace_id and m.user_id = ?::bigint)",
        everything,
        _allowed(by, readable, "conversations:read_assigned"),
        _person(by),
        _allowed(by, readable, "conversations:read_unassigned"),
        _allowed(by, readable, "conversations:read_team_inbox"),
        _person(by),
        _allowed(by, readable, "conversations:read_team_all"),
        _person(by),
    )


def whole(by: Actor) -> bool:
    """Whether the actor sees everything in every workspace that is open to them."""
    return all(by.may("conversations:read", id) and by.may(_EVERYTHING, id) for id in by.workspaces)


def _allowed(by: Actor, readable: list[int], permission: str) -> list[int]:
    return [id for id in readable if by.may(permission, id)]


def _person(by: Actor) -> int | None:
    return by.id if by.kind == "user" else None
