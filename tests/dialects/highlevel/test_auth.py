"""Who may call: the version, the token, its scopes and its location (contracts/highlevel.md §1.1, §2)."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable

import httpx
import pytest

from koine.core.actor import system
from koine.core.tokens import secrets, tokens
from koine.core.tokens.tokens import Grant
from koine.demo import World
from koine.dialects.highlevel import scopes
from koine.postgres.database import Database
from tests.dialects.highlevel.conftest import Issue, Untouched
from tests.dialects.highlevel.locations import Location, an_id_of_nobody, headers, without_trace

ASK = f"/contacts/{an_id_of_nobody()}"
INVALID = {"statusCode": 401, "message": "Invalid token: access token is invalid", "error": "Unauthorized"}
INVALID_PIT = {"statusCode": 401, "message": "Invalid Private Integration token", "error": "Unauthorized"}
INVALID_JWT = {"statusCode": 401, "message": "Invalid JWT", "error": "Unauthorized"}
NO_SCOPE = {"statusCode": 401, "message": "The token is not authorized for this scope.", "error": "Unauthorized"}
A_JWT = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJhdXRoQ2xhc3MiOiJMb2NhdGlvbiJ9.c2lnbmF0dXJl"

Operation = Callable[[Location], Awaitable[httpx.Response]]

# Operation -> the one scope that allows it (contracts/highlevel.md §2.3, §9).
OPERATIONS: dict[str, tuple[Operation, str]] = {
    "create conversation": (lambda at: at.open(), "conversations.write"),
    "get conversation": (lambda at: at.http.get(f"/conversations/{an_id_of_nobody()}"), "conversations.readonly"),
    "create contact": (lambda at: at.http.post("/contacts/", json={"locationId": at.id}), "contacts.write"),
    "upsert contact": (lambda at: at.http.post("/contacts/upsert", json={"locationId": at.id}), "contacts.write"),
    "get contact": (lambda at: at.http.get(f"/contacts/{at.contact()}"), "contacts.readonly"),
    "search conversations": (lambda at: at.http.get("/conversations/search"), "conversations.readonly"),
    "update conversation": (
        lambda at: at.http.put(f"/conversations/{an_id_of_nobody()}", json={"locationId": at.id}),
        "conversations.write",
    ),
    "delete conversation": (lambda at: at.http.delete(f"/conversations/{an_id_of_nobody()}"), "conversations.write"),
    "update contact": (lambda at: at.http.put(f"/contacts/{at.contact()}", json={"city": "Ulm"}), "contacts.write"),
    "delete contact": (lambda at: at.http.delete(f"/contacts/{at.contact()}"), "contacts.write"),
    "search contacts": (
        lambda at: at.http.post("/contacts/search", json={"locationId": at.id, "pageLimit": 1}),
        "contacts.readonly",
    ),
    "list contacts": (lambda at: at.http.get("/contacts/", params={"locationId": at.id}), "contacts.readonly"),
    "find a double": (
        lambda at: at.http.get("/contacts/search/duplicate", params={"locationId": at.id}),
        "contacts.readonly",
    ),
}


# ── The version ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("version", ["2021-04-15", "2021-07-28", "2023-02-21", "v3"])
async def test_every_published_version_is_accepted(lamplight: Location, version: str) -> None:
    answer = await lamplight.http.get(f"/contacts/{lamplight.contact()}", headers={"Version": version})
    assert answer.status_code == 200


async def test_a_missing_version_is_a_401_of_its_own_shape(lamplight: Location, untouched: Untouched) -> None:
    del lamplight.http.headers["Version"]
    async with untouched():
        answer = await lamplight.open()
    assert answer.status_code == 401
    assert without_trace(answer.json()) == {
        "status": 401,
        "message": "version header was not found.",
        "error": "Error",
    }


@pytest.mark.parametrize("version", ["2020-01-01", "V3", "v4", "legacy", "2021-07-28, v3", "2021-07-28 x"])
async def test_a_version_that_is_not_served_is_a_401(lamplight: Location, untouched: Untouched, version: str) -> None:
    async with untouched():
        answer = await lamplight.open(headers={"Version": version})
    assert answer.status_code == 401
    assert without_trace(answer.json()) == {"status": 401, "message": "version header is invalid", "error": "Error"}


async def test_the_name_of_the_version_header_has_no_case(lamplight: Location) -> None:
    del lamplight.http.headers["Version"]
    answer = await lamplight.http.get(f"/contacts/{lamplight.contact()}", headers={"vErSiOn": "v3"})
    assert answer.status_code == 200


async def test_the_version_is_looked_at_before_the_token(http: httpx.AsyncClient) -> None:
    assert (await http.get(ASK)).json()["message"] == "version header was not found."
    assert (await http.get(ASK, headers={"Version": "v3"})).json() == INVALID


# ── The token ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("authorization", "body"),
    [
        (None, INVALID),
        ("", INVALID),
        ("Bearer", INVALID),
        ("Basic dXNlcjpwYXNz", INVALID),
        ("Token x", INVALID),
        ("Bearer x", INVALID),
        ("Bearer 9c48df2694a849b6089f9d0d3513efe", INVALID),
        ("Bearer " + "x" * 5000, INVALID),
        ("Bearer pit-0123456789abcdef", INVALID_PIT),
        ("Bearer pit-", INVALID_PIT),
        ("Bearer not.a.jwt", INVALID_JWT),
        ("Bearer ..", INVALID_JWT),
        ("Bearer e30.WzFd.x", INVALID_JWT),  # a list instead of claims
        (f"Bearer {A_JWT}", INVALID),
        (f"bearer {A_JWT}", INVALID),
    ],
)
async def test_a_token_that_is_none_is_refused_in_the_words_for_its_form(
    http: httpx.AsyncClient, authorization: str | None, body: dict[str, object]
) -> None:
    given = {"Version": "v3"} if authorization is None else {"Version": "v3", "Authorization": authorization}
    answer = await http.get(ASK, headers=given)
    assert (answer.status_code, answer.json()) == (401, body)


async def test_the_scheme_has_no_case(http: httpx.AsyncClient, world: World) -> None:
    given = {"Version": "v3", "Authorization": f"bEARER  {world.lamplight.highlevel.secret}"}
    assert (await http.get(ASK, headers=given)).status_code == 400


async def test_a_revoked_token_is_refused_as_one_that_never_was(
    http: httpx.AsyncClient, world: World, database: Database
) -> None:
    by = system(world.account_id)
    async with database.writing(()) as tx:
        await tokens.revoke(tx, by, world.lamplight.highlevel.id)
    answer = await http.get(ASK, headers=headers(world.lamplight.highlevel.secret))
    assert (answer.status_code, answer.json()) == (401, INVALID_PIT)


async def test_a_token_of_another_dialect_is_no_token(http: httpx.AsyncClient, world: World) -> None:
    for secret in (world.tight.secret, world.libredesk.secret):
        answer = await http.get(ASK, headers=headers(secret))
        assert (answer.status_code, answer.json()) == (401, INVALID)


async def test_a_token_of_the_whole_account_is_of_the_wrong_class(
    http: httpx.AsyncClient, world: World, database: Database
) -> None:
    grant = Grant("highlevel", "key", permissions=scopes.permissions(scopes.ALL), scopes=scopes.ALL)
    async with database.writing(()) as tx:
        agency = await tokens.create(tx, system(world.account_id), grant, secret=secrets.new("pit-"))
    answer = await http.get(ASK, headers=headers(agency.secret))
    assert answer.status_code == 401
    assert answer.json()["message"].startswith("This authClass type is not allowed to access this scope.")


# ── The scopes ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("operation", OPERATIONS)
async def test_the_contracts_scope_allows_an_operation(lamplight: Location, issue: Issue, operation: str) -> None:
    ask, scope = OPERATIONS[operation]
    lamplight.http.headers.update(headers(await issue(lamplight.place, [scope])))
    assert (await ask(lamplight)).status_code in (200, 201, 400)


@pytest.mark.parametrize("operation", OPERATIONS)
async def test_all_other_scopes_together_do_not(
    lamplight: Location, issue: Issue, untouched: Untouched, operation: str
) -> None:
    ask, scope = OPERATIONS[operation]
    secret = await issue(lamplight.place, [other for other in scopes.ALL if other != scope])
    lamplight.http.headers.update(headers(secret))
    async with untouched():
        answer = await ask(lamplight)
    assert (answer.status_code, answer.json()) == (401, NO_SCOPE)


async def test_an_unknown_scope_allows_nothing(lamplight: Location, issue: Issue) -> None:
    lamplight.http.headers.update(headers(await issue(lamplight.place, ["conversations.everything"])))
    assert (await lamplight.open()).json() == NO_SCOPE


async def test_the_scope_is_looked_at_before_the_body(lamplight: Location, issue: Issue) -> None:
    lamplight.http.headers.update(headers(await issue(lamplight.place, ["contacts.write"])))
    assert (await lamplight.http.post("/conversations/", content=b"{")).json() == NO_SCOPE


# ── The rest of the envelope ────────────────────────────────────────────────────────────────────────────────────────


async def test_headers_that_name_a_location_are_tolerated(lamplight: Location) -> None:
    for name in ("x-location-id", "locationId", "location-id", "x-company-id"):
        answer = await lamplight.http.get(f"/contacts/{lamplight.contact()}", headers={name: "elsewhere"})
        assert answer.status_code == 200


async def test_a_content_type_without_a_body_is_tolerated(lamplight: Location) -> None:
    given = {"Content-Type": "application/json"}
    assert (await lamplight.http.get(f"/contacts/{lamplight.contact()}", headers=given)).status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/nowhere"),
        ("GET", "/conversations/"),
        ("DELETE", "/contacts/upsert"),
        ("PATCH", "/contacts"),
        ("GET", "/"),
    ],
)
async def test_what_is_not_served_is_a_404_to_everybody(http: httpx.AsyncClient, method: str, path: str) -> None:
    answer = await http.request(method, path)
    expected = {"statusCode": 404, "message": f"Cannot {method} {path}", "error": "Not Found"}
    assert (answer.status_code, answer.json()) == (404, expected)


async def test_every_answer_names_its_request_in_a_header(lamplight: Location) -> None:
    answers = [await lamplight.http.get(f"/contacts/{lamplight.contact()}") for _ in range(2)]
    answers.append(await lamplight.http.get("/conversations/search"))
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert len({uuid.UUID(answer.headers["x-trace-id"]) for answer in answers}) == 3
    assert answers[2].json()["traceId"] == answers[2].headers["x-trace-id"]


async def test_every_refusal_names_its_request_in_a_header(http: httpx.AsyncClient) -> None:
    one, other = [(await http.get(ASK)).headers["x-trace-id"] for _ in range(2)]
    assert one != other
