"""Schemathesis asks what nobody would think of, and holds the answers against the document."""

from __future__ import annotations

import json
import re
from pathlib import Path

import asyncpg
import pytest

from koine.demo import World
from koine.dialects.tight.routes import ROUTES
from tests.dialects import fuzzing
from tests.dialects.tight import provisioning
from tests.dialects.tight.speaking import Json, Speaker, one

PHASES = "fuzzing,stateful" if fuzzing.EXAMPLES is None else "coverage,fuzzing,stateful"
SETTINGS = Path(__file__).parent / "fuzzing" / "schemathesis.toml"

# Paths that are asked together, and by whom.
TOGETHER = {
    "^/v6/(auth|conversations|openapi)": "ada",
    "^/v6/messages": "ada",
    "^/v6/files": "ada",
    "^/v6/company": "partner",
    "^/v6/(bookkeepers|auditTrail)": "partner",
}


@pytest.mark.parametrize("paths", TOGETHER)
async def test_whatever_is_sent_is_answered_as_the_document_says(
    paths: str, ada: Speaker, partner: Speaker, world: World, sql: asyncpg.Connection, base_url: str
) -> None:
    told = {
        "KOINE_FUZZ": json.dumps(await _there(ada, partner, world, sql)),
        "KOINE_FUZZ_TOKEN": {"ada": ada, "partner": partner}[TOGETHER[paths]].token,
        "KOINE_FUZZ_CLIENT": world.tight.key or "",
        "KOINE_FUZZ_SECRET": world.tight.secret,
    }
    options = ("--include-path-regex", paths, "--phases", PHASES)
    await fuzzing.ask(SETTINGS, f"{base_url}/v6/openapi.json", *options, told=told, examples=10)


def test_every_path_is_asked_once() -> None:
    for route in ROUTES:
        assert len([paths for paths in TOGETHER if re.search(paths, route.path)]) == 1


async def _there(ada: Speaker, partner: Speaker, world: World, sql: asyncpg.Connection) -> Json:
    """Something of each kind, for requests to name."""
    conversation = await ada.opened(attachedEntityId="btxn_1")
    message = await ada.said(conversation, "Hello")
    file = await sql.fetchval(
        "insert into attachments (workspace_id, uuid, file_name, content_type, size, storage_key)"
        " values ($1, gen_random_uuid(), 'receipt.pdf', 'application/pdf', 24576, gen_random_uuid()) returning id",
        world.lamplight.workspace.id,
    )
    olga, bo = ({"userId": name, "email": f"{name}@example.com"} for name in ("olga", "bo"))
    company = provisioning.saved(
        await partner.post("/v6/company", {"name": "Lamps", "entityType": "LLC", "owners": [olga]})
    )
    bookkeeper = one(await partner.post("/v6/bookkeepers", {"data": [bo]}))
    return {
        "conversation": conversation["id"],
        "message": message["id"],
        "file": f"att_{file}",
        "company": company["id"],
        "bookkeeper": bookkeeper["id"],
        "user": world.ada.external_id,
    }
