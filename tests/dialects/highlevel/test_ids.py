"""Ids: the informative bits of a UUID as twenty letters and digits."""

from __future__ import annotations

import string
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from koine.core.identity import new_uuid
from koine.dialects.highlevel import ids

DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase


def of_bits(bits: int) -> UUID:
    """A UUIDv7 of ours from its 119 informative bits."""
    return UUID(
        int=bits >> 71 << 80 | 0x7 << 76 | (bits >> 59 & 0xFFF) << 64 | 0b10 << 62 | (bits & (1 << 59) - 1) << 3
    )


UUIDS = some.integers(0, 2**119 - 1).map(of_bits)


@given(UUIDS)
def test_an_id_is_read_back_as_the_same_uuid(uuid: UUID) -> None:
    text = ids.write(uuid)
    assert len(text) == 20
    assert set(text) <= set(DIGITS)
    assert ids.read(text) == uuid


@given(UUIDS)
def test_an_id_is_the_bits_in_base_62(uuid: UUID) -> None:
    number = 0
    for digit in ids.write(uuid):
        number = number * 62 + DIGITS.index(digit)
    assert of_bits(number) == uuid


@given(UUIDS, UUIDS)
def test_ids_sort_as_their_uuids_do(one: UUID, other: UUID) -> None:
    assert (ids.write(one) < ids.write(other)) == (one < other)


def test_every_uuid_that_is_given_out_can_be_written() -> None:
    assert all(ids.read(ids.write(uuid)) == uuid for uuid in (new_uuid() for _ in range(100)))


@given(some.text(DIGITS, min_size=20, max_size=20))
def test_no_two_texts_name_the_same_uuid(text: str) -> None:
    uuid = ids.read(text)
    assert uuid is None or ids.write(uuid) == text


@pytest.mark.parametrize(
    "text", ["", "x", "z" * 20, "0" * 19, "0" * 21, "0" * 19 + "é", "0" * 19 + "\uff11", "0" * 19 + "\0"]
)
def test_what_no_uuid_is_written_as_is_none(text: str) -> None:
    assert ids.read(text) is None
