"""Who acts: a person, a contact, an app or Koine itself, in which workspaces, and what they may do there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from koine.core.errors import Forbidden, ForeignWorkspace, PermissionMissing
from koine.core.permissions import ALL

ActorKind = Literal["user", "contact", "app", "system"]


@dataclass(frozen=True, slots=True)
class Author:
    """Who said or opened something. An app has no address; the system has neither id nor address."""

    kind: ActorKind
    id: int | None
    external_id: str | None = None
    email: str | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody at work: `access` is what they may do in each workspace, after role and scopes.

    `everywhere` is what an app that stands for the account as a whole may do in every workspace, also in the first one
    to come; None for all others. `origin` is the contract by which they act, where they do by one. `home` is the first
    workspace that was ever open to them and is still theirs, also when it is deleted: what is kept for them is kept
    there.
    """

    kind: ActorKind
    id: int | None
    account_id: int
    access: Mapping[int, frozenset[str]]
    external_id: str | None = None
    email: str | None = None
    name: str = ""
    token_id: int | None = None
    everywhere: frozenset[str] | None = None
    home: int | None = None
    origin: str | None = None

    @property
    def workspaces(self) -> tuple[int, ...]:
        """The workspaces that are open to the actor, in ascending order."""
        return tuple(sorted(self.access))

    def may(self, permission: str, workspace_id: int) -> bool:
        """Whether the actor has a permission in a workspace."""
        return permission in self.access.get(workspace_id, _NOTHING)

    def must(self, permission: str, *workspaces: int) -> None:
        """Raise PermissionMissing unless the actor has a permission in every one of these workspaces."""
        for workspace_id in workspaces:
            if not self.may(permission, workspace_id):
                raise PermissionMissing(permission)

    def must_somewhere(self, permission: str) -> None:
        """Raise PermissionMissing unless the actor has a permission in at least one workspace.

        Whoever stands for the account as a whole has it everywhere, also while there is no workspace yet.
        """
        if permission in (self.everywhere or _NOTHING):
            return
        if not any(permission in permissions for permissions in self.access.values()):
            raise PermissionMissing(permission)

    def must_manage_account(self) -> None:
        """Raise PermissionMissing unless the actor may found workspaces and issue tokens."""
        if self.kind != "system":
            self.must_somewhere("account:manage")

    def must_be_account(self) -> None:
        """Raise ForeignWorkspace unless the actor stands for the account as a whole."""
        if self.kind != "system" and self.everywhere is None:
            raise ForeignWorkspace("Only a token of the whole account may do this.")

    def must_be_person(self) -> int:
        """The actor's own id, for what people do for themselves. Raises Forbidden for everybody who is not a user."""
        if self.kind != "user" or self.id is None:
            raise Forbidden("Only people do this, and only for themselves.")
        return self.id

    @property
    def author(self) -> Author:
        """The actor as the author of what they say."""
        return Author(self.kind, self.id, self.external_id, self.email, self.name)


_NOTHING: frozenset[str] = frozenset()


def system(account_id: int, *workspaces: int) -> Actor:
    """Koine itself, for what nobody asked for in particular: it may do everything in these workspaces."""
    return Actor("system", None, account_id, dict.fromkeys(workspaces, ALL), name="Koine")
