"""Who may see an event that has been read already: for those who are shown it as it comes."""

from __future__ import annotations

from collections.abc import Collection

from koine.core import permissions
from koine.core.actor import Actor
from koine.core.feed.model import FeedEvent, Whereabouts


def sees(by: Actor, teams: Collection[int], event: FeedEvent) -> bool:
    """Whether the actor, who is in these teams, may see an event: what `feed.page` would show them."""
    workspace_id = event.workspace.id
    if not by.may("conversations:read", workspace_id):
        return False
    everything = by.may("conversations:read_all", workspace_id)
    if event.conversation is None:
        whole = everything or not event.kind.startswith("file.")  # which talk a file belongs to no event of it says
        return whole and (event.contact is None or by.may("contacts:read", workspace_id))
    if everything:
        return True
    return event.whereabouts is not None and _sees(by, teams, event.whereabouts, workspace_id)


def as_its_doer(event: FeedEvent, account_id: int) -> Actor:
    """Whoever did it, with their own read marks, and free to look at all of the workspace where they did it.

    For telling others, who may see all of it, what became of what somebody did; whether that one still may, or is still
    there, is nothing to them.
    """
    doer = event.actor
    return Actor(doer.kind, doer.id, account_id, {event.workspace.id: permissions.READING}, doer.external_id)


def _sees(by: Actor, teams: Collection[int], at: Whereabouts, workspace_id: int) -> bool:
    """As `visibility.limit` says it of conversations."""
    person = by.id if by.kind == "user" else None
    mine = at.assignee_id is not None and at.assignee_id == person
    nobodys = at.assignee_id is None
    ours = person is not None and at.team_id is not None and at.team_id in teams
    return (
        (mine and by.may("conversations:read_assigned", workspace_id))
        or (nobodys and at.team_id is None and by.may("conversations:read_unassigned", workspace_id))
        or (nobodys and ours and by.may("conversations:read_team_inbox", workspace_id))
        or (ours and by.may("conversations:read_team_all", workspace_id))
    )
