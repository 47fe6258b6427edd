"""What can be allowed, and the roles that an account starts with."""

from __future__ import annotations

ALL = frozenset(
    {
        "conversations:read",  # may look at conversations at all; which ones, the next five say
        "conversations:read_all",
        "conversations:read_assigned",
        "conversations:read_unassigned",
        "conversations:read_team_inbox",
        "conversations:read_team_all",
        "conversations:write",  # open them
        "conversations:update_status",
        "conversations:update_priority",
        "conversations:update_tags",
        "conversations:update_user_assignee",
        "conversations:update_team_assignee",
        "messages:read",
        "messages:write",
        "messages:write_as_contact",
        "contacts:read_all",
        "contacts:read",
        "contacts:write",
        "contacts:block",
        "webhooks:manage",
        "users:manage",
        "teams:manage",
        "roles:manage",
        "inboxes:manage",
        "tags:manage",
        "status:manage",
        "account:manage",  # workspaces and tokens
    }
)

READING = frozenset(name for name in ALL if ":read" in name)

ADMIN = ALL
AGENT = frozenset(
    {
        "conversations:read",
        "conversations:read_assigned",
        "conversations:read_unassigned",
        "conversations:read_team_inbox",
        "conversations:read_team_all",
        "conversations:update_status",
        "conversations:update_priority",
        "conversations:update_tags",
        "conversations:update_user_assignee",
        "conversations:update_team_assignee",
        "messages:read",
        "messages:write",
        "contacts:read",
    }
)
# The customer's own people and those who look after their books: they talk, and leave the furniture alone.
OWNER = READING | {"conversations:write", "conversations:update_status", "messages:write", "contacts:write"}
BOOKKEEPER = OWNER

ROLES = {"Admin": ADMIN, "Agent": AGENT, "Owner": OWNER, "Bookkeeper": BOOKKEEPER}
