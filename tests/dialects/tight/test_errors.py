"""Refusals that no request can bring about on purpose, in the contract's words (contracts/tight.md §4)."""

from __future__ import annotations

import pytest

from koine.core.errors import ContactExists, Forbidden, Invalid, NotFound, Problem, TooMany
from koine.dialects.tight import errors


def test_a_fault_tells_nothing() -> None:
    answer = errors.fault()
    assert (answer.status, answer.body) == (
        500,
        {
            "result": "FAILURE",
            "data": None,
            "error": [{"type": "UNKNOWN_ERROR", "message": "An unexpected error occurred", "param": None}],
        },
    )


def test_too_many_requests_are_told_when_to_come_again() -> None:
    answer = errors.refuse(TooMany())
    assert (answer.status, answer.headers["retry-after"]) == (429, "1")
    assert answer.body["error"][0]["type"] == "BAD_REQUEST"


@pytest.mark.parametrize(
    ("refused", "status", "type_", "param"),
    [
        (Forbidden("Secret words"), 403, "INVALID_TOKEN", None),
        (NotFound("Secret words"), 404, "INVALID_VALUE", "id"),
        (Invalid("Secret words"), 400, "BAD_REQUEST", None),
        (ContactExists(None, "email"), 400, "DUPLICATE", None),
    ],
)
def test_refusals_of_a_kind_without_words_of_their_own_have_the_kinds(
    refused: Exception, status: int, type_: str, param: str | None
) -> None:
    answer = errors.refuse(refused)  # type: ignore[arg-type]
    (error,) = answer.body["error"]
    assert (answer.status, error["type"], error["param"]) == (status, type_, param)
    assert "Secret" not in error["message"]


@pytest.mark.parametrize(
    ("problem", "message", "param"),
    [
        (Problem("missing", ("subject",)), "Subject is required", "subject"),
        (Problem("missing", ("message", "text")), "Text is required", "message.text"),
        (Problem("missing", ("attachedEntityId",)), "Attached entity is required", "attachedEntityId"),
        (Problem("not_found", ("conversationId",)), "The conversation provided is not valid", "conversationId"),
        (
            Problem("not_found", ("message", "attachmentIds", 3)),
            "The attachment provided is not valid",
            "message.attachmentIds",
        ),
        (Problem("not_allowed", ("grant_type",)), "The grant type provided is not valid", "grant_type"),
        (Problem("too_long", ("subject",), limit=255), "Subject may not be longer than 255", "subject"),
        (Problem("unchangeable", ("id",)), "Id cannot be changed", "id"),
        (Problem("wrong_type", ()), "Request has the wrong type", None),
    ],
)
def test_problems_are_worded_by_the_field(problem: Problem, message: str, param: str | None) -> None:
    (error,) = errors.errors(Invalid(problems=[problem]))
    assert (error["message"], error["param"]) == (message, param)
