"""Ids as HighLevel writes them: the 119 informative bits of a UUIDv7 as 20 characters of base 62, both ways."""

from __future__ import annotations

from uuid import UUID

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_VALUES = {digit: value for value, digit in enumerate(_DIGITS)}
_LENGTH = 20
_VERSION = 0x7 << 76
_VARIANT = 0b10 << 62


def write(uuid: UUID) -> str:
    """A UUIDv7 whose lowest three bits are zero, as 20 letters and digits that sort as it does."""
    bits = uuid.int
    number = bits >> 80 << 71 | (bits >> 64 & 0xFFF) << 59 | (bits & 0x3FFF_FFFF_FFFF_FFFF) >> 3
    letters = []
    for _ in range(_LENGTH):
        number, digit = divmod(number, 62)
        letters.append(_DIGITS[digit])
    return "".join(reversed(letters))


def read(text: str) -> UUID | None:
    """The UUID of an id, or None when no UUID is written so."""
    if len(text) != _LENGTH or any(letter not in _VALUES for letter in text):
        return None
    number = 0
    for letter in text:
        number = number * 62 + _VALUES[letter]
    if number >> 119:
        return None
    low = (number & (1 << 59) - 1) << 3
    return UUID(int=number >> 71 << 80 | _VERSION | (number >> 59 & 0xFFF) << 64 | _VARIANT | low)
