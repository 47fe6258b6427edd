"""How Libredesk names conversations: by UUID in paths, by a reference number for people."""

from __future__ import annotations

import re
from uuid import UUID

from koine.core.conversations.model import Conversation

_UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)


def uuid(text: str) -> UUID | None:
    """The UUID that is written here, or None. Python alone would also take braces, prefixes and foreign digits."""
    return UUID(text) if _UUID.fullmatch(text) else None


def reference(number: int) -> str:
    """A reference number, which the contract has as a string."""
    return str(number)


def subject(conversation: Conversation) -> str:
    """The subject with its reference, as Libredesk shows every one: ` - #102` when there is no subject."""
    return f"{conversation.subject} - #{conversation.number}"
