"""Schemathesis, as a command of its own: what it found is printed, and fails the test."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]

# For each operation; who says how many also has the edges of every schema tried, which takes most of a minute.
EXAMPLES = os.environ.get("FUZZ_EXAMPLES")


async def ask(settings: Path, *command: str, told: Mapping[str, str], examples: int) -> None:
    """Run it with its settings and options; `told` is what its hooks find in their environment."""
    counted = ("--max-examples", EXAMPLES or str(examples))
    asking = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(settings), "run", *command, *counted),
        cwd=ROOT,
        env={**os.environ, **told, "PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        said, _ = await asking.communicate()
    finally:
        if asking.returncode is None:  # nobody waits for it any more
            asking.kill()
            await asking.wait()
    assert asking.returncode == 0, said.decode()
    print(said.decode())
