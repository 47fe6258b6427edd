"""What is said of a file when its bytes are handed out, so that no browser makes more of it than it is."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from urllib.parse import quote

from koine.core.files import kinds
from koine.core.files.model import Served

SAFE: Mapping[str, str] = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "referrer-policy": "no-referrer",
}

# What streams say in any case, for answers that are none.
PLAIN: Mapping[str, str] = {"cache-control": "no-store", "x-content-type-options": "nosniff", **SAFE}

_ASCII = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 !#$&'()+,-.;=@[]^_`{}~")


def of(found: Served, tag: str | None) -> dict[str, str]:
    """All of it but type and length. `tag` is the ETag, which changes with every byte."""
    said = {"accept-ranges": "bytes", "content-disposition": disposition(found.content_type, found.file_name), **SAFE}
    return said if tag is None else {"etag": tag, **said}


def disposition(content_type: str, file_name: str) -> str:
    """Shown or saved, and under which name (RFC 6266); for old browsers also in letters that all of them know."""
    way = "inline" if content_type in kinds.INLINE else "attachment"
    folded = unicodedata.normalize("NFKD", file_name)
    plain = "".join(letter if letter in _ASCII else "_" for letter in folded if not unicodedata.combining(letter))
    if plain == file_name:
        return f'{way}; filename="{plain}"'
    return f"{way}; filename=\"{plain}\"; filename*=UTF-8''{quote(file_name, safe='')}"
