"""Ten tries within 75 hours, never all at the same moment, and never sooner than the other side asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from koine.core.webhooks import patience

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def test_there_are_ten_tries_within_75_hours_and_no_more() -> None:
    waits = [patience.until_next_try(tried, None) for tried in range(1, 11)]
    assert waits[-1] is None
    assert all(wait is not None for wait in waits[:-1])
    assert timedelta(hours=75) < timedelta(seconds=sum(patience.WAITS)) < timedelta(hours=76)
    assert list(patience.WAITS) == sorted(patience.WAITS)


def test_waits_are_spread_by_a_tenth() -> None:
    waits = {patience.until_next_try(3, None) for _ in range(200)}
    assert len(waits) > 100
    for wait in waits:
        assert wait is not None
        assert 0.9 * patience.WAITS[2] <= wait <= 1.1 * patience.WAITS[2]


def test_a_wish_makes_a_wait_longer_and_never_shorter() -> None:
    assert patience.until_next_try(1, 3_000.0) == 3_000.0
    shortest = patience.until_next_try(2, 1.0)
    assert shortest is not None
    assert shortest > 200
    assert patience.until_next_try(10, 3_000.0) is None


def test_an_address_is_left_alone_for_longer_each_time_up_to_an_hour() -> None:
    assert [patience.pause(failures, None) for failures in range(1, patience.BREAKS_AT)] == [None, None]
    pauses = [patience.pause(failures, None) for failures in range(patience.BREAKS_AT, 500)]
    known = [pause for pause in pauses if pause is not None]
    assert len(known) == len(pauses)
    assert known[0] < known[1] < known[2]
    assert max(known) <= 1.1 * patience.LONGEST_PAUSE
    assert min(known[-10:]) >= 0.9 * patience.LONGEST_PAUSE


def test_a_wish_pauses_at_once() -> None:
    assert patience.pause(1, 30.0) == 30.0
    assert patience.pause(patience.BREAKS_AT, 7_200.0) == 7_200.0
    pause = patience.pause(100, 1.0)
    assert pause is not None
    assert pause > 1_000


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("120", 120),
        (" 120 ", 120),
        ("0", 0),
        ("99999999999999999999", patience.LONGEST_WISH),
        (format_datetime(NOW + timedelta(minutes=5), usegmt=True), 300),
        (format_datetime(NOW - timedelta(minutes=5), usegmt=True), 0),
        ("Fri, 20 Nov 2026 12:05:00", 300),
        ("Fri, 20 Nov 9999 12:05:00 GMT", patience.LONGEST_WISH),
        ("", None),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("soon", None),
        ("Fri, 99 Nov 2026 99:99:99 GMT", None),
        ("Fri, 20 Nov 2026 12:05:00 +9999", None),
        ("1" * 5000, patience.LONGEST_WISH),
    ],
)
def test_a_wish_is_seconds_or_a_date(said: str, seconds: float | None) -> None:
    assert patience.wish(503, {"retry-after": said}, NOW) == seconds


def test_who_takes_a_delivery_wishes_nothing() -> None:
    assert patience.wish(200, {"retry-after": "60"}, NOW) is None
    assert patience.wish(503, {}, NOW) is None
