"""A serving Koine starts, ends and recovers as a whole, whoever is killed, and says what is wrong."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from tests.cli.koine_process import (
    COMMAND,
    ROOT,
    answers,
    asked,
    becomes,
    copy,
    environment,
    finds_the_lamp,
    koine,
    lives,
    made,
    serving,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copy(made(), tmp_path / "data")


def credentials(folder: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads((folder / "demo-credentials.json").read_text())
    return found


def left_over(folder: Path) -> list[str]:
    """What only a running Koine has in its data folder."""
    return sorted({entry.name for entry in folder.iterdir()} & {"run", "server.json"})


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_asked_to_stop_it_ends_with_everything_it_has_started(folder: Path, number: signal.Signals) -> None:
    with serving("demo", data=folder) as demo:
        started = demo.workers
        assert len(started) > 3
        assert demo.end(number) == 0
        assert [pid for pid in started if lives(pid)] == []
        assert left_over(folder) == []
        assert not answers(demo.base_url)
        assert demo.errors() == ""


def test_asked_twice_it_ends_in_order_all_the_same(folder: Path) -> None:
    with serving("demo", data=folder) as demo:
        demo.process.send_signal(signal.SIGTERM)
        demo.process.send_signal(signal.SIGINT)
        assert demo.end() == 0
        assert left_over(folder) == []


def test_it_may_be_started_with_signals_that_are_to_be_ignored(folder: Path) -> None:
    """As nohup does."""
    with serving("demo", data=folder, ignoring=True) as demo:
        demo.process.send_signal(signal.SIGHUP)
        assert answers(demo.base_url)
        assert demo.end() == 0


def test_asked_to_stop_while_it_starts_it_leaves_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with serving("demo", data=folder, ready=False) as demo:
        assert becomes(lambda: len(demo.database) > 0)
        assert demo.end() == 0
        assert becomes(lambda: demo.database == [])
        assert left_over(folder) == []
    with serving("demo", data=folder) as demo:
        assert finds_the_lamp(demo.base_url, credentials(folder))  # type: ignore[arg-type]


def test_a_request_that_is_being_answered_gets_its_answer_before_the_end(folder: Path) -> None:
    with serving("demo", data=folder) as demo:
        host, port = demo.base_url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as client:
            client.sendall(b"POST /v6/auth/token HTTP/1.1\r\nhost: koine\r\ncontent-length: 10\r\n\r\nuser")
            assert answers(demo.base_url)  # so the head has been read
            demo.process.send_signal(signal.SIGTERM)
            assert becomes(lambda: not answers(demo.base_url))
            client.sendall(b"Id=ada")
            client.settimeout(30)
            assert client.recv(12) == b"HTTP/1.1 401"
        assert demo.process.wait(30) == 0


def test_a_client_that_never_finishes_its_request_does_not_keep_it_alive(folder: Path) -> None:
    with serving("demo", data=folder) as demo:
        host, port = demo.base_url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as client:
            client.sendall(b"POST /v6/auth/token HTTP/1.1\r\nhost: koine\r\ncontent-length: 10\r\n\r\nuser")
            assert answers(demo.base_url)
            assert demo.end() == 0
            assert left_over(folder) == []


def test_killed_it_leaves_no_process_and_the_next_start_recovers(folder: Path) -> None:
    with serving("demo", data=folder) as demo:
        started = demo.workers
        demo.end(signal.SIGKILL)
        assert becomes(lambda: not any(lives(pid) for pid in started))
    with serving("demo", data=folder) as demo:
        assert finds_the_lamp(demo.base_url, credentials(folder))  # type: ignore[arg-type]


def test_it_starts_its_postgresql_again_when_that_is_killed(folder: Path) -> None:
    with serving("demo", data=folder) as demo:
        before = demo.database
        os.kill(min(before), signal.SIGKILL)
        assert becomes(lambda: finds_the_lamp(demo.base_url, credentials(folder)))  # type: ignore[arg-type]
        assert set(before).isdisjoint(demo.database)
        assert demo.end() == 0
        said = demo.errors()
        assert "koine: PostgreSQL has ended, and not because Koine asked it to" in said
        assert "Traceback" not in said


def test_a_postgresql_that_keeps_ending_is_not_started_for_ever(folder: Path) -> None:
    with serving("demo", data=folder) as demo:
        for _ in range(3):
            assert becomes(lambda: bool(demo.database))
            assert becomes(lambda: finds_the_lamp(demo.base_url, credentials(folder)))  # type: ignore[arg-type]
            os.kill(min(demo.database), signal.SIGKILL)
            assert becomes(lambda: demo.database == [] or demo.process.poll() is not None)
        assert demo.process.wait(30) == 1
        assert "koine doctor" in demo.errors().splitlines()[-1]
        assert left_over(folder) == []


def test_a_second_start_on_the_same_folder_says_so_and_exits_3(folder: Path) -> None:
    with serving("demo", data=folder) as demo:
        for port in ("0", demo.base_url.rsplit(":", 1)[1]):
            second = koine("demo", "--data", folder, "--port", port)
            assert second.returncode == 3
            assert f"(process {demo.process.pid})" in second.stderr
            assert len(second.stderr.splitlines()) == 1
            assert second.stdout == ""
        assert finds_the_lamp(demo.base_url, credentials(folder))  # type: ignore[arg-type]


def test_a_port_in_use_is_told_in_one_sentence_and_nothing_is_started(tmp_path: Path) -> None:
    with contextlib.closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        ended = koine("demo", "--data", tmp_path / "data", "--port", port)
    assert ended.returncode == 2
    assert ended.stderr.startswith(f"koine: Port {port} on 127.0.0.1 is in use.")
    assert len(ended.stderr.splitlines()) == 1
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--host", "no.such.host.invalid"], "not known here"),
        (["--host", "192.0.2.1"], "does not belong to this machine"),
        (["--host", "ä" * 300], "not known here"),
        (["--port", "65536"], "is no port"),
        (["--port", "-1"], "is no port"),
        (["--port", "http"], "is no port"),
        (["--workers", "0"], "is no number of processes"),
        (["--postgres", "sqlite"], "invalid choice"),
        (["--base-url", "koine.example"], "must begin with http"),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(tmp_path: Path, words: list[str], says: str) -> None:
    ended = koine("serve", "--data", tmp_path / "data", "--port", "0", *words)
    assert ended.returncode == 2
    assert says in ended.stderr.splitlines()[-1]
    assert "Traceback" not in ended.stderr
    assert not (tmp_path / "data").exists()


def test_a_data_folder_that_cannot_be_made_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ended = koine("serve", "--data", tmp_path / "file/data", "--port", "0")
    assert ended.returncode == 1
    assert ended.stderr.startswith("koine: ")
    assert "Traceback" not in ended.stderr


def test_credentials_that_cannot_be_written_are_told_in_a_sentence(folder: Path) -> None:
    ended = koine("demo", "--data", folder, "--port", "0", "--credentials", folder / "no/such/folder.json")
    assert ended.returncode == 1
    assert ended.stderr == f"koine: {folder}/no/such/folder.json: No such file or directory.\n"
    assert left_over(folder) == []


def test_it_listens_on_ipv6_too(folder: Path) -> None:
    if not socket.has_ipv6 or not _can_bind("::1"):
        pytest.skip("no IPv6 on this machine")
    with serving("demo", "--host", "::1", data=folder) as demo:
        assert demo.base_url.startswith("http://[::1]:")
        assert answers(demo.base_url)


def test_whoever_listens_everywhere_is_reached_here(folder: Path) -> None:
    with serving("demo", "--host", "0.0.0.0", data=folder) as demo:
        assert demo.base_url.startswith("http://127.0.0.1:")
        assert answers(demo.base_url)


def test_the_address_by_which_clients_come_can_be_another(folder: Path) -> None:
    with serving("demo", data=folder, KOINE_BASE_URL="https://koine.example.com/") as demo:
        assert demo.base_url == "https://koine.example.com"
        assert json.loads((folder / "demo-credentials.json").read_text())["base_url"] == demo.base_url


def test_settings_come_from_the_environment_and_options_win(folder: Path, tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    assert len(asked("workspace", "list", KOINE_DATA=str(folder))) == 2
    assert len(asked("workspace", "list", "--data", folder, KOINE_DATA=str(nowhere))) == 2
    assert not nowhere.exists()
    ended = koine("workspace", "list", "--data", folder, KOINE_POSTGRES="mysql")
    assert ended.returncode == 2
    assert ended.stderr == "koine: KOINE_POSTGRES must be auto, system or wheel.\n"


def test_whoever_reads_its_output_may_go_away(folder: Path) -> None:
    command = [*COMMAND, "demo", "--data", str(folder), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment()) as demo:
        assert demo.stdout is not None
        demo.stdout.close()
        assert becomes(lambda: (folder / "server.json").exists())
        assert demo.poll() is None
        demo.terminate()
        assert demo.wait(30) == 0


def test_the_launcher_runs_the_same(folder: Path) -> None:
    said = subprocess.run([ROOT / "bin/koine", "--version"], capture_output=True, text=True, check=True)
    assert said.stdout == koine("--version").stdout


def _can_bind(host: str) -> bool:
    with socket.socket(socket.AF_INET6) as probe:
        try:
            probe.bind((host, 0))
        except OSError:
            return False
    return True
