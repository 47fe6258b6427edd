"""The filters of a list as addresses say them: `status=1&assignee=me&since=2026-11-01`, read and written again."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from koine.core.conversations.queued import Filters
from koine.core.views.filters import CATEGORIES, LONGEST, MOST

Pairs = tuple[tuple[str, str], ...]
_LARGEST = 2**63 - 1
_YEARS = range(1970, 9999)


@dataclass(frozen=True, slots=True)
class _Kind:
    """One name in an address: the filter that it is a value of, and how it is read; None: it is no such value."""

    field: str
    read: Callable[[str], Any]
    many: bool = True


class _No(ValueError):
    """It is no value of that filter."""


def _id(text: str) -> int:
    if not text.isdecimal() or not text.isascii() or not 0 < int(text[:20]) <= _LARGEST:
        raise _No
    return int(text)


def _id_or_none(text: str) -> int | None:
    return None if text == "none" else _id(text)


def _assignee(text: str) -> Any:
    return "me" if text == "me" else _id_or_none(text)


def _category(text: str) -> str:
    if text not in CATEGORIES:
        raise _No
    return text


def _word(text: str) -> str:
    word = text.strip()
    if not 0 < len(word) <= LONGEST or "\x00" in word:
        raise _No
    return word


def _yes(text: str) -> bool:
    if text not in ("1", "0"):
        raise _No
    return text == "1"


def _day(text: str) -> date:
    day = date.fromisoformat(text)
    if day.year not in _YEARS:
        raise _No
    return day


# In the order in which an address has them.
_KINDS: Mapping[str, _Kind] = {
    "category": _Kind("categories", _category),
    "status": _Kind("statuses", _id),
    "assignee": _Kind("assignees", _assignee),
    "team": _Kind("teams", _id_or_none),
    "inbox": _Kind("inboxes", _id),
    "tag": _Kind("tags", _id),
    "priority": _Kind("priorities", _id_or_none),
    "entity": _Kind("entities", _word),
    "origin": _Kind("origins", _word),
    "channel": _Kind("channels", _word),
    "unread": _Kind("unread", _yes, many=False),
    "starred": _Kind("starred", _yes, many=False),
    "since": _Kind("since", _day, many=False),
    "until": _Kind("until", _day, many=False),
    "contact": _Kind("contact_id", _id, many=False),
}

# What a queue says by itself is not asked again: a filter would say something else instead.
_SETTLED: Mapping[str, frozenset[str]] = {
    "mine": frozenset({"assignee"}),
    "unassigned": frozenset({"assignee"}),
    "resolved": frozenset({"category", "status"}),
    "snoozed": frozenset({"category", "status"}),
    "mentions": frozenset(),
    "inbox": frozenset({"inbox"}),
    "team": frozenset({"team"}),
    "tag": frozenset({"tag"}),
}


def open_to(slug: str) -> list[str]:
    """The names that can narrow a list."""
    settled = _SETTLED.get(slug.partition("/")[0], frozenset())
    return [name for name in _KINDS if name not in settled]


def pairs(slug: str, said: Iterable[tuple[str, str]]) -> Pairs:
    """What an address says of filters, each value once, in one order; what means nothing is left out."""
    wanted = open_to(slug)
    found: dict[str, dict[str, None]] = {}
    for name, value in said:
        if name in wanted and len(value) <= LONGEST:
            found.setdefault(name, {})[_written(name, value)] = None
    return tuple((name, each) for name in wanted for each in _kept(name, [*found.get(name, ())]) if each)


def filters(of: Pairs, zone: tzinfo) -> Filters:
    """What they ask for; days are those of a zone, the last one included."""
    found: dict[str, Any] = {}
    for name, value in of:
        kind = _KINDS[name]
        known = kind.read(value)
        if isinstance(known, date):
            known = _start(known + timedelta(days=name == "until"), zone)
        found[kind.field] = (*found.get(kind.field, ()), known) if kind.many else known
    return Filters(**found)


def written(asked: Filters, zone: tzinfo) -> Pairs:
    """The same as an address says it."""
    said = []
    for name, kind in _KINDS.items():
        value = getattr(asked, kind.field)
        for each in value if kind.many else [value] if value is not None else []:
            said.append((name, _said(name, each, zone)))
    return tuple(said)


def kept(slug: str, of: Filters) -> Filters | None:
    """A list with its filters as the filters of a view, which is a list of everything; None where that cannot be."""
    kind, _, number = slug.partition("/")
    own: Mapping[str, Mapping[str, Any]] = {
        "mine": {"assignees": ("me",)},
        "unassigned": {"assignees": (None,)},
        "resolved": {"categories": ("resolved",)},
        "all": {},
        "view": {},
    }
    if kind in ("inbox", "team", "tag"):
        field = _KINDS[kind].field
        return dataclasses.replace(of, **{field: (int(number),)})  # type: ignore[arg-type]
    return dataclasses.replace(of, **own[kind]) if kind in own else None


def _kept(name: str, values: Sequence[str]) -> Sequence[str]:
    values = [value for value in values if value]
    return values[:MOST] if _KINDS[name].many else values[-1:]


def _written(name: str, value: str) -> str:
    """The value as it is always written; nothing for what is none."""
    try:
        read = _KINDS[name].read(value)
    except ValueError:
        return ""
    return _said(name, read, UTC)


def _said(name: str, value: Any, zone: tzinfo) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, datetime):
        moment = value - timedelta(microseconds=name == "until")
        return moment.astimezone(zone).date().isoformat()
    return "none" if value is None else value.isoformat() if isinstance(value, date) else str(value)


def _start(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
