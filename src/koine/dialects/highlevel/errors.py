"""Refusals in the contract's words, as NestJS writes them (contracts/highlevel.md §2.2, §3)."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from koine.core.apps.refusals import GrantRefused
from koine.core.errors import (
    Conflict,
    ContactExists,
    ConversationExists,
    Forbidden,
    ForeignWorkspace,
    Invalid,
    KeyInFlight,
    KeyMalformed,
    KeyReused,
    NotFound,
    PermissionMissing,
    Refused,
    TooBroad,
    TooMany,
    Unauthenticated,
)
from koine.dialects.call import Answer, Call
from koine.dialects.edge import NoSuchRoute, TooLarge, Unreadable, WrongMediaType, WrongMethod
from koine.dialects.highlevel import ids, refusals, validation
from koine.dialects.highlevel.auth import VersionRefused

# What does not exist is a bad request here, and a path that nothing serves is a 404.
STATUS: dict[type[Refused], int] = {
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 400,
    Invalid: 422,
    Conflict: 400,
    TooMany: 429,
    PermissionMissing: 401,
    GrantRefused: 400,
    Unreadable: 400,
    TooLarge: 413,
    WrongMediaType: 415,
    NoSuchRoute: 404,
    WrongMethod: 404,
    KeyInFlight: 409,
}

_PHRASES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    409: "Conflict",
    413: "Payload Too Large",
    415: "Unsupported Media Type",
    422: "Unprocessable Entity",
    429: "Too Many Requests",
}

# The words of the core that a client must not meet. Where none are given, the phrase of the status is the message.
_WORDS: dict[type[Refused], str] = {
    PermissionMissing: "The token is not authorized for this scope.",
    ForeignWorkspace: "The token does not have access to this location.",
    Forbidden: "You do not have permission to access this resource",
    ContactExists: "This location does not allow duplicated contacts.",
    TooLarge: "request entity too large",
}
# What OAuth calls its refusals (RFC 6749 §5.2), where its own clients look for them.
_OAUTH = frozenset({"invalid_client", "invalid_grant"})
_AS_RAISED = (Unauthenticated, NotFound, KeyInFlight)


@contextlib.contextmanager
def naming(kind: str, id: str) -> Iterator[None]:
    """What is not found inside is called by the id that the caller gave, whether it is unknown or somebody else's."""
    try:
        yield
    except NotFound:
        raise NotFound(f"{kind} with id {id} not found") from None


def refuse(refused: Refused, call: Call) -> Answer:
    """A refusal in the contract's words and status."""
    of_messages = refusals.answer(refused, call)
    if of_messages is not None:
        return of_messages
    status = _status(refused)
    headers = {"x-trace-id": call.id}
    if isinstance(refused, TooMany):
        headers["retry-after"] = str(refused.retry_after)
    return Answer(status, _body(refused, status, call), headers)


def fault(call: Call) -> Answer:
    """A 500 that tells nothing but the request's id."""
    return Answer(500, {"statusCode": 500, "message": "Internal server error"}, {"x-trace-id": call.id})


def _status(refused: Refused) -> int:
    if isinstance(refused, Invalid) and any(not problem.path for problem in refused.problems):
        return 400  # JSON, but not an object
    return next(STATUS[kind] for kind in type(refused).__mro__ if kind in STATUS)


def _body(refused: Refused, status: int, call: Call) -> dict[str, Any]:
    if isinstance(refused, VersionRefused):
        return {"status": status, "message": refused.says, "error": "Error", "traceId": call.id}
    if status == 422:
        said = (
            [refused.says] if isinstance(refused, KeyMalformed | KeyReused | TooBroad) else validation.messages(refused)
        )
        return {"statusCode": 422, "message": said, "error": "Unprocessable Entity"}
    if isinstance(refused, ConversationExists):
        return _conversation_exists(refused, call)
    message = _message(refused, status)
    if refused.code in _OAUTH:
        return {"statusCode": status, "message": message, "error": refused.code, "error_description": message}
    if isinstance(refused, ContactExists):
        return {"statusCode": status, "message": message, "meta": _meta(refused)}
    body: dict[str, Any] = {"statusCode": status, "message": message}
    if message != _PHRASES[status]:
        body["error"] = _PHRASES[status]
    if status == 400 and isinstance(refused, NotFound):
        body["traceId"] = call.id
    return body


def _conversation_exists(refused: ConversationExists, call: Call) -> dict[str, Any]:
    standing = refused.conversation
    return {
        "statusCode": 400,
        "message": f"Conversation with the contact id:{ids.write(standing.contact)} already exists!",
        "error": "Bad Request",
        "conversationId": ids.write(standing.uuid),
        "traceId": call.id,
    }


def _meta(refused: ContactExists) -> dict[str, Any]:
    contact = refused.contact
    return {"contactId": ids.write(contact.uuid), "contactName": contact.name, "matchingField": refused.field}


def _message(refused: Refused, status: int) -> str:
    if isinstance(refused, NoSuchRoute | WrongMethod):
        return f"Cannot {refused.method} {refused.path}"
    if isinstance(refused, _AS_RAISED):
        return refused.says
    return next((_WORDS[kind] for kind in type(refused).__mro__ if kind in _WORDS), _PHRASES[status])
