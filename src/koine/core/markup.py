"""Message bodies: HTML made harmless on the way in, and the plain text that it reads as."""

from __future__ import annotations

import html
import re

import nh3

_MARKUP = re.compile("[<>&]")
_BLOCKS = re.compile(r"<(?:br|/p|/div|/li|/tr|/h[1-6]|/blockquote|/pre)\b[^>]*>", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\r\f\v]+")
_LINES = re.compile(r"\s*\n\s*")


def clean(untrusted: str) -> str:
    """HTML without scripts, styles, forms, event handlers and foreign schemes."""
    if not _MARKUP.search(untrusted):
        return untrusted
    return nh3.clean(untrusted)


def to_text(untrusted: str) -> str:
    """The plain text that HTML reads as: a line for each block, white space folded."""
    if "<" not in untrusted and "&" not in untrusted:
        return untrusted.strip()
    broken = _BLOCKS.sub("\n", untrusted)
    bare = html.unescape(nh3.clean(broken, tags=set()))
    return _LINES.sub("\n", _SPACES.sub(" ", bare)).strip()


def from_text(text: str) -> str:
    """HTML that shows plain text as it was typed."""
    return html.escape(text).replace("\n", "<br>")
