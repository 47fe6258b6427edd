"""Who may see which conversation of their own workspace; whoever may not is told so."""

from __future__ import annotations

import httpx
import pytest

from koine.core.actor import system
from koine.core.conversations import opening
from koine.core.conversations.model import Opening, Said
from koine.core.teams import teams
from koine.core.users import users
from koine.demo import World
from koine.postgres.database import Database
from tests.dialects.libredesk.conftest import KeyOf
from tests.dialects.libredesk.wire import PATH, basic, done, refused

NOBODYS, MINE, ANOTHERS = "nobody's", "mine", "another's"
MY_TEAMS, MY_TEAMS_ANOTHERS = "my team's", "my team's, another's"
OTHER_TEAMS, OTHER_TEAMS_MINE = "the other team's", "the other team's, mine"
ALL = {NOBODYS, MINE, ANOTHERS, MY_TEAMS, MY_TEAMS_ANOTHERS, OTHER_TEAMS, OTHER_TEAMS_MINE}

# What Mary may do beside `conversations:read`, and which conversations she then sees (contracts/libredesk.md §2.2).
SEEN: dict[str, tuple[set[str], set[str]]] = {
    "all": ({"read_all"}, ALL),
    "assigned": ({"read_assigned"}, {MINE, OTHER_TEAMS_MINE}),
    "unassigned": ({"read_unassigned"}, {NOBODYS}),
    "the team's inbox": ({"read_team_inbox"}, {MY_TEAMS}),
    "all of the team's": ({"read_team_all"}, {MY_TEAMS, MY_TEAMS_ANOTHERS}),
    "assigned and unassigned": ({"read_assigned", "read_unassigned"}, {MINE, OTHER_TEAMS_MINE, NOBODYS}),
    "nothing": (set(), set()),
}


@pytest.fixture
async def conversations(world: World, database: Database) -> dict[str, str]:
    """One conversation of each kind; their UUIDs."""
    home, mary, linus, front_desk = world.lamplight.workspace.id, world.mary.id, world.linus.id, world.lamplight.team_id
    by = system(world.account_id, home)
    async with database.writing(by.workspaces) as tx:
        night_shift = await teams.create(tx, by, home, name="Night shift", members=(linus,))
        assigned = {
            NOBODYS: (None, None),
            MINE: (mary, None),
            ANOTHERS: (linus, None),
            MY_TEAMS: (None, front_desk),
            MY_TEAMS_ANOTHERS: (linus, front_desk),
            OTHER_TEAMS: (None, night_shift),
            OTHER_TEAMS_MINE: (mary, night_shift),
        }
        openings = [
            Opening(home, kind, Said("Hello"), assignee_id=agent, team_id=team)
            for kind, (agent, team) in assigned.items()
        ]
        opened = await opening.open(tx, by, openings)
    return {kind: str(one.uuid) for kind, one in zip(assigned, opened, strict=True)}


async def _seen(http: httpx.AsyncClient, headers: dict[str, str], conversations: dict[str, str]) -> set[str]:
    """Those that are shown; every other one must be refused as forbidden."""
    seen = set()
    for kind, uuid in conversations.items():
        answer = await http.get(f"{PATH}/{uuid}", headers=headers)
        if answer.status_code == 200:
            assert done(answer)["uuid"] == uuid
            seen.add(kind)
        else:
            refused(answer, 403, "Permission denied")
    return seen


async def test_an_agent_sees_their_own_their_teams_and_what_nobody_has(
    http: httpx.AsyncClient, world: World, key_of: KeyOf, conversations: dict[str, str]
) -> None:
    headers = {"Authorization": basic(await key_of(world.mary))}
    assert await _seen(http, headers, conversations) == ALL - {ANOTHERS, OTHER_TEAMS}


@pytest.mark.parametrize("given", SEEN)
async def test_each_permission_shows_its_share(
    http: httpx.AsyncClient, world: World, database: Database, key_of: KeyOf, conversations: dict[str, str], given: str
) -> None:
    permissions, expected = SEEN[given]
    await _make_admin(database, world)
    limited = frozenset({"conversations:read"} | {f"conversations:{name}" for name in permissions})
    headers = {"Authorization": basic(await key_of(world.mary, limited))}
    assert await _seen(http, headers, conversations) == expected


async def test_to_see_all_is_nothing_without_seeing(
    http: httpx.AsyncClient, world: World, database: Database, key_of: KeyOf, conversations: dict[str, str]
) -> None:
    await _make_admin(database, world)
    headers = {"Authorization": basic(await key_of(world.mary, frozenset({"conversations:read_all"})))}
    assert await _seen(http, headers, conversations) == set()


async def test_earlier_conversations_are_those_that_one_may_see(
    http: httpx.AsyncClient, desk: httpx.AsyncClient, world: World, wanted: dict[str, object], key_of: KeyOf
) -> None:
    hers = done(await desk.post(PATH, json=wanted | {"agent_id": world.mary.id}))
    his = done(await desk.post(PATH, json=wanted | {"agent_id": world.linus.id}))
    free = done(await desk.post(PATH, json=wanted))
    headers = {"Authorization": basic(await key_of(world.mary))}
    shown = done(await http.get(f"{PATH}/{hers['uuid']}", headers=headers))["previous_conversations"]
    assert [one["id"] for one in shown] == [free["id"]]
    shown = done(await desk.get(f"{PATH}/{hers['uuid']}"))["previous_conversations"]
    assert [one["id"] for one in shown] == [free["id"], his["id"]]


async def _make_admin(database: Database, world: World) -> None:
    """A key allows no more than its user's role: Mary gets one that allows everything."""
    by = system(world.account_id, world.lamplight.workspace.id)
    async with database.writing(by.workspaces) as tx:
        await users.add(tx, by, world.mary, world.lamplight.workspace.id, role="Admin")
