"""What the main process tells whoever started it: the way on standard output, trouble on standard error."""

from __future__ import annotations

import contextlib
import sys


def tell(*lines: str) -> None:
    """Lines for the person, or the script, that waits for us. One who no longer listens is no reason to end."""
    with contextlib.suppress(BrokenPipeError):
        print(*lines, sep="\n", flush=True)


def warn(sentence: str) -> None:
    """One line about something that went wrong."""
    with contextlib.suppress(OSError):
        print(f"koine: {sentence}", file=sys.stderr, flush=True)
