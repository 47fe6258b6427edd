"""What is wrong with a form, in words beside its fields."""

from __future__ import annotations

from collections.abc import Mapping

from koine.core.errors import Conflict, Invalid, Problem, Refused

# What can be put right in the form that was sent; anything else is a page of its own.
CORRECTABLE = (Invalid, Conflict)

_WORDS = {
    "missing": "This is needed.",
    "wrong_type": "This cannot be read.",
    "not_allowed": "This cannot be chosen.",
    "too_long": "It can have {limit} characters at most.",
    "malformed": "This cannot be read.",
    "not_found": "There is no such one here.",
    "unchangeable": "This cannot be changed any more.",
}


def about(refused: Refused) -> Mapping[str, str]:
    """By field what is wrong with it; what is wrong with none of them stands under an empty name."""
    if not refused.problems:
        return {"": refused.says}
    return {str(problem.path[0]): _words(refused, problem) for problem in reversed(refused.problems)}


def status(refused: Refused) -> int:
    """How the page that says so is answered."""
    return 409 if isinstance(refused, Conflict) else 422


def _words(refused: Refused, problem: Problem) -> str:
    if problem.says:
        return _sentence(problem.says)
    if problem.kind == "taken":
        return refused.says
    return _WORDS[problem.kind].format(limit=problem.limit)


def _sentence(says: str) -> str:
    """The core says it of the field: "is too long"."""
    says = f"it {says}" if says.startswith(("is ", "names ", "leaves ", "has ")) else says
    return f"{says[0].upper()}{says[1:].rstrip('.')}."
