"""Permissions as people read them, in the groups in which a role's form shows them."""

from __future__ import annotations

from collections.abc import Sequence

# group -> permission, what it allows
GROUPS: Sequence[tuple[str, Sequence[tuple[str, str]]]] = (
    (
        "See conversations",
        (
            ("conversations:read", "Look at conversations at all: which ones, the next five say"),
            ("conversations:read_all", "All of them"),
            ("conversations:read_assigned", "Those assigned to them"),
            ("conversations:read_unassigned", "Those of nobody and no team"),
            ("conversations:read_team_inbox", "Those of their teams that nobody has taken"),
            ("conversations:read_team_all", "All of their teams"),
        ),
    ),
    (
        "Work on conversations",
        (
            ("conversations:write", "Open new ones"),
            ("conversations:update_status", "Change the status, resolve and snooze"),
            ("conversations:update_priority", "Change the priority"),
            ("conversations:update_tags", "Put tags on and take them off"),
            ("conversations:update_user_assignee", "Assign to people"),
            ("conversations:update_team_assignee", "Assign to teams"),
        ),
    ),
    (
        "Messages",
        (
            ("messages:read", "Read them"),
            ("messages:write", "Reply, and write notes"),
            ("messages:write_as_contact", "Enter what a contact has said elsewhere"),
        ),
    ),
    (
        "Contacts",
        (
            ("contacts:read", "See those whose conversations they see"),
            ("contacts:read_all", "See all of them"),
            ("contacts:write", "Add, change and delete them"),
            ("contacts:block", "Block them"),
        ),
    ),
    (
        "Administration",
        (
            ("users:manage", "Agents: invite, give roles, disable"),
            ("roles:manage", "Roles: what each allows"),
            ("teams:manage", "Teams and their members"),
            ("inboxes:manage", "Inboxes"),
            ("tags:manage", "The list of tags"),
            ("status:manage", "The list of statuses"),
            ("webhooks:manage", "Webhooks"),
            ("account:manage", "The workspace itself, and tokens that open all of it"),
        ),
    ),
)
