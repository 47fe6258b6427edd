"""Ids as HighLevel writes them: the 119 informative bits of a UUIDv7 as 20 characters of base 62, both ways."""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID

from koine.core.errors import NotFound
from koine.core.identity import of_short, short

# What no row has: for ids that cannot name anything.
NOBODY = UUID(int=0)

write = short
read = of_short

# For the few that are written all the time, such as locations.
write_often = lru_cache(maxsize=4096)(write)


def known(text: str) -> UUID:
    """The UUID of an id that somebody gave. Raises NotFound when there cannot be such a one."""
    uuid = read(text)
    if uuid is None:
        raise NotFound
    return uuid
