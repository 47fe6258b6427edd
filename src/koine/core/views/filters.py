"""The filters of a view as JSON has them: read with all that is wrong said at once, and written again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from koine.core.conversations.queued import Filters
from koine.core.errors import Invalid, Problem

MOST = 50  # values of one filter
LONGEST = 255  # characters of a word
CATEGORIES = ("open", "waiting", "resolved")


class _Wrong(Exception):
    """A value that will not do; its argument is the kind of problem."""


def read(given: Mapping[str, Any]) -> Filters:
    """What JSON says. What is null or an empty list is left out. Raises Invalid with every problem, by its key."""
    wrong, found = [], {}
    for name, value in given.items():
        if name not in _READ:
            wrong.append(Problem("not_allowed", ("filters", name)))
        elif value is not None and value != []:
            try:
                found[name] = _READ[name](value)
            except _Wrong as refused:
                wrong.append(Problem(refused.args[0], ("filters", name), limit=_limit(refused.args[0])))
    if wrong:
        raise Invalid(problems=wrong)
    return Filters(**found)


def write(filters: Filters) -> dict[str, Any]:
    """The same as JSON, without what does not matter."""
    written: dict[str, Any] = {}
    for each in fields(filters):
        value = getattr(filters, each.name)
        if isinstance(value, datetime):
            written[each.name] = value.isoformat()
        elif value is not None and value != ():
            written[each.name] = list(value) if isinstance(value, list | tuple) else value
    return written


def _limit(kind: str) -> int | None:
    return MOST if kind == "too_long" else None


def _list(of: Callable[[Any], Any]) -> Callable[[Any], tuple[Any, ...]]:
    def read(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple):
            raise _Wrong("wrong_type")
        if len(value) > MOST:
            raise _Wrong("too_long")
        return tuple(of(each) for each in value)

    return read


def _id(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise _Wrong("wrong_type")
    if not 0 < value < 2**63:
        raise _Wrong("not_allowed")
    return value


def _id_or_none(value: Any) -> int | None:
    return None if value is None else _id(value)


def _assignee(value: Any) -> Any:
    return "me" if value == "me" else _id_or_none(value)


def _word(value: Any) -> str:
    if not isinstance(value, str):
        raise _Wrong("wrong_type")
    if not 0 < len(value) <= LONGEST or "\x00" in value:
        raise _Wrong("not_allowed")
    return value


def _category(value: Any) -> str:
    if value not in CATEGORIES:
        raise _Wrong("not_allowed")
    return str(value)


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise _Wrong("wrong_type")
    return value


def _moment(value: Any) -> datetime:
    if not isinstance(value, str):
        raise _Wrong("wrong_type")
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise _Wrong("malformed") from None
    if moment.tzinfo is None:
        raise _Wrong("malformed")
    return moment


_READ: Mapping[str, Callable[[Any], Any]] = {
    "statuses": _list(_id),
    "categories": _list(_category),
    "assignees": _list(_assignee),
    "teams": _list(_id_or_none),
    "inboxes": _list(_id),
    "tags": _list(_id),
    "priorities": _list(_id_or_none),
    "entities": _list(_word),
    "unread": _truth,
    "starred": _truth,
    "since": _moment,
    "until": _moment,
    "origins": _list(_word),
    "channels": _list(_word),
    "contact_id": _id,
}
