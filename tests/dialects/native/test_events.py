"""Pages of the feed: in order, after a position, and only what the token may see."""

from __future__ import annotations

import asyncio

import asyncpg
import httpx
import pytest

from koine.core import events
from koine.core.permissions import ALL
from koine.demo import World
from koine.dialects.highlevel import ids as highlevel_ids
from koine.dialects.native import wire
from tests.dialects.native.conftest import Client, Issue, Open
from tests.dialects.native.following import PATH, Json


async def page(who: httpx.AsyncClient, **query: object) -> Json:
    answer = await who.get(PATH, params=query)  # type: ignore[arg-type]
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    found: Json = answer.json()
    assert list(found) == ["events", "next", "more"]
    wire.Page.model_validate(found)
    return found


async def upto(who: httpx.AsyncClient, position: int, **query: object) -> Json:
    """A page, once the feed goes that far."""
    while True:
        found = await page(who, **query)
        if found["next"] >= position:
            return found
        await asyncio.sleep(0.01)


def kinds(found: Json) -> list[str]:
    return [event["kind"] for event in found["events"]]


async def test_the_feed_tells_what_happened_in_order(reader: httpx.AsyncClient, settled: int, world: World) -> None:
    found = await page(reader)
    assert [event["position"] for event in found["events"]] == list(range(1, settled + 1))
    assert (found["next"], found["more"]) == (settled, False)
    assert kinds(found)[:3] == ["workspace.opened", "inbox.created", "team.created"]
    assert kinds(found)[-2:] == ["conversation.opened", "message.posted"]
    assert {event["workspace_id"] for event in found["events"]} == {str(world.lamplight.workspace.uuid)}
    assert len({event["id"] for event in found["events"]}) == settled


async def test_an_event_has_the_promised_shape(
    reader: httpx.AsyncClient, settled: int, world: World, sql: asyncpg.Connection
) -> None:
    (said,) = (await page(reader, after=settled - 1))["events"]
    lamp = world.the_broken_lamp
    stored = await sql.fetchrow(
        "select uuid, created_at from events where conversation_id = $1 and message_id is not null", lamp.id
    )
    assert stored is not None
    assert said == {
        "position": settled,
        "id": str(stored["uuid"]),
        "kind": "message.posted",
        "workspace_id": str(world.lamplight.workspace.uuid),
        "conversation_id": str(lamp.uuid),
        "message_id": str(lamp.message_uuid),
        "actor": {"kind": "user", "id": str(world.ada.uuid)},
        "created_at": stored["created_at"].isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "data": {},
    }
    assert list(said) == list(wire.Event.model_fields)


async def test_what_an_event_is_not_about_is_left_out(reader: httpx.AsyncClient, settled: int) -> None:
    inbox, *_, opened, _ = (await page(reader))["events"]
    assert [name for name in wire.Event.model_fields if name not in inbox] == ["conversation_id", "message_id"]
    assert [name for name in wire.Event.model_fields if name not in opened] == ["message_id"]
    assert inbox["actor"] == {"kind": "system", "id": None}


async def test_whatever_is_named_is_named_by_uuid(
    reader: httpx.AsyncClient, settled: int, world: World, open_one: Open, sql: asyncpg.Connection
) -> None:
    team = await sql.fetchval("select uuid from teams where id = $1", world.lamplight.team_id)
    found = await page(reader)
    assert found["events"][1]["data"]["inbox_id"] == str(world.lamplight.inbox.uuid)
    assert found["events"][2]["data"]["team_id"] == str(team)
    contacts = [event["data"] for event in found["events"] if event["kind"] == "contact.created"]
    assert contacts == [{"contact_id": str(contact.uuid)} for contact in world.lamplight.contacts]
    await open_one(assignee_id=world.mary.id, team_id=world.lamplight.team_id)
    (assigned,) = (await upto(reader, settled + 3, after=settled, kind="conversation.assigned"))["events"]
    assert assigned["data"] == {"assignee_id": str(world.mary.uuid), "team_id": str(team)}
    await open_one(team_id=world.lamplight.team_id)
    (assigned,) = (await upto(reader, settled + 6, after=settled + 3, kind="conversation.assigned"))["events"]
    assert assigned["data"] == {"assignee_id": None, "team_id": str(team)}


async def test_pages_follow_each_other_without_gap_or_double(reader: httpx.AsyncClient, settled: int) -> None:
    whole = (await page(reader, after=0, limit=500))["events"]
    for limit in (1, 2, settled - 1, settled):
        after, found, more = 0, [], True
        while more:
            one = await page(reader, after=after, limit=limit)
            assert len(one["events"]) <= limit
            after, more = one["next"], one["more"]
            found += one["events"]
        assert found == whole
        assert after == settled
    assert await page(reader, after=settled) == {"events": [], "next": settled, "more": False}


async def test_what_is_written_through_another_dialect_is_there(
    reader: httpx.AsyncClient, settled: int, http: httpx.AsyncClient, world: World
) -> None:
    place = world.lamplight
    body = {
        "locationId": highlevel_ids.write(place.workspace.uuid),
        "contactId": highlevel_ids.write(place.contacts[0].uuid),
    }
    headers = {"Authorization": f"Bearer {place.highlevel.secret}", "Version": "2021-07-28"}
    assert (await http.post("/conversations/", json=body, headers=headers)).status_code == 200
    (opened,) = (await upto(reader, settled + 1, after=settled))["events"]
    assert (opened["kind"], opened["actor"]) == ("conversation.opened", {"kind": "app", "id": None})


async def test_filters_leave_out_what_does_not_fit(
    reader: httpx.AsyncClient, settled: int, world: World, open_one: Open
) -> None:
    mail = await open_one(inbox_id=world.lamplight.inbox.id, contact_id=world.lamplight.contacts[0].id)
    await upto(reader, settled + 2)
    lamp, inbox = world.the_broken_lamp.uuid, world.lamplight.inbox.uuid
    assert kinds(await page(reader, kind="message.posted")) == ["message.posted"] * 2
    both = ["inbox.created", "team.created"]
    assert kinds(await page(reader, kind=both)) == kinds(await page(reader, kind=",".join(both))) == both
    in_lamp = await page(reader, conversation=lamp)
    assert {event["conversation_id"] for event in in_lamp["events"]} == {str(lamp)}
    assert in_lamp["next"] == settled + 2
    in_inbox = await page(reader, inbox=inbox)
    assert {event["conversation_id"] for event in in_inbox["events"]} == {str(mail.uuid)}
    assert kinds(await page(reader, conversation=lamp, kind="conversation.opened")) == ["conversation.opened"]
    assert (await page(reader, conversation=lamp, inbox=inbox))["events"] == []
    assert (await page(reader, conversation=lamp, after=settled))["events"] == []


async def test_every_kind_of_event_can_be_asked_for(reader: httpx.AsyncClient, settled: int) -> None:
    everything = await page(reader, limit=500)
    assert set(wire.KINDS) <= events.kinds()
    assert await page(reader, kind=list(wire.KINDS), limit=500) == everything


async def test_without_a_position_a_page_begins_with_what_is_kept(
    reader: httpx.AsyncClient, settled: int, world: World, sql: asyncpg.Connection
) -> None:
    assert await page(reader) == await page(reader, after=0)
    await _prune(sql, world, 3)
    found = await page(reader)
    assert found["events"][0]["position"] == 4
    assert found == await page(reader, after=3)


async def test_a_position_that_is_kept_no_longer_is_410_and_told_the_oldest(
    reader: httpx.AsyncClient, settled: int, world: World, sql: asyncpg.Connection
) -> None:
    await _prune(sql, world, 3)
    answer = await reader.get(PATH, params={"after": 2})
    assert answer.status_code == 410
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    wire.Problem.model_validate(problem)
    assert (problem["type"], problem["oldest"]) == ("urn:koine:problem:position_gone", 3)
    assert (await page(reader, after=problem["oldest"]))["events"][0]["position"] == 4


async def test_a_position_that_was_never_given_is_400(reader: httpx.AsyncClient, settled: int) -> None:
    for after in (settled + 1, 2**63 - 1):
        answer = await reader.get(PATH, params={"after": after})
        assert (answer.status_code, answer.json()["code"]) == (400, "position_ahead")
        assert [error["path"] for error in answer.json()["errors"]] == [["after"]]


# ── Who sees what ───────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_token_of_several_workspaces_says_which(
    client: Client, issue: Issue, world: World, settled: int
) -> None:
    whole, two = client((await issue()).secret), client((await issue(world.lamplight, world.harbour)).secret)
    blaise = client((await issue(user=world.blaise)).secret)
    for who in (whole, two, blaise):
        answer = await who.get(PATH)
        assert answer.status_code == 400
        assert answer.json()["errors"] == [{"kind": "missing", "path": ["workspace"], "detail": "It is needed."}]
        for place in (world.lamplight, world.harbour):
            found = await page(who, workspace=place.workspace.uuid)
            assert {event["workspace_id"] for event in found["events"]} == {str(place.workspace.uuid)}


async def test_a_token_of_one_workspace_may_say_it_too(reader: httpx.AsyncClient, world: World, settled: int) -> None:
    assert await page(reader, workspace=world.lamplight.workspace.uuid) == await page(reader)


async def test_another_workspace_and_what_is_in_it_do_not_exist(
    client: Client, issue: Issue, world: World, settled: int, reader: httpx.AsyncClient, open_one: Open
) -> None:
    theirs = await open_one(world.harbour)
    names = {
        "workspace": world.harbour.workspace.uuid,
        "conversation": theirs.uuid,
        "inbox": world.harbour.inbox.uuid,
    }
    for name, uuid in names.items():
        hidden = await reader.get(PATH, params={name: uuid})
        absent = await reader.get(PATH, params={name: "01890a5d-ac96-774b-bcce-b302099a8057"})
        assert hidden.status_code == 400
        assert hidden.json()["errors"] == [
            {"kind": "not_found", "path": [name], "detail": hidden.json()["errors"][0]["detail"]}
        ]
        assert hidden.json() | {"instance": ""} == absent.json() | {"instance": ""}
    grace = client((await issue(world.harbour, user=world.grace)).secret)
    found = await upto(grace, 1)
    assert {event["workspace_id"] for event in found["events"]} == {str(world.harbour.workspace.uuid)}


async def test_a_conversation_of_one_open_workspace_is_not_in_another(
    client: Client, issue: Issue, world: World, settled: int
) -> None:
    whole = client((await issue()).secret)
    query = {"workspace": str(world.harbour.workspace.uuid), "conversation": str(world.the_broken_lamp.uuid)}
    answer = await whole.get(PATH, params=query)
    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (400, ["conversation"])


async def test_an_agent_sees_only_events_of_conversations_that_they_may_see(
    mary: httpx.AsyncClient, reader: httpx.AsyncClient, world: World, settled: int, open_one: Open
) -> None:
    team = world.lamplight.team_id
    opened = {
        "nobody's": await open_one(),
        "hers": await open_one(assignee_id=world.mary.id),
        "his": await open_one(assignee_id=world.linus.id),
        "the team's": await open_one(team_id=team),
        "his in the team": await open_one(assignee_id=world.linus.id, team_id=team),
    }
    end = (await upto(reader, settled + 14, after=settled))["next"]
    seen = {event.get("conversation_id") for event in (await page(mary, after=settled))["events"]}
    assert {name for name, one in opened.items() if str(one.uuid) in seen} == opened.keys() - {"his"}
    hidden = await mary.get(PATH, params={"conversation": opened["his"].uuid})
    assert (hidden.status_code, hidden.json()["errors"][0]["kind"]) == (400, "not_found")
    assert (await page(mary, after=settled))["next"] == end


@pytest.mark.parametrize("missing", ["conversations:read", "contacts:read", "conversations:read_all"])
async def test_permissions_of_a_token_limit_what_it_is_told(
    missing: str, client: Client, issue: Issue, world: World, settled: int
) -> None:
    limited = client((await issue(world.lamplight, permissions=ALL - {missing})).secret)
    if missing == "conversations:read":
        answer = await limited.get(PATH)
        assert (answer.status_code, answer.json()["code"]) == (403, "permission_missing")
        return
    seen = {event["kind"] for event in (await page(limited))["events"]}
    assert ("contact.created" in seen) == (missing != "contacts:read")
    assert "message.posted" in seen  # nobody has the lamp, and whoever may read at all may read that


async def test_the_stored_feed_is_left_as_it_is(
    reader: httpx.AsyncClient, settled: int, world: World, sql: asyncpg.Connection
) -> None:
    before = await sql.fetch("select * from events where workspace_id = $1", world.lamplight.workspace.id)
    assert (await reader.head(PATH)).status_code == 200
    await page(reader)
    assert await sql.fetch("select * from events where workspace_id = $1", world.lamplight.workspace.id) == before


async def _prune(sql: asyncpg.Connection, world: World, position: int) -> None:
    workspace_id = world.lamplight.workspace.id
    await sql.execute("delete from events where workspace_id = $1 and position <= $2", workspace_id, position)
    await sql.execute("update feeds set pruned = $2 where workspace_id = $1", workspace_id, position)
