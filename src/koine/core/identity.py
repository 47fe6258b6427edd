"""Ids that strangers may see: UUID version 7 with 119 informative bits."""

from __future__ import annotations

import os
import threading
import time
from struct import Struct, unpack
from uuid import UUID

from asyncpg.pgproto.pgproto import UUID as DriverUUID  # a UUID like any other, but made ten times as fast

_RANDOM = 0x3FFF_FFFF_FFFF_FFF8

_pack = Struct(">QQ").pack
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_VALUES = {digit: value for value, digit in enumerate(_DIGITS)}
_LENGTH = 20
_VERSION = 0x7 << 76
_VARIANT = 0b10 << 62

# Two digits at a time, and numbers that fit a machine word: a third of the time, and every answer writes several ids.
_PAIRS = [high + low for high in _DIGITS for low in _DIGITS]
_HALF = 62 ** (_LENGTH // 2)

_lock = threading.Lock()
_last = 0


def new_uuid() -> UUID:
    """A UUIDv7 whose lowest three bits are zero, later than every earlier one of this process.

    RFC 9562: 48 bits of Unix milliseconds, version, 12 bits, variant, 62 bits. The twelve bits hold the fraction of
    the millisecond. With the lowest three random bits zero there are 119 bits of information, which is what 20
    characters of base 62 can hold: dialects with such ids write them without storing anything.
    """
    return new_uuids(1)[0]


def new_uuids(count: int) -> list[UUID]:
    """So many of them, each later than the one before it."""
    global _last
    with _lock:
        first = max((time.time_ns() << 12) // 1_000_000, _last + 1)
        _last = first + count - 1
    random = unpack(f">{count}Q", os.urandom(8 * count))
    return [
        DriverUUID(_pack((ticks >> 12) << 16 | 0x7000 | ticks & 0xFFF, 1 << 63 | tail & _RANDOM))
        for ticks, tail in zip(range(first, first + count), random, strict=True)
    ]


def short(uuid: UUID) -> str:
    """A UUIDv7 whose lowest three bits are zero, as 20 letters and digits of base 62 that sort as it does."""
    bits = uuid.int
    number = bits >> 80 << 71 | (bits >> 64 & 0xFFF) << 59 | (bits & 0x3FFF_FFFF_FFFF_FFFF) >> 3
    high, low = divmod(number, _HALF)
    return _ten_digits(high) + _ten_digits(low)


def of_short(text: str) -> UUID | None:
    """The UUID that `short` writes so, or None when there is none."""
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


def _ten_digits(number: int) -> str:
    number, fifth = divmod(number, 3844)
    number, fourth = divmod(number, 3844)
    number, third = divmod(number, 3844)
    first, second = divmod(number, 3844)
    return _PAIRS[first] + _PAIRS[second] + _PAIRS[third] + _PAIRS[fourth] + _PAIRS[fifth]
