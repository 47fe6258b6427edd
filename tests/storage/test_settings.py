"""Where files lie, as the environment says it; what is wrong with that is said at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from koine import settings
from koine.settings import Bucket

BUCKET = {
    "KOINE_STORAGE": "s3://koine/some/files",
    "KOINE_S3_ACCESS_KEY_ID": "id",
    "KOINE_S3_SECRET_ACCESS_KEY": "secret",
}


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch):
    def read(**said: str) -> settings.Settings:
        for name, value in said.items():
            monkeypatch.setenv(name, value)
        return settings.from_environment()

    return read


def test_by_default_files_lie_in_the_data_folder(found) -> None:
    read = found(KOINE_DATA="/srv/koine")
    assert read.files == Path("/srv/koine/files")
    assert read.largest_upload == 256 * 1024 * 1024


def test_another_folder(found) -> None:
    assert found(KOINE_STORAGE="/srv/elsewhere").files == Path("/srv/elsewhere")


def test_a_bucket(found) -> None:
    read = found(**BUCKET, KOINE_S3_ENDPOINT="http://127.0.0.1:9000/", KOINE_S3_REGION="eu-1")
    assert read.files == Bucket("koine", "some/files", "http://127.0.0.1:9000", "eu-1", "id", "secret")
    assert "secret" not in repr(read).replace("secret_access_key", "")


def test_a_bucket_of_aws(found) -> None:
    assert found(**BUCKET | {"KOINE_STORAGE": "s3://koine"}).files == Bucket(
        "koine", "", None, "us-east-1", "id", "secret"
    )


def test_the_secret_may_stand_in_a_file(found, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("hidden\n")
    read = found(**BUCKET | {"KOINE_S3_SECRET_ACCESS_KEY": ""}, KOINE_S3_SECRET_ACCESS_KEY_FILE=str(file))
    assert isinstance(read.files, Bucket)
    assert read.files.secret_access_key == "hidden"


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({"KOINE_STORAGE": "files"}, "KOINE_STORAGE must be"),
        ({"KOINE_STORAGE": "s3://"}, "KOINE_STORAGE must be"),
        ({"KOINE_STORAGE": "s3://Koine_1"}, "KOINE_STORAGE must be"),
        ({"KOINE_STORAGE": "s3://koine/a/../b"}, "KOINE_STORAGE must be"),
        ({"KOINE_STORAGE": "gs://koine"}, "KOINE_STORAGE must be"),
        (BUCKET | {"KOINE_S3_ACCESS_KEY_ID": ""}, "KOINE_S3_ACCESS_KEY_ID is not set"),
        (BUCKET | {"KOINE_S3_SECRET_ACCESS_KEY": ""}, "KOINE_S3_SECRET_ACCESS_KEY is not set"),
        (BUCKET | {"KOINE_S3_SECRET_ACCESS_KEY_FILE": "/nowhere/secret"}, "/nowhere/secret cannot be read"),
        (BUCKET | {"KOINE_S3_ENDPOINT": "127.0.0.1:9000"}, "KOINE_S3_ENDPOINT must be"),
        (BUCKET | {"KOINE_S3_ENDPOINT": "https://me:pass@s3.example.com"}, "KOINE_S3_ENDPOINT must be"),
        ({"KOINE_MAX_UPLOAD": "lots"}, "KOINE_MAX_UPLOAD must be"),
        ({"KOINE_MAX_UPLOAD": "0"}, "KOINE_MAX_UPLOAD must be"),
        ({"KOINE_MAX_UPLOAD": "9999999GiB"}, "KOINE_MAX_UPLOAD must be"),
    ],
)
def test_what_is_wrong_is_said(found, said: dict[str, str], wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        found(**said)


@pytest.mark.parametrize(("text", "count"), [("1", 1), ("10MiB", 10 * 1024**2), ("2 GiB", 2 * 1024**3)])
def test_the_largest_upload(found, text: str, count: int) -> None:
    assert found(KOINE_MAX_UPLOAD=text).largest_upload == count
