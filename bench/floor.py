"""What PostgreSQL alone can do: pgbench runs the product's very statement on the same server, without any HTTP."""

from __future__ import annotations

import glob
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from bench import recording
from bench.processes import Watched
from bench.recording import Statement
from koine.postgres import binaries
from koine.postgres.address import Address

# As koine.postgres.database sets them for every connection of the product.
_SESSION = "-c plan_cache_mode=force_generic_plan -c jit=off -c timezone=UTC"

# A number that no other run and no other client has, and room for 256 ids above it. `k` starts with the time.
_NEW_NUMBER = "\\set k :k + 1\n\\set n :k * 16384 + :client_id * 256\n"


@dataclass(frozen=True)
class Floor:
    """Statements a second, and PostgreSQL's CPU in microseconds for each."""

    rate: float
    postgres: float
    connections: int


@dataclass(frozen=True)
class Bare:
    """A statement to be run as it is, seeing some workspaces.

    `instead` says for a parameter what to put in its place, such as an id that differs from run to run; `sets` are the
    lines of pgbench's own language that this needs.
    """

    statement: Statement
    workspaces: Sequence[int]
    instead: Mapping[int, str]
    sets: str = ""


def program() -> Path | None:
    """pgbench: of the PATH, of an installed PostgreSQL, or of the package that brings one; None where there is none."""
    package = binaries.package_folder()
    found = [shutil.which("pgbench"), *sorted(glob.glob("/usr/lib/postgresql/*/bin/pgbench"), reverse=True)]
    found += [str(package / "pginstall/bin/pgbench")] if package else []
    return next((Path(name) for name in found if name and os.access(name, os.X_OK)), None)


def measure(pgbench: Path, address: Address, watched: Watched, bare: Bare, *, connections: int, seconds: int) -> Floor:
    """Run a statement over and over. Raises RuntimeError when it fails."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "statement.sql"
        variables = _write(script, bare)
        _run(pgbench, address, bare, script, variables, connections, 1)
        before = watched.cpu()
        said = _run(pgbench, address, bare, script, variables, connections, seconds)
        used = watched.cpu() - before
    count = int(_number(said, r"actually processed: (\d+)"))
    return Floor(_number(said, r"tps = ([\d.]+)"), round(used.postgres / count * 1e6, 1), connections)


def _write(script: Path, bare: Bare) -> list[str]:
    """The statement with variables in the place of its parameters; the options that give each its value.

    pgbench sends a variable as a parameter of a prepared statement. Uuids are made anew for each run, in rising order
    as the product makes them.
    """
    named = {}
    for number, value in enumerate(bare.statement.values, 1):
        if number in bare.instead:
            named[number] = bare.instead[number]
        elif isinstance(value, list) and isinstance(value[0], UUID):
            named[number] = _new_uuids(len(value))
        elif recording.text(value) is None:
            named[number] = "null"
        else:
            named[number] = f":p{number}"
    sql = re.sub(r"\$(\d+)", lambda match: named[int(match[1])], bare.statement.sql)
    script.write_text(f"{_NEW_NUMBER}{bare.sets}{sql.strip()};\n")
    variables = []
    for number, value in enumerate(bare.statement.values, 1):
        if named[number] == f":p{number}":
            variables.append(f"p{number}={recording.text(value)}")
    return [option for variable in variables for option in ("-D", variable)]


def _new_uuids(count: int) -> str:
    if count == 1:
        return "array[lpad(to_hex(:n::bigint), 32, '0')::uuid]"
    numbers = f"generate_series(0, {count - 1}) i"
    return f"(select array_agg(lpad(to_hex(:n::bigint + i), 32, '0')::uuid) from {numbers})"


def _run(
    pgbench: Path, address: Address, bare: Bare, script: Path, variables: list[str], connections: int, seconds: int
) -> str:
    seen = "{" + ",".join(map(str, bare.workspaces)) + "}"
    began = f"k={int(time.time() * 10_000)}"
    command = [str(pgbench), "-n", "-M", "prepared", "-f", str(script), "-D", began, *variables]
    how = ["-c", str(connections), "-j", "1", "-T", str(seconds)]
    where = ["-h", address.host, "-p", str(address.port), "-U", "koine_app", address.database]
    environment = {**os.environ, "PGOPTIONS": f"{_SESSION} -c koine.workspaces={seen}"}
    done = subprocess.run([*command, *how, *where], capture_output=True, text=True, env=environment, check=False)
    if done.returncode != 0 or re.search(r"aborted|number of failed transactions: [1-9]", done.stderr + done.stdout):
        raise RuntimeError(f"pgbench failed:\n{done.stderr[-3000:]}")
    return done.stdout


def _number(said: str, pattern: str) -> float:
    found = re.search(pattern, said)
    if found is None:
        raise RuntimeError(f"pgbench said something else than expected:\n{said}")
    return float(found[1])
