"""Icons for files: a sheet of paper with the ending on it, drawn here."""

from __future__ import annotations

import functools
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from koine.core.files import kinds

_HEADERS: Mapping[str, str] = {
    "cache-control": "public, max-age=86400",
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; sandbox",
}

# The colour of the label, by what kind of thing it is.
_COLOURS: Mapping[str, str] = {
    **dict.fromkeys(("csv", "xls", "xlsx"), "#1d7a46"),
    **dict.fromkeys(("doc", "docx", "txt"), "#2a5db0"),
    **dict.fromkeys(("gif", "jpeg", "jpg", "png"), "#8a3ea8"),
    **dict.fromkeys(("ppt", "pptx"), "#b8501c"),
    "pdf": "#b3261e",
    "zip": "#6b5b1e",
}
_GREY = "#5b6470"


async def show(request: Request) -> Response:
    """One icon, for anybody: it says nothing of any file."""
    name = request.path_params["name"]
    if name not in kinds.ICONS and name != kinds.ANY_ICON:
        return Response("There is nothing here.", 404, dict(_HEADERS) | {"cache-control": "no-store"}, "text/plain")
    return Response(drawn(name), 200, _HEADERS, "image/svg+xml")


@functools.cache
def drawn(name: str) -> bytes:
    """A sheet with a corner turned down; with a label unless it is for any file."""
    label = "" if name == kinds.ANY_ICON else _label(name)
    lines = '<path d="M14 22h20M14 28h20M14 34h12" stroke="#c3c9d1" stroke-width="2" stroke-linecap="round"/>'
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="48" height="48" viewBox="0 0 48 48" fill="none">'
        '<path d="M10 3h20l10 10v30a2 2 0 0 1-2 2H10a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2z" fill="#fff" stroke="#8b95a1"'
        ' stroke-width="2" stroke-linejoin="round"/>'
        '<path d="M30 3v8a2 2 0 0 0 2 2h8" fill="#e6e9ed" stroke="#8b95a1" stroke-width="2" stroke-linejoin="round"/>'
        f"{label or lines}</svg>"
    ).encode()


def _label(name: str) -> str:
    size = 12 if len(name) <= 3 else 10
    return (
        f'<rect x="3" y="22" width="34" height="16" rx="3" fill="{_COLOURS.get(name, _GREY)}"/>'
        f'<text x="20" y="34" fill="#fff" font-family="sans-serif" font-size="{size}" font-weight="700"'
        f' text-anchor="middle">{name.upper()}</text>'
    )
