"""How many connections the processes may open: all of them together, and never more than the server takes."""

from __future__ import annotations

import re

import pytest

from koine.cli.options import MOST_WORKERS
from koine.postgres import configuration
from koine.serving import databases
from koine.work import running

FOR_SUPERUSERS = 3  # PostgreSQL's own default
OF_TAIL = 3
OF_A_COMMAND = 2


@pytest.mark.parametrize("processes", range(1, MOST_WORKERS + 1))
def test_processes_that_serve_stay_within_their_share(processes: int) -> None:
    pool = databases.connections(processes)
    assert 1 <= pool <= databases.MOST_OF_A_POOL
    together = processes * (pool + databases.BESIDE_THE_POOL) + databases.OF_THE_WORK
    assert together <= databases.CONNECTIONS


def test_there_is_room_for_those_beside_them() -> None:
    beside = running.CONNECTIONS + databases.BESIDE_THE_POOL + databases.OF_THE_WORK
    (most,) = re.findall(r"^max_connections = (\d+)$", configuration.settings(18), re.MULTILINE)
    assert databases.CONNECTIONS + beside + OF_TAIL + OF_A_COMMAND + FOR_SUPERUSERS <= int(most)
