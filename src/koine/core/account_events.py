"""Everything that can have happened to an account: its workspaces, its people and their tokens."""

from __future__ import annotations

from koine.core.events import AccountEvent


class WorkspaceCreated(AccountEvent):
    """`data`: workspace_id, name."""

    __slots__ = ()
    kind = "workspace.created"


class WorkspaceChanged(AccountEvent):
    """`data`: workspace_id, and each value that changed as {"from", "to"}; `owners` are lists of people."""

    __slots__ = ()
    kind = "workspace.changed"


class WorkspaceClosed(AccountEvent):
    """It was deleted. `data`: workspace_id."""

    __slots__ = ()
    kind = "workspace.closed"


class WorkspaceReopened(AccountEvent):
    """It was restored. `data`: workspace_id."""

    __slots__ = ()
    kind = "workspace.reopened"


class UserCreated(AccountEvent):
    """`data`: user_id."""

    __slots__ = ()
    kind = "user.created"


class UserUpdated(AccountEvent):
    """`data`: user_id, and each value that changed as {"from", "to"}."""

    __slots__ = ()
    kind = "user.updated"


class UserEnabled(AccountEvent):
    """They can come in again. `data`: user_id."""

    __slots__ = ()
    kind = "user.enabled"


class UserDisabled(AccountEvent):
    """They cannot come in any more. `data`: user_id."""

    __slots__ = ()
    kind = "user.disabled"


class StaffAdded(AccountEvent):
    """`data`: user_id, role, workspaces (null: all, also those to come)."""

    __slots__ = ()
    kind = "staff.added"


class StaffChanged(AccountEvent):
    """`data`: user_id, workspaces as {"from", "to"}."""

    __slots__ = ()
    kind = "staff.changed"


class StaffRemoved(AccountEvent):
    """`data`: user_id."""

    __slots__ = ()
    kind = "staff.removed"


class StaffRestored(AccountEvent):
    """`data`: user_id."""

    __slots__ = ()
    kind = "staff.restored"


class PasswordSet(AccountEvent):
    """`data`: user_id."""

    __slots__ = ()
    kind = "password.set"


class MemberAdded(AccountEvent):
    """`data`: user_id, workspace_id, role."""

    __slots__ = ()
    kind = "member.added"


class MemberRemoved(AccountEvent):
    """They do not own it any more. `data`: user_id, workspace_id."""

    __slots__ = ()
    kind = "member.removed"


class TokenCreated(AccountEvent):
    """`data`: token_id, dialect, kind."""

    __slots__ = ()
    kind = "token.created"


class TokenRevoked(AccountEvent):
    """`data`: token_id."""

    __slots__ = ()
    kind = "token.revoked"


class UserSignedIn(AccountEvent):
    """`data`: user_id, at (what they came in by); session_id and with (password, code, link …) for the inbox."""

    __slots__ = ()
    kind = "user.signed_in"


class UserSignedOut(AccountEvent):
    """`data`: user_id, session_id."""

    __slots__ = ()
    kind = "user.signed_out"


class SessionsRevoked(AccountEvent):
    """`data`: user_id, session_ids, reason (revoked, password, role, disabled)."""

    __slots__ = ()
    kind = "sessions.revoked"


class SecondFactorEnabled(AccountEvent):
    """`data`: user_id."""

    __slots__ = ()
    kind = "second_factor.enabled"


class SecondFactorDisabled(AccountEvent):
    """`data`: user_id."""

    __slots__ = ()
    kind = "second_factor.disabled"


class SecondFactorUsed(AccountEvent):
    """Somebody proved with it who they are. `data`: user_id, with (code, recovery code)."""

    __slots__ = ()
    kind = "second_factor.used"


class RecoveryCodesRenewed(AccountEvent):
    """The earlier ones are good for nothing. `data`: user_id."""

    __slots__ = ()
    kind = "recovery_codes.renewed"


class AppRegistered(AccountEvent):
    """`data`: app_id (as strangers call it), name."""

    __slots__ = ()
    kind = "app.registered"


class AppDeleted(AccountEvent):
    """`data`: app_id."""

    __slots__ = ()
    kind = "app.deleted"


class AppAuthorized(AccountEvent):
    """Somebody let an app into workspaces. `data`: app_id, user_id, workspaces, scopes."""

    __slots__ = ()
    kind = "app.authorized"


class AuthorizationEnded(AccountEvent):
    """What came of it is good for nothing any more. `data`: app_id, reason (misused)."""

    __slots__ = ()
    kind = "authorization.ended"


class RoleGiven(AccountEvent):
    """A member of a workspace has another role. `data`: user_id, workspace_id, from, to (names of roles)."""

    __slots__ = ()
    kind = "member.role_given"


class RoleCreated(AccountEvent):
    """`data`: role_id, name, permissions."""

    __slots__ = ()
    kind = "role.created"


class RoleChanged(AccountEvent):
    """`data`: role_id, name, added, removed (permissions)."""

    __slots__ = ()
    kind = "role.changed"


class RoleDeleted(AccountEvent):
    """`data`: role_id, name."""

    __slots__ = ()
    kind = "role.deleted"
