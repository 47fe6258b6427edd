"""The OpenAPI 3.1 document of Tight v6 as it is served here, made from the classes that read its requests."""

from __future__ import annotations

import functools

from koine.dialects import openapi
from koine.dialects.call import Answer, Call
from koine.dialects.openapi import Contract, Json
from koine.dialects.tight.operations import OPERATIONS
from koine.dialects.tight.shapes.envelope import Failure

_CONTRACT = Contract(
    title="Tight v6, as Koine serves it",
    version="6.0.0",
    description="Conversations, messages, files, companies and bookkeepers. A path that nothing serves is answered "
    "404, a method that a path does not take 405 with `Allow`; both with a Failure. Members of requests that are not "
    "named here are ignored, except in `filter` and `sort`. What a request names (conversations, files, entities, "
    "companies, users, cursors) has to be there for its caller; an e-mail address and an `apiCompanyId` are in use "
    "once, and owners of a company differ.",
    operations=OPERATIONS,
    refusal=Failure,
    refusal_type="application/json",
    security={"token": {"type": "http", "scheme": "bearer"}, "client": {"type": "http", "scheme": "basic"}},
    refused_with={
        401: {"WWW-Authenticate": {"required": True, "schema": {"type": "string"}}},
        429: {"Retry-After": {"required": True, "description": "Seconds.", "schema": {"type": "integer"}}},
    },
)


async def show(call: Call) -> Answer:
    """This contract in the words of OpenAPI 3.1."""
    return Answer(200, document(call.services.base_url))


@functools.lru_cache(maxsize=4)
def document(base_url: str) -> Json:
    """The document for a server that is reached there."""
    from koine.dialects.tight.routes import ROUTES  # which names this module's endpoint

    return openapi.document(_CONTRACT, ROUTES, base_url)
