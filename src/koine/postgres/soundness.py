"""What `koine doctor` asks the database itself: is it durable, is it migrated, and does it keep workspaces apart?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import asyncpg

from koine.postgres import migrate
from koine.postgres.examination import Finding

OLDEST = 150_000  # as PostgreSQL writes its version 15
APP = "koine_app"

# Read before it is known which workspace a request may touch, as an agency's installations are; every other table with
# a workspace is a tenant's.
GLOBAL = ("installations", "memberships")

_DURABLE = {"fsync": ("on",), "full_page_writes": ("on",), "synchronous_commit": ("on", "remote_write", "remote_apply")}


async def examine(dsn: str) -> list[Finding]:
    """Look at a running database as its owner; changes nothing."""
    connection = await asyncpg.connect(dsn)
    try:
        version = Finding("ok", "postgresql", await connection.fetchval("select version()"))
        if connection.get_server_version().major * 10_000 < OLDEST:
            version = Finding("error", "postgresql", f"{version.says}: PostgreSQL 15 or newer is needed.")
        settings = await _settings(connection)
        found = [version, *_durability(settings), *_texts(settings), *_numbers(await migrate.applied(dsn))]
        if any(finding.what == "migrations" and finding.level == "error" for finding in found):
            return found
        return [*found, *await _apart(connection), *await _unprivileged(connection)]
    finally:
        await connection.close()


async def _settings(connection: asyncpg.Connection) -> dict[str, str]:
    rows = await connection.fetch(
        "select name, setting from pg_settings where name = any ($1::text[])",
        [*_DURABLE, "data_checksums", "server_encoding", "max_connections", "shared_buffers"],
    )
    return {row["name"]: row["setting"] for row in rows}


def _durability(settings: dict[str, str]) -> Iterator[Finding]:
    shown = ", ".join(f"{name} {settings[name]}" for name in (*_DURABLE, "data_checksums"))
    wrong = [name for name, good in _DURABLE.items() if settings[name] not in good]
    if wrong:
        yield Finding("error", "durability", f"{shown}. What was acknowledged may be lost: {', '.join(wrong)}.")
    elif settings["data_checksums"] != "on":
        yield Finding("warning", "durability", f"{shown}. Without checksums a broken disk goes unnoticed.")
    else:
        yield Finding("ok", "durability", f"{shown}.")


def _texts(settings: dict[str, str]) -> Iterator[Finding]:
    encoding = settings["server_encoding"]
    says = f"Encoding {encoding}, {settings['max_connections']} connections at most."
    yield Finding("ok" if encoding == "UTF8" else "error", "settings", says)


def _numbers(applied: Sequence[int]) -> Iterator[Finding]:
    known = {migration.number: migration.name for migration in migrate.known()}
    missing = [f"{number:04d}_{name}" for number, name in known.items() if number not in applied]
    if set(applied) - known.keys():
        yield Finding("error", "migrations", "The database was migrated by a newer Koine than this one.")
    elif missing:
        yield Finding("error", "migrations", f"Not applied: {', '.join(missing)}. Run: koine migrate")
    else:
        yield Finding("ok", "migrations", f"All {len(known)} are applied.")


async def _apart(connection: asyncpg.Connection) -> list[Finding]:
    rows = await connection.fetch(
        """
        select c.relname as name, c.relrowsecurity and c.relforcerowsecurity
               and exists (select from pg_policy p where p.polrelid = c.oid) as forced
          from pg_class c join pg_attribute a on a.attrelid = c.oid
         where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace and a.attname = 'workspace_id'
           and not a.attisdropped and not c.relname = any ($1::text[]) order by 1
        """,
        list(GLOBAL),
    )
    open_to_all = [row["name"] for row in rows if not row["forced"]]
    if open_to_all:
        return [Finding("error", "isolation", f"Row-level security is not forced on {', '.join(open_to_all)}.")]
    return [Finding("ok", "isolation", f"Row-level security is forced on all {len(rows)} tables of workspaces.")]


async def _unprivileged(connection: asyncpg.Connection) -> list[Finding]:
    row = await connection.fetchrow(
        """
        select r.rolsuper, r.rolbypassrls, r.rolcreaterole, r.rolcreatedb,
               exists (select from pg_class c where c.relowner = r.oid) as owns
          from pg_roles r where r.rolname = $1
        """,
        APP,
    )
    if row is None:
        return [Finding("error", "role", f"The role {APP} is missing. Run: koine migrate")]
    words = {
        "rolsuper": "is a superuser",
        "rolbypassrls": "bypasses row-level security",
        "rolcreaterole": "can make roles",
        "rolcreatedb": "can make databases",
        "owns": "owns tables",
    }
    wrong = [says for column, says in words.items() if row[column]]
    if wrong:
        return [Finding("error", "role", f"{APP} {', '.join(wrong)}; it must not.")]
    return [Finding("ok", "role", f"{APP} owns nothing and cannot get around row-level security.")]
