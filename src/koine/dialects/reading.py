"""Reading request bodies: JSON into models, and what is wrong with them into problems that every dialect can word."""

from __future__ import annotations

import re
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError, from_json

from koine.core.errors import Invalid, Problem, ProblemKind
from koine.dialects.edge import Unreadable

MAX_DEPTH = 32
_MAX_PROBLEMS = 1000

Model = TypeVar("Model", bound=BaseModel)

# Strings are matched whole, so that brackets inside them do not count.
_BRACKETS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[\]{}]', re.DOTALL)
_ESCAPES = re.compile(rb"\\.", re.DOTALL)
_UNMARKED = bytes(set(range(256)) - set(b'"[]{}'))
_ROUNDED = bytes.maketrans(b"{}", b"[]")
_STEP = {b"[": 1, b"{": 1, b"]": -1, b"}": -1}

# Pydantic's kinds of error that are not simply of a wrong type.
_KINDS: dict[str, ProblemKind] = {
    "missing": "missing",
    "blank": "missing",
    "enum": "not_allowed",
    "literal_error": "not_allowed",
    "greater_than": "not_allowed",
    "greater_than_equal": "not_allowed",
    "less_than": "not_allowed",
    "less_than_equal": "not_allowed",
    "int_parsing_size": "not_allowed",
    "extra_forbidden": "not_allowed",
    "not_allowed": "not_allowed",
    "string_too_long": "too_long",
    "too_long": "too_long",
    "string_too_short": "missing",
    "too_short": "missing",
    "string_pattern_mismatch": "malformed",
    "string_unicode": "malformed",
    "uuid_parsing": "malformed",
    "datetime_parsing": "malformed",
    "datetime_from_date_parsing": "malformed",
    "timezone_aware": "malformed",
    "unstorable": "malformed",
    "malformed": "malformed",
    "unchangeable": "unchangeable",
    "value_error": "malformed",
}


def storable(text: str) -> str:
    """Refuse the one character that PostgreSQL's text cannot hold."""
    if "\x00" in text:
        raise PydanticCustomError("unstorable", "holds a NUL character")
    return text


def not_blank(text: str) -> str:
    """Refuse what is empty or only white space."""
    if not text or text.isspace():
        raise PydanticCustomError("blank", "is blank")
    return text


Text = Annotated[str, AfterValidator(storable)]
FilledText = Annotated[str, AfterValidator(storable), AfterValidator(not_blank)]


def read(model: type[Model], body: bytes) -> Model:
    """A JSON body as a model. Raises Unreadable, or Invalid with every problem at once."""
    if too_deep(body) or not _only_numbers(body):
        raise Unreadable
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        raise refusal(error) from None


def plain(body: bytes) -> Any:
    """A JSON body as it is, for dialects that look at it piece by piece. Raises Unreadable."""
    if too_deep(body):
        raise Unreadable
    try:
        return from_json(body, allow_inf_nan=False)
    except ValueError:
        raise Unreadable from None


def refusal(error: ValidationError) -> Invalid:
    """What is wrong with a body, in no dialect's words."""
    details = error.errors(include_url=False)[:_MAX_PROBLEMS]
    if any(detail["type"] == "json_invalid" for detail in details):
        return Unreadable()
    return Invalid(problems=[problem(detail) for detail in details])


def problem(detail: ErrorDetails) -> Problem:
    """One of Pydantic's error details as a problem. A field that is null where it is needed is missing."""
    kind = _KINDS.get(detail["type"], "wrong_type")
    if kind == "wrong_type" and detail["input"] is None:
        kind = "missing"
    context: dict[str, Any] = detail.get("ctx") or {}
    limit = context.get("max_length", context.get("le"))
    return Problem(
        kind, tuple(detail["loc"]), detail["msg"], limit if isinstance(limit, int) else None, detail["input"]
    )


def too_deep(body: bytes) -> bool:
    """Whether JSON is nested deeper than MAX_DEPTH. Most bodies do not even have that many brackets."""
    if body.count(b"[") + body.count(b"{") <= MAX_DEPTH:
        return False
    marks = (_ESCAPES.sub(b"", body) if b"\\" in body else body).translate(_ROUNDED, _UNMARKED).replace(b'""', b"")
    if b'"' not in marks:  # no brackets inside strings: each round takes the innermost level away
        for _ in range(MAX_DEPTH):
            marks = marks.replace(b"[]", b"")
        if not marks:
            return False
    depth = 0
    for token in _BRACKETS.finditer(body):
        depth += _STEP.get(token[0], 0)
        if depth > MAX_DEPTH:
            return True
    return False


def _only_numbers(body: bytes) -> bool:
    """Whether a body is free of NaN and Infinity, which are not JSON, though Pydantic takes them for numbers."""
    if b"NaN" not in body and b"Infinity" not in body:
        return True
    try:
        from_json(body, allow_inf_nan=False)
    except ValueError:
        return False
    return True
