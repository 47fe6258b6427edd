"""A signal stops what is going on, once."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from koine.serving.stopping import SIGNALS, Stop, Stopped


@pytest.fixture
def stop() -> Iterator[Stop]:
    before = {number: signal.getsignal(number) for number in SIGNALS}
    stop = Stop()
    stop.listen()
    yield stop
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_interrupts(stop: Stop, number: signal.Signals) -> None:
    with pytest.raises(Stopped):
        os.kill(os.getpid(), number)
    assert stop.asked


def test_a_second_one_does_not_interrupt_the_ending(stop: Stop) -> None:
    with pytest.raises(Stopped):
        os.kill(os.getpid(), signal.SIGTERM)
    os.kill(os.getpid(), signal.SIGTERM)
    os.kill(os.getpid(), signal.SIGINT)


def test_whoever_wants_to_be_told_is_told_instead(stop: Stop) -> None:
    heard = []
    with stop.told(lambda: heard.append("outer")), stop.told(lambda: heard.append("inner")):
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGTERM)
    assert heard == ["outer", "inner"]


def test_who_asks_too_late_is_told_at_once(stop: Stop) -> None:
    heard = []
    with stop.told(lambda: None):
        os.kill(os.getpid(), signal.SIGTERM)
        with stop.told(lambda: heard.append("late")):
            assert heard == ["late"]
