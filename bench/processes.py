"""What processes cost, from the kernel's own books: CPU seconds and memory."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Cpu:
    """Seconds of CPU since the processes started, user and system time together."""

    python: float
    postgres: float

    def __sub__(self, earlier: Cpu) -> Cpu:
        return Cpu(self.python - earlier.python, self.postgres - earlier.postgres)

    @property
    def total(self) -> float:
        return self.python + self.postgres


@dataclass(frozen=True, slots=True)
class Watched:
    """The processes of one server: `server` is the process that was started, `postmaster` the PostgreSQL below it.

    Both may be None: a server somewhere else costs what nobody here can see.
    """

    server: int | None
    postmaster: int | None

    def cpu(self) -> Cpu:
        """What all of them have used; of PostgreSQL's also those that have ended meanwhile."""
        python, postgres = self.processes()
        ended = _used(self.postmaster, ended=True) if self.postmaster else 0.0
        return Cpu(sum(map(_used, python)), sum(map(_used, postgres)) + ended)

    def processes(self) -> tuple[list[int], list[int]]:
        """The server with its web processes, and PostgreSQL: the postmaster with its backends and helpers."""
        children = _children()
        postgres = _tree(children, self.postmaster) if self.postmaster else []
        python = _tree(children, self.server) if self.server else []
        return [pid for pid in python if pid not in set(postgres)], postgres

    def memory(self) -> tuple[int, int]:
        """Proportional set size in bytes of the Python processes and of PostgreSQL's.

        What several share counts once, divided among them.
        """
        python, postgres = self.processes()
        return sum(map(_pss, python)), sum(map(_pss, postgres))


def own_cpu() -> float:
    """Seconds of CPU that this process has used."""
    used = os.times()
    return used.user + used.system


def _children() -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit() and (stat := _stat(int(entry))) is not None:
            found.setdefault(int(stat[1]), []).append(int(entry))
    return found


def _tree(children: dict[int, list[int]], root: int) -> list[int]:
    found = [root]
    for pid in found:
        found += children.get(pid, [])
    return found


def _pss(pid: int) -> int:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def _used(pid: int, *, ended: bool = False) -> float:
    """CPU of one process, or that of the children that it has waited for."""
    stat = _stat(pid)
    if stat is None:
        return 0.0
    # Fields 14 to 17 of proc(5), counted from the state, which is the third: utime, stime, cutime, cstime.
    return sum(map(int, stat[13:15] if ended else stat[11:13])) / _TICK


def _stat(pid: int) -> list[str] | None:
    """The fields of /proc/<pid>/stat behind the name, which may hold anything."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
