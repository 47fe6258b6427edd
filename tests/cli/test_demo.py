"""`koine demo` serves a world that one can talk to at once, and that is the same one the next time."""

from __future__ import annotations

import json
import shutil
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.koine_process import (
    PATIENCE,
    Serving,
    answers,
    asked,
    copy,
    create_in_highlevel,
    finds_the_lamp,
    made,
    post,
    serving,
    tight_token,
)

needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="the demo's lines need curl")


@pytest.fixture(scope="module")
def credentials_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("credentials") / "demo.json"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, credentials_file: Path) -> Iterator[Serving]:
    folder = tmp_path_factory.mktemp("demo") / "data"
    with serving("demo", "--credentials", credentials_file, data=folder) as running:
        yield running


def lines(demo: Serving) -> list[str]:
    return [line for line in demo.said if line.startswith("curl ")]


def test_it_says_where_it_is_and_that_it_is_ready(demo: Serving) -> None:
    assert demo.base_url.startswith("http://127.0.0.1:")
    assert demo.said[-1] == "ready"
    assert answers(demo.base_url)


@needs_curl
@pytest.mark.parametrize("which", range(4), ids=["tight", "highlevel", "libredesk", "native"])
@pytest.mark.parametrize("shell", ["bash", "sh"])
def test_each_line_works_as_often_as_one_likes(demo: Serving, which: int, shell: str) -> None:
    assert len(lines(demo)) == 4
    for _ in range(2):
        ended = subprocess.run(
            [shell, "-c", lines(demo)[which]], capture_output=True, text=True, timeout=PATIENCE, check=True
        )
        answer = json.loads(ended.stdout)
        assert (answer.get("result"), answer.get("success"), answer.get("status"), answer.get("more")) in (
            ("SUCCESS", None, None, None),
            (None, True, None, None),
            (None, None, "success", None),
            (None, None, None, False),  # of the events, as many as are numbered by now
            (None, None, None, True),
        )


def test_the_file_for_scripts_has_the_promised_shape(demo: Serving, credentials_file: Path) -> None:
    found = json.loads(credentials_file.read_text())
    assert list(found) == ["base_url", "workspaces", "tight", "highlevel", "libredesk", "native", "inbox"]
    assert found["base_url"] == demo.base_url
    assert [list(place) for place in found["workspaces"]] == [["id", "uuid", "name"]] * 2
    assert list(found["tight"]) == ["client_id", "client_secret", "users"]
    assert [(user["user_id"], user["role"]) for user in found["tight"]["users"]] == [
        ("user-ada", "owner"),
        ("user-grace", "owner"),
        ("user-blaise", "bookkeeper"),
    ]
    assert [list(place) for place in found["highlevel"]] == [["token", "location_id", "contact_ids"]] * 2
    assert all(len(set(place["contact_ids"])) >= 3 for place in found["highlevel"])
    assert list(found["libredesk"]) == ["api_key", "api_secret", "inbox_id", "agent_id", "team_id"]
    assert list(found["native"]) == ["token"]
    assert found["native"]["token"].startswith("koine_")
    assert found["inbox"]["link"].startswith(f"{found['inbox']['url']}/link/")


def test_only_its_owner_may_read_the_secrets(demo: Serving, credentials_file: Path) -> None:
    for file in (credentials_file, demo.folder / "demo-credentials.json"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(credentials_file.parent.iterdir()) == [credentials_file]


def test_a_file_that_others_could_read_is_replaced_by_one_they_cannot(tmp_path: Path) -> None:
    file = tmp_path / "demo.json"
    file.write_text("old")
    file.chmod(0o644)
    before = file.open()
    with serving("demo", "--credentials", file, data=copy(made(), tmp_path / "data")):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert before.read() == "old"
    before.close()


def test_a_second_start_finds_the_same_world_and_the_same_secrets(tmp_path: Path) -> None:
    folder = copy(made(), tmp_path / "data")
    file = folder / "demo-credentials.json"
    first = json.loads(file.read_text())
    with serving("demo", data=folder) as demo:
        second = json.loads(file.read_text())
        assert second | {name: first[name] for name in ("base_url", "inbox")} == first
        assert finds_the_lamp(demo.base_url, first)
        assert len(asked("workspace", "list", "--data", folder)) == 2


def test_the_whole_world_is_made_once(tmp_path: Path) -> None:
    folder, counted = tmp_path / "data", []
    for _ in range(2):
        with serving("demo", data=folder) as demo:
            credentials = json.loads((folder / "demo-credentials.json").read_text())
            files = [path for path in (folder / "files").rglob("*") if path.is_file()]
            counted.append((conversations_of_ada(demo.base_url, credentials), len(files)))
            assert len(asked("workspace", "list", "--data", folder)) == 3
    assert counted[0] == counted[1]
    assert min(counted[0]) >= 15


def conversations_of_ada(base_url: str, credentials: dict[str, Any]) -> int:
    found = post(f"{base_url}/v6/conversations/query", {}, tight_token(base_url, credentials))
    return len(found["data"])


def test_a_later_start_still_has_contacts_without_a_conversation(tmp_path: Path) -> None:
    folder = copy(made(), tmp_path / "data")
    file = folder / "demo-credentials.json"
    for _ in range(2):
        with serving("demo", data=folder) as demo:
            place = json.loads(file.read_text())["highlevel"][0]
            assert len(place["contact_ids"]) >= 3
            for contact_id in place["contact_ids"]:
                assert create_in_highlevel(demo.base_url, place, contact_id)["success"]


@pytest.mark.parametrize("left", [None, "", "{", "[]", '{"tight": 1, "highlevel": {}, "libredesk": {"api_key": 7}}'])
def test_where_the_file_was_lost_there_are_new_secrets_for_the_old_world(tmp_path: Path, left: str | None) -> None:
    folder = copy(made(), tmp_path / "data")
    file = folder / "demo-credentials.json"
    before = json.loads(file.read_text())
    file.unlink()
    if left is not None:
        file.write_text(left)
    with serving("demo", data=folder) as demo:
        after = json.loads(file.read_text())
        assert after["workspaces"] == before["workspaces"]
        assert after["tight"]["client_secret"] != before["tight"]["client_secret"]
        assert after["highlevel"][1]["token"] != before["highlevel"][1]["token"]
        assert after["libredesk"]["api_secret"] != before["libredesk"]["api_secret"]
        assert after["native"]["token"] != before["native"]["token"]
        assert finds_the_lamp(demo.base_url, after)


def test_a_revoked_secret_is_replaced_and_the_others_are_kept(tmp_path: Path) -> None:
    folder = copy(made(), tmp_path / "data")
    file = folder / "demo-credentials.json"
    before = json.loads(file.read_text())
    (client,) = [it for it in asked("token", "list", "--data", folder) if it["dialect"] == "tight"]
    asked("token", "revoke", str(client["id"]), "--data", folder)
    with serving("demo", data=folder) as demo:
        after = json.loads(file.read_text())
        assert after["tight"]["client_id"] != before["tight"]["client_id"]
        assert after["highlevel"] == before["highlevel"]
        assert after["libredesk"] == before["libredesk"]
        assert tight_token(demo.base_url, after)


def test_the_secrets_of_another_world_are_not_taken_for_this_ones(tmp_path: Path) -> None:
    with serving("demo", data=tmp_path / "data"):
        pass
    file = tmp_path / "data/demo-credentials.json"
    shutil.copy(made() / file.name, file)
    with serving("demo", data=tmp_path / "data") as demo:
        assert finds_the_lamp(demo.base_url, json.loads(file.read_text()))
