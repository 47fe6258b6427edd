"""What the rail on the left shows: where one can go, and how much waits there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from koine.inbox.shown.people import Face


@dataclass(frozen=True, slots=True)
class Stop:
    """A list that one can go to. `slug` is its place: `mine`, `team/4`. `count` None: it is not counted."""

    slug: str
    label: str
    icon: str
    count: int | None = None
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
    """`chosen` is the slug of the list that is shown."""

    me: Face
    queues: Sequence[Stop]
    groups: Sequence[Group]
    chosen: str
