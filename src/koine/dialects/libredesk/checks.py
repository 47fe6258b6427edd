"""What must hold before a conversation is created, in the contract's order and words: the first that fails is told."""

from __future__ import annotations

import re
from collections.abc import Callable

from koine.core.conversations.arrival import Known
from koine.dialects.libredesk.errors import Declined
from koine.dialects.libredesk.wire.creation import Creation

_ATOM = r"[\w!#$%&'*+/=?^`{|}~-]+"
_LABEL = r"[^\W_](?:[\w-]*[^\W_])?"
_ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*")
_MAX_ADDRESS = 254  # bytes


def is_address(text: str) -> bool:
    """Whether mail could be sent there: local part and domain, without quotes, comments and address literals."""
    return len(text.encode()) <= _MAX_ADDRESS and _ADDRESS.fullmatch(text) is not None


# contracts/libredesk.md §2.5.1, checks 2 to 7
_OF_THE_REQUEST: tuple[tuple[Callable[[Creation], bool], str], ...] = (
    (lambda wanted: (wanted.inbox_id or 0) > 0, "`inbox_id` Required"),
    (lambda wanted: bool(wanted.content), "`content` Required"),
    (lambda wanted: bool(wanted.address), "`contact_email` Required"),
    (lambda wanted: bool(wanted.first_name), "`first_name` Required"),
    (lambda wanted: is_address(wanted.address), "Invalid email address"),
    (lambda wanted: wanted.initiator in ("agent", "contact"), "Something went wrong"),
)

# Checks 9 and 10; then ours, which the product leaves out (§10): it assigns nobody and says nothing.
_OF_THE_PLACE: tuple[tuple[Callable[[Creation, Known], bool], str], ...] = (
    (lambda _, known: known.inbox.enabled, "globals.messages.disabled"),
    (lambda _, known: known.inbox.channel == "email", "Something went wrong"),
    (lambda wanted, known: wanted.assigned_team_id is None or known.team_exists, "Team not found"),
    (lambda wanted, known: wanted.assignee_id is None or known.assignee_exists, "Agent not found"),
)


def of_request(wanted: Creation) -> None:
    """What the request says by itself. Raises Declined."""
    for holds, words in _OF_THE_REQUEST:
        if not holds(wanted):
            raise Declined(words)


def of_place(wanted: Creation, known: Known | None) -> Known:
    """Where it is to go, as far as that is known. Raises Declined."""
    if known is None:
        raise Declined("Inbox not found")
    for holds, words in _OF_THE_PLACE:
        if not holds(wanted, known):
            raise Declined(words)
    return known
