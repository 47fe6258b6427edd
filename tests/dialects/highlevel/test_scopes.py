"""The table of operations: nothing is served without a line in it, and it says what the vendor's files say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from koine.dialects.highlevel import operations, scopes
from koine.dialects.highlevel.operations import OPERATIONS
from koine.dialects.highlevel.routes import ROUTES

SPECIFICATIONS = ("highlevel-conversations.openapi.json", "highlevel-conversations-v3.openapi.json")
METHODS = ("get", "post", "put", "delete")

# The older file declares no scope where the newer one does; the newer one is asked for in every version.
UNDECLARED_IN_V2 = {
    "GET /conversations/messages/email/{id}",
    "DELETE /conversations/messages/email/{emailMessageId}/schedule",
}


@pytest.mark.parametrize(
    "route",
    [route for route in ROUTES if route.access != "open"],
    ids=lambda route: f"{route.method} {route.path}",
)
def test_every_route_that_asks_for_a_token_is_in_the_table(route: Any) -> None:
    needed = operations.needed(route.method, route.path)
    assert needed.scope is None or needed.scope in scopes.OF_APPS


def test_what_is_not_in_the_table_is_not_served() -> None:
    with pytest.raises(LookupError):
        operations.needed("GET", "/conversations/secrets/of/others")


@pytest.mark.parametrize("name", SPECIFICATIONS)
def test_the_table_asks_for_the_scope_that_the_vendor_declares(contracts: Path, name: str) -> None:
    declared = dict(_declared(json.loads((contracts / name).read_text())))
    assert declared
    for operation, scope in declared.items():
        if scope is None and operation in UNDECLARED_IN_V2:
            continue
        assert operations.needed(*operation.split(" ", 1)).scope == scope, operation


def test_every_scope_that_an_operation_needs_can_be_granted_and_is_explained() -> None:
    asked = {needed.scope for needed in OPERATIONS.values() if needed.scope is not None}
    assert asked == set(scopes.OF_APPS) == set(scopes.SAYS)


def test_the_scopes_of_agencies_allow_nothing_within_a_location() -> None:
    assert scopes.permissions(scopes.OF_AGENCIES) == frozenset()
    assert {OPERATIONS[key].whose for key in OPERATIONS if "/oauth/" in key} == {"company"}
    assert {OPERATIONS[key].whose for key in OPERATIONS if "/oauth/" not in key} == {"location"}


def _declared(specification: dict[str, Any]) -> Any:
    """Each operation of a file, with the one scope that it declares."""
    for path, methods in specification["paths"].items():
        for method in METHODS:
            if method in methods:
                security = methods[method].get("security") or [{}]
                found = {scope for scheme in security for scopes in scheme.values() for scope in scopes}
                assert len(found) <= 1
                yield f"{method.upper()} {path}", next(iter(found), None)
