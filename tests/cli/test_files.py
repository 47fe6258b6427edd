"""Files as those meet them who run Koine: memory, settings, and what the doctor does."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import buckets
from tests.cli.koine_process import copy, koine, made, serving, tight_token

MIB = 1024 * 1024
LARGE = 200 * MIB


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copy(made(), tmp_path / "data")


def token(base_url: str, folder: Path) -> str:
    return tight_token(base_url, json.loads((folder / "demo-credentials.json").read_text()))


def peak(pid: int) -> int:
    """The most bytes of memory that a process has had at once."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found
    return int(found[1]) * 1024


def upload(base_url: str, token: str, size: int, block: bytes = b"x" * MIB) -> dict[str, object]:
    """Send a file that is nowhere in this process as a whole."""
    import http.client
    from urllib.parse import urlsplit

    start = (
        b'--b\r\nContent-Disposition: form-data; name="data"\r\n\r\n{"description": "x"}\r\n'
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="large.bin"\r\n\r\n'
    )
    end = b"\r\n--b--\r\n"

    def pieces() -> Iterator[bytes]:
        yield start
        for at in range(0, size, len(block)):
            yield block[: size - at]
        yield end

    line = http.client.HTTPConnection(urlsplit(base_url).netloc, timeout=120)
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": "multipart/form-data; boundary=b",
        "Content-Length": str(len(start) + size + len(end)),
    }
    line.request("POST", "/v6/files/upload", pieces(), headers)
    answer = line.getresponse()
    body = answer.read()
    line.close()
    assert answer.status == 200, body
    data: dict[str, object] = json.loads(body)["data"]
    return data


def test_a_large_upload_takes_little_memory(folder: Path) -> None:
    with serving("demo", data=folder) as demo:
        who = token(demo.base_url, folder)
        upload(demo.base_url, who, MIB)
        before = peak(demo.process.pid)
        upload(demo.base_url, who, LARGE)
        assert peak(demo.process.pid) - before <= 32 * MIB
    assert sorted(file.stat().st_size for file in (folder / "files").glob("*/*")) == [MIB, LARGE]


def test_a_bucket_that_is_named_wrongly_is_told_of_at_the_start(folder: Path) -> None:
    ended = koine("serve", "--data", folder, "--port", "0", KOINE_STORAGE="s3://koine")
    assert ended.returncode == 2
    assert "KOINE_S3_ACCESS_KEY_ID is not set" in ended.stderr


def test_the_doctor_mends_a_folder(folder: Path) -> None:
    with serving("demo", data=folder) as demo:
        who = token(demo.base_url, folder)
        kept, lost = upload(demo.base_url, who, 5), upload(demo.base_url, who, 6)
    files = {file.stat().st_size: file for file in (folder / "files").glob("*/*")}
    files[6].unlink()
    stray, young = folder / "files/ab/abcdef", folder / "files/ab/fedcba"
    stray.parent.mkdir(exist_ok=True)
    stray.write_bytes(b"x")
    young.write_bytes(b"x")
    os.utime(stray, (time.time() - 7200,) * 2)
    assert koine("doctor", "--data", folder).returncode == 0
    assert stray.exists()
    ended = koine("doctor", "--files", "--data", folder)
    assert ended.returncode == 1
    assert "Deleted 1 blobs that belonged to no file." in ended.stdout
    assert f"no link from now on: file {str(lost['id'])[4:]}." in ended.stdout
    assert (stray.exists(), young.exists(), files[5].exists()) == (False, True, True)
    assert koine("doctor", "--files", "--data", folder).returncode == 0
    assert kept["url"]


def test_the_doctor_reaches_a_bucket(folder: Path, s3: str) -> None:
    bucket = buckets.made(s3)
    said = {
        "KOINE_STORAGE": f"s3://{bucket.name}/files",
        "KOINE_S3_ENDPOINT": s3,
        "KOINE_S3_ACCESS_KEY_ID": "id",
        "KOINE_S3_SECRET_ACCESS_KEY": "top-secret",
    }
    with serving("demo", data=folder, **said) as demo:
        upload(demo.base_url, token(demo.base_url, folder), 11 * MIB)
    ended = koine("doctor", "--files", "--data", folder, **said)
    assert ended.returncode == 0
    assert "1 files and 1 blobs were compared" in ended.stdout
    assert "top-secret" not in ended.stdout
    gone = koine("doctor", "--data", folder, **said | {"KOINE_S3_ENDPOINT": "http://127.0.0.1:1"})
    assert gone.returncode == 1
    assert "error    files" in gone.stdout


def test_the_doctor_looks_at_the_keys(folder: Path) -> None:
    keys = folder / "sealing.keys"
    keys.write_text("ab\n")
    keys.chmod(0o600)
    ended = koine("doctor", "--data", folder)
    assert ended.returncode == 1
    assert re.search(r"error +keys", ended.stdout)
    subprocess.run(["chmod", "644", str(keys)], check=True)
    assert "chmod 600" in koine("doctor", "--data", folder).stdout
