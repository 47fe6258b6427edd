"""Pictures of every page of a demo that is started for them: `bin/screenshots FOLDER`."""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from koine import settings
from koine.core.actor import system
from koine.core.users import links, users
from koine.postgres.database import Database
from koine.serving import databases
from tests.browser import chromium

SIZES = {"wide": (1440, 900), "middle": (1024, 768), "phone": (390, 844)}
THEMES = ("light", "dark")
PATIENCE = 120  # seconds until the demo serves
SETTLING = 400  # milliseconds

# name -> path; {conversation} is the first of the list
OPEN_PAGES = {
    "sign-in": "/inbox/sign-in",
    "patterns": "/patterns",
    "pattern-list": "/patterns?page=list",
    "pattern-conversation": "/patterns?page=thread",
    "pattern-empty": "/patterns?page=empty",
}
PAGES = {
    "list": "/inbox/w/{workspace}/all",
    "conversation": "{conversation}",
    "filtered": "/inbox/w/{workspace}/all?unread=1&assignee=none&sort=oldest",
    "search": "/inbox/w/{workspace}/search?q=the",
    "new": "/inbox/w/{workspace}/new",
    "resolved": "/inbox/w/{workspace}/resolved",
    "nothing-found": "/inbox/w/{workspace}/search?q=nothing+is+called+so",
    "not-there": "/inbox/w/{workspace}/conversations/1",
    "profile": "/inbox/settings/profile",
    "settings": "/inbox/w/{workspace}/settings",
} | {
    f"settings-{page.replace('/', '-')}": f"/inbox/w/{{workspace}}/settings/{page}"
    for page in (
        "general", "agents", "agents/new", "roles", "roles/new", "teams", "inboxes", "tags", "statuses", "access",
        "access/new/highlevel", "webhooks", "webhooks/new", "events",
    )
}  # fmt: skip


def main() -> int:
    """Make them."""
    parser = argparse.ArgumentParser(prog="bin/screenshots", description=__doc__)
    parser.add_argument("folder", type=Path, help="where the pictures go")
    parser.add_argument("--only", metavar="NAME", action="append", help="only this page; may be said again")
    asked = parser.parse_args()
    browser = chromium.found()
    if browser is None:
        print("bin/screenshots: there is no Chromium here.", file=sys.stderr)
        return 1
    asked.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="koine-pictures-") as data:
        demo, base = _demo(Path(data))
        try:
            path, workspace = asyncio.run(_link(Path(data)))
            with sync_playwright() as playwright:
                running = playwright.chromium.launch(executable_path=browser, args=list(chromium.ARGUMENTS))
                _take(running, base, path, workspace, asked.folder, asked.only)
                running.close()
        finally:
            demo.terminate()
            demo.wait(30)
    return 0


def _demo(data: Path) -> tuple[subprocess.Popen[bytes], str]:
    """A demo that serves, and its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "koine", "demo", "--port", str(port), "--data", str(data / "data")]
    environment = os.environ | {"KOINE_DEVELOPMENT": "1"}
    demo = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    base = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and demo.poll() is None:
        try:
            with urllib.request.urlopen(f"{base}/health"):
                return demo, base
        except OSError:
            time.sleep(0.2)
    raise SystemExit("bin/screenshots: the demo does not serve.")


async def _link(data: Path) -> tuple[str, int]:
    """The path by which the demo's agent comes in, and their workspace."""
    reached = databases.beside(replace(settings.from_environment(), data=data / "data"))
    database = await Database.open(reached.app, size=1)
    try:
        async with database.writing(()) as tx:
            row = await tx.row("select id, account_id from users where email = 'linus@example.com' order by id limit 1")
            if row is None:
                raise SystemExit("bin/screenshots: the demo's agent is not there.")
            user = await users.by_id(tx, row["account_id"], row["id"])
            if user is None:
                raise SystemExit("bin/screenshots: the demo's agent has gone.")
            places = await users.memberships(tx, user.id)
            return await links.offer(tx, system(user.account_id), user), min(places)
    finally:
        await database.close()


def _take(browser: Browser, base: str, path: str, workspace: int, folder: Path, only: list[str] | None) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(base + path)
    page.click("main button")
    page.wait_for_url("**/inbox/**")
    page.goto(f"{base}/inbox/w/{workspace}/all")
    rows = page.locator(".row-link")
    conversation = rows.first.get_attribute("href") if rows.count() else f"/inbox/w/{workspace}/all"
    state = context.storage_state()
    context.close()
    pages = {name: path.format(workspace=workspace, conversation=conversation) for name, path in PAGES.items()}
    for size, (width, height) in SIZES.items():
        for theme in THEMES:
            for kept, group in ((None, OPEN_PAGES), (state, pages)):
                context = browser.new_context(
                    storage_state=kept, viewport={"width": width, "height": height}, color_scheme=theme
                )
                page = context.new_page()
                for name, path in group.items():
                    if only is None or name in only:
                        page.goto(base + path)
                        page.wait_for_timeout(SETTLING)
                        page.screenshot(path=folder / f"{name}-{size}-{theme}.png", full_page=name == "patterns")
                context.close()


if __name__ == "__main__":
    raise SystemExit(main())
