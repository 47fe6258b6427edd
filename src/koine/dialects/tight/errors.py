"""Refusals in Tight's words: a status and a list of type, message and param (contracts/tight.md §4.2 to §4.4)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from koine.core.conversations.reactions import MessageDeleted, TooManyReactions
from koine.core.errors import (
    Conflict,
    ConversationNotFound,
    Forbidden,
    Invalid,
    KeyInFlight,
    KeyMalformed,
    KeyReused,
    MessageNotFound,
    NotFound,
    NowhereToKeep,
    Problem,
    ProblemKind,
    Refused,
    TokenExpired,
    TooBroad,
    TooMany,
    Unauthenticated,
    WrongSecret,
)
from koine.core.files.model import FileNotFound
from koine.dialects.call import Answer
from koine.dialects.edge import FormUnreadable, NoSuchRoute, TooLarge, Unreadable, WrongMediaType, WrongMethod
from koine.dialects.tight import envelope, inferred
from koine.dialects.tight.envelope import Error


class TooManyItems(Invalid):
    """A batch of more items than one request may have."""

    code = "too_many_items"


class DataUnreadable(Unreadable):
    """The part `data` of an upload, where it is no JSON."""


# By kind, and where the contract knows more than the kind by the particular refusal.
STATUS: dict[type[Refused], int] = {
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Invalid: 400,
    Conflict: 400,
    TooMany: 429,
    TooLarge: 413,
    WrongMediaType: 415,
    WrongMethod: 405,
    KeyReused: 422,
    KeyInFlight: 409,
}

_KEY = "Idempotency-Key"

# type, message, param
_ERRORS: dict[type[Refused], tuple[str, str, str | None]] = {
    Unauthenticated: ("INVALID_TOKEN", "Invalid access token", None),
    TokenExpired: ("EXPIRED_TOKEN", "Expired access token", None),
    WrongSecret: ("INVALID_TOKEN", "Invalid client credentials", None),
    Forbidden: (inferred.FORBIDDEN, "The access token does not allow this", None),
    NotFound: (inferred.NOT_FOUND, "The id provided is not valid", "id"),
    ConversationNotFound: (inferred.NOT_FOUND, "The conversation provided is not valid", "id"),
    MessageNotFound: (inferred.NOT_FOUND, "The message provided is not valid", "id"),
    MessageDeleted: (inferred.NOT_FOUND, "The message provided is not valid", "id"),
    TooManyReactions: ("INVALID_VALUE", "The message has as many emojis as it may have", "emojiCode"),
    FileNotFound: (inferred.NOT_FOUND, "The file provided is not valid", "id"),
    Invalid: ("BAD_REQUEST", "The request is not valid", None),
    Unreadable: ("JSON_ERROR", "The body is not valid JSON", None),
    DataUnreadable: ("JSON_ERROR", "Data is not valid JSON", "data"),
    FormUnreadable: ("BAD_REQUEST", "The body is not a valid multipart form", None),
    TooLarge: (inferred.NOT_AS_A_REQUEST, "The body is too large", None),
    WrongMediaType: (inferred.NOT_AS_A_REQUEST, "The content type is not supported", None),
    WrongMethod: (inferred.NOT_AS_A_REQUEST, "The method is not allowed here", None),
    NoSuchRoute: (inferred.NOT_AS_A_REQUEST, "There is nothing at this path", None),
    TooManyItems: ("BAD_REQUEST", "Data has too many items", "data"),
    TooBroad: ("BAD_REQUEST", "The query looks through too much, ask for less", None),
    Conflict: ("DUPLICATE", "This is there already", None),
    TooMany: (inferred.NOT_AS_A_REQUEST, "Too many requests", None),
    KeyMalformed: ("INVALID_FORMAT", "The idempotency key is not well formed", _KEY),
    KeyReused: ("BAD_REQUEST", "The idempotency key was sent with another request before", _KEY),
    KeyInFlight: ("BAD_REQUEST", "A request with this idempotency key is still being answered", _KEY),
    NowhereToKeep: (inferred.FORBIDDEN, "The access token opens nothing to keep an idempotency key in", _KEY),
}

# type, message
_PROBLEMS: dict[ProblemKind, tuple[str, str]] = {
    "missing": ("REQUIRED", "{Name} is required"),
    "wrong_type": ("INVALID_FORMAT", "{Name} has the wrong type"),
    "not_allowed": ("INVALID_VALUE", "The {name} provided is not valid"),
    "too_long": ("INVALID_VALUE", "{Name} may not be longer than {limit}"),
    "malformed": ("INVALID_FORMAT", "{Name} is not well formed"),
    "not_found": ("INVALID_VALUE", "The {name} provided is not valid"),
    "unchangeable": ("NOT_MODIFIABLE", "{Name} cannot be changed"),
    "taken": ("DUPLICATE", "The {name} provided is in use already"),
}

_FAULT: Error = {"type": "UNKNOWN_ERROR", "message": "An unexpected error occurred", "param": None}
_CAPITAL = re.compile(r"(?=[A-Z])|_")


def refuse(refused: Refused) -> Answer:
    """The answer to a request that is refused as a whole."""
    return envelope.failure(status(refused), errors(refused), _headers(refused))


def fault() -> Answer:
    """The answer to a request that met a bug of ours."""
    return envelope.failure(500, [_FAULT], {})


def status(refused: Refused) -> int:
    """The HTTP status of a refusal, or the `statusCode` of the item that met it."""
    return next(STATUS[kind] for kind in type(refused).__mro__ if kind in STATUS)


def errors(refused: Refused) -> Sequence[Error]:
    """Everything that is wrong, at once."""
    if refused.problems:
        return [_problem(problem) for problem in refused.problems]
    type_, message, param = next(_ERRORS[kind] for kind in type(refused).__mro__ if kind in _ERRORS)
    return [{"type": type_, "message": message, "param": param}]


def _problem(problem: Problem) -> Error:
    type_, message = _PROBLEMS[problem.kind]
    name = _name(problem.name)
    says = message.format(Name=name.capitalize(), name=name, limit=problem.limit)
    param = ".".join(part for part in problem.path if isinstance(part, str))
    return {"type": type_, "message": says, "param": param or None}


def _name(field: str) -> str:
    """A field as people call it: `attachedEntityId` is the attached entity, `data` the data; no field the request."""
    words = _CAPITAL.sub(" ", field).lower().split()
    if len(words) > 1 and words[-1] in ("id", "ids"):
        words.pop()
    return " ".join(words) or "request"


def _headers(refused: Refused) -> dict[str, str]:
    match refused:
        case WrongSecret():
            return {"www-authenticate": 'Basic realm="tight"'}
        case Unauthenticated():
            return {"www-authenticate": "Bearer"}
        case WrongMethod():
            return {"allow": ", ".join(refused.allow)}
        case TooMany():
            return {"retry-after": str(refused.retry_after)}
    return {}
