"""The server that is measured: a real Koine in processes of its own, with its own data and its own PostgreSQL."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.processes import Watched
from koine.postgres import embedded, migrate

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 60.0  # seconds until a start counts as failed


@dataclass(kw_only=True)
class Stack:
    """One Koine: `base_url` answers, `address` is its PostgreSQL, `watched` are its processes."""

    folder: Path
    postgres: str = "auto"
    workers: int = 1
    program: Sequence[str] = (sys.executable, "-P", "-m", "koine")
    options: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    base_url: str = field(default="", init=False)
    seconds_to_answer: float = field(default=0.0, init=False)

    def start(self) -> None:
        """Start the server; returns at its first answer. Raises RuntimeError when there is none."""
        port = _free_port()
        self.base_url = f"http://127.0.0.1:{port}"
        log = (self.folder.parent / f"{self.folder.name}.log").open("ab")
        began = time.monotonic()
        self.process = subprocess.Popen(
            self._command(port), cwd=ROOT, stdout=log, stderr=log, env=self._environment(), start_new_session=True
        )
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() - began > PATIENCE:
                self.stop()
                raise RuntimeError(f"the server did not start; it said so in {log.name}")
            time.sleep(0.005)
        self.seconds_to_answer = time.monotonic() - began

    def stop(self) -> None:
        """End the server and its PostgreSQL; the data stays."""
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process = None

    def again(self, *options: str, **environment: str) -> None:
        """Stop, and start anew on the same data, otherwise than before."""
        self.stop()
        self.options, self.environment = options, environment
        self.start()

    @property
    def address(self) -> embedded.Address:
        """Where its PostgreSQL is reached."""
        address = embedded.reach(self.folder)
        assert address is not None, "the server runs, so its PostgreSQL does"
        return address

    @property
    def watched(self) -> Watched:
        """Its processes."""
        assert self.process is not None, "the server has been started"
        return Watched(self.process.pid, self.address.pid)

    def _command(self, port: int) -> list[str]:
        where = ["--data", str(self.folder), "--host", "127.0.0.1", "--port", str(port), "--postgres", self.postgres]
        return [*self.program, "serve", *where, "--workers", str(self.workers), *self.options]

    def _environment(self) -> dict[str, str]:
        """Ours, without what would lead the server to other data, and with what it is to have."""
        ours = {name: value for name, value in os.environ.items() if not name.startswith("KOINE_")}
        return {**ours, "KOINE_RATE_LIMITS": "off", **self.environment}

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.base_url}/health", timeout=1) as answer:
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError):
            return False


def prepare(stack: Stack) -> embedded.Running:
    """The stack's PostgreSQL alone, migrated: for filling it before anything is served."""
    running = embedded.start(stack.folder, stack.postgres)  # type: ignore[arg-type]
    asyncio.run(migrate.migrate(running.address.dsn("koine_owner")))
    return running


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port
