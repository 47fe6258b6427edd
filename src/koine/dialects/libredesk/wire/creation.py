"""The request that creates a conversation (contracts/libredesk.md §2.5.1)."""

from __future__ import annotations

import math
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from koine.dialects.reading import Text, storable

_INT64 = 2**63


def _storable_inside(value: Any) -> Any:
    """Free-form JSON as PostgreSQL can hold it, and as it reads back unchanged."""
    match value:
        case str():
            storable(value)
        case int() if not -_INT64 <= value < _INT64:
            raise PydanticCustomError("not_allowed", "holds a number that is too large")
        case float() if not math.isfinite(value):
            raise PydanticCustomError("malformed", "holds a number that is none")
        case list():
            for item in value:
                _storable_inside(item)
        case dict():
            for key, item in value.items():
                storable(key)
                _storable_inside(item)
    return value


Number = Annotated[int, Field(ge=-_INT64, le=_INT64 - 1)]
Attributes = Annotated[dict[str, Any], AfterValidator(_storable_inside)]
# External ids are indexed, and an index entry has its limit.
ExternalId = Annotated[Text, StringConstraints(max_length=255)]


class Creation(BaseModel):
    """All fields may be absent or null as far as the decoder goes; which of them are needed, the checks say."""

    model_config = ConfigDict(strict=True)

    inbox_id: Number | None = None
    contact_email: Text | None = None
    first_name: Text | None = None
    last_name: Text | None = None
    external_user_id: ExternalId | None = None
    subject: Text | None = None
    content: Text | None = None
    initiator: Text | None = None
    agent_id: Number | None = None
    team_id: Number | None = None
    attachments: list[Number] | None = None
    custom_attributes: Attributes | None = None

    @property
    def address(self) -> str:
        """The contact's address, trimmed and in lower case."""
        return (self.contact_email or "").strip().lower()

    @property
    def assignee_id(self) -> int | None:
        """The agent to assign, if any: only positive ids count."""
        return self.agent_id if self.agent_id and self.agent_id > 0 else None

    @property
    def assigned_team_id(self) -> int | None:
        """The team to assign, if any: only positive ids count."""
        return self.team_id if self.team_id and self.team_id > 0 else None
