"""What is sealed can be read by whoever has the file with the keys, and only as what it is about."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from koine.core.sealing import NAME, Sealing, SealingFailed


def test_what_was_sealed_can_be_opened_by_another_process(tmp_path: Path) -> None:
    sealed = Sealing(tmp_path / NAME).seal(b"secret", b"door")
    assert b"secret" not in sealed
    assert Sealing(tmp_path / NAME).open(sealed, b"door") == b"secret"


def test_the_file_is_its_owners_alone_from_the_first_moment(tmp_path: Path) -> None:
    Sealing(tmp_path / "data" / NAME).seal(b"secret", b"door")
    assert stat.S_IMODE((tmp_path / "data" / NAME).stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "data").iterdir()] == [NAME]


def test_the_same_secret_never_looks_the_same(tmp_path: Path) -> None:
    sealing = Sealing(tmp_path / NAME)
    assert sealing.seal(b"secret", b"door") != sealing.seal(b"secret", b"door")


def test_it_opens_only_as_what_it_is_about_and_only_unchanged(tmp_path: Path) -> None:
    sealing = Sealing(tmp_path / NAME)
    sealed = sealing.seal(b"secret", b"door")
    with pytest.raises(SealingFailed):
        sealing.open(sealed, b"window")
    for at in range(4, len(sealed)):
        with pytest.raises(SealingFailed):
            sealing.open(sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :], b"door")


def test_a_new_line_is_the_new_key_and_the_old_one_still_opens(tmp_path: Path) -> None:
    file = tmp_path / NAME
    running, old = Sealing(file), Sealing(file).seal(b"old", b"door")
    assert running.open(old, b"door") == b"old"
    file.write_text(file.read_text() + "0a0b0c0d " + "7" * 64 + "\n")
    new = Sealing(file).seal(b"new", b"door")
    assert new.startswith(bytes.fromhex("0a0b0c0d"))
    assert running.open(new, b"door") == b"new", "a process that runs finds the new key"
    assert Sealing(file).open(old, b"door") == b"old"


def test_without_the_key_nothing_is_opened_and_no_other_is_made(tmp_path: Path) -> None:
    file = tmp_path / NAME
    sealed = Sealing(file).seal(b"secret", b"door")
    file.rename(tmp_path / "lost")
    with pytest.raises(SealingFailed):
        Sealing(file).open(sealed, b"door")
    assert not file.exists()


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o602])
def test_a_file_that_others_can_read_or_write_is_refused(tmp_path: Path, mode: int) -> None:
    file = tmp_path / NAME
    sealed = Sealing(file).seal(b"secret", b"door")
    file.chmod(mode)
    with pytest.raises(SealingFailed, match="chmod 600"):
        Sealing(file).open(sealed, b"door")
    with pytest.raises(SealingFailed, match="chmod 600"):
        Sealing(file).seal(b"secret", b"door")


@pytest.mark.parametrize("text", ["", "\n", "0a0b0c0d\n", "0a0b0c0d 77\n", "0a0b " + "7" * 64, "a b c\n", "\x00"])
def test_a_file_that_is_none_is_refused_and_kept(tmp_path: Path, text: str) -> None:
    file = tmp_path / NAME
    file.write_text(text)
    file.chmod(0o600)
    with pytest.raises(SealingFailed):
        Sealing(file).seal(b"secret", b"door")
    assert file.read_text() == text


def test_of_several_who_make_the_file_at_once_one_wins_and_all_use_it(tmp_path: Path) -> None:
    several = [Sealing(tmp_path / NAME) for _ in range(8)]
    with ThreadPoolExecutor(8) as threads:
        sealed = list(threads.map(lambda each: each.seal(b"secret", b"door"), several))
    assert {Sealing(tmp_path / NAME).open(each, b"door") for each in sealed} == {b"secret"}
    assert len((tmp_path / NAME).read_text().splitlines()) == 1
