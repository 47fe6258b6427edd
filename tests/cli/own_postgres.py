"""A PostgreSQL that is somebody else's: with a role for Koine that is as weak as docs/running.md says it may be."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg

from koine.postgres import embedded

_ANYBODY = "local all all trust\n"


@contextmanager
def running(folder: Path, *first: str) -> Iterator[str]:
    """The address of a database whose owner may make roles; `first` are statements to run before, as a superuser."""
    with embedded.start(folder) as server:
        (folder / "cluster/pg_hba.conf").write_text(_ANYBODY)
        admin = server.address.dsn("koine_admin")
        statements = [
            "select pg_reload_conf()",
            "drop owned by koine_app",
            "drop role koine_app",
            "create role keeper login createrole",
            *first,
        ]
        asyncio.run(run(admin, *statements))
        asyncio.run(run(admin, "create database theirs owner keeper"))
        yield server.address.dsn("keeper").replace("/koine?", "/theirs?")


async def run(dsn: str, *statements: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()
