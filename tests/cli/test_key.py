"""`koine key`: the key that signs HighLevel's deliveries is shown and replaced, and doctor tells of both."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.koine_process import asked, copy, koine, made


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of a Koine that does not run."""
    return copy(made(), tmp_path_factory.mktemp("keys") / "data")


def key(folder: Path, *words: str) -> Any:
    return asked("key", *words, "--data", folder)


def test_a_next_key_is_made_known_and_doctor_shows_both(folder: Path) -> None:
    assert key(folder, "show") == []
    first, second = key(folder, "rotate", "--in", "24")
    assert (first["signs_from"], first["signs_until"], second["signs_until"]) == (None, second["signs_from"], None)
    assert key(folder, "show") == [first, second]
    doctor = koine("doctor", "--data", folder).stdout
    for each in (first, second):
        assert each["public_key"].splitlines()[1] in doctor
    assert doctor.index(first["public_key"].splitlines()[1]) < doctor.index(second["public_key"].splitlines()[1])
    again = koine("key", "rotate", "--data", folder)
    assert (again.returncode, again.stdout) == (1, "")
    assert "A next key is there already" in again.stderr
    unsure = koine("key", "rotate", "--now", "--data", folder)
    assert unsure.returncode == 2
    assert "--yes" in unsure.stderr
    (now,) = key(folder, "rotate", "--now", "--yes")
    assert now["public_key"] not in (first["public_key"], second["public_key"])
    assert key(folder, "show") == [now]


def test_a_key_that_cannot_be_read_any_more_is_replaced_at_once(tmp_path: Path) -> None:
    folder = copy(made(), tmp_path / "data")
    (old,) = key(folder, "rotate", "--now", "--yes")
    (folder / "sealing.keys").unlink()
    (new,) = key(folder, "rotate", "--now", "--yes")
    assert old["public_key"] != new["public_key"]
    assert key(folder, "show") == [new]


@pytest.mark.parametrize("hours", ["0", "-1", "nan", "9000"])
def test_a_time_that_is_none_is_refused(folder: Path, hours: str) -> None:
    ended = koine("key", "rotate", "--in", hours, "--data", folder)
    assert (ended.returncode, ended.stdout) == (2, "")
