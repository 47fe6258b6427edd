"""Companies, their owners and bookkeepers (contracts/tight.md §12)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field, RootModel

from koine.dialects.tight import ids, inferred
from koine.dialects.tight.provisioning.shapes import ChangedBookkeeper, ChangedCompany, NewBookkeeper, NewCompany
from koine.dialects.tight.shapes.envelope import Answered, Found, Some, Status


class CompanyOwner(Answered):
    """Somebody who owns a company."""

    user_id: str | None
    email: str | None
    first_name: str
    last_name: str
    language: str | None


class Company(Answered):
    """A company, as the partner has described it."""

    id: str = Field(pattern=ids.COMPANY)
    api_company_id: str | None = Field(description="The partner's own id of it.")
    name: str
    entity_type: str | None
    owners: list[CompanyOwner]
    address: str | dict[str, str | None] | None
    accounting_method: str | None
    business_type_id: int | str | None
    available_features: list[str] | None
    status: Status
    created_date_time: datetime
    last_updated_date_time: datetime


class CompanySaved(Found[Company]):
    """The answer to a save of a company."""

    ready_to_launch_url: str = Field(json_schema_extra={"format": "uri"}, description="There is nothing to launch.")


class Bookkeeper(Answered):
    """Who keeps the books of companies."""

    id: str = Field(pattern=ids.BOOKKEEPER)
    user_id: str | None
    email: str | None
    first_name: str
    last_name: str
    role: Literal[*inferred.ROLES]  # type: ignore[valid-type]
    status: Status
    company_ids: list[Annotated[str, Field(pattern=ids.COMPANY)]] | None = Field(description="Null: every company.")
    created_date_time: datetime
    last_updated_date_time: datetime


class SaveCompany(RootModel[NewCompany | ChangedCompany]):
    """A company to create, without an id, or to change, with one."""


_Bookkeepers = Annotated[list[NewBookkeeper | ChangedBookkeeper], Some]


class BookkeeperBatch(BaseModel):
    """Bookkeepers to create, without an id, and to change, with one; in this order, each for itself."""

    data: _Bookkeepers


class SaveBookkeepers(RootModel[BookkeeperBatch | _Bookkeepers]):
    """A bare array is taken for the object with it (§13)."""
