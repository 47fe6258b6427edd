"""Bringing a database's schema up to date, one numbered file after the other."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import resources

import asyncpg

# Any number that nobody else uses: two migrations at once wait for each other on this advisory lock.
_LOCK = 0x4B6F696E65


class NewerSchema(RuntimeError):
    """The database was migrated by a newer Koine than this one."""


@dataclass(frozen=True)
class Migration:
    """One file of `postgres/migrations`."""

    number: int
    name: str
    sql: str


def known() -> list[Migration]:
    """All migrations that this Koine brings, in order."""
    folder = resources.files("koine.postgres") / "migrations"
    found = []
    for file in folder.iterdir():
        matched = re.fullmatch(r"(\d{4})_(\w+)\.sql", file.name)
        if matched:
            found.append(Migration(int(matched[1]), matched[2], file.read_text()))
    return sorted(found, key=lambda migration: migration.number)


async def migrate(dsn: str) -> list[str]:
    """Apply what is missing, as the owner of the database; the names of what was applied.

    Raises NewerSchema when the database knows a migration that this Koine does not.
    """
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("select pg_advisory_lock($1)", _LOCK)
        return await _apply(connection)
    finally:
        await connection.close()


async def applied(dsn: str) -> list[int]:
    """The numbers of the migrations that a database has."""
    connection = await asyncpg.connect(dsn)
    try:
        return await _done(connection) if await connection.fetchval("select to_regclass('migrations')") else []
    finally:
        await connection.close()


async def _apply(connection: asyncpg.Connection) -> list[str]:
    await _ensure_role(connection)
    await connection.execute(
        "create table if not exists migrations"
        " (number integer primary key, name text not null, applied_at timestamptz not null default now())"
    )
    done = set(await _done(connection))
    migrations = known()
    if done - {migration.number for migration in migrations}:
        raise NewerSchema("This data folder was last used by a newer version of Koine; this version cannot open it.")
    names = []
    for migration in migrations:
        if migration.number not in done:
            async with connection.transaction():
                await connection.execute(migration.sql)
                await connection.execute(
                    "insert into migrations (number, name) values ($1, $2)", migration.number, migration.name
                )
            names.append(f"{migration.number:04d}_{migration.name}")
    return names


async def _ensure_role(connection: asyncpg.Connection) -> None:
    """The embedded server has this role from its birth; a server of one's own may lack it."""
    if not await connection.fetchval("select 1 from pg_roles where rolname = 'koine_app'"):
        await connection.execute("create role koine_app nologin nosuperuser nobypassrls")
        await connection.execute("grant koine_app to current_user")


async def _done(connection: asyncpg.Connection) -> list[int]:
    return [row["number"] for row in await connection.fetch("select number from migrations order by number")]
