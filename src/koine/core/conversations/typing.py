"""Somebody is typing: a whisper to whoever listens now. No row, no event, and nothing is made up for later."""

from __future__ import annotations

from uuid import UUID

from koine.core.conversations.store import typing as store
from koine.postgres.database import Tx

CHANNEL = "koine_typing"


async def whisper(tx: Tx, workspace_id: int, conversation: UUID, *, types: bool) -> bool:
    """Tell all processes that somebody of ours types in a conversation, or has stopped; False when there is none."""
    return await store.whisper(tx, workspace_id, conversation, CHANNEL, types)
