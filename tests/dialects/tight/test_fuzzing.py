"""Schemathesis asks what nobody would think of, and holds the answers against the document."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

import asyncpg

from koine.demo import World
from tests.dialects.tight.speaking import Speaker

EXAMPLES = os.environ.get("KOINE_FUZZ_EXAMPLES", "10")  # for each operation
SETTINGS = Path(__file__).parent / "fuzzing" / "schemathesis.toml"
ROOT = Path(__file__).parents[3]


async def test_whatever_is_sent_is_answered_as_the_document_says(
    ada: Speaker, world: World, sql: asyncpg.Connection, base_url: str
) -> None:
    conversation = await ada.opened(attachedEntityId="btxn_1")
    message = await ada.said(conversation, "Hello")
    file = await sql.fetchval(
        "insert into attachments (workspace_id, uuid, file_name, content_type, size, storage_key)"
        " values ($1, gen_random_uuid(), 'receipt.pdf', 'application/pdf', 24576, gen_random_uuid()) returning id",
        world.lamplight.workspace.id,
    )
    there = {"conversation": conversation["id"], "message": message["id"], "file": f"att_{file}"}
    told = {
        "KOINE_FUZZ": json.dumps(there | {"user": world.ada.external_id}),
        "KOINE_FUZZ_TOKEN": ada.token,
        "KOINE_FUZZ_CLIENT": world.tight.key or "",
        "KOINE_FUZZ_SECRET": world.tight.secret,
    }
    command = ["--config-file", str(SETTINGS), "run", f"{base_url}/v6/openapi.json", "--max-examples", EXAMPLES]
    asking = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "schemathesis.cli", *command),
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
