"""What no schema can say, for Schemathesis: what a request names is there, three times of four.

Loaded by the command itself, not by the tests. Without it hardly any request would come further than to a 403.
"""

from __future__ import annotations

import itertools
import json
import os
from typing import Any

import schemathesis

# By the names of fields: locationId, contactId, conversationId, messageId, emailMessageId, conversationProviderId, ...
THERE: dict[str, str] = json.loads(os.environ["KOINE_FUZZ"])
_OF_PATHS = {"/conversations/messages/email/": "emailMessageId", "/conversations/preferences/": "subtypeId"}
_turn = itertools.count()


@schemathesis.hook
def before_call(ctx: schemathesis.HookContext, case: schemathesis.Case, kwargs: dict[str, Any]) -> None:
    """Say who asks, and name what is there in place of what only could be."""
    case.headers = {**(case.headers or {}), **_headers()}
    if next(_turn) % 4 == 0:
        return
    id = next((name for path, name in _OF_PATHS.items() if case.operation.path.startswith(path)), "messageId")
    for given in (case.path_parameters, case.query, case.body):
        if isinstance(given, dict):
            _name(given, id)


def _headers() -> dict[str, str]:
    return {"Authorization": f"Bearer {os.environ['KOINE_FUZZ_TOKEN']}", "Version": os.environ["KOINE_FUZZ_VERSION"]}


def _name(given: dict[str, Any], id: str) -> None:
    for name in given:
        if name == "id":
            given[name] = THERE[id]
        elif name in THERE:
            given[name] = THERE[name]
