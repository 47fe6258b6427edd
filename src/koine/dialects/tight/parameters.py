"""What a list's query string asks for (contracts/tight.md §7.3)."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, ValidationError
from pydantic_core import PydanticCustomError

from koine.core.errors import Invalid
from koine.dialects import reading
from koine.dialects.call import Call
from koine.dialects.tight import fields, paging

_WHOLE = re.compile(r"-?[0-9]{1,18}", re.ASCII)
_DIGITS = re.compile(r"-?[0-9]+", re.ASCII)
_TOO_LARGE = 2**63


def _single(given: list[str]) -> str:
    if len(given) > 1:
        raise PydanticCustomError("not_allowed", "is given twice")
    return given[0]


def _whole(text: Any) -> int:
    if _WHOLE.fullmatch(text):
        return int(text)
    if _DIGITS.fullmatch(text):
        return _TOO_LARGE
    raise PydanticCustomError("malformed", "is no whole number")


class Parameters(fields.Shape):
    """Where in a list, and how much of it."""

    cursor: Annotated[paging.GivenCursor, BeforeValidator(_single)] | None = None
    limit: Annotated[paging.Limit, BeforeValidator(_whole), BeforeValidator(_single)] | None = None


def read(call: Call) -> Parameters:
    """The parameters; an empty one counts as absent. Raises Invalid with every problem at once."""
    try:
        given = call.query
    except ValueError:
        raise Invalid from None
    present = {name: values for name, values in given.items() if values != [""]}
    try:
        return Parameters.model_validate(present)
    except ValidationError as error:
        raise reading.refusal(error) from None
