"""Forms as the browser sends them: read with limits, and only from our own pages."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

from starlette.requests import Request

LARGEST = 16 * 1024  # bytes
_MOST_FIELDS = 20


class Unreadable(Exception):
    """What was sent is no form of ours: `status` says what is wrong with it."""

    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(status)


async def read(request: Request) -> dict[str, str]:
    """The fields of a form that was sent from one of our pages; of several of one name the last. Raises Unreadable."""
    if not from_our_page(request):
        raise Unreadable(403)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise Unreadable(415)
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LARGEST:
            raise Unreadable(413)
    try:
        fields = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict")
    except ValueError:
        raise Unreadable(400) from None
    return dict(fields)


def from_our_page(request: Request) -> bool:
    """Whether the browser says that it comes from here. A page without a referrer sends the origin "null" even then."""
    fetched = request.headers.get("sec-fetch-site")
    if fetched is not None:
        return fetched in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin in (None, "null") or urlsplit(origin).netloc == request.headers.get("host")
