"""What agents write: Markdown becomes HTML of a few plain tags, and text for those who get no HTML."""

from __future__ import annotations

import functools

from markdown_it import MarkdownIt

from koine.core import markup
from koine.inbox.shown import words


@functools.cache
def _reader() -> MarkdownIt:
    """Line breaks are kept, HTML is text, and pictures are links: nothing may be loaded from elsewhere."""
    return (
        MarkdownIt("commonmark", {"breaks": True, "html": False, "linkify": False})
        .enable("strikethrough")
        .disable("image")
    )


def html(text: str) -> str:
    """Cleaned HTML of Markdown: what is seen in the preview, and what is sent."""
    return str(words.simple(_reader().render(text))).strip()


def text(source: str) -> str:
    """The words without the marks."""
    return markup.to_text(html(source))
