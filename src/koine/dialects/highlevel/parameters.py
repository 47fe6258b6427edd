"""Query strings: one value or several, in every way that the official clients send them (§5.2, §10)."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from uuid import UUID

from koine.core.errors import Invalid, Problem
from koine.dialects.call import Call
from koine.dialects.highlevel import ids

Value = TypeVar("Value")

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NO_NUMBER = "must be a number conforming to the specified constraints"

_NUMBER = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?(e[+-]?[0-9]{1,3})?", re.ASCII | re.IGNORECASE)
_LAST = 253_402_300_799_999  # the last millisecond of the year 9999
_LONGEST = 500  # letters of a text that is looked for


class Parameters:
    """What a query string gives; what is wrong with it gathers until `check`. An empty value is none."""

    def __init__(self, call: Call) -> None:
        """Raises Invalid when there are too many."""
        self._given: dict[str, list[str]] = {}
        self._problems: list[Problem] = []
        for name, values in call.query.items():
            self._given.setdefault(name.removesuffix("[]"), []).extend(value for value in values if value)

    def check(self) -> None:
        """Raise Invalid with every problem at once."""
        if self._problems:
            raise Invalid(problems=self._problems)

    def text(self, name: str, *, most: int = _LONGEST) -> str | None:
        """One text."""
        values = self._given.get(name)
        if not values:
            return None
        if len(values) > 1:
            self.wrong(name, "must be a string")
        if "\x00" in values[0]:
            self.wrong(name, "must not contain NUL characters")
        if len(values[0]) > most:
            self.wrong(name, f"must be shorter than or equal to {most} characters")
        return values[0]

    def choice(self, name: str, among: Collection[str]) -> str | None:
        """One of a closed set of words."""
        value = self.text(name)
        if value is not None and value not in among:
            self._problems.append(Problem("not_allowed", (name,)))
        return value

    def id(self, name: str) -> UUID | None:
        """One id. What cannot be one names nothing, like one that nobody has."""
        value = self.text(name)
        return None if value is None else ids.read(value) or ids.NOBODY

    def many(self, name: str) -> list[str] | None:
        """Several texts, with commas between them or one by one; None when there are none."""
        found = [each.strip() for value in self._given.get(name, []) for each in value.split(",") if each.strip()]
        return found or None

    def numbers(self, name: str) -> list[float]:
        """Several numbers."""
        found = []
        for value in self.many(name) or ():
            number = _number(value)
            if number is None:
                self.wrong(name, NO_NUMBER)
            else:
                found.append(number)
        return found

    def number(self, name: str) -> float | None:
        """One number."""
        found = self.numbers(name)
        if len(found) > 1:
            self.wrong(name, NO_NUMBER)
        return found[0] if found else None

    def limit(self, name: str, *, usual: int, most: int) -> int:
        """How many are wanted; never more than `most`, however many are asked for."""
        given = self.number(name)
        if given is None:
            return usual
        if given < 1:
            self.wrong(name, "must not be less than 1")
        return min(int(given), most)

    def moment(self, name: str) -> datetime | None:
        """Milliseconds since 1970, UTC."""
        given = self.number(name)
        return None if given is None else moment(given)

    def missing(self, name: str) -> None:
        """It is needed, and is not there."""
        self._problems.append(Problem("missing", (name,)))

    def wrong(self, name: str, says: str) -> None:
        """One more problem, in the words after the field's name."""
        self._problems.append(Problem("malformed", (name,), says))


def moment(milliseconds: float, microseconds: int = 0) -> datetime:
    """A time from milliseconds since 1970, and microseconds beyond them; one that no calendar has is the nearest."""
    return EPOCH + timedelta(milliseconds=min(max(int(milliseconds), 0), _LAST), microseconds=microseconds)


def milliseconds(at: datetime) -> int:
    """A time as milliseconds since 1970, rounded down."""
    since = at - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000 + since.microseconds // 1_000


def uuids(given: Sequence[str]) -> list[UUID]:
    """The ids among these that can be any."""
    return [uuid for uuid in map(ids.read, given) if uuid is not None]


def _number(text: str) -> float | None:
    if not _NUMBER.fullmatch(text):
        return None
    found = float(text) if not text.lstrip("-").isdigit() else int(text)
    return found if math.isfinite(found) else None
