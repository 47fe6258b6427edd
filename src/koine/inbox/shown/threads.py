"""A conversation as the middle of the page draws it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from koine.inbox.shown.bubbles import Bubble
from koine.inbox.shown.people import Face, Present
from koine.inbox.shown.sides import Option


@dataclass(frozen=True, slots=True)
class Composer:
    """What has been begun to be said: `text` is Markdown. `attempt` makes a repeated send harmless.

    `names` are the colleagues who can be mentioned in a note; `pending` is what a reply and a note look like
    that are on their way.
    """

    kind: str
    text: str
    attempt: str
    names: Sequence[Face] = ()
    may_reply: bool = True
    problem: str = ""
    pending: Sequence[Bubble] = ()


@dataclass(frozen=True, slots=True)
class Thread:
    """`href` is the conversation's address, `list_href` that of the list it was opened from.

    `older` is where what was said before the first bubble is; None: that is the beginning. `beside` is what its
    address says of the list beside it. `watchers` are the others who look at it.
    """

    id: int
    number: int
    href: str
    list_href: str
    subject: str
    who: Face
    status: str
    category: str
    starred: bool
    assignee: Face | None
    snoozed_until: datetime | None
    bubbles: Sequence[Bubble]
    older: str | None
    composer: Composer | None
    agents: Sequence[Option] = ()
    may_resolve: bool = True
    may_assign: bool = True
    may_star: bool = True
    deleted: bool = False
    unread: bool = False
    beside: str = ""
    watchers: Sequence[Present] = ()

    @property
    def resolved(self) -> bool:
        """Whether nothing is left to do."""
        return self.category == "resolved"

    @property
    def newest(self) -> int:
        """The id of the newest entry that is drawn; 0 for none."""
        return max((bubble.id for bubble in self.bubbles), default=0)

    def act(self, what: str) -> str:
        """Where a form goes that does something with it, and comes back to the same list beside it."""
        return f"{self.href}/{what}?{self.beside}"
