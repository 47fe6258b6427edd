"""The product's own statements, taken from it as it would run them: nothing is retyped here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import orjson

from koine.postgres.database import Tx
from koine.postgres.together import Rowwise


@dataclass(frozen=True)
class Statement:
    """SQL with `$n`, and a value for each."""

    sql: str
    values: Sequence[Any]


class _Recorded(Exception):
    def __init__(self, statement: Statement) -> None:
        self.statement = statement


class _Recorder:
    """Looks like a Tx, and stops whoever runs a statement on it."""

    async def _record(self, sql: str, *values: Any) -> Any:
        raise _Recorded(Statement(sql, values))

    rows = row = value = write = _record

    async def write_each(self, statement: Rowwise, rows: Sequence[Sequence[Any]], *shared: Any) -> Any:
        if len(rows) == 1:
            await self._record(statement.one, *rows[0], *shared)
        await self._record(statement.many, *map(list, zip(*rows, strict=True)), *shared)

    read_each = write_each


async def first_statement(act: Callable[[Tx], Awaitable[object]]) -> Statement:
    """The first statement that an action of the product runs."""
    try:
        await act(cast(Tx, _Recorder()))
    except _Recorded as recorded:
        return recorded.statement
    raise AssertionError("the action ran no statement")


def text(value: Any) -> str | None:
    """A value in PostgreSQL's own text form; None for null."""
    match value:
        case None:
            return None
        case bool():
            return "t" if value else "f"
        case datetime():
            return value.isoformat()
        case dict():
            return orjson.dumps(value).decode()
        case list() | tuple():
            return "{" + ",".join(map(_element, value)) + "}"
        case int() | str() | UUID():
            return str(value)
    raise TypeError(f"no text form for {type(value)}")


def literal(value: Any) -> str:
    """A value as an SQL literal."""
    said = text(value)
    return "null" if said is None else "'" + said.replace("'", "''") + "'"


def _element(value: Any) -> str:
    said = text(value)
    return "NULL" if said is None else '"' + said.replace("\\", "\\\\").replace('"', '\\"') + '"'
