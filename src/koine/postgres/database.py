"""Where the product meets PostgreSQL: `Database` hands out `Tx`, and a `Tx` sees only its workspaces."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any

import asyncpg
import orjson

from koine.postgres.pool import Connection, Pool, Pooled, Workspaces

Row = asyncpg.Record

_SESSION = {
    "application_name": "koine",
    "koine.workspaces": "{}",
    # Measured: custom plans cost 250 µs at every create; the statements are written so that one plan serves all values.
    "plan_cache_mode": "force_generic_plan",
    "jit": "off",
    "statement_timeout": "5s",
    "idle_in_transaction_session_timeout": "15s",
    "timezone": "UTC",
}


class SecondWrite(RuntimeError):
    """A bug: `only_one_write` was promised, and a second write came."""


class Tx:
    """One unit of work on one connection.

    Reads need no transaction. The first write opens one, and all that follows stands or falls together. A caller that
    will write once says so with `only_one_write`, and saves the two round trips of BEGIN and COMMIT.
    """

    __slots__ = ("_begun", "_connection", "_single", "_written", "workspaces")

    def __init__(self, connection: Connection, workspaces: Workspaces, *, begun: bool = False) -> None:
        self._connection = connection
        self._begun = begun
        self._single = False
        self._written = False
        self.workspaces = workspaces

    async def rows(self, sql: str, *values: Any) -> list[Row]:
        """All rows of a statement that reads."""
        return await self._connection.fetch(sql, *values)

    async def row(self, sql: str, *values: Any) -> Row | None:
        """The first row of a statement that reads, or None."""
        return await self._connection.fetchrow(sql, *values)

    async def value(self, sql: str, *values: Any) -> Any:
        """The first column of the first row of a statement that reads, or None."""
        return await self._connection.fetchval(sql, *values)

    async def write(self, sql: str, *values: Any) -> list[Row]:
        """Run a statement that changes something; the rows that it returns."""
        if not self._single:
            await self.begin()
        elif self._written and not self._begun:
            raise SecondWrite(sql.strip().splitlines()[0])
        self._written = True
        return await self._connection.fetch(sql, *values)

    async def write_many(self, sql: str, many: Iterable[Sequence[Any]]) -> None:
        """Run one statement for each sequence of values."""
        await self.begin()
        await self._connection.executemany(sql, many)

    async def begin(self) -> None:
        """From here on all or nothing; needed before a row is locked by a read."""
        if not self._begun:
            await self._connection.execute("begin")
            self._begun = True

    @contextlib.asynccontextmanager
    async def attempt(self) -> AsyncIterator[None]:
        """A part whose failure does not spoil the rest: a savepoint where there is something to spoil."""
        if self._single and not self._begun:
            yield
            return
        await self.begin()
        await self._connection.execute("savepoint attempt")
        try:
            yield
        except BaseException:
            await self._connection.execute("rollback to savepoint attempt")
            raise
        await self._connection.execute("release savepoint attempt")

    async def see(self, workspace_id: int) -> None:
        """See one workspace more until the end of this transaction: the one that was founded in it."""
        await self.begin()
        self.workspaces = (*self.workspaces, workspace_id)
        await self._connection.fetchval(
            "select set_config('koine.workspaces', $1::text, true)", _array(self.workspaces)
        )

    def only_one_write(self) -> None:
        """Promise that at most one write follows: it then commits by itself."""
        self._single = True

    async def finish(self) -> None:
        """Make what was written last."""
        if self._begun:
            self._begun = False
            await self._connection.execute("commit")

    async def undo(self) -> None:
        """Forget what was written."""
        if self._begun:
            self._begun = False
            # A connection that broke has forgotten already; what broke it is what the caller must hear of.
            with contextlib.suppress(asyncpg.InterfaceError, asyncpg.PostgresError, OSError):
                await self._connection.execute("rollback")


class Database:
    """The connections of one process."""

    def __init__(self, pool: Pool, *, read_only_reads: bool = False) -> None:
        self._pool = pool
        self._read_only_reads = read_only_reads

    @classmethod
    async def open(cls, dsn: str, *, size: int = 12, read_only_reads: bool = False) -> Database:
        """Connect as `koine_app`, who owns nothing and cannot bypass row-level security.

        `read_only_reads` runs whatever is read with `reading` in a read-only transaction: the tests' proof that GET
        changes nothing.
        """

        async def connect() -> Connection:
            connection: Connection = await asyncpg.connect(dsn, server_settings={**_SESSION, "role": "koine_app"})
            await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=_written, decoder=orjson.loads)
            return connection

        database = cls(Pool(connect, size=size), read_only_reads=read_only_reads)
        async with database.reading(()):
            pass
        return database

    @contextlib.asynccontextmanager
    async def writing(self, workspaces: Workspaces) -> AsyncIterator[Tx]:
        """Commits at the end, or rolls back when anything is raised."""
        async with self._lent(workspaces) as connection:
            tx = Tx(connection, workspaces)
            try:
                yield tx
            except BaseException:
                await tx.undo()
                raise
            await tx.finish()

    @contextlib.asynccontextmanager
    async def reading(self, workspaces: Workspaces) -> AsyncIterator[Tx]:
        """For what only reads."""
        async with self._lent(workspaces) as connection:
            if self._read_only_reads:
                await connection.execute("begin read only")
            tx = Tx(connection, workspaces, begun=self._read_only_reads)
            try:
                yield tx
            finally:
                await tx.undo()

    async def close(self) -> None:
        """Close every connection."""
        await self._pool.close()

    @contextlib.asynccontextmanager
    async def _lent(self, workspaces: Workspaces) -> AsyncIterator[Connection]:
        pooled = await self._pool.take(workspaces)
        sound = False
        try:
            await _show(pooled, workspaces)
            yield pooled.connection
            sound = True
        except Exception as error:
            sound = not _broken(error)
            raise
        finally:
            if sound and not pooled.connection.is_closed() and not pooled.connection.is_in_transaction():
                self._pool.give(pooled)
            else:
                self._pool.discard(pooled)


async def _show(pooled: Pooled, workspaces: Workspaces) -> None:
    """Set what the connection may see, unless it is set so already: most requests then pay no round trip."""
    if pooled.workspaces != workspaces:
        await pooled.connection.fetchval("select set_config('koine.workspaces', $1::text, false)", _array(workspaces))
        pooled.workspaces = workspaces


def _array(workspaces: Workspaces) -> str:
    return "{" + ",".join(map(str, workspaces)) + "}"


def _broken(error: BaseException) -> bool:
    return isinstance(error, OSError | asyncpg.InterfaceError | asyncpg.PostgresConnectionError)


def _written(value: Any) -> str:
    return orjson.dumps(value).decode()
