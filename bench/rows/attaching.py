"""P1, P3 and P4 again, with files: creating and posting with one, and listing messages that have some."""

from __future__ import annotations

import json
import urllib.request

from bench import requests
from bench.measuring import Bench, cost, told

FILES = 20
_FORM = (
    '--{0}\r\nContent-Disposition: form-data; name="data"\r\n\r\n{{"description": "Receipt"}}\r\n'
    '--{0}\r\nContent-Disposition: form-data; name="file"; filename="receipt {1}.txt"\r\n'
    "Content-Type: text/plain\r\n\r\nA lamp, paid in cash.\r\n--{0}--\r\n"
)


def attachments(bench: Bench) -> None:
    """Each message says a file; pages of 25 messages with a file each."""
    house = bench.yard()
    token = bench.tight(house)
    files = [_upload(bench.stack.base_url, token, number) for number in range(FILES)]
    creates = [requests.tight_create(token, first=n, files=[files[n % FILES]]) for n in range(1000)]
    posts = [requests.tight_post(token, house.usual.first, files=[files[n % FILES]]) for n in range(1000)]
    for work, sent, least in (
        ("create through Tight, with a file", creates, 3000),
        ("post through Tight, with a file", posts, 3000),
        ("25 messages of a conversation, with a file each", [requests.tight_messages(token, house.usual.first)], 1500),
    ):
        outcome = bench.drive(sent)
        bench.add("A", work, cost(outcome), f"≥ {least:,}/s", outcome.rate >= least, **told(outcome))


def _upload(base_url: str, token: str, number: int) -> str:
    """A small file; its id."""
    body = _FORM.format("bench", number).encode()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "multipart/form-data; boundary=bench"}
    with urllib.request.urlopen(
        urllib.request.Request(f"{base_url}/v6/files/upload", body, headers), timeout=30
    ) as got:
        return str(json.load(got)["data"]["id"])
