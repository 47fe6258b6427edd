"""Names of files as their senders gave them: kept for showing, never used to find anything."""

from __future__ import annotations

import unicodedata

LONGEST = 200  # characters
_LONGEST_END = 20
NAMELESS = "file"


def clean(given: str) -> str:
    """A name without path, control characters and marks that turn the writing round; `file` where nothing is left."""
    last = given.replace("\\", "/").rpartition("/")[2]
    seen = "".join(" " if letter.isspace() else letter for letter in last if _is_shown(letter))
    name = " ".join(seen.split()).rstrip(". ")
    if len(name) > LONGEST:
        stem, dot, end = name.rpartition(".")
        keep = f".{end}" if dot and len(end) <= _LONGEST_END else ""
        name = (stem if keep else name)[: LONGEST - len(keep)].rstrip(". ") + keep
    return name if name.strip(".") else NAMELESS


def _is_shown(letter: str) -> bool:
    return letter.isspace() or unicodedata.category(letter)[0] != "C"
