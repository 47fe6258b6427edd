"""What pages are made of: their files, their icons, their times, and the page that shows all parts."""

from __future__ import annotations

import gzip
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from koine import app
from koine.inbox import assets, icons, times
from koine.postgres.database import Database
from koine.realtime.hub import Hub
from tests.inbox.pages.conftest import Desk
from tests.inbox.pages.shown import Shown

INBOX = Path(assets.__file__).parent


async def test_files_are_kept_for_ever_under_their_mark_and_no_other(http: httpx.AsyncClient) -> None:
    kept = await http.get(assets.url("inbox.css"))
    assert (kept.status_code, "immutable" in kept.headers["cache-control"]) == (200, True)
    older = await http.get("/inbox/static/0000000000000000/inbox.css")
    assert (older.text, older.headers["cache-control"]) == (kept.text, "no-cache")
    assert (await http.get("/inbox/static/0000000000000000/../page.py")).status_code == 404
    assert (await http.get(assets.url("nothing.js"))).status_code == 404


async def test_scripts_import_what_is_there(http: httpx.AsyncClient) -> None:
    for script in sorted((INBOX / "static" / "js").iterdir()):
        text = script.read_text()
        assert (await http.get(assets.url(f"js/{script.name}"))).headers["content-type"].startswith("text/javascript")
        for imported in re.findall(r'(?:from|import)\(? ?"\./([^"]+)"', text):
            assert (script.parent / imported).is_file(), f"{script.name} imports {imported}"
        assert len(text.splitlines()) <= 150, script.name


def test_every_icon_is_on_the_sheet() -> None:
    sheet = icons.sheet().decode()
    assert re.findall(r'<symbol id="([^"]+)"', sheet) == list(icons.NAMES)


def test_templates_and_scripts_hold_no_inline_style_or_handler() -> None:
    for part in [*(INBOX / "templates").rglob("*.html"), *(INBOX / "static" / "js").iterdir()]:
        text = part.read_text()
        assert not re.search(r"\sstyle=|\son[a-z]+=[\"']|javascript:|https?://(?!www\.w3\.org|\))", text), part.name


@pytest.mark.parametrize(
    ("passed", "said"),
    [
        (timedelta(seconds=5), "now"),
        (timedelta(minutes=5), "5 m"),
        (timedelta(hours=5), "5 h"),
        (timedelta(days=-1, minutes=-1), "tomorrow"),
    ],
)
def test_moments_are_said_shortly(passed: timedelta, said: str) -> None:
    assert times.ago(datetime.now(UTC) - passed, UTC).startswith(said)


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (14_200, "14 kB"), (2_500_000, "2.5 MB")]
)
def test_sizes_are_said_shortly(count: int, said: str) -> None:
    assert times.size(count) == said


async def test_patterns_are_shown_only_while_developing(http: httpx.AsyncClient, database: Database, hub: Hub) -> None:
    assert (await http.get("/patterns")).status_code != 200
    developing = httpx.ASGITransport(app.create(database, base_url="http://koine", hub=hub, development=True))
    async with httpx.AsyncClient(transport=developing, base_url="http://koine") as client:
        shown = Shown((await client.get("/patterns")).text)
        assert shown.all("li", cls="row")
        assert shown.all("li", cls="message")
        assert shown.all("form", cls="composer")
        for page in ("list", "thread", "empty"):
            assert (await client.get(f"/patterns?page={page}")).status_code == 200


async def test_a_page_is_small_enough(desk: Desk) -> None:
    for number in range(30):
        await desk.talk(f"Talk {number}")
    answer = await desk.browser.http.get(f"{desk.root}/all")
    scripts = b"".join(script.read_bytes() for script in (INBOX / "static" / "js").iterdir())
    assert len(gzip.compress(answer.content)) <= 60_000
    assert len(gzip.compress(scripts)) <= 25_000
