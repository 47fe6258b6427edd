"""Lists: the window that is asked for, and the page that comes back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: beside the row with this sort value and id, on this side of it."""

    value: str
    id: int
    side: Literal["after", "before"] = "after"


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of a list: `limit` rows beside `place`, or from the start."""

    limit: int
    place: Place | None = None

    @property
    def backwards(self) -> bool:
        """Whether the rows before the place are wanted."""
        return self.place is not None and self.place.side == "before"


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Some rows in the order asked for, with the places of the next and the previous page where there are such."""

    items: Sequence[Item]
    after: Place | None
    before: Place | None


def page(found: Sequence[Item], window: Window, value: Callable[[Item], str], id: Callable[[Item], int]) -> Page[Item]:
    """A page from up to `limit` + 1 rows, read in the direction of the window.

    The extra row tells that there are more on that side. On the other side there are more exactly when the page was
    reached through a place: the row that the place names.
    """
    items = list(found[: window.limit])
    more, came = len(found) > window.limit, window.place is not None
    if window.backwards:
        items.reverse()
    if not items:
        return Page(items, None, None)
    has_next, has_previous = (came, more) if window.backwards else (more, came)
    first, last = items[0], items[-1]
    return Page(
        items,
        Place(value(last), id(last), "after") if has_next else None,
        Place(value(first), id(first), "before") if has_previous else None,
    )
