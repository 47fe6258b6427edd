"""Which list a page shows: read from its address, and written into the addresses of its links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import get_args
from urllib.parse import urlencode

from koine.core.conversations.queued import PAGE, Asked, Filters, Queue, QueueKind, Sort
from koine.core.errors import NotFound
from koine.core.page import Place, Window

SORTS: Mapping[Sort, str] = {
    "newest": "Newest first",
    "oldest": "Oldest first",
    "waiting": "Longest waiting",
    "priority": "Priority",
}
_OF_THINGS = frozenset({"inbox", "team", "tag"})
_LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Shown:
    """A list as an address says it: `slug` is its place in the rail, `view` the id of a saved one."""

    slug: str
    asked: Asked
    view: int | None = None
    unread: bool = False
    starred: bool = False
    sort: str = ""

    def href(self, root: str, **changes: str) -> str:
        """The address of this list, with some of it changed; an empty value takes it away."""
        kept = self._said(changes)
        return f"{root}/{self.slug}{'?' + urlencode(kept) if kept else ''}"

    def query(self) -> str:
        """What the address of a conversation says of the list beside it."""
        return urlencode({"queue": self.slug, **self._said({})}, safe="/")

    def _said(self, changes: Mapping[str, str]) -> dict[str, str]:
        said = {"unread": "1" if self.unread else "", "starred": "1" if self.starred else "", "sort": self.sort}
        said |= changes
        return {name: value for name, value in said.items() if value}


def read(slug: str, query: Mapping[str, str]) -> Shown:
    """The list of a slug such as `mine` or `team/4`, with what the query says of it. Raises NotFound."""
    kind, _, number = slug.partition("/")
    unread, starred = query.get("unread") == "1", query.get("starred") == "1"
    filters = Filters(unread=True if unread else None, starred=True if starred else None)
    sort: Sort | None = next((each for each in SORTS if each == query.get("sort")), None)
    view = _number(number) if kind == "view" else None
    queue = Queue("all") if kind == "view" else _queue(kind, number)
    return Shown(slug, Asked(queue, filters, sort or "newest"), view, unread, starred, sort or "")


def of_view(shown: Shown, saved: Asked) -> Shown:
    """The list of a saved view, narrowed by what the query says."""
    filters = saved.filters
    if shown.unread:
        filters = replace(filters, unread=True)
    if shown.starred:
        filters = replace(filters, starred=True)
    sort = shown.asked.sort if shown.sort else saved.sort
    return replace(shown, asked=replace(saved, filters=filters, sort=sort))


def window(query: Mapping[str, str], limit: int = PAGE) -> Window:
    """The part of a list after `after`, which `place` wrote."""
    value, _, id = query.get("after", "").rpartition("~")
    if not id.isdecimal() or int(id) > _LARGEST:
        return Window(limit)
    return Window(limit, Place(value, int(id)))


def place(of: Place) -> str:
    """Where the next page begins."""
    return f"{of.value}~{of.id}"


def after(of: Place) -> str:
    """The same as a part of an address."""
    return urlencode({"after": place(of)})


def _queue(kind: str, number: str) -> Queue:
    for known in get_args(QueueKind):
        if kind == known:
            if (kind in _OF_THINGS) != bool(number):
                raise NotFound
            return Queue(known, _number(number) if number else None)
    raise NotFound


def _number(text: str) -> int:
    if not text.isdecimal() or not text.isascii() or int(text) > _LARGEST:
        raise NotFound
    return int(text)
