"""What no schema can say, for Schemathesis: what a well-formed request names has to be there.

Loaded by the command itself, not by the tests. Requests that are meant to be wrong go out as they are.
"""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import schemathesis

THERE: dict[str, str] = json.loads(os.environ["KOINE_FUZZ"])  # conversation, message, file, company, bookkeeper, user
_LONGEST_QUERY = 60_000  # characters: an address past 64 KiB is no HTTP to the server, before any contract is asked
_LARGEST = 2**63 - 1
_numbers = itertools.count()

Json = dict[str, Any]


@schemathesis.hook
def before_call(ctx: schemathesis.HookContext, case: schemathesis.Case, kwargs: Json) -> None:
    """Name what is there, in place of what only could be."""
    if case.query and len(urlencode(case.query, doseq=True)) > _LONGEST_QUERY:
        case.query["cursor"] = "x" * 10_000  # still longer than the document allows
    if case.method == "DELETE" and case.path_parameters.get("id") == THERE["conversation"]:
        case.path_parameters["id"] = f"con_{_LARGEST}"  # the others still speak in it
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    if case.headers and case.headers.get("Idempotency-Key"):
        # A key is good for one request.
        case.headers["Idempotency-Key"] = f"{next(_numbers)} {case.headers['Idempotency-Key']}"[:255]
    if case.query and case.query.get("cursor"):
        del case.query["cursor"]
    if "entityId" in case.path_parameters:
        case.path_parameters["entityId"] = _entity(case.path_parameters["entityId"])
    path = case.operation.path
    if path.startswith("/v6/messages/{id}/reactions"):
        # A message has 50 different emojis at most, and what is deleted keeps those that it has.
        case.path_parameters["id"] = THERE["message"]
    if path in _BODIES and case.body.__class__ in (dict, list):
        case.body = _BODIES[path](case.body)


def _token(form: Json) -> Json:
    return {**form, "userId": THERE["user"]} if "userId" in form else form


def _query(question: Json) -> Json:
    return {**question, "cursor": None}


def _reaction(reaction: Json) -> Json:
    return {**reaction, "emojiCode": reaction["emojiCode"][:1]}


def _items(item: Callable[[Json], Json]) -> Callable[[Any], Any]:
    def named(body: Any) -> Any:
        if isinstance(body, list):
            return [item(one) for one in body]
        return {**body, "data": [item(one) for one in body["data"]]}

    return named


def _conversation(item: Json) -> Json:
    named = {**item}
    if "id" in item:
        # Once it is about something a conversation stays with that, and one that was deleted is spoken in no more.
        named |= {"id": THERE["conversation"], "attachedEntityId": None, "status": "ACTIVE"}
    elif item.get("attachedEntityId"):
        named["attachedEntityId"] = _entity(item["attachedEntityId"])
    if isinstance(item.get("message"), dict):
        named["message"] = _with_file(item["message"])
    return named


def _message(item: Json) -> Json:
    return _with_file({**item, "conversationId": THERE["conversation"]})


def _with_file(message: Json) -> Json:
    return {**message, "attachmentIds": [THERE["file"]]} if message.get("attachmentIds") else message


def _upload(form: Json) -> Json:
    return {**form, "data": _described(form["data"])}


def _upload_for_entity(form: Json) -> Json:
    return {**form, "data": {**_described(form["data"]), "entityId": None}}  # which may be but the path's


def _file(item: Json) -> Json:
    return {**_described(item), "id": THERE["file"]}


def _described(file: Json) -> Json:
    named = {**file}
    if file.get("entityId"):
        named["entityId"] = _entity(file["entityId"])
    if file.get("customData"):
        named["customData"] = _kept(file["customData"])
    return named


def _kept(given: Any) -> Any:
    """Free-form JSON without NUL characters and integers past 64 bits, of which its schema says nothing."""
    if isinstance(given, dict):
        return {_kept(name): _kept(value) for name, value in given.items()}
    if isinstance(given, list):
        return [_kept(value) for value in given]
    if isinstance(given, str):
        return given.replace("\x00", "")
    return min(max(given, -_LARGEST), _LARGEST) if type(given) is int else given


def _company(item: Json) -> Json:
    named = {**item}
    if item.get("id") is not None:
        named["id"] = THERE["company"]
    if item.get("apiCompanyId"):
        named["apiCompanyId"] = _unique(item["apiCompanyId"], 255)
    if item.get("owners"):
        named["owners"] = [_person(owner) for owner in item["owners"]]
    return named


def _bookkeeper(item: Json) -> Json:
    """A bookkeeper's `userId` stays as it is."""
    named = _person(item)
    if "id" in item:
        named |= {"id": THERE["bookkeeper"], "userId": None}
    if item.get("companyIds"):
        named["companyIds"] = [THERE["company"]]
    return named


def _person(person: Json) -> Json:
    """An e-mail address is one person's, whichever way its letters are written."""
    named = {**person}
    if person.get("userId"):
        named["userId"] = _unique(person["userId"], 255)
    if person.get("email"):
        named["email"] = _unique(person["email"], 320) if len(person["email"]) < 300 else _unique("@example.com", 320)
    return named


def _unique(text: str, longest: int) -> str:
    return f"{next(_numbers)}.{text}"[:longest]


def _entity(entity: str) -> str:
    """A company that is named has to be there."""
    return f"x{entity}"[:255] if entity.startswith("co_") else entity


_BODIES: dict[str, Callable[[Any], Any]] = {
    "/v6/auth/token": _token,
    "/v6/conversations": _items(_conversation),
    "/v6/conversations/query": _query,
    "/v6/messages": _items(_message),
    "/v6/messages/{id}/reactions": _reaction,
    "/v6/files/upload": _upload,
    "/v6/files/upload/{entityId}": _upload_for_entity,
    "/v6/files": _items(_file),
    "/v6/files/query": _query,
    "/v6/company": _company,
    "/v6/company/query": _query,
    "/v6/bookkeepers": _items(_bookkeeper),
    "/v6/bookkeepers/query": _query,
}
