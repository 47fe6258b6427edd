"""Whoever is killed, nothing that was committed is lost and nothing is left running."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

import asyncpg
import pytest

from koine.postgres import embedded, server
from tests.postgres.embedded_server import (
    ask,
    becomes,
    connect,
    each_source,
    first_line,
    made,
    owner,
    record,
    workers,
)


@each_source
def test_the_server_dies_with_a_killed_owner_and_the_next_start_recovers(source: embedded.Choice) -> None:
    folder = made(source)
    with owner(folder, source) as child:
        pid = int(first_line(child))
        address = embedded.reach(folder)
        assert address is not None
        assert address.pid == pid
        ask(address, "create table if not exists kept (n int)")
        ask(address, "insert into kept values (41), (42)")
        child.send_signal(signal.SIGKILL)
        child.wait()
        assert becomes(lambda: workers(folder) == [])
    assert embedded.reach(folder) is None
    log = folder / "server.log"
    before = log.stat().st_size
    with embedded.start(folder, source) as running:
        assert running.address.pid != pid
        assert [row["n"] for row in ask(running.address, "select n from kept order by n")] == [41, 42]
        ask(running.address, "drop table kept")
    assert b"automatic recovery in progress" in log.read_bytes()[before:]


@each_source
def test_a_start_right_after_the_kill_waits_for_the_dying_server(source: embedded.Choice) -> None:
    folder = made(source)
    with owner(folder, source) as child:
        first_line(child)
        child.send_signal(signal.SIGKILL)
        child.wait()
        with embedded.start(folder, source) as running:
            assert ask(running.address, "select 1 as one")[0]["one"] == 1


@each_source
def test_a_killed_server_is_seen_and_the_next_start_recovers(source: embedded.Choice) -> None:
    folder = made(source)
    with embedded.start(folder, source) as running:
        ask(running.address, "create table kept as select 43 as n")
        os.kill(running.address.pid, signal.SIGKILL)
        assert becomes(lambda: not running.alive)
        assert embedded.reach(folder) is None
    assert workers(folder) == []
    with embedded.start(folder, source) as running:
        assert ask(running.address, "select n from kept")[0]["n"] == 43
        ask(running.address, "drop table kept")


@each_source
def test_a_killed_process_of_the_server_does_not_end_it(source: embedded.Choice) -> None:
    """PostgreSQL starts all its processes anew then, and finds its folders again."""
    with embedded.start(made(source), source) as running:
        ask(running.address, "create table kept as select 44 as n")
        others = {pid for pid in workers(made(source)) if pid != running.address.pid}
        os.kill(min(others), signal.SIGKILL)
        assert becomes(lambda: others.isdisjoint(workers(made(source))))
        assert becomes(lambda: _answers(running.address))
        assert ask(running.address, "select n from kept")[0]["n"] == 44
        ask(running.address, "drop table kept")
        assert running.alive
        assert Path(running.address.host, f".s.PGSQL.{running.address.port}").exists()


@each_source
def test_a_server_that_does_not_end_is_made_to(source: embedded.Choice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "FAST", 0.1)
    monkeypatch.setattr(server, "AT_ONCE", 0.1)
    folder = made(source)
    running = embedded.start(folder, source)
    os.kill(running.address.pid, signal.SIGSTOP)
    running.stop()
    assert not running.alive
    assert becomes(lambda: workers(folder) == [])
    embedded.start(folder, source).stop()


@each_source
def test_a_server_that_hangs_after_its_owners_death_is_ended_by_the_next_start(
    source: embedded.Choice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "LINGERING", 0.1)
    folder = made(source)
    with owner(folder, source) as child:
        hanging = int(first_line(child))
        os.kill(hanging, signal.SIGSTOP)
        child.send_signal(signal.SIGKILL)
        child.wait()
        assert hanging in workers(folder)
        with embedded.start(folder, source) as running:
            assert hanging not in workers(folder)
            assert running.address.pid in workers(folder)


@each_source
def test_connections_that_do_not_notice_the_servers_death_are_ended(source: embedded.Choice) -> None:
    """By the stop, where the owner still lives."""
    folder = made(source)
    with embedded.start(folder, source) as running:
        asyncio.run(_leave_one_busy(running.address, folder))
    assert workers(folder) == []


@each_source
def test_connections_that_outlive_server_and_owner_are_ended_by_the_next_start(
    source: embedded.Choice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "LINGERING", 0.1)
    folder = made(source)
    with owner(folder, source) as child:
        first_line(child)
        address = embedded.reach(folder)
        assert address is not None
        asyncio.run(_leave_one_busy(address, folder))
        child.send_signal(signal.SIGKILL)
        child.wait()
        [busy] = workers(folder)
        assert f"still work: [{busy}]" in str(embedded.examine(folder, source))
        with embedded.start(folder, source) as running:
            assert busy not in workers(folder)
            assert ask(running.address, "select 1 as one")[0]["one"] == 1


@each_source
def test_a_pid_file_whose_number_belongs_to_a_stranger_is_not_believed(source: embedded.Choice) -> None:
    folder = made(source)
    with subprocess.Popen(["sleep", "600"]) as stranger:
        try:
            pid_file = folder / "cluster/postmaster.pid"
            pid_file.write_text(f"{stranger.pid}\n{folder / 'cluster'}\n1\n5432\n{folder / 'run'}\n\n 1 1\nready   \n")
            with embedded.start(folder, source) as running:
                assert ask(running.address, "select 1 as one")[0]["one"] == 1
            assert stranger.poll() is None
        finally:
            stranger.kill()


@each_source
def test_a_record_whose_number_belongs_to_a_stranger_is_not_believed(source: embedded.Choice) -> None:
    folder = made(source)
    with embedded.start(folder, source):
        said = (folder / "server.json").read_text()
        pid = record(folder)["pid"]
    (folder / "server.json").write_text(said.replace(str(pid), str(os.getpid())))
    assert embedded.reach(folder) is None
    embedded.start(folder, source).stop()


@each_source
def test_a_database_that_was_being_made_when_its_owner_was_killed_is_made_anew(
    source: embedded.Choice, tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    with owner(folder, source) as child:
        assert becomes(lambda: any(folder.glob("cluster.new-*/base")))
        child.send_signal(signal.SIGKILL)
        child.wait()
    assert not (folder / "cluster").exists()
    with embedded.start(folder, source) as running:
        assert ask(running.address, "select current_user::text as me")[0]["me"] == "koine_owner"
        assert list(folder.glob("cluster.new-*")) == []


@each_source
def test_a_socket_folder_elsewhere_is_removed_by_the_start_after_a_kill(
    source: embedded.Choice, tmp_path: Path
) -> None:
    folder = tmp_path / ("long" * 40)
    with owner(folder, source) as child:
        first_line(child)
        left = Path(record(folder)["sockets"])
        assert left.exists()
        child.send_signal(signal.SIGKILL)
        child.wait()
    with embedded.start(folder, source) as running:
        assert Path(running.address.host) != left
        assert not left.exists()


async def _leave_one_busy(address: embedded.Address, folder: Path) -> None:
    """Kill the server while a connection computes and listens to nobody."""
    connection = await connect(address)
    busy = asyncio.create_task(connection.execute("do $$ begin loop end loop; end $$"))
    await asyncio.sleep(0.1)
    os.kill(address.pid, signal.SIGKILL)
    assert await asyncio.to_thread(becomes, lambda: len(workers(folder)) == 1)
    connection.terminate()
    with suppress(asyncpg.PostgresError, ConnectionError):
        await busy


def _answers(address: embedded.Address) -> bool:
    try:
        return bool(ask(address, "select 1 as one"))
    except (asyncpg.PostgresError, ConnectionError):
        return False
