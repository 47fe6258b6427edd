"""Whatever is asked, the answer is a problem document that names all that is wrong, and never a fault."""

from __future__ import annotations

from urllib.parse import quote, quote_from_bytes

import httpx
import pytest

from koine.demo import World
from koine.dialects.native import wire
from tests.dialects import corpora
from tests.dialects.native.following import PATH, STREAM, Json

NAMES = ("workspace", "after", "kind", "conversation", "inbox", "limit")


def problem(answer: httpx.Response, status: int = 400) -> Json:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    found: Json = answer.json()
    wire.Problem.model_validate(found)
    assert found["status"] == status
    assert found["type"] == f"urn:koine:problem:{found['code']}"
    return found


def wrong(answer: httpx.Response) -> list[tuple[str, str]]:
    """The kinds of problem and the parameters that they are about."""
    return [(error["kind"], error["path"][0]) for error in problem(answer)["errors"]]


@pytest.mark.parametrize("how", [{}, STREAM], ids=["page", "stream"])
async def test_no_string_is_a_value_but_a_value(reader: httpx.AsyncClient, how: dict[str, str]) -> None:
    for text in corpora.NAUGHTY:
        for name in NAMES:
            if not (name in ("after", "limit") and text in ("0", "-1")):
                ((kind, path), *_) = wrong(await reader.get(f"{PATH}?{name}={quote(text, safe='')}", headers=how))
                assert (kind, path) in {("malformed", name), ("not_allowed", name)}


@pytest.mark.parametrize("given", [b"\xff", b"\x00", b"%00", b"%", b"%zz", b"\xed\xa0\x80", b"a" * 20_000])
async def test_no_bytes_are_a_value_but_a_value(reader: httpx.AsyncClient, given: bytes) -> None:
    for name in NAMES:
        assert wrong(await reader.get(f"{PATH}?{name}={quote_from_bytes(given)}"))[0][1] == name


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("after=-1", [("malformed", "after")]),
        ("after=%2B1", [("malformed", "after")]),
        ("after=01", [("malformed", "after")]),
        ("after=1.0", [("malformed", "after")]),
        ("after=%D9%A3", [("malformed", "after")]),
        ("after=9223372036854775808", [("malformed", "after")]),
        ("after=" + "9" * 5_000, [("malformed", "after")]),
        ("after=1&after=2", [("not_allowed", "after")]),
        ("limit=0", [("not_allowed", "limit")]),
        ("limit=501", [("not_allowed", "limit")]),
        ("limit=-5", [("malformed", "limit")]),
        ("kind=message.post", [("not_allowed", "kind")]),
        ("kind=message.posted,", [("not_allowed", "kind")]),
        ("kind=token.created", [("not_allowed", "kind")]),
        ("kind=" + "message.posted," * 200 + "message.posted", [("too_long", "kind")]),
        ("workspace=1", [("malformed", "workspace")]),
        ("workspace={01890a5d-ac96-774b-bcce-b302099a8057}", [("malformed", "workspace")]),
        ("workspace=01890a5dac96774bbcceb302099a8057", [("malformed", "workspace")]),
        ("conversation=x&inbox=y", [("malformed", "conversation"), ("malformed", "inbox")]),
        ("knd=message.posted", [("not_allowed", "knd")]),
        ("After=1", [("not_allowed", "After")]),
        (
            "after=x&kind=y&limit=z&page=2",
            [
                (kind, name)
                for kind, name in (
                    ("malformed", "after"),
                    ("not_allowed", "kind"),
                    ("malformed", "limit"),
                    ("not_allowed", "page"),
                )
            ],
        ),
    ],
)
async def test_everything_that_is_wrong_is_told_at_once(
    reader: httpx.AsyncClient, query: str, expected: list[tuple[str, str]]
) -> None:
    for how in ({}, STREAM):
        assert wrong(await reader.get(f"{PATH}?{query}", headers=how)) == expected


async def test_what_is_not_there_is_told_at_once_too(reader: httpx.AsyncClient) -> None:
    nothing = "01890a5d-ac96-774b-bcce-b302099a8057"
    answer = await reader.get(PATH, params={"conversation": nothing, "inbox": nothing})
    assert wrong(answer) == [("not_found", "conversation"), ("not_found", "inbox")]
    assert wrong(await reader.get(PATH, params={"workspace": nothing})) == [("not_found", "workspace")]


@pytest.mark.parametrize("query", ["", "?", "?after=", "?workspace=&kind=&limit=", "?&&", "?after=0&"])
async def test_an_empty_parameter_counts_as_absent(reader: httpx.AsyncClient, query: str) -> None:
    assert (await reader.get(PATH + query)).status_code == 200


async def test_a_query_of_a_thousand_parameters_is_refused(reader: httpx.AsyncClient) -> None:
    assert problem(await reader.get(f"{PATH}?{'&'.join(f'a{n}=1' for n in range(1_000))}"))["code"] == "invalid"


@pytest.mark.parametrize("given", ["x", "-1", "1.5", "9223372036854775808", "1 2", "\u00b2", "0x1"])
async def test_a_last_event_id_that_is_none_is_refused(reader: httpx.AsyncClient, given: str) -> None:
    headers = STREAM | {"Last-Event-ID": given.encode("latin-1")}
    assert wrong(await reader.get(PATH, headers=headers)) == [("malformed", "Last-Event-ID")]  # type: ignore[arg-type]


async def test_a_path_that_nothing_serves_is_404(reader: httpx.AsyncClient, http: httpx.AsyncClient) -> None:
    for path in ("/v1", "/v1/", "/v1/event", "/v1/events/", "/v1/events/1", "/v1//events", "/v1/%00"):
        for who in (reader, http):
            for method in ("GET", "POST"):
                assert problem(await who.request(method, path), 404)["code"] == "no_such_route"


async def test_a_wrong_method_is_405_and_told_the_right_one(reader: httpx.AsyncClient) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
        answer = await reader.request(method, PATH)
        assert problem(answer, 405)["code"] == "wrong_method"
        assert answer.headers["allow"] == "GET"


async def test_a_body_that_nobody_asked_for_is_let_be_unless_it_is_too_large(reader: httpx.AsyncClient) -> None:
    for body in (*list(corpora.INVALID.values())[:5], b"{}"):
        assert (await reader.request("GET", PATH, content=body)).status_code == 200
    assert problem(await reader.request("GET", PATH, content=b"x" * (2 << 20)), 413)["code"] == "too_large"


async def test_each_refusal_has_an_id_of_its_own(reader: httpx.AsyncClient, world: World) -> None:
    ids = {problem(await reader.get(f"{PATH}?after=x"))["instance"] for _ in range(3)}
    assert len(ids) == 3
    assert all(id.startswith("urn:uuid:") for id in ids)
