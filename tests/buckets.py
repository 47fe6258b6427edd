"""A real server of the S3 protocol, in a process of its own."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from koine.settings import Bucket

PATIENCE = 60.0  # seconds


@contextmanager
def serving() -> Iterator[str]:
    """Its address, for as long as it is needed."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def made(endpoint: str) -> Bucket:
    """A new bucket, of which a part is ours."""
    name = f"koine-{uuid.uuid4().hex[:12]}"
    end = time.monotonic() + PATIENCE
    while True:
        try:
            asked(endpoint, "PUT", f"/{name}")
            return Bucket(name, "some/files", endpoint, "us-east-1", "key-id", "secret-key")
        except urllib.error.URLError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


def asked(endpoint: str, method: str, path: str) -> bytes:
    """Ask the server something by hand; it believes whoever says that they signed."""
    signed = "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=x"
    request = urllib.request.Request(f"{endpoint}{path}", method=method, headers={"Authorization": signed})
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        content: bytes = answer.read()
        return content


def unfinished(bucket: Bucket) -> bool:
    """Whether uploads to it were begun and neither finished nor given up."""
    return b"<Upload>" in asked(bucket.endpoint or "", "GET", f"/{bucket.name}?uploads")
