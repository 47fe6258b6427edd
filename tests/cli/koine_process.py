"""Koine as others start it: a process of its own, on a data folder and a port of its own."""

from __future__ import annotations

import atexit
import base64
import functools
import json
import os
import re
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from koine.postgres import process

ROOT = Path(__file__).parents[2]
PATIENCE = 120.0  # seconds; a machine may be slow, a test that hangs may not stay
COMMAND = [sys.executable, "-P", "-m", "koine"]


def environment(**more: str) -> dict[str, str]:
    """As a user has it, without settings of whoever runs the tests; without limits, because tests ask much at once."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KOINE_")}
    return kept | {"PYTHONPATH": str(ROOT / "src"), "KOINE_RATE_LIMITS": "off"} | more


def koine(*words: str | Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [*COMMAND, *map(str, words)], capture_output=True, text=True, timeout=PATIENCE, env=environment(**more)
    )


def asked(*words: str | Path, **more: str) -> Any:
    """The JSON that a command prints."""
    ended = koine(*words, **more)
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


@dataclass
class Serving:
    """A Koine that serves, or is about to. `said` is what it has printed so far."""

    process: subprocess.Popen[str]
    folder: Path
    said: list[str] = field(default_factory=list)

    @property
    def base_url(self) -> str:
        found = re.search(r"https?://\S+", "\n".join(self.said))
        assert found, self.said
        return found[0]

    @property
    def workers(self) -> list[int]:
        """The processes of its database, and those that serve, except itself."""
        return sorted({*self.database, *children(self.process.pid)})

    @property
    def database(self) -> list[int]:
        return process.working_on(self.folder / "cluster")

    def wait_for(self, line: str) -> None:
        """Read until it has printed this line."""
        while line not in self.said:
            self.said.append(self._next_line())

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def errors(self) -> str:
        """What it has said on standard error by its end."""
        assert self.process.stderr is not None
        return self.process.stderr.read()

    def _next_line(self) -> str:
        assert self.process.stdout is not None
        with selectors.DefaultSelector() as waiting:
            waiting.register(self.process.stdout, selectors.EVENT_READ)
            assert waiting.select(PATIENCE), f"it says nothing; so far: {self.said}"
        line = self.process.stdout.readline()
        assert line, f"it has ended; it said: {self.said}, and: {self.errors()}"
        return line.rstrip("\n")


@contextmanager
def inherited(ignored: bool) -> Iterator[None]:
    """What is started here hears its signals, also when the tests run in the background; or ignores them, as nohup."""
    wanted = signal.SIG_IGN if ignored else signal.SIG_DFL
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGHUP)}
    for number, handler in before.items():
        if ignored or handler == signal.SIG_IGN:
            signal.signal(number, wanted)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def serving(
    *words: str | Path, data: Path, ready: bool = True, ignoring: bool = False, **more: str
) -> Iterator[Serving]:
    """`koine demo`, or whatever the words say, on a free port; killed at the end if it still runs."""
    command = [*COMMAND, *map(str, words), "--data", str(data), "--port", "0"]
    with (
        inherited(ignoring),
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1, env=environment(**more)
        ) as child,
    ):
        started = Serving(child, data)
        try:
            if ready:
                started.wait_for("ready")
            yield started
        finally:
            if child.poll() is None:
                child.terminate()
            try:
                child.wait(PATIENCE)
            finally:
                child.kill()


@functools.cache
def made() -> Path:
    """A data folder with the demo's small world in it, which nobody uses; for copying."""
    folder = Path(tempfile.mkdtemp(prefix="test-of-koine-")) / "made"
    atexit.register(shutil.rmtree, folder.parent, ignore_errors=True)
    with serving("demo", "--small", data=folder) as demo:
        assert demo.end() == 0
    return folder


def copy(folder: Path, to: Path) -> Path:
    """A copy with the same owners: under root the database belongs to somebody else."""
    subprocess.run(["cp", "-a", str(folder), str(to)], check=True)
    return to


def children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def lives(pid: int) -> bool:
    """Whether a process runs; one that has ended and waits for its parent to notice does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def becomes(condition: Callable[[], bool]) -> bool:
    """Whether it becomes true, within what even a slow machine needs."""
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def answers(base_url: str) -> bool:
    """Whether the server answers a request."""
    try:
        with urllib.request.urlopen(f"{base_url}/health", timeout=PATIENCE) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError):
        return False


def finds_the_lamp(base_url: str, credentials: dict[str, Any]) -> bool:
    """Whether the server answers from its database: through Tight, Ada finds what the world has begun with."""
    try:
        token = tight_token(base_url, credentials)
        return bool(post(f"{base_url}/v6/conversations/query", {}, token)["data"])
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def tight_token(base_url: str, credentials: dict[str, Any]) -> str:
    client = credentials["tight"]
    basic = base64.b64encode(f"{client['client_id']}:{client['client_secret']}".encode()).decode()
    request = urllib.request.Request(
        f"{base_url}/v6/auth/token",
        f"userId={client['users'][0]['user_id']}".encode(),
        {"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"},
    )
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        found: str = json.load(answer)["access_token"]
        return found


def post(url: str, body: object, token: str, **headers: str) -> Any:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"} | headers
    with urllib.request.urlopen(
        urllib.request.Request(url, json.dumps(body).encode(), headers), timeout=PATIENCE
    ) as got:
        return json.load(got)


def create_in_highlevel(base_url: str, place: dict[str, Any], contact_id: str) -> Any:
    body = {"locationId": place["location_id"], "contactId": contact_id}
    return post(f"{base_url}/conversations/", body, place["token"], Version="2021-07-28")
