"""Composing the conditions of a list: fragments of our own, over values that only ever travel as parameters."""

from __future__ import annotations

from typing import Any


class Clauses:
    """Conditions that all have to hold. In a fragment each `?` stands for one value."""

    def __init__(self, *values: Any) -> None:
        self._fragments: list[str] = []
        self.values: list[Any] = list(values)

    def add(self, fragment: str, *values: Any) -> None:
        """One more condition. The fragment must be a literal of ours; what a user gave goes into `values`."""
        self._fragments.append(self._numbered(fragment, values))

    def value(self, value: Any) -> str:
        """A parameter for use outside the conditions, such as a limit."""
        self.values.append(value)
        return f"${len(self.values)}"

    @property
    def sql(self) -> str:
        """The conditions joined by `and`; `true` when there are none."""
        return " and ".join(self._fragments) or "true"

    def _numbered(self, fragment: str, values: tuple[Any, ...]) -> str:
        parts = fragment.split("?")
        if len(parts) != len(values) + 1:
            raise ValueError("a fragment takes one value for each ?")
        numbered = parts[0]
        for part, value in zip(parts[1:], values, strict=True):
            numbered += self.value(value) + part
        return f"({numbered})"


def pattern(text: str) -> str:
    """A LIKE pattern for a substring, in which nothing that was typed is a wildcard."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
