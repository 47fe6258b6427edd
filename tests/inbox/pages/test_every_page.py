"""Every page of the inbox, walked: what browsers are told beside it, and what no page may have in it.

The walk reads the routes that are served, so that a page that is added is walked as well.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

import httpx
import pytest
from starlette.routing import Route

from koine import app
from koine.inbox import assets
from koine.postgres.database import Database
from koine.realtime.hub import Hub
from tests.dialects.highlevel.letting_in import give_password
from tests.inbox.conftest import Browser
from tests.inbox.pages.conftest import Desk
from tests.inbox.pages.shown import Shown

POLICY = (
    "default-src 'none'; script-src {scripts}; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
FRAMES = re.compile(
    r"sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'sha256-[\w+/]{43}='; "
    r"img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
TOLD = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
# What a path's names may be filled with; a page whose path has another name in it must be told of here.
NOBODYS = {"secret": "nobody-has-this", "mark": "0000000000000000", "name": "inbox.css"}
OPEN = {"/inbox/sign-in", "/inbox/link/{secret}", "/inbox/setup/{secret}", "/inbox/static/{mark}/{name:path}"}
LISTS = ("mine", "unassigned", "all", "mentions", "snoozed", "resolved")


@pytest.fixture
def paths(database: Database, hub: Hub) -> list[str]:
    """The path of every GET of the inbox."""
    served = app.create(database, base_url="http://127.0.0.1", hub=hub).routes
    found = {each.path for each in _routes(served) if "GET" in (each.methods or ()) and each.path.startswith("/inbox")}
    assert len(found) > 10
    return sorted(found)


def _routes(served: Any) -> Iterator[Route]:
    for each in served:
        if isinstance(each, Route):
            yield each
        yield from _routes(getattr(each, "routes", None) or ())


@pytest.fixture
async def filled(desk: Desk) -> Mapping[str, str]:
    """Values for the names in paths, which lead the agent somewhere."""
    talk = await desk.talk(html="<h1>Sale</h1><img src=https://elsewhere.example/x.gif>")
    await desk.say(talk, "Plain")
    assert talk.message_id is not None
    numbers = {"workspace": desk.here, "number": talk.number, "message": talk.message_id}
    return NOBODYS | {name: str(value) for name, value in numbers.items()} | {"queue": "all"}


async def test_every_page_tells_browsers_the_same(desk: Desk, paths: list[str], filled: Mapping[str, str]) -> None:
    walked = 0
    for path in [
        *(_fill(path, filled) for path in paths if not path.endswith("/stream")),
        *(f"{desk.root}/{each}" for each in LISTS),
    ]:
        answer = await desk.browser.http.get(path)
        _told(answer)
        walked += answer.status_code == 200 and "text/html" in answer.headers["content-type"]
    assert walked > 12
    for path in (
        f"{desk.root}/nothing",
        f"{desk.root}/conversations/987654321",
        "/inbox/w/987654321/mine",
        "/inbox/link/x",
    ):
        answer = await desk.browser.http.get(path)
        assert answer.status_code in (200, 404, 410), path
        _told(answer)


async def test_a_stranger_sees_no_page_but_those_before_the_door(
    another: Browser, paths: list[str], filled: Mapping[str, str]
) -> None:
    for path in paths:
        answer = await another.http.get(_fill(path, filled), headers={"accept": "text/html"})
        _told(answer)
        if path in OPEN:
            assert answer.status_code in (200, 404, 410), path
        else:
            assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, "/inbox/sign-in"), path
            assert answer.text == "", path
    assert another.session is None


async def test_an_agent_of_another_workspace_sees_what_is_not_there(
    desk: Desk, another: Browser, paths: list[str], filled: Mapping[str, str], database: Database
) -> None:
    await give_password(database, desk.world, desk.world.grace)
    assert (await another.sign_in(desk.world.grace)).status_code == 303
    strange = [path for path in paths if "{workspace" in path]
    assert len(strange) > 4
    nonces = re.compile(r'name="_csrf" value="[^"]*"|nonce="[^"]*"')
    for path in strange:
        there = await another.http.get(_fill(path, filled))
        nowhere = await another.http.get(_fill(path, dict(filled) | {"workspace": "987654321"}))
        assert there.status_code == nowhere.status_code == 404, path
        assert nonces.sub("", there.text) == nonces.sub("", nowhere.text), path
        _told(there)


async def test_cookies_are_out_of_reach(desk: Desk, another: Browser) -> None:
    shown = await another.http.get("/inbox/sign-in")
    signed = await another.sign_in(desk.world.linus)
    said = [each for answer in (shown, signed) for each in answer.headers.get_list("set-cookie")]
    assert len(said) >= 2
    for each in said:
        parts = {part.strip().lower() for part in each.split(";")}
        assert {"httponly", "samesite=lax", "path=/"} <= parts, each
        assert not any(part.startswith("domain") for part in parts), each


def _fill(path: str, values: Mapping[str, str]) -> str:
    return re.sub(r"\{(\w+)(?::\w+)?\}", lambda found: values[found[1]], path)


def _told(answer: httpx.Response) -> None:
    """The headers, and that nothing in the page works past them."""
    where = f"{answer.request.method} {answer.url.path}"
    for name, value in TOLD.items():
        assert answer.headers.get(name) == value, (where, name)
    if answer.url.path.startswith("/inbox/static/"):
        return
    assert answer.headers["cache-control"] == "no-store", where
    policy = answer.headers["content-security-policy"]
    if answer.url.path.endswith("/body") and answer.status_code == 200:
        assert FRAMES.fullmatch(policy), where
        assert answer.headers["x-frame-options"] == "SAMEORIGIN"
        return
    assert answer.headers["x-frame-options"] == "DENY", where
    nonce = re.search(r"'nonce-([\w-]{22})'", policy)
    assert policy == POLICY.format(scripts=f"'nonce-{nonce[1]}'" if nonce else "'none'"), where
    if answer.headers.get("content-type", "").startswith("text/html"):
        _nothing_inline(Shown(answer.text), nonce[1] if nonce else None, where)


def _nothing_inline(page: Shown, nonce: str | None, where: str) -> None:
    ours = (assets.url(""), "data:,", "/", "#", "?")
    for each in page.elements:
        assert each.tag not in ("style", "base", "object", "embed"), where
        for name, value in each.attributes.items():
            assert not name.startswith("on"), (where, each.tag, name)
            assert name not in ("style", "srcdoc", "background"), (where, each.tag, name)
            if name in ("src", "action", "formaction", "poster", "data") or (
                name == "href" and each.tag in ("link", "use", "a")
            ):
                elsewhere = name == "href" and each.tag == "a" and re.match(r"https?:|mailto:", value)
                assert (value.startswith(ours) and not value.startswith("//")) or elsewhere, (where, each.tag, value)
        if each.tag == "script":
            assert each["nonce"] == nonce, where
            assert each["src"].startswith(assets.url("js/")), where
            assert each.text == "", where


@pytest.fixture
async def over_tls(database: Database, hub: Hub) -> AsyncIterator[httpx.AsyncClient]:
    """The same, as it is told that browsers reach it over TLS."""
    served = app.create(database, base_url="https://koine.example", hub=hub)
    transport = httpx.ASGITransport(app=served)
    async with httpx.AsyncClient(transport=transport, base_url="https://koine.example") as client:
        yield client


async def test_over_tls_a_cookie_is_secure_and_of_this_host_alone(over_tls: httpx.AsyncClient) -> None:
    (said,) = (await over_tls.get("/inbox/sign-in")).headers.get_list("set-cookie")
    assert said.startswith("__Host-koine-guest=")
    assert {"secure", "httponly", "samesite=lax", "path=/"} <= {part.strip().lower() for part in said.split(";")}
