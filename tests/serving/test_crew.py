"""The parent of several workers gives up when they cannot even start."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from koine.serving import crew
from koine.serving.crew import Crew
from koine.serving.databases import Reached
from koine.serving.failures import KeepsFailing
from koine.serving.stopping import Stop
from koine.settings import Settings


def test_workers_that_end_before_they_can_answer_are_not_replaced_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(crew, "PAUSE", 0.0)
    nowhere = "postgresql://nobody@/nothing?host=/nonexistent"
    ready: list[None] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        settings = Settings(tmp_path, nowhere, "auto")
        workers = Crew(2, listening, settings, Reached(nowhere, nowhere), Stop())
        with pytest.raises(KeepsFailing, match="ended with code 1"):
            workers.serve(lambda: ready.append(None))
    assert ready == []
    said = capfd.readouterr().err.splitlines()
    assert len([line for line in said if "a worker cannot serve: FileNotFoundError" in line]) >= crew.TRIES
    assert all(line.startswith("koine: Worker ") or "a worker cannot serve" in line for line in said)
