"""Reading request bodies as Libredesk does: JSON when the content type says so, otherwise a form of the same names."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, TypeVar
from urllib.parse import parse_qs

from pydantic import BaseModel, ValidationError

from koine.dialects import reading
from koine.dialects.call import Call
from koine.dialects.edge import Unreadable

_MAX_FIELDS = 1000

Model = TypeVar("Model", bound=BaseModel)


def read(call: Call, model: type[Model], *, lists: Collection[str] = ()) -> Model:
    """The body as a model (contracts/libredesk.md §2.1); `lists` are the fields that a form may give several times.

    Raises Unreadable, or Invalid with every problem. XML, which the product reads, is refused.
    """
    kind = (call.header("content-type") or "").lower()
    if "json" in kind:
        return call.read(model)
    if "xml" in kind:
        raise Unreadable
    try:
        return model.model_validate(_form(call.body, lists), strict=False)
    except ValidationError as error:
        raise reading.refusal(error) from None


def _form(body: bytes, lists: Collection[str]) -> dict[str, Any]:
    """The form's fields; of several values of one name the first, unless a list is wanted."""
    try:
        fields = parse_qs(body.decode(), errors="strict", keep_blank_values=True, max_num_fields=_MAX_FIELDS)
    except ValueError:
        raise Unreadable from None
    return {name: given if name in lists else given[0] for name, given in fields.items()}
