"""Where links lead: the bytes of a file, or a part of them, read while the client takes them."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from koine.core.files import files, links
from koine.core.files.model import Means, Served
from koine.core.sealing import SealingFailed
from koine.dialects import streaming
from koine.dialects.streaming import Outlet, Stream
from koine.downloads import headers, icons, ranges
from koine.postgres.database import Database
from koine.storage import StorageFailed

log = logging.getLogger("koine")

_GONE = Response("There is nothing here.", 404, headers.PLAIN, "text/plain")


@dataclass(frozen=True, slots=True)
class Door:
    """Who shows a link gets what it names; whatever is wrong with it, there is nothing here."""

    database: Database
    means: Means

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one GET or HEAD."""
        request = Request(scope)
        try:
            found = await self._found(request.path_params["token"], request.path_params["name"])
            if found is None:
                await _GONE(scope, receive, send)
            else:
                await _hand_out(self.means, found, request, receive, send)
        except (SealingFailed, StorageFailed) as failed:
            log.error("a file cannot be handed out: %s", failed)
            await Response("Something went wrong.", 500, headers.PLAIN, "text/plain")(scope, receive, send)

    async def _found(self, token: str, name: str) -> Served | None:
        link = links.read(self.means.sealing, token, name)
        if link is None:
            return None
        async with self.database.reading((link.workspace_id,)) as tx:
            return await files.served(tx, link.workspace_id, link.file_id)


def routes(database: Database, means: Means | None) -> list[Route]:
    """Files where there is a place for them, and icons in any case."""
    found = [Route("/icons/attachments/{name}.svg", icons.show, methods=["GET"])]
    if means is not None:
        # Handed over as an object: Starlette then asks nothing of it but that it is an application.
        door = Door(database, means)
        found.append(Route(links.PATH + "{token}/{name}", door, methods=["GET", "HEAD"]))
    return found


async def _hand_out(means: Means, found: Served, request: Request, receive: Receive, send: Send) -> None:
    tag = None if found.digest is None else f'"{found.digest.hex()}"'
    if tag is not None and ranges.names(request.headers.get("if-none-match"), tag):
        await Response(None, 304, {**headers.PLAIN, "etag": tag})(request.scope, receive, send)
        return
    wanted = ranges.wanted(request.headers.get("range"), request.headers.get("if-range"), tag, found.size)
    if wanted is None:
        said = {"content-range": f"bytes */{found.size}", **headers.PLAIN}
        await Response(None, 416, said)(request.scope, receive, send)
        return
    start, end, status = wanted
    said = {"content-length": str(end - start), **headers.of(found, tag)}
    if status == 206:
        said["content-range"] = f"bytes {start}-{end - 1}/{found.size}"
    body = _nothing if request.method == "HEAD" else _bytes(means, found.key, start, end)
    stream = Stream(status, body, said, found.content_type)
    await streaming.serve(stream, request.scope, receive, send)


def _bytes(means: Means, key: str, start: int, end: int) -> Callable[[Outlet], Awaitable[None]]:
    async def write(outlet: Outlet) -> None:
        async for piece in means.storage.read(key, start, end):
            await outlet.write(piece)

    return write


async def _nothing(outlet: Outlet) -> None:
    """A HEAD is answered by its headers."""
