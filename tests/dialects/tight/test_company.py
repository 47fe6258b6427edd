"""Companies: a partner makes them, changes them, deletes them and has them back (contracts/tight.md §12)."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg
import httpx
import pytest

from koine.postgres.database import Database
from tests import waiting
from tests.dialects.tight import provisioning
from tests.dialects.tight.provisioning import Partner, saved
from tests.dialects.tight.speaking import Speaker, found, page, problems, refused

NOTHING = 999_999_999


async def test_a_partner_without_anything_creates_its_first_company(newcomer: Partner) -> None:
    partner = await newcomer.speaker()
    assert page(await partner.query())["data"] == []
    body = newcomer.described(
        "Lamps Ltd",
        newcomer.person("olga", firstName="Olga", lastName="Ost", language="de"),
        apiCompanyId="lamps-1",
        address={"line1": "1 High Street", "line2": None, "city": "Bath"},
        accountingMethod="CASH",
        businessTypeId=17,
        availableFeatures=["INVOICES"],
    )
    made = saved(await partner.post("/v6/company", body))
    assert list(made) == [
        "id",
        "apiCompanyId",
        "name",
        "entityType",
        "owners",
        "address",
        "accountingMethod",
        "businessTypeId",
        "availableFeatures",
        "status",
        "createdDateTime",
        "lastUpdatedDateTime",
    ]
    assert made["id"].startswith("co_")
    assert {name: made[name] for name in body} == body
    assert (made["status"], made["createdDateTime"]) == ("ACTIVE", made["lastUpdatedDateTime"])
    assert found(await partner.get(f"/v6/company/{made['id']}")) == made
    olga = await newcomer.speaker(userId=body["owners"][0]["userId"])
    talk = await olga.opened()
    assert talk["author"] == {"userId": body["owners"][0]["userId"], "email": body["owners"][0]["email"]}
    assert (await partner.seen(talk))["id"] == talk["id"]


async def test_a_save_with_an_id_changes_what_is_given_and_nothing_else(newcomer: Partner) -> None:
    made = await newcomer.company("Lamps", apiCompanyId="a", address="1 High Street")
    partner = await newcomer.speaker()
    changed = saved(await partner.post("/v6/company", {"id": made["id"], "name": "Lights", "address": None}))
    assert changed == {**made, "name": "Lights", "lastUpdatedDateTime": changed["lastUpdatedDateTime"]}
    assert changed["lastUpdatedDateTime"] > made["lastUpdatedDateTime"]
    same = saved(await partner.post("/v6/company", changed))
    assert same == changed


async def test_owners_are_replaced_and_those_who_left_see_nothing(newcomer: Partner) -> None:
    olga, otto = newcomer.person("olga"), newcomer.person("otto")
    made = await newcomer.company("Lamps", olga)
    speaker = await newcomer.speaker(userId=olga["userId"])
    talk = await speaker.opened()
    partner = await newcomer.speaker()
    both = saved(await partner.post("/v6/company", {"id": made["id"], "owners": [olga, otto]}))
    assert [owner["userId"] for owner in both["owners"]] == [olga["userId"], otto["userId"]]
    only = saved(await partner.post("/v6/company", {"id": made["id"], "owners": [otto]}))
    assert [owner["userId"] for owner in only["owners"]] == [otto["userId"]]
    await _until(speaker, f"/v6/conversations/{talk['id']}", 403)  # she owns nothing else
    assert (await (await newcomer.speaker(userId=otto["userId"])).seen(talk))["id"] == talk["id"]


async def test_one_person_owns_several_companies_and_is_known_by_their_latest_names(newcomer: Partner) -> None:
    olga = newcomer.person("olga", firstName="Olga")
    one, other = await newcomer.company("One", olga), await newcomer.company("Other", {**olga, "firstName": "Olly"})
    assert found(await (await newcomer.speaker()).get(f"/v6/company/{one['id']}"))["owners"] == other["owners"]
    speaker = await newcomer.speaker(userId=olga["userId"])
    for company in (one, other):
        await speaker.opened(attachedEntityId=company["id"])
    assert len(await speaker.listed()) == 2


async def test_what_is_somebody_elses_is_a_duplicate(newcomer: Partner) -> None:
    olga, otto = newcomer.person("olga"), newcomer.person("otto")
    await newcomer.company("Lamps", olga, apiCompanyId="lamps")
    other = await newcomer.company("Others", otto)
    partner = await newcomer.speaker()
    thief = {**newcomer.person("third"), "email": olga["email"].upper()}
    wrong = newcomer.described("New", otto, thief, apiCompanyId="lamps")
    assert refused(await partner.post("/v6/company", wrong), 400) == [
        ("DUPLICATE", "apiCompanyId"),
        ("DUPLICATE", "owners.email"),
    ]
    for change in ({"apiCompanyId": "lamps"}, {"owners": [{**otto, "email": olga["email"]}]}):
        ((type_, _),) = refused(await partner.post("/v6/company", {"id": other["id"], **change}), 400)
        assert type_ == "DUPLICATE"
    twins = [newcomer.person("a"), {**newcomer.person("b"), "email": newcomer.person("a")["email"]}]
    assert refused(await partner.post("/v6/company", newcomer.described("Twins", *twins)), 400) == [
        ("DUPLICATE", "email")
    ]
    assert len(page(await partner.post("/v6/company/query", {}))["data"]) == 2


async def test_two_at_once_with_the_same_id_make_one_company(newcomer: Partner) -> None:
    partner = await newcomer.speaker()
    body = newcomer.described("Lamps", apiCompanyId="same")
    answers = await asyncio.gather(*(partner.post("/v6/company", body) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 400, 400, 400]


async def test_the_same_ids_in_another_partners_account_are_others(
    newcomer: Partner, http: httpx.AsyncClient, database: Database
) -> None:
    olga = newcomer.person("olga")
    await newcomer.company("Lamps", olga, apiCompanyId="same")
    stranger = await provisioning.new(http, database)
    made = saved(
        await (await stranger.speaker()).post("/v6/company", stranger.described("Lamps", olga, apiCompanyId="same"))
    )
    assert made["owners"][0]["userId"] == olga["userId"]


# ── Deleted ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_deleted_company_is_closed_to_all_until_it_is_restored(newcomer: Partner) -> None:
    made, other = await newcomer.company("Lamps"), await newcomer.company("Other", newcomer.person("otto"))
    await newcomer.bookkeeper("bo")
    partner = await newcomer.speaker()
    readers = [partner] + [await newcomer.speaker(userId=newcomer.person(name)["userId"]) for name in ("olga", "bo")]
    olga = readers[1]
    talk = await olga.opened()
    deleted = found(await partner.http.delete(f"/v6/company/{made['id']}", headers=partner.headers))
    assert deleted == {**made, "status": "DELETED", "lastUpdatedDateTime": deleted["lastUpdatedDateTime"]}
    for reader in readers:
        closed = 403 if reader is olga else 404  # nothing at all is open to her now
        await _until(reader, f"/v6/conversations/{talk['id']}", closed)
        missing = await reader.get(f"/v6/conversations/con_{NOTHING}")
        assert (await reader.get(f"/v6/conversations/{talk['id']}")).content == missing.content
        assert (await reader.get(f"/v6/messages/{talk['latestMessage']['id']}")).status_code == closed
        if reader is olga:
            assert refused(await reader.query(), 403) == [("INVALID_TOKEN", None)]
        else:
            assert talk["id"] not in [shown["id"] for shown in await reader.listed()]
    assert found(await partner.get(f"/v6/company/{made['id']}")) == deleted
    again = found(await partner.http.delete(f"/v6/company/{made['id']}", headers=partner.headers))
    assert again == deleted
    assert [shown["id"] for shown in page(await partner.post("/v6/company/query", {}))["data"]] == [other["id"]]
    renamed = saved(await partner.post("/v6/company", {"id": made["id"], "name": "Old lamps"}))
    assert (renamed["name"], renamed["status"]) == ("Old lamps", "DELETED")
    restored = saved(await partner.post("/v6/company", {"id": made["id"], "status": "ACTIVE", "name": "New lamps"}))
    assert (restored["name"], restored["status"]) == ("New lamps", "ACTIVE")
    for reader in readers:
        await _until(reader, f"/v6/conversations/{talk['id']}", 200)


async def test_a_partner_whose_only_company_is_deleted_still_manages(newcomer: Partner) -> None:
    made = await newcomer.company("Lamps")
    partner = await newcomer.speaker()
    saved(await partner.post("/v6/company", {"id": made["id"], "status": "DELETED"}))
    fresh = await newcomer.speaker()
    assert page(await fresh.query())["data"] == []
    assert found(await fresh.get(f"/v6/company/{made['id']}"))["status"] == "DELETED"
    assert (await newcomer.company("Next", newcomer.person("nora")))["status"] == "ACTIVE"


async def test_events_of_a_company_are_in_its_own_feed(
    newcomer: Partner, sql: asyncpg.Connection, relaying: None
) -> None:
    made = await newcomer.company("Lamps")
    partner = await newcomer.speaker()
    for change in ({"name": "Lights"}, {"status": "DELETED"}, {"status": "ACTIVE"}):
        saved(await partner.post("/v6/company", {"id": made["id"], **change}))
    number = int(made["id"].removeprefix("co_"))
    rows = await sql.fetch("select kind, data from events where workspace_id = $1 order by id", number)
    assert [row["kind"] for row in rows] == [
        "workspace.opened",
        "workspace.updated",
        "workspace.deleted",
        "workspace.restored",
    ]
    assert '"from": "Lamps"' in rows[1]["data"]


# ── Repeated ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_create_with_a_key_is_done_once(newcomer: Partner) -> None:
    partner = await newcomer.speaker()
    key = {**partner.headers, "Idempotency-Key": "first"}
    body = newcomer.described("Lamps")
    assert refused(await partner.http.post("/v6/company", json=body, headers=key), 403)
    home = await newcomer.company("Home")
    answers = []
    for _ in range(2):
        partner = await newcomer.speaker()
        key = {**partner.headers, "Idempotency-Key": "second"}
        answers.append(await partner.http.post("/v6/company", json=newcomer.described("Two"), headers=key))
        await partner.http.delete(f"/v6/company/{home['id']}", headers=partner.headers)  # where the key is kept
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json()["data"]["id"] == answers[1].json()["data"]["id"]
    assert answers[1].headers["idempotency-replayed"] == "true"


# ── Who may ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_only_the_partner_itself_may_manage_companies(newcomer: Partner) -> None:
    made = await newcomer.company("Lamps")
    await newcomer.bookkeeper("bo")
    for name in ("olga", "bo"):
        speaker = await newcomer.speaker(userId=newcomer.person(name)["userId"])
        for answer in await _every_way(speaker, made["id"], newcomer):
            assert refused(answer, 403) == [("INVALID_TOKEN", None)]
        for answer in await _every_way(speaker, f"co_{NOTHING}", newcomer):
            assert refused(answer, 403) == [("INVALID_TOKEN", None)]


async def test_a_token_that_only_reads_reads(newcomer: Partner) -> None:
    made = await newcomer.company("Lamps")
    reader = await newcomer.speaker(scope="read")
    assert found(await reader.get(f"/v6/company/{made['id']}")) == made
    assert page(await reader.post("/v6/company/query", {}))["data"] == [made]
    assert refused(await reader.post("/v6/company", newcomer.described("New")), 403) == [("INVALID_TOKEN", None)]
    answer = await reader.http.delete(f"/v6/company/{made['id']}", headers=reader.headers)
    assert refused(answer, 403) == [("INVALID_TOKEN", None)]


async def test_another_partners_company_does_not_exist(
    newcomer: Partner, http: httpx.AsyncClient, database: Database
) -> None:
    theirs = await newcomer.company("Lamps")
    stranger = await provisioning.new(http, database)
    await stranger.company("Mine")
    partner = await stranger.speaker()
    foreign, missing = [await _every_way(partner, id, stranger) for id in (theirs["id"], f"co_{NOTHING}")]
    for one, other in zip(foreign, missing, strict=True):
        assert (one.status_code, one.content) == (other.status_code, other.content)
        assert one.status_code in (404, 200)
    assert found(await (await newcomer.speaker()).get(f"/v6/company/{theirs['id']}")) == theirs


async def _every_way(speaker: Speaker, id: str, of: Partner) -> list[httpx.Response]:
    return [
        await speaker.get(f"/v6/company/{id}"),
        await speaker.post("/v6/company", {"id": id, "name": "Mine"}),
        await speaker.http.delete(f"/v6/company/{id}", headers=speaker.headers),
        await speaker.post("/v6/company/query", {"filter": {"id": {"in": [id]}}}),
    ]


# ── Asking ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_companies_are_filtered_sorted_and_paged(newcomer: Partner) -> None:
    names = ["Delta", "alpha", "Charlie", "bravo", "Echo"]
    made = [await newcomer.company(name, apiCompanyId=f"id-{name}") for name in names]
    partner = await newcomer.speaker()

    async def listed(**body: Any) -> list[str]:
        return [shown["name"] for shown in page(await partner.post("/v6/company/query", body))["data"]]

    assert await listed() == names[::-1]
    assert await listed(sort={"orderBy": "NAME"}) == sorted(names)
    assert await listed(sort={"orderBy": "ID", "direction": "DESC"}) == names[::-1]
    assert await listed(sort={"orderBy": "LAST_UPDATED_DATE_TIME"}) == names
    assert await listed(filter={"name": {"contain": "ALPH"}}) == ["alpha"]
    assert await listed(filter={"apiCompanyId": {"equal": "id-Echo"}}) == ["Echo"]
    assert await listed(filter={"id": {"in": [made[0]["id"], "co_x", "con_1"]}}) == ["Delta"]
    assert await listed(filter={"status": {"in": ["DELETED"]}}) == []
    assert await listed(filter={"status": {"notIn": ["ACTIVE"]}}) == []
    assert len(await listed(filter={"status": {"in": ["ACTIVE", "DELETED"]}})) == 5
    assert await listed(filter={"name": {"greaterThan": "E"}, "apiCompanyId": {"notEqual": "id-alpha"}}) == [
        "Echo",
        "bravo",
    ]
    for order in ("CREATED_DATE_TIME", "LAST_UPDATED_DATE_TIME", "NAME", "ID"):
        for direction in ("ASC", "DESC"):
            await _walk(partner, {"orderBy": order, "direction": direction})


async def _walk(partner: Speaker, sort: dict[str, str]) -> None:
    whole = page(await partner.post("/v6/company/query", {"sort": sort}))["data"]
    pages, cursor = [], None
    while True:
        shown = page(await partner.post("/v6/company/query", {"sort": sort, "limit": 2, "cursor": cursor}))
        pages.append(shown["data"])
        if (after := shown["cursor"]["after"]) is None:
            break
        cursor = after
    assert [it for some in pages for it in some] == whole
    back = page(
        await partner.post("/v6/company/query", {"sort": sort, "limit": 2, "cursor": shown["cursor"]["before"]})
    )
    assert back["data"] == pages[-2]
    other = {"sort": {**sort, "direction": "ASC" if sort["direction"] == "DESC" else "DESC"}, "cursor": cursor}
    assert refused(await partner.post("/v6/company/query", other), 400) == [("INVALID_VALUE", "cursor")]


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 251}, "limit"),
        ({"cursor": "x"}, "cursor"),
        ({"sort": {"orderBy": "SUBJECT"}}, "sort.orderBy"),
        ({"filter": {"owner": {}}}, "filter.owner"),
        ({"filter": {"name": {"equal": "a\x00b"}}}, "filter.name.equal"),
        ({"filter": {"status": {"in": ["GONE"]}}}, "filter.status.in"),
    ],
)
async def test_a_wrong_query_is_refused(newcomer: Partner, body: dict[str, Any], param: str) -> None:
    ((_, where),) = refused(await (await newcomer.speaker()).post("/v6/company/query", body), 400)
    assert where == param


# ── Bad input ───────────────────────────────────────────────────────────────────────────────────────────────────────

_LONG = "x" * 2_000
# Each field with what it may not be, and the type that is told.
WRONG: dict[str, list[tuple[Any, str]]] = {
    "name": [(5, "INVALID_FORMAT"), (_LONG, "INVALID_VALUE"), ("a\x00", "INVALID_FORMAT"), (" ", "REQUIRED")],
    "entityType": [([], "INVALID_FORMAT"), (_LONG, "INVALID_VALUE"), ("\x00", "INVALID_FORMAT"), ("", "REQUIRED")],
    "owners": [(5, "INVALID_FORMAT"), ({}, "INVALID_FORMAT"), ([], "REQUIRED")],
    "apiCompanyId": [(5, "INVALID_FORMAT"), (_LONG, "INVALID_VALUE"), ("a\x00", "INVALID_FORMAT"), (" ", "REQUIRED")],
    "address": [
        (5, "INVALID_FORMAT"),
        (_LONG, "INVALID_VALUE"),
        ({"a": 5}, "INVALID_FORMAT"),
        ({"a": "\x00"}, "INVALID_FORMAT"),
        ({"\x00": "a"}, "INVALID_FORMAT"),
        ({"a": {"b": "c"}}, "INVALID_FORMAT"),
        ({str(n): "x" for n in range(50)}, "INVALID_VALUE"),
    ],
    "accountingMethod": [(True, "INVALID_FORMAT"), (_LONG, "INVALID_VALUE"), ("\x00", "INVALID_FORMAT")],
    "businessTypeId": [
        (1.5, "INVALID_FORMAT"),
        (True, "INVALID_FORMAT"),
        (10**30, "INVALID_VALUE"),
        ("\x00", "INVALID_FORMAT"),
    ],
    "availableFeatures": [
        ("A", "INVALID_FORMAT"),
        ([5], "INVALID_FORMAT"),
        ([None], "INVALID_FORMAT"),
        (["a"] * 101, "INVALID_VALUE"),
    ],
    "status": [(5, "INVALID_FORMAT"), ("GONE", "INVALID_VALUE")],
}
OF_OWNER: dict[str, list[tuple[Any, str]]] = {
    "userId": [
        (5, "INVALID_FORMAT"),
        (None, "REQUIRED"),
        (_LONG, "INVALID_VALUE"),
        ("a\x00", "INVALID_FORMAT"),
        ("", "REQUIRED"),
    ],
    "email": [
        (5, "INVALID_FORMAT"),
        (None, "REQUIRED"),
        (_LONG, "INVALID_VALUE"),
        ("a\x00@b", "INVALID_FORMAT"),
        ("nobody", "INVALID_FORMAT"),
    ],
    "firstName": [(5, "INVALID_FORMAT"), (_LONG, "INVALID_VALUE"), ("\x00", "INVALID_FORMAT")],
    "lastName": [([], "INVALID_FORMAT"), (_LONG, "INVALID_VALUE"), ("\x00", "INVALID_FORMAT")],
    "language": [({}, "INVALID_FORMAT"), (_LONG, "INVALID_VALUE"), ("\x00", "INVALID_FORMAT")],
}


async def test_every_field_that_is_wrong_is_named_and_nothing_is_made(
    newcomer: Partner, sql: asyncpg.Connection
) -> None:
    made = await newcomer.company("Lamps")
    partner = await newcomer.speaker()
    before = await _made(sql, newcomer)
    for field, value, type_ in _all(WRONG):
        for body in ({**newcomer.described("New"), field: value}, {"id": made["id"], field: value}):
            assert refused(await partner.post("/v6/company", body), 400) == [(type_, field)], (field, value)
    for field, value, type_ in _all(OF_OWNER):
        owners = [{**newcomer.person("new"), field: value}]
        for body in (newcomer.described("New", *owners), {"id": made["id"], "owners": owners}):
            answer = await partner.post("/v6/company", body)
            assert refused(answer, 400) == [(type_, f"owners.{field}")], (field, value)
    twice = [newcomer.person("a"), {**newcomer.person("b"), "userId": newcomer.person("a")["userId"]}]
    answer = await partner.post("/v6/company", newcomer.described("New", *twice))
    assert refused(answer, 400) == [("INVALID_VALUE", "owners")]
    assert await _made(sql, newcomer) == before


def _all(wrong: dict[str, list[tuple[Any, str]]]) -> list[tuple[str, Any, str]]:
    return [(field, value, type_) for field, wrongs in wrong.items() for value, type_ in wrongs]


async def test_what_is_missing_or_null_is_named_all_at_once(newcomer: Partner) -> None:
    partner, whole = await newcomer.speaker(), newcomer.described("New")
    for field in ("name", "entityType", "owners"):
        absent = {name: value for name, value in whole.items() if name != field}
        for body in (absent, {**absent, field: None}):
            assert refused(await partner.post("/v6/company", body), 400) == [("REQUIRED", field)]
    assert {param for _, param in refused(await partner.post("/v6/company", {}), 400)} == set(whole)
    for field in ("apiCompanyId", "address", "accountingMethod", "businessTypeId", "availableFeatures", "status"):
        answer = await partner.post("/v6/company", {**whole, field: None})
        assert refused(answer, 400) == [("INVALID_VALUE", field)], field


async def test_an_id_or_a_body_that_is_none_is_refused(newcomer: Partner) -> None:
    partner = await newcomer.speaker()
    for id in (5, [], "co_x", "con_1", f"co_{2**70}", ""):
        answer = await partner.post("/v6/company", {"id": id, "name": "x"})
        assert answer.status_code == (404 if isinstance(id, str) else 400), id
        assert problems(answer.json())[0][1] == "id"
    for body, type_ in ((b"", "JSON_ERROR"), (b"{", "JSON_ERROR"), (b"[]", "INVALID_FORMAT"), (b"5", "INVALID_FORMAT")):
        assert refused(await partner.send("/v6/company", body), 400) == [(type_, None)]
    assert refused(await partner.send("/v6/company", b"{}", "text/plain"), 415) == [("BAD_REQUEST", None)]


async def _made(sql: asyncpg.Connection, partner: Partner) -> list[Any]:
    return [
        await sql.fetch("select * from workspaces where account_id = $1 order by id", partner.account_id),
        await sql.fetch("select * from users where account_id = $1 order by id", partner.account_id),
        await sql.fetch(
            "select id, kind from account_events where account_id = $1 and kind not like 'token.%' order by id",
            partner.account_id,
        ),
    ]


async def _until(speaker: Speaker, path: str, status: int) -> None:
    """A token is looked up again within a second."""

    async def answers() -> bool:
        return (await speaker.get(path)).status_code == status

    await waiting.until(answers)
