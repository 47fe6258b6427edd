"""The envelope, its errors, and what stands in it in general (contracts/tight.md §4)."""

from __future__ import annotations

from typing import Annotated, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, RootModel
from pydantic.alias_generators import to_camel

from koine.dialects.tight import inferred

Data = TypeVar("Data")

# How many items a batch has.
Some = Field(min_length=1, max_length=inferred.MAX_BATCH)
Status = Literal[*inferred.STATUSES]  # type: ignore[valid-type]


class Answered(BaseModel):
    """Something that is answered: nothing is in it that is not declared."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid")


class Error(Answered):
    """One thing that is wrong (§4.2)."""

    type: Literal[
        "UNKNOWN_ERROR",
        "EXPIRED_TOKEN",
        "INVALID_TOKEN",
        "BAD_REQUEST",
        "JSON_ERROR",
        "DUPLICATE",
        "REQUIRED",
        "INVALID_VALUE",
        "NOT_MODIFIABLE",
        "INVALID_FORMAT",
    ]
    message: str = Field(description="For people; not to be parsed.")
    param: str | None = Field(description="The field at fault, by its dotted path.")


NoErrors = Annotated[list[Error], Field(max_length=0)]
Errors = Annotated[list[Error], Field(min_length=1)]


class Failure(Answered):
    """A request that came to nothing."""

    result: Literal["FAILURE"]
    data: None
    error: Errors


class Found(Answered, Generic[Data]):
    """The answer to a get."""

    result: Literal["SUCCESS"]
    data: Data
    error: NoErrors


class Cursors(Answered):
    """The way on and the way back: each is passed as `cursor`, and null where there is none."""

    after: str | None
    before: str | None


class Page(Answered, Generic[Data]):
    """The answer to a list."""

    result: Literal["SUCCESS"]
    data: list[Data] = Field(max_length=inferred.MAX_PAGE)
    cursor: Cursors
    error: NoErrors


class Done(Answered, Generic[Data]):
    """An item that was saved."""

    result: Literal["SUCCESS"]
    status_code: Literal[200]
    data: Data
    error: NoErrors


class NotDone(Answered):
    """An item that was not saved, and all that is wrong with it."""

    result: Literal["FAILURE"]
    status_code: Literal[400, 403, 404]
    data: None
    error: Errors


class AllSaved(Answered, Generic[Data]):
    """A batch of which every item was saved, in the order of the request."""

    result: Literal["SUCCESS"]
    data: list[Done[Data]] = Field(min_length=1, max_length=inferred.MAX_BATCH)
    error: NoErrors


class SomeSaved(Answered, Generic[Data]):
    """A batch of which some items were saved: the errors are in the others."""

    result: Literal[inferred.PARTLY_SAVED]  # type: ignore[valid-type]
    data: list[Done[Data] | NotDone] = Field(min_length=2, max_length=inferred.MAX_BATCH)
    error: NoErrors


class NoneSaved(Answered):
    """A batch of which no item was saved: their errors are in them, and all together at the end."""

    result: Literal["FAILURE"]
    data: list[NotDone] = Field(min_length=1, max_length=inferred.MAX_BATCH)
    error: Errors


class NotSaved(RootModel[NoneSaved | Failure]):
    """A save that came to nothing: by its items, or as a request."""
