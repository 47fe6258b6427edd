"""What was said, as safe HTML: plain text with its links, what colleagues wrote, and what needs a frame of its own."""

from __future__ import annotations

import re
from collections.abc import Iterable

import nh3
from markupsafe import Markup, escape

_LINK = re.compile(r"\bhttps?://[^\s<>\"']+|\b[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
_TRAILING = ".,;:!?)]}\u2019\u201d'\""
_TAG = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*)")
_PIECES = re.compile(r"(<[^>]*>)")
_REPLY_LINE = re.compile(r"^(on|am|le|el|il) .{5,200}(wrote|schrieb|écrit|escribió|scritto) ?:$", re.IGNORECASE)

# Of these the text says all that there is to see.
_BARE = frozenset({"p", "br", "div", "span"})
# These, without any attribute but an address, can do no more than Markdown can.
_SIMPLE = _BARE | {
    "a", "b", "strong", "i", "em", "u", "s", "del", "code", "pre", "blockquote", "ul", "ol", "li",
    "h1", "h2", "h3", "hr",
}  # fmt: skip
_SCHEMES = {"http", "https", "mailto"}


def plain(text: str) -> Markup:
    """Text as it was typed; what looks like an address leads there, without telling where one came from."""
    found, at = [], 0
    for match in _LINK.finditer(text):
        link = match[0].rstrip(_TRAILING)
        found += [escape(text[at : match.start()]), _anchor(link)]
        at = match.start() + len(link)
    found.append(escape(text[at:]))
    return Markup('<p class="text">{}</p>').format(Markup("").join(found))


def simple(html: str) -> Markup:
    """What a colleague wrote, with no more than Markdown can do."""
    cleaned = nh3.clean(
        html,
        tags=set(_SIMPLE),
        attributes={"a": {"href"}},
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )
    return Markup(cleaned)  # noqa: S704 - cleaned in the line before


def is_bare(html: str) -> bool:
    """Whether its text says all that there is to see of it."""
    return _tags(html) <= _BARE


def is_simple(html: str) -> bool:
    """Whether nothing would be lost by `simple`."""
    return _tags(html) <= _SIMPLE


def mentioned(html: Markup, names: Iterable[str]) -> Markup:
    """Mark the names of those who were mentioned, in the text between the tags."""
    wanted = {f"@{escape(name)}" for name in names if name}
    if not wanted:
        return html
    pattern = re.compile("|".join(sorted(map(re.escape, wanted), key=len, reverse=True)))
    pieces = _PIECES.split(str(html))
    marked = [
        piece if piece.startswith("<") else pattern.sub(r'<span class="mention">\g<0></span>', piece)
        for piece in pieces
    ]
    return Markup("".join(marked))  # noqa: S704 - names are escaped, the rest was safe


def parted(text: str) -> tuple[str, str]:
    """What was said, and the quoted text that it ends with."""
    lines = text.rstrip().split("\n")
    at = len(lines)
    while at > 0 and (lines[at - 1].startswith(">") or not lines[at - 1].strip()):
        at -= 1
    if not any(line.startswith(">") for line in lines[at:]):
        return text, ""
    if at > 0 and _REPLY_LINE.match(lines[at - 1].strip()):
        at -= 1
    said = "\n".join(lines[:at]).rstrip()
    return (said, "\n".join(lines[at:]).strip()) if said else (text, "")


def _tags(html: str) -> set[str]:
    return {name.lower() for name in _TAG.findall(html)}


def _anchor(link: str) -> Markup:
    href = link if "://" in link else f"mailto:{link}"
    return Markup('<a href="{}" target="_blank" rel="noopener noreferrer">{}</a>').format(href, link)
