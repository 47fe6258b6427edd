"""Ids as Tight writes them: a prefix and a number (contracts/tight.md §5)."""

from __future__ import annotations

import re

_DIGITS = "[1-9][0-9]{0,18}"
_NUMBER = re.compile(_DIGITS, re.ASCII)
_LARGEST = 2**63 - 1

# How ids are written, for those who check before they ask. What looks otherwise is nothing's id.
CONVERSATION = f"^con_{_DIGITS}$"
MESSAGE = f"^msg_{_DIGITS}$"
ATTACHMENT = f"^att_{_DIGITS}$"
FILE = f"^(att|fil)_{_DIGITS}$"
UPLOADED = f"^fil_{_DIGITS}$"
COMPANY = f"^co_{_DIGITS}$"
BOOKKEEPER = f"^bkpr_{_DIGITS}$"
EDITOR = f"^(usr|bkpr)_{_DIGITS}$"
ENTRY = f"^aud_{_DIGITS}$"
TRAILED = f"^(con|msg|fil|att|co|bkpr)_{_DIGITS}$"


def conversation(id: int) -> str:
    """A conversation's id."""
    return f"con_{id}"


def message(id: int) -> str:
    """A message's id."""
    return f"msg_{id}"


def attachment(id: int) -> str:
    """The id of a file as messages show it."""
    return f"att_{id}"


def file(id: int) -> str:
    """The id of a file as uploads know it."""
    return f"fil_{id}"


def company(workspace_id: int) -> str:
    """A company's id: a workspace is a company."""
    return f"co_{workspace_id}"


def bookkeeper(user_id: int) -> str:
    """A bookkeeper's id."""
    return f"bkpr_{user_id}"


def read_bookkeeper(text: str) -> int | None:
    """The user who is a bookkeeper, or None when no id is written so."""
    return _read("bkpr_", text)


def read_conversation(text: str) -> int | None:
    """The number of a conversation, or None when no id is written so."""
    return _read("con_", text)


def read_message(text: str) -> int | None:
    """The number of a message, or None when no id is written so."""
    return _read("msg_", text)


def read_company(text: str) -> int | None:
    """The workspace of a company, or None when no id is written so."""
    return _read("co_", text)


def read_attachment(text: str) -> int | None:
    """The number of a file; uploads are called `fil_`, what messages show `att_`, with the same number (§8.2)."""
    number = _read("att_", text)
    return _read("fil_", text) if number is None else number


def names_company(entity: str) -> bool:
    """Whether the entity is a company, and so one that we know ourselves."""
    return entity.startswith("co_")


def _read(prefix: str, text: str) -> int | None:
    if not text.startswith(prefix) or not _NUMBER.fullmatch(text, len(prefix)):
        return None
    number = int(text[len(prefix) :])
    return number if number <= _LARGEST else None
