"""What was measured, held against what it should be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One line of the report; `met` is None where there is no target. `details` is all that was measured."""

    row: str
    work: str
    target: str
    figure: str
    met: bool | None
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def verdict(self) -> str:
        """In a word."""
        return {True: "met", False: "MISSED", None: ""}[self.met]


def line(figure: Figure) -> str:
    """For people, while it runs."""
    return f"{figure.row:4} {figure.work:58} {figure.figure:64} {figure.target:34} {figure.verdict}"


def table(figures: Iterable[Figure]) -> Sequence[str]:
    """The same for the documentation, in Markdown."""
    return [
        "| row | work | figure | target | verdict |",
        "|---|---|---|---|---|",
        *(f"| {f.row} | {f.work} | {f.figure} | {f.target} | {f.verdict} |" for f in figures),
    ]
