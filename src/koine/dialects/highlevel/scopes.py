"""HighLevel's scopes, and what each allows here (contracts/highlevel.md §2.3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

# Whoever may change something is answered with it as it is then, so must be able to read it. Which operation
# needs which of them is in `operations`.
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

# What only agencies and their apps need: which locations have installed an app, and tokens for them.
OF_AGENCIES = ("oauth.readonly", "oauth.write")
OF_APPS = (*ALL, *OF_AGENCIES)

# What a person reads who is asked to allow it.
SAYS: Mapping[str, str] = {
    "conversations.readonly": "See conversations",
    "conversations.write": "Open, change and delete conversations",
    "conversations/message.readonly": "Read messages",
    "conversations/message.write": "Send messages, and enter those that came in elsewhere",
    "conversations/livechat.write": "Show in live chats that somebody is typing",
    "contacts.readonly": "See contacts",
    "contacts.write": "Add, change and delete contacts",
    "oauth.readonly": "See in which locations it is installed",
    "oauth.write": "Call on behalf of each location in which it is installed",
}


def permissions(scopes: Sequence[str]) -> frozenset[str]:
    """What a token with these scopes may do; unknown ones allow nothing."""
    return frozenset().union(*(PERMISSIONS.get(scope, frozenset()) for scope in scopes))
