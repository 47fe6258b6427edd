"""What a workspace has to choose from: its people, its lists, its words for how things stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from koine.core.users import agents
from koine.core.views import views
from koine.core.views.model import View
from koine.core.workspaces import furniture
from koine.inbox.shown.people import Face
from koine.inbox.shown.sides import Option
from koine.inbox.visit import Visit
from koine.postgres.database import Tx


@dataclass(frozen=True, slots=True)
class Furniture:
    """Everything with its id as value. `priorities` are the highest first; `views` are those that the visitor has.

    `inboxes` have their channel; `named` is all but people and views by name alone.
    """

    statuses: Sequence[Option]
    priorities: Sequence[Option]
    agents: Sequence[Option]
    teams: Sequence[Option]
    tags: Sequence[Option]
    inboxes: Mapping[int, tuple[str, str]]
    views: Sequence[View]
    named: furniture.Furniture


async def read(tx: Tx, visit: Visit) -> Furniture:
    """All of a workspace's."""
    here = visit.here
    named = await furniture.of_workspace(tx, here)
    return Furniture(
        _options(named.statuses),
        _options(named.priorities)[::-1],
        [
            Option(str(each.id), each.name, Face("user", each.name, each.email, each.id))
            for each in await agents.of_workspace(tx, here)
            if each.enabled
        ],
        _options(named.teams),
        _options(named.tags),
        named.inboxes,
        await views.of_workspace(tx, visit.actor, here),
        named,
    )


def _options(names: Mapping[int, str]) -> list[Option]:
    return [Option(str(id), name) for id, name in names.items()]
