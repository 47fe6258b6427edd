"""From an empty folder to the first client: the link that is printed, the page behind it, a token, a conversation."""

from __future__ import annotations

import re
from pathlib import Path

import httpx

from tests.cli.koine_process import Serving, asked, koine, post, serving

FORM = {
    "workspace": "Noether & Co",
    "name": "Emmy Noether",
    "email": "emmy@example.com",
    "password": "lamp-gravel-ochre",
}


def link(server: Serving) -> str | None:
    found = re.search(r"^http\S+/inbox/setup/\w{43,}$", "\n".join(server.said), re.MULTILINE)
    return found and found[0]


def test_from_an_empty_folder_to_the_first_conversation(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with serving("serve", data=folder) as server:
        first = link(server)
        assert first is not None
        assert server.said[-1] == "ready"

    with serving("serve", "--workers", "2", data=folder) as server:
        second = link(server)
        assert second is not None
        assert httpx.get(server.base_url + httpx.URL(first).path).status_code == 404
        assert httpx.get(second).status_code == 200
        done = httpx.post(second, data=FORM)
        assert done.status_code == 200
        assert httpx.get(second).status_code == 404

        (workspace,) = asked("workspace", "list", "--data", folder)
        assert workspace["name"] == FORM["workspace"]
        told = re.search(r"koine (token create --dialect highlevel --workspace \d+)", done.text)
        assert told is not None
        token = asked(*told[1].split(), "--data", folder)
        headers = {"Version": "2021-07-28"}
        somebody = {"locationId": token["location_id"], "email": "visitor@example.com"}
        contact = post(f"{server.base_url}/contacts/", somebody, token["token"], **headers)["contact"]
        said = {"locationId": token["location_id"], "contactId": contact["id"]}
        assert post(f"{server.base_url}/conversations/", said, token["token"], **headers)["success"]
        assert server.end() == 0
        errors = server.errors()
        assert errors == ""

    agent = ["--dialect", "libredesk", "--user", FORM["email"], "--data", folder]
    assert asked("token", "create", *agent)["api_key"]
    with serving("serve", data=folder) as server:
        assert link(server) is None


def test_whoever_sets_up_is_signed_in_and_makes_the_first_token(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with serving("serve", data=folder) as server:
        first = link(server)
        assert first is not None
        with httpx.Client(base_url=server.base_url, follow_redirects=True) as http:
            done = http.post(first, data=FORM)
            said = re.search(r'name="_csrf" value="([^"]+)"', done.text)
            assert said is not None
            made = http.post("/inbox/first-token", data={"_csrf": said[1], "dialect": "native"})
            token = re.search(r"koine_\w{43}", made.text)
            assert token is not None
            heard = httpx.get(f"{server.base_url}/v1/events", headers={"authorization": f"Bearer {token[0]}"})
            assert heard.status_code == 200
            inside = http.get("/inbox")
            assert (inside.status_code, "/inbox/w/" in str(inside.url)) == (200, True)
            secret = http.cookies["koine"]
        assert server.end() == 0
        assert server.errors() == ""
    for kept in (secret, token[0], FORM["password"]):
        assert not any(kept.encode() in file.read_bytes() for file in folder.rglob("*") if file.is_file())


def test_secrets_of_links_are_in_no_file_of_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with serving("serve", data=folder) as server:
        found = link(server)
        assert found is not None
        httpx.get(found)
        httpx.post(found, data={})
        assert server.end() == 0
        secret = found.rsplit("/", 1)[1]
        assert secret not in server.errors()
    assert not any(secret.encode() in file.read_bytes() for file in folder.rglob("*") if file.is_file())


def test_a_demo_is_not_taken_for_a_house_that_is_set_up(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with serving("demo", data=folder):
        pass
    with serving("serve", data=folder) as server:
        found = link(server)
        assert found is not None
        assert httpx.post(found, data=FORM).status_code == 200
    workspaces = asked("workspace", "list", "--data", folder)
    demo, house = {it["account_id"] for it in workspaces[:2]}, {it["account_id"] for it in workspaces[2:]}
    assert len(demo) == len(house) == 1
    assert demo != house
    assert koine("doctor", "--data", folder).returncode == 0
