"""The text of every statement is written in the code: what anybody sends only ever travels as a parameter.

Looked at is what reaches the database (the first argument of a Tx's and of a connection's methods) and what reaches the
composer of conditions (`Clauses.add`): constants, tables of constants, and what is put together from those.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

import pytest

from tests.rules.provenance import Provenance
from tests.rules.scopes import Scope
from tests.rules.source import Module, dotted, modules, snippet

TX = {"rows", "row", "value", "value_within", "write", "write_many"}
CONNECTION = {"fetch", "fetchrow", "fetchval", "fetchmany", "execute", "executemany", "prepare", "copy_from_query"}

# What is not a constant and may be run all the same, and why.
ALLOWED = {
    ("koine/postgres/database.py", "sql"): "inside Tx, whose callers are the ones looked at",
    ("koine/postgres/migrate.py", "migration.sql"): "the text of our own migration files",
}


def foreign(read: Iterable[Module]) -> list[str]:
    """Every statement or fragment that could hold something from outside."""
    program = Provenance(read)
    found = []
    for scope in program.scopes():
        for call, text in _sunk(program, scope):
            if (scope.module.path, ast.unparse(text)) not in ALLOWED and not program.is_ours(text, scope):
                found.append(scope.module.at(call, f"not only text of ours: {ast.unparse(text)[:100]}"))
    return sorted(found)


def test_every_statement_is_text_of_ours():
    assert foreign(modules()) == []


def test_statements_are_looked_at():
    """So that a renamed method of Tx does not leave the rule with nothing to do."""
    program = Provenance(modules())
    sunk = [dotted(call.func) for scope in program.scopes() for call, _ in _sunk(program, scope)]
    assert {f"tx.{method}" for method in ("rows", "write")} <= set(sunk)
    assert sum(name.endswith(".add") for name in sunk) >= 5


def test_an_exception_is_named_only_as_long_as_it_is_one():
    program = Provenance(modules())
    sunk = {(s.module.path, ast.unparse(text)) for s in program.scopes() for _, text in _sunk(program, s)}
    assert set(ALLOWED) - sunk == set()


@pytest.mark.parametrize(
    "text",
    [
        'await tx.rows(f"select {column} from x")',
        'await tx.rows("select 1 from x where a = " + column)',
        'await tx.rows("select %s from x" % column)',
        'await tx.rows("select {} from x".format(column))',
        'await tx.write_many("insert into " + ", ".join(x for x in column), [])',
        "await tx.row(column)",
        "await tx.value(asked.sql)",
        "sql = 'select 1'\n    sql += column\n    await tx.rows(sql)",
        "sql = 'select 1' if by else column\n    await tx.rows(sql)",
        "await tx.rows(_made(column))",
        "await tx.rows(_handed(f'c.{column}'))",
        'clauses.add(f"c.{column} = ?", 1)',
        "clauses.add(_FIELDS.get(column, column))",
        'clauses.add(f"{column.lower()} is null")',
        "for part in column.split():\n        clauses.add(part)",
        "match column:\n        case other:\n            clauses.add(other)",
        "await tx.rows(f'select 1 limit {clauses.values}')",
        "await by.connection.execute(f'set role {column}')",
        "_FIELDS[column] = column\n    clauses.add(_FIELDS['subject'])",
        "await tx.rows(COLUMN)",
        "clauses = column\n    await tx.rows(clauses.sql)",
        "await tx.rows(f'select 1 limit {asked.limit:5}')",
        "await tx.rows(*column)",
        "parts = ['select 1']\n    parts.append(column)\n    await tx.rows(' '.join(parts))",
        "parts = {}\n    parts['x'] = column\n    await tx.rows(' '.join(parts.values()))",
        "COLUMNS = Asked(column)\n    await tx.rows(COLUMNS.text)",
        "await self._tx.rows(column)",
        "await other.row(column)",
        "await tx.rows(sql=column)",
    ],
)
def test_text_from_outside_is_found(text):
    assert len(foreign([_store(text)])) == 1


@pytest.mark.parametrize(
    "text",
    [
        'await tx.rows("select 1 from x where a = $1", column)',
        'await tx.rows("select " + COLUMNS + " from x")',
        'await tx.rows(f"select {COLUMNS} from x where {clauses.sql} limit {clauses.value(column)}", *clauses.values)',
        'at = clauses.value(column)\n    await tx.rows(f"select 1 limit {at}")',
        'clauses.add(f"{_FIELDS[column]} = ?", column)',
        'clauses.add("a" if by else "b")',
        'await tx.rows(f"select 1 limit {asked.limit + 1:d}")',
        "key, sort = _PAIRS[column]\n    clauses.add(f'{key} {sort}')",
        "clauses.add(' or '.join(f'{a}.x = ?' for a in ('u', 'c')), column, column)",
        "for field, expression in _FIELDS.items():\n        clauses.add(f'{expression} is null')",
        "await tx.rows(_made(COLUMNS))",
        "await tx.rows(_handed('c.x'))",
        "parts = ['select 1']\n    parts.append(COLUMNS)\n    await tx.rows(' '.join(parts))",
        "clauses.add(_RECORDS[column].expression)",
        "mine = Clauses(column)\n    await tx.rows(mine.sql)",
        "mine = _conditions(column)\n    await tx.rows(f'select 1 where {mine.sql}')",
    ],
)
def test_text_of_ours_is_left_alone(text):
    assert foreign([_store(text)]) == []


def test_a_fragment_is_followed_to_the_callers_of_a_public_function():
    store = snippet('async def find(tx, by, condition):\n    await tx.row("select 1 where " + condition)')
    good = snippet(
        'from koine.core.things import store\nasync def one(tx, by, id):\n    await store.find(tx, by, "c.id = $1")',
        "koine/core/things/one.py",
    )
    bad = snippet(
        "from koine.core.things.store import find\nasync def two(tx, by, id):\n    await find(tx, by, condition=id)",
        "koine/core/things/two.py",
    )
    through = snippet("from koine.core.things.store import find", "koine/core/things/__init__.py")
    bad_too = snippet(
        "from koine.core import things\nasync def two(tx, by, id):\n    await things.find(tx, by, id)",
        "koine/core/things/four.py",
    )
    passed_on = snippet("from koine.core.things import store\nHANDLERS = [store.find]", "koine/core/things/three.py")
    assert foreign([store, good]) == []
    assert len(foreign([store])) == 1, "a function that nobody is seen to call may be called with anything"
    assert len(foreign([store, good, bad])) == 1
    assert len(foreign([store, good, through, bad_too])) == 1
    assert len(foreign([store, good, passed_on])) == 1


@pytest.mark.parametrize(("name", "complaints"), [("_run", 0), ("run", 1)])
def test_only_the_callers_of_a_private_method_are_known(name, complaints):
    text = f"""
    class Queue:
        async def take(self, tx):
            await self.{name}(tx, "select 1")

        async def {name}(self, tx, sql):
            await tx.rows(sql)
    """
    assert len(foreign([snippet(text)])) == complaints


def test_constants_are_followed_to_the_module_they_come_from():
    using = snippet("from koine.core.things import reading\nasync def f(tx):\n    await tx.rows(reading.COLUMNS)")
    ours = snippet('COLUMNS = ", ".join(["a", "b"])', "koine/core/things/reading.py")
    theirs = snippet("COLUMNS = ask()", "koine/core/things/reading.py")
    assert foreign([using, ours]) == []
    assert len(foreign([using, theirs])) == 1
    assert len(foreign([using])) == 1


def _store(text: str) -> Module:
    return snippet(
        f"""
from typing import Literal
from koine.core.filters import Clauses

COLUMNS = "a, b" + ", c"
_FIELDS = {{"subject": "c.subject", "at": "c.at"}}
_RECORDS = {{"subject": Record("c.subject", sort="asc")}}
_PAIRS = {{"subject": ("c.subject", "asc")}}

async def find(tx: Tx, by: Actor, column: str, clauses: Clauses, asked: Asked, other: Tx) -> None:
    {text}

def _made(text):
    return f"select {{text}} from x"

def _handed(expression):
    return expression + " is null"

def _conditions(column) -> Clauses:
    return Clauses(column)
"""
    )


def _sunk(program: Provenance, scope: Scope) -> Iterator[tuple[ast.Call, ast.expr]]:
    """The calls of one scope that take SQL, each with its text."""
    for node in scope.nodes:
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        given = node.args or [keyword.value for keyword in node.keywords]
        receiver, method = node.func.value, node.func.attr
        if given and (
            method in CONNECTION
            or (method in TX and (dotted(receiver).endswith("tx") or program.is_a(receiver, scope, "Tx")))
            or (method == "add" and program.is_a(receiver, scope, "Clauses"))
        ):
            yield node, given[0]
