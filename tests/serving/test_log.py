"""The log says what went wrong in one line, and nothing that somebody wrote."""

from __future__ import annotations

import errno
import logging

import pytest

from koine.serving.log import OneLine


def logged(error: BaseException | None = None, message: str = "request %s failed: %s", *values: object) -> str:
    info = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord("koine", logging.ERROR, "file.py", 1, message, values, info)
    return OneLine().format(record)


def raised(error: BaseException) -> BaseException:
    try:
        raise error
    except BaseException as caught:
        return caught


def test_it_says_what_and_where() -> None:
    line = logged(raised(KeyError("subject")), "request %s failed: %s", "r-1", "POST /v6/conversations")
    assert "error request r-1 failed: POST /v6/conversations: KeyError at serving/test_log.py:" in line


def test_the_words_of_an_exception_may_quote_a_message_and_are_left_out() -> None:
    assert "salary" not in logged(raised(ValueError("cannot read 'my salary is'")))


def test_the_words_of_the_operating_system_are_said() -> None:
    line = logged(raised(OSError(errno.ENOSPC, "No space left on device", "/data/secret-name")))
    assert "OSError (No space left on device)" in line
    assert "secret-name" not in line


def test_a_cause_is_named() -> None:
    try:
        try:
            raise KeyError("salary")
        except KeyError as cause:
            raise RuntimeError("salary") from cause
    except RuntimeError as error:
        line = logged(error)
    assert line.endswith("; after KeyError")


@pytest.mark.parametrize("bad", ["\n2026-01-01T00:00:00Z error forged", "\r", "\x1b[2J", "\u2028", "\x00", "\u202e"])
def test_nothing_in_it_makes_another_line_or_moves_the_cursor(bad: str) -> None:
    line = logged(None, "request %s failed: %s", "r-1", f"GET /{bad}")
    assert line.isprintable()
    assert len(line.splitlines()) == 1
