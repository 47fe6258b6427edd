"""Forms as the browser sends them: read with limits, and only from our own pages."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import Request

_KIND = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a form may be, in bytes, and how many fields it may have."""

    largest: int
    most_fields: int


OF_STRANGERS = Limits(16 * 1024, 20)
OF_PEOPLE = Limits(1024 * 1024, 2_000)  # of those who are signed in: a long answer, a large selection


class Unreadable(Exception):
    """What was sent is no form of ours: `status` says what is wrong with it."""

    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(status)


async def read(request: Request, limits: Limits = OF_STRANGERS) -> dict[str, str]:
    """The fields of a form that was sent from one of our pages; of several of one name the last. Raises Unreadable."""
    return dict(await fields(request, limits))


async def fields(request: Request, limits: Limits = OF_STRANGERS) -> list[tuple[str, str]]:
    """The same with all fields, in their order. It may be asked for again: the door has read it by then."""
    known: list[tuple[str, str]] | None = getattr(request.state, "fields", None)
    if known is None:
        known = request.state.fields = await _fields(request, limits)
    return known


def is_form(request: Request) -> bool:
    """Whether what is sent says that it is a form without files."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == _KIND


def from_our_page(request: Request) -> bool:
    """Whether the browser says that it comes from here. A page without a referrer sends the origin "null" even then."""
    fetched = request.headers.get("sec-fetch-site")
    if fetched is not None:
        return fetched in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin in (None, "null") or urlsplit(origin).netloc == request.headers.get("host")


async def _fields(request: Request, limits: Limits) -> list[tuple[str, str]]:
    if not from_our_page(request):
        raise Unreadable(403)
    if not is_form(request):
        raise Unreadable(415)
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > limits.largest:
            raise Unreadable(413)
    try:
        return parse_qsl(
            body.decode("ascii"), keep_blank_values=True, max_num_fields=limits.most_fields, errors="strict"
        )
    except ValueError:
        raise Unreadable(400) from None
