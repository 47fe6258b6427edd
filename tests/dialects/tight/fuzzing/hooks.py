"""What no schema can say, for Schemathesis: what a well-formed request names has to be there.

Loaded by the command itself, not by the tests. Requests that are meant to be wrong go out as they are.
"""

from __future__ import annotations

import itertools
import json
import os
from typing import Any
from urllib.parse import urlencode

import schemathesis

THERE: dict[str, str] = json.loads(os.environ["KOINE_FUZZ"])  # conversation, message, file, user
_LONGEST_QUERY = 60_000  # characters: an address past 64 KiB is no HTTP to the server, before any contract is asked
_numbers = itertools.count()


@schemathesis.hook
def before_call(ctx: schemathesis.HookContext, case: schemathesis.Case, kwargs: dict[str, Any]) -> None:
    """Name what is there, in place of what only could be."""
    if case.query and len(urlencode(case.query, doseq=True)) > _LONGEST_QUERY:
        case.query["cursor"] = "x" * 10_000  # still longer than the document allows
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    if case.headers and case.headers.get("Idempotency-Key"):
        # A key is good for one request.
        case.headers["Idempotency-Key"] = f"{next(_numbers)} {case.headers['Idempotency-Key']}"[:255]
    if case.query and case.query.get("cursor"):
        del case.query["cursor"]
    if case.body.__class__ in (dict, list):
        case.body = _existing(case.operation.path, case.body)


def _existing(path: str, body: Any) -> Any:
    if path == "/v6/auth/token":
        return {**body, "userId": THERE["user"]} if "userId" in body else body
    if path == "/v6/conversations/query":
        return {**body, "cursor": None}
    items = body if isinstance(body, list) else body["data"]
    named = [_item(item) for item in items]
    return named if isinstance(body, list) else {**body, "data": named}


def _item(item: dict[str, Any]) -> dict[str, Any]:
    named = {**item}
    if "id" in item:
        # Once it is about something a conversation stays with that, and one that was deleted is spoken in no more.
        named |= {"id": THERE["conversation"], "attachedEntityId": None, "status": "ACTIVE"}
    elif str(item.get("attachedEntityId")).startswith("co_"):
        named["attachedEntityId"] = f"x{item['attachedEntityId']}"[:255]
    if "conversationId" in item:
        named["conversationId"] = THERE["conversation"]
    if isinstance(item.get("message"), dict):
        named["message"] = _files(item["message"])
    return _files(named)


def _files(message: dict[str, Any]) -> dict[str, Any]:
    return {**message, "attachmentIds": [THERE["file"]]} if message.get("attachmentIds") else message
