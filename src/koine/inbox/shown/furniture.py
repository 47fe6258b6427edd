"""What a workspace has to choose from: its people, its lists, its words for how things stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from koine.core.inboxes import inboxes
from koine.core.inboxes.inboxes import Inbox
from koine.core.statuses import priorities, statuses
from koine.core.tags import tags
from koine.core.teams import teams
from koine.core.users import agents
from koine.core.views import views
from koine.core.views.model import View
from koine.inbox.shown.people import Face
from koine.inbox.shown.sides import Option
from koine.inbox.visit import Visit
from koine.postgres.database import Tx


@dataclass(frozen=True, slots=True)
class Furniture:
    """Everything with its id as value. `priorities` are the highest first; `views` are those that the visitor has."""

    statuses: Sequence[Option]
    priorities: Sequence[Option]
    agents: Sequence[Option]
    teams: Sequence[Option]
    tags: Sequence[Option]
    inboxes: Sequence[Inbox]
    views: Sequence[View]


async def read(tx: Tx, visit: Visit) -> Furniture:
    """All of a workspace's."""
    here = visit.here
    return Furniture(
        [Option(str(each.status.id), each.status.name) for each in await statuses.of_workspace(tx, here)],
        [Option(str(each.id), each.name) for each in reversed(await priorities.of_workspace(tx, here))],
        [
            Option(str(each.id), each.name, Face("user", each.name, each.email, each.id))
            for each in await agents.of_workspace(tx, here)
            if each.enabled
        ],
        [Option(str(id), name) for id, name in (await teams.of_workspace(tx, here)).items()],
        [Option(str(each.id), each.name) for each in await tags.of_workspace(tx, here)],
        await inboxes.of_workspace(tx, here),
        await views.of_workspace(tx, visit.actor, here),
    )
