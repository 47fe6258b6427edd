"""What the settings of a workspace do, each once in a way that changes something: part of test_every_action_records."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from koine.core.actor import Actor
from koine.core.conversations.model import Conversation
from koine.core.tokens import once, reach
from koine.core.users import links
from koine.core.workspaces import renaming
from koine.demo import World
from koine.postgres.database import Tx

Deed = Callable[[Tx, Actor, World, Conversation], Awaitable[object]]

DEEDS: dict[Callable[..., Any], tuple[Deed, list[str]]] = {
    renaming.rename: (
        lambda tx, by, world, lamp: renaming.rename(tx, by, world.lamplight.workspace.id, name="Lamps"),
        ["workspace.updated", "workspace.changed"],
    ),
    reach.revoke: (
        lambda tx, by, world, lamp: reach.revoke(tx, by, world.lamplight.workspace.id, world.native.id),
        ["token.revoked"],
    ),
    links.offer_to_member: (
        lambda tx, by, world, lamp: links.offer_to_member(tx, by, world.lamplight.workspace.id, world.mary.id),
        ["token.created"],
    ),
    once.hand_to: (
        lambda tx, by, world, lamp: once.hand_to(tx, by, world.mary.id, "link", lifetime=timedelta(hours=1)),
        ["token.created"],
    ),
}

READERS = {reach.of_workspace, reach.opens_all}


def long_ago() -> datetime:
    """Before anything was given up."""
    return datetime.now(UTC) - timedelta(days=1)
