"""From the entries of a thread to what is drawn of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo

from markupsafe import Markup

from koine.core import markup
from koine.core.actor import Actor
from koine.core.conversations.handling import replying
from koine.core.conversations.model import Attachment, Entry, Message, Reaction
from koine.core.files import kinds
from koine.core.files.links import Links
from koine.inbox.shown import people, words
from koine.inbox.shown.bubbles import Attached, Bubble, Chosen
from koine.inbox.shown.people import Face

TOGETHER = timedelta(minutes=10)  # what somebody says within that time of their last words stands below them
_SOON = timedelta(seconds=2 * replying.UNDO)
_LATER = "9999-12-31T00:00:00+00:00"
_QUOTED = re.compile(r"<blockquote\b.*</blockquote>", re.DOTALL)
_ATTEMPT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LINE = 90  # letters
_HEIGHTS = (2, 4, 7, 11, 17, 26, 40)  # lines: message.css has a height for each


@dataclass(frozen=True, slots=True)
class Setting:
    """What it takes to draw entries: who looks and where, `names` of members by id, and links to files."""

    by: Actor
    zone: tzinfo
    href: str
    names: Mapping[int, str]
    links: Links


def bubbles(entries: Iterable[Entry], setting: Setting, *, unread: int | None = None) -> list[Bubble]:
    """Entries, oldest first, as they are drawn one below the other. `unread` is the first that was not seen yet."""
    drawn: list[Bubble] = []
    for entry in entries:
        bubble = replace(of(entry, setting), first_unread=entry.message.id == unread)
        before = drawn[-1] if drawn else None
        drawn.append(_beside(bubble, before, setting.zone))
    return drawn


def of(entry: Entry, setting: Setting) -> Bubble:
    """One entry by itself."""
    message = entry.message
    side = _side(message)
    body, folded, frame = _body(entry, setting, side)
    return Bubble(
        message.id,
        side,
        people.of_author(message.author),
        message.created_at,
        body,
        folded,
        frame,
        _height(message.html or "") if frame else 1,
        _state(message),
        message.channel,
        bool(message.meta.get("automated")),
        [_attached(message.workspace_id, file, setting.links) for file in message.attachments],
        [_chosen(each, setting) for each in message.reactions],
        pictures=frame is not None and _has_remote_pictures(message.html or ""),
        react=_react(message, setting),
        attempt=(entry.source_id or "") if _is_attempt(entry) else "",
    )


def pending(who: Face, now: datetime) -> list[Bubble]:
    """A reply and a note of somebody before they are said: the page's script fills them in."""
    sides = ("out", "note")
    return [Bubble(0, side, who, now, Markup(""), state="pending", attempt=f"pending-{side}") for side in sides]


def _is_attempt(entry: Entry) -> bool:
    """Whether one of our pages sent it; others may call theirs what they like."""
    return entry.message.author.kind == "user" and _ATTEMPT.fullmatch(entry.source_id or "") is not None


def _side(message: Message) -> str:
    if message.kind != "message":
        return message.kind
    return "in" if message.direction == "in" or message.author.kind == "contact" else "out"


def _body(entry: Entry, setting: Setting, side: str) -> tuple[Markup, Markup | None, str | None]:
    """What is drawn, what is folded away, and where the frame is that shows it instead."""
    message, html = entry.message, entry.message.html
    if side == "activity":
        return Markup("{}").format(message.text), None, None
    if html is None or words.is_bare(html):
        said, quoted = words.parted(message.text)
        return _named(words.plain(said), entry, setting), words.plain(quoted) if quoted else None, None
    if message.author.kind == "user" and words.is_simple(html):
        return _named(words.simple(html), entry, setting), None, None
    return Markup(""), None, f"{setting.href}/messages/{message.id}/body"


def _named(body: Markup, entry: Entry, setting: Setting) -> Markup:
    return words.mentioned(body, [setting.names.get(id, "") for id in entry.mentioned])


def _beside(bubble: Bubble, before: Bubble | None, zone: tzinfo) -> Bubble:
    if before is None:
        return replace(bubble, opens_day=True)
    opens_day = bubble.at.astimezone(zone).date() != before.at.astimezone(zone).date()
    follows = (
        not opens_day
        and not bubble.first_unread
        and (before.side, before.who) == (bubble.side, bubble.who)
        and bubble.side != "activity"
        and bubble.at - before.at < TOGETHER
    )
    return replace(bubble, opens_day=opens_day, follows=follows)


def _attached(workspace_id: int, file: Attachment, links: Links) -> Attached:
    picture = file.content_type in kinds.INLINE and file.content_type.startswith("image/")
    href = links.to(workspace_id, file)
    return Attached(file.file_name, file.size, file.content_type, href, picture)


def _chosen(reaction: Reaction, setting: Setting) -> Chosen:
    names = [
        setting.names.get(author.id or 0, "") or author.name or author.email or "Somebody"
        for author in reaction.authors
    ]
    mine = any((author.kind, author.id) == (setting.by.kind, setting.by.id) for author in reaction.authors)
    return Chosen(reaction.emoji, names, mine)


def _react(message: Message, setting: Setting) -> str:
    may = message.kind == "message" and setting.by.may("messages:write", message.workspace_id)
    return f"{setting.href}/messages/{message.id}/reactions" if may else ""


def _state(message: Message) -> str:
    """What is said in a moment, and can still be taken back, is on its way for whoever looks."""
    if message.state != "scheduled":
        return message.state
    due_at = datetime.fromisoformat(message.meta.get("due_at", _LATER))
    return "pending" if due_at - message.created_at < _SOON else "scheduled"


def _height(html: str) -> int:
    """About how many lines it takes, without what is folded."""
    text = markup.to_text(_QUOTED.sub("", html))
    lines = sum(1 + len(line) // _LINE for line in text.split("\n"))
    return next((most for most in _HEIGHTS if lines <= most), 0)


def _has_remote_pictures(html: str) -> bool:
    return "<img" in html.lower()


def newest_last(entries: Sequence[Entry]) -> list[Entry]:
    """A page of a thread is read newest first and drawn newest last."""
    return list(reversed(entries))
