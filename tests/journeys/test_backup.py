"""What docs/running.md says of backing up works as it stands there."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from koine.postgres import account, binaries
from tests.cli.koine_process import ROOT, copy, finds_the_lamp, koine, made, serving

PAGE = (ROOT / "docs/running.md").read_text()
(DUMP,) = re.findall(r"```sh\n(pg_dump .*)\n```", PAGE)
(RESTORE,) = re.findall(r"```sh\n(pg_restore .*)\n```", PAGE)


@pytest.fixture
def programs() -> str:
    """A PATH with PostgreSQL's client programs, of the newest installed version."""
    for found in binaries.installed(account.for_server(Path("/"), Path("/nonexistent"))):
        if (found.folder / "pg_dump").exists():
            return f"{found.folder}:{os.environ['PATH']}"
    if shutil.which("pg_dump") is None:
        pytest.skip("needs pg_dump and pg_restore")
    return os.environ["PATH"]


def test_a_dump_that_is_restored_is_the_same_world(tmp_path: Path, programs: str) -> None:
    before, after = copy(made(), tmp_path / "before"), tmp_path / "after"

    def run(command: str, folder: Path) -> None:
        variables = {"PATH": programs, "KOINE_DATA": str(folder)}
        ended = subprocess.run(["sh", "-c", command], cwd=tmp_path, env=variables, capture_output=True, text=True)
        assert (ended.returncode, ended.stderr) == (0, "")

    with serving("demo", data=before):
        run(DUMP, before)
    with serving("serve", data=after):
        run(RESTORE, after)
        assert koine("doctor", "--data", after).returncode == 0
    file = "demo-credentials.json"
    shutil.copy(before / file, after / file)
    with serving("demo", data=after) as demo:
        credentials = json.loads((before / file).read_text())
        assert finds_the_lamp(demo.base_url, credentials)
        assert json.loads((after / file).read_text())["tight"] == credentials["tight"]
