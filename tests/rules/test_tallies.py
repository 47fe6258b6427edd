"""Opening a conversation tallies it in the same statement, which no trigger does (docs/decisions/0024-tallies.md)."""

from __future__ import annotations

import re

from tests.rules.source import modules, texts
from tests.rules.sql import is_sql


def test_whoever_opens_conversations_tallies_them():
    opening = [
        text
        for module in modules()
        for _, text in texts(module)
        if is_sql(text) and re.search(r"insert\s+into\s+conversations\b", text)
    ]
    assert opening
    assert all(re.search(r"insert\s+into\s+tallies\b", text) for text in opening)
