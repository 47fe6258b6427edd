"""What we send is signed with an Ed25519 key of this installation (contracts/highlevel.md §8.2)."""

from __future__ import annotations

import base64
from collections.abc import Mapping

from koine.core.signing.keys import Key

NAME = "highlevel"  # of the key
HEADER = "X-GHL-Signature"

# SubjectPublicKeyInfo of an Ed25519 key, but for the key itself (RFC 8410).
_PREFIX = bytes.fromhex("302a300506032b6570032100")


def headers(body: bytes, key: Key) -> Mapping[str, str]:
    """The header of a delivery of exactly these bytes."""
    return {HEADER: base64.b64encode(key.sign(body)).decode()}


def public_pem(public: bytes) -> str:
    """The public key, 32 bytes, in the form that the official clients take it in."""
    written = base64.b64encode(_PREFIX + public).decode()
    return f"-----BEGIN PUBLIC KEY-----\n{written}\n-----END PUBLIC KEY-----\n"
