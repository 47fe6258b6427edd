"""Letting a client in: what each contract calls its secret, and the line by which it is tried."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Literal

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
class Scope:
    """A part of what a token can be let do, as a person reads it."""

    name: str
    says: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A token as it is asked for: what it is called, who it acts as (None: as the contract has it), and what it may do
    (None: all that its contract knows).
    """

    name: str
    user_id: int | None = None
    scopes: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """A token that can be made for a workspace, in the words of one contract.

    It `acts` for an app, for a person, or for either. A `whole` one opens all workspaces of the account. `issue` takes
    the transaction, the maker, the workspace, what is asked for and where this server is. Raises PermissionMissing.
    """

    dialect: str
    title: str
    says: str
    issue: Callable[[Tx, Actor, Workspace, Asked, str], Awaitable[Given]]
    acts: Literal["app", "person", "either"] = "app"
    scopes: Sequence[Scope] = ()
    whole: bool = False
