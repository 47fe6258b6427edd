"""What the rail on the left shows: where one can go, and how much waits there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from koine.core.conversations.queued import UNCOUNTED, Counts
from koine.inbox.shown.people import Face

# slug, name, icon; in this order
QUEUES = (
    ("mine", "Mine", "mine"),
    ("unassigned", "Unassigned", "unassigned"),
    ("all", "All open", "inbox"),
    ("mentions", "Mentions", "mentions"),
    ("snoozed", "Snoozed", "snooze"),
    ("resolved", "Resolved", "resolve"),
)
_INBOXES = {"email": "email", "chat": "chat", "api": "code"}


@dataclass(frozen=True, slots=True)
class Stop:
    """A list that one can go to. `slug` is its place: `mine`, `team/4`. `count` is empty where it is not counted."""

    slug: str
    label: str
    icon: str
    count: str = ""
    loud: bool = False

    @property
    def dom_id(self) -> str:
        """What operations know its count by."""
        return f"count-{self.slug.replace('/', '-')}"


@dataclass(frozen=True, slots=True)
class Group:
    """Some lists under a heading."""

    label: str
    stops: Sequence[Stop]


@dataclass(frozen=True, slots=True)
class Rail:
    """`chosen` is the slug of the list that is shown, `sought` what is looked for."""

    me: Face
    queues: Sequence[Stop]
    groups: Sequence[Group]
    chosen: str
    sought: str = ""

    @property
    def stops(self) -> list[Stop]:
        """All lists."""
        return [*self.queues, *(stop for group in self.groups for stop in group.stops)]


@dataclass(frozen=True, slots=True)
class Places:
    """The names of what lists there are by id; of inboxes with their channel."""

    inboxes: Mapping[int, tuple[str, str]]
    teams: Mapping[int, str]
    tags: Mapping[int, str]
    views: Mapping[int, str]


def of(me: Face, places: Places, counts: Counts, chosen: str) -> Rail:
    """The rail of somebody who looks at a list."""
    queues = [
        Stop(slug, label, icon, said(_counted(counts, slug)), loud=slug == "mine" and counts.mine > 0)
        for slug, label, icon in QUEUES
    ]
    groups = [
        Group("Views", [Stop(f"view/{id}", name, "views") for id, name in places.views.items()]),
        Group(
            "Inboxes",
            [
                Stop(f"inbox/{id}", name, _INBOXES.get(channel, "inbox"), said(counts.inboxes.get(id, 0)))
                for id, (name, channel) in places.inboxes.items()
            ],
        ),
        Group(
            "Teams",
            [Stop(f"team/{id}", name, "team", said(counts.teams.get(id, 0))) for id, name in places.teams.items()],
        ),
        Group("Tags", [Stop(f"tag/{id}", name, "tag") for id, name in places.tags.items()]),
    ]
    return Rail(me, queues, [group for group in groups if group.stops], chosen)


def said(count: int) -> str:
    """A count in few letters; nothing for none."""
    if count >= UNCOUNTED:
        return f"{UNCOUNTED - 1}+"
    return str(count) if count else ""


def _counted(counts: Counts, slug: str) -> int:
    return 0 if slug == "resolved" else getattr(counts, slug)
