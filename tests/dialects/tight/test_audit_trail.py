"""The audit trail: who did what to one thing, and when (contracts/tight.md §12)."""

from __future__ import annotations

import json
import re
import uuid
from typing import Any

import asyncpg
import httpx
import pytest

from koine.demo import World
from koine.postgres.database import Database
from tests.dialects.tight import provisioning
from tests.dialects.tight.provisioning import Partner, saved, trail
from tests.dialects.tight.speaking import Json, Speaker, one, refused

NOTHING = 999_999_999


def told(entries: list[Json]) -> list[tuple[str, list[tuple[str, Any, Any]]]]:
    """The actions, each with its revisions."""
    return [
        (entry["action"], [(it["field"], it["before"], it["after"]) for it in entry["revisions"]]) for entry in entries
    ]


async def test_a_conversation_tells_its_own_changes(ada: Speaker, blaise: Speaker, world: World) -> None:
    talk = await ada.opened(subject="A question")
    said = await blaise.said(talk, "An answer")
    id = talk["id"]
    for speaker, change in (
        (ada, {"subject": "Another"}),
        (ada, {"attachedEntityId": "btxn_5"}),
        (blaise, {"resolutionStatus": "RESOLVED"}),
        (blaise, {"resolutionStatus": "OPEN"}),
        (blaise, {"readStatus": "UNREAD"}),
        (ada, {"status": "DELETED"}),
        (ada, {"status": "ACTIVE"}),
    ):
        await speaker.saved({"id": id, **change})
    entries = await trail(ada, id)
    assert told(entries) == [
        ("RESTORED", [("status", "DELETED", "ACTIVE")]),
        ("DELETED", [("status", "ACTIVE", "DELETED")]),
        ("UPDATED", [("readStatus", "READ", "UNREAD")]),
        ("UPDATED", [("resolutionStatus", "RESOLVED", "OPEN")]),
        ("UPDATED", [("resolutionStatus", "OPEN", "RESOLVED")]),
        ("UPDATED", [("attachedEntityId", None, "btxn_5")]),
        ("UPDATED", [("subject", "A question", "Another")]),
        ("UPDATED", [("message", None, said["id"])]),
        ("UPDATED", [("message", None, talk["latestMessage"]["id"])]),
        ("CREATED", []),
    ]
    company = {"id": f"co_{world.lamplight.workspace.id}", "apiCompanyId": None}
    assert [entry["company"] for entry in entries] == [company] * len(entries)
    assert entries[-1]["editor"] == {"id": f"usr_{world.ada.id}", **talk["author"]}
    assert entries[3]["editor"] == {"id": f"bkpr_{world.blaise.id}", **said["author"]}
    assert len({entry["id"] for entry in entries}) == len(entries)
    assert [entry["datetime"] for entry in entries] == sorted((it["datetime"] for it in entries), reverse=True)
    assert entries[-1]["datetime"] == talk["createdDateTime"]


async def test_a_message_tells_of_itself(ada: Speaker, partner: Speaker, sql: asyncpg.Connection, world: World) -> None:
    talk = await ada.opened(attachedEntityId=f"co_{world.lamplight.workspace.id}")
    said = await partner.said(talk, "An answer")
    (entry,) = await trail(ada, said["id"])
    assert told([entry]) == [("CREATED", [])]
    assert entry["editor"] == {"id": None, "userId": None, "email": None}
    await _happened(
        sql,
        world,
        "message.reaction_added",
        {"emoji": "eyes"},
        conversation_id=int(talk["id"].removeprefix("con_")),
        message_id=int(said["id"].removeprefix("msg_")),
    )
    assert told(await trail(ada, said["id"])) == [("UPDATED", [("reactions", None, "eyes")]), ("CREATED", [])]
    assert "reactions" not in str(await trail(ada, talk["id"]))


async def test_a_file_tells_of_itself(ada: Speaker, grace: Speaker, world: World, sql: asyncpg.Connection) -> None:
    file = await sql.fetchval(
        "insert into attachments (workspace_id, uuid, file_name, content_type, size, storage_key,"
        " uploaded_by_kind, uploaded_by_id)"
        " values ($1, $2, 'x.pdf', 'application/pdf', 1, $3, 'user', $4) returning id",
        world.lamplight.workspace.id,
        uuid.uuid4(),
        uuid.uuid4().hex,
        world.ada.id,
    )
    changed = {"file_id": file, "changed": {"notes": {"from": None, "to": "Paid"}, "custom_data": {"from": 1, "to": 2}}}
    await _happened(sql, world, "file.uploaded", {"file_id": file}, file_id=file)
    await _happened(sql, world, "file.updated", changed, file_id=file)
    await _happened(sql, world, "file.deleted", {"file_id": file}, file_id=file)
    for id in (f"fil_{file}", f"att_{file}"):
        entries = await trail(ada, id)
        assert told(entries) == [
            ("DELETED", [("status", "ACTIVE", "DELETED")]),
            ("UPDATED", [("notes", None, "Paid"), ("customData", 1, 2)]),
            ("CREATED", []),
        ]
        assert entries[-1]["editor"]["userId"] == world.ada.external_id
    foreign, missing = [await grace.get(f"/v6/auditTrail/fil_{id}") for id in (file, NOTHING)]
    assert (foreign.status_code, foreign.content) == (404, missing.content)


async def test_a_company_tells_of_itself_also_when_it_is_deleted(newcomer: Partner) -> None:
    olga, otto = newcomer.person("olga"), newcomer.person("otto", firstName="Otto")
    made = await newcomer.company("Lamps", olga, apiCompanyId="lamps")
    partner = await newcomer.speaker()
    saved(await partner.post("/v6/company", {"id": made["id"], "name": "Lights", "accountingMethod": "CASH"}))
    both = saved(await partner.post("/v6/company", {"id": made["id"], "owners": [olga, otto]}))
    assert (await partner.http.delete(f"/v6/company/{made['id']}", headers=partner.headers)).status_code == 200
    entries = await trail(partner, made["id"])
    assert told(entries) == [
        ("DELETED", [("status", "ACTIVE", "DELETED")]),
        ("UPDATED", [("owners", made["owners"], both["owners"])]),
        ("UPDATED", [("name", "Lamps", "Lights"), ("accountingMethod", None, "CASH")]),
        ("CREATED", []),
    ]
    assert {entry["company"]["apiCompanyId"] for entry in entries} == {"lamps"}
    owner = await newcomer.speaker(userId=olga["userId"])
    assert refused(await owner.get(f"/v6/auditTrail/{made['id']}"), 404) == [("INVALID_VALUE", "id")]
    saved(await partner.post("/v6/company", {"id": made["id"], "status": "ACTIVE"}))
    assert told(await trail(owner, made["id"]))[0] == ("RESTORED", [("status", "DELETED", "ACTIVE")])


async def test_a_bookkeeper_tells_of_themselves_to_the_partner_alone(newcomer: Partner) -> None:
    company = await newcomer.company("Lamps")
    made = await newcomer.bookkeeper("bo")
    partner = await newcomer.speaker()
    for change in ({"lastName": "Berg"}, {"companyIds": [company["id"]]}, {"status": "DELETED"}, {"status": "ACTIVE"}):
        one(await partner.post("/v6/bookkeepers", {"data": [{"id": made["id"], **change}]}))
    entries = await trail(partner, made["id"])
    assert told(entries) == [
        ("RESTORED", [("status", "DELETED", "ACTIVE")]),
        ("DELETED", [("status", "ACTIVE", "DELETED")]),
        ("UPDATED", [("companyIds", None, [company["id"]])]),
        ("UPDATED", [("lastName", "", "Berg")]),
        ("CREATED", []),
    ]
    assert {entry["company"] for entry in entries} == {None}
    for name in ("bo", "olga"):
        speaker = await newcomer.speaker(userId=newcomer.person(name)["userId"])
        foreign, missing = [await speaker.get(f"/v6/auditTrail/{id}") for id in (made["id"], f"bkpr_{NOTHING}")]
        assert (foreign.status_code, foreign.content) == (404, missing.content)


async def test_a_trail_is_read_in_pages_both_ways(ada: Speaker) -> None:
    talk = await ada.opened()
    for number in range(7):
        await ada.said(talk, f"{number}")
        await ada.saved({"id": talk["id"], "subject": f"Subject {number}"})
    whole = await trail(ada, talk["id"], limit=250)
    assert len(whole) == 16
    pages, cursors, cursor = [], [], None
    while True:
        query = {"limit": 3} | ({} if cursor is None else {"cursor": cursor})
        body = (await ada.get(f"/v6/auditTrail/{talk['id']}", **query)).json()
        pages.append(body["data"])
        cursors.append(body["cursor"])
        if (cursor := body["cursor"]["after"]) is None:
            break
    assert [entry for page in pages for entry in page] == whole
    assert cursors[0]["before"] is None
    back = (await ada.get(f"/v6/auditTrail/{talk['id']}", limit=3, cursor=cursors[2]["before"])).json()
    assert back["data"] == pages[1]
    other = await ada.opened()
    for id, query in ((other["id"], {"cursor": cursors[0]["after"]}), (talk["id"], {"cursor": "x"})):
        assert refused(await ada.get(f"/v6/auditTrail/{id}", **query), 400) == [("INVALID_VALUE", "cursor")]
    for limit in ("0", "251", "x"):
        ((_, param),) = refused(await ada.get(f"/v6/auditTrail/{talk['id']}", limit=limit), 400)
        assert param == "limit"


async def test_what_began_it_outlives_the_events(ada: Speaker, sql: asyncpg.Connection) -> None:
    talk = await ada.opened()
    await ada.saved({"id": talk["id"], "subject": "Another"})
    before = told(await trail(ada, talk["id"]))
    assert len(before) == 3
    await sql.execute("delete from events where conversation_id = $1", int(talk["id"].removeprefix("con_")))
    assert told(await trail(ada, talk["id"])) == before[1:]


@pytest.mark.parametrize("prefix", ["con", "msg", "fil", "att", "co", "bkpr"])
async def test_what_may_not_be_seen_has_no_trail(
    newcomer: Partner, http: httpx.AsyncClient, database: Database, sql: asyncpg.Connection, prefix: str
) -> None:
    company, bookkeeper = await newcomer.company("Lamps"), await newcomer.bookkeeper("bo")
    olga = await newcomer.speaker(userId=newcomer.person("olga")["userId"])
    talk = await olga.opened()
    file = await sql.fetchval(
        "insert into attachments (workspace_id, uuid, file_name, content_type, size, storage_key)"
        " values ($1, $2, 'x.pdf', 'application/pdf', 1, $3) returning id",
        int(company["id"].removeprefix("co_")),
        uuid.uuid4(),
        uuid.uuid4().hex,
    )
    named = [talk["id"], talk["latestMessage"]["id"], f"fil_{file}", f"att_{file}", company["id"], bookkeeper["id"]]
    (id,) = [it for it in named if it.startswith(f"{prefix}_")]
    assert await trail(await newcomer.speaker(), id)
    stranger = await provisioning.new(http, database)
    await stranger.company("Mine")
    for form in ({}, {"userId": stranger.person("olga")["userId"]}):
        speaker = await stranger.speaker(**form)
        foreign, missing = [await speaker.get(f"/v6/auditTrail/{it}") for it in (id, f"{prefix}_{NOTHING}")]
        assert (foreign.status_code, foreign.content) == (404, missing.content)
        for wrong in (f"{prefix}_x", f"{prefix}_", prefix, f"{prefix}_{2**70}", "x_1"):
            assert (await speaker.get(f"/v6/auditTrail/{wrong}")).status_code == 404


async def test_no_statement_that_opens_or_posts_fills_an_index_of_the_trail(sql: asyncpg.Connection) -> None:
    condition = await sql.fetchval(
        "select pg_get_expr(indpred, indrelid) from pg_index where indexrelid = 'events_of_conversation'::regclass"
    )
    assert "<> ALL" in condition
    assert {"conversation.opened", "message.posted"} <= set(re.findall(r"'([a-z.]+)'", condition))


async def _happened(sql: asyncpg.Connection, world: World, kind: str, data: Json, **about: int) -> None:
    """An event that another part of the house records."""
    await sql.execute(
        "insert into events"
        " (workspace_id, uuid, kind, conversation_id, message_id, file_id, actor_kind, actor_id, data)"
        " values ($1, $2, $3, $4, $5, $6, 'user', $7, $8)",
        world.lamplight.workspace.id,
        uuid.uuid4(),
        kind,
        about.get("conversation_id"),
        about.get("message_id"),
        about.get("file_id"),
        world.ada.id,
        json.dumps(data),
    )
