"""Querying conversations: limits, sorts, cursors, and what is refused (contracts/tight.md §9); filters are apart."""

from __future__ import annotations

import base64
import json
from itertools import product
from typing import Any

import asyncpg
import httpx
import pytest

from koine.core.conversations import opening
from koine.core.conversations.model import Opening, Said
from koine.demo import World
from koine.postgres.database import Database
from tests.dialects.corpora import NAUGHTY, cut
from tests.dialects.tight.speaking import Json, Speaker, page, refused, speaker

PATH = "/v6/conversations/query"


async def walked(who: Speaker, limit: int, **question: Any) -> list[Json]:
    """All pages forth, which must be the same back."""
    pages = [page(await who.query(limit=limit, **question))]
    assert pages[0]["cursor"]["before"] is None
    while pages[-1]["cursor"]["after"]:
        pages.append(page(await who.query(limit=limit, **question, cursor=pages[-1]["cursor"]["after"])))
    assert all(len(one["data"]) == limit for one in pages[:-1])
    for before, after in zip(reversed(pages[:-1]), reversed(pages[1:]), strict=True):
        back = page(await who.query(limit=limit, **question, cursor=after["cursor"]["before"]))
        assert back["data"] == before["data"]
        assert (back["cursor"]["before"] is None) == (before is pages[0])
    return [shown for one in pages for shown in one["data"]]


# ── Bodies ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_everything_may_be_left_out(ada: Speaker) -> None:
    made = await ada.opened()
    nulls: Json = {"cursor": None, "limit": None, "sort": None, "filter": None}
    bodies = [b"", b"{}", json.dumps(nulls).encode(), b'{"unknown": {"a": [1]}, "filter": {}}', b'{"sort": {}}']
    bodies.append(b'{"filter": {"subject": null, "attachedEntity": {"id": null}, "readStatus": {}}}')
    for body in bodies:
        answered = page(await ada.send(PATH, body))
        assert {shown["subject"] for shown in answered["data"]} == {"The broken lamp", "A question"}, body
        assert answered["cursor"] == {"after": None, "before": None}
    assert (await ada.listed())[0] == made
    without_type = await ada.http.post(PATH, headers=ada.headers)
    assert without_type.status_code == 200


async def test_the_default_page_has_100(ada: Speaker) -> None:
    await ada.save(*({"subject": f"Number {n}", "message": {"text": "x"}} for n in range(120)))
    assert len(await ada.listed()) == 100
    assert len(await ada.listed(limit=1)) == 1
    assert len(await ada.listed(limit=250)) == 121


WRONG: list[tuple[Any, list[Any]]] = [
    ({"limit": 0}, [("INVALID_VALUE", "limit")]),
    ({"limit": -1}, [("INVALID_VALUE", "limit")]),
    ({"limit": 251}, [("INVALID_VALUE", "limit")]),
    ({"limit": 2**70}, [("INVALID_VALUE", "limit")]),
    ({"limit": "25"}, [("INVALID_FORMAT", "limit")]),
    ({"limit": 2.5}, [("INVALID_FORMAT", "limit")]),
    ({"limit": True}, [("INVALID_FORMAT", "limit")]),
    ({"cursor": 5}, [("INVALID_FORMAT", "cursor")]),
    ({"cursor": ""}, [("INVALID_VALUE", "cursor")]),
    ({"cursor": "x"}, [("INVALID_VALUE", "cursor")]),
    ({"sort": "CREATED_DATE_TIME"}, [("INVALID_FORMAT", "sort")]),
    ({"sort": []}, [("INVALID_FORMAT", "sort")]),
    ({"sort": [{}, {}]}, [("INVALID_FORMAT", "sort")]),
    ({"sort": {"orderBy": "TITLE"}}, [("INVALID_VALUE", "sort.orderBy")]),
    ({"sort": {"orderBy": "id"}}, [("INVALID_VALUE", "sort.orderBy")]),
    (
        {"sort": {"orderBy": 1, "direction": "UP"}},
        [("INVALID_FORMAT", "sort.orderBy"), ("INVALID_VALUE", "sort.direction")],
    ),
    ({"sort": {"by": "ID"}}, [("INVALID_VALUE", "sort.by")]),
    ({"filter": []}, [("INVALID_FORMAT", "filter")]),
    ({"filter": {"status": {"in": ["ACTIVE"]}}}, [("INVALID_VALUE", "filter.status")]),
    ({"filter": {"subject": "x"}}, [("INVALID_FORMAT", "filter.subject")]),
    ({"filter": {"subject": {"equals": "x"}}}, [("INVALID_VALUE", "filter.subject.equals")]),
    ({"filter": {"subject": {"not_equal": "x"}}}, [("INVALID_VALUE", "filter.subject.not_equal")]),
    ({"filter": {"subject": {"equal": 5}}}, [("INVALID_FORMAT", "filter.subject.equal")]),
    ({"filter": {"subject": {"contain": "a\x00"}}}, [("INVALID_FORMAT", "filter.subject.contain")]),
    ({"filter": {"subject": {"equal": "x" * 1_001}}}, [("INVALID_VALUE", "filter.subject.equal")]),
    ({"filter": {"authorEmail": {"in": ["x"]}}}, [("INVALID_VALUE", "filter.authorEmail.in")]),
    ({"filter": {"authorUserId": {"lessThan": []}}}, [("INVALID_FORMAT", "filter.authorUserId.lessThan")]),
    ({"filter": {"attachedEntity": {"in": ["btxn_1"]}}}, [("INVALID_VALUE", "filter.attachedEntity.in")]),
    ({"filter": {"attachedEntity": {"id": {"notIn": []}}}}, [("INVALID_VALUE", "filter.attachedEntity.id.notIn")]),
    ({"filter": {"attachedEntity": {"id": {"in": "btxn_1"}}}}, [("INVALID_FORMAT", "filter.attachedEntity.id.in")]),
    ({"filter": {"attachedEntity": {"id": {"in": [None]}}}}, [("INVALID_FORMAT", "filter.attachedEntity.id.in")]),
    ({"filter": {"attachedEntity": {"id": {"in": ["x"] * 1_001}}}}, [("INVALID_VALUE", "filter.attachedEntity.id.in")]),
    ({"filter": {"readStatus": {"in": ["SEEN"]}}}, [("INVALID_VALUE", "filter.readStatus.in")]),
    ({"filter": {"readStatus": {"notIn": [5]}}}, [("INVALID_FORMAT", "filter.readStatus.notIn")]),
    ({"filter": {"resolutionStatus": {"in": ["open"]}}}, [("INVALID_VALUE", "filter.resolutionStatus.in")]),
    ({"filter": {"resolutionStatus": {"contain": "OPEN"}}}, [("INVALID_VALUE", "filter.resolutionStatus.contain")]),
    (
        {"limit": 0, "cursor": "x", "sort": {"orderBy": "x"}, "filter": {"subject": {"equal": 1}, "x": 1}},
        [
            ("INVALID_VALUE", "cursor"),
            ("INVALID_VALUE", "limit"),
            ("INVALID_VALUE", "sort.orderBy"),
            ("INVALID_FORMAT", "filter.subject.equal"),
            ("INVALID_VALUE", "filter.x"),
        ],
    ),
    ([], [("INVALID_FORMAT", None)]),
    ([{"limit": 1}], [("INVALID_FORMAT", None)]),
    (5, [("INVALID_FORMAT", None)]),
]


async def test_a_wrong_query_is_told_everything(ada: Speaker) -> None:
    for wrong, expected in WRONG:
        answer = await ada.send(PATH, json.dumps(wrong).encode())
        assert refused(answer, 400) == expected, wrong


# ── Sorts ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_every_order_both_ways_in_pages(ada: Speaker, blaise: Speaker) -> None:
    made = [await ada.opened(subject=subject) for subject in ("b", "A", "a", "Ä", "b", "😀", "\uffee")]
    await blaise.said(made[2], "Moves it up.")
    rows = await ada.listed()
    ids = [int(shown["id"].removeprefix("con_")) for shown in rows]
    assert ids == sorted(ids, reverse=True)
    keys = {
        "CREATED_DATE_TIME": lambda one: (one["createdDateTime"], int(one["id"][4:])),
        "LAST_UPDATED_DATE_TIME": lambda one: (one["lastUpdatedDateTime"], int(one["id"][4:])),
        "SUBJECT": lambda one: (one["subject"], int(one["id"][4:])),
        "ID": lambda one: int(one["id"][4:]),
    }
    for order, direction in product(keys, ("ASC", "DESC")):
        expected = sorted(rows, key=keys[order], reverse=direction == "DESC")
        for limit in (3, 100):
            got = await walked(ada, limit, sort={"orderBy": order, "direction": direction})
            assert [one["id"] for one in got] == [one["id"] for one in expected], (order, direction, limit)


async def test_a_sort_without_direction_ascends_and_without_order_is_by_creation(ada: Speaker) -> None:
    await ada.opened()
    ascending = [shown["id"] for shown in await ada.listed()][::-1]
    for sort in ({"orderBy": "ID"}, {"direction": "ASC"}, {"orderBy": "CREATED_DATE_TIME", "direction": None}, {}):
        assert [shown["id"] for shown in await ada.listed(sort=sort)] == ascending
    assert [shown["id"] for shown in await ada.listed(sort=[{"orderBy": "ID"}])] == ascending


async def test_companies_are_merged_into_one_order(ada: Speaker, grace: Speaker, blaise: Speaker) -> None:
    made = [(await who.opened())["id"] for who in (grace, ada, ada, grace, ada)]
    assert [shown["id"] for shown in await walked(blaise, 2)][:5] == made[::-1]


# ── Cursors ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_rows_added_elsewhere_neither_repeat_nor_hide_others(ada: Speaker) -> None:
    made = [(await ada.opened())["id"] for _ in range(4)]
    first = page(await ada.query(limit=2))
    new = await ada.opened()
    second = page(await ada.query(limit=2, cursor=first["cursor"]["after"]))
    assert [shown["id"] for shown in first["data"] + second["data"]] == made[::-1]
    back = page(await ada.query(limit=2, cursor=second["cursor"]["before"]))
    assert back["data"] == first["data"]
    top = page(await ada.query(limit=2, cursor=back["cursor"]["before"]))
    assert ([shown["id"] for shown in top["data"]], top["cursor"]["before"]) == ([new["id"]], None)


async def test_the_row_of_a_cursor_may_be_gone(ada: Speaker) -> None:
    made = [(await ada.opened())["id"] for _ in range(4)]
    first = page(await ada.query(limit=2))
    await ada.saved({"id": made[2], "status": "DELETED"})
    second = page(await ada.query(limit=2, cursor=first["cursor"]["after"]))
    assert [shown["id"] for shown in second["data"]] == [made[1], made[0]]


async def test_the_limit_may_change_between_pages_and_nothing_else(ada: Speaker) -> None:
    for _ in range(4):
        await ada.opened()
    sort = {"orderBy": "SUBJECT", "direction": "DESC"}
    filter = {"subject": {"contain": "question"}}
    cursor = page(await ada.query(limit=2, sort=sort, filter=filter))["cursor"]["after"]
    assert len((await ada.query(limit=1, cursor=cursor, sort=sort, filter=filter)).json()["data"]) == 1
    same = {"subject": {"contain": "question", "equal": None}, "readStatus": {}, "attachedEntity": None}
    assert len((await ada.query(limit=5, cursor=cursor, sort=[sort], filter=same)).json()["data"]) == 2
    for other in (
        {},
        {"sort": sort},
        {"filter": filter},
        {"sort": {**sort, "direction": "ASC"}, "filter": filter},
        {"sort": {**sort, "orderBy": "ID"}, "filter": filter},
        {"sort": sort, "filter": {"subject": {"contain": "questio"}}},
        {"sort": sort, "filter": {"subject": {"equal": "question"}}},
        {"sort": sort, "filter": {"authorEmail": {"contain": "question"}}},
        {"sort": sort, "filter": {**filter, "readStatus": {"in": []}}},
    ):
        assert refused(await ada.query(limit=2, cursor=cursor, **other), 400) == [("INVALID_VALUE", "cursor")], other


def forged(cursor: str) -> list[str]:
    """A good cursor with each part of it made wrong."""
    said = json.loads(base64.urlsafe_b64decode(cursor))
    values: list[Any] = [
        None,
        5,
        "",
        "x",
        "\x00",
        "now",
        "infinity",
        "epoch",
        "2024-01-01",
        "x" * 501,
        "'; select 1 --",
    ]
    values += ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2024-13-01T00:00:00+00:00"]
    values += ["2024-01-01T00:00:00", "2024-01-01T00:00:00Z", "0", "-1", "9" * 30]
    made: list[Any] = [{**said, "AFTER": one} for one in (0, -1, 2**63, 2**64, 1.5, True, None, "con_1", [], {}, "1")]
    made += [{**said, "value": one} for one in values]
    made += [{**said, "of": one} for one in (None, 1, "", said["of"][:-1], said["of"] + "0")]
    made += [{**said, "BEFORE": 1}, {**said, "x": 1}, {"AFTER": 1}, {"value": "x"}, {}, [], [said], "x", 5, None]
    made += [dict(reversed(said.items()))]
    texts = [base64.urlsafe_b64encode(json.dumps(one, separators=(",", ":")).encode()).decode() for one in made]
    spaced = base64.urlsafe_b64encode(json.dumps(said).encode()).decode()
    around = [cursor + "=", cursor + "A", " " + cursor, cursor + "\n", cursor.swapcase(), "=" * 40, "A" * 5_000]
    return [*texts, *cut(cursor), *around, spaced]


@pytest.mark.parametrize("order", ["CREATED_DATE_TIME", "LAST_UPDATED_DATE_TIME", "ID"])
async def test_a_forged_or_cut_cursor_is_refused(ada: Speaker, order: str) -> None:
    await ada.opened()
    sort = {"orderBy": order, "direction": "DESC"}
    cursor = page(await ada.query(limit=1, sort=sort))["cursor"]["after"]
    accepted = []
    for wrong in [*forged(cursor), *NAUGHTY]:
        answer = await ada.query(sort=sort, cursor=wrong)
        if answer.status_code != 400 or refused(answer, 400) != [("INVALID_VALUE", "cursor")]:
            accepted.append((wrong, answer.text))
    assert accepted == []
    assert len((await ada.query(sort=sort, cursor=cursor)).json()["data"]) == 1


async def test_a_cursor_by_subject_may_hold_any_subject_and_no_more(ada: Speaker) -> None:
    for naughty in NAUGHTY:
        await ada.opened(subject=naughty)
    got = await walked(ada, 7, sort={"orderBy": "SUBJECT", "direction": "ASC"})
    assert [one["subject"] for one in got] == sorted(("The broken lamp", *NAUGHTY))
    cursor = page(await ada.query(limit=1, sort={"orderBy": "SUBJECT"}))["cursor"]["after"]
    said = json.loads(base64.urlsafe_b64decode(cursor))
    for value in ("\x00", "x" * 501, 5, None):
        wrong = base64.urlsafe_b64encode(json.dumps({**said, "value": value}).encode()).decode()
        assert refused(await ada.query(cursor=wrong, sort={"orderBy": "SUBJECT"}), 400) == [("INVALID_VALUE", "cursor")]


async def test_a_cursor_by_subject_holds_what_no_subject_of_ours_is(
    ada: Speaker, world: World, database: Database
) -> None:
    """Other contracts have longer subjects; the order is by their first 500 characters."""
    by = world.acting(world.ada, "Owner", world.lamplight)
    async with database.writing(by.workspaces) as tx:
        wanted = [Opening(world.lamplight.workspace.id, letter * 600, Said("x")) for letter in "\x01\x01\uffff😀😀"]
        await opening.open(tx, by, wanted)
    got = await walked(ada, 1, sort={"orderBy": "SUBJECT"})
    assert [one["subject"] for one in got] == sorted(one["subject"] for one in got)
    assert len(got) == 6


async def test_a_cursor_is_good_for_anybodys_own_list(ada: Speaker, grace: Speaker) -> None:
    """It names a place in an order, not rows: whoever uses it sees their own."""
    await grace.opened()
    await ada.opened()
    mine = await ada.opened()
    theirs = page(await ada.query(limit=1))["cursor"]["after"]
    assert mine["id"] not in [shown["id"] for shown in await grace.listed(cursor=theirs)]
    assert len(await grace.listed(cursor=theirs)) == 1


# ── What ours adds ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_company_can_be_asked_for(
    ada: Speaker, grace: Speaker, blaise: Speaker, partner: Speaker, world: World
) -> None:
    theirs, lamp = await grace.opened(), f"con_{world.the_broken_lamp.id}"
    for who in (blaise, partner):
        for places, expected in (
            ([world.harbour], [theirs["id"]]),
            ([world.lamplight], [lamp]),
            ([world.lamplight, world.harbour], [theirs["id"], lamp]),
            ([], []),
        ):
            companies = [f"co_{place.workspace.id}" for place in places]
            got = await who.listed(filter={"company": {"in": [*companies, "co_999999999", "nonsense"]}})
            assert [shown["id"] for shown in got] == expected
    assert await ada.listed(filter={"company": {"in": [f"co_{world.harbour.workspace.id}"]}}) == []


async def test_no_text_of_a_caller_is_ever_part_of_a_statement(
    http: httpx.AsyncClient, world: World, sql: asyncpg.Connection, ada: Speaker
) -> None:
    """Asked of PostgreSQL: what it was last told to run, by every connection."""
    mark = "Xq7marker'\"$1;--"
    texts = dict.fromkeys(("equal", "notEqual", "greaterThan", "greaterThanEqual", "lessThan", "lessThanEqual"), mark)
    everything = {**texts, "contain": mark}
    filters: list[Json] = [{field: everything} for field in ("subject", "authorUserId", "authorEmail")]
    filters += [{"attachedEntity": {"id": {"in": [mark]}}}, {"company": {"in": [mark]}}]
    filters += [{"subject": {name: mark}} for name in everything]
    filters += [{"authorEmail": everything, "subject": everything, "authorUserId": everything}]
    agent = await speaker(http, world, userId=world.mary.external_id or "")
    made = await ada.opened(subject=mark, message={"text": mark}, attachedEntityId="btxn_Xq7marker")
    asked = [lambda who=who, one=one: who.query(filter=one) for who in (ada, agent) for one in filters]
    asked += [lambda: ada.query(limit=1, sort={"orderBy": "SUBJECT"}, filter={"subject": {"contain": mark}})]
    asked += [lambda: ada.save({"id": made["id"], "subject": mark + "2", "message": {"text": mark}})]
    asked += [lambda: ada.say({"conversationId": made["id"], "text": mark})]
    for ask in asked:
        assert (await ask()).status_code == 200
        running = await sql.fetch("select query from pg_stat_activity where application_name = 'koine'")
        assert running
        assert not [row["query"] for row in running if "Xq7marker" in row["query"]]


async def test_a_query_that_takes_too_long_is_refused_and_no_fault(ada: Speaker, sql: asyncpg.Connection) -> None:
    async with sql.transaction():
        await sql.execute("lock table conversations in access exclusive mode")
        assert refused(await ada.query(), 400) == [("BAD_REQUEST", None)]
