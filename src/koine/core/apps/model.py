"""What an app is, and what a person let it do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

# workspace: a person lets it into one; account: into all that they administer
Audience = Literal["workspace", "account"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """An app as it is to be registered. `scopes` are in the words of its dialect."""

    dialect: str
    name: str
    redirect_uris: Sequence[str]
    scopes: Sequence[str]
    audience: Audience = "workspace"


@dataclass(frozen=True, slots=True)
class App:
    """A registered app. `id` is that of its client among the tokens, `public_id` what strangers call it (24 hexadecimal
    digits), and `client_id` what it calls itself when it shows its secret.
    """

    id: int
    account_id: int
    account_uuid: UUID
    public_id: str
    client_id: str
    dialect: str
    name: str
    audience: Audience
    redirect_uris: Sequence[str]
    scopes: Sequence[str]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Registered:
    """A new app with its secret, which is shown this once."""

    app: App
    secret: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What an app asks a person for, as it came with them. `challenge`: RFC 7636, S256."""

    redirect_uri: str
    scopes: Sequence[str]
    challenge: str | None = None


@dataclass(frozen=True, slots=True)
class Authorization:
    """That a person let an app into workspaces. `user` is what strangers call the person."""

    id: int
    app_id: int
    user_id: int
    user: UUID
    workspaces: Sequence[int]
    scopes: Sequence[str]
    redirect_uri: str
    challenge: str | None


@dataclass(frozen=True, slots=True)
class Installation:
    """An app at work in a workspace, since a person let it in."""

    workspace_id: int
    workspace: UUID
    name: str
    user: UUID
    scopes: Sequence[str]
    installed_at: datetime
