"""What others answer is kept as text that does nothing to whoever looks at it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from koine.core.webhooks.printable import KEPT, printable


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (b"", ""),
        (b"all is well", "all is well"),
        ("Grüße, 你好 😀".encode(), "Grüße, 你好 😀"),
        (b"two\r\nlines\t", r"two\r\nlines\t"),
        (b"\x1b[31mred\x00", r"\x1b[31mred\x00"),
        (b"\xff\xfe", r"\xff\xfe"),
        (rb"\xff", r"\\xff"),
        ("‮​﻿".encode(), r"\u202e\u200b\ufeff"),
        (b"\xed\xa0\x80", r"\xed\xa0\x80"),
    ],
)
def test_what_is_no_plain_text_is_escaped(answer: bytes, text: str) -> None:
    assert printable(answer) == text


def test_a_thousand_bytes_are_kept() -> None:
    assert printable(b"a" * 5000) == "a" * KEPT


@given(st.binary(max_size=2000))
def test_whatever_it_is_can_be_printed_and_stored(answer: bytes) -> None:
    text = printable(answer)
    assert text.isprintable()
    assert text.encode().decode() == text
    assert len(text) <= 4 * KEPT
