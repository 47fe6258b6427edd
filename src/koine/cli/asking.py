"""Asking the database for a command, and printing what a script reads."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from koine.cli.failing import Failed
from koine.postgres import migrate
from koine.postgres.database import Database
from koine.serving import databases
from koine.serving.databases import Reached
from koine.settings import Settings

Found = TypeVar("Found")


def ask(settings: Settings, work: Callable[[Database], Awaitable[Found]]) -> Found:
    """Do some work with the database: that of a running server, else of one for the time that it takes."""
    with databases.borrowed(settings) as reached:
        return asyncio.run(_ask(reached, work))


def print_json(value: object) -> None:
    """JSON for scripts, indented for people."""
    print(json.dumps(value, indent=2, ensure_ascii=False, default=_written))


async def ready(reached: Reached) -> None:
    """Bring the schema of our own server up to date; another's must be already. Raises Failed."""
    if reached.running is not None:
        await migrate.migrate(reached.owner)
    else:
        await _must_be_current(reached)


async def _ask(reached: Reached, work: Callable[[Database], Awaitable[Found]]) -> Found:
    await ready(reached)
    database = await Database.open(reached.app, size=1)
    try:
        return await work(database)
    finally:
        await database.close()


async def _must_be_current(reached: Reached) -> None:
    """Under a running server, or on somebody's own, the schema is changed only when that is what was asked for."""
    applied = set(await migrate.applied(reached.owner))
    known = {migration.number for migration in migrate.known()}
    if applied - known:
        raise Failed("The database was migrated by a newer Koine than this one. Use that one.")
    if known - applied:
        raise Failed("The database was made by an older Koine than this one, or by none yet. Run: koine migrate")


def _written(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(type(value).__name__)
