"""The configuration files of the embedded server, as texts."""

from __future__ import annotations

import os

OWNER = "koine_owner"
APP = "koine_app"
ADMIN = "koine_admin"
DATABASE = "koine"

MEGABYTE = 1 << 20

MAIN = """\
# Koine writes koine.conf anew at each start. What you set below the next line is yours: it wins and stays.
include 'koine.conf'
"""

ACCESS = f"""\
# Written by Koine at each start. No network, no passwords: the kernel says who is at the other end of the socket.
local all {ADMIN},{OWNER},{APP} peer map=koine
"""


def identities(names: set[str]) -> str:
    """pg_ident.conf: these users of the operating system may be each of our roles; nobody else may be any."""
    lines = [f'koine "{name}" {role}' for name in sorted(names) for role in (ADMIN, OWNER, APP)]
    return "\n".join(["# Written by Koine at each start.", *lines, ""])


def settings(major: int) -> str:
    """koine.conf: durable, local, quiet and small."""
    lines = [f"{name} = {value}" for name, value in (_SETTINGS | _by_memory() | _by_version(major)).items()]
    return "\n".join(["# Written by Koine at each start; your own settings belong into postgresql.conf.", *lines, ""])


_SETTINGS = {
    # reached through one socket in a private folder, nothing else
    "listen_addresses": "''",
    "unix_socket_permissions": "0700",
    "ssl": "off",
    "max_connections": "120",
    # what was acknowledged is on disk
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "1GB",
    "min_wal_size": "80MB",
    "wal_buffers": "4MB",
    "checkpoint_timeout": "15min",
    # few processes, little memory
    "huge_pages": "off",
    "jit": "off",
    "work_mem": "8MB",
    "max_worker_processes": "3",
    "max_parallel_workers": "2",
    "max_parallel_workers_per_gather": "1",
    "max_parallel_maintenance_workers": "1",
    "max_logical_replication_workers": "0",
    "autovacuum_max_workers": "2",
    "autovacuum_naptime": "15s",  # plans made for empty tables are kept until the first analysis
    "random_page_cost": "1.1",
    # Segments in the data folder go with it. Those in /dev/shm would stay behind after a kill, and a login manager
    # may remove them while the server runs.
    "dynamic_shared_memory_type": "mmap",
    # No text of a message in the log: no statements, no details, no errors of clients (LOG ranks above ERROR here).
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
    "log_startup_progress_interval": "2s",
    "log_line_prefix": "'%m [%p] '",
    "log_timezone": "'UTC'",
    "logging_collector": "off",
    # the same everywhere
    "timezone": "'UTC'",
    "datestyle": "'iso, ymd'",
    "lc_messages": "'C'",
    "default_text_search_config": "'pg_catalog.simple'",
}


def _by_memory() -> dict[str, str]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // MEGABYTE
    return {
        "shared_buffers": f"{min(128, max(16, memory // 16))}MB",
        "maintenance_work_mem": f"{min(128, max(16, memory // 16))}MB",
        "effective_cache_size": f"{max(128, memory // 2)}MB",
    }


def _by_version(major: int) -> dict[str, str]:
    return {"io_method": "sync"} if major >= 18 else {}
