"""Entries of the audit trail (contracts/tight.md §12)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from koine.dialects.tight import ids
from koine.dialects.tight.shapes.envelope import Answered


class EntryCompany(Answered):
    """The company that it happened in."""

    id: str = Field(pattern=ids.COMPANY)
    api_company_id: str | None


class Editor(Answered):
    """Who did it; nulls for an app."""

    id: str | None = Field(json_schema_extra={"pattern": ids.EDITOR})
    user_id: str | None
    email: str | None


class Revision(Answered):
    """A member, and its value before and after."""

    field: str
    before: Any
    after: Any


class Entry(Answered):
    """Something that was done to one thing."""

    id: str = Field(pattern=ids.ENTRY)
    company: EntryCompany | None = Field(description="Null for what is in no company, as a bookkeeper.")
    editor: Editor
    action: Literal["CREATED", "UPDATED", "DELETED", "RESTORED"]
    datetime: datetime
    revisions: list[Revision]
