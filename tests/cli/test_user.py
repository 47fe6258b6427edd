"""`koine user`: letting somebody in, beside a running server, without a secret on the command line."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import httpx

from tests.cli.koine_process import COMMAND, PATIENCE, asked, copy, environment, koine, made, serving

LINUS = "linus@example.com"
PASSWORD = "gravel ochre lamp nine"


def told(text: str, *words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a command that reads from its standard input."""
    return subprocess.run(
        [*COMMAND, *map(str, words)],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env=environment(),
        input=text,
    )


def sign_in(base_url: str, password: str) -> int:
    with httpx.Client(base_url=base_url) as http:
        found = re.search(r'name="_csrf" value="([^"]+)"', http.get("/inbox/sign-in").text)
        assert found is not None
        sent = {"_csrf": found[1], "email": LINUS, "password": password}
        return http.post("/inbox/sign-in", data=sent).status_code


def test_people_are_let_in_and_signed_out(tmp_path: Path) -> None:
    folder = copy(made(), tmp_path / "data")
    with serving("demo", data=folder) as demo:
        shown = asked("user", "link", LINUS, "--base-url", demo.base_url, "--data", folder)
        assert httpx.get(shown["link"]).status_code == 200
        done = told(f"{PASSWORD}\n", "user", "password", LINUS, "--data", folder)
        assert done.returncode == 0, done.stderr
        assert PASSWORD not in done.stdout + done.stderr
        assert httpx.get(shown["link"]).status_code == 404
        assert sign_in(demo.base_url, PASSWORD) == 303
        assert sign_in(demo.base_url, "not the password") == 422
        assert asked("user", "sign-out", LINUS, "--data", folder)["signed_out"]
        assert koine("user", "reset-two-factor", LINUS, "--data", folder).returncode == 2
        off = asked("user", "reset-two-factor", LINUS, "--yes", "--data", folder)
        assert off["two_factor_was_on"] is False
        weak = told("short\n", "user", "password", LINUS, "--data", folder)
        assert (weak.returncode, "at least 12" in weak.stderr) == (2, True)
        assert koine("user", "link", "nobody@example.com", "--data", folder).returncode == 1
