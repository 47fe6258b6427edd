"""A list of conversations as the page draws it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from koine.inbox.shown.rows import Row


@dataclass(frozen=True, slots=True)
class Filter:
    """A condition that can be put on the list by a link; `on` says that it is."""

    label: str
    href: str
    on: bool


@dataclass(frozen=True, slots=True)
class Queue:
    """`href` is its own address, `more` that of its next page, `beside` what addresses of
    its conversations say of it. `empty` is said where there is nothing."""

    slug: str
    title: str
    href: str
    rows: Sequence[Row]
    more: str | None
    filters: Sequence[Filter] = ()
    orders: Sequence[Filter] = ()
    empty: str = "Nothing here."
    count: str = ""
    beside: str = ""
    sort: str = "newest"
