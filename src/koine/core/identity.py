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
