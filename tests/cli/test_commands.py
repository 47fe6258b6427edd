"""Commands work beside a running server and without one, and print JSON and nothing else on standard output."""

from __future__ import annotations

import asyncio
import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from koine.cli import commands
from koine.postgres import embedded, process
from tests.cli import own_postgres
from tests.cli.koine_process import (
    PATIENCE,
    ROOT,
    Serving,
    asked,
    becomes,
    copy,
    create_in_highlevel,
    finds_the_lamp,
    koine,
    made,
    serving,
)

WITH_VERBS = {
    "app",
    "user",
    "provider",
    "workspace",
    "bookkeeper",
    "token",
    "webhook",
    "job",
}  # whose verbs say what they take


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A running demo; what is created in it stays in it."""
    with serving("demo", data=copy(made(), tmp_path_factory.mktemp("commands") / "data")) as running:
        yield running


@pytest.fixture(scope="module")
def resting(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same world without a server."""
    return copy(made(), tmp_path_factory.mktemp("resting") / "data")


@pytest.fixture(params=["beside a server", "without a server"])
def folder(request: pytest.FixtureRequest, demo: Serving, resting: Path) -> Path:
    return demo.folder if request.param == "beside a server" else resting


def test_a_workspace_that_was_created_is_listed(folder: Path) -> None:
    created = asked("workspace", "create", "Käthes  Laden", "--data", folder)
    assert list(created) == ["id", "uuid", "name", "external_id", "account_id", "created_at", "deleted_at", "owners"]
    assert created["name"] == "Käthes Laden"
    assert created.pop("owners") == []
    assert created in asked("workspace", "list", "--data", folder)


def test_a_command_leaves_no_server_behind(resting: Path) -> None:
    assert asked("workspace", "list", "--data", resting)
    assert process.working_on(resting / "cluster") == []
    assert not (resting / "server.json").exists()


@pytest.mark.parametrize("name", ["", "   ", "x" * 101, "two\x1blines"])
def test_a_workspace_needs_a_name(folder: Path, name: str) -> None:
    ended = koine("workspace", "create", name, "--data", folder)
    assert (ended.returncode, ended.stdout) == (2, "")


def test_each_dialect_has_its_own_kind_of_token(folder: Path) -> None:
    place = asked("workspace", "list", "--data", folder)[0]
    tight = asked("token", "create", "--dialect", "tight", "--name", "books", "--data", folder)
    assert list(tight) == ["id", "dialect", "name", "account_id", "client_id", "client_secret"]
    words = ["token", "create", "--data", folder, "--workspace", str(place["id"])]
    highlevel = asked(*words, "--dialect", "highlevel", "--scopes", "contacts.readonly,conversations.write")
    assert highlevel["token"].startswith("pit-")
    assert highlevel["workspace_id"] == place["id"]
    assert highlevel["scopes"] == ["contacts.readonly", "conversations.write"]
    libredesk = asked(*words, "--dialect", "libredesk", "--user", "LINUS@example.com")
    assert (len(libredesk["api_key"]), len(libredesk["api_secret"])) == (32, 64)
    native = asked(*words, "--dialect", "native", "--user", "mary@example.com", "--scopes", "conversations:read")
    assert list(native) == ["id", "dialect", "name", "account_id", "workspace_id", "workspace_uuid", "token"]
    assert native["token"].startswith("koine_")
    assert (native["workspace_id"], native["workspace_uuid"]) == (place["id"], place["uuid"])
    listed = {token["id"]: token for token in asked("token", "list", "--data", folder)}
    assert [listed[token["id"]]["dialect"] for token in (tight, highlevel, libredesk, native)] == [
        "tight",
        "highlevel",
        "libredesk",
        "native",
    ]
    assert listed[tight["id"]]["name"] == "books"
    for secret in (tight["client_secret"], highlevel["token"], libredesk["api_secret"], native["token"]):
        assert secret not in json.dumps(listed)


def test_a_token_opens_its_workspace_until_it_is_revoked(demo: Serving) -> None:
    place = json.loads((demo.folder / "demo-credentials.json").read_text())["highlevel"][0]
    words = ["--dialect", "highlevel", "--workspace", "1", "--data", demo.folder]
    token = asked("token", "create", *words)
    assert token["location_id"] == place["location_id"]
    assert create_in_highlevel(demo.base_url, place | {"token": token["token"]}, place["contact_ids"][0])
    assert asked("token", "revoke", str(token["id"]), "--data", demo.folder) == {"id": token["id"], "revoked": True}

    def refused() -> bool:
        try:
            create_in_highlevel(demo.base_url, place | {"token": token["token"]}, place["contact_ids"][1])
        except OSError as error:
            return "401" in str(error)
        return False

    assert becomes(refused)
    (listed,) = [it for it in asked("token", "list", "--data", demo.folder) if it["id"] == token["id"]]
    assert listed["revoked_at"]


def test_a_native_token_opens_one_workspace_or_a_whole_account(demo: Serving) -> None:
    words = ["token", "create", "--dialect", "native", "--data", demo.folder]
    one, whole = asked(*words, "--workspace", "2"), asked(*words)
    assert (one["account_id"], one["workspace_id"]) == (1, 2)
    assert (whole["account_id"], whole["workspace_id"], whole["workspace_uuid"]) == (1, None, None)
    place = one["workspace_uuid"]
    for token, query, code in ((one, "", 200), (whole, "", 400), (whole, f"?workspace={place}", 200)):
        assert _status(f"{demo.base_url}/v1/events{query}", token["token"]) == code


def _status(url: str, token: str) -> int:
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code


def test_a_token_that_does_not_exist_cannot_be_revoked(folder: Path) -> None:
    ended = koine("token", "revoke", "999999", "--data", folder)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == "koine: There is no such token.\n"


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["--dialect", "tight", "--workspace", "1"], 2, "--workspace means nothing to a token for tight"),
        (["--dialect", "tight", "--account", "999"], 1, "no account 999"),
        (["--dialect", "highlevel", "--user", "linus@example.com", "--workspace", "1"], 2, "--user means nothing"),
        (["--dialect", "highlevel", "--scopes", "everything", "--workspace", "1"], 2, "no scope everything"),
        (["--dialect", "highlevel", "--scopes", ",", "--workspace", "1"], 2, "none given"),
        (["--dialect", "highlevel"], 1, "Say which workspace"),
        (["--dialect", "highlevel", "--workspace", "999"], 1, "no workspace 999"),
        (["--dialect", "libredesk", "--workspace", "1"], 2, "--user EMAIL"),
        (["--dialect", "libredesk", "--workspace", "1", "--user", "grace@example.com"], 1, "no member"),
        (["--dialect", "libredesk", "--workspace", "1", "--user", "nobody@example.com"], 1, "no member"),
        (["--dialect", "native", "--account", "1", "--workspace", "1"], 2, "one workspace or a whole account"),
        (["--dialect", "native", "--account", "999"], 1, "no account 999"),
        (["--dialect", "native", "--workspace", "999"], 1, "no workspace 999"),
        (["--dialect", "native", "--workspace", "2", "--user", "mary@example.com"], 1, "no member of the workspace 2"),
        (["--dialect", "native", "--user", "nobody@example.com"], 1, "no member of the account 1"),
        (["--dialect", "native", "--scopes", "contacts.readonly"], 2, "no scope contacts.readonly"),
        (["--dialect", "smtp"], 2, "invalid choice"),
    ],
)
def test_a_token_that_makes_no_sense_is_told_in_a_sentence(
    demo: Serving, words: list[str], code: int, says: str
) -> None:
    ended = koine("token", "create", *words, "--data", demo.folder)
    assert (ended.returncode, ended.stdout) == (code, "")
    assert says in ended.stderr.splitlines()[-1]


def test_migrating_twice_applies_nothing_the_second_time(tmp_path: Path) -> None:
    first = asked("migrate", "--json", "--data", tmp_path / "data")
    assert [name[:4] for name in first["applied"]] == [
        path.name[:4] for path in sorted((ROOT / "src/koine/postgres/migrations").glob("*.sql"))
    ]
    assert asked("migrate", "--json", "--data", tmp_path / "data") == {"applied": []}
    assert koine("migrate", "--data", tmp_path / "data").stdout == "The schema is up to date.\n"


def test_a_command_on_a_new_folder_makes_what_it_needs(tmp_path: Path) -> None:
    assert asked("workspace", "list", "--data", tmp_path / "data") == []
    created = asked("workspace", "create", "First", "--data", tmp_path / "data")
    token = asked("token", "create", "--dialect", "highlevel", "--data", tmp_path / "data")
    assert token["workspace_id"] == created["id"]


def test_a_token_without_any_workspace_says_what_to_do(tmp_path: Path) -> None:
    ended = koine("token", "create", "--dialect", "highlevel", "--data", tmp_path / "data")
    assert ended.returncode == 1
    assert "koine workspace create" in ended.stderr


def test_routes_need_no_database_and_name_file_and_line(tmp_path: Path) -> None:
    routes = asked("routes", "--json", "--data", tmp_path / "none")
    assert not (tmp_path / "none").exists()
    assert {"GET /health", "POST /v6/conversations", "POST /conversations/", "POST /api/v1/conversations"} <= {
        f"{route['method']} {route['path']}" for route in routes
    }
    for route in routes:
        file, line = route["at"].rsplit(":", 1)
        assert re.match(r"\s*(async def|@)", Path(ROOT, file).read_text().splitlines()[int(line) - 1]), route


def test_routes_can_be_asked_for_by_a_word() -> None:
    said = koine("routes", "MESSAGE").stdout.splitlines()
    assert any(re.match(r"POST +/v6/messages ", line) for line in said)
    assert all("message" in line.lower() for line in said)
    assert koine("routes", "no-such-word").stdout == ""


def test_versions_and_help_are_said(tmp_path: Path) -> None:
    assert re.fullmatch(r"koine \d+\.\d+\.\d+\n", koine("--version").stdout)
    for words in (["--help"], ["help"], ["help", "serve"], ["serve", "--help"]):
        said = koine(*words)
        assert said.returncode == 0
        assert "exit codes:" in said.stdout
        assert "3  another Koine already runs" in said.stdout
    assert koine().returncode == 2
    assert koine().stdout == ""
    assert koine("frobnicate").returncode == 2


@pytest.mark.parametrize("name", [name for name, _ in commands.COMMANDS])
def test_each_command_says_what_it_takes(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    for words in ([name, "--help"], ["help", name]):
        with pytest.raises(SystemExit) as ended:
            commands.main(words)
        assert ended.value.code == 0
        assert "--data DIR" in capsys.readouterr().out or name in WITH_VERBS


def test_an_older_schema_beside_a_running_server_is_not_changed_by_the_way(tmp_path: Path) -> None:
    folder = copy(made(), tmp_path / "data")
    with serving("demo", data=folder) as demo:
        _sql(folder, "update migrations set number = number + 9000")
        ended = koine("workspace", "list", "--data", folder)
        assert ended.returncode == 1
        assert "newer Koine" in ended.stderr
        _sql(folder, "delete from migrations")
        ended = koine("workspace", "list", "--data", folder)
        assert ended.returncode == 1
        assert ended.stderr.endswith("Run: koine migrate\n")
        assert finds_the_lamp(demo.base_url, json.loads((folder / "demo-credentials.json").read_text()))


def test_data_of_a_newer_koine_are_left_alone(tmp_path: Path) -> None:
    folder = copy(made(), tmp_path / "data")
    with serving("demo", data=folder):
        _sql(folder, "insert into migrations (number, name) values (9999, 'from the future')")
    for words in (["serve", "--port", "0"], ["migrate"], ["workspace", "list"]):
        ended = koine(*words, "--data", folder)
        assert ended.returncode == 1
        assert "newer version of Koine" in ended.stderr
        assert len(ended.stderr.splitlines()) == 1


def _sql(folder: Path, statement: str) -> None:
    address = embedded.reach(folder)
    assert address is not None
    asyncio.run(own_postgres.run(address.dsn("koine_admin"), statement))
