"""The doctor says what is used and what is wrong, and touches nothing."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from koine.postgres import binaries, embedded, examination
from tests.postgres.embedded_server import HAS, each_source, first_line, made, owner


@each_source
def test_a_sound_folder_has_only_good_news(source: embedded.Choice) -> None:
    found = embedded.examine(made(source), source)
    assert {finding.level for finding in found} == {"ok"}
    assert _says(found, "programs").startswith("Used is PostgreSQL ")
    assert "does not run" in _says(found, "server")


@each_source
def test_beside_a_running_server_it_says_so(source: embedded.Choice) -> None:
    with embedded.start(made(source), source) as running:
        found = embedded.examine(made(source), source)
        assert f"runs, process {running.address.pid}" in _says(found, "server")
        assert running.alive


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    if not any(HAS.values()):
        pytest.skip("no PostgreSQL here")
    found = embedded.examine(tmp_path / "data")
    assert "will be made" in _says(found, "folder")
    assert not (tmp_path / "data").exists()


def test_without_any_postgresql_it_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "INSTALLED_IN", ())
    monkeypatch.setattr(binaries, "PACKAGE", "no_such_package")
    monkeypatch.setenv("PATH", str(tmp_path))
    found = embedded.examine(tmp_path)
    assert _level(found, "programs") == "error"
    assert "Install" in _says(found, "programs")


@each_source
def test_missing_extensions_are_named(source: embedded.Choice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examination, "EXTENSIONS", ("pg_trgm", "no_such_extension"))
    found = embedded.examine(made(source), source)
    assert _level(found, "extensions") == "warning"
    assert "lacks no_such_extension" in _says(found, "extensions")


@each_source
def test_a_folder_that_others_may_write_to_is_a_warning(source: embedded.Choice, tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    assert _level(embedded.examine(tmp_path, source), "folder") == "warning"
    tmp_path.chmod(0o755)
    assert _level(embedded.examine(tmp_path, source), "folder") == "ok"


@each_source
def test_after_a_kill_it_says_what_the_next_start_does(source: embedded.Choice) -> None:
    with owner(made(source), source) as child:
        os.kill(int(first_line(child)), signal.SIGKILL)
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
    assert "the next start recovers" in _says(embedded.examine(made(source), source), "server")
    embedded.start(made(source), source).stop()


def _says(found: list[embedded.Finding], what: str) -> str:
    return " ".join(finding.says for finding in found if finding.what == what)


def _level(found: list[embedded.Finding], what: str) -> str:
    return next(finding.level for finding in found if finding.what == what)
