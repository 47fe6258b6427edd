"""What a saved view is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from koine.core.conversations.queued import Asked, Filters, Queue, Sort


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
        return Asked(Queue("all"), self.filters, self.sort)


@dataclass(frozen=True, slots=True)
class Described:
    """A view as somebody describes it. `filters` are as JSON has them: see `filters.read`."""

    name: str
    filters: Mapping[str, Any]
    sort: Sort = "newest"
    shared: bool = False
    place: int = 0
