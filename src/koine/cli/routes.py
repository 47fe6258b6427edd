"""`koine routes`: every endpoint, and the file and line that answers it."""

from __future__ import annotations

import argparse
import inspect
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from koine.cli import asking, options
from koine.serving.stopping import Stop
from koine.settings import Settings


@dataclass(frozen=True, slots=True)
class Listed:
    """One endpoint; `at` is file:line, relative to where one stands."""

    method: str
    path: str
    at: str
    dialect: str


def add(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.set_defaults(run=run)
    parser.add_argument("word", nargs="?", default="", help="only endpoints with this word in any column")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options.add_data(parser)  # as every command takes it, though this one looks at no data


def run(asked: argparse.Namespace, settings: Settings, stop: Stop) -> int:
    """Print the table. It needs no database."""
    word = asked.word.casefold()
    found = [route for route in every() if any(word in part.casefold() for part in asdict(route).values())]
    if asked.json:
        asking.print_json([asdict(route) for route in found])
        return 0
    rows = [tuple(asdict(route).values()) for route in found]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(4)]
    for row in rows:
        print("  ".join(part.ljust(width) for part, width in zip(row, widths, strict=True)).rstrip())
    return 0


def every() -> Iterator[Listed]:
    """All endpoints, in the order in which they are looked through."""
    from koine import app
    from koine.inbox import setup

    yield Listed("GET", "/health", _at(app.health), "-")
    for method, path, handler in setup.ROUTES:
        yield Listed(method, path, _at(handler), "inbox")
    for dialect in app.DIALECTS:
        for route in dialect.routes:
            yield Listed(route.method, route.path, _at(route.handler), dialect.name)


def _at(handler: Callable[..., Any]) -> str:
    code = inspect.unwrap(getattr(handler, "func", handler)).__code__
    near = os.path.relpath(code.co_filename)
    return f"{code.co_filename if near.startswith('..') else near}:{code.co_firstlineno}"
