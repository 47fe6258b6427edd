"""The README's commands do what it says: each is run as it stands there, against a demo of the test's own."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BASE = "http://127.0.0.1:8420"


def blocks() -> list[str]:
    """The shell blocks of the README, in order."""
    return re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)


@pytest.fixture(scope="module")
def beside_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the credentials of a running demo in it."""
    folder = tmp_path_factory.mktemp("readme")
    demo = subprocess.Popen(
        [ROOT / "bin/koine", "demo", "--port", "0", "--data", folder / "data", "--credentials", folder / "demo.json"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert demo.stdout is not None
    lines = []
    try:
        for line in demo.stdout:
            lines.append(line)
            if line.strip() == "ready":
                break
        else:
            pytest.fail(f"the demo did not get ready: {''.join(lines)}")
        yield folder
    finally:
        demo.send_signal(signal.SIGTERM)
        demo.wait(10)
        demo.stdout.close()


@pytest.mark.skipif(shutil.which("curl") is None, reason="the README talks through curl, which is not installed")
def test_every_request_of_the_readme_succeeds(beside_demo: Path) -> None:
    base_url = json.loads((beside_demo / "demo.json").read_text())["base_url"]
    helper = next(block for block in blocks() if block.startswith("demo()"))
    requests = [block for block in blocks() if "curl" in block]
    assert len(requests) == 4
    for request in requests:
        script = helper + request.replace(BASE, base_url)
        run = subprocess.run(["bash", "-eu", "-c", script], cwd=beside_demo, capture_output=True, text=True, timeout=60)
        assert run.returncode == 0, run.stderr
        answer = json.loads(run.stdout)
        assert (
            answer.get("result") == "SUCCESS"
            or answer.get("success") is True
            or answer.get("status") == "success"
            or answer.get("events")
        )


def test_the_readme_starts_with_the_two_commands() -> None:
    assert "bin/koine demo\n" in blocks()
    assert "bin/test\n" in blocks()
