"""The demo's talks as they are written down: one after another in a text file, each like a scene of a play.

    == The lamp hums
    with rosalind | email | ended 20m | to mary | tags brass, warranty
    > It hums since Tuesday.
      A second line of the same message.
    <mary {+2h, file wiring.pdf} Is it the dimmer?
    ^ +1 linus
    !linus @mary we had that one before.

After the subject come the facts; then `>` is what the contact says, `<` what one of us says, `!` a note, `%` a draft of
a reply and `%!` one of a note, `*` what is to be said later, and `^` who chose an emoji for the message above. Who
speaks stands at once behind the sign, and may be left out where it goes without saying. In braces is what there is
besides words: how long after the one before, files, the channel, what became of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Literal

Kind = Literal["in", "out", "note", "reply draft", "note draft", "later"]

_SIGNS: Mapping[str, Kind] = {
    ">": "in",
    "<": "out",
    "!": "note",
    "%": "reply draft",
    "%!": "note draft",
    "*": "later",
}
_LINE = re.compile(r"(%!|[><!%*])(\w*)(?: \{([^}]*)\})?(?: (.*))?")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_SPAN = re.compile(r"(\d+)([smhd])")


@dataclass(frozen=True, slots=True)
class Line:
    """Something that is said; `who` is empty where that goes without saying. `chosen`: emojis with who chose them."""

    kind: Kind
    who: str
    text: str
    facts: Mapping[str, str] = field(default_factory=dict)
    files: Sequence[str] = ()
    chosen: Sequence[tuple[str, str]] = ()

    @property
    def after(self) -> timedelta | None:
        """How long after the one before."""
        return span(self.facts["+"]) if "+" in self.facts else None


@dataclass(frozen=True)
class Talk:
    """A conversation that is to be."""

    subject: str
    facts: Mapping[str, str]
    lines: Sequence[Line]

    def listed(self, name: str) -> list[str]:
        """A fact of several words, such as tags."""
        return [word.strip() for word in self.facts.get(name, "").split(",") if word.strip()]

    @cached_property
    def said(self) -> Sequence[Line]:
        """What the other side can see."""
        return [line for line in self.lines if line.kind in ("in", "out")]


def span(text: str) -> timedelta:
    """A stretch of time, such as 2d4h."""
    parts = {_UNITS[unit]: int(number) for number, unit in _SPAN.findall(text)}
    if not parts:
        raise ValueError(f"{text!r} is no stretch of time")
    return timedelta(**parts)


def read(path: Path) -> list[Talk]:
    """The talks of a file. Raises ValueError with the subject of the one that cannot be read."""
    _, *scenes = re.split(r"(?m)^== ?", path.read_text(encoding="utf-8"))
    return [_talk(*scene.split("\n")) for scene in scenes]


def _talk(subject: str, facts: str, *rest: str) -> Talk:
    try:
        given = _facts(facts.split("|"))
        given |= {"with": given["with"].rstrip("0123456789")} if "with" in given else {}
        return Talk(subject.strip(), given, list(_lines(rest)))
    except (ValueError, KeyError) as error:
        raise ValueError(f"{subject}: {error}") from error


def _facts(given: Sequence[str]) -> dict[str, str]:
    pairs = (part.strip().partition(" ") for part in given if part.strip())
    return {name: rest.strip() for name, _, rest in pairs}


def _lines(rest: Sequence[str]) -> Iterator[Line]:
    """What begins with a sign, with the lines after it that are set in, and the emojis under it."""
    begun: list[str] = []
    for text in (*rest, ">"):
        if text and not text.startswith(("  ", "^")):
            if begun:
                yield _line(begun)
            begun = [text]
        elif begun:
            begun.append(text)


def _line(begun: Sequence[str]) -> Line:
    found = _LINE.fullmatch(begun[0])
    if found is None:
        raise ValueError(f"cannot read {begun[0]!r}")
    sign, who, facts, first = found.groups()
    chosen = [
        (emoji, name)
        for text in begun
        if text.startswith("^ ")
        for emoji, *names in [text[2:].split()]
        for name in names
    ]
    more = [text[2:] for text in begun[1:] if not text.startswith("^ ")]
    given = _facts([part.replace("+", "+ ", 1) for part in (facts or "").split(",")])
    files = [name.strip()[5:] for name in (facts or "").split(",") if name.strip().startswith("file ")]
    return Line(_SIGNS[sign], who, "\n".join([first or "", *more]).strip("\n"), given, files, chosen)
