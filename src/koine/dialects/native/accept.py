"""Which of two representations a client would rather have."""

from __future__ import annotations


def prefers(header: str | None, one: str, other: str) -> bool:
    """Whether an Accept header names a media type, and values it no less than another one that it names."""
    named = _named(header or "")
    return named.get(one, 0.0) > 0 and named[one] >= named.get(other, 0.0)


def _named(header: str) -> dict[str, float]:
    """`text/event-stream;q=0.9, */*` -> each type with its quality; what cannot be read counts as 0."""
    found = {}
    for part in header.split(","):
        type_, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = next((each[2:] for each in parameters if each.startswith("q=")), "1")
        found[type_] = _quality(quality)
    return found


def _quality(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
