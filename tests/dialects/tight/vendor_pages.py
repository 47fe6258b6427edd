"""The vendor's pages beside the checkout: what they show as request and answer."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.dialects.tight.speaking import Json

FILES = {
    "save_conversations": "000_d7f23c2addb560d2.txt",
    "save_messages": "001_08dadf501e481af3.txt",
    "query_conversations": "002_2f240330437cfa03.txt",
}


def read(contracts: Path, name: str) -> tuple[Json, Json]:
    """Request and answer of a page."""
    text = (contracts / "seeds" / FILES[name]).read_text()
    request = re.search(r"--data '\n(\{.*?\n\})\n'", text, re.DOTALL)
    assert request is not None
    answer, _ = json.JSONDecoder().raw_decode(text[request.end() :].lstrip())
    return json.loads(request[1]), answer
