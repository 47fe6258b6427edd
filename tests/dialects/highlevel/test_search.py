"""Searching conversations (contracts/highlevel.md §5.2): every filter and order, against a model that looks at all."""

from __future__ import annotations

import asyncio
import itertools
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import asyncpg
import httpx
import pytest

from koine.core.actor import system
from koine.core.contacts import contacts
from koine.core.contacts.model import Contact, Described
from koine.core.conversations import opening
from koine.core.conversations.model import Opening, Said
from koine.demo import World
from koine.dialects.highlevel import ids
from koine.postgres.database import Database
from tests.dialects.highlevel.locations import Location, an_id_of_nobody

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TYPES = {"sms": "TYPE_SMS", "email": "TYPE_EMAIL", "live_chat": "TYPE_LIVE_CHAT", "custom_call": "TYPE_CUSTOM_CALL"}
WORDS = ("Hello there", "INVOICE overdue", "ring +1 555", "ümlaut Ärger", "100% sure_thing", "")


@dataclass
class Row:
    """A conversation as the model knows it."""

    id: str
    contact: Contact
    text: str
    channel: str | None
    direction: str | None
    automated: bool
    at: int
    unread: int
    starred: bool
    assignee: str | None
    manual: int = 0
    followers: set[str] = field(default_factory=set)
    mentions: set[str] = field(default_factory=set)


@dataclass
class Talks:
    """A location with conversations of every kind."""

    at: Location
    rows: list[Row]
    users: list[str]

    async def search(self, **query: Any) -> dict[str, Any]:
        answer = await self.at.http.get("/conversations/search", params={"locationId": self.at.id} | query)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body


@pytest.fixture
async def talks(lamplight: Location, world: World, database: Database, sql: asyncpg.Connection) -> Talks:
    """Forty conversations; several share a moment, which pages must not lose."""
    place, random = lamplight.place, Random(7)
    users = [world.ada, world.mary, world.linus]
    by = system(world.account_id, place.workspace.id)
    rows = []
    async with database.writing((place.workspace.id,)) as tx:
        for number in range(40):
            described = Described(
                email=f"P{number}@Example.com" if number % 3 else None,
                phone=f"+4930{number:05}" if number % 2 else None,
                first_name=random.choice(["Ann", "Änne", "Bob", ""]),
                last_name=random.choice(["Lee", "O'Neil_x", ""]),
                followers=[users[1].id] if number % 9 == 0 else None,
            )
            contact = await contacts.create(tx, by, place.workspace.id, described)
            said, follower = None, number % 9 == 0
            if number % 8:
                direction = random.choice(["in", "out"])
                meta = {"automated": True} if number % 5 == 0 else {}
                said = Said(
                    random.choice(WORDS),
                    direction=direction,  # type: ignore[arg-type]
                    channel=random.choice(list(TYPES)),
                    meta=meta,
                )
            assignee = random.choice([None, *users])
            wanted = Opening(
                place.workspace.id,
                said=said,
                contact_id=contact.id,
                assignee_id=assignee.id if assignee else None,
                resolved=number % 4 == 0,
                continuous=True,
            )
            (opened,) = await opening.open(tx, by, [wanted])
            rows.append(
                Row(
                    id=ids.write(opened.uuid),
                    contact=contact,
                    text=said.text if said else "",
                    channel=said.channel if said else None,
                    direction=said.direction if said else None,
                    automated=bool(said and said.meta),
                    at=0,
                    unread=1 if said and said.direction == "in" else 0,
                    starred=False,
                    assignee=ids.write(assignee.uuid) if assignee else None,
                    followers={ids.write(users[1].uuid)} if follower else set(),
                )
            )
    for number, row in enumerate(rows):
        at = EPOCH + timedelta(milliseconds=1_700_000_000_000 + number // 3 * 1000, microseconds=number % 2 * 400)
        row.at = (at - EPOCH) // timedelta(milliseconds=1)
        row.starred = number % 7 == 0
        manual = row.direction == "out" and not row.automated
        row.manual = row.at + 5 if manual else 0
        await sql.execute(
            "update conversations set last_message_at = $2, created_at = $2, starred = $3,"
            " last_manual_at = case when $4 then $2::timestamptz + interval '5 ms' else 'epoch' end where uuid = $1",
            ids.known(row.id),
            at,
            row.starred,
            manual,
        )
        if number % 10 == 3:
            row.mentions, row.followers = {ids.write(users[0].uuid)}, row.followers | {ids.write(users[2].uuid)}
            await sql.execute(
                "insert into mentions (workspace_id, user_id, conversation_id, message_id)"
                " select workspace_id, $2, id, last_message_id from conversations where uuid = $1",
                ids.known(row.id),
                users[0].id,
            )
            await sql.execute(
                "insert into participants (workspace_id, conversation_id, participant_kind, participant_id)"
                " select workspace_id, id, 'user', $2 from conversations where uuid = $1",
                ids.known(row.id),
                users[2].id,
            )
    return Talks(lamplight, rows, [ids.write(user.uuid) for user in users])


def holds(row: Row, query: dict[str, Any]) -> bool:
    """Whether the model finds a conversation."""
    text = str(query.get("query", "")).strip().lower()
    hay = [row.contact.name, row.contact.email or "", row.contact.phone or "", row.text]
    number = set(text) <= set("+0123456789 ()-./")
    bare = text.translate(str.maketrans("", "", " ()-./")) if number else text
    if (number and text.startswith("+")) or re.fullmatch(r"[^\s@]+@[^\s@]+", text):
        starts = any((each or "").lower().startswith(bare) for each in (row.contact.phone, row.contact.email))
        found = starts or text in row.text.lower()
    else:
        found = not text or any(text in each.lower() for each in hay) or bare in (row.contact.phone or "")
    assigned = str(query.get("assignedTo", "")).split(",") if "assignedTo" in query else None
    status = query.get("status", "all")
    return (
        query.get("contactId", ids.write(row.contact.uuid)) == ids.write(row.contact.uuid)
        and query.get("id", row.id) == row.id
        and (assigned is None or (row.assignee or "unassigned") in assigned)
        and ("followers" not in query or bool(row.followers & set(query["followers"].split(","))))
        and ("mentions" not in query or bool(row.mentions & set(query["mentions"].split(","))))
        and found
        and ("lastMessageType" not in query or TYPES.get(row.channel or "") == query["lastMessageType"])
        and (
            "lastMessageDirection" not in query
            or {"in": "inbound", "out": "outbound"}.get(row.direction or "") == query["lastMessageDirection"]
        )
        and (
            "lastMessageAction" not in query
            or (row.direction == "out" and query["lastMessageAction"] == ("automated" if row.automated else "manual"))
        )
        and {"unread": row.unread > 0, "read": row.unread == 0, "starred": row.starred}.get(status, True)
        and query.get("startDate", 0) <= row.at <= query.get("endDate", 2**60)
    )


def questions(talks: Talks) -> list[dict[str, Any]]:
    """Each filter alone, and many of them together."""
    ada, mary, linus = talks.users
    some = talks.rows[11]
    alone: list[dict[str, Any]] = [
        {},
        *({"status": status} for status in ("all", "read", "unread", "starred", "recents")),
        *({"lastMessageType": type_} for type_ in (*TYPES.values(), "TYPE_TIKTOK")),
        *({"lastMessageDirection": direction} for direction in ("inbound", "outbound")),
        *({"lastMessageAction": action} for action in ("automated", "manual")),
        *({"assignedTo": who} for who in (ada, f"{ada},{mary}", "unassigned", f"unassigned,{linus}", "nobody")),
        *({"followers": who} for who in (mary, f"{mary},{linus}", ada)),
        *({"mentions": who} for who in (ada, f"{ada},{mary}", mary)),
        *(
            {"query": text}
            for text in ("hello", "ÄNNE", "p1", "P11@example", "invoice", "%", "_", "o'neil_", "ee", "zz")
        ),
        *({"query": text} for text in ("+49 30 000", "+4930-000 11", "ann lee", "  hello ", "ümlaut är")),
        {"contactId": ids.write(some.contact.uuid)},
        {"contactId": an_id_of_nobody()},
        {"id": some.id},
        {"id": "x"},
        {"startDate": some.at},
        {"startDate": some.at, "endDate": some.at},
        {"endDate": some.at - 1},
    ]
    together = [
        one | other
        for one, other in itertools.combinations(alone, 2)
        if not one.keys() & other.keys() and Random(str((one, other))).random() < 0.12
    ]
    return [*alone, *together]


async def every_page(talks: Talks, query: dict[str, Any]) -> tuple[list[dict[str, Any]], set[int]]:
    """All rows of a question, and each total that was told on the way."""
    rows, totals, place = [], set(), {}
    while True:
        body = await talks.search(**query, **place)
        totals.add(body["total"])
        rows += body["conversations"]
        if len(body["conversations"]) < query.get("limit", 20):
            return rows, totals
        place = {"startAfterDate": body["conversations"][-1]["sort"]}


@pytest.mark.parametrize("sort", ["desc", "asc"])
@pytest.mark.parametrize("by", ["last_message_date", "last_manual_message_date"])
async def test_each_question_finds_what_a_look_at_all_finds(talks: Talks, sort: str, by: str) -> None:
    for question in questions(talks):
        expected = {row.id: row for row in talks.rows if holds(row, question)}
        found, totals = await every_page(talks, question | {"sort": sort, "sortBy": by, "limit": 7})
        assert [row["id"] for row in found if row["id"] not in expected] == [], question
        assert len(found) == len({row["id"] for row in found}) == len(expected), question
        assert totals == {len(expected)}, question
        keys = [(expected[row["id"]].manual if "manual" in by else expected[row["id"]].at) for row in found]
        assert keys == sorted(keys, reverse=sort == "desc"), question


async def test_a_row_says_what_the_contract_lists(talks: Talks) -> None:
    row = next(row for row in talks.rows if row.direction == "out" and row.contact.email and row.assignee)
    (found,) = (await talks.search(id=row.id))["conversations"]
    assert found == {
        "id": row.id,
        "contactId": ids.write(row.contact.uuid),
        "locationId": talks.at.id,
        "lastMessageBody": row.text,
        "lastMessageType": TYPES[row.channel or ""],
        "type": "TYPE_EMAIL" if row.channel == "email" else "TYPE_PHONE",
        "unreadCount": 0,
        "fullName": row.contact.name,
        "contactName": row.contact.name or row.contact.email,
        "email": row.contact.email,
        "phone": row.contact.phone or "",
        "lastMessageDate": row.at,
        "lastMessageDirection": "outbound",
        "lastOutboundMessageAction": "automated" if row.automated else "manual",
        **({"lastManualMessageDate": row.manual} if row.manual else {}),
        "dateAdded": row.at,
        "dateUpdated": found["dateUpdated"],
        "starred": row.starred,
        "deleted": False,
        "inbox": found["inbox"],
        "assignedTo": row.assignee,
        "userId": row.assignee,
        "followers": sorted(row.followers),
        "mentions": sorted(row.mentions),
        "isLastMessageInternalComment": False,
        "tags": [],
        "scoring": [],
        "attributed": False,
        "sort": found["sort"],
    }
    assert found["sort"][0] == row.at


async def test_a_conversation_in_which_nothing_is_said_has_what_is_required(lamplight: Location) -> None:
    id = (await lamplight.open()).json()["conversation"]["id"]
    (found,) = (await lamplight.http.get("/conversations/search", params={"id": id})).json()["conversations"]
    assert (found["lastMessageBody"], found["lastMessageType"], found["type"]) == ("", "TYPE_SMS", "TYPE_PHONE")
    assert not {"lastMessageDirection", "lastOutboundMessageAction", "lastManualMessageDate"} & found.keys()


async def test_what_is_written_is_found_at_once(lamplight: Location) -> None:
    search = "/conversations/search"
    before = (await lamplight.http.get(search)).json()["total"]
    id = (await lamplight.open()).json()["conversation"]["id"]
    assert (await lamplight.http.get(search)).json()["total"] == before + 1
    await lamplight.http.put(
        f"/conversations/{id}", json={"locationId": lamplight.id, "unreadCount": 3, "starred": True}
    )
    for status in ("unread", "starred"):
        body = (await lamplight.http.get(search, params={"status": status})).json()
        assert (body["total"], [row["id"] for row in body["conversations"]]) == (1, [id])
    await lamplight.http.delete(f"/conversations/{id}")
    for status in ("unread", "starred", "all"):
        assert (await lamplight.http.get(search, params={"status": status})).json()["total"] == 0


async def test_pages_lose_and_double_nothing_while_others_are_added(talks: Talks) -> None:
    """Newer ones come at the top meanwhile; who pages down meets every old one once."""
    old, met = {row.id for row in talks.rows}, list[str]()
    place: dict[str, Any] = {}
    for number in range(100):
        body = await talks.search(limit=3, **place)
        met += [row["id"] for row in body["conversations"]]
        if not body["conversations"]:
            break
        place = {"startAfterDate": body["conversations"][-1]["sort"]}
        if number < 5:
            await talks.at.open(talks.at.contact(number))
    assert sorted(id for id in met if id in old) == sorted(old)
    assert len(met) == len(set(met))


async def test_a_date_alone_goes_on_behind_all_that_share_it(talks: Talks) -> None:
    for sort, wanted in (("desc", lambda at, last: at < last), ("asc", lambda at, last: at > last)):
        last = talks.rows[20].at
        body = await talks.search(sort=sort, startAfterDate=last, limit=100)
        expected = {row.id for row in talks.rows if wanted(row.at, last)}
        assert {row["id"] for row in body["conversations"]} == expected


@pytest.mark.parametrize(
    "form",
    ["startAfterDate={0}&startAfterDate={1}", "startAfterDate[]={0}&startAfterDate[]={1}", "startAfterDate={0},{1}"],
)
async def test_a_place_is_taken_in_each_form_that_clients_send(talks: Talks, form: str) -> None:
    first = (await talks.search(limit=5))["conversations"]
    place = form.format(*first[-1]["sort"])
    answer = await talks.at.http.get(f"/conversations/search?limit=5&{place}")
    assert answer.json()["conversations"] == (await talks.search(limit=10))["conversations"][5:]


async def test_a_page_has_twenty_rows_and_never_more_than_a_hundred(talks: Talks) -> None:
    assert len((await talks.search())["conversations"]) == 20
    assert len((await talks.search(limit=30))["conversations"]) == 30
    assert len((await talks.search(limit=5_000))["conversations"]) == 40


async def test_what_is_no_parameter_value_is_refused_all_at_once(lamplight: Location) -> None:
    query = {"limit": "x", "sort": "up", "sortBy": "luck", "status": "gone", "lastMessageType": "SMS",
             "startAfterDate": "soon", "lastMessageDirection": "in"}  # fmt: skip
    answer = await lamplight.http.get("/conversations/search", params=query)
    assert answer.status_code == 422
    assert sorted(answer.json()["message"]) == [
        "lastMessageDirection must be a valid enum value",
        "lastMessageType must be a valid enum value",
        "limit must be a number conforming to the specified constraints",
        "sort must be a valid enum value",
        "sortBy must be a valid enum value",
        "startAfterDate must be a number conforming to the specified constraints",
        "status must be a valid enum value",
    ]
    assert (await lamplight.http.get("/conversations/search", params={"limit": 0})).json()["message"] == [
        "limit must not be less than 1"
    ]


async def test_no_query_is_a_fault(lamplight: Location) -> None:
    names = ("contactId", "assignedTo", "followers", "mentions", "query", "startAfterDate", "id", "limit", "startDate")
    values = (
        "\0",
        "%",
        "1e999",
        "-1",
        "9" * 39,
        "99999999999999999999",
        "1.5",
        ",,,",
        "x" * 5_000,
        "[]",
        "NaN",
        "é",
    )
    for name, value in itertools.product(names, values):
        answer = await lamplight.http.get("/conversations/search", params={name: value})
        assert answer.status_code in (200, 422), (name, value, answer.text)


async def test_the_location_may_be_left_to_the_token_but_not_be_another(lamplight: Location, harbour: Location) -> None:
    assert (await lamplight.http.get("/conversations/search")).status_code == 200
    for id in (harbour.id, an_id_of_nobody()):
        answer = await lamplight.http.get("/conversations/search", params={"locationId": id})
        assert answer.status_code == 403


async def test_totals_hold_while_many_write_at_once(lamplight: Location, sql: asyncpg.Connection) -> None:
    """Each change adds to the tallies and now and then folds them; what they sum to is what is there."""
    ids_ = [lamplight.contact(number) for number in range(5)]
    opened = [(await lamplight.open(id)).json()["conversation"]["id"] for id in ids_]

    async def disturb(id: str, seed: int) -> None:
        random = Random(seed)
        for _ in range(25):
            body = {"locationId": lamplight.id, "unreadCount": random.randrange(3), "starred": random.random() < 0.5}
            await lamplight.http.put(f"/conversations/{id}", json=body)

    await asyncio.gather(*(disturb(id, seed) for seed, id in enumerate([*opened, *opened])))
    for status, condition in (("all", "true"), ("unread", "unread_count > 0"), ("starred", "starred")):
        answer = await lamplight.http.get("/conversations/search", params={"status": status})
        held = await sql.fetchval(
            f"select count(*) from conversations where workspace_id = $1 and contact_id is not null and {condition}",
            lamplight.place.workspace.id,
        )
        assert answer.json()["total"] == held == len(answer.json()["conversations"])


async def test_tallies_are_folded_and_stay_right(lamplight: Location, sql: asyncpg.Connection) -> None:
    id = (await lamplight.open()).json()["conversation"]["id"]
    for number in range(40):
        body = {"locationId": lamplight.id, "unreadCount": number % 2, "starred": number % 3 == 0}
        await lamplight.http.put(f"/conversations/{id}", json=body)
    workspace = lamplight.place.workspace.id
    before = await sql.fetch(
        "select facet, sum(n) from tallies where workspace_id = $1 group by 1 having sum(n) <> 0", workspace
    )
    await sql.execute(
        "select fold_tallies($1, 'conversations', 1000000), fold_tallies($1, 'contacts', 1000000)", workspace
    )
    after = await sql.fetch("select facet, n from tallies where workspace_id = $1", workspace)
    assert sorted(map(tuple, after), key=str) == sorted(map(tuple, before), key=str)


async def test_tallies_fold_themselves_now_and_then(lamplight: Location, sql: asyncpg.Connection) -> None:
    workspace = lamplight.place.workspace.id
    await sql.execute(
        """
        insert into tallies (workspace_id, counted, facet, n)
        select $1, 'conversations', 'sms/in//read//unassigned', 1 from generate_series(1, 2000)
        """,
        workspace,
    )
    rows, total = await sql.fetchrow(
        "select count(*), sum(n) from tallies where workspace_id = $1 and facet = 'sms/in//read//unassigned'", workspace
    )
    assert (rows < 1000, total) == (True, 2000)


def test_httpx_repeats_keys_as_the_python_client_does() -> None:
    assert str(httpx.QueryParams({"startAfterDate": [1, 2]})) == "startAfterDate=1&startAfterDate=2"
