"""Saved views: a question asked of all conversations, kept under a name, for oneself or for the whole workspace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from koine.core.actor import Actor
from koine.core.conversations.queued import Asked, Filters, Sort
from koine.postgres.database import Tx


@dataclass(frozen=True, slots=True)
class View:
    """`shared`: everybody in the workspace has it; else it is `owner_id`'s alone. `place` is its place in the rail."""

    workspace_id: int
    id: int
    uuid: UUID
    owner_id: int
    name: str
    shared: bool
    filters: Filters
    sort: Sort
    place: int

    @property
    def asked(self) -> Asked:
        """The list that it stands for."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Described:
    """A view as somebody describes it. `filters` as a form or a program says them: see `filters.read`."""

    name: str
    filters: Mapping[str, Any]
    sort: Sort = "newest"
    shared: bool = False
    place: int = 0


async def of_workspace(tx: Tx, by: Actor, workspace_id: int) -> list[View]:
    """The actor's own views and those that are shared, in the order of the rail."""
    raise NotImplementedError


async def find(tx: Tx, by: Actor, workspace_id: int, id: int) -> View:
    """Raises ViewNotFound when there is none, or it is somebody else's."""
    raise NotImplementedError


async def create(tx: Tx, by: Actor, workspace_id: int, described: Described) -> View:
    """Keep a question. Shared ones need `conversations:read_all`. Raises PermissionMissing and Invalid."""
    raise NotImplementedError


async def update(tx: Tx, by: Actor, view: View, described: Described) -> View:
    """Ask otherwise, or call it otherwise. Raises as create does, and PermissionMissing for somebody else's."""
    raise NotImplementedError


async def delete(tx: Tx, by: Actor, view: View) -> None:
    """Keep it no longer. Raises PermissionMissing for somebody else's."""
    raise NotImplementedError


async def reorder(tx: Tx, by: Actor, workspace_id: int, ids: Sequence[int]) -> None:
    """Put the actor's own views into this order."""
    raise NotImplementedError
