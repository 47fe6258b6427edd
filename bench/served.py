"""Serves Koine from a data folder with its own PostgreSQL, for as long as `koine serve` is being built."""

from __future__ import annotations

import asyncio
import logging
import sys
from pathlib import Path

import uvicorn

from koine import app
from koine.postgres import embedded, migrate
from koine.postgres.database import Database


async def _serve(address: embedded.Address, port: int) -> None:
    await migrate.migrate(address.dsn("koine_owner"))
    database = await Database.open(address.dsn("koine_app"))
    base_url = f"http://127.0.0.1:{port}"
    config = uvicorn.Config(
        app.create(database, base_url=base_url),
        host="127.0.0.1",
        port=port,
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_level="warning",
        lifespan="off",
    )
    await uvicorn.Server(config).serve()


def main() -> None:
    """Arguments: data folder, port, which PostgreSQL."""
    folder, port, postgres = sys.argv[1:]
    logging.basicConfig()
    with embedded.start(Path(folder), postgres) as running:  # type: ignore[arg-type]
        import uvloop

        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_serve(running.address, int(port)))


if __name__ == "__main__":
    main()
