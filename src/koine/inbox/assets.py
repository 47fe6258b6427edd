"""The stylesheet, scripts and icons of the pages, under a name that changes with what is in them."""

from __future__ import annotations

import functools
import hashlib
from importlib import resources

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from koine.inbox import icons
from koine.inbox.policy import HEADERS

_ROOT = "/inbox/static"
_TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
_FOREVER = "public, max-age=31536000, immutable"
_FIRST = ("tokens", "ground", "controls", "parts", "forms", "shell")  # parts of the style that the others build upon


def url(name: str) -> str:
    """Where a file is: `/inbox/static/1f3c…/inbox.css`. One mark for all, so that scripts find each other."""
    return f"{_ROOT}/{_mark()}/{name}"


async def serve(request: Request) -> Response:
    """A file by its name. One that is asked for by an older mark is answered as well, and not kept."""
    found = _files().get(request.path_params["name"])
    if found is None:
        return Response("There is no such file.", 404, HEADERS, "text/plain")
    content, media_type = found
    kept = _FOREVER if request.path_params["mark"] == _mark() else "no-cache"
    return Response(content, 200, HEADERS | {"cache-control": kept}, media_type)


def routes() -> list[Route]:
    """Where the files are served."""
    return [Route(_ROOT + "/{mark}/{name:path}", serve, methods=["GET"])]


@functools.cache
def _mark() -> str:
    sums = (name.encode() + b"\0" + content for name, (content, _) in sorted(_files().items()))
    return hashlib.sha256(b"\0".join(sums)).hexdigest()[:16]


@functools.cache
def _files() -> dict[str, tuple[bytes, str]]:
    """What is served, by name: `inbox.css` is all parts of the style, one after the other."""
    static = resources.files("koine.inbox") / "static"
    parts = sorted(part.name.removesuffix(".css") for part in (static / "css").iterdir())
    parts.sort(key=lambda part: _FIRST.index(part) if part in _FIRST else len(_FIRST))
    sheets = [static / "css" / f"{part}.css" for part in parts]
    found = {
        "inbox.css": (b"\n".join(sheet.read_bytes() for sheet in sheets), _TYPES["css"]),
        "icons.svg": (icons.sheet(), _TYPES["svg"]),
    }
    for each in (static / "js").iterdir():
        found[f"js/{each.name}"] = (each.read_bytes(), _TYPES["js"])
    return found
