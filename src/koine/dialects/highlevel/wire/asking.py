"""Reading query strings: every value with its rule, and all that is wrong with them at once."""

from __future__ import annotations

import math
from collections.abc import Collection
from datetime import UTC, datetime

from koine.core.errors import Invalid, Problem, ProblemKind
from koine.dialects import reading
from koine.dialects.call import Call


class Asking:
    """One query string. Ask for the values, then `end`; until then wrong ones read as their defaults."""

    def __init__(self, call: Call) -> None:
        self._given = call.query
        self._problems: list[Problem] = []

    def text(self, name: str, *, needed: bool = False) -> str | None:
        """A value as it is; None when it is not there or empty."""
        given = self._given.get(name, [""])[-1]
        if "\x00" in given or not _encodable(given):
            self._wrong("malformed", name, "is no text that can be stored")
            return None
        if needed and not given:
            self._wrong("missing", name, "is missing")
        return given or None

    def number(self, name: str, default: int, *, least: int, most: int, cut: bool = False) -> int:
        """A whole number within limits; `cut`: more than `most` is taken for it."""
        given = self.text(name)
        if given is None:
            return default
        try:
            value = float(given)
        except ValueError:
            value = math.nan
        if not value.is_integer():
            self._wrong("wrong_type", name, "is no number")
        elif value < least:
            self._wrong("malformed", name, f"must not be less than {least}")
        elif value > most and not cut:
            self._wrong("malformed", name, f"must not be greater than {most}")
        else:
            return int(min(value, most))
        return default

    def choice(self, name: str, allowed: Collection[str]) -> str | None:
        """One of some values, or None."""
        given = self.text(name)
        if given is not None and given not in allowed:
            self._wrong("not_allowed", name, "is none of the values that there are")
            return None
        return given

    def choices(self, name: str, allowed: Collection[str]) -> list[str] | None:
        """Several of some values, with commas between them, or None."""
        given = self.text(name)
        if given is None:
            return None
        found = [part.strip() for part in given.split(",") if part.strip()]
        if any(part not in allowed for part in found):
            self._wrong("not_allowed", name, "is none of the values that there are")
            return None
        return found

    def moment(self, name: str) -> datetime | None:
        """A time: ISO 8601, or milliseconds since 1970; in UTC where it does not say."""
        given = self.text(name)
        if given is None:
            return None
        try:
            at = datetime.fromtimestamp(int(given) / 1000, UTC) if given.isdigit() else datetime.fromisoformat(given)
            return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
        except (ValueError, OverflowError, OSError):
            self._wrong("malformed", name, "must be a valid ISO 8601 date string")
            return None

    def end(self) -> None:
        """Raise Invalid with every problem that there was."""
        if self._problems:
            raise Invalid(problems=self._problems)

    def _wrong(self, kind: ProblemKind, name: str, says: str) -> None:
        self._problems.append(Problem(kind, (name,), says))


def _encodable(text: str) -> bool:
    try:
        reading.storable(text)
        text.encode()
    except ValueError:
        return False
    return True
