"""The Libredesk rows against a server somewhere else: what its clients see, for nobody here sees its processes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from bench import requests
from bench.driver import job
from bench.driver.job import Job
from bench.figures import Figure, line
from bench.processes import Watched

NOBODY = Watched(None, None)


def libredesk(base_url: str, credentials: Path) -> Sequence[Figure]:
    """Create conversations with an API key, for a contact known after the first; and the cheapest call there is."""
    key = json.loads(credentials.read_text())["libredesk"]
    secret = key["api_key"], key["api_secret"]
    create = requests.libredesk_create(secret, key["inbox_id"], "rosalind.marsh@example.com")
    me = requests.get("/api/v1/agents/me", requests.libredesk_headers(secret))
    return [_measured(base_url, "create through Libredesk's API", create), *_optional(base_url, "who am I", me)]


def _optional(base_url: str, work: str, request: bytes) -> Sequence[Figure]:
    """What not every server has."""
    try:
        return [_measured(base_url, work, request)]
    except RuntimeError:
        return []


def _measured(base_url: str, work: str, request: bytes) -> Figure:
    outcome = job.run(Job(base_url=base_url, requests=[request], watched=NOBODY, seconds=5))
    times = f"p50 {outcome.p50:.1f} ms, p99 {outcome.p99:.1f} ms"
    figure = Figure(row="P1", work=work, figure=f"{outcome.rate:,.1f}/s, {times}", target="", met=None)
    print(line(figure), flush=True)
    return figure
