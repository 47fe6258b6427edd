"""What the OpenAPI document says of each endpoint, beside what its handler says of itself."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel

from koine.dialects import repeating
from koine.dialects.openapi import Json, Operation
from koine.dialects.tight import file_filters, filters, ids, inferred, parameters, wire
from koine.dialects.tight.provisioning import asking
from koine.dialects.tight.shapes import conversations, files, provisioning, tokens
from koine.dialects.tight.shapes.audit import Entry
from koine.dialects.tight.shapes.conversations import Conversation, Message
from koine.dialects.tight.shapes.envelope import AllSaved, Found, NotSaved, Page, SomeSaved
from koine.dialects.tight.shapes.files import File
from koine.dialects.tight.shapes.provisioning import Bookkeeper, Company

# What any call may meet; one with a token; one that writes, which may be sent again with a key.
_ANY = (413, 429, 500)
_CALL = (401, 403, *_ANY)
_SAVE = (409, 415, 422, *_CALL)

_CONVERSATION: Mapping[str, Json] = {"id": {"pattern": ids.CONVERSATION}}
_MESSAGE: Mapping[str, Json] = {"id": {"pattern": ids.MESSAGE}}
_REACTION: Mapping[str, Json] = {
    **_MESSAGE,
    "emojiCode": {"minLength": 1, "maxLength": inferred.MAX_EMOJI, "pattern": f"^{inferred.EMOJI}$"},
}
_ENTITY: Mapping[str, Json] = {"entityId": {"maxLength": inferred.MAX_ENTITY, "pattern": inferred.ENTITY}}
_FILE: Mapping[str, Json] = {"id": {"pattern": ids.FILE}}
_COMPANY: Mapping[str, Json] = {"id": {"pattern": ids.COMPANY}}
_BOOKKEEPER: Mapping[str, Json] = {"id": {"pattern": ids.BOOKKEEPER}}
_TRAILED: Mapping[str, Json] = {"id": {"pattern": ids.TRAILED}}

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


def _get(shape: type[BaseModel], named: Mapping[str, Json], *refusals: int) -> Operation:
    """One thing, by the id in the path."""
    return Operation({200: shape}, (*refusals, 404, *_CALL), named=named, headers=(_VERSION,))


def _query(page: type[BaseModel], body: type[BaseModel]) -> Operation:
    """A page of things; no body asks for all of them."""
    return Operation({200: page}, (400, 415, *_CALL), body=body, body_is_needed=False, headers=(_VERSION,))


def _list(page: type[BaseModel], named: Mapping[str, Json]) -> Operation:
    """A page of what belongs to one thing."""
    return Operation({200: page}, (400, 404, *_CALL), named=named, query=parameters.Parameters, headers=(_VERSION,))


def _save(all_: type[BaseModel], some: type[BaseModel], body: type[BaseModel]) -> Operation:
    """Things in a batch."""
    return Operation({200: all_, 207: some, 400: NotSaved}, _SAVE, body=body, headers=(_VERSION,), gives=_REPLAYED)


def _upload(named: Mapping[str, Json]) -> Operation:
    """A file, in a form."""
    return Operation(
        {200: Found[File]},
        (400, *_SAVE),
        named=named,
        body=files.UploadForm,
        body_type="multipart/form-data",
        parts={"file": "application/octet-stream", "data": "application/json"},
        headers=(_VERSION,),
        gives=_REPLAYED,
    )


# By method and path, as in the table of routes.
OPERATIONS: Mapping[str, Operation] = {
    "POST /v6/auth/token": Operation(
        {200: tokens.Token},
        (400, 401, 415, *_ANY),
        body=tokens.TokenForm,
        body_type="application/x-www-form-urlencoded",
        body_is_needed=False,
        headers=(_VERSION,),
        more={"security": [{"client": []}]},
    ),
    "POST /v6/conversations": _save(AllSaved[Conversation], SomeSaved[Conversation], conversations.SaveConversations),
    "POST /v6/conversations/query": _query(Page[Conversation], filters.Query),
    "GET /v6/conversations/{id}": _get(Found[Conversation], _CONVERSATION),
    "DELETE /v6/conversations/{id}": _get(Found[Conversation], _CONVERSATION),
    "GET /v6/conversations/{id}/messages": _list(Page[Message], _CONVERSATION),
    "POST /v6/messages": _save(AllSaved[Message], SomeSaved[Message], conversations.SaveMessages),
    "GET /v6/messages/{id}": _get(Found[Message], _MESSAGE),
    "POST /v6/messages/{id}/reactions": Operation(
        {200: Found[Message]},
        (400, 404, *_SAVE),
        named=_MESSAGE,
        body=wire.NewReaction,
        headers=(_VERSION,),
        gives=_REPLAYED,
    ),
    "DELETE /v6/messages/{id}/reactions/{emojiCode}": _get(Found[Message], _REACTION, 400),
    "POST /v6/files/upload": _upload({}),
    "POST /v6/files/upload/{entityId}": _upload(_ENTITY),
    "POST /v6/files": _save(AllSaved[File], SomeSaved[File], files.SaveFiles),
    "POST /v6/files/query": _query(Page[File], file_filters.FileQuery),
    "GET /v6/files/{id}": _get(Found[File], _FILE),
    "DELETE /v6/files/{id}": _get(Found[File], _FILE),
    "POST /v6/company": Operation(
        {200: provisioning.CompanySaved},
        (400, 404, *_SAVE),
        body=provisioning.SaveCompany,
        headers=(_VERSION,),
        gives=_REPLAYED,
    ),
    "POST /v6/company/query": _query(Page[Company], asking.CompanyQuery),
    "GET /v6/company/{id}": _get(Found[Company], _COMPANY),
    "DELETE /v6/company/{id}": _get(Found[Company], _COMPANY),
    "POST /v6/bookkeepers": _save(AllSaved[Bookkeeper], SomeSaved[Bookkeeper], provisioning.SaveBookkeepers),
    "POST /v6/bookkeepers/query": _query(Page[Bookkeeper], asking.BookkeeperQuery),
    "GET /v6/bookkeepers/{id}": _get(Found[Bookkeeper], _BOOKKEEPER),
    "GET /v6/auditTrail/{id}": _list(Page[Entry], _TRAILED),
    "GET /v6/openapi.json": Operation({200: None}, _ANY, open=True),
}
