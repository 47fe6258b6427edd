"""`koine doctor`: what is used, and what is wrong; with --files it also puts right what it finds of them."""

from __future__ import annotations

import argparse
import asyncio
import platform
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from importlib import metadata
from urllib.parse import urlsplit

import asyncpg

import koine
from koine.cli import asking, doctor_files, failing, options
from koine.core.signing import keys
from koine.core.signing.keys import Published
from koine.dialects.highlevel import signing
from koine.postgres import embedded, soundness
from koine.postgres.database import Database
from koine.postgres.embedded import Finding
from koine.serving import databases
from koine.serving.stopping import Stop
from koine.settings import Settings

OLDEST_PYTHON = (3, 11)
PACKAGES = (
    "argon2-cffi",
    "asyncpg",
    "certifi",
    "cryptography",
    "h11",
    "httptools",
    "idna",
    "multipart",
    "nh3",
    "obstore",
    "orjson",
    "pydantic",
    "starlette",
    "uvicorn",
    "uvloop",
)


def add(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.set_defaults(run=run)
    options.add_data(parser)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument(
        "--files", action="store_true", help="compare all files with their bytes, and put right what does not fit"
    )


def run(asked: argparse.Namespace, settings: Settings, stop: Stop) -> int:
    """Look at everything; a database that does not run is started for it, one that does not exist is not made."""
    findings = [*_python(), *_packages(), *doctor_files.keys(settings)]
    findings += [asyncio.run(doctor_files.reach(settings)), *_database(settings, mend=asked.files)]
    if asked.json:
        asking.print_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            says = finding.says.replace("\n", f"\n{'':22}")
            print(f"{finding.level:8} {finding.what:12} {says}")
    return failing.FAILED if any(finding.level == "error" for finding in findings) else 0


def _python() -> Iterator[Finding]:
    says = f"Koine {koine.__version__} on Python {platform.python_version()}, {sys.executable}"
    yield Finding("ok" if sys.version_info >= OLDEST_PYTHON else "error", "python", says)


def _packages() -> Iterator[Finding]:
    there, missing = [], []
    for name in PACKAGES:
        try:
            there.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            missing.append(name)
    yield Finding("ok", "packages", f"{', '.join(there)}.")
    if missing:
        yield Finding("error", "packages", f"Missing: {', '.join(missing)}. bin/koine installs them.")


def _database(settings: Settings, *, mend: bool) -> Iterator[Finding]:
    if settings.database_url:
        yield Finding("ok", "database", f"KOINE_DATABASE_URL: {_without_secrets(settings.database_url)}")
    else:
        found = embedded.examine(settings.data, settings.postgres)
        yield from found
        made = (settings.data / "cluster").exists()
        if not made or any(finding.level == "error" for finding in found):
            return
    try:
        with databases.borrowed(settings) as reached:
            found = asyncio.run(soundness.examine(reached.owner))
            yield from found
            if mend and not any(finding.level == "error" for finding in found):
                yield from asyncio.run(doctor_files.mend(settings, reached))
            yield from asyncio.run(_signing(reached.app))
    except Exception as error:
        told = failing.told(error)
        if told is None:
            raise
        yield Finding("error", "database", told.sentence)


async def _signing(dsn: str) -> list[Finding]:
    """By which keys receivers of HighLevel's deliveries know that they are ours: the one that signs, and the next."""
    database = await Database.open(dsn, size=1)
    try:
        async with database.reading(()) as tx:
            known = await keys.published(tx, signing.NAME)
    except (asyncpg.UndefinedTableError, asyncpg.UndefinedColumnError):  # an older schema, which was told of already
        return []
    finally:
        await database.close()
    return [Finding("ok", "signing", f"{_says(key)}\n{signing.public_pem(key.public).strip()}") for key in known]


def _says(key: Published) -> str:
    if key.since is not None and key.since > datetime.now(UTC):
        return f"From {key.since:%Y-%m-%d %H:%M} UTC on HighLevel's deliveries are signed by another key:"
    until = "" if key.until is None else f" until {key.until:%Y-%m-%d %H:%M} UTC"
    return f"HighLevel's deliveries are signed; receivers check them{until} by"


def _without_secrets(url: str) -> str:
    """Where a database is, without what lets one in."""
    parts = urlsplit(url)
    return f"{parts.netloc.rpartition('@')[2] or 'a local socket'}{parts.path}"
