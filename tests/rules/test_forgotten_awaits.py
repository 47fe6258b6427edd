"""A coroutine that nobody awaits is an error: to the type checker, and to the tests."""

from __future__ import annotations

import subprocess
import sys

from tests.rules.source import ROOT

SAY = "import asyncio\n\nasync def say() -> None:\n    await asyncio.sleep(0)\n\n"
TYPES = [sys.executable, "-m", "mypy", "--config-file", str(ROOT / "pyproject.toml")]
TESTS = [sys.executable, "-m", "pytest", "-c", str(ROOT / "pyproject.toml"), "-p", "no:cacheprovider", "-p", "no:xdist"]


def test_the_type_checker_sees_a_forgotten_await(tmp_path):
    code = (
        SAY
        + "async def coroutine() -> None:\n    say()\n\nasync def task() -> None:\n    asyncio.ensure_future(say())\n"
    )
    said = _run(TYPES, code, tmp_path)
    assert "[unused-coroutine]" in said
    assert "[unused-awaitable]" in said


def test_the_tests_see_a_forgotten_await(tmp_path):
    code = SAY + "async def test_right() -> None:\n    await say()\n\nasync def test_wrong() -> None:\n    say()\n"
    assert "1 failed, 1 passed" in _run(TESTS, code, tmp_path)


def _run(tool, code, folder):
    file = folder / "test_sample.py"
    file.write_text(code)
    return subprocess.run([*tool, str(file)], cwd=folder, capture_output=True, check=False, text=True).stdout
