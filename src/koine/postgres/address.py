"""Where the server of a data folder is reached."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

from koine.postgres import cluster, configuration, process, record
from koine.postgres.binaries import Source


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where a running server is reached: `host` is the folder of its socket, `pid` the server's process."""

    host: str
    port: int
    database: str = configuration.DATABASE
    source: Source
    version: str
    pid: int

    def dsn(self, role: str) -> str:
        """The address as a connection string for one of the cluster's roles."""
        where = urlencode({"host": self.host, "port": self.port}, quote_via=quote)
        return f"postgresql://{role}@/{self.database}?{where}"


def reach(folder: Path) -> Address | None:
    """The server that runs for this data folder now, for commands beside the process that owns it; else None."""
    folder = Path(os.path.abspath(folder))
    found = record.read(folder)
    if found is None or found.pid is None or found.source is None:
        return None
    try:
        # The record of a server that was killed stays behind, and its number may be somebody else's by now.
        if not process.works_on(found.pid, folder / cluster.NAME):
            return None
    except OSError:
        return None
    return Address(host=found.sockets, port=found.port, source=found.source, version=found.version or "", pid=found.pid)
