"""How Libredesk refuses: status, error type and exact words (contracts/libredesk.md §2.1, §2.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from koine.core.errors import (
    Conflict,
    ConversationNotFound,
    Forbidden,
    Invalid,
    KeyMalformed,
    KeyReused,
    NotFound,
    NowhereToKeep,
    Refused,
    TooBroad,
    TooMany,
    Unauthenticated,
    WrongSecret,
)
from koine.dialects.call import Answer
from koine.dialects.edge import NoSuchRoute, TooLarge, WrongMethod
from koine.dialects.libredesk.wire import envelope

Value = TypeVar("Value")


class Declined(Invalid):
    """One of the contract's checks failed; it says so in the contract's words."""

    code = "declined"


class CsrfMismatch(Forbidden):
    """Something would be written, and neither a key nor a session vouches for who asks."""

    code = "csrf_mismatch"
    says = "CSRF token mismatch"


STATUS: dict[type[Refused], int] = {
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    WrongMethod: 405,
    Conflict: 409,
    TooLarge: 413,
    KeyReused: 422,
    TooMany: 429,
    Invalid: 400,
}

_TYPES: dict[type[Refused], str] = {
    Unauthenticated: "GeneralException",  # not UnauthorizedException, which only the table of types has
    Forbidden: "PermissionException",
    NotFound: "NotFoundException",
    NoSuchRoute: "GeneralException",
    WrongMethod: "GeneralException",
    Conflict: "ConflictException",
    TooLarge: "GeneralException",
    KeyReused: "DataException",
    TooMany: "RateLimitException",
    Invalid: "InputException",
}

# What is not here says itself in these words already.
_WORDS: dict[type[Refused], str | None] = {
    Unauthenticated: "Invalid or expired session",
    WrongSecret: "Invalid credential",
    Forbidden: "Permission denied",
    CsrfMismatch: None,
    ConversationNotFound: "Conversation not found",
    NoSuchRoute: "Route not found",
    WrongMethod: "Request method not allowed",
    TooLarge: "Request body too large",
    TooMany: "Rate limit exceeded",
    Invalid: "Error parsing request",
    Declined: None,
    TooBroad: None,
    KeyMalformed: None,
    KeyReused: None,
    NowhereToKeep: None,
    Refused: None,
}


def refuse(refused: Refused) -> Answer:
    """A refusal in the contract's envelope."""
    status, words = _of(STATUS, refused), _of(_WORDS, refused) or refused.says
    if isinstance(refused, TooMany):  # the product's rate limiter has an envelope of its own
        headers = {"Retry-After": str(refused.retry_after)}
        return Answer(status, envelope.encode({"status": "error", "message": words}), headers)
    headers = {"Allow": ", ".join(refused.allow)} if isinstance(refused, WrongMethod) else {}
    return envelope.failure(status, words, _of(_TYPES, refused), _decoder_text(refused), headers)


def fault() -> Answer:
    """A 500 that tells nothing."""
    return envelope.failure(500, "Something went wrong", "GeneralException")


def _of(table: Mapping[type[Refused], Value], refused: Refused) -> Value:
    """What a table has for a refusal, or for the nearest of its kinds."""
    return next(table[kind] for kind in type(refused).__mro__ if kind in table)


def _decoder_text(refused: Refused) -> str | None:
    """Which fields could not be read, and why."""
    said = [f"{'.'.join(map(str, problem.path))}: {problem.says}" for problem in refused.problems]
    return "; ".join(said[:10]) or None
