"""Which list a page shows: read from its address, and written into the addresses of its links."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from typing import get_args
from urllib.parse import urlencode

from starlette.datastructures import ImmutableMultiDict

from koine.core.conversations.queued import PAGE, Asked, Queue, QueueKind, Sort
from koine.core.errors import NotFound
from koine.core.page import Place, Window
from koine.core.search.search import LONGEST
from koine.inbox import narrowing
from koine.inbox.narrowing import Pairs

SORTS: Mapping[Sort, str] = {
    "newest": "Newest first",
    "oldest": "Oldest first",
    "waiting": "Longest waiting",
    "priority": "Priority",
}
SEARCH = "search"
_OF_THINGS = frozenset({"inbox", "team", "tag"})
_LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Shown:
    """A list as an address says it: `slug` is its place in the rail, `view` the id of a saved one, `words` are what is
    searched for. `pairs` are its filters. Of a saved view that the address changes, it says all of them (`changed`).
    """

    slug: str
    asked: Asked
    view: int | None = None
    pairs: Pairs = ()
    sort: str = ""
    words: str = ""
    changed: bool = False

    def href(self, root: str, **changes: str) -> str:
        """The address of this list, with something added."""
        return self._href(root, self._said() | {name: value for name, value in changes.items() if value}, self._named())

    def with_pairs(self, root: str, pairs: Iterable[tuple[str, str]]) -> str:
        """The address of this list with these filters instead."""
        said = self._said() | ({"set": "1"} if self.view is not None else {})
        return self._href(root, said, tuple(pairs))

    def query(self) -> str:
        """What the address of a conversation says of the list beside it."""
        return urlencode([("queue", self.slug), *self._said().items(), *self._named()], safe="/")

    @property
    def narrowed(self) -> bool:
        """Whether more than the queue says what belongs to it."""
        return bool(self.pairs) or self.view is not None

    def _href(self, root: str, said: Mapping[str, str], pairs: Pairs) -> str:
        query = urlencode([*said.items(), *pairs])
        return f"{root}/{self.slug}{'?' + query if query else ''}"

    def _said(self) -> dict[str, str]:
        said = {"q": self.words, "set": "1" if self.changed else "", "sort": self.sort}
        return {name: value for name, value in said.items() if value}

    def _named(self) -> Pairs:
        return self.pairs if self.view is None or self.changed else ()


def read(slug: str, query: Mapping[str, str]) -> Shown:
    """The list of a slug such as `mine` or `team/4`, with what the query says of it. Raises NotFound.

    Days are those of UTC, and a saved view is not known yet, until it is `settled`.
    """
    kind, _, number = slug.partition("/")
    said = query.multi_items() if isinstance(query, ImmutableMultiDict) else query.items()
    pairs = narrowing.pairs(slug, said)
    sort: Sort | None = next((each for each in SORTS if each == query.get("sort")), None)
    view = _number(number) if kind == "view" else None
    words = " ".join(query.get("q", "").replace("\x00", " ").split())[:LONGEST] if slug == SEARCH else ""
    queue = Queue("all") if kind == "view" or slug == SEARCH else _queue(kind, number)
    asked = Asked(queue, narrowing.filters(pairs, UTC), sort or "newest")
    return Shown(slug, asked, view, pairs, sort or "", words, changed=view is not None and query.get("set") == "1")


def settled(shown: Shown, zone: tzinfo, saved: Asked | None = None) -> Shown:
    """The list with the days of a zone; for a saved view that the address does not change, with its own filters."""
    if saved is None or shown.changed:
        asked = replace(shown.asked, filters=narrowing.filters(shown.pairs, zone))
        pairs = shown.pairs
    else:
        asked, pairs = replace(shown.asked, filters=saved.filters), narrowing.written(saved.filters, zone)
    if saved is not None and not shown.sort:
        asked = replace(asked, sort=saved.sort)
    return replace(shown, asked=asked, pairs=pairs)


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
