"""Webhooks under /v1/webhooks: made, looked at, tried, told again, changed and ended by those who may, over HTTP."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from standardwebhooks.webhooks import Webhook as Reference

from koine.core.identity import new_uuid
from koine.demo import World
from koine.dialects.native import subscribing, wire
from koine.postgres import embedded
from koine.postgres.database import Database
from koine.postgres.notices import Notices
from koine.realtime.hub import Hub
from tests.dialects import corpora
from tests.dialects.native.conftest import Issue, Say
from tests.dialects.native.hooks import PATH, House, house
from tests.outgoing.listeners import OK, Receiver, Request, says
from tests.waiting import until

URL = "http://127.0.0.1:9/hook"
WEBHOOK = [
    "id",
    "name",
    "url",
    "dialect",
    "workspace_id",
    "events",
    "public_keys",
    "rotated_until",
    "failures",
    "failing_since",
    "paused_until",
    "disabled_at",
    "disabled_because",
    "created_at",
]


@pytest.fixture
async def koine(
    server: embedded.Running, database: Database, hub: Hub, house_notices: Notices, tmp_path: Path
) -> AsyncIterator[House]:
    async with house(server.address.dsn("koine_app"), database, hub, house_notices, tmp_path) as opened:
        yield opened


@pytest.fixture
async def owner(koine: House, world: World) -> AsyncIterator[httpx.AsyncClient]:
    """The app that may do everything in Lamplight."""
    async with koine.client(world.native.secret) as client:
        yield client


@pytest.fixture
async def stranger(koine: House, world: World, issue: Issue) -> AsyncIterator[httpx.AsyncClient]:
    """The app that may do everything in Harbour."""
    async with koine.client((await issue(world.harbour)).secret) as client:
        yield client


@pytest.fixture
async def whole(koine: House, issue: Issue) -> AsyncIterator[httpx.AsyncClient]:
    """The app that may do everything in the account."""
    async with koine.client((await issue()).secret) as client:
        yield client


def problem(answer: httpx.Response, status: int, code: str) -> Any:
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    found = answer.json()
    wire.Problem.model_validate(found)
    assert found["code"] == code, found
    return found


def wrong(answer: httpx.Response) -> list[tuple[str, list[str | int]]]:
    return [(error["kind"], error["path"]) for error in problem(answer, 400, "invalid")["errors"]]


async def made(client: httpx.AsyncClient, **wanted: object) -> Any:
    answer = await client.post(PATH, json={"url": URL} | wanted)
    assert answer.status_code == 201, answer.text
    subscribing.Issued.model_validate(answer.json())
    return answer.json()


async def log(client: httpx.AsyncClient, id: str, tries: int = 0, **asked: object) -> Any:
    """A page of the log, once it has so many tries."""
    found: list[httpx.Response] = []

    async def there() -> bool:
        found.append(await client.get(f"{PATH}/{id}/log", params=asked))  # type: ignore[arg-type]
        return found[-1].status_code != 200 or len(found[-1].json()["tries"]) >= tries

    await until(there)
    assert found[-1].status_code == 200, found[-1].text
    subscribing.Log.model_validate(found[-1].json())
    return found[-1].json()


async def test_its_secret_is_told_once_and_it_is_shown_without(owner: httpx.AsyncClient, world: World) -> None:
    issued = await made(owner, name="Ours", events=["message.posted"])
    assert list(issued) == ["id", "secret", *WEBHOOK[1:]]
    assert issued["secret"].startswith("whsec_")
    assert issued["public_keys"][0].startswith("whpk_")
    assert (issued["url"], issued["dialect"], issued["name"]) == (URL, "native", "Ours")
    assert (issued["workspace_id"], issued["events"]) == (str(world.lamplight.workspace.uuid), ["message.posted"])
    del issued["secret"]
    shown = (await owner.get(f"{PATH}/{issued['id']}")).json()
    assert list(shown) == WEBHOOK
    assert shown == issued
    other = await made(owner)
    del other["secret"]
    assert (await owner.get(PATH)).json() == {"webhooks": [issued, other]}


async def test_what_is_said_is_delivered_and_the_reference_library_takes_it(
    koine: House, owner: httpx.AsyncClient, say: Say
) -> None:
    async with Receiver(says(OK)).listening() as receiver, koine.working():
        issued = await made(owner, url=receiver.url, events=["message.posted"])
        await say("It works again.")
        page = await log(owner, issued["id"], 1)
    (tried,), (request,) = page["tries"], receiver.requests
    told = Reference(issued["secret"]).verify(request.body, request.headers)
    assert (told["type"], told["data"]["id"]) == ("message.posted", tried["event_id"])
    assert list(tried) == [
        *("delivery_id", "event_id", "event", "part", "workspace_id", "number", "status", "error", "answer", "took"),
        *("tried_at", "state", "next_try_at"),
    ]
    assert tried["delivery_id"] == request.headers["webhook-id"]
    assert (tried["status"], tried["error"], tried["answer"], tried["state"]) == (200, None, "ok", "delivered")
    assert page["next"] is None


async def test_a_test_and_replays_of_it_of_an_event_and_of_a_stretch_of_time(
    koine: House, owner: httpx.AsyncClient, say: Say
) -> None:
    async with Receiver(says(OK)).listening() as receiver, koine.working():
        id = (await made(owner, url=receiver.url, events=["message.posted"]))["id"]
        asked = (await _post(owner, id, "test")).json()
        assert asked["count"] == 1
        (tested,) = (await log(owner, id, 1))["tries"]
        assert (tested["delivery_id"], tested["event_id"], tested["event"]) == (
            asked["delivery_id"],
            None,
            "webhook.test",
        )
        again = await _post(owner, id, "replay", {"id": asked["delivery_id"]})
        assert again.json() == asked
        await log(owner, id, 2)
        await say("One.", "Two.")
        event = (await log(owner, id, 4))["tries"][1]
        by_event = await _post(owner, id, "replay", {"id": event["event_id"]})
        assert by_event.json() == {"delivery_id": event["delivery_id"], "count": 1}
        await log(owner, id, 5)
        said = json.loads(receiver.requests[-1].body)["timestamp"]
        stretch = {"since": said, "until": (datetime.now(UTC) + timedelta(days=1)).isoformat()}
        every = await _post(owner, id, "replay", stretch)
        assert every.json() == {"delivery_id": None, "count": 2}
        await log(owner, id, 7)
        of_it = (await log(owner, id, delivery=event["delivery_id"]))["tries"]
    assert [(tried["number"], tried["state"]) for tried in of_it] == [(1, "delivered")] * 3
    assert [_kind(request) for request in receiver.requests].count("webhook.test") == 2
    assert len(receiver.requests) == 7


async def test_the_log_is_read_page_by_page(koine: House, owner: httpx.AsyncClient, say: Say) -> None:
    async with Receiver(says(OK)).listening() as receiver, koine.working():
        id = (await made(owner, url=receiver.url, events=["message.posted"]))["id"]
        await say(*map(str, range(5)))
        every = (await log(owner, id, 5))["tries"]
    pages, before = [], None
    while True:
        page = await log(owner, id, limit=2, **({} if before is None else {"before": before}))
        pages.append(page["tries"])
        before = page["next"]
        if before is None:
            break
    assert [len(page) for page in pages] == [2, 2, 1]
    assert [tried for page in pages for tried in page] == every


async def test_a_rotation_gives_a_new_secret_and_keeps_the_old_one_for_a_day(
    koine: House, owner: httpx.AsyncClient
) -> None:
    async with Receiver(says(OK)).listening() as receiver, koine.working():
        first = await made(owner, url=receiver.url)
        answer = await _post(owner, first["id"], "rotate", status=200)
        second = answer.json()
        await _post(owner, first["id"], "test")
        await log(owner, first["id"], 1)
    assert second["secret"] != first["secret"]
    assert second["public_keys"][1:] == first["public_keys"]
    lasts = datetime.fromisoformat(second["rotated_until"]) - datetime.now(UTC)
    assert timedelta(hours=23) < lasts <= timedelta(hours=24)
    for secret in (first["secret"], second["secret"]):
        Reference(secret).verify(receiver.requests[0].body, receiver.requests[0].headers)


async def test_it_is_disabled_and_enabled(owner: httpx.AsyncClient) -> None:
    id = (await made(owner))["id"]
    disabled = (await _post(owner, id, "disable", status=200)).json()
    assert (disabled["disabled_because"], disabled["disabled_at"] is None) == ("asked", False)
    assert (await _post(owner, id, "disable", status=200)).json() == disabled
    problem(await owner.post(f"{PATH}/{id}/test"), 409, "webhook_disabled")
    replay = {"id": str(new_uuid())}
    problem(await owner.post(f"{PATH}/{id}/replay", json=replay), 409, "webhook_disabled")
    enabled = (await _post(owner, id, "enable", status=200)).json()
    assert (enabled["disabled_because"], enabled["disabled_at"]) == (None, None)


async def test_it_is_deleted(owner: httpx.AsyncClient) -> None:
    id = (await made(owner))["id"]
    answer = await owner.delete(f"{PATH}/{id}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert not {"content-length", "content-type", "transfer-encoding"} & set(answer.headers)
    assert (await owner.get(PATH)).json() == {"webhooks": []}
    problem(await owner.get(f"{PATH}/{id}"), 404, "webhook_not_found")
    problem(await owner.delete(f"{PATH}/{id}"), 404, "webhook_not_found")
    problem(await owner.post(f"{PATH}/{id}/enable"), 404, "webhook_not_found")


async def test_nothing_follows_a_deletion_on_a_connection_that_goes_on(
    http: httpx.AsyncClient, owner: httpx.AsyncClient, world: World
) -> None:
    """As uvicorn writes it."""
    id = (await made(owner))["id"]
    headers = {"Authorization": f"Bearer {world.native.secret}"}
    answer = await http.delete(f"{PATH}/{id}", headers=headers)
    assert (answer.status_code, answer.content) == (204, b"")
    assert not {"content-length", "transfer-encoding"} & set(answer.headers)
    problem(await http.delete(f"{PATH}/{id}", headers=headers), 404, "webhook_not_found")


async def test_to_a_stranger_it_does_not_exist(
    owner: httpx.AsyncClient, stranger: httpx.AsyncClient, whole: httpx.AsyncClient
) -> None:
    """Whatever is asked of it, and word for word as of one that never was."""
    theirs, accounts = (await made(owner))["id"], (await made(whole, scope="account"))["id"]
    deeds = [("GET", ""), ("GET", "/log"), ("DELETE", "")]
    deeds += [("POST", f"/{deed}") for deed in ("test", "replay", "rotate", "disable", "enable")]
    replay = {"id": str(new_uuid())}
    for method, deed in deeds:
        said = []
        for id in (theirs, accounts, str(new_uuid()), "1", "nonsense"):
            answer = await stranger.request(method, f"{PATH}/{id}{deed}", json=replay if method == "POST" else None)
            said.append({**problem(answer, 404, "webhook_not_found"), "instance": ""})
        assert said == [said[0]] * len(said)
    assert (await stranger.get(PATH)).json() == {"webhooks": []}
    assert {it["id"] for it in (await whole.get(PATH)).json()["webhooks"]} == {theirs, accounts}
    assert {it["id"] for it in (await owner.get(PATH)).json()["webhooks"]} == {theirs}


async def test_a_delivery_of_another_webhook_is_none_of_this_one(
    koine: House, owner: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    async with Receiver(says(OK)).listening() as receiver, koine.working():
        one, other = [(await made(client, url=receiver.url))["id"] for client in (owner, stranger)]
        delivery = (await _post(owner, one, "test")).json()["delivery_id"]
        await log(owner, one, 1)
        answer = await stranger.post(f"{PATH}/{other}/replay", json={"id": delivery})
        problem(answer, 404, "delivery_not_found")
        assert (await log(stranger, other, delivery=delivery))["tries"] == []
    assert len(receiver.requests) == 1


async def test_a_webhook_of_the_account_wants_a_token_of_all_of_it(
    owner: httpx.AsyncClient, whole: httpx.AsyncClient, world: World
) -> None:
    issued = await made(whole, scope="account")
    assert issued["workspace_id"] is None
    problem(await owner.post(PATH, json={"url": URL, "scope": "account"}), 403, "foreign_workspace")
    harbour = str(world.harbour.workspace.uuid)
    assert (await made(whole, workspace_id=harbour))["workspace_id"] == harbour
    assert wrong(await whole.post(PATH, json={"url": URL})) == [("missing", ["workspace_id"])]
    both = {"url": URL, "scope": "account", "workspace_id": harbour}
    assert wrong(await whole.post(PATH, json=both)) == [("not_allowed", ["workspace_id"])]
    assert wrong(await owner.post(PATH, json={"url": URL, "workspace_id": harbour})) == [
        ("not_found", ["workspace_id"])
    ]


async def test_permissions_are_asked_for(koine: House, owner: httpx.AsyncClient, issue: Issue, world: World) -> None:
    id = (await made(owner))["id"]
    reading = frozenset({"conversations:read", "conversations:read_all", "contacts:read"})
    token = (await issue(world.lamplight, permissions=reading)).secret
    async with koine.client(token) as reader:
        for answer in (
            await reader.post(PATH, json={"url": URL}),
            await reader.get(PATH),
            await reader.get(f"{PATH}/{id}"),
        ):
            assert "webhooks:manage" in problem(answer, 403, "permission_missing")["detail"]
    async with koine.client((await issue(world.lamplight, user=world.mary)).secret) as mary:
        problem(await mary.get(PATH), 403, "permission_missing")
    async with koine.client("koine_nobody") as nobody:
        problem(await nobody.get(PATH), 401, "unauthenticated")


@pytest.mark.parametrize(
    ("body", "problems"),
    [
        ({}, [("missing", ["url"])]),
        ({"url": ""}, [("missing", ["url"])]),
        (
            {"url": 7, "events": "all", "scope": "world"},
            [("wrong_type", ["url"]), ("wrong_type", ["events"]), ("not_allowed", ["scope"])],
        ),
        ({"url": "http://10.0.0.1/"}, [("not_allowed", ["url"])]),
        ({"url": "https://169.254.169.254/"}, [("not_allowed", ["url"])]),
        ({"url": URL, "events": []}, [("missing", ["events"])]),
        ({"url": URL, "events": ["message.posted", "message.eaten"]}, [("not_allowed", ["events", 1])]),
        ({"url": URL, "dialect": "morse"}, [("not_allowed", ["dialect"])]),
        ({"url": URL, "name": "x" * 201}, [("too_long", ["name"])]),
        ({"url": "https://example.com/" + "x" * 2_000}, [("too_long", ["url"])]),
        ({"url": URL, "workspace_id": "1"}, [("malformed", ["workspace_id"])]),
        ({"url": URL, "secret": "mine"}, [("not_allowed", ["secret"])]),
    ],
)
async def test_what_is_wrong_with_a_new_one_is_said(
    owner: httpx.AsyncClient, body: object, problems: list[tuple[str, list[str | int]]]
) -> None:
    assert wrong(await owner.post(PATH, json=body)) == problems


@pytest.mark.parametrize(
    ("body", "problems"),
    [
        ({}, [("missing", ["id"])]),
        ({"until": "2026-11-20T00:00:00Z"}, [("missing", ["id"])]),
        ({"id": str(new_uuid()), "since": "2026-11-20T00:00:00Z"}, [("missing", ["id"])]),
        ({"since": "2026-11-20T00:00:00Z", "until": "2026-11-20T00:00:00Z"}, [("not_allowed", ["until"])]),
        ({"since": "yesterday"}, [("malformed", ["since"])]),
        ({"since": "2026-11-20T00:00:00"}, [("malformed", ["since"])]),
        ({"since": "1999-01-01T00:00:00Z"}, [("not_allowed", ["since"])]),
        ({"id": "1"}, [("malformed", ["id"])]),
    ],
)
async def test_what_is_wrong_with_a_replay_is_said(
    owner: httpx.AsyncClient, body: object, problems: list[tuple[str, list[str | int]]]
) -> None:
    id = (await made(owner))["id"]
    assert wrong(await owner.post(f"{PATH}/{id}/replay", json=body)) == problems


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("before=x", "before"),
        ("delivery=1", "delivery"),
        ("page=2", "page"),
    ],
)
async def test_what_is_wrong_with_a_page_of_the_log_is_said(owner: httpx.AsyncClient, query: str, name: str) -> None:
    id = (await made(owner))["id"]
    assert [path for _, path in wrong(await owner.get(f"{PATH}/{id}/log?{query}"))] == [[name]]


async def test_no_body_makes_it_fail(owner: httpx.AsyncClient) -> None:
    id = (await made(owner))["id"]
    for path in (PATH, f"{PATH}/{id}/replay"):
        for body in (*corpora.VALID.values(), *corpora.INVALID.values()):
            answer = await owner.post(path, content=body, headers={"Content-Type": "application/json"})
            assert 400 <= answer.status_code < 500, (path, body[:80], answer.text)
    fields = {
        PATH: ("url", "events", "scope", "workspace_id", "dialect", "name"),
        f"{PATH}/{id}/replay": ("id", "since", "until"),
    }
    for path, names in fields.items():
        for name in names:
            for text in corpora.NAUGHTY:
                answer = await owner.post(path, json={"url": URL, name: text} if path == PATH else {name: text})
                assert answer.status_code == 201 or 400 <= answer.status_code < 500, (path, name, text, answer.text)
                if answer.status_code == 201:
                    assert name == "name"
                    await owner.delete(f"{PATH}/{answer.json()['id']}")


def _kind(request: Request) -> str:
    return str(json.loads(request.body)["type"])


async def _post(
    client: httpx.AsyncClient, id: str, deed: str, body: object = None, *, status: int = 202
) -> httpx.Response:
    answer = await client.post(f"{PATH}/{id}/{deed}", json=body)
    assert answer.status_code == status, answer.text
    return answer
