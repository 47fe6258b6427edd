"""The kinds of values that requests hold, each with its limits (contracts/tight.md §5, §6.2, §7.2).

What a validator of ours refuses is said to the OpenAPI document beside it: `Field(json_schema_extra=...)`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any, NoReturn

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ValidationInfo,
)
from pydantic.alias_generators import to_camel
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from koine.dialects.reading import FilledText, Text, not_blank, storable
from koine.dialects.tight import ids, inferred

_EMOJI = re.compile(inferred.EMOJI, re.ASCII)


class Shape(BaseModel):
    """Something that a request holds: exact types, names in camel case, and unknown members ignored."""

    model_config = ConfigDict(strict=True, alias_generator=to_camel)


class OneOf:
    """Refuses every other word. Not a Literal, to which a number would be just another wrong word."""

    def __init__(self, *words: str) -> None:
        self._words = words

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return handler(core) | {"enum": list(self._words)}

    def _check(self, word: str) -> str:
        if word not in self._words:
            raise PydanticCustomError("not_allowed", "is none of the possible values")
        return word


def words_or_files(schema: dict[str, Any]) -> None:
    """What `_said` asks of a message, for the document; there the files stand after the text, as in the contract."""
    members = schema["properties"]
    members["attachmentIds"] = members.pop("attachmentIds")
    members["text"].pop("default", None)
    schema["anyOf"] = [
        {"required": ["text"], "properties": {"text": {"type": "string", "pattern": FILLED}}},
        {"required": ["attachmentIds"], "properties": {"attachmentIds": {"type": "array", "minItems": 1}}},
    ]


def without_id(schema: dict[str, Any]) -> None:
    """An id may not even be null here; and what may not be null is not null by being left out."""
    schema["properties"].pop("id", None)
    for says in schema["properties"].values():
        if says.get("default", 0) is None:
            del says["default"]
    schema["not"] = {"required": ["id"]}


def whole(given: Any) -> Any:
    """To JSON 16.0 is the same number as 16."""
    return int(given) if isinstance(given, float) and given.is_integer() else given


def no_null(kind: str) -> Callable[[Any], Any]:
    """Refuse null as something else than a field that is missing."""

    def check(given: Any) -> Any:
        if given is None:
            raise PydanticCustomError(kind, "may not be null")
        return given

    return check


class _NotNull:
    """Refuses null, also where the type would have it for what is left out."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(no_null("not_allowed"), handler(source))

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        schema = handler(core)
        choices = [one for one in schema.pop("anyOf", []) if one != {"type": "null"}]
        return schema | (choices[0] if len(choices) == 1 else {"anyOf": choices} if choices else {})


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


# Regular expressions that mean the same to all who read JSON Schema. White space is what `str.isspace` takes for it.
SPACES = r"\u0009-\u000d\u001c-\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
STORABLE = r"^[^\u0000]*$"
FILLED = rf"^[^\u0000]*[^\u0000{SPACES}][^\u0000]*$"

Id = Annotated[Text, Field(json_schema_extra={"pattern": ids.CONVERSATION})]
NamedId = Annotated[FilledText, Field(json_schema_extra={"pattern": ids.CONVERSATION})]
FileId = Annotated[FilledText, Field(json_schema_extra={"pattern": ids.FILE})]
CompanyId = Annotated[Text, Field(json_schema_extra={"pattern": ids.COMPANY})]
BookkeeperId = Annotated[Text, Field(json_schema_extra={"pattern": ids.BOOKKEEPER})]
Subject = Annotated[
    str,
    Field(max_length=inferred.MAX_SUBJECT, json_schema_extra={"pattern": FILLED}),
    AfterValidator(storable),
    AfterValidator(not_blank),
]
Words = Annotated[
    str, Field(max_length=inferred.MAX_TEXT, json_schema_extra={"pattern": STORABLE}), AfterValidator(storable)
]
SaidText = Annotated[Words, AfterValidator(_said)]
SaidTextOrNull = Annotated[Words | None, AfterValidator(_said)]
Entity = Annotated[str, Field(max_length=inferred.MAX_ENTITY, pattern=inferred.ENTITY)]
EmojiCode = Annotated[
    str,
    Field(max_length=inferred.MAX_EMOJI, json_schema_extra={"minLength": 1, "pattern": f"^{inferred.EMOJI}$"}),
    AfterValidator(not_blank),
    AfterValidator(_emoji),
]
Status = Annotated[str, OneOf(*inferred.STATUSES)]
ReadStatus = Annotated[str, OneOf(*inferred.READ_STATES)]
ResolutionStatus = Annotated[str, OneOf(*inferred.RESOLUTIONS)]

# A field that may be left out, and is wrong when it is null; an element of a list, of which null is no kind.
NotNull = _NotNull()
Element = BeforeValidator(no_null("malformed"))
AttachmentIds = Annotated[
    list[Annotated[Text, Element, Field(json_schema_extra={"pattern": ids.FILE})]],
    Field(max_length=inferred.MAX_ATTACHMENTS, json_schema_extra={"uniqueItems": True}),
    AfterValidator(_distinct),
]

NotGiven = Annotated[Any, AfterValidator(_refuse("not_allowed"))]
Fixed = Annotated[Any, AfterValidator(_refuse("unchangeable"))]
