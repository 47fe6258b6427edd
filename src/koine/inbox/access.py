"""Letting a client in: what each contract calls its secret, and the line by which it is tried."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from koine.core.actor import Actor
from koine.core.workspaces.model import Workspace
from koine.postgres.database import Tx


@dataclass(frozen=True, slots=True)
class Given:
    """A new token as its maker may see it this once: what it consists of, by name, and a line that uses it."""

    token_id: int
    parts: Sequence[tuple[str, str]]
    curl: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A token that can be made for a workspace, in the words of one contract: for whoever makes it, or for an app.

    `issue` takes the transaction, the maker, the workspace, what the token is to be called and where this server is.
    Raises PermissionMissing.
    """

    dialect: str
    title: str
    says: str
    issue: Callable[[Tx, Actor, Workspace, str, str], Awaitable[Given]]
