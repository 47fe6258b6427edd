"""The kinds of values that requests hold, each with its limits (contracts/tight.md §5, §6.2, §7.2)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any, NoReturn

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from koine.dialects.reading import FilledText, Text, not_blank, storable
from koine.dialects.tight import ids, inferred

_EMOJI = re.compile(inferred.EMOJI, re.ASCII)


class Shape(BaseModel):
    """Something that a request holds: exact types, names in camel case, and unknown members ignored."""

    model_config = ConfigDict(strict=True, alias_generator=to_camel)


def one_of(*words: str) -> Callable[[str], str]:
    """Refuse every other word. Not a Literal, to which a number would be just another wrong word."""

    def check(word: str) -> str:
        if word not in words:
            raise PydanticCustomError("not_allowed", "is none of the possible values")
        return word

    return check


def no_null(kind: str) -> Callable[[Any], Any]:
    """Refuse null as something else than a field that is missing."""

    def check(given: Any) -> Any:
        if given is None:
            raise PydanticCustomError(kind, "may not be null")
        return given

    return check


def _distinct(ids_given: list[str]) -> list[str]:
    numbers = [ids.read_attachment(id) or id for id in ids_given]
    if len(set(numbers)) != len(numbers):
        raise PydanticCustomError("not_allowed", "names a file twice")
    return ids_given


def _said(text: str | None, info: ValidationInfo) -> str | None:
    """Something must be said, in words or in files; the files stand before the text in every shape."""
    if (not text or text.isspace()) and not info.data.get("attachment_ids"):
        raise PydanticCustomError("blank", "says nothing")
    return text


def _refuse(kind: str) -> Callable[[Any], NoReturn]:
    def refuse(given: Any) -> NoReturn:
        raise PydanticCustomError(kind, "may not be given")

    return refuse


def _emoji(code: str) -> str:
    """Not a pattern of the field's, which would call what is blank malformed."""
    if not _EMOJI.fullmatch(code):
        raise PydanticCustomError("malformed", "is no short name of an emoji")
    return code


Id = Text
NamedId = FilledText
Subject = Annotated[str, Field(max_length=inferred.MAX_SUBJECT), AfterValidator(storable), AfterValidator(not_blank)]
Words = Annotated[str, Field(max_length=inferred.MAX_TEXT), AfterValidator(storable)]
SaidText = Annotated[Words, AfterValidator(_said)]
SaidTextOrNull = Annotated[Words | None, AfterValidator(_said)]
Entity = Annotated[str, Field(max_length=inferred.MAX_ENTITY, pattern=inferred.ENTITY)]
EmojiCode = Annotated[str, Field(max_length=inferred.MAX_EMOJI), AfterValidator(not_blank), AfterValidator(_emoji)]
Status = Annotated[str, AfterValidator(one_of(*inferred.STATUSES))]
ReadStatus = Annotated[str, AfterValidator(one_of(*inferred.READ_STATES))]
ResolutionStatus = Annotated[str, AfterValidator(one_of(*inferred.RESOLUTIONS))]

# A field that may be left out, and is wrong when it is null; an element of a list, of which null is no kind.
NotNull = BeforeValidator(no_null("not_allowed"))
Element = BeforeValidator(no_null("malformed"))
AttachmentIds = Annotated[
    list[Annotated[Text, Element]], Field(max_length=inferred.MAX_ATTACHMENTS), AfterValidator(_distinct)
]

NotGiven = Annotated[Any, AfterValidator(_refuse("not_allowed"))]
Fixed = Annotated[Any, AfterValidator(_refuse("unchangeable"))]
