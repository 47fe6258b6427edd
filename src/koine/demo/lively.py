"""What `koine demo` has besides the small world: a third workspace, four more agents, and two hundred conversations.

The texts lie in `talks/`, one file for each kind of work; `script.py` says how they are written. Everything is done by
the actions of the core, by those who would have done it, so that every conversation has its events; only the times are
put in place afterwards (`core/conversations/dating.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from koine.core.actor import system
from koine.core.users import people, users
from koine.core.users.people import Person
from koine.core.users.users import User
from koine.core.views import views
from koine.core.views.model import Described
from koine.core.workspaces import workspaces
from koine.demo import contacts, handling, papers, script, stage, telling
from koine.demo.script import Talk
from koine.demo.stage import Furniture, Known, Stage
from koine.demo.world import World
from koine.postgres.database import Tx
from koine.storage import Storage

_TALKS = Path(__file__).parent / "talks"

# Who comes besides those of the small world; the last one owns the third workspace, the others answer.
_NEW = {
    "hedy": ("Hedy", "Lamarr"),
    "wu": ("Chien-Shiung", "Wu"),
    "hasan": ("Hasan", "al-Haytham"),
    "wangari": ("Wangari", "Maathai"),
    "bessie": ("Bessie", "Coleman"),
}

_LAMPLIGHT = Furniture(
    tags=(
        *("warranty", "delivery", "wiring", "brass", "spare parts", "trade"),
        *("refund", "praise", "press", "receipt", "vat", "spam?"),
    ),
    teams={"Workshop": ("hedy", "hasan"), "Trade": ("wu", "wangari", "linus")},
    statuses={"Waiting for customer": "waiting", "In the workshop": "waiting", "Escalated": "open"},
    inboxes=(("Shop chat", "chat", None), ("Partners", "api", None)),
)
_HARBOUR = Furniture(
    tags=("order", "purchase", "event", "refund", "vat", "receipt", "bank"),
    teams={"Counter": ("linus", "wu", "hedy")},
    statuses={"Waiting for papers": "waiting"},
    inboxes=(("Shop chat", "chat", None), ("Partners", "api", None)),
)
_SALTMARSH = Furniture(
    tags=("booking", "lost property", "weather", "timetable", "school", "refund", "praise", "press"),
    teams={"Quay": ("wangari", "hasan"), "Bookings": ("linus", "mary")},
    statuses={"On the next boat": "waiting"},
    inboxes=(("Office", "email", "office@example.com"), ("Chat", "chat", None), ("Agencies", "api", None)),
)


@dataclass(frozen=True, slots=True)
class _Scene:
    """A workspace, those who are there with their new roles, and what is talked about there."""

    workspace_id: int
    people: Mapping[str, User]
    furniture: Furniture
    contacts: Sequence[Known]
    talks: str
    roles: Mapping[str, str]


async def add(tx: Tx, world: World, storage: Storage) -> None:
    """Add all of it, in the transaction that made the world."""
    by = system(world.account_id)
    third = await workspaces.found(tx, by, "Saltmarsh Ferries")
    new = {key: await _person(tx, world.account_id, key) for key in _NEW}
    known = {"ada": world.ada, "grace": world.grace, "blaise": world.blaise, "linus": world.linus, "mary": world.mary}
    now = datetime.now(UTC)
    for scene in _scenes(world, known | new, third.id):
        await _play(tx, world.account_id, scene, storage, now)


def _scenes(world: World, them: Mapping[str, User], third: int) -> Sequence[_Scene]:
    def some(*keys: str) -> Mapping[str, User]:
        return {key: them[key] for key in keys}

    return [
        _Scene(
            world.lamplight.workspace.id,
            some("ada", "blaise", "linus", "mary", "hedy", "wu", "hasan", "wangari"),
            _LAMPLIGHT,
            contacts.LAMPLIGHT,
            "lamplight",
            dict.fromkeys(("hedy", "wu", "hasan", "wangari"), "Agent"),
        ),
        _Scene(
            world.harbour.workspace.id,
            some("grace", "blaise", "linus", "wu", "hedy"),
            _HARBOUR,
            contacts.HARBOUR,
            "harbour",
            {"linus": "Agent", "wu": "Admin", "hedy": "Agent"},
        ),
        _Scene(
            third,
            some("bessie", "linus", "mary", "hasan", "wangari"),
            _SALTMARSH,
            contacts.SALTMARSH,
            "saltmarsh",
            {"bessie": "Owner", "linus": "Admin", "mary": "Agent", "hasan": "Agent", "wangari": "Admin"},
        ),
    ]


async def _person(tx: Tx, account_id: int, key: str) -> User:
    return await people.settle(tx, system(account_id), Person(f"user-{key}", f"{key}@example.com", *_NEW[key]))


async def _play(tx: Tx, account_id: int, scene: _Scene, storage: Storage, now: datetime) -> None:
    """Furnish a workspace and have its talks."""
    at, by = scene.workspace_id, system(account_id, scene.workspace_id)
    for key, role in scene.roles.items():
        await users.add(tx, by, scene.people[key], at, role=role)
    furnished = await stage.furnish(tx, account_id, at, scene.people, scene.contacts, scene.furniture)
    talks = of(scene.talks)
    names = sorted({name for talk in talks for line in talk.lines for name in line.files})
    furnished = stage.with_files(furnished, await papers.store(tx, by, at, storage, names))
    told = await telling.tell(tx, furnished, talks, now)
    await telling.keep_as_given(tx, furnished, told)
    await handling.handle(tx, furnished, told, now)
    await _save_views(tx, furnished)


def of(workspace: str) -> list[Talk]:
    """The talks of a workspace, as they are written down."""
    return [talk for path in sorted(_TALKS.glob(f"{workspace}*.txt")) for talk in script.read(path)]


async def _save_views(tx: Tx, furnished: Stage) -> None:
    linus, high = furnished.person("linus"), furnished.priorities["High"]
    for described in (
        Described("Waiting longest", {"categories": ["open"]}, "waiting", shared=True),
        Described("High priority", {"priorities": [high]}, "newest", shared=True),
        Described("Mine with a star", {"assignees": ["me"], "starred": True}),
    ):
        await views.create(tx, linus, furnished.workspace_id, described)
