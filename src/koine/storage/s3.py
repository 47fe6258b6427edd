"""Blobs in a bucket of whatever speaks the S3 protocol."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from koine.settings import Bucket

if TYPE_CHECKING:
    from obstore.store import S3Store

SMALLEST_PART = 5 * 1024 * 1024  # bytes of a part of an upload, as the protocol has it
_PATIENCE = "60s"  # for one request
_CONNECTING = "10s"


def says(bucket: Bucket) -> str:
    """Where that is, without what lets one in."""
    return f"s3://{'/'.join(filter(None, (bucket.name, bucket.prefix)))} at {bucket.endpoint or 'AWS ' + bucket.region}"


def opened(bucket: Bucket) -> S3Store:
    """The bucket. Nothing is asked of it yet.

    The credentials are handed over by a function: otherwise obstore would look for some in the environment, and at last
    ask the machine's metadata service.
    """
    from obstore.store import S3Store

    def credentials() -> dict[str, str | None]:
        return {
            "access_key_id": bucket.access_key_id,
            "secret_access_key": bucket.secret_access_key,
            "token": None,
            "expires_at": None,
        }

    place = {"endpoint": bucket.endpoint} if bucket.endpoint else {}
    return S3Store(
        bucket.name,
        prefix=bucket.prefix or None,
        region=bucket.region,
        client_options={
            "allow_http": bool(bucket.endpoint and bucket.endpoint.startswith("http:")),
            "timeout": _PATIENCE,
            "connect_timeout": _CONNECTING,
        },
        retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=30)},
        credential_provider=credentials,  # type: ignore[arg-type]
        **place,  # type: ignore[arg-type]
    )
