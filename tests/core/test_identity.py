"""Ids that strangers may see."""

from __future__ import annotations

import time
import uuid

from koine.core.identity import new_uuid


def test_ids_are_version_7_with_the_lowest_three_bits_zero() -> None:
    for _ in range(500):
        made = new_uuid()
        assert made.version == 7
        assert made.variant == uuid.RFC_4122
        assert made.int & 0b111 == 0


def test_ids_carry_the_time_and_never_go_back() -> None:
    before = time.time_ns() // 1_000_000
    made = [new_uuid() for _ in range(5_000)]
    after = time.time_ns() // 1_000_000
    assert before <= made[0].int >> 80
    assert made[-1].int >> 80 <= after + 5  # more ids than a millisecond has ticks borrow from the next
    assert made == sorted(made)
    assert len(set(made)) == len(made)
