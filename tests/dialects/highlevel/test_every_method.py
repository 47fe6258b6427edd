"""The vendor's own client calls every method that it has, in the release and in the pre-release (§10)."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from koine.core.actor import system
from koine.core.conversations.correspondence import delivering, reading
from koine.demo import World
from koine.dialects.highlevel import ids
from koine.postgres.database import Database
from tests.dialects.highlevel import environments, every_method
from tests.dialects.highlevel.letting_in import BACK, give_password, register
from tests.dialects.highlevel.locations import Location
from tests.dialects.highlevel.messaging import log_call, registered

Json = dict[str, Any]

# The client hands httpx its forms in a way that httpx warns of.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")


@pytest.fixture
async def given(base_url: str, lamplight: Location, database: Database, world: World, http: httpx.AsyncClient) -> Json:
    """What the methods are called with: a location, who carries its messages, a call, and an app with a code."""
    await give_password(database, world, world.linus)
    program = await register(database, world, http, "account")
    mails = await registered(database, world, lamplight.place, "email")
    calls = await registered(database, world, lamplight.place, "call")
    logged = (await log_call(lamplight, calls, 1)).json()["messageId"]
    by = system(world.account_id, lamplight.place.workspace.id)
    async with database.writing(by.workspaces) as tx:
        letter = await reading.own(tx, by, ids.known(logged))
        await delivering.transcribe(tx, by, letter, [{"channel": 1, "start": 0, "end": 1, "text": "Hello."}])
    app = program.app
    return {
        "base_url": base_url,
        "token": lamplight.place.highlevel.secret,
        "location_id": lamplight.id,
        "contact_id": lamplight.contact(),
        "mails": mails.id,
        "calls": calls.id,
        "transcribed": logged,
        "app": {
            "id": app.client_id,
            "secret": program.secret,
            "public_id": app.public_id,
            "back": BACK,
            "code": await program.let_in(world.linus),
        },
    }


async def test_every_method_of_the_release(given: Json, lamplight: Location) -> None:
    found = await every_method.everything(given)
    assert found["version"] == "3.0.0"
    _is_right(found, lamplight)
    talk = found["conversations"]["came"]
    assert talk["update_email_message_status"]["success"] is True
    assert len(talk["export_messages_by_location"]["messages"]) >= 3
    assert talk["send_review_reply"]["conversationId"] == talk["get_conversation"]["id"]


async def test_every_method_of_the_prerelease(given: Json, lamplight: Location) -> None:
    try:
        python = await asyncio.to_thread(environments.interpreter)
    except environments.NotInstalled as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None
    found = await _run(python, given)
    assert found["version"] == "1.0.0b1"
    _is_right(found, lamplight)
    (listed,) = found["contacts"]["came"]["get_contacts"]["contacts"]
    assert listed["firstName"] == "Nora"


def _is_right(found: Json, at: Location) -> None:
    """What both versions have, answered as each method promises."""
    assert set(found["conversations"]["missing"]) <= every_method.FILES
    assert found["contacts"]["missing"] == found["oauth"]["missing"] == []
    talk = found["conversations"]["came"]
    id, again = talk["get_conversation"]["id"], talk["create_conversation"]
    assert (again["status"], again["body"]["conversationId"]) == (400, id)
    assert talk["send_a_new_message"]["conversationId"] == id
    (inbound, outbound) = talk["get_messages"]["messages"]["messages"]
    assert (inbound["body"], outbound["body"]) == ("Hello?", "Hello")
    assert talk["get_message"]["id"] == outbound["id"]
    assert talk["get_email_by_id"]["emailMessage"]["body"] == "<p>x</p>"
    assert talk["update_message_status"]["status"] == "delivered"
    assert [row["id"] for row in talk["search_conversation"]["conversations"]] == [id]
    assert [talk[name]["status"] for name in talk if name.startswith("cancel_")] == [200, 200]
    assert talk["live_chat_agent_typing"]["success"] is True
    assert [each["transcript"] for each in talk["get_message_transcription"]] == ["Hello."]
    assert talk["download_message_transcription"] == "Speaker 0: Hello.\n"
    code = "CONVERSATIONS_MSG_RECORDING_NOT_FOUND"
    recording = talk["get_message_recording"]
    assert (recording["status"], recording["body"]["canonicalCode"]) == (400, code)
    assert talk["update_conversation"]["conversation"]["unreadCount"] == 2
    assert talk["delete_conversation"] == {"success": True}
    people = found["contacts"]["came"]
    nora = people["create_contact"]["contact"]["id"]
    assert (people["upsert_contact"]["new"], people["upsert_contact"]["contact"]["tags"]) == (False, ["new"])
    assert people["update_contact"]["contact"]["city"] == "Ulm"
    assert people["get_duplicate_contact"]["contact"]["id"] == people["get_contact"]["contact"]["id"] == nora
    assert [row["id"] for row in people["search_contacts_advanced"]["contacts"]] == [nora]
    for name, came in people.items():
        if "status" in came:  # of tasks, notes, campaigns and the like
            assert (came["status"], came["body"]["message"].split()[0]) == (404, "Cannot"), name
    let_in = found["oauth"]["came"]
    assert let_in["refresh_token"]["access_token"] != let_in["get_access_token"]["access_token"]
    assert let_in["get_location_access_token"]["locationId"] == at.id


async def _run(python: Path, given: Json) -> Json:
    """What the script in the other environment says; it must not see this one's packages."""
    script = Path(every_method.__file__)
    pipe = asyncio.subprocess.PIPE
    running = await asyncio.create_subprocess_exec(python, "-I", script, stdin=pipe, stdout=pipe, stderr=pipe)
    out, err = await running.communicate(json.dumps(given).encode())
    assert running.returncode == 0, err.decode()
    found: Json = json.loads(out)
    return found
