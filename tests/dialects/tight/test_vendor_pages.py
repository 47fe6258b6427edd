"""The OpenAPI document has the members of the vendor's pages: the same names in the same order, of the same types."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.dialects.tight import documented, vendor_pages
from tests.dialects.tight.speaking import Json

OPERATIONS = {
    "save_conversations": "/v6/conversations",
    "save_messages": "/v6/messages",
    "query_conversations": "/v6/conversations/query",
}
OURS = {"request.filter": ["company"], "response": ["error"]}  # beyond the pages, by where; of the query alone
TYPES = {str: "string", int: "integer", type(None): "null"}
PLACEHOLDER = "<string>"
DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:]+Z")
WORD = re.compile(r"[A-Z][A-Z_]+")


@pytest.mark.parametrize("name", OPERATIONS)
def test_the_document_has_the_members_of_a_page(name: str, contracts: Path) -> None:
    request, answer = vendor_pages.read(contracts, name)
    operation = documented.document()["paths"][OPERATIONS[name]]["post"]
    taken = operation["requestBody"]["content"]["application/json"]["schema"]
    given = operation["responses"]["200"]["content"]["application/json"]["schema"]
    assert list(disagreements(taken, request, "request")) == []
    assert list(disagreements(given, answer, "response")) == []


def test_the_page_of_a_query_says_more_of_its_limit(contracts: Path) -> None:
    text = (contracts / "seeds" / vendor_pages.FILES["query_conversations"]).read_text()
    assert "integer<int32>" in text
    assert "Required range: x <= 250" in text
    number, null = documented.document()["components"]["schemas"]["Query"]["properties"]["limit"]["anyOf"]
    assert (number["type"], number["format"], number["maximum"], null) == ("integer", "int32", 250, {"type": "null"})


def test_a_result_is_success_or_failure() -> None:
    for path in ("/v6/conversations", "/v6/messages"):
        responses = documented.document()["paths"][path]["post"]["responses"]
        schemas = [responses[status]["content"]["application/json"]["schema"] for status in ("200", "207", "400")]
        results = {one["properties"]["result"]["const"] for schema in schemas for one in alternatives(schema)}
        assert results == {"SUCCESS", "FAILURE"}


def disagreements(schema: Json, sample: Any, at: str) -> Iterator[str]:
    """Where a schema and a page's sample are not of one kind."""
    if isinstance(sample, dict):
        members = _members(schema)
        if [name for name in members if name not in OURS.get(at, ())] != [*_without_ours(sample, at)]:
            yield f"{at}: {list(members)} instead of {list(sample)}"
        for name in sample.keys() & members.keys():
            yield from disagreements(members[name], sample[name], f"{at}.{name}")
    elif isinstance(sample, list):
        arrays = [one for one in alternatives(schema) if one.get("type") == "array"]
        if not arrays:
            yield f"{at}: no array"
        for element in sample:
            yield from disagreements({"anyOf": [one["items"] for one in arrays]}, element, f"{at}[]")
    else:
        yield from _of_value(list(alternatives(schema)), sample, at)


def _without_ours(sample: Json, at: str) -> list[str]:
    return [name for name in sample if name not in OURS.get(at, ())]


def _of_value(schemas: list[Json], sample: Any, at: str) -> Iterator[str]:
    words = {word for one in schemas for word in one.get("enum", [one["const"]] if "const" in one else [])}
    if TYPES[type(sample)] not in {one.get("type") for one in schemas} and sample not in words:
        yield f"{at}: no {TYPES[type(sample)]}"
    if isinstance(sample, str) and WORD.fullmatch(sample) and sample not in words:
        yield f"{at}: {sample} is none of {sorted(words)}"
    if sample == PLACEHOLDER and words:
        yield f"{at}: only {sorted(words)}"
    if isinstance(sample, str) and bool(DATE_TIME.fullmatch(sample)) != any(
        one.get("format") == "date-time" for one in schemas
    ):
        yield f"{at}: a time in one of them only"


def _members(schema: Json) -> Json:
    """The members of an object, in their order; of several objects those of the one with most, and their schemas."""
    objects = [one["properties"] for one in alternatives(schema) if "properties" in one]
    most = max(objects, key=len, default={})
    assert all([name for name in most if name in one] == list(one) for one in objects)
    return {name: {"anyOf": [one[name] for one in objects if name in one]} for name in most}


def alternatives(schema: Json) -> Iterator[Json]:
    """What a schema may be, without its references."""
    if "$ref" in schema:
        schema = documented.document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if "properties" not in schema and "anyOf" in schema:
        for one in schema["anyOf"]:
            yield from alternatives(one)
    else:
        yield schema


@pytest.mark.parametrize(
    ("schema", "sample"),
    [
        ({"type": "object", "properties": {"a": {}, "b": {}}}, {"b": 1, "a": 1}),
        ({"type": "object", "properties": {"a": {"type": "string"}}}, {"a": 1}),
        ({"type": "object", "properties": {"a": {"type": "string"}}}, {"a": "x", "b": "y"}),
        ({"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}}, {"a": "x"}),
        ({"type": "string", "enum": ["OPEN", "CLOSED"]}, "ACTIVE"),
        ({"type": "string", "enum": ["OPEN"]}, PLACEHOLDER),
        ({"type": "string"}, "2023-11-07T05:31:56Z"),
        ({"type": "string"}, ["x"]),
    ],
)
def test_a_disagreement_is_found(schema: Json, sample: Any) -> None:
    assert list(disagreements(schema, sample, "here"))
