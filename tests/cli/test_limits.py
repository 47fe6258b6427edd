"""Limits hold for all processes that serve together; the demo has none."""

from __future__ import annotations

import http.client
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.cli.koine_process import PATIENCE, Serving, copy, made, serving, tight_token

CONTRACT = 1000  # requests in five minutes


def statuses(running: Serving, requests: int, connections: int) -> list[int]:
    """The answers to as many queries by one token, over several connections in turn."""
    credentials: dict[str, Any] = json.loads((running.folder / "demo-credentials.json").read_text())
    headers = {"Authorization": f"Bearer {tight_token(running.base_url, credentials)}"}
    where = urlsplit(running.base_url).netloc
    opened = [http.client.HTTPConnection(where, timeout=PATIENCE) for _ in range(connections)]
    found = []
    for number in range(requests):
        connection = opened[number % connections]
        connection.request("POST", "/v6/conversations/query", b'{"limit": 1}', headers)
        answer = connection.getresponse()
        answer.read()
        found.append(answer.status)
    for connection in opened:
        connection.close()
    return found


def test_two_processes_count_together(tmp_path: Path) -> None:
    data = copy(made(), tmp_path / "data")
    with serving("serve", "--workers", "2", data=data, KOINE_RATE_LIMITS="tight=20/300") as running:
        assert statuses(running, 30, 8) == [200] * 20 + [429] * 10


def test_serving_has_the_limit_of_the_contract(tmp_path: Path) -> None:
    with serving("serve", data=copy(made(), tmp_path / "data"), KOINE_RATE_LIMITS="") as running:
        assert statuses(running, CONTRACT + 1, 1) == [200] * CONTRACT + [429]


def test_the_demo_has_none(tmp_path: Path) -> None:
    with serving("demo", data=copy(made(), tmp_path / "data"), KOINE_RATE_LIMITS="") as running:
        assert statuses(running, CONTRACT + 1, 1) == [200] * (CONTRACT + 1)
