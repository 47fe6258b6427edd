"""What people type into fields, made fit to be kept; and numbers that have to be ids."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence

from starlette.requests import Request

from koine.core.errors import NotFound

_LARGEST = 2**63 - 1
_UNSEEN = ("Cc", "Cs", "Zl", "Zp")


def one_line(text: str) -> str:
    """Without characters that cannot be seen, and without white space at the ends or twice in a row."""
    visible = "".join(" " if unicodedata.category(letter) in _UNSEEN else letter for letter in text)
    return " ".join(visible.split())


def line(sent: Mapping[str, str], name: str) -> str:
    """A field of one line; empty where it was not sent."""
    return one_line(sent.get(name, ""))


def number(text: str) -> int | None:
    """An id that was chosen from a list; None for what can be none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 20 and int(text) <= _LARGEST else None


def ids(fields: Sequence[tuple[str, str]], name: str) -> list[int]:
    """All ids that were ticked under a name; what can be none is 0, which nothing is."""
    return [number(value) or 0 for field, value in fields if field == name]


def id_in_path(request: Request, name: str) -> int:
    """The id in the address of a page. Raises NotFound for one that nothing can have."""
    id: int = request.path_params[name]
    if id > _LARGEST:
        raise NotFound
    return id
