"""Request bodies: how they are read, and the kinds of field that they share."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from koine.dialects import reading
from koine.dialects.call import Call
from koine.dialects.edge import WrongMediaType
from koine.dialects.reading import Text

_INT64 = range(-(2**63), 2**63)


class Shape(BaseModel):
    """A JSON object; properties that nobody asked for are passed over."""

    model_config = ConfigDict(strict=True, alias_generator=to_camel)


Model = TypeVar("Model", bound=Shape)


def read(call: Call, model: type[Model]) -> Model:
    """The body as a model; none is an empty object. Raises WrongMediaType, Unreadable, and Invalid."""
    media = (call.header("content-type") or "").partition(";")[0].strip().lower()
    if media and media != "application/json" and not media.endswith("+json"):
        raise WrongMediaType
    return reading.read(model, call.body or b"{}")


def time(at: datetime) -> str:
    """UTC with milliseconds."""
    return at.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def _storable(value: Any) -> Any:
    """Refuse what PostgreSQL's JSON cannot hold. How deep it is has been looked at already."""
    if isinstance(value, str):
        reading.storable(value)
    elif isinstance(value, int):
        _known_number(value in _INT64)
    elif isinstance(value, float):
        _known_number(math.isfinite(value))
    elif isinstance(value, list):
        for item in value:
            _storable(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            reading.storable(key)
            _storable(item)
    return value


def _known_number(storable: bool) -> None:
    if not storable:
        raise PydanticCustomError("unstorable", "is no number that can be stored")


# class-validator's IsNotEmpty: white space is something.
Id = Annotated[Text, Field(min_length=1)]
Json = Annotated[Any, AfterValidator(_storable)]
