"""What in a text is SQL: whether it is a statement or a piece of one, and which tables it writes."""

from __future__ import annotations

import re

# Keywords in lower or in upper case: "Select a workspace" is English.
_STATEMENT = re.compile(
    r"""
    \s*\(?\s*(?:
        select\s+(?:.*\s)?from\s | select\s+(?:[\d$({]|[\w.]+\()
      | insert\s+into\s | update\s+(?:only\s+)?[\w."{}]+(?:\s+(?:as\s+)?\w+)?\s+set\s | delete\s+from\s | merge\s+into\s
      | with\s+(?:recursive\s+)?\w+\s*(?:\([^)]*\)\s*)?as\s+(?:not\s+materialized\s*|materialized\s*)?\(
      | set\s+role\s | set\s+(?:local\s+|session\s+)?[\w.]+\s*(?:=|to\s)
      | (?:create|alter|drop)\s+(?:or\s+replace\s+|unique\s+|temp\s+|temporary\s+|unlogged\s+)?
        (?:table|index|role|database|schema|policy|function|user|extension|type|view|sequence|trigger|publication)\s
      | truncate\s+\w | (?:grant|revoke)\s+.*\s(?:on|to|from)\s | copy\s+[\w.{}"]+\s*(?:\(|from\s|to\s)
      | (?:listen|unlisten|notify)\s+[\w{}"]+\s*(?:,.*)?$
      | lock\s+table\s | do\s+\$
    )
    """,
    re.VERBOSE | re.DOTALL,
)
_PIECE = re.compile(
    r"(?:\b|\))(?:\s*(?:=|<|>|<=|>=|<>|!=)\s*|\s+(?:in|is|like|ilike|and|or|limit|offset)\s+)(?:any\s*\(\s*)?(?:\?|\$\d)"
    r"|(?:\?|\$\d+|\b\w)::\w+(?:\[\])?"
    r"|\border\s+by\s+(?:\w+\.\w|[\w.{}]+(?:\s+(?:asc|desc|nulls|limit)\b|,\s))|\b(?:left|inner|cross|lateral)\s+join\s|\bjoin\s+[\w.{}]+\s+(?:\w+\s+)?(?:on|using)\b"
    r"|\b\w+\.\w+\s+(?:is\s+(?:not\s+)?null|is\s+(?:not\s+)?distinct\s+from|(?:not\s+)?(?:like|ilike|between|in))\b"
)
_NAME = r"(?:only\s+)?((?:[a-z_]\w*\.)?[a-z_]\w*|\"[^\"]+\"|\{\})"
_WRITES = re.compile(
    rf"\b(?:insert\s+into|delete\s+from|merge\s+into|truncate(?:\s+table)?|copy)\s+{_NAME}"
    rf"|(?<!do\s)(?<!for\s)\bupdate\s+{_NAME}(?:\s+(?:as\s+)?\w+)?\s+set\b"
)
_TABLES = re.compile(r"\bcreate\s+(?:unlogged\s+)?table\s+(?:if\s+not\s+exists\s+)?(?:\w+\.)?(\w+)")


def is_statement(text: str) -> bool:
    return any(_STATEMENT.match(spelled) for spelled in _spellings(text))


def is_sql(text: str) -> bool:
    """Whether a text is a statement or a piece of one, such as a condition with a parameter."""
    return is_statement(text) or any(_PIECE.search(spelled) for spelled in _spellings(text))


def tables_written(text: str) -> set[str]:
    """The tables that a statement inserts into, updates or deletes from; `{}` for one that is not named in the text."""
    found = _WRITES.finditer(_plain(text).lower())
    return {(match[1] or match[2]).rpartition(".")[2].strip('"') for match in found}


def tables_created(text: str) -> set[str]:
    return set(_TABLES.findall(_plain(text).lower()))


def _spellings(text: str) -> tuple[str, ...]:
    """As written, and in lower case when it shouts: `SELECT 1 FROM x`."""
    text = _plain(text)
    first = re.match(r"\s*\(?\s*([A-Za-z]+)", text)
    return (text, text.lower()) if first and first[1].isupper() else (text,)


def _plain(text: str) -> str:
    return re.sub(r"--[^\n]*|/\*.*?\*/", " ", text, flags=re.DOTALL)
