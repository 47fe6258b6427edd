"""Bookkeepers: who sees which companies, present and future (contracts/tight.md §12)."""

from __future__ import annotations

from typing import Any

import asyncpg
import httpx
import pytest

from koine.postgres.database import Database
from tests.dialects.tight import provisioning
from tests.dialects.tight.provisioning import Partner
from tests.dialects.tight.speaking import Json, Speaker, found, one, page, problems, refused, results

NOTHING = 999_999_999


async def test_a_bookkeeper_sees_all_companies_present_and_future(newcomer: Partner) -> None:
    before = await newcomer.company("Before")
    made = await newcomer.bookkeeper("bo", firstName="Bo", lastName="Berg", role="ACCOUNTANT")
    assert list(made) == [
        "id",
        "userId",
        "email",
        "firstName",
        "lastName",
        "role",
        "status",
        "companyIds",
        "createdDateTime",
        "lastUpdatedDateTime",
    ]
    assert made["id"].startswith("bkpr_")
    assert {**newcomer.person("bo"), "firstName": "Bo", "lastName": "Berg"}.items() <= made.items()
    assert (made["role"], made["status"], made["companyIds"]) == ("ACCOUNTANT", "ACTIVE", None)
    after = await newcomer.company("After")
    assert await _open_in(await _speaker(newcomer, "bo"), before, after) == [200, 200]
    assert found(await (await newcomer.speaker()).get(f"/v6/bookkeepers/{made['id']}")) == made


async def test_company_ids_limit_a_bookkeeper_until_the_limit_is_lifted(newcomer: Partner) -> None:
    first, second = await newcomer.company("First"), await newcomer.company("Second")
    made = await newcomer.bookkeeper("bo", companyIds=[first["id"]])
    assert made["companyIds"] == [first["id"]]
    third = await newcomer.company("Third")
    bo = await _speaker(newcomer, "bo")
    assert await _open_in(bo, first, second, third) == [200, 400, 400]
    partner = await newcomer.speaker()
    moved = one(await _save(partner, {"id": made["id"], "companyIds": [second["id"]]}))
    assert moved["companyIds"] == [second["id"]]
    assert await _open_in(bo, first, second, third) == [400, 200, 400]
    named = one(await _save(partner, {"id": made["id"], "firstName": "Bob"}))
    assert (named["companyIds"], named["firstName"]) == ([second["id"]], "Bob")
    assert one(await _save(partner, {"id": made["id"], "companyIds": None}))["companyIds"] is None
    assert await _open_in(bo, first, second, third) == [200, 200, 200]
    assert one(await _save(partner, {"id": made["id"], "companyIds": []}))["companyIds"] == []
    assert await _open_in(bo, first, second, third) == [403, 403, 403]


async def test_a_deleted_bookkeeper_cannot_come_in_until_restored(newcomer: Partner) -> None:
    company = await newcomer.company("Lamps")
    made = await newcomer.bookkeeper("bo")
    bo, partner = await _speaker(newcomer, "bo"), await newcomer.speaker()
    deleted = one(await _save(partner, {"id": made["id"], "status": "DELETED"}))
    assert deleted["status"] == "DELETED"
    assert refused(await bo.query(), 401) == [("INVALID_TOKEN", None)]
    assert refused(await newcomer.ask(userId=made["userId"]), 400) == [("INVALID_VALUE", "userId")]
    assert found(await partner.get(f"/v6/bookkeepers/{made['id']}")) == deleted
    restored = one(await _save(partner, {"id": made["id"], "status": "ACTIVE"}))
    assert restored["status"] == "ACTIVE"
    assert await _open_in(bo, company) == [200]


async def test_the_same_user_id_again_is_the_same_bookkeeper(newcomer: Partner) -> None:
    company = await newcomer.company("Lamps")
    made = await newcomer.bookkeeper("bo", companyIds=[company["id"]])
    partner = await newcomer.speaker()
    one(await _save(partner, {"id": made["id"], "status": "DELETED"}))
    again = one(await _save(partner, newcomer.person("bo", lastName="Berg")))
    assert (again["id"], again["lastName"], again["status"]) == (made["id"], "Berg", "ACTIVE")
    assert again["companyIds"] == [company["id"]]


async def test_who_owns_a_company_and_keeps_books_is_both_and_stays_owner(newcomer: Partner) -> None:
    mine = await newcomer.company("Mine", newcomer.person("bo"))
    theirs = await newcomer.company("Theirs")
    made = await newcomer.bookkeeper("bo")
    bo, partner = await _speaker(newcomer, "bo"), await newcomer.speaker()
    assert await _open_in(bo, mine, theirs) == [200, 200]
    one(await _save(partner, {"id": made["id"], "status": "DELETED"}))
    assert await _open_in(bo, mine, theirs) == [200, 400]
    assert {shown["attachedEntityId"] for shown in await bo.listed()} == {mine["id"]}
    one(await _save(partner, {"id": made["id"], "status": "ACTIVE"}))
    handed = {"id": mine["id"], "owners": [newcomer.person("olga")]}
    assert (await partner.post("/v6/company", handed)).status_code == 200
    assert await _open_in(bo, mine, theirs) == [200, 200]
    one(await _save(partner, {"id": made["id"], "companyIds": [theirs["id"]]}))
    assert {shown["attachedEntityId"] for shown in await bo.listed()} == {theirs["id"]}


async def test_items_succeed_and_fail_on_their_own(newcomer: Partner) -> None:
    company = await newcomer.company("Lamps")
    made = await newcomer.bookkeeper("bo")
    partner = await newcomer.speaker()
    items: list[Json] = [
        newcomer.person("ann"),
        {**newcomer.person("thief"), "email": made["email"]},
        newcomer.person("bad", companyIds=["co_x"]),
        newcomer.person("far", companyIds=[company["id"], f"co_{NOTHING}"]),
        {"id": f"bkpr_{NOTHING}", "firstName": "x"},
        {"id": made["id"], "userId": "another"},
        {"userId": 5},
        newcomer.person("role", role="OWNER"),
        {"id": made["id"], "firstName": "Bob"},
    ]
    became = results(await _save(partner, *items), 207)
    assert [(it["statusCode"], problems(it)) for it in became] == [
        (200, []),
        (400, [("DUPLICATE", "email")]),
        (400, [("INVALID_VALUE", "companyIds")]),
        (400, [("INVALID_VALUE", "companyIds")]),
        (404, [("INVALID_VALUE", "id")]),
        (400, [("NOT_MODIFIABLE", "userId")]),
        (400, [("INVALID_FORMAT", "userId"), ("REQUIRED", "email")]),
        (400, [("INVALID_VALUE", "role")]),
        (200, []),
    ]
    listed = page(await partner.post("/v6/bookkeepers/query", {}))["data"]
    assert [shown["firstName"] for shown in listed] == ["", "Bob"]


async def test_bookkeepers_are_filtered_sorted_and_paged(newcomer: Partner) -> None:
    made = [await newcomer.bookkeeper(name, firstName=name.upper()) for name in ("ann", "bob", "cat")]
    partner = await newcomer.speaker()
    one(await _save(partner, {"id": made[1]["id"], "status": "DELETED"}))

    async def listed(**body: Any) -> list[str]:
        return [shown["firstName"] for shown in page(await partner.post("/v6/bookkeepers/query", body))["data"]]

    assert await listed() == ["CAT", "ANN"]
    assert await listed(sort={"orderBy": "ID"}) == ["ANN", "CAT"]
    assert await listed(sort={"orderBy": "LAST_UPDATED_DATE_TIME", "direction": "DESC"}) == ["CAT", "ANN"]
    assert await listed(filter={"status": {"in": ["ACTIVE", "DELETED"]}}) == ["CAT", "BOB", "ANN"]
    assert await listed(filter={"email": {"equal": made[0]["email"].upper()}}) == ["ANN"]
    assert await listed(filter={"userId": {"contain": "CAT-"}}) == ["CAT"]
    assert await listed(filter={"firstName": {"lessThan": "B"}, "lastName": {"equal": ""}}) == ["ANN"]
    assert await listed(filter={"id": {"in": [made[2]["id"], "co_1"]}}) == ["CAT"]
    first = page(await partner.post("/v6/bookkeepers/query", {"limit": 1}))
    second = page(await partner.post("/v6/bookkeepers/query", {"limit": 1, "cursor": first["cursor"]["after"]}))
    assert [it["firstName"] for it in (*first["data"], *second["data"])] == ["CAT", "ANN"]
    assert second["cursor"]["after"] is None
    assert refused(await partner.post("/v6/company/query", {"limit": 1, "cursor": first["cursor"]["after"]}), 400) == [
        ("INVALID_VALUE", "cursor")
    ]
    assert refused(await partner.post("/v6/bookkeepers/query", {"sort": {"orderBy": "NAME"}}), 400) == [
        ("INVALID_VALUE", "sort.orderBy")
    ]


async def test_only_the_partner_itself_may_manage_bookkeepers(newcomer: Partner) -> None:
    await newcomer.company("Lamps")
    made = await newcomer.bookkeeper("bo")
    for name in ("olga", "bo"):
        speaker = await _speaker(newcomer, name)
        for id in (made["id"], f"bkpr_{NOTHING}"):
            for answer in (
                await speaker.get(f"/v6/bookkeepers/{id}"),
                await _save(speaker, {"id": id, "firstName": "Mine"}),
                await speaker.post("/v6/bookkeepers/query", {}),
            ):
                assert refused(answer, 403) == [("INVALID_TOKEN", None)]
    reader = await newcomer.speaker(scope="read")
    assert found(await reader.get(f"/v6/bookkeepers/{made['id']}")) == made
    assert refused(await _save(reader, newcomer.person("new")), 403) == [("INVALID_TOKEN", None)]


async def test_another_partners_bookkeeper_and_companies_do_not_exist(
    newcomer: Partner, http: httpx.AsyncClient, database: Database, sql: asyncpg.Connection
) -> None:
    company, made = await newcomer.company("Lamps"), await newcomer.bookkeeper("bo")
    stranger = await provisioning.new(http, database)
    partner = await stranger.speaker()
    for id, where in ((made["id"], company["id"]), (f"bkpr_{NOTHING}", f"co_{NOTHING}")):
        assert refused(await partner.get(f"/v6/bookkeepers/{id}"), 404) == [("INVALID_VALUE", "id")]
        (result,) = results(await _save(partner, {"id": id, "firstName": "Mine"}), 400)
        assert problems(result) == [("INVALID_VALUE", "id")]
        (result,) = results(await _save(partner, stranger.person("new", companyIds=[where])), 400)
        assert problems(result) == [("INVALID_VALUE", "companyIds")]
        assert page(await partner.post("/v6/bookkeepers/query", {"filter": {"id": {"in": [id]}}}))["data"] == []
    foreign, missing = [await partner.get(f"/v6/bookkeepers/{id}") for id in (made["id"], f"bkpr_{NOTHING}")]
    assert foreign.content == missing.content
    assert found(await (await newcomer.speaker()).get(f"/v6/bookkeepers/{made['id']}")) == made
    assert await sql.fetchval("select count(*) from users where account_id = $1", stranger.account_id) == 0


_LONG = "x" * 2_000
WRONG: dict[str, list[tuple[Any, str]]] = {
    "userId": [(5, "INVALID_FORMAT"), (_LONG, "INVALID_VALUE"), ("a\x00", "INVALID_FORMAT"), (" ", "REQUIRED")],
    "email": [(5, "INVALID_FORMAT"), (_LONG, "INVALID_VALUE"), ("\x00@b", "INVALID_FORMAT"), ("a b", "INVALID_FORMAT")],
    "firstName": [(5, "INVALID_FORMAT"), (_LONG, "INVALID_VALUE"), ("\x00", "INVALID_FORMAT")],
    "lastName": [(5, "INVALID_FORMAT"), (_LONG, "INVALID_VALUE"), ("\x00", "INVALID_FORMAT")],
    "role": [(5, "INVALID_FORMAT"), ("BOSS", "INVALID_VALUE")],
    "status": [(5, "INVALID_FORMAT"), ("GONE", "INVALID_VALUE")],
    "companyIds": [("co_1", "INVALID_FORMAT"), ([5], "INVALID_FORMAT"), ([None], "INVALID_FORMAT")],
}


@pytest.mark.parametrize("field", WRONG)
async def test_every_field_that_is_wrong_is_named(newcomer: Partner, field: str) -> None:
    made = await newcomer.bookkeeper("bo")
    partner = await newcomer.speaker()
    for value, type_ in WRONG[field]:
        for item in ({**newcomer.person("new"), field: value}, {"id": made["id"], field: value}):
            (result,) = results(await _save(partner, item), 400)
            assert problems(result) == [(type_, field)], value
    if field in ("userId", "email"):
        (result,) = results(await _save(partner, {**newcomer.person("new"), field: None}), 400)
        assert problems(result) == [("REQUIRED", field)]
    assert found(await partner.get(f"/v6/bookkeepers/{made['id']}")) == made


async def _save(speaker: Speaker, *items: Json) -> httpx.Response:
    return await speaker.post("/v6/bookkeepers", {"data": list(items)})


async def _speaker(partner: Partner, name: str) -> Speaker:
    return await partner.speaker(userId=partner.person(name)["userId"])


async def _open_in(speaker: Speaker, *companies: Json) -> list[int]:
    """Whether each company lets somebody talk about it; asked at once after it was changed."""
    said = {"subject": "A question", "message": {"text": "What is this?"}}
    answers = [await speaker.save({**said, "attachedEntityId": company["id"]}) for company in companies]
    return [answer.status_code for answer in answers]
