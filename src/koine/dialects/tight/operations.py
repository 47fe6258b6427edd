"""What the OpenAPI document says of each endpoint, beside what its handler says of itself."""

from __future__ import annotations

from collections.abc import Mapping

from koine.dialects import repeating
from koine.dialects.openapi import Json, Operation
from koine.dialects.tight import filters, ids, parameters, shapes
from koine.dialects.tight.shapes import AllSaved, Conversation, Found, Message, Page, SomeSaved

# What any call may meet; one with a token; one that writes, which may be sent again with a key.
_ANY = (413, 429, 500)
_CALL = (401, 403, *_ANY)
_SAVE = (409, 415, 422, *_CALL)

_CONVERSATION: Mapping[str, Json] = {"id": {"pattern": ids.CONVERSATION}}
_MESSAGE: Mapping[str, Json] = {"id": {"pattern": ids.MESSAGE}}

_VERSION: Json = {
    "name": "Tight-Version",
    "in": "header",
    "description": "Whatever it is, it is answered by version 6.",
    "schema": {"type": "string", "default": "6.0.0"},
}
_REPLAYED: Mapping[str, Json] = {
    "Idempotency-Replayed": {
        "description": "With an answer that was given before, to the same `Idempotency-Key`.",
        "schema": {"const": repeating.REPLAYED["Idempotency-Replayed"]},
    }
}

# By method and path, as in the table of routes.
OPERATIONS: Mapping[str, Operation] = {
    "POST /v6/auth/token": Operation(
        {200: shapes.Token},
        (400, 401, 415, *_ANY),
        body=shapes.TokenForm,
        body_type="application/x-www-form-urlencoded",
        body_is_needed=False,
        headers=(_VERSION,),
        more={"security": [{"client": []}]},
    ),
    "POST /v6/conversations": Operation(
        {200: AllSaved[Conversation], 207: SomeSaved[Conversation], 400: shapes.NotSaved},
        _SAVE,
        body=shapes.SaveConversations,
        headers=(_VERSION,),
        gives=_REPLAYED,
    ),
    "POST /v6/conversations/query": Operation(
        {200: Page[Conversation]},
        (400, 415, *_CALL),
        body=filters.Query,
        body_is_needed=False,
        headers=(_VERSION,),
    ),
    "GET /v6/conversations/{id}": Operation(
        {200: Found[Conversation]}, (404, *_CALL), named=_CONVERSATION, headers=(_VERSION,)
    ),
    "GET /v6/conversations/{id}/messages": Operation(
        {200: Page[Message]},
        (400, 404, *_CALL),
        named=_CONVERSATION,
        query=parameters.Parameters,
        headers=(_VERSION,),
    ),
    "POST /v6/messages": Operation(
        {200: AllSaved[Message], 207: SomeSaved[Message], 400: shapes.NotSaved},
        _SAVE,
        body=shapes.SaveMessages,
        headers=(_VERSION,),
        gives=_REPLAYED,
    ),
    "GET /v6/messages/{id}": Operation({200: Found[Message]}, (404, *_CALL), named=_MESSAGE, headers=(_VERSION,)),
    "GET /v6/openapi.json": Operation({200: None}, _ANY, open=True),
}
