"""What an audit trail is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from koine.core.actor import Author


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that was done. `kind` is that of the event that tells of it, `data` what the event says; UTC.

    `number` is its own among all entries of a house, the same whenever it is read; `rank` orders those of one trail
    that have one time. `staff` is whether whoever did it is of the staff.
    """

    number: int
    rank: int
    kind: str
    by: Author
    staff: bool
    at: datetime
    data: Mapping[str, Any]
    message_id: int | None = None
