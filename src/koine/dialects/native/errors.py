"""Refusals as problem details (RFC 9457), with everything that is wrong with a request at once."""

from __future__ import annotations

from typing import Any

from koine.core.errors import (
    Conflict,
    Forbidden,
    Invalid,
    KeyReused,
    NotFound,
    PositionGone,
    Problem,
    Refused,
    TooMany,
    Unauthenticated,
)
from koine.dialects.call import Answer, Call
from koine.dialects.edge import TooLarge, WrongMediaType, WrongMethod

CONTENT_TYPE = "application/problem+json"
TYPE = "urn:koine:problem:"

# By kind, and where the particular refusal has a status of its own.
STATUS: dict[type[Refused], int] = {
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Invalid: 400,
    Conflict: 409,
    TooMany: 429,
    PositionGone: 410,
    KeyReused: 422,
    TooLarge: 413,
    WrongMediaType: 415,
    WrongMethod: 405,
}

# What a problem is, where whoever found it has no better words.
_SAYS = {
    "missing": "It is needed.",
    "wrong_type": "It is of the wrong type.",
    "not_allowed": "This is none of the values that it may have.",
    "too_long": "It is too long.",
    "malformed": "It is not well formed.",
    "not_found": "There is no such thing, or you may not see it.",
    "unchangeable": "It cannot be changed any more.",
    "taken": "It is somebody else's already.",
}


def refuse(refused: Refused, call: Call) -> Answer:
    """A refusal as a problem document."""
    status = next(STATUS[kind] for kind in type(refused).__mro__ if kind in STATUS)
    document = told(refused)
    body = {"type": TYPE + refused.code, "title": type(refused).says, "status": status, **document}
    return _problem(status, body, call, _headers(refused))


def told(refused: Refused) -> dict[str, Any]:
    """What a refusal tells besides its status, also at the end of a stream."""
    body: dict[str, Any] = {"code": refused.code}
    if refused.says != type(refused).says:
        body["detail"] = refused.says
    if refused.problems:
        body["errors"] = [_error(problem) for problem in refused.problems]
    if isinstance(refused, PositionGone):
        body["oldest"] = refused.oldest
    return body


def fault(call: Call) -> Answer:
    """A 500 that tells nothing but the request's id."""
    body = {"type": TYPE + "fault", "title": "Something went wrong here.", "status": 500, "code": "fault"}
    return _problem(500, body, call, {})


def _problem(status: int, body: dict[str, Any], call: Call, headers: dict[str, str]) -> Answer:
    return Answer(status, {**body, "instance": f"urn:uuid:{call.id}"}, headers, CONTENT_TYPE)


def _error(problem: Problem) -> dict[str, Any]:
    error: dict[str, Any] = {
        "kind": problem.kind,
        "path": list(problem.path),
        "detail": problem.says or _SAYS[problem.kind],
    }
    if problem.limit is not None:
        error["limit"] = problem.limit
    return error


def _headers(refused: Refused) -> dict[str, str]:
    match refused:
        case Unauthenticated():
            return {"www-authenticate": 'Bearer realm="koine"'}
        case WrongMethod():
            return {"allow": ", ".join(refused.allow)}
        case TooMany():
            return {"retry-after": str(refused.retry_after)}
    return {}
