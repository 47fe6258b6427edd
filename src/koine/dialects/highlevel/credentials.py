"""Giving a location its private integration token."""

from __future__ import annotations

from collections.abc import Sequence

from koine.core.actor import Actor
from koine.core.tokens import secrets, tokens
from koine.core.tokens.tokens import Grant, Issued
from koine.dialects.highlevel import scopes as known
from koine.postgres.database import Tx


async def issue(tx: Tx, by: Actor, workspace_id: int, *, name: str = "", scopes: Sequence[str] = known.ALL) -> Issued:
    """A token of one workspace; its secret starts with `pit-`, as clients expect."""
    return await _issue(tx, by, [workspace_id], name, scopes)


async def issue_of_agency(tx: Tx, by: Actor, *, name: str = "", scopes: Sequence[str] = known.OF_APPS) -> Issued:
    """A token of the agency, which opens none of its locations."""
    return await _issue(tx, by, [], name, scopes)


async def _issue(tx: Tx, by: Actor, workspaces: Sequence[int], name: str, scopes: Sequence[str]) -> Issued:
    permissions = known.permissions(scopes) if workspaces else frozenset()
    grant = Grant("highlevel", "key", name, workspaces=workspaces, permissions=permissions, scopes=scopes)
    return await tokens.create(tx, by, grant, secret=secrets.new("pit-"))
