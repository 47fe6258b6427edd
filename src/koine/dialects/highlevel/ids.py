"""Ids as HighLevel writes them: the 119 informative bits of a UUIDv7 as 20 characters of base 62, both ways."""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID

from koine.core.errors import NotFound

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_VALUES = {digit: value for value, digit in enumerate(_DIGITS)}
_LENGTH = 20
_VERSION = 0x7 << 76
_VARIANT = 0b10 << 62

# Two digits at a time, and numbers that fit a machine word: a third of the time, and every answer writes several ids.
_PAIRS = [high + low for high in _DIGITS for low in _DIGITS]
_HALF = 62 ** (_LENGTH // 2)


# What no row has: for ids that cannot name anything.
NOBODY = UUID(int=0)


def write(uuid: UUID) -> str:
    """A UUIDv7 whose lowest three bits are zero, as 20 letters and digits that sort as it does."""
    bits = uuid.int
    number = bits >> 80 << 71 | (bits >> 64 & 0xFFF) << 59 | (bits & 0x3FFF_FFFF_FFFF_FFFF) >> 3
    high, low = divmod(number, _HALF)
    return _ten_digits(high) + _ten_digits(low)


# For the few that are written all the time, such as locations.
write_often = lru_cache(maxsize=4096)(write)


def read(text: str) -> UUID | None:
    """The UUID of an id, or None when no UUID is written so."""
    if len(text) != _LENGTH:
        return None
    number = 0
    for letter in text:
        value = _VALUES.get(letter)
        if value is None:
            return None
        number = number * 62 + value
    if number >> 119:
        return None
    low = (number & (1 << 59) - 1) << 3
    return UUID(int=number >> 71 << 80 | _VERSION | (number >> 59 & 0xFFF) << 64 | _VARIANT | low)


def known(text: str) -> UUID:
    """The UUID of an id that somebody gave. Raises NotFound when there cannot be such a one."""
    uuid = read(text)
    if uuid is None:
        raise NotFound
    return uuid


def _ten_digits(number: int) -> str:
    number, fifth = divmod(number, 3844)
    number, fourth = divmod(number, 3844)
    number, third = divmod(number, 3844)
    first, second = divmod(number, 3844)
    return _PAIRS[first] + _PAIRS[second] + _PAIRS[third] + _PAIRS[fourth] + _PAIRS[fifth]
