"""What a process that serves is told: by whoever starts it, or by its parent."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from typing import BinaryIO

from koine.settings import Settings


@dataclass(frozen=True, slots=True)
class Serving:
    """What one process serves: `dsn` is the database as the app's role, `connections` the size of its pool.

    `works`: it also does all that goes on behind the requests.
    """

    dsn: str
    settings: Settings
    connections: int
    works: bool


@dataclass(frozen=True, slots=True)
class Orders:
    """What a worker is told on its standard input, where no list of processes shows it."""

    parent: int
    listening: int
    serving: Serving

    def written(self) -> bytes:
        """As `read` reads it."""
        return pickle.dumps(self)


def read(stream: BinaryIO) -> Orders:
    """The orders from our own parent."""
    orders: Orders = pickle.load(stream)  # noqa: S301  (nobody else has the other end)
    return orders
