"""Which bytes somebody asks for (RFC 9110 §13, §14): one range is served, of several all bytes."""

from __future__ import annotations

import re

_RANGE = re.compile(r"bytes[ \t]*=[ \t]*([0-9]{0,18})-([0-9]{0,18})[ \t]*", re.ASCII | re.IGNORECASE)


def wanted(given: str | None, only_if: str | None, tag: str | None, size: int) -> tuple[int, int, int] | None:
    """First byte, the one after the last, and the status; None where there are no such bytes.

    `only_if` is what If-Range says: with another tag, or with a time, the whole is wanted.
    """
    whole = (0, size, 200)
    matched = _RANGE.fullmatch(given or "")
    if matched is None or (only_if is not None and only_if.strip() != tag):
        return whole
    first, last = matched[1], matched[2]
    if not first:
        if not last:
            return whole
        count = min(int(last), size)
        return (size - count, size, 206) if count else None
    start, end = int(first), min(int(last) + 1, size) if last else size
    if last and int(last) < start:
        return whole
    return (start, end, 206) if start < size else None


def names(given: str | None, tag: str) -> bool:
    """Whether If-None-Match has the tag."""
    return given is not None and (given.strip() == "*" or tag in (each.strip() for each in given.split(",")))
