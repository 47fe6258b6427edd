"""A list of conversations as the page draws it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from koine.inbox.shown.bulks import Bulk
from koine.inbox.shown.narrowed import Bar
from koine.inbox.shown.rows import Row


@dataclass(frozen=True, slots=True)
class Queue:
    """`href` is its own address, `more` that of its next page, `beside` what addresses of its
    conversations say of it. `empty` is said where there is nothing; `may_open`: a conversation can be begun from here.
    """

    slug: str
    title: str
    href: str
    rows: Sequence[Row]
    more: str | None
    bar: Bar | None = None
    empty: str = "Nothing here."
    count: str = ""
    beside: str = ""
    sort: str = "newest"
    bulk: Sequence[Bulk] = ()
    may_open: bool = False
