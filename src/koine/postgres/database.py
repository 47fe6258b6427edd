"""Where the product meets PostgreSQL: `Database` hands out `Tx`, and a `Tx` sees only its workspaces."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from types import TracebackType
from typing import Any

import asyncpg
import orjson

from koine.postgres.pool import Connection, Pool, Pooled, Workspaces
from koine.postgres.together import Rowwise, Together, Values, broken

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
    """One unit of work, an `async with`: what it wrote stands at its end, or is undone when anything is raised.

    It takes a connection when it needs one. Reads need no transaction. The first write opens one, and all that follows
    stands or falls together. A caller that will write once says so with `only_one_write`, and saves the two round trips
    of BEGIN and COMMIT.
    """

    __slots__ = ("_begun", "_database", "_pooled", "_reads", "_single", "_written", "workspaces")

    def __init__(self, database: Database, workspaces: Workspaces, *, reads: bool) -> None:
        self._database = database
        self._reads = reads
        self._pooled: Pooled | None = None
        self._begun = False
        self._single = False
        self._written = False
        self.workspaces = workspaces

    async def __aenter__(self) -> Tx:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        sound = error is None or (isinstance(error, Exception) and not broken(error))
        try:
            await (self.undo() if self._reads or error is not None else self.finish())
        except BaseException:
            sound = False
            raise
        finally:
            self._give_back(sound)

    async def rows(self, sql: str, *values: Any) -> list[Row]:
        """All rows of a statement that reads."""
        return await (await self._connection()).fetch(sql, *values)

    async def row(self, sql: str, *values: Any) -> Row | None:
        """The first row of a statement that reads, or None."""
        return await (await self._connection()).fetchrow(sql, *values)

    async def value(self, sql: str, *values: Any) -> Any:
        """The first column of the first row of a statement that reads, or None."""
        return await (await self._connection()).fetchval(sql, *values)

    async def value_within(self, sql: str, *values: Any, seconds: float) -> Any:
        """As `value`, but None where it takes longer: the statement is then broken off, and must be the last."""
        try:
            return await (await self._connection()).fetchval(sql, *values, timeout=seconds)
        except TimeoutError:
            return None

    async def write(self, sql: str, *values: Any) -> list[Row]:
        """Run a statement that changes something; the rows that it returns."""
        if not self._single:
            await self.begin()
        self._count_write(sql)
        return await (await self._connection()).fetch(sql, *values)

    async def read_each(self, statement: Rowwise, rows: Sequence[Values], *shared: Any) -> list[Row | None]:
        """What a statement that reads answers for each of these rows, in their order.

        One that nothing was written before may travel with those of others. What is shared must be hashable.
        """
        if self._begun or self._reads or len(rows) > 1:
            return await _each(self.rows, statement, rows, shared)
        return await self._together(statement, rows[0], shared)

    async def write_each(self, statement: Rowwise, rows: Sequence[Values], *shared: Any) -> list[Row | None]:
        """Write rows by one statement; what it answers for each, in their order.

        One that is all this unit writes may travel with those of others. What is shared must be hashable.
        """
        if self._begun or not self._single or len(rows) > 1:
            return await _each(self.write, statement, rows, shared)
        self._count_write(statement.one)
        return await self._together(statement, rows[0], shared)

    async def write_many(self, sql: str, many: Iterable[Sequence[Any]]) -> None:
        """Run one statement for each sequence of values."""
        await self.begin()
        await (await self._connection()).executemany(sql, many)

    async def begin(self) -> None:
        """From here on all or nothing; needed before a row is locked by a read."""
        if not self._begun:
            await (await self._connection()).execute("begin")
            self._begun = True

    @contextlib.asynccontextmanager
    async def attempt(self) -> AsyncIterator[None]:
        """A part whose failure does not spoil the rest: a savepoint where there is something to spoil."""
        if self._single and not self._begun:
            yield
            return
        await self.begin()
        await (await self._connection()).execute("savepoint attempt")
        try:
            yield
        except Exception:
            with contextlib.suppress(asyncpg.InterfaceError, OSError):  # a connection that broke has forgotten already
                await (await self._connection()).execute("rollback to savepoint attempt")
            raise
        await (await self._connection()).execute("release savepoint attempt")

    async def see(self, workspace_id: int) -> None:
        """See one workspace more until the end of this transaction: the one that was founded in it."""
        await self.begin()
        self.workspaces = (*self.workspaces, workspace_id)
        await (await self._connection()).fetchval(
            "select set_config('koine.workspaces', $1::text, true)", _array(self.workspaces)
        )

    def only_one_write(self) -> None:
        """Promise that at most one write follows: it then commits by itself."""
        self._single = True

    async def finish(self) -> None:
        """Make what was written last."""
        if self._begun:
            self._begun = False
            await (await self._connection()).execute("commit")

    async def undo(self) -> None:
        """Forget what was written."""
        if self._begun:
            self._begun = False
            # A connection that broke has forgotten already; what broke it is what the caller must hear of.
            with contextlib.suppress(asyncpg.InterfaceError, asyncpg.PostgresError, OSError):
                await (await self._connection()).execute("rollback")

    async def _together(self, statement: Rowwise, row: Values, shared: Values) -> list[Row | None]:
        self._give_back(sound=True)  # whoever waits for company must not keep a connection from it
        return [await self._database.together.send(statement, self.workspaces, row, shared)]

    async def _connection(self) -> Connection:
        pooled = self._pooled
        if pooled is None:
            pooled = await self._database.pool.take(self.workspaces)
            try:
                await _show(pooled, self.workspaces)
            except BaseException:
                self._database.pool.discard(pooled)  # nobody knows what it shows
                raise
            self._pooled = pooled
            if self._reads and self._database.read_only_reads:
                await pooled.connection.execute("begin read only")
                self._begun = True
        return pooled.connection

    def _count_write(self, sql: str) -> None:
        if self._single and self._written and not self._begun:
            raise SecondWrite(sql.strip().splitlines()[0])
        self._written = True

    def _give_back(self, sound: bool) -> None:
        pooled, self._pooled = self._pooled, None
        if pooled is None:
            return
        if sound and not pooled.connection.is_closed() and not pooled.connection.is_in_transaction():
            self._database.pool.give(pooled)
        else:
            self._database.pool.discard(pooled)


class Database:
    """The connections of one process."""

    def __init__(self, pool: Pool, *, read_only_reads: bool = False) -> None:
        self.pool = pool
        self.read_only_reads = read_only_reads
        self.together = Together(self._by_itself)

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
        async with database.reading(()) as tx:
            await tx.value("select 1")
        return database

    def writing(self, workspaces: Workspaces) -> Tx:
        """Commits at the end, or rolls back when anything is raised."""
        return Tx(self, workspaces, reads=False)

    def reading(self, workspaces: Workspaces) -> Tx:
        """For what only reads."""
        return Tx(self, workspaces, reads=True)

    async def close(self) -> None:
        """Wait for writes that are under way, and close every connection."""
        await self.together.close()
        await self.pool.close()

    async def _by_itself(
        self, workspaces: Workspaces, statement: Rowwise, rows: Sequence[Values], shared: Values
    ) -> list[Row | None]:
        async with self.writing(workspaces) as tx:
            tx.only_one_write()
            return await _each(tx.write, statement, rows, shared)


async def _each(
    run: Callable[..., Awaitable[list[Row]]], statement: Rowwise, rows: Sequence[Values], shared: Values
) -> list[Row | None]:
    if len(rows) == 1:
        answered = await run(statement.one, *rows[0], *shared)
    else:
        answered = await run(statement.many, *map(list, zip(*rows, strict=True)), *shared)
    found: list[Row | None] = [None] * len(rows)
    for row in answered:
        found[row[0] - 1] = row
    return found


async def _show(pooled: Pooled, workspaces: Workspaces) -> None:
    """Set what the connection may see, unless it is set so already: most requests then pay no round trip."""
    if pooled.workspaces != workspaces:
        await pooled.connection.fetchval("select set_config('koine.workspaces', $1::text, false)", _array(workspaces))
        pooled.workspaces = workspaces


def _array(workspaces: Workspaces) -> str:
    return "{" + ",".join(map(str, workspaces)) + "}"


def _written(value: Any) -> str:
    return orjson.dumps(value).decode()
