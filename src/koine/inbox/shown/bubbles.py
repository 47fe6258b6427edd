"""A message as the thread draws it, and what stands between messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from koine.inbox.shown.people import Face


@dataclass(frozen=True, slots=True)
class Attached:
    """A file under a message. `href` None: its bytes are lost. `picture` says that it may be shown as it is."""

    name: str
    size: int
    kind: str
    href: str | None
    picture: bool = False


@dataclass(frozen=True, slots=True)
class Chosen:
    """An emoji under a message, by whom, and whether by the one who looks."""

    emoji: str
    names: Sequence[str]
    mine: bool = False


@dataclass(frozen=True, slots=True)
class Bubble:
    """`side` is in, out, note or activity. `body` is safe HTML of ours; when `frame` is set, what was said is shown
    from there in a sandbox instead, at first without `pictures` from elsewhere. `folded` is the quoted text. `follows`
    says that the same person spoke just before. `react` is where an emoji is chosen; empty: the visitor may not.
    """

    id: int
    side: str
    who: Face
    at: datetime
    body: Markup
    folded: Markup | None = None
    frame: str | None = None
    lines: int = 1
    state: str = "sent"
    channel: str = ""
    automated: bool = False
    files: Sequence[Attached] = ()
    reactions: Sequence[Chosen] = ()
    pictures: bool = False
    follows: bool = False
    opens_day: bool = False
    first_unread: bool = False
    react: str = ""
    attempt: str = ""

    @property
    def dom_id(self) -> str:
        """What operations know it by: the attempt of the page that sent it, where one did."""
        return f"message-{self.attempt or self.id}"
