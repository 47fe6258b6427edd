"""What the core refuses of a company or a bookkeeper, with the names that the contract has for it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace

from koine.core.errors import Invalid, Problem, Refused, Taken

# Of the core's names those that are others here; the dialect leaves numbers out of a `param`.
NAMES: dict[str | int, str] = {"external_id": "apiCompanyId", "workspaces": "companyIds"}


@contextlib.contextmanager
def as_asked() -> Iterator[None]:
    """Name what is refused inside as whoever asked has named it."""
    try:
        yield
    except (Taken, Invalid) as refused:
        raise asked(refused) from None


def asked(refused: Taken | Invalid) -> Refused:
    """A refusal about fields that are named as in the request."""
    problems = [_named(problem) for problem in refused.problems]
    return Taken(problems=problems) if isinstance(refused, Taken) else Invalid(problems=problems)


def _named(problem: Problem) -> Problem:
    return replace(problem, path=tuple(NAMES.get(part, part) for part in problem.path))
