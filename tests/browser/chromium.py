"""The browser that the pages are tried in: the system's Chromium, or the one that Playwright has installed."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# As root there is no sandbox; and a container's shared memory is small.
ARGUMENTS = ("--no-sandbox", "--disable-dev-shm-usage")


def found() -> str | None:
    """Where it is; None when there is none."""
    for name in NAMES:
        path = shutil.which(name)
        if path is not None:
            return path
    folder = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    installed = sorted(folder.glob("chromium*/chrome-linux*/chrome")) if folder.is_dir() else []
    return str(installed[-1]) if installed else None


if __name__ == "__main__":
    sys.exit(found() is None)
