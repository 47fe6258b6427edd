"""Examples as they are written down, and answers held against them: see `examples/README.md` for how to read one."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

Json = dict[str, Any]

FOLDER = Path(__file__).parent / "examples"

_KINDS: dict[str, re.Pattern[str]] = {
    "datetime": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"),
    "cursor": re.compile(r"[\w-]+=*", re.ASCII),
    "token": re.compile(r"tight_access_\w+", re.ASCII),
}
_VALUE = re.compile(r"{([\w.]+)}")
_PLACE = re.compile(r"<(\w+)(?::(\w+))?(?: as (\w+))?>")


@dataclass(frozen=True)
class Example:
    """A named sequence of steps."""

    name: str
    title: str
    source: str
    steps: list[Json]


def read(path: Path) -> Example:
    """An example from its file."""
    return Example(name=path.stem, **json.loads(path.read_text()))


def every() -> list[Example]:
    """All that are written down, by name."""
    return [read(path) for path in sorted(FOLDER.glob("*.json"))]


def fill(given: Any, known: Json) -> Any:
    """A request with the values that are known by now: `{con}` alone is the value itself, in a text it is written."""
    if isinstance(given, dict):
        return {name: fill(value, known) for name, value in given.items()}
    if isinstance(given, list):
        return [fill(value, known) for value in given]
    if not isinstance(given, str):
        return given
    alone = _VALUE.fullmatch(given)
    return _known(alone[1], known) if alone else _VALUE.sub(lambda found: str(_known(found[1], known)), given)


def differences(expected: Any, got: Any, known: Json, at: str = "answer") -> Iterator[str]:
    """Where an answer is not as expected, to the order of its members; what has a name is known from then on."""
    if isinstance(expected, str):
        yield from _of_text(expected, got, known, at)
    elif isinstance(expected, dict) and isinstance(got, dict):
        if list(expected) != list(got):
            yield f"{at}: has {list(got)} instead of {list(expected)}"
        for member in [member for member in expected if member in got]:
            yield from differences(expected[member], got[member], known, f"{at}.{member}")
    elif isinstance(expected, list) and isinstance(got, list):
        if len(expected) != len(got):
            yield f"{at}: has {len(got)} elements instead of {len(expected)}"
        for index, (wanted, element) in enumerate(zip(expected, got, strict=False)):
            yield from differences(wanted, element, known, f"{at}[{index}]")
    elif type(expected) is not type(got) or expected != got:
        yield f"{at}: {got!r} instead of {expected!r}"


def _of_text(expected: str, got: Any, known: Json, at: str) -> Iterator[str]:
    place = _PLACE.fullmatch(expected)
    if place is None:
        if fill(expected, known) != got:
            yield f"{at}: {got!r} instead of {fill(expected, known)!r}"
        return
    kind, prefix, name = place.groups()
    if not _fits(kind, prefix, got):
        yield f"{at}: {got!r} is no {kind}"
    if name:
        known[name] = got


def _known(name: str, known: Json) -> Any:
    """What a name stands for; after a dot follows a member's."""
    return functools.reduce(lambda value, member: value[member], name.split("."), known)


def _fits(kind: str, prefix: str | None, got: Any) -> bool:
    if kind == "any":
        return True
    if not isinstance(got, str):
        return False
    if kind == "id":
        return re.fullmatch(f"{prefix}[1-9][0-9]*", got) is not None
    if kind == "url":
        return bool(urlsplit(got).scheme and urlsplit(got).netloc)
    return _KINDS[kind].fullmatch(got) is not None
