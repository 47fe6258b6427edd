"""Creating conversations: every field, and what is stored and answered."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from koine.demo import World
from tests.dialects.libredesk.wire import PATH, done

Wanted = dict[str, Any]


async def test_a_contact_begins_a_conversation(desk: httpx.AsyncClient, world: World, wanted: Wanted) -> None:
    data = done(await desk.post(PATH, json=wanted))
    otto, at = world.lamplight.contacts[1], data["created_at"]
    person = data.pop("contact")
    assert datetime.fromisoformat(at).tzinfo is not None
    assert at.endswith("Z")
    assert data == {
        "id": data["id"],
        "created_at": at,
        "updated_at": at,
        "uuid": data["uuid"],
        "contact_id": otto.id,
        "inbox_id": world.lamplight.inbox.id,
        "closed_at": None,
        "resolved_at": None,
        "reference_number": "101",
        "priority": None,
        "priority_id": None,
        "status": "Open",
        "status_category": "open",
        "status_id": data["status_id"],
        "first_reply_at": None,
        "last_reply_at": None,
        "assigned_user_id": None,
        "assigned_team_id": None,
        "assignee_last_seen_at": None,
        "waiting_since": at,
        "snoozed_until": None,
        "subject": "Where is my lamp? - #101",
        "inbox_mail": world.lamplight.inbox.address,
        "inbox_reply_to": "",
        "inbox_name": "Support",
        "inbox_channel": "email",
        "tags": [],
        "meta": [],
        "custom_attributes": {},
        "last_message_at": at,
        "last_message": "It should have come on Tuesday.",
        "last_message_sender": "contact",
        "last_interaction": "It should have come on Tuesday.",
        "last_interaction_at": at,
        "last_interaction_sender": "contact",
        "sla_policy_id": None,
        "sla_policy_name": None,
        "applied_sla_id": None,
        "first_response_deadline_at": None,
        "resolution_deadline_at": None,
        "next_response_deadline_at": None,
        "next_response_met_at": None,
        "csat_rating": None,
        "csat_feedback": None,
        "csat_responded_at": None,
        "previous_conversations": None,
    }
    assert person == {
        "id": otto.id,
        "created_at": otto.created_at.isoformat().replace("+00:00", "Z"),
        "updated_at": otto.updated_at.isoformat().replace("+00:00", "Z"),
        "first_name": "Otto",
        "last_name": "Brandt",
        "email": "otto.brandt@example.com",
        "type": "contact",
        "availability_status": "offline",
        "avatar_url": None,
        "phone_number": "+15550100102",
        "phone_number_country_code": None,
        "country": None,
        "custom_attributes": {},
        "enabled": True,
        "last_active_at": None,
        "last_login_at": None,
        "external_user_id": None,
        "roles": [],
        "permissions": [],
        "teams": [],
        "api_key": None,
        "api_key_last_used_at": None,
    }


async def test_the_fields_come_in_the_contracts_order(desk: httpx.AsyncClient, wanted: Wanted) -> None:
    data = done(await desk.post(PATH, json=wanted))
    assert list(data)[:6] == ["id", "created_at", "updated_at", "uuid", "contact_id", "inbox_id"]
    assert list(data)[-12:-9] == ["contact", "sla_policy_id", "sla_policy_name"]
    assert list(data)[-1] == "previous_conversations"


async def test_what_a_contact_says_is_stored_as_received(
    desk: httpx.AsyncClient, world: World, wanted: Wanted, sql: asyncpg.Connection
) -> None:
    data = done(await desk.post(PATH, json=wanted))
    otto = world.lamplight.contacts[1]
    stored = await sql.fetchrow("select * from conversations where id = $1", data["id"])
    said = await sql.fetchrow("select * from messages where conversation_id = $1", data["id"])
    assert (stored["workspace_id"], str(stored["uuid"])) == (world.lamplight.workspace.id, data["uuid"])
    assert (stored["subject"], stored["number"]) == ("Where is my lamp?", 101), "other contracts show the clean subject"
    assert (stored["opened_by_kind"], stored["opened_by_id"]) == ("contact", otto.id)
    assert stored["unread_count"] == 1
    assert (said["direction"], said["state"], said["channel"]) == ("in", "received", "email")
    assert (said["author_kind"], said["author_id"]) == ("contact", otto.id)
    assert said["body_html"] == wanted["content"]
    assert said["body_text"] == "It should have come on Tuesday."
    events = await sql.fetch(
        "select kind, actor_kind, actor_id from events where conversation_id = $1 order by id", data["id"]
    )
    assert [tuple(row) for row in events] == [
        ("conversation.opened", "user", world.linus.id),
        ("message.posted", "user", world.linus.id),
    ]


async def test_what_an_agent_says_waits_to_be_sent(
    desk: httpx.AsyncClient, world: World, wanted: Wanted, sql: asyncpg.Connection
) -> None:
    data = done(
        await desk.post(PATH, json=wanted | {"initiator": "agent", "contact_email": " Otto.BRANDT@example.com "})
    )
    said = await sql.fetchrow("select *, meta ->> 'to' as sent_to from messages where conversation_id = $1", data["id"])
    assert (data["waiting_since"], data["last_message_sender"], data["first_reply_at"]) == (None, "agent", None)
    assert data["contact_id"] == world.lamplight.contacts[1].id
    assert (said["direction"], said["state"], said["channel"]) == ("out", "pending", "email")
    assert (said["author_kind"], said["author_id"]) == ("user", world.linus.id)
    assert said["sent_to"] == '["otto.brandt@example.com"]'


async def test_an_empty_subject_is_only_the_reference(desk: httpx.AsyncClient, wanted: Wanted) -> None:
    assert done(await desk.post(PATH, json=wanted | {"subject": ""}))["subject"] == " - #101"
    assert done(await desk.post(PATH, json=wanted | {"subject": None}))["subject"] == " - #102"
    del wanted["subject"]
    assert done(await desk.post(PATH, json=wanted))["subject"] == " - #103"


async def test_html_is_made_harmless_and_read_as_text(
    desk: httpx.AsyncClient, wanted: Wanted, sql: asyncpg.Connection
) -> None:
    content = "<p onclick=steal()>One &amp; two</p><script>alert(1)</script><p>a &lt; b</p>"
    answer = await desk.post(PATH, json=wanted | {"content": content, "subject": "<b> & Co"})
    data = done(answer)
    assert data["last_message"] == "One & two\na < b"
    assert await sql.fetchval("select body_html from messages where conversation_id = $1", data["id"]) == (
        "<p>One &amp; two</p><p>a &lt; b</p>"
    )
    assert '"subject":"\\u003cb\\u003e \\u0026 Co - #101"' in answer.text
    assert not set("<>&") & set(answer.text)


@pytest.mark.parametrize("field", ["content", "first_name"])
async def test_white_space_is_enough(desk: httpx.AsyncClient, wanted: Wanted, field: str) -> None:
    done(await desk.post(PATH, json=wanted | {field: "  "}))


async def test_what_is_not_a_field_is_ignored(desk: httpx.AsyncClient, wanted: Wanted) -> None:
    data = done(await desk.post(PATH, json=wanted | {"status": "Closed", "priority": 7, "tags": ["a"], "id": 1}))
    assert (data["status"], data["priority"], data["tags"]) == ("Open", None, [])


async def test_custom_attributes_are_kept_where_they_are_defined(
    desk: httpx.AsyncClient, world: World, wanted: Wanted, sql: asyncpg.Connection
) -> None:
    for workspace, applies_to, key in (
        (world.lamplight, "conversation", "order"),
        (world.lamplight, "conversation", "parts"),
        (world.lamplight, "contact", "size"),
        (world.harbour, "conversation", "ship"),
    ):
        await sql.execute(
            "insert into custom_attributes (workspace_id, applies_to, key, name) values ($1, $2, $3, $3)",
            workspace.workspace.id,
            applies_to,
            key,
        )
    given = {"order": "A-17", "parts": [1, {"of": 2.5}, None], "size": 3, "ship": 4, "unheard": 5}
    data = done(await desk.post(PATH, json=wanted | {"custom_attributes": given}))
    assert data["custom_attributes"] == {"order": "A-17", "parts": [1, {"of": 2.5}, None]}
    assert done(await desk.get(f"{PATH}/{data['uuid']}"))["custom_attributes"] == data["custom_attributes"]


async def test_a_form_is_read_like_json(desk: httpx.AsyncClient, world: World, wanted: Wanted) -> None:
    data = done(await desk.post(PATH, data=wanted | {"team_id": str(world.lamplight.team_id)}))
    assert data["subject"] == "Where is my lamp? - #101"
    assert data["assigned_team_id"] == world.lamplight.team_id


@pytest.mark.parametrize("type_", ["application/json; charset=utf-8", "application/vnd.api+json", "text/json"])
async def test_any_json_type_will_do(desk: httpx.AsyncClient, wanted: Wanted, type_: str) -> None:
    done(await desk.post(PATH, json=wanted, headers={"Content-Type": type_}))


async def test_the_seed_pages_fields_are_all_there(desk: httpx.AsyncClient, wanted: Wanted, contracts: Path) -> None:
    described = json.loads((contracts / "libredesk.openapi.json").read_text())["components"]["schemas"]
    data = done(await desk.post(PATH, json=wanted))
    assert set(described["Conversation"]["properties"]) <= set(data)
    assert set(described["Contact"]["properties"]) <= set(data["contact"])
    for name, schema in (described["Conversation"]["properties"] | {"contact": {"type": "object"}}).items():
        if data[name] is not None:
            assert isinstance(data[name], _PYTHON[schema["type"]]), name


_PYTHON = {"integer": int, "string": str, "array": list, "object": dict}


async def test_all_that_is_written_is_one_conversation(
    desk: httpx.AsyncClient, wanted: Wanted, written: Callable[[], Awaitable[dict[str, int]]]
) -> None:
    before = await written()
    done(await desk.post(PATH, json=wanted))
    after = await written()
    assert {name: after[name] - before[name] for name in before if after[name] != before[name]} == {
        "conversations": 1,
        "messages": 1,
        "events": 2,
    }
