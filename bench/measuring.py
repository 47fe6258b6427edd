"""What every row has at hand: a server, filled houses, and a way to send requests and to say what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from bench import floor, requests
from bench.driver import job
from bench.driver.job import Job, Outcome
from bench.figures import Figure, line
from bench.floor import Bare, Floor
from bench.load import filling, house
from bench.load.house import House, Street
from bench.stack import Stack


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How large and how long. `sizes` are conversations in a workspace, the first small and the last large."""

    sizes: Sequence[int]
    seconds: float
    rounds: int
    once: int  # requests that can be sent only once each
    workspaces: int
    connections: int = 16
    pool: int = 12  # connections of the server to its PostgreSQL, and of pgbench


WHOLE = Plan(sizes=(1_000, 200_000, 1_000_000), seconds=5, rounds=3, once=90_000, workspaces=1_000)
QUICK = Plan(sizes=(1_000, 20_000), seconds=1, rounds=1, once=10_000, workspaces=100)


@dataclass
class Bench:
    """One run. What is in the data folder already is not filled again."""

    stack: Stack
    plan: Plan
    figures: list[Figure] = field(default_factory=list)
    known: dict[str, House | Street] = field(default_factory=dict)
    tokens: dict[tuple[str, str], str] = field(default_factory=dict)

    def say(self, text: str) -> None:
        """Tell how it goes."""
        print(text, flush=True)

    def add(
        self, row: str, work: str, figure: str, target: str = "", met: bool | None = None, **details: object
    ) -> None:
        """One more line of the report."""
        self.figures.append(Figure(row=row, work=work, figure=figure, target=target, met=met, details=details))
        self.say(line(self.figures[-1]))

    def yard(self) -> House:
        """A small account that may grow: whatever creates does it here."""
        return self.house(self.plan.sizes[0], "yard")

    def house(self, size: int, kind: str = "house") -> House:
        """An account with so many conversations in a workspace; filled when first asked for."""
        return self._filled(f"{kind}-{size}", size, filling.house)

    def location(self, size: int) -> House:
        """An account in which so many contacts have a conversation each."""
        return self._filled(f"location-{size}", size, filling.location)

    def user(self, house: House, person: str) -> UUID:
        """The uuid of one of a house's people."""
        return asyncio.run(filling.uuid_of(self.stack.address, house.people[person].id))

    def middle(self, house: House) -> int:
        """When the conversation in the middle of a house was spoken in last, in milliseconds."""
        return asyncio.run(filling.spoken_in(self.stack.address, house.usual))

    def street(self) -> Street:
        """Many small workspaces."""
        found = self._known().get("street")
        if found is None:
            found = asyncio.run(filling.street(self.stack.address, self.plan.workspaces, 20, say=self.say))
            self._keep("street", found)
        assert isinstance(found, Street)
        return found

    def tight(self, house: House, person: str = "ada") -> str:
        """An access token for somebody of a house."""
        known = house.name, person
        if known not in self.tokens:
            self.tokens[known] = requests.tight_of(self.stack.base_url, house, person)
        return self.tokens[known]

    def drive(self, sent: Sequence[bytes], *, rounds: int | None = None, **how: Any) -> Outcome:
        """Send requests; of several rounds the one that cost least: noise of the machine only ever adds.

        `how` is as in a Job. Requests that can be sent only `once` are shared out among the rounds.
        """
        rounds = rounds or self.plan.rounds
        each = len(sent) // rounds
        parts = [sent[n * each : (n + 1) * each] for n in range(rounds)] if how.get("once") else [sent] * rounds
        return min((self._drive(part, how) for part in parts), key=lambda outcome: outcome.cpu)

    def floor(self, bare: Bare, *, connections: int | None = None) -> Floor | None:
        """The same statement by pgbench, the best of the rounds; None where there is no pgbench."""
        pgbench = floor.program()
        if pgbench is None:
            return None
        count, seconds = connections or self.plan.pool, max(1, round(self.plan.seconds))
        watched, address = self.stack.watched, self.stack.address
        found = [
            floor.measure(pgbench, address, watched, bare, connections=count, seconds=seconds)
            for _ in range(self.plan.rounds)
        ]
        return max(found, key=lambda measured: measured.rate)

    def _filled(self, name: str, size: int, fill: Callable[..., Coroutine[Any, Any, House]]) -> House:
        found = self._known().get(name)
        if found is None:
            found = asyncio.run(fill(self.stack.address, name, size, say=self.say))
            self._keep(name, found)
        assert isinstance(found, House)
        return found

    def _drive(self, sent: Sequence[bytes], how: Mapping[str, Any]) -> Outcome:
        warm_up = 0.3 if how.get("once") else min(1.0, self.plan.seconds)
        usual = {"connections": self.plan.connections, "seconds": self.plan.seconds, "warm_up": warm_up}
        where = {"base_url": self.stack.base_url, "watched": self.stack.watched}
        return job.run(Job(requests=sent, **{**usual, **where, **how}))

    def _known(self) -> dict[str, House | Street]:
        if not self.known:
            self.known = house.read(self.stack.folder)
        return self.known

    def _keep(self, name: str, found: House | Street) -> None:
        self.known[name] = found
        house.save(self.stack.folder, self.known)


def cost(outcome: Outcome) -> str:
    """A rate and what each request cost."""
    parts = f"{outcome.python:,.0f} Python, {outcome.postgres:,.0f} PostgreSQL"
    return f"{outcome.rate:,.0f}/s, {outcome.cpu:,.0f} µs CPU ({parts})"


def told(outcome: Outcome) -> dict[str, Any]:
    """All of an outcome, for the record."""
    return {**asdict(outcome), "rate": outcome.rate}
