"""Speaking Tight as somebody: a token from the token endpoint, and the calls that the contract has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

from koine.demo import World

Json = dict[str, Any]


@dataclass(frozen=True)
class Speaker:
    """Somebody with an access token."""

    http: httpx.AsyncClient
    token: str

    async def get(self, path: str, **query: Any) -> httpx.Response:
        return await self.http.get(path, params=query or None, headers=self.headers)

    async def post(self, path: str, body: Any) -> httpx.Response:
        return await self.http.post(path, json=body, headers=self.headers)

    async def delete(self, path: str) -> httpx.Response:
        return await self.http.delete(path, headers=self.headers)

    async def send(self, path: str, content: bytes, content_type: str = "application/json") -> httpx.Response:
        """Exactly these bytes."""
        return await self.http.post(path, content=content, headers={**self.headers, "Content-Type": content_type})

    async def save(self, *items: Any) -> httpx.Response:
        return await self.post("/v6/conversations", {"data": items})

    async def say(self, *items: Any) -> httpx.Response:
        return await self.post("/v6/messages", {"data": items})

    async def query(self, **body: Any) -> httpx.Response:
        return await self.post("/v6/conversations/query", body)

    async def opened(self, **item: Any) -> Json:
        """A new conversation; what is not said is filled in."""
        return await self.saved({"subject": "A question", "message": {"text": "What is this?"}, **item})

    async def saved(self, item: Json) -> Json:
        """One item that must be saved: the conversation."""
        return one(await self.save(item))

    async def said(self, conversation: Json, text: str) -> Json:
        """One message that must be posted."""
        return one(await self.say({"conversationId": conversation["id"], "text": text}))

    async def seen(self, conversation: Json) -> Json:
        """A conversation as this reader finds it."""
        return found(await self.get(f"/v6/conversations/{conversation['id']}"))

    async def listed(self, **body: Any) -> list[Json]:
        """The conversations of one page."""
        return page(await self.query(**body))["data"]

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


async def speaker(http: httpx.AsyncClient, world: World, **form: str) -> Speaker:
    """Whoever the form asks for: `userId`, `scope`."""
    answer = await ask_token(http, world, **form)
    assert answer.status_code == 200, answer.text
    return Speaker(http, answer.json()["access_token"])


async def ask_token(http: httpx.AsyncClient, world: World, **form: str) -> httpx.Response:
    return await http.post("/v6/auth/token", data=form, auth=(world.tight.key or "", world.tight.secret))


def page(answer: httpx.Response) -> Json:
    """A list that succeeded: `data` and `cursor`."""
    assert answer.status_code == 200, answer.text
    body: Json = answer.json()
    assert list(body) == ["result", "data", "cursor", "error"]
    assert (body["result"], body["error"]) == ("SUCCESS", [])
    return body


def found(answer: httpx.Response) -> Json:
    """What a get found."""
    assert answer.status_code == 200, answer.text
    body: Json = answer.json()
    assert list(body) == ["result", "data", "error"]
    assert (body["result"], body["error"]) == ("SUCCESS", [])
    data: Json = body["data"]
    return data


def one(answer: httpx.Response) -> Json:
    """What became of the only item of a save that succeeded."""
    (result,) = results(answer, 200)
    data: Json = result["data"]
    return data


def results(answer: httpx.Response, status: int) -> list[Json]:
    """What became of each item of a save, after a look at the envelope (contracts/tight.md §4.5)."""
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert list(body) == ["result", "data", "error"]
    assert body["result"] == ("SUCCESS" if status == 200 else "FAILURE")
    items: list[Json] = body["data"]
    for item in items:
        assert list(item) == ["result", "statusCode", "data", "error"]
        if item["result"] == "SUCCESS":
            assert (item["statusCode"], item["error"]) == (200, [])
        else:
            assert item["data"] is None
            assert item["error"]
    errors = [error for item in items for error in item["error"]]
    assert body["error"] == (errors if status == 400 else [])
    return items


def refused(answer: httpx.Response, status: int) -> list[tuple[str, str | None]]:
    """The errors of a request that was refused as a whole, as type and param."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    body = answer.json()
    assert list(body) == ["result", "data", "error"]
    assert (body["result"], body["data"]) == ("FAILURE", None)
    return problems(body)


def problems(result: Json) -> list[tuple[str, str | None]]:
    """Errors as type and param, after a look at their shape."""
    for error in result["error"]:
        assert list(error) == ["type", "message", "param"]
        assert error["message"]
    return [(error["type"], error["param"]) for error in result["error"]]
