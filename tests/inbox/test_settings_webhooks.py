"""Webhooks by forms: made, tried, looked at, told again, rotated, disabled and deleted by those who may."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path

import asyncpg
import pytest
from standardwebhooks.webhooks import Webhook as Reference

from koine.core.actor import system
from koine.core.users import users
from koine.core.users.users import User
from koine.demo import World
from koine.postgres import embedded
from koine.postgres.database import Database
from koine.postgres.notices import Notices
from koine.realtime.hub import Hub
from tests.dialects.native.hooks import House, house
from tests.inbox.conftest import Browser
from tests.inbox.test_settings_pages import root
from tests.outgoing.listeners import OK, Receiver, says
from tests.waiting import until

URL = "http://127.0.0.1:9/hook"
AWAY = b"HTTP/1.1 500 Away\r\nContent-Length: 14\r\n\r\nfor <lunch> &c"


@pytest.fixture
async def koine(
    server: embedded.Running, database: Database, hub: Hub, house_notices: Notices, tmp_path: Path
) -> AsyncIterator[House]:
    async with house(server.address.dsn("koine_app"), database, hub, house_notices, tmp_path) as opened:
        yield opened


@pytest.fixture
async def desk(koine: House, linus: User) -> AsyncIterator[Browser]:
    """Linus at a browser, in a house that can send."""
    async with koine.visited() as client:
        browser = Browser(client)
        await browser.sign_in(linus)
        yield browser


async def _made(desk: Browser, world: World, **fields: object) -> tuple[str, str]:
    """The page of a new webhook, and its secret."""
    page = f"{root(world)}/webhooks"
    sent = {"url": URL, "dialect": "native", "which": "all", "name": ""} | fields
    made = await desk.post(page, f"{page}/new", **sent)  # type: ignore[arg-type]
    assert made.status_code == 200, made.text
    shown = re.findall(r"<code>(whsec_[^<]+)</code>", made.text)
    return re.findall(rf'href="({page}/[0-9a-f-]{{36}})"', made.text)[0], unescape(shown[0]) if shown else ""


@pytest.mark.parametrize("dialect", ["native", "tight", "highlevel"])
async def test_one_of_each_contract_is_made_and_its_secret_is_shown_once(
    desk: Browser, world: World, dialect: str
) -> None:
    form = await desk.http.get(f"{root(world)}/webhooks/new?dialect={dialect}")
    assert (form.status_code, f'name="dialect" value="{dialect}"' in form.text) == (200, True)
    page, secret = await _made(desk, world, dialect=dialect, name="Ware & house")
    shown = (await desk.http.get(page)).text
    assert ("Ware &amp; house" in shown, bool(secret) and secret in shown, "Enabled" in shown) == (True, False, True)
    assert "Ware &amp; house" in (await desk.http.get(f"{root(world)}/webhooks")).text


@pytest.mark.parametrize(
    ("wrong", "says_"),
    [
        ({"url": ""}, "aria-invalid"),
        ({"url": "ftp://127.0.0.1/"}, "aria-invalid"),
        ({"url": "http://10.1.2.3/"}, "aria-invalid"),
        ({"url": "https://" + "x" * 2000}, "It is too long."),
        ({"name": "x" * 201}, "It is too long."),
        ({"which": "some"}, "It names no kind of event."),
        ({"which": "some", "kind": ["message.posted", "no.such"]}, "no.such is no kind of event"),
    ],
    ids=str,
)
async def test_what_will_not_do_is_kept_and_explained(
    desk: Browser, world: World, wrong: dict[str, object], says_: str
) -> None:
    page = f"{root(world)}/webhooks"
    sent = {"url": URL, "dialect": "native", "which": "all", "name": "Kept as typed"} | wrong
    refused = await desk.post(page, f"{page}/new", **sent)  # type: ignore[arg-type]
    assert (refused.status_code, says_.lower() in refused.text.lower()) == (422, True), refused.text
    assert ("Kept as typed" in refused.text) == ("name" not in wrong)
    if "kind" in wrong:
        assert re.search(r'value="message.posted" checked', refused.text)
    assert "Nobody is told yet" in (await desk.http.get(page)).text
    assert (await desk.post(page, f"{page}/new", **(sent | {"dialect": "morse"}))).status_code == 404  # type: ignore[arg-type]


async def test_a_test_is_delivered_signed_and_shown(koine: House, desk: Browser, world: World) -> None:
    async with Receiver(says(OK)).listening() as receiver, koine.working():
        page, secret = await _made(desk, world, url=receiver.url)
        tested = await desk.post(f"{page}/test", page)
        assert tested.status_code == 303
        shown = (await desk.http.get(tested.headers["location"])).text
    assert ('class="code good">200' in shown, "webhook.test" in shown) == (True, True)
    (request,) = receiver.requests
    Reference(secret).verify(request.body, request.headers)


async def test_the_log_is_filtered_and_what_was_answered_is_text(
    koine: House, desk: Browser, world: World, sql: asyncpg.Connection
) -> None:
    async with Receiver(says(OK)).listening() as well, Receiver(says(AWAY)).listening() as badly, koine.working():
        page, _ = await _made(desk, world, url=well.url)
        await desk.post(f"{page}/test", page)
        await sql.execute("update webhooks set url = $1 where uuid = $2", badly.url, page[-36:])
        await desk.post(f"{page}/test", page)
    everything, delivered, failed, of_kind, nothing, odd = [
        (await desk.http.get(f"{page}?{query}")).text.count('class="try"')
        for query in (
            "",
            "outcome=delivered",
            "outcome=failed",
            "kind=webhook.test",
            "kind=tag.created",
            "kind=%00&before=x",
        )
    ]
    assert (everything, delivered, failed, of_kind, nothing, odd) == (2, 1, 1, 2, 0, 2)
    shown = (await desk.http.get(f"{page}?outcome=failed")).text
    assert ("for &lt;lunch&gt; &amp;c" in shown, 'class="code bad">500' in shown) == (True, True)
    assert (await desk.http.get(f"{page}?delivery=x")).status_code == 404


async def test_one_delivery_or_all_that_were_given_up_are_told_again(
    koine: House, desk: Browser, world: World, sql: asyncpg.Connection
) -> None:
    async with Receiver(says(OK)).listening() as receiver, koine.working():
        page, _ = await _made(desk, world, url=receiver.url)
        for _ in range(3):
            await desk.post(f"{page}/test", page)
        deliveries = re.findall(r'name="delivery" value="([0-9a-f-]{36})"', (await desk.http.get(page)).text)
        again = await desk.post(f"{page}/replay", page, delivery=deliveries[0])
        assert again.headers["location"] == f"{page}?done=replayed"
        await until(lambda: _count(receiver, 4))
        given_up = "update webhook_deliveries set state = 'failed', finished_at = now() where uuid = any ($1::uuid[])"
        await sql.execute(given_up, deliveries[1:])
        assert (await desk.post(f"{page}/replay", page, since="hour")).status_code == 303
        await until(lambda: _count(receiver, 6))
    ids = [request.headers["webhook-id"] for request in receiver.requests]
    assert (sorted(ids[4:]), ids[3]) == (sorted(deliveries[1:]), deliveries[0])
    wrong = await desk.post(f"{page}/replay", page, since="ever")
    assert wrong.status_code == 422
    other = await desk.post(f"{page}/replay", page, delivery="01890000-0000-7000-8000-000000000000")
    assert other.status_code == 404


async def _count(receiver: Receiver, count: int) -> bool:
    return len(receiver.requests) >= count


async def test_it_is_rotated_disabled_enabled_and_deleted(desk: Browser, world: World) -> None:
    page, secret = await _made(desk, world)
    rotated = await desk.post(f"{page}/secret", page)
    fresh = re.findall(r"<code>(whsec_[^<]+)</code>", rotated.text)
    assert (rotated.status_code, len(fresh), fresh[0] != secret) == (200, 1, True)
    assert (await desk.post(f"{page}/state", page, enabled="no")).headers["location"] == f"{page}?done=disabled"
    shown = (await desk.http.get(page)).text
    assert ("It was disabled by somebody." in shown, f"{page}/test" in shown) == (True, False)
    for act, fields in (("test", {}), ("replay", {"since": "day"})):
        refused = await desk.post(f"{page}/{act}", page, **fields)
        assert (refused.status_code, "Enable it first." in refused.text) == (409, True)
    assert (await desk.post(f"{page}/state", page, enabled="yes")).status_code == 303
    listed = f"{root(world)}/webhooks"
    assert (await desk.post(f"{page}/removal", page)).headers["location"] == f"{listed}?done=deleted"
    assert ((await desk.http.get(page)).status_code, page in (await desk.http.get(listed)).text) == (404, False)


async def test_a_webhook_of_another_workspace_is_not_there(
    desk: Browser, linus: User, world: World, database: Database
) -> None:
    """Also for who administers both: each stands in its own."""
    page, _ = await _made(desk, world)
    by = system(world.account_id, world.lamplight.workspace.id, world.harbour.workspace.id)
    async with database.writing(by.workspaces) as tx:
        await users.add(tx, by, linus, world.harbour.workspace.id, role="Admin")
    other = f"/inbox/w/{world.harbour.workspace.id}/settings/webhooks"
    there = other + page[-37:]
    assert page[-36:] not in (await desk.http.get(other)).text
    assert (await desk.http.get(there)).status_code == 404
    for act in ("test", "secret", "state", "removal", "replay"):
        answer = await desk.post(f"{there}/{act}", f"{other}/new", since="day", enabled="no")
        assert (answer.status_code, act) == (404, act)
    assert "Enabled" in (await desk.http.get(page)).text
