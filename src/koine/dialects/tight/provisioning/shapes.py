"""What saves of companies and bookkeepers hold (contracts/tight.md §12)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from koine.dialects.reading import FilledText, Text, storable
from koine.dialects.tight import fields, ids, inferred

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_LARGEST = 2**63 - 1

# For the document: what the functions below take, and none of it null.
_NULL = {"type": "null"}
_EMAIL_WRITTEN = rf"^[^@\u0000{fields.SPACES}]+@[^@\u0000{fields.SPACES}]+$"


def _up_to(longest: int) -> dict[str, Any]:
    return {"type": "string", "maxLength": longest, "pattern": fields.STORABLE}


_TYPE_ID = [{"type": "integer", "minimum": -_LARGEST, "maximum": _LARGEST}, _up_to(inferred.MAX_NAME)]
_ADDRESS = [
    _up_to(inferred.MAX_ADDRESS),
    {
        "type": "object",
        "maxProperties": inferred.MAX_ADDRESS_MEMBERS,
        "propertyNames": {"maxLength": inferred.MAX_WORD, "pattern": fields.STORABLE},
        "additionalProperties": {"anyOf": [_up_to(inferred.MAX_NAME), _NULL]},
    },
]


def _is_email(text: str) -> str:
    if not _EMAIL.fullmatch(text):
        raise PydanticCustomError("malformed", "is no e-mail address")
    return text


def _number_or_text(given: Any) -> Any:
    """The sample does not tell of which of the two kinds the id is."""
    given = fields.whole(given)
    if isinstance(given, bool) or not isinstance(given, int | str):
        raise PydanticCustomError("wrong_type", "is neither a number nor text")
    if isinstance(given, int):
        if not -_LARGEST <= given <= _LARGEST:
            raise PydanticCustomError("not_allowed", "is too large")
        return given
    return _short(given, inferred.MAX_NAME)


def _address(given: Any) -> Any:
    """One text, or an object whose members are texts or null."""
    if isinstance(given, str):
        return _short(given, inferred.MAX_ADDRESS)
    if not isinstance(given, dict):
        raise PydanticCustomError("wrong_type", "is neither an object nor text")
    if len(given) > inferred.MAX_ADDRESS_MEMBERS:
        raise PydanticCustomError("too_long", "has too many members", {"max_length": inferred.MAX_ADDRESS_MEMBERS})
    for name, value in given.items():
        _short(name, inferred.MAX_WORD)
        if value is not None and not isinstance(value, str):
            raise PydanticCustomError("wrong_type", "has a member that is no text")
        _short(value or "", inferred.MAX_NAME)
    return given


def _short(text: str, longest: int) -> str:
    if len(text) > longest:
        raise PydanticCustomError("string_too_long", "is too long", {"max_length": longest})
    return storable(text)


def _differ(owners: list[Owner]) -> list[Owner]:
    if len({owner.user_id for owner in owners}) < len(owners):
        raise PydanticCustomError("not_allowed", "names somebody twice")
    return owners


def _or_null(check: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda given: None if given is None else check(given)


Name = Annotated[FilledText, Field(max_length=inferred.MAX_NAME, json_schema_extra={"pattern": fields.FILLED})]
Word = Annotated[FilledText, Field(max_length=inferred.MAX_WORD, json_schema_extra={"pattern": fields.FILLED})]
Email = Annotated[
    FilledText,
    Field(max_length=inferred.MAX_EMAIL, json_schema_extra={"pattern": _EMAIL_WRITTEN}),
    AfterValidator(_is_email),
]
FirstName = Annotated[Text, Field(max_length=inferred.MAX_NAME, json_schema_extra={"pattern": fields.STORABLE})]
Address = Annotated[Any, AfterValidator(_address), WithJsonSchema({"anyOf": _ADDRESS})]
AddressOrNull = Annotated[Any, AfterValidator(_or_null(_address)), WithJsonSchema({"anyOf": [*_ADDRESS, _NULL]})]
TypeId = Annotated[Any, AfterValidator(_number_or_text), WithJsonSchema({"anyOf": _TYPE_ID})]
TypeIdOrNull = Annotated[Any, AfterValidator(_or_null(_number_or_text)), WithJsonSchema({"anyOf": [*_TYPE_ID, _NULL]})]
Features = Annotated[list[Annotated[Word, fields.Element]], Field(max_length=inferred.MAX_FEATURES)]
_CompanyId = Annotated[Text, Field(max_length=inferred.MAX_NAME, json_schema_extra={"pattern": ids.COMPANY})]
CompanyIds = Annotated[list[Annotated[_CompanyId, fields.Element]], Field(max_length=inferred.MAX_COMPANIES)]
Role = Annotated[str, fields.OneOf(*inferred.ROLES)]


class Owner(fields.Shape):
    """Somebody who owns a company: known by the partner's own id of them. Null is as good as nothing."""

    user_id: Name
    email: Email
    first_name: FirstName | None = None
    last_name: FirstName | None = None
    language: Word | None = None


Owners = Annotated[list[Owner], Field(min_length=1, max_length=inferred.MAX_OWNERS), AfterValidator(_differ)]


class NewCompany(fields.Shape):
    """A company without an id; null is no value here, as in a new conversation (§6.2)."""

    model_config = ConfigDict(json_schema_extra=fields.without_id)

    id: fields.NotGiven = None
    name: Name
    entity_type: Word
    owners: Owners
    api_company_id: Annotated[Name | None, fields.NotNull] = None
    address: Annotated[Address, fields.NotNull] = None
    accounting_method: Annotated[Word | None, fields.NotNull] = None
    business_type_id: Annotated[TypeId, fields.NotNull] = None
    available_features: Annotated[Features | None, fields.NotNull] = None
    status: Annotated[fields.Status, fields.NotNull] = "ACTIVE"


class ChangedCompany(fields.Shape):
    """A company with an id: only what is given changes, and null changes nothing."""

    id: fields.CompanyId
    name: Name | None = None
    entity_type: Word | None = None
    owners: Owners | None = None
    api_company_id: Name | None = None
    address: AddressOrNull = None
    accounting_method: Word | None = None
    business_type_id: TypeIdOrNull = None
    available_features: Features | None = None
    status: fields.Status | None = None


class NewBookkeeper(fields.Shape):
    """A bookkeeper without an id. Without `companyIds`, or where they are null, it is every company."""

    model_config = ConfigDict(json_schema_extra=fields.without_id)

    id: fields.NotGiven = None
    user_id: Name
    email: Email
    first_name: Annotated[FirstName | None, fields.NotNull] = None
    last_name: Annotated[FirstName | None, fields.NotNull] = None
    role: Annotated[Role, fields.NotNull] = "ACCOUNTANT"
    status: Annotated[fields.Status, fields.NotNull] = "ACTIVE"
    company_ids: CompanyIds | None = None


class ChangedBookkeeper(fields.Shape):
    """A bookkeeper with an id: only what is given changes, and null changes nothing but `companyIds`: to all."""

    id: fields.BookkeeperId
    user_id: Name | None = None
    email: Email | None = None
    first_name: FirstName | None = None
    last_name: FirstName | None = None
    role: Role | None = None
    status: fields.Status | None = None
    company_ids: CompanyIds | None = None


def company_model(given: Mapping[str, Any]) -> type[NewCompany] | type[ChangedCompany]:
    """What a save means to do: an id selects what is to be changed."""
    return NewCompany if given.get("id") is None else ChangedCompany


def bookkeeper_model(given: Mapping[str, Any]) -> type[NewBookkeeper] | type[ChangedBookkeeper]:
    """What an item means to do."""
    return NewBookkeeper if given.get("id") is None else ChangedBookkeeper
