"""The examples are what is asked and answered: each is replayed, and held against the vendor's pages."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from koine.demo import World
from koine.dialects.tight.routes import ROUTES
from tests.dialects.tight import documented, replaying, vendor_pages
from tests.dialects.tight.replaying import Example
from tests.dialects.tight.speaking import Json, Speaker, speaker

EXAMPLES = replaying.every()
SERVED = {f"{route.method} {route.path}" for route in ROUTES}


class Replay:
    """One example in a world of its own: who may call, and what is known by now."""

    def __init__(self, http: httpx.AsyncClient, world: World, sql: asyncpg.Connection) -> None:
        self._http, self._world, self._sql = http, world, sql
        self._speakers: dict[str, Speaker] = {}
        self.known: Json = {"client_id": world.tight.key, "base_url": str(http.base_url).rstrip("/")}
        for name in ("ada", "grace", "blaise"):
            user = getattr(world, name)
            self.known[name] = {"userId": user.external_id, "email": user.email}

    async def file(self) -> None:
        """A file of Ada's company, as if it had been uploaded."""
        number = await self._sql.fetchval(
            "insert into attachments (workspace_id, uuid, file_name, content_type, size, storage_key)"
            " values ($1, gen_random_uuid(), 'receipt.pdf', 'application/pdf', 24576, gen_random_uuid()) returning id",
            self._world.lamplight.workspace.id,
        )
        self.known["file"] = f"att_{number}"

    async def step(self, step: Json) -> list[str]:
        """Take one step; what was answered otherwise than is written."""
        method, _, path = step["call"].partition(" ")
        sent = {name: replaying.fill(step[name], self.known) for name in ("body", "form", "parts") if name in step}
        said = {"Content-Type": "application/json"} if "text" in step else step.get("headers", {})
        answer = await self._http.request(
            method,
            replaying.fill(path, self.known),
            headers={**await self._shown(step["who"]), **said},
            auth=(self._world.tight.key or "", self._world.tight.secret) if step["who"] == "client" else None,
            **_carried(sent, step.get("text")),
        )
        if answer.status_code == 200 and "body" in sent:
            assert documented.request_valid(method, answer.request.url.path, sent["body"])
        found = [] if answer.status_code == step["status"] else [f"{answer.status_code} instead of {step['status']}"]
        return [*found, *replaying.differences(step["answer"], answer.json(), self.known)]

    async def _shown(self, who: str) -> dict[str, str]:
        """The header of somebody, as `ada`, `ada reading`, `partner late` or `with {token}`; others show no token."""
        if who in ("nobody", "client"):
            return {}
        if who.startswith("with "):
            return {"Authorization": "Bearer " + replaying.fill(who.removeprefix("with "), self.known)}
        if who not in self._speakers:
            self._speakers[who] = await self._speaker(*who.split())
        return self._speakers[who].headers

    async def _speaker(self, name: str, how: str = "") -> Speaker:
        form = {} if name == "partner" else {"userId": self.known[name]["userId"]}
        found = await speaker(self._http, self._world, **form, scope="read" if how == "reading" else "write")
        if how == "late":
            past = datetime.now().astimezone() - timedelta(seconds=1)
            await self._sql.execute("update tokens set expires_at = $1 where id = (select max(id) from tokens)", past)
        return found


def _carried(sent: Json, text: str | None) -> dict[str, Any]:
    """What httpx is to send: JSON, a form, the parts of an upload, or a text that only claims to be JSON."""
    if text is not None:
        return {"content": text.encode()}
    if "form" in sent:
        return {"data": sent["form"]}
    if "parts" in sent:
        return {"files": {name: _part(part) for name, part in sent["parts"].items()}}
    return {"json": sent["body"]} if "body" in sent else {}


def _part(part: Json) -> tuple[str | None, bytes, str]:
    """A file with its name, its content so often, and its type; or JSON."""
    if "json" in part:
        return None, json.dumps(part["json"]).encode(), "application/json"
    return part["fileName"], part["content"].encode() * part.get("times", 1), part["contentType"]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
async def test_an_example_is_answered_as_it_says(
    example: Example, http: httpx.AsyncClient, world: World, sql: asyncpg.Connection
) -> None:
    replay = Replay(http, world, sql)
    await replay.file()
    for number, step in enumerate(example.steps, 1):
        wrong = await replay.step(step)
        assert not wrong, f"{example.name}, step {number}, {step['call']}: " + "; ".join(wrong)


def test_every_check_of_the_contract_is_an_example() -> None:
    checks = {example.name for example in EXAMPLES if example.name.startswith("check_")}
    assert {name[:8] for name in checks} == {f"check_{n:02}" for n in range(1, 13)}


def test_every_endpoint_is_in_an_example() -> None:
    def served(call: str) -> str | None:
        method, _, path = re.sub(r"{\w+}", "x", call.partition("?")[0]).partition(" ")
        template = documented.template(method, path)
        return template and f"{method} {template}"

    called = {served(step["call"]) for example in EXAMPLES for step in example.steps}
    assert SERVED - called == set()


@pytest.mark.parametrize("name", vendor_pages.FILES)
def test_an_example_of_the_vendors_has_the_members_of_its_page(name: str, contracts: Path) -> None:
    request, answer = vendor_pages.read(contracts, name)
    steps = replaying.read(replaying.FOLDER / f"seed_{name}.json").steps
    (step,) = [step for step in steps if step.get("vendor")]
    assert shape(step["body"]) == shape(request)
    assert shape(step["answer"]) == _answered(answer)


def test_a_message_that_somebody_reacted_to_has_the_members_of_its_page(contracts: Path) -> None:
    _, answer = vendor_pages.read(contracts, "save_messages")
    last = replaying.read(replaying.FOLDER / "seed_save_messages_reacted.json").steps[-1]
    assert shape(last["answer"]["data"]) == shape(answer["data"][0]["data"])


def _answered(page: Json) -> Any:
    """The shape of a page's answer, without what the generator puts into error lists; lists end with an empty one.

    To a message that was just said nobody has reacted.
    """
    for item in page["data"]:
        if "error" in item:
            item["error"] = []
            item["data"] |= {"reactions": []} if "reactions" in item["data"] else {}
    return shape({**page, "error": []})


def shape(value: Any) -> Any:
    """Members in their order, without values: a list is what its first element is."""
    if isinstance(value, dict):
        return [(name, shape(inner)) for name, inner in value.items()]
    return [shape(inner) for inner in value[:1]] if isinstance(value, list) else None


@pytest.mark.parametrize(
    ("expected", "got", "differs"),
    [
        ({"a": 1, "b": 2}, {"a": 1, "b": 2}, 0),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, 1),
        ({"a": 1}, {"a": 1, "b": 2}, 1),
        ([1], [1, 2], 1),
        ([], None, 1),
        (None, [], 1),
        (1, True, 1),
        ("{con}", "con_7", 0),
        ("{con}", "con_8", 1),
        ("/v6/{con}", "/v6/con_7", 0),
        ("<id:con_>", "con_7", 0),
        ("<id:con_>", "con_07", 1),
        ("<id:con_>", "msg_7", 1),
        ("<datetime>", "2026-01-02T03:04:05.678Z", 0),
        ("<datetime>", "2026-01-02T03:04:05Z", 1),
        ("<url>", "https://koine.example/files/1", 0),
        ("<url>", "/files/1", 1),
        ("<cursor>", None, 1),
    ],
)
def test_what_differs_from_an_example_is_found(expected: Any, got: Any, differs: int) -> None:
    assert len(list(replaying.differences(expected, got, {"con": "con_7"}))) == differs


def test_what_an_example_names_is_known_from_then_on() -> None:
    known: Json = {}
    assert list(replaying.differences({"id": "<id:con_ as con>"}, {"id": "con_7"}, known)) == []
    assert replaying.fill({"id": "{con}", "path": "/v6/{con}"}, known) == {"id": "con_7", "path": "/v6/con_7"}
