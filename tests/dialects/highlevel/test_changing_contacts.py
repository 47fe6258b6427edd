"""Changing and deleting contacts (contracts/highlevel.md §9), and what is told of it."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import asyncpg
import httpx
import pytest

from koine.core.actor import system
from koine.core.contacts import contacts, dnd
from koine.core.contacts.model import Contact
from koine.demo import World
from koine.dialects.highlevel import ids
from koine.postgres.database import Database
from tests.dialects.highlevel.conftest import Untouched
from tests.dialects.highlevel.locations import Location, an_id_of_nobody, without_trace
from tests.dialects.highlevel.test_contacts import FULL, create, get


async def put(at: Location, id: str, **fields: Any) -> httpx.Response:
    return await at.http.put(f"/contacts/{id}", json=fields)


async def told(sql: asyncpg.Connection, id: str) -> list[tuple[str, dict[str, Any]]]:
    rows = await sql.fetch(
        "select e.kind, e.data::text from events e join contacts c on c.id = e.contact_id where c.uuid = $1"
        " order by e.id",
        ids.known(id),
    )
    return [(row["kind"], json.loads(row["data"])) for row in rows]


async def test_a_change_is_answered_in_both_spellings_and_kept(lamplight: Location) -> None:
    id = (await create(lamplight, **FULL)).json()["contact"]["id"]
    answer = await put(lamplight, id, lastName="Dean", city="Ulm", dnd=False, additionalEmails=["b@example.com"])
    assert answer.status_code == 200
    body = answer.json()
    assert list(body) == ["succeded", "succeeded", "contact"]
    assert (body["succeded"], body["succeeded"]) == (True, True)
    contact = body["contact"]
    assert (contact["name"], contact["city"], contact["dnd"], contact["state"]) == ("Rosan Dean", "Ulm", False, "AL")
    assert contact["additionalEmails"] == ["b@example.com"]
    assert await get(lamplight, id) == contact


@pytest.mark.parametrize("way", ["put", "upsert"])
async def test_an_empty_text_or_array_empties_and_null_does_not(lamplight: Location, world: World, way: str) -> None:
    mary = ids.write(world.mary.uuid)
    given = FULL | {"assignedTo": mary, "followers": [mary], "additionalEmails": ["b@example.com"]}
    before = (await create(lamplight, **given)).json()["contact"]

    async def change(**fields: Any) -> dict[str, Any]:
        if way == "put":
            answer = await put(lamplight, before["id"], **fields)
        else:
            answer = await create(lamplight, "/contacts/upsert", email=FULL["email"], **fields)
        assert answer.status_code == 200, answer.text
        contact: dict[str, Any] = answer.json()["contact"]
        return contact

    names = ("phone", "lastName", "companyName", "city", "source", "assignedTo", "dateOfBirth", "tags", "followers")
    assert await change(**dict.fromkeys(names)) == before
    empty = {name: [] if name in ("tags", "followers") else "" for name in names}
    after = await change(**empty, additionalEmails=[])
    assert not {name for name in names if after.get(name)}
    assert (after["additionalEmails"], after["email"], after["firstName"]) == ([], FULL["email"], "Rosan")


async def test_an_address_can_be_taken_from_a_contact_and_given_to_another(lamplight: Location) -> None:
    one, other = lamplight.contact(0), lamplight.contact(1)
    assert (await put(lamplight, other, email="rosalind.marsh@example.com")).status_code == 400
    assert "email" not in (await put(lamplight, one, email="")).json()["contact"]
    assert (await put(lamplight, other, email="rosalind.marsh@example.com")).status_code == 200


@pytest.mark.parametrize(("field", "value"), [("email", "OTTO.brandt@example.com"), ("phone", "+1 555 0100-102")])
async def test_what_another_contact_has_is_not_given_twice(
    lamplight: Location, untouched: Untouched, field: str, value: str
) -> None:
    async with untouched():
        answer = await put(lamplight, lamplight.contact(0), **{field: value})
    assert (answer.status_code, answer.json()["meta"]) == (
        400,
        {"contactId": lamplight.contact(1), "contactName": "Otto Brandt", "matchingField": field},
    )
    assert (await put(lamplight, lamplight.contact(1), **{field: value})).status_code == 200


async def test_of_two_contacts_who_want_one_address_at_once_one_gets_it(lamplight: Location) -> None:
    wanted = [put(lamplight, lamplight.contact(number), email="rush@example.com") for number in range(5)]
    answers = await asyncio.gather(*wanted, create(lamplight, email="rush@example.com"))
    assert sorted(answer.status_code // 100 for answer in answers) == [2, 4, 4, 4, 4, 4]


async def test_a_change_tells_what_is_different_and_nothing_tells_nothing(
    lamplight: Location, sql: asyncpg.Connection, world: World
) -> None:
    id = (await create(lamplight, email="t@example.com", tags=["a", "b"], city="Ulm")).json()["contact"]["id"]
    mary = ids.write(world.mary.uuid)
    await put(lamplight, id, tags=["b", "c"], city="Ulm", state="BW")
    await put(lamplight, id, dndSettings={"SMS": {"status": "active"}})
    await put(lamplight, id, dnd=True, assignedTo=mary, followers=[mary], customFields=[{"id": "x", "value": 1}])
    await put(lamplight, id, dnd=True, tags=["b", "c"], email="t@example.com")
    assert await told(sql, id) == [
        ("contact.created", {}),
        ("contact.updated", {"fields": ["tags", "state"], "tags_added": ["c"], "tags_removed": ["a"]}),
        ("contact.updated", {"fields": ["dnd_settings"]}),
        ("contact.updated", {"fields": ["dnd", "assigned_to", "followers", "custom_attributes"]}),
    ]


async def test_channels_that_a_contact_may_not_be_reached_through(
    lamplight: Location, world: World, database: Database
) -> None:
    id = (await create(lamplight, dndSettings={"sms": {"status": "active"}, "Email": {"status": "permanent"}})).json()

    async def now() -> Contact:
        by = system(world.account_id, lamplight.place.workspace.id)
        async with database.reading(by.workspaces) as tx:
            return await contacts.by_uuid(tx, by, ids.known(id["contact"]["id"]))

    assert [channel for channel in dnd.CHANNELS if dnd.blocks(await now(), channel)] == ["Email", "SMS"]
    await put(lamplight, id["contact"]["id"], dndSettings={"SMS": {"status": "inactive"}})
    assert [channel for channel in dnd.CHANNELS if dnd.blocks(await now(), channel)] == ["Email"]
    assert not dnd.blocks_inbound(await now())
    await put(lamplight, id["contact"]["id"], dnd=True, inboundDndSettings={"all": {"status": "active"}})
    contact = await now()
    assert all(dnd.blocks(contact, channel) for channel in dnd.CHANNELS)
    assert dnd.blocks_inbound(await now())


async def test_followers_are_members_each_once(lamplight: Location, world: World, untouched: Untouched) -> None:
    mary, ada = ids.write(world.mary.uuid), ids.write(world.ada.uuid)
    answer = await put(lamplight, lamplight.contact(), followers=[mary, ada, mary])
    assert answer.json()["contact"]["followers"] == [mary, ada]
    for id in (an_id_of_nobody(), ids.write(world.grace.uuid), "x"):
        async with untouched():
            answer = await put(lamplight, lamplight.contact(), followers=[mary, id])
        assert (answer.status_code, answer.json()["message"]) == (400, f"User with id {id} not found")


async def test_a_deleted_contact_is_gone_with_what_was_said_with_them(
    lamplight: Location, sql: asyncpg.Connection
) -> None:
    id, conversation = lamplight.contact(), (await lamplight.open()).json()["conversation"]["id"]
    answer = await lamplight.http.delete(f"/contacts/{id}")
    assert (answer.status_code, answer.json()) == (200, {"succeded": True, "succeeded": True})
    for method, path in (("GET", f"/contacts/{id}"), ("DELETE", f"/contacts/{id}"), ("PUT", f"/contacts/{id}")):
        answer = await lamplight.http.request(method, path, json={} if method == "PUT" else None)
        assert (answer.status_code, answer.json()["message"]) == (400, f"Contact with id {id} not found")
    assert (await lamplight.http.get(f"/conversations/{conversation}")).json()["deleted"] is True
    assert (await lamplight.http.get("/conversations/search")).json()["total"] == 0
    assert (await lamplight.open()).status_code == 400
    assert [kind for kind, _ in await told(sql, id)][-2:] == ["conversation.deleted", "contact.deleted"]


async def test_a_deleted_contact_gives_their_address_free(lamplight: Location) -> None:
    await lamplight.http.delete(f"/contacts/{lamplight.contact(1)}")
    answer = await create(lamplight, email="otto.brandt@example.com", phone="+15550100102")
    assert answer.status_code == 201
    assert answer.json()["contact"]["id"] != lamplight.contact(1)


async def test_an_unknown_contact_is_neither_changed_nor_deleted(lamplight: Location, untouched: Untouched) -> None:
    for id in (an_id_of_nobody(), "x"):
        async with untouched():
            answers = [await put(lamplight, id, city="Ulm"), await lamplight.http.delete(f"/contacts/{id}")]
        for answer in answers:
            assert answer.status_code == 400
            assert without_trace(answer.json()) == {
                "statusCode": 400,
                "message": f"Contact with id {id} not found",
                "error": "Bad Request",
            }
