"""What others answer, as text that does nothing to whoever looks at it."""

from __future__ import annotations

KEPT = 1024  # bytes of an answer


def printable(answer: bytes) -> str:
    r"""The first KEPT bytes; what is no plain text is escaped as in a Python string: `\n`, `\x1b`, `\u202e`, `\\`."""
    text = answer[:KEPT].decode("utf-8", "surrogateescape")
    return "".join(char if char.isprintable() and char != "\\" else _escaped(char) for char in text)


def _escaped(char: str) -> str:
    if "\udc80" <= char <= "\udcff":  # a byte that is no UTF-8
        return f"\\x{ord(char) - 0xDC00:02x}"
    return char.encode("unicode_escape").decode("ascii")
