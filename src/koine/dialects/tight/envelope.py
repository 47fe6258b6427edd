"""The envelope that every answer but the token comes in (contracts/tight.md §4.1, §4.5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from koine.dialects.call import Answer
from koine.dialects.tight import inferred

Result = dict[str, Any]  # what became of one item of a batch
Error = dict[str, Any]


def one(data: Mapping[str, Any], **beside: Any) -> Answer:
    """The answer to a get, with what else stands at its top."""
    return Answer(200, {"result": "SUCCESS", "data": data, "error": [], **beside})


def page(data: Sequence[Mapping[str, Any]], cursor: Mapping[str, str | None]) -> Answer:
    """The answer to a list; the guide shows the empty `error` that the reference leaves out (§13)."""
    return Answer(200, {"result": "SUCCESS", "data": data, "cursor": cursor, "error": []})


def succeeded(data: Mapping[str, Any]) -> Result:
    """An item that was saved."""
    return {"result": "SUCCESS", "statusCode": 200, "data": data, "error": []}


def failed(status: int, errors: Sequence[Error]) -> Result:
    """An item that was not saved."""
    return {"result": "FAILURE", "statusCode": status, "data": None, "error": errors}


def batch(results: Sequence[Result]) -> Answer:
    """All saved: 200. Some: 207, with the errors in their items. None: 400, with the errors at the top as well."""
    bad = [result for result in results if result["result"] == "FAILURE"]
    if not bad:
        return Answer(200, {"result": "SUCCESS", "data": results, "error": []})
    if len(bad) < len(results):
        return Answer(207, {"result": inferred.PARTLY_SAVED, "data": results, "error": []})
    return Answer(400, {"result": "FAILURE", "data": results, "error": [e for result in bad for e in result["error"]]})


def failure(status: int, errors: Sequence[Error], headers: Mapping[str, str]) -> Answer:
    """A request that came to nothing."""
    return Answer(status, {"result": "FAILURE", "data": None, "error": errors}, headers)
