"""Schemathesis asks what nobody would think of, and holds the answers against the document."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from pathlib import Path

import asyncpg
import pytest

from koine.demo import World
from koine.dialects.tight.routes import ROUTES
from tests.dialects.tight import provisioning
from tests.dialects.tight.speaking import Json, Speaker, one

# For each operation; who says how many also has the edges of every schema tried, which takes most of a minute.
EXAMPLES = os.environ.get("FUZZ_EXAMPLES")
PHASES = "fuzzing,stateful" if EXAMPLES is None else "coverage,fuzzing,stateful"
SETTINGS = Path(__file__).parent / "fuzzing" / "schemathesis.toml"
ROOT = Path(__file__).parents[3]

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
    command = ["--config-file", str(SETTINGS), "run", f"{base_url}/v6/openapi.json", "--include-path-regex", paths]
    asking = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "schemathesis.cli", *command, "--phases", PHASES, "--max-examples", EXAMPLES or "10"),
        cwd=ROOT,
        env={**os.environ, **told, "PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        said, _ = await asking.communicate()
    finally:
        if asking.returncode is None:  # nobody waits for it any more
            asking.kill()
            await asking.wait()
    assert asking.returncode == 0, said.decode()
    print(said.decode())


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
