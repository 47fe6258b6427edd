"""Ids that strangers may see: UUID version 7 with 119 informative bits."""

from __future__ import annotations

import os
import threading
import time
from uuid import UUID

_lock = threading.Lock()
_last = 0


def new_uuid() -> UUID:
    """A UUIDv7 whose lowest three bits are zero, later than every earlier one of this process.

    RFC 9562: 48 bits of Unix milliseconds, version, 12 bits, variant, 62 bits. The twelve bits hold the fraction of
    the millisecond. With the lowest three random bits zero there are 119 bits of information, which is what 20
    characters of base 62 can hold: dialects with such ids write them without storing anything.
    """
    global _last
    with _lock:
        _last = ticks = max((time.time_ns() << 12) // 1_000_000, _last + 1)
    random = int.from_bytes(os.urandom(8), "big") & 0x3FFF_FFFF_FFFF_FFF8
    return UUID(int=ticks >> 12 << 80 | 0x7 << 76 | (ticks & 0xFFF) << 64 | 0b10 << 62 | random)
