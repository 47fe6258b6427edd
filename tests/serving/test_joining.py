"""Head and body of an answer go out together, in order, and nothing stays behind."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from koine.serving.joining import Joined


class Wire:
    """Takes down what is written to it."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.closing = False

    def write(self, data: bytes) -> None:
        assert not self.closing
        self.written.append(data)

    def close(self) -> None:
        self.closing = True

    def is_closing(self) -> bool:
        return self.closing


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
async def joined(wire: Wire) -> Joined:
    return Joined(cast(asyncio.Transport, cast(Any, wire)))


async def test_two_writes_are_one(joined: Joined, wire: Wire) -> None:
    joined.write(b"head")
    joined.write(b"body")
    assert wire.written == [b"headbody"]
    await asyncio.sleep(0)
    assert wire.written == [b"headbody"]


async def test_a_write_alone_goes_out_in_the_same_turn(joined: Joined, wire: Wire) -> None:
    joined.write(b"head")
    await asyncio.sleep(0)
    assert wire.written == [b"head"]


async def test_all_comes_in_order(joined: Joined, wire: Wire) -> None:
    for number in range(5):
        joined.write(b"%d" % number)
    await asyncio.sleep(0)
    assert b"".join(wire.written) == b"01234"


async def test_closing_leaves_nothing_behind(joined: Joined, wire: Wire) -> None:
    joined.write(b"head")
    joined.close()
    assert (wire.written, wire.closing) == ([b"head"], True)


async def test_a_connection_that_broke_is_not_written_to(joined: Joined, wire: Wire) -> None:
    joined.write(b"head")
    wire.closing = True
    await asyncio.sleep(0)
    assert wire.written == []
