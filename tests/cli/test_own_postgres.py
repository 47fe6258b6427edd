"""With KOINE_DATABASE_URL Koine starts no PostgreSQL and uses the one that is there."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli import own_postgres
from tests.cli.koine_process import asked, becomes, finds_the_lamp, koine, serving


@pytest.fixture
def theirs(tmp_path: Path) -> Iterator[str]:
    with own_postgres.running(tmp_path / "postgres") as dsn:
        yield dsn


def test_the_demo_runs_on_it_and_commands_find_it(theirs: str, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with serving("demo", data=folder, KOINE_DATABASE_URL=theirs) as demo:
        assert demo.database == []
        assert [path.name for path in folder.iterdir()] == ["demo-credentials.json"]
        assert finds_the_lamp(demo.base_url, json.loads((folder / "demo-credentials.json").read_text()))
        assert len(asked("workspace", "list", KOINE_DATABASE_URL=theirs)) == 2
        assert demo.end() == 0
        assert demo.errors() == ""
    assert len(asked("workspace", "list", KOINE_DATABASE_URL=theirs)) == 2


def test_several_may_serve_from_it(theirs: str, tmp_path: Path) -> None:
    with (
        serving("demo", data=tmp_path / "data", KOINE_DATABASE_URL=theirs) as first,
        serving("demo", "--workers", "2", data=tmp_path / "data", KOINE_DATABASE_URL=theirs) as second,
    ):
        credentials = json.loads((tmp_path / "data/demo-credentials.json").read_text())
        assert finds_the_lamp(first.base_url, credentials)
        assert finds_the_lamp(second.base_url, credentials)


def test_it_comes_through_the_loss_of_its_connections(theirs: str, tmp_path: Path) -> None:
    with serving("demo", data=tmp_path / "data", KOINE_DATABASE_URL=theirs) as demo:
        credentials = json.loads((tmp_path / "data/demo-credentials.json").read_text())
        assert finds_the_lamp(demo.base_url, credentials)
        others = "datname = 'theirs' and pid <> pg_backend_pid()"
        cut = f"select pg_terminate_backend(pid) from pg_stat_activity where {others}"
        asyncio.run(own_postgres.run(theirs, cut))
        assert becomes(lambda: finds_the_lamp(demo.base_url, credentials))
        assert demo.end(signal.SIGTERM) == 0


def test_a_role_that_may_not_make_roles_will_do_when_the_apps_role_is_there(tmp_path: Path) -> None:
    prepared = ["create role koine_app nologin", "grant koine_app to keeper", "alter role keeper nocreaterole"]
    with own_postgres.running(tmp_path / "postgres", *prepared) as dsn:
        assert asked("migrate", "--json", KOINE_DATABASE_URL=dsn)["applied"]
        assert asked("workspace", "create", "First", KOINE_DATABASE_URL=dsn)["name"] == "First"
        assert koine("doctor", KOINE_DATABASE_URL=dsn).returncode == 0


def test_a_role_that_may_too_little_is_told_in_a_sentence(tmp_path: Path) -> None:
    with own_postgres.running(tmp_path / "postgres", "alter role keeper nocreaterole") as dsn:
        ended = koine("serve", "--port", "0", "--data", tmp_path / "data", KOINE_DATABASE_URL=dsn)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "permission denied to create role" in ended.stderr
    assert "docs/running.md" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_a_database_without_a_schema_is_told_about_and_not_changed(theirs: str) -> None:
    ended = koine("workspace", "list", KOINE_DATABASE_URL=theirs)
    assert ended.returncode == 1
    assert ended.stderr.endswith("Run: koine migrate\n")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://keeper:top-secret@127.0.0.1:1/koine",
        "postgresql://keeper:top-secret@no.such.host.invalid/koine",
        "postgresql://keeper:top-secret@/koine?host=/nonexistent",
        "postgresql://keeper:top-secret@[::1]:1,127.0.0.1:1/koine",
    ],
)
def test_a_database_that_cannot_be_reached_is_told_in_a_sentence_without_secrets(tmp_path: Path, url: str) -> None:
    for words in (["serve", "--port", "0", "--data", tmp_path / "data"], ["workspace", "list"], ["doctor"]):
        ended = koine(*words, KOINE_DATABASE_URL=url)
        assert ended.returncode == 1
        assert "Traceback" not in ended.stderr
        assert len((ended.stderr or ended.stdout.splitlines()[-1]).splitlines()) == 1
        assert "top-secret" not in ended.stderr + ended.stdout


@pytest.mark.parametrize(
    "url",
    [
        "mysql://keeper:top-secret@127.0.0.1/koine",
        "postgresql://keeper:top-secret@127.0.0.1:99999999/koine",
        "postgresql://keeper:top-secret@127.0.0.1:http/koine",
        "top-secret",
    ],
)
def test_what_is_no_address_of_a_database_is_told_in_a_sentence_without_secrets(url: str) -> None:
    for words in (["serve"], ["workspace", "list"], ["doctor"]):
        ended = koine(*words, KOINE_DATABASE_URL=url)
        assert (ended.returncode, ended.stdout) == (2, "")
        assert ended.stderr.startswith("koine: KOINE_DATABASE_URL must be an address")
        assert "top-secret" not in ended.stderr
