"""Who looks at a page, and how: made once for a request by `door`, and handed to whatever answers it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal
from zoneinfo import ZoneInfo

from koine.core.actor import Actor
from koine.core.workspaces.model import Workspace

Theme = Literal["auto", "light", "dark"]
MANAGING = (
    "account:manage", "users:manage", "roles:manage", "teams:manage", "inboxes:manage", "tags:manage", "status:manage",
    "webhooks:manage",
)  # fmt: skip
UTC = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """Somebody at a page: `csrf` is what their forms must say, `nonce` what this answer's scripts are known by."""

    csrf: str = ""
    nonce: str = ""
    zone: ZoneInfo = UTC
    theme: Theme = "auto"
    availability: str = "offline"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit(Guest):
    """Somebody who is signed in, and the workspace that they are in; None on pages that belong to none.

    `places` are the workspaces that are open to them, in the order of their names. `partial` is set when the page's own
    script asks and wants operations instead of a page (`Koine-Partial: 1`).
    """

    actor: Actor
    session_id: int
    workspace: Workspace | None = None
    places: tuple[Workspace, ...] = field(default=())
    partial: bool = False

    @property
    def here(self) -> int:
        """The id of the workspace that the page belongs to; a page that belongs to none must not ask."""
        if self.workspace is None:
            raise LookupError("This page belongs to no workspace.")
        return self.workspace.id

    @property
    def root(self) -> str:
        """Where the workspace's pages lie: `/inbox/w/12`."""
        return f"/inbox/w/{self.here}"

    def may(self, permission: str) -> bool:
        """Whether they have a permission in this workspace."""
        return self.actor.may(permission, self.here)

    @property
    def may_manage(self) -> bool:
        """Whether anything of the workspace's settings is theirs to settle."""
        return any(self.may(permission) for permission in MANAGING)
