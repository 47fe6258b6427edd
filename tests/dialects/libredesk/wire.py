"""How a client of Libredesk writes requests and reads answers."""

from __future__ import annotations

import base64
from typing import Any

import httpx

from koine.core.tokens.tokens import Issued

PATH = "/api/v1/conversations"
TYPES = {400: "InputException", 403: "PermissionException", 404: "NotFoundException"}


def basic(key: Issued) -> str:
    return encoded(f"{key.key}:{key.secret}")


def encoded(pair: str | bytes) -> str:
    return "Basic " + base64.b64encode(pair if isinstance(pair, bytes) else pair.encode()).decode()


def done(answer: httpx.Response) -> dict[str, Any]:
    """The data of an answer that must be a success."""
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert list(body) == ["status", "data"]
    assert body["status"] == "success"
    data: dict[str, Any] = body["data"]
    return data


def refused(answer: httpx.Response, status: int, message: str, error_type: str | None = None) -> None:
    """An answer must be this refusal, and say nothing else."""
    expected = {
        "status": "error",
        "message": message,
        "data": None,
        "error_type": error_type or TYPES[status],
    }
    assert (answer.status_code, answer.json()) == (status, expected)
    assert list(answer.json()) == list(expected)


def unread(answer: httpx.Response) -> None:
    """A body that must not have been understood: the decoder may say why."""
    body = answer.json()
    said = body.pop("data")
    assert (answer.status_code, body) == (
        400,
        {"status": "error", "message": "Error parsing request", "error_type": "InputException"},
    )
    assert said is None or isinstance(said, str)
