"""HighLevel's scopes, and what each allows here (contracts/highlevel.md §2.3)."""

from __future__ import annotations

from collections.abc import Sequence

# Whoever may change something is answered with it as it is then, so must be able to read it. Which endpoints a token
# opens is asked of its scopes alone.
PERMISSIONS: dict[str, frozenset[str]] = {
    "conversations.readonly": frozenset({"conversations:read", "conversations:read_all"}),
    "conversations.write": frozenset(
        {"conversations:read", "conversations:read_all", "conversations:write", "conversations:update_status"}
    ),
    "conversations/message.readonly": frozenset({"conversations:read", "conversations:read_all", "messages:read"}),
    "conversations/message.write": frozenset({"messages:write", "messages:write_as_contact"}),
    "conversations/livechat.write": frozenset(),
    "contacts.readonly": frozenset({"contacts:read", "contacts:read_all"}),
    "contacts.write": frozenset({"contacts:read", "contacts:read_all", "contacts:write", "contacts:block"}),
}
ALL = tuple(PERMISSIONS)


def permissions(scopes: Sequence[str]) -> frozenset[str]:
    """What a token with these scopes may do; unknown ones allow nothing."""
    return frozenset().union(*(PERMISSIONS.get(scope, frozenset()) for scope in scopes))
