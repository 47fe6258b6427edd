"""The icons of the pages, gathered on one sheet from which they are shown by name."""

from __future__ import annotations

import functools
import re
from importlib import resources
from zipfile import ZipFile

# Our word for it -> the drawing: one of heroicons' outlines, or of another of its styles.
NAMES = {
    "add": "plus",
    "agent": "user-circle",
    "archive": "archive-box",
    "assign": "user-plus",
    "at": "at-symbol",
    "attach": "paper-clip",
    "back": "chevron-left",
    "bold": "bold",
    "building": "building-office-2",
    "bulk": "check-circle",
    "chat": "chat-bubble-left-right",
    "check": "check",
    "chevron": "chevron-right",
    "clock": "clock",
    "close": "x-mark",
    "code": "code-bracket",
    "command": "command-line",
    "copy": "square-2-stack",
    "down": "chevron-down",
    "edit": "pencil-square",
    "email": "envelope",
    "email_open": "envelope-open",
    "entity": "cube",
    "events": "signal",
    "eye": "eye",
    "failed": "exclamation-circle",
    "file": "document",
    "filter": "funnel",
    "help": "question-mark-circle",
    "image": "photo",
    "inbox": "inbox",
    "italic": "italic",
    "key": "key",
    "link": "link",
    "list": "list-bullet",
    "lock": "lock-closed",
    "mentions": "at-symbol",
    "menu": "bars-3",
    "mine": "user",
    "moon": "moon",
    "more": "ellipsis-horizontal",
    "note": "pencil-square",
    "numbers": "numbered-list",
    "open": "arrow-top-right-on-square",
    "phone": "phone",
    "priority": "flag",
    "quote": "chat-bubble-bottom-center-text",
    "react": "face-smile",
    "reopen": "arrow-uturn-left",
    "reply": "arrow-uturn-left",
    "resolve": "check-circle",
    "search": "magnifying-glass",
    "send": "paper-airplane",
    "settings": "cog-6-tooth",
    "sign_out": "arrow-right-start-on-rectangle",
    "side": "view-columns",
    "snooze": "clock",
    "star": "star",
    "starred": "solid/star",
    "status": "ellipsis-horizontal-circle",
    "sun": "sun",
    "system": "computer-desktop",
    "tag": "tag",
    "team": "users",
    "trash": "trash",
    "unassigned": "user-minus",
    "unread": "envelope",
    "views": "bookmark",
    "warning": "exclamation-triangle",
    "webhook": "bolt",
    "workspace": "squares-2x2",
}

_OUTLINE = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)


@functools.cache
def sheet() -> bytes:
    """All of them as symbols of one SVG file, each with its name as id."""
    with (resources.files("heroicons") / "heroicons.zip").open("rb") as packed, ZipFile(packed) as drawings:
        symbols = [_symbol(name, path, drawings.read(path).decode()) for name, path in _paths().items()]
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols)}</svg>'.encode()


def _paths() -> dict[str, str]:
    return {name: f"{drawing if '/' in drawing else f'outline/{drawing}'}.svg" for name, drawing in NAMES.items()}


def _symbol(name: str, path: str, drawing: str) -> str:
    found = _OUTLINE.search(drawing)
    if found is None:
        raise ValueError(f"The icon {name} is no drawing.")
    inside = re.sub(r"\s+", " ", found[1].strip())
    ink = 'fill="none" stroke="currentColor"' if path.startswith("outline/") else 'fill="currentColor"'
    return f'<symbol id="{name}" viewBox="0 0 24 24" {ink}>{inside}</symbol>'
