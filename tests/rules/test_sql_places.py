"""SQL lives in the core, and a table is written in one place of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import pytest

from tests.rules.source import SRC, Module, modules, snippet, texts
from tests.rules.sql import is_sql, tables_created, tables_written

MIGRATIONS = SRC / "koine" / "postgres" / "migrations"

# Work keeps its own books (jobs, positions); the migrations keep theirs.
WITH_SQL = ("koine/core/", "koine/postgres/", "koine/work/")

# Who writes a table that is another's, and why.
GUESTS = {
    ("events", "koine.core.conversations"): "opening and posting are one statement each, with their events",
}


def strays(module: Module) -> list[str]:
    """SQL where none belongs: whole statements, and conditions to be handed to the core."""
    if module.path.startswith(WITH_SQL):
        return []
    return [
        module.at(node, f"SQL outside the core: {text.strip()[:60]}") for node, text in texts(module) if is_sql(text)
    ]


def writers(read: Iterable[Module]) -> dict[str, set[str]]:
    """Table -> the places that write it: a noun's folder in the core, or else a module."""
    found = defaultdict(set)
    for module in read:
        for _, text in texts(module):
            for table in tables_written(text) if is_sql(text) else ():
                found[table].add(_place(module))
    return dict(found)


def badly_owned(read: Iterable[Module], tables: set[str]) -> list[str]:
    found = []
    for table, places in sorted(writers(read).items()):
        owners = {place for place in places if (table, place) not in GUESTS}
        if table == "{}":
            found.append(f"{sorted(places)}: a statement that does not name the table it writes")
        elif table not in tables:
            found.append(f"{sorted(places)}: {table} is in no migration")
        elif len(owners) > 1:
            found.append(f"{table} is written by {sorted(owners)}")
    return found


def test_there_is_no_sql_outside_the_core():
    assert [complaint for module in modules() for complaint in strays(module)] == []


def test_a_table_is_written_in_one_place():
    tables = {table for path in MIGRATIONS.glob("*.sql") for table in tables_created(path.read_text())}
    written = writers(modules())
    assert {"conversations", "messages", "events"} <= tables & set(written)
    # The one table that no migration makes: what migrate.py itself remembers.
    assert badly_owned(modules(), tables | {"migrations"}) == []


def test_a_guest_is_named_only_as_long_as_it_is_one():
    written = writers(modules())
    assert [(table, place) for table, place in GUESTS if place not in written.get(table, set())] == []


@pytest.mark.parametrize(
    "text",
    [
        'tx.rows("select id from messages where uuid = $1", uuid)',
        'tx.rows("SELECT id FROM messages")',
        'tx.write(f"update {table} set x = 1")',
        'tx.write("insert into " + TABLE + " values ($1)", 1)',
        'SQL = """\n  with gone as (delete from messages returning id) select count(*) from gone\n"""',
        'tx.row("-- one\\nselect 1")',
        'connection.execute("set role koine_app = 1")',
        'reading.find(tx, by, "c.uuid = ?::uuid", uuid)',
        'reading.find(tx, by, "c.contact_id = $1", id)',
        'clauses.add("c.deleted_at is null")',
        'sql += " order by c.id"',
    ],
)
def test_sql_outside_the_core_is_found(text):
    assert len(strays(snippet(text, "koine/dialects/tight/messages.py"))) == 1
    assert strays(snippet(text, "koine/core/conversations/store.py")) == []


@pytest.mark.parametrize(
    "text",
    [
        '"""select id from messages"""',
        'say("Select a workspace from the list.")',
        'say("with many thanks", "update", "delete", "set the status", "create a token", "or is it?")',
        'say("https://example.org/?a=1&b=2", "order by phone", "Is it open or closed?")',
        'routes("POST", "/conversations/{id}", "std::string", "begin")',
    ],
)
def test_english_is_not_taken_for_sql(text):
    assert strays(snippet(text, "koine/cli.py")) == []


def test_two_writers_of_a_table_are_found():
    first = snippet('SQL = "insert into messages (id) values ($1)"', "koine/core/conversations/store.py")
    second = snippet('SQL = "update only messages as m set id = $1"', "koine/core/contacts/store.py")
    third = snippet(
        'SQL = "with m as (delete from koine.messages returning 1) select * from m"', "koine/core/outbox.py"
    )
    beside = snippet('SQL = "select 1 from messages for update"', "koine/core/teams/store.py")
    assert len(badly_owned([first, second, beside], {"messages"})) == 1
    assert len(badly_owned([first, third], {"messages"})) == 1
    assert badly_owned([first, beside], {"messages"}) == []


def test_two_modules_of_one_noun_are_one_place():
    first = snippet('SQL = "insert into messages (id) values ($1)"', "koine/core/conversations/store/posting.py")
    second = snippet('SQL = "delete from messages"', "koine/core/conversations/messages.py")
    assert badly_owned([first, second], {"messages"}) == []


def test_a_table_that_is_not_named_or_does_not_exist_is_found():
    assert len(badly_owned([snippet('SQL = f"insert into {table} values (1)"')], {"messages"})) == 1
    assert len(badly_owned([snippet('SQL = "insert into mesages values (1)"')], {"messages"})) == 1


def test_locking_and_upserting_are_no_writes_of_another_table():
    upsert = "insert into tags (id) values ($1) on conflict (id) do update set name = $2"
    assert tables_written(upsert) == {"tags"}
    assert tables_written("select 1 from tags for update skip locked") == set()
    assert tables_written("update tags set name = $1") == {"tags"}


def test_tables_are_read_from_migrations():
    assert tables_created("create table a (x int);\ncreate table if not exists b (y int); -- create table c") == {
        "a",
        "b",
    }


def _place(module: Module) -> str:
    """`koine.core.conversations` for anything in that folder."""
    parts = module.name.split(".")
    return ".".join(parts[:3] if parts[1] == "core" else parts[:2])
