"""Everything that can be set from outside, on one page; nobody else reads the environment."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

DIALECTS = ("native", "tight", "highlevel", "libredesk")

PostgresChoice = Literal["auto", "system", "wheel"]


LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
LARGEST_UPLOAD = 256 * 1024 * 1024  # bytes


@dataclass(frozen=True, slots=True)
class Bucket:
    """A place for files that speaks the S3 protocol; without an endpoint it is AWS itself."""

    name: str
    prefix: str
    endpoint: str | None
    region: str
    access_key_id: str
    secret_access_key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """
    How one Koine runs. `base_url` is how clients reach it; None: it follows from host and port.

    `event_retention_days`: how long the feed goes back.
    `outgoing_allow`: networks that webhooks may reach although they are not public, also by http.
    `limited`: whether requests are limited at all; None: nobody has said. `rates`: how many requests in how many
    seconds, by the name of the dialect; those that are not in it have the limits of their contract.
    `proxies`: networks whose word is believed about where a request comes from.
    `development`: whether pages are served that help those who change Koine.
    `storage`: where files lie; None: in the data folder. `largest_upload`: bytes of one file.
    """

    data: Path
    database_url: str | None
    postgres: PostgresChoice
    host: str = "127.0.0.1"
    port: int = 8420
    base_url: str | None = None
    event_retention_days: int = 30
    outgoing_allow: tuple[IPv4Network | IPv6Network, ...] = ()
    limited: bool | None = None
    rates: Mapping[str, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    proxies: tuple[IPv4Network | IPv6Network, ...] = LOOPBACK
    development: bool = False
    storage: Path | Bucket | None = None
    largest_upload: int = LARGEST_UPLOAD

    @property
    def files(self) -> Path | Bucket:
        """Where files lie."""
        return self.data / "files" if self.storage is None else self.storage

    @property
    def url(self) -> str:
        """The base of all addresses that Koine gives out, without a slash at the end."""
        if self.base_url:
            return self.base_url.rstrip("/")
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"


_RATES = re.compile(
    rf"({'|'.join(DIALECTS)})=([1-9]\d{{0,8}}/[1-9]\d{{0,6}}(?:\+[1-9]\d{{0,8}}/[1-9]\d{{0,6}})*)", re.ASCII
)


def default_data() -> Path:
    """Where a data folder lies when nobody says: a system folder for root, else the user's own."""
    if os.geteuid() == 0:
        return Path("/var/lib/koine")
    home = os.environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share")
    return Path(home) / "koine"


def from_environment() -> Settings:
    """`KOINE_DATA`, `KOINE_DATABASE_URL`, `KOINE_POSTGRES`, `KOINE_BASE_URL`, `KOINE_EVENT_RETENTION_DAYS`,
    `KOINE_OUTGOING_ALLOW`, `KOINE_PROXIES`, `KOINE_RATE_LIMITS`, `KOINE_STORAGE`, `KOINE_S3_…`, `KOINE_MAX_UPLOAD`,
    `KOINE_DEVELOPMENT`.

    Raises ValueError, which says what is wrong.
    """
    choice = os.environ.get("KOINE_POSTGRES", "auto")
    if choice not in ("auto", "system", "wheel"):
        raise ValueError("KOINE_POSTGRES must be auto, system or wheel")
    limits = os.environ.get("KOINE_RATE_LIMITS", "").strip()
    return Settings(
        data=Path(os.environ.get("KOINE_DATA") or default_data()),
        database_url=os.environ.get("KOINE_DATABASE_URL") or None,
        postgres=choice,  # type: ignore[arg-type]
        base_url=os.environ.get("KOINE_BASE_URL") or None,
        event_retention_days=_days("KOINE_EVENT_RETENTION_DAYS", 30),
        outgoing_allow=_networks("KOINE_OUTGOING_ALLOW"),
        proxies=_networks("KOINE_PROXIES") if os.environ.get("KOINE_PROXIES") else LOOPBACK,
        development=os.environ.get("KOINE_DEVELOPMENT", "") == "1",
        limited=None if not limits else limits != "off",
        rates=_rates(limits),
        storage=_storage(),
        largest_upload=_bytes("KOINE_MAX_UPLOAD", LARGEST_UPLOAD),
    )


def _days(name: str, usual: int) -> int:
    given = os.environ.get(name) or str(usual)
    if not given.isdecimal() or not 1 <= int(given) <= 3650:
        raise ValueError(f"{name} must be a number of days from 1 to 3650")
    return int(given)


def _networks(name: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """`10.0.0.0/8, ::1` -> the networks; blanks and empty places are passed over."""
    found = []
    for each in filter(None, (each.strip() for each in os.environ.get(name, "").split(","))):
        try:
            found.append(ip_network(each))
        except ValueError as wrong:
            raise ValueError(f"{name} is networks such as 10.0.0.0/8, ::1; not so: {wrong}") from None
    return tuple(found)


def _rates(text: str) -> Mapping[str, tuple[tuple[int, int], ...]]:
    """`tight=1000/300, highlevel=100/10+200000/86400` -> requests and seconds of each."""
    if text in ("on", "off"):
        return {}
    found = {}
    for each in filter(None, (each.strip() for each in text.split(","))):
        rate = _RATES.fullmatch(each)
        if rate is None:
            raise ValueError(f"KOINE_RATE_LIMITS is on, off, or rates such as tight=1000/300; not so: {each}")
        pairs = (pair.split("/") for pair in rate[2].split("+"))
        found[rate[1]] = tuple((int(requests), int(seconds)) for requests, seconds in pairs)
    return found


_UNITS = {"": 1, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3}
_BYTES = re.compile(r"([0-9]{1,12}) ?(KiB|MiB|GiB|)")


def _bytes(name: str, usual: int) -> int:
    matched = _BYTES.fullmatch(os.environ.get(name) or str(usual))
    count = int(matched[1]) * _UNITS[matched[2]] if matched else 0
    if not 1 <= count <= 1024**4:
        raise ValueError(f"{name} must be a number of bytes such as 268435456 or 256MiB, at most 1024GiB")
    return count


_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PREFIX = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")


def _storage() -> Path | Bucket | None:
    where = os.environ.get("KOINE_STORAGE", "")
    if not where or where.startswith("/"):
        return Path(where) if where else None
    name, _, prefix = where.removeprefix("s3://").rstrip("/").partition("/")
    if not where.startswith("s3://") or not _BUCKET.fullmatch(name) or (prefix and not _PREFIX.fullmatch(prefix)):
        raise ValueError("KOINE_STORAGE must be s3://bucket, s3://bucket/prefix, or the full path of a folder")
    return Bucket(
        name,
        prefix,
        _endpoint(),
        os.environ.get("KOINE_S3_REGION") or "us-east-1",
        _needed("KOINE_S3_ACCESS_KEY_ID"),
        _secret("KOINE_S3_SECRET_ACCESS_KEY"),
    )


def _endpoint() -> str | None:
    given = os.environ.get("KOINE_S3_ENDPOINT", "").rstrip("/")
    parts = urlsplit(given)
    if given and (parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query):
        raise ValueError("KOINE_S3_ENDPOINT must be an address such as https://s3.example.com or http://127.0.0.1:9000")
    return given or None


def _secret(name: str) -> str:
    """The variable, or what stands in the file that the variable with `_FILE` at its end names."""
    file = os.environ.get(f"{name}_FILE")
    if not file:
        return _needed(name)
    try:
        secret = Path(file).read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{name}_FILE: {file} cannot be read ({type(error).__name__})") from None
    if not secret:
        raise ValueError(f"{name}_FILE: {file} is empty")
    return secret


def _needed(name: str) -> str:
    given = os.environ.get(name)
    if not given:
        raise ValueError(f"KOINE_STORAGE names a bucket, and {name} is not set")
    return given
