"""Codes for who has lost the phone: ten, each good once."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence

COUNT = 10
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that looks like something else
_LETTERS = 17  # of 31: 84 bits, so that a plain hash of it cannot be undone
_GROUP = 6


def new() -> list[str]:
    """Ten codes, in groups of letters that can be copied by hand."""
    made = ("".join(secrets.choice(_ALPHABET) for _ in range(_LETTERS)) for _ in range(COUNT))
    return ["-".join(code[at : at + _GROUP] for at in range(0, _LETTERS, _GROUP)) for code in made]


def fingerprint(user_id: int, code: str) -> bytes:
    """What is kept of a code: the same however it is typed, and another one for everybody."""
    plain = "".join(letter for letter in code.casefold() if letter.isalnum())
    return hashlib.sha256(f"{user_id} {plain}".encode("utf-8", "surrogatepass")).digest()


def fingerprints(user_id: int, codes: Sequence[str]) -> list[bytes]:
    """Of several."""
    return [fingerprint(user_id, code) for code in codes]
