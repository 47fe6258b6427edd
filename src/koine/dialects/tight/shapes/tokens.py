"""Access tokens, and what one is asked for (contracts/tight.md §2.2)."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from koine.dialects.tight import fields, inferred, tokens
from koine.dialects.tight.shapes.envelope import Answered


class Token(Answered):
    """An access token (§2.2); not in the envelope."""

    model_config = ConfigDict(alias_generator=None)

    access_token: str = Field(description="Opaque.")
    token_type: Literal["Bearer"]
    expires_in: int = Field(ge=1, description="Seconds.")
    scope: Literal["read", "write"]


def _user_id(schema: dict[str, Any]) -> None:
    del schema["default"]  # which is nobody's
    schema["pattern"] = fields.STORABLE


class TokenForm(BaseModel):
    """What a token is asked for: of a user or, without one, of the partner."""

    grant_type: Literal[*tokens.CHOICES["grant_type"]] = inferred.GRANTS[0]  # type: ignore[valid-type]
    user_id: str = Field("", alias="userId", min_length=1, json_schema_extra=_user_id)
    scope: Literal[*tokens.CHOICES["scope"]] = "write"  # type: ignore[valid-type]
