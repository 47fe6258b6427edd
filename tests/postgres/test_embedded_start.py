"""A start makes the database whole, durable and private; a stop leaves nothing but the data."""

from __future__ import annotations

import asyncio
import stat
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from koine.postgres import embedded
from tests.postgres.embedded_server import ask, connect, each_source, made, record, scratch, workers

WANTED = {
    "data_checksums": "on",
    "server_encoding": "UTF8",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "log_min_error_statement": "panic",
    "TimeZone": "UTC",
    "jit": "off",
}


@each_source
def test_the_first_start_makes_the_database_and_the_second_finds_it(source: embedded.Choice, tmp_path: Path) -> None:
    with embedded.start(tmp_path / "data", source) as running:
        assert running.address.source == source
        assert running.alive
        assert workers(tmp_path / "data") != []
        ask(running.address, "create table kept as select 7 as n")
    assert workers(tmp_path / "data") == []
    with embedded.start(tmp_path / "data", source) as running:
        assert ask(running.address, "select n from kept")[0]["n"] == 7


@each_source
def test_the_settings_are_durable_and_local(source: embedded.Choice) -> None:
    with embedded.start(made(source), source) as running:
        rows = ask(running.address, "select name, setting from pg_settings where name = any($1)", list(WANTED))
        assert {row["name"]: row["setting"] for row in rows} == WANTED
        wrong = ask(running.address, "select * from pg_file_settings where error is not null", user="koine_admin")
        assert wrong == []


@each_source
def test_settings_of_ones_own_win_and_stay(source: embedded.Choice) -> None:
    main = made(source) / "cluster/postgresql.conf"
    before = main.read_text()
    main.write_text(before + "work_mem = 11MB\n")
    try:
        for _ in range(2):
            with embedded.start(made(source), source) as running:
                assert ask(running.address, "show work_mem")[0]["work_mem"] == "11MB"
    finally:
        main.write_text(before)


@each_source
def test_the_database_is_utf8_in_c_order_and_owned_by_its_owner(source: embedded.Choice) -> None:
    with embedded.start(made(source), source) as running:
        [found] = ask(
            running.address,
            """select pg_encoding_to_char(encoding) as encoding, datcollate, datctype, datdba::regrole::text as owner
               from pg_database where datname = current_database()""",
        )
        assert tuple(found) == ("UTF8", "C", "C", "koine_owner")


@each_source
@pytest.mark.parametrize("role", ["koine_owner", "koine_app"])
def test_our_roles_log_in_and_may_nothing_special(source: embedded.Choice, role: str) -> None:
    with embedded.start(made(source), source) as running:
        [found] = ask(
            running.address,
            """select rolcanlogin as login,
                      rolsuper or rolcreatedb or rolcreaterole or rolreplication or rolbypassrls as special
               from pg_roles where rolname = current_user""",
            user=role,
        )
        assert tuple(found) == (True, False)


@each_source
def test_only_the_owner_makes_tables(source: embedded.Choice) -> None:
    with embedded.start(made(source), source) as running:
        ask(running.address, "create table allowed ()")
        ask(running.address, "drop table allowed")
        for statement in ("create table refused ()", "create schema refused", "create temporary table refused ()"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                ask(running.address, statement, user="koine_app")


@each_source
def test_the_owner_makes_the_extensions_that_we_need(source: embedded.Choice) -> None:
    with embedded.start(made(source), source) as running:
        for extension in ("btree_gin", "pg_trgm", "unaccent"):
            ask(running.address, f"create extension if not exists {extension}")
        assert ask(running.address, "select similarity('koine', 'koine')::int as same")[0]["same"] == 1


@each_source
def test_the_server_does_all_that_it_does_elsewhere(source: embedded.Choice) -> None:
    """Its folder is a handle to it, not a path; nothing may notice."""

    async def work(address: embedded.Address) -> Any:
        connection = await connect(address, user="koine_admin")
        try:
            await connection.execute("drop table if exists large")
            await connection.execute("create table large as select n, n % 7 as m from generate_series(1, 50000) as n")
            await connection.execute("create index on large (m)")
            await connection.execute("vacuum (analyze) large")
            await connection.execute("checkpoint")
            await connection.execute("set min_parallel_table_scan_size = 0; set parallel_setup_cost = 0")
            await connection.execute("set parallel_tuple_cost = 0; set enable_indexonlyscan = off")
            plan = await connection.fetch("explain (analyze) select count(*) from large where n % 3 = 1")
            await connection.execute("create database beside template koine")
            await connection.execute("drop database beside")
            await connection.execute("alter system set work_mem = '9MB'")
            await connection.execute("select pg_reload_conf()")
            for _ in range(100):
                if await connection.fetchval("show work_mem") == "9MB":
                    break
                await asyncio.sleep(0.05)
            reloaded = await connection.fetchval("show work_mem")
            await connection.execute("alter system reset work_mem")
            return "\n".join(row[0] for row in plan), reloaded
        finally:
            await connection.close()

    with embedded.start(made(source), source) as running:
        plan, work_mem = asyncio.run(work(running.address))
    assert "Workers Launched: 1" in plan
    assert work_mem == "9MB"


@each_source
def test_the_socket_lies_in_a_private_folder_and_nothing_listens_on_the_network(source: embedded.Choice) -> None:
    with embedded.start(made(source), source) as running:
        sockets = Path(running.address.host)
        assert sockets == made(source) / "run"
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
        assert stat.S_IMODE((made(source) / "cluster").stat().st_mode) == 0o700
        assert stat.S_IMODE((made(source) / "server.json").stat().st_mode) == 0o600
        open_sockets = _open_sockets(running.address.pid)
        tables = Path(f"/proc/{running.address.pid}/net")
        listening = [line.split() for name in ("tcp", "tcp6") for line in _lines(tables / name)]
        assert [line for line in listening if line[9] in open_sockets] == []


@each_source
def test_a_stop_leaves_the_data_and_the_log(source: embedded.Choice) -> None:
    with embedded.start(made(source), source) as running:
        assert embedded.reach(made(source)) == running.address
    assert embedded.reach(made(source)) is None
    assert not running.alive
    assert {path.name for path in made(source).iterdir()} == {"cluster", "lock", "server.log"}
    assert not (made(source) / "cluster/postmaster.pid").exists()
    running.stop()  # a second stop is no error


@each_source
def test_a_stop_does_not_wait_for_those_who_are_connected(source: embedded.Choice) -> None:
    async def connected_at_the_end(running: embedded.Running) -> None:
        connection = await connect(running.address)
        await connection.execute("begin")
        sleeping = asyncio.create_task(connection.execute("select pg_sleep(600)"))
        await asyncio.sleep(0.05)
        running.stop()
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, ConnectionError)):
            await sleeping
        connection.terminate()

    with embedded.start(made(source), source) as running:
        asyncio.run(connected_at_the_end(running))
    assert workers(made(source)) == []


@each_source
def test_no_text_of_a_statement_gets_into_the_log(source: embedded.Choice) -> None:
    async def fail_and_crash(address: embedded.Address) -> None:
        connection = await connect(address, user="koine_admin")
        await connection.execute("create table once (word text primary key)")
        await connection.execute("insert into once values ('secret words')")
        for statement in (
            "insert into once values ('secret words')",
            "select 'secret words'::int",
            "secret words",
            "do $$ begin raise warning 'secret words'; raise exception 'secret words'; end $$",
        ):
            with pytest.raises(asyncpg.PostgresError):
                await connection.execute(statement)
        await connection.execute("drop table once")
        other = await connect(address, user="koine_admin")
        await other.execute("select 'secret words', pg_reload_conf()")
        pid = other.get_server_pid()
        asleep = asyncio.create_task(other.execute("select 'secret words', pg_sleep(600)"))
        await asyncio.sleep(0.05)
        with suppress(asyncpg.PostgresError, ConnectionError):  # the server ends this connection too, maybe at once
            await connection.execute(f"copy (select 1) to program 'kill -9 {pid}'")
        with pytest.raises((asyncpg.PostgresError, ConnectionError)):
            await asleep
        connection.terminate()

    with embedded.start(made(source), source) as running:
        asyncio.run(fail_and_crash(running.address))
    log = (made(source) / "server.log").read_text()
    assert "was terminated by signal 9" in log
    assert "secret" not in log


@each_source
@pytest.mark.parametrize(
    ("name", "near"), [('-D "it\'s % + $(Ωμέγα)"', True), ("one,two", False), ("long" * 40, False)]
)
def test_any_name_of_a_folder_will_do(source: embedded.Choice, name: str, near: bool) -> None:
    """Where clients could not name the socket in it, the socket lies elsewhere, as private as there."""
    folder = scratch() / source[0] / name
    with embedded.start(folder, source) as running:
        assert ask(running.address, "select 1 as one")[0]["one"] == 1
        assert asyncio.run(_by_dsn(running.address)) == "koine_app"
        sockets = Path(running.address.host)
        assert record(folder)["sockets"] == str(sockets)
        assert sockets.is_relative_to(folder) == near
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    assert not sockets.exists()


def test_only_the_main_thread_may_start_a_server(tmp_path: Path) -> None:
    caught: list[BaseException] = []

    def attempt() -> None:
        try:
            embedded.start(tmp_path / "data")
        except RuntimeError as error:
            caught.append(error)

    thread = threading.Thread(target=attempt)
    thread.start()
    thread.join()
    assert len(caught) == 1
    assert not (tmp_path / "data").exists()


async def _by_dsn(address: embedded.Address) -> Any:
    connection = await asyncpg.connect(address.dsn("koine_app"))
    try:
        return await connection.fetchval("select current_user")
    finally:
        await connection.close()


def _open_sockets(pid: int) -> set[str]:
    try:
        links = [str(file.readlink()) for file in Path(f"/proc/{pid}/fd").iterdir()]
    except PermissionError:
        pytest.skip("the system does not show what the processes of other users have open")
    return {link[8:-1] for link in links if link.startswith("socket:")}


def _lines(table: Path) -> list[str]:
    return table.read_text().splitlines()[1:] if table.exists() else []
