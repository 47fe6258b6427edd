"""bin/koine installs what it needs once, and says what is missing; tried on a checkout whose lock is empty."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
INSTALLING = "Installing Koine's packages into .venv (first use only) ..."
TELLS = """
import json, os, sys
print(json.dumps({"words": sys.argv[1:], "path": sys.path, "folder": os.getcwd(), "inherited": dict(os.environ)}))
"""


@pytest.fixture(scope="module")
def folder():
    """Outside of pytest's own folder, which nobody but its owner may enter."""
    made = Path(tempfile.mkdtemp())
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def first_uses(folder):
    """A checkout with a space in its name, and what two first uses of it at once said."""
    checkout = _checkout(folder / "a checkout")
    started = [_start(checkout / "bin" / "koine", str(number)) for number in range(2)]
    return checkout, [_said(process) for process in started]


@pytest.fixture
def checkout(first_uses):
    return first_uses[0]


def test_two_first_uses_at_once_install_once_and_both_run(first_uses):
    _, said = first_uses
    assert [json.loads(out)["words"] for out, _, _ in said] == [["0"], ["1"]]
    assert sum(INSTALLING in err for _, err, _ in said) == 1


def test_a_later_start_is_silent_and_leaves_the_packages_alone(checkout):
    _run(checkout / "bin" / "koine")
    before = _made(checkout)
    out, err, status = _run(checkout / "bin" / "koine", "token", "create", "a b", "")
    assert (json.loads(out)["words"], err, status) == (["token", "create", "a b", ""], "", 0)
    assert _made(checkout) == before


def test_it_runs_through_a_link_from_any_folder(checkout, tmp_path):
    link = tmp_path / "koine"
    link.symlink_to(checkout / "bin" / "koine")
    out, _, _ = _run(link, folder=tmp_path)
    assert json.loads(out)["folder"] == str(tmp_path)


def test_only_koine_itself_gets_the_source_on_its_path(checkout, tmp_path):
    """Not its children, and nothing that happens to lie in the folder one is in."""
    (tmp_path / "koine").mkdir()
    said = json.loads(_run(checkout / "bin" / "koine", folder=tmp_path)[0])
    assert str(checkout / "src") in said["path"]
    assert not {"", str(tmp_path)} & set(said["path"])
    assert "PYTHONPATH" not in said["inherited"]


def test_another_lock_is_installed_at_the_next_start(checkout):
    _run(checkout / "bin" / "koine")
    with (checkout / "requirements.lock").open("a") as lock:
        lock.write("# changed\n")
    assert [INSTALLING in _run(checkout / "bin" / "koine")[1] for _ in range(2)] == [True, False]


def test_what_was_interrupted_is_done_again_from_nothing(checkout):
    _run(checkout / "bin" / "koine")
    (checkout / ".venv" / "koine.requirements.lock").unlink()
    (checkout / ".venv" / "half").touch()
    assert INSTALLING in _run(checkout / "bin" / "koine")[1]
    assert not (checkout / ".venv" / "half").exists()


def test_an_old_python_is_refused_with_a_sentence(folder, tmp_path):
    old = _program(tmp_path / "python", "echo 3.9; exit 1")
    out, err, status = _run(_checkout(folder / "old") / "bin" / "koine", KOINE_PYTHON=str(old))
    assert (out, status) == ("", 1)
    assert "Koine needs Python 3.11 or later" in err
    assert f"{old} is 3.9" in err


@pytest.mark.skipif(shutil.which("uv") is not None, reason="with uv, Python needs no venv of its own")
def test_a_python_without_venv_is_refused_with_what_to_install(folder, tmp_path):
    without = "import sys; sys.modules['ensurepip'] = None; exec(sys.argv[1])"
    bare = _program(tmp_path / "python", f'exec "{sys.executable}" -c "{without}" "$3"')
    out, err, status = _run(_checkout(folder / "bare") / "bin" / "koine", KOINE_PYTHON=str(bare))
    assert (out, status) == ("", 1)
    assert "apt install python3-venv" in err


def test_a_checkout_that_one_may_not_write_to_is_refused_with_a_sentence(folder):
    checkout = _checkout(folder / "read only")
    checkout.chmod(0o555)
    somebody = {"user": 65534, "group": 65534, "extra_groups": []} if os.getuid() == 0 else {}
    process = subprocess.run([checkout / "bin" / "koine"], capture_output=True, text=True, check=False, **somebody)
    checkout.chmod(0o755)
    assert (process.stdout, process.returncode) == ("", 1)
    assert "may not write there" in process.stderr


def _checkout(at: Path) -> Path:
    shutil.copytree(ROOT / "bin", at / "bin")
    (at / "src" / "koine").mkdir(parents=True)
    (at / "src" / "koine" / "__main__.py").write_text(TELLS)
    (at / "requirements.lock").touch()
    return at


def _program(at: Path, text: str) -> Path:
    at.write_text(f"#!/bin/sh\n{text}\n")
    at.chmod(at.stat().st_mode | stat.S_IXUSR)
    return at


def _run(command: Path, *words: str, folder: Path = Path("/"), **settings: str) -> tuple[str, str, int]:
    return _said(_start(command, *words, folder=folder, **settings))


def _start(command: Path, *words: str, folder: Path = Path("/"), **settings: str) -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("KOINE_", "PYTHON"))}
    return subprocess.Popen(
        [command, *words],
        cwd=folder,
        env=environment | settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _said(process: subprocess.Popen[str]) -> tuple[str, str, int]:
    out, err = process.communicate()
    return out, err, process.returncode


def _made(checkout: Path) -> tuple[int, int]:
    made = (checkout / ".venv" / "pyvenv.cfg").stat()
    return made.st_ino, made.st_mtime_ns
