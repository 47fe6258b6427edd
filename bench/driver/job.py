"""What the driver is to do, and what came out of it."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from bench.processes import Watched

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, kw_only=True)
class Job:
    """Requests as bytes, sent over and over, or each only `once`.

    Without `rate` each connection sends its next request when its answer is there. With one, requests fall due at
    that rate whether answers come or not, and the time of an answer counts from when its request fell due.
    """

    base_url: str
    requests: Sequence[bytes]
    watched: Watched
    connections: int = 16
    warm_up: float = 1.0  # seconds that are not counted
    seconds: float = 5.0
    once: bool = False
    rate: float | None = None  # requests a second
    expected: Sequence[int] = (200, 201)

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        parts = urlsplit(self.base_url)
        return parts.hostname or "127.0.0.1", parts.port or 80


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Requests answered in `seconds`; times in milliseconds, CPU in microseconds for each of them."""

    requests: int
    seconds: float
    p50: float
    p99: float
    slowest: float
    python: float
    postgres: float
    driver: float
    wrong: dict[str, int] = field(default_factory=dict)
    sample: str = ""  # of a wrong answer
    kind: str = "closed loop"

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds if self.seconds else 0.0

    @property
    def cpu(self) -> float:
        """Microseconds of server and PostgreSQL for each request."""
        return self.python + self.postgres


def run(job: Job) -> Outcome:
    """Do a job in a process of its own. Raises RuntimeError when any answer was not as expected."""
    with tempfile.NamedTemporaryFile(suffix=".job") as file:
        pickle.dump(asdict(job), file)
        file.flush()
        command = [sys.executable, "-m", "bench.driver", file.name]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"the driver failed:\n{done.stderr}")
    outcome = Outcome(**json.loads(done.stdout))
    if outcome.wrong:
        raise RuntimeError(f"unexpected answers {outcome.wrong}, such as:\n{outcome.sample}")
    return outcome


def read(path: str) -> Job:
    """The job in a file that `run` has written."""
    said = pickle.loads(Path(path).read_bytes())
    return Job(**{**said, "watched": Watched(**said["watched"])})
