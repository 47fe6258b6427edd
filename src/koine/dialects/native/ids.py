"""How the native API names things: by their uuids, and the places in a feed by positions."""

from __future__ import annotations

import re
from uuid import UUID

_UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
_POSITION = re.compile("0|[1-9][0-9]{0,18}", re.ASCII)

LAST_POSITION = 2**63 - 1


def uuid(text: str) -> UUID | None:
    """The uuid that is written here, or None. Python alone would also take braces, prefixes and foreign digits."""
    return UUID(text) if _UUID.fullmatch(text) else None


def position(text: str) -> int | None:
    """The position that is written here, or None."""
    return int(text) if _POSITION.fullmatch(text) and int(text) <= LAST_POSITION else None
