"""Reading the items of a save: each stands for itself, so a wrong one must not spoil the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from koine.core.errors import Invalid, Problem
from koine.dialects import reading
from koine.dialects.call import Call
from koine.dialects.edge import Unreadable
from koine.dialects.tight import media
from koine.dialects.tight.errors import TooManyItems
from koine.dialects.tight.inferred import MAX_BATCH

Item = TypeVar("Item", bound=BaseModel)
Usual = TypeVar("Usual", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Wrong:
    """An item that cannot be read: what was given, and everything that is wrong with its own values."""

    given: Any
    problems: Sequence[Problem]


class Batch(BaseModel, Generic[Item]):
    """A batch of which every item is right, and of one kind."""

    model_config = ConfigDict(strict=True)

    data: list[Item] = Field(max_length=MAX_BATCH)


def read(
    call: Call, usual: type[Batch[Usual]], each: Callable[[Mapping[str, Any]], type[Item]]
) -> Sequence[Usual | Item | Wrong]:
    """The items in their order. `usual` is what most batches are, read in one go; `each` is the model of an item.

    Raises Unreadable, WrongMediaType and TooManyItems, and Invalid when there is no list of items. A bare array is
    taken for the list (§4.5).
    """
    media.must_be_json(call)
    try:
        items: Sequence[Usual] = call.read(usual).data
    except Unreadable:
        raise
    except Invalid:
        return [_item(given, each) for given in _counted(_listed(reading.plain(call.body)))]
    return _counted(items)


def _listed(body: Any) -> Sequence[Any]:
    if isinstance(body, list):
        return body
    if not isinstance(body, dict):
        raise Invalid(problems=[Problem("wrong_type", ())])
    data = body.get("data")
    if data is None:
        raise Invalid(problems=[Problem("missing", ("data",))])
    if not isinstance(data, list):
        raise Invalid(problems=[Problem("wrong_type", ("data",))])
    return data


_Any = TypeVar("_Any")


def _counted(items: Sequence[_Any]) -> Sequence[_Any]:
    if not items:
        raise Invalid(problems=[Problem("missing", ("data",))])
    if len(items) > MAX_BATCH:
        raise TooManyItems
    return items


def _item(given: Any, each: Callable[[Mapping[str, Any]], type[Item]]) -> Item | Wrong:
    if not isinstance(given, dict):
        return Wrong(given, [Problem("wrong_type", ())])
    try:
        return each(given).model_validate(given)
    except ValidationError as error:
        return Wrong(given, reading.refusal(error).problems)
