"""What the panel beside a thread shows: whom it is with, where it stands, and the facts for developers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from koine.inbox.shown.people import Face
from koine.inbox.shown.rows import Row, Tag


@dataclass(frozen=True, slots=True)
class Option:
    """One of several values: `value` is what a form sends."""

    value: str
    label: str
    face: Face | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """A property that can be changed by a form at `action`; `name` is its field."""

    name: str
    label: str
    action: str
    value: str
    options: Sequence[Option]
    may: bool = True


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that can be copied; `code` says that a machine reads it."""

    label: str
    value: str
    code: bool = False


@dataclass(frozen=True, slots=True)
class Side:
    """`contact` None: it is with nobody outside. `ids` are what each contract calls it."""

    contact: Face | None
    details: Sequence[Fact]
    choices: Sequence[Choice]
    tags: Sequence[Tag]
    entities: Sequence[str]
    attributes: Sequence[Fact]
    participants: Sequence[Face]
    others: Sequence[Row]
    ids: Sequence[Fact]
    since: datetime
