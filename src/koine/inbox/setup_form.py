"""The form of the set-up page: what belongs into it, and what is wrong with what came."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from koine.core.users import passwords
from koine.inbox import typed

LONGEST = {"workspace": 100, "name": 100, "email": 254}
_ADDRESS = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)*")
_MISSING = {"workspace": "Give it a name.", "name": "Say who you are.", "email": "Say where you can be reached."}


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as it came back, and what is wrong with it, by field."""

    values: Mapping[str, str]
    problems: Mapping[str, str]


def checked(sent: Mapping[str, str]) -> Filled:
    """What was sent, tidied, with all that is wrong with it at once."""
    values = {name: typed.one_line(sent.get(name, "")) for name in LONGEST}
    problems = {name: _MISSING[name] for name, value in values.items() if not value}
    for name, longest in LONGEST.items():
        if len(values[name]) > longest:
            problems[name] = f"It can have {longest} characters at most."
    if values["email"] and not _ADDRESS.fullmatch(values["email"]):
        problems["email"] = "This is no e-mail address."
    password = sent.get("password", "")
    weak = passwords.weakness(password, *values.values())
    if weak:
        problems["password"] = weak
    return Filled(values | {"password": password}, problems)
