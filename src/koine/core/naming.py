"""Names of a workspace's furniture: short enough, and each only once, whatever its case."""

from __future__ import annotations

from collections.abc import Iterable

from koine.core.errors import Invalid, Problem, Taken


def free(name: str, others: Iterable[str], *, longest: int, thing: str) -> str:
    """The name without blanks around it. Raises Invalid, and Taken when another `thing` has it."""
    name = name.strip()
    if not name:
        raise Invalid(problems=[Problem("missing", ("name",))])
    if len(name) > longest:
        raise Invalid(problems=[Problem("too_long", ("name",), limit=longest)])
    if name.casefold() in {other.casefold() for other in others}:
        raise Taken(f"There is a {thing} of this name.", problems=[Problem("taken", ("name",))])
    return name
