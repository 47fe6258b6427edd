"""What is told of an event: by most dialects one thing, by some several, each by a delivery of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from koine.core.webhooks.model import Shape

# As the store takes them: a dialect, a part of what it tells, and a kind of event that has it; None: all kinds.
Told = tuple[str, str, str | None]


def of(shapes: Mapping[str, Shape]) -> Sequence[Told]:
    """All parts of what these dialects tell, by kind of event, each dialect's in its own order."""
    return [
        (dialect, part, kind)
        for dialect, shape in shapes.items()
        for part, kinds in shape.parts().items()
        for kind in ([None] if kinds is None else sorted(kinds))
    ]


def kinds(shape: Shape) -> frozenset[str] | None:
    """The kinds of event that a dialect has words for; None: all, also those to come."""
    known: frozenset[str] = frozenset()
    for each in shape.parts().values():
        if each is None:
            return None
        known |= each
    return known
