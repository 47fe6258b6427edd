"""P4: every documented list and query, at every size."""

from __future__ import annotations

import asyncio
import json
import urllib.request
from collections.abc import Sequence
from typing import Any

from bench import explain, lists, recording, requests
from bench.driver.job import Outcome
from bench.explain import Explained
from bench.lists import Case
from bench.load.house import House
from bench.measuring import Bench, cost, told
from koine.core.conversations import finding, listing
from koine.core.conversations.asked import Comparison, Field, OrderBy
from koine.core.conversations.store import listing as store
from koine.core.conversations.store.conditions import FEW
from koine.core.page import Place, Window
from koine.postgres.database import Database, Tx

PAGE = 25
FLAT = 1.3
BRIEFLY = 1.0  # seconds for each of many lists
WARM = 0.3

_ORDERS: dict[OrderBy, str] = {
    "created": "CREATED_DATE_TIME",
    "updated": "LAST_UPDATED_DATE_TIME",
    "subject": "SUBJECT",
    "id": "ID",
}
_FIELDS: dict[Field, str] = {
    "subject": "subject",
    "author_external_id": "authorUserId",
    "author_email": "authorEmail",
}
_OPERATORS: dict[Comparison, str] = {
    "equal": "equal",
    "not_equal": "notEqual",
    "greater": "greaterThan",
    "greater_equal": "greaterThanEqual",
    "less": "lessThan",
    "less_equal": "lessThanEqual",
    "contains": "contain",
}


def p4(bench: Bench) -> None:
    """Tight's query by every order and filter, and its list of messages; requests a second, and how flat they are."""
    houses = [bench.house(size) for size in bench.plan.sizes]
    names = [case.name for case in lists.cases(houses[0]) if case.order.by in _ORDERS]
    for name in names:
        outcomes = [_query(bench, house, _named(house, name)) for house in houses]
        add(bench, f"query: {name}", outcomes)
    for house in houses:
        sent = [requests.tight_messages(bench.tight(house), house.short, PAGE)]
        outcome = bench.drive(sent, seconds=BRIEFLY, warm_up=WARM, rounds=1)
        work = f"messages of a conversation, among {house.size:,}"
        bench.add("P4", work, cost(outcome), "≥ 1,500/s", outcome.rate >= 1500, **told(outcome))


def explained(bench: Bench) -> None:
    """Each list's statement under EXPLAIN: what it touches at each size, and whether it reads or sorts too much."""
    houses = [bench.house(size) for size in bench.plan.sizes]
    found = asyncio.run(_explain(bench, houses))
    for name, sizes in found.items():
        touched = " / ".join(f"{each.touched:,}" for each in sizes)
        buffers = " / ".join(f"{each.buffers:,}" for each in sizes)
        complaints = sorted({complaint for each in sizes for complaint in each.complaints(FEW + 1)})
        growth = sizes[-1].buffers / max(sizes[0].buffers, 200)
        if growth > 2:
            complaints.append(f"touches {growth:,.1f} times the pages")
        figure = f"rows {touched}; pages {buffers}" + (f": {'; '.join(complaints)}" if complaints else "")
        bench.add("X", name, figure, "no sort, no scan, flat", not complaints)


async def _explain(bench: Bench, houses: Sequence[House]) -> dict[str, list[Explained]]:
    database = await Database.open(bench.stack.address.dsn("koine_app"), size=1)
    found: dict[str, list[Explained]] = {}
    try:
        for house in houses:
            for case in lists.cases(house):
                by = case.actor(house)
                async with database.reading(by.workspaces) as tx:
                    await tx.rows("set statement_timeout = '60s'")
                    statement = await _statement(tx, house, case)
                    found.setdefault(case.name, []).append(await explain.explain(tx, statement))
    finally:
        await database.close()
    return found


async def _statement(tx: Tx, house: House, case: Case) -> recording.Statement:
    by, place = case.actor(house), None
    if case.start != "first":
        middle = await finding.by_id(tx, by, (house.usual.first + house.usual.last) // 2)
        place = Place(store.place_value(middle, case.order.by), middle.id, case.start)
    window = Window(PAGE, place)
    return await recording.first_statement(lambda tx: listing.query(tx, by, case.asked, case.order, window))


def _query(bench: Bench, house: House, case: Case) -> Outcome:
    token = bench.tight(house, case.reader)
    question = _question(case)
    if case.start != "first":
        question["cursor"] = _cursor(bench, token, question, case, min(8, house.size // 500))
    return bench.drive([requests.tight_query(token, question)], seconds=BRIEFLY, warm_up=WARM, rounds=1)


def _question(case: Case) -> dict[str, Any]:
    sort = {"orderBy": _ORDERS[case.order.by], "direction": "DESC" if case.order.descending else "ASC"}
    asked, filter_ = case.asked, dict[str, Any]()
    for compared in asked.compared:
        filter_.setdefault(_FIELDS[compared.field], {})[_OPERATORS[compared.comparison]] = compared.value
    if asked.entities is not None:
        filter_["attachedEntity"] = {"id": {"in": list(asked.entities)}}
    if asked.resolved is not None:
        filter_["resolutionStatus"] = {"in": ["RESOLVED" if wanted else "OPEN" for wanted in asked.resolved]}
    if asked.read is not None:
        filter_["readStatus"] = {"in": ["READ" if wanted else "UNREAD" for wanted in asked.read]}
    return {"limit": PAGE, "sort": sort, "filter": filter_}


def _cursor(bench: Bench, token: str, question: dict[str, Any], case: Case, pages: int) -> str:
    """Some pages of 250 into the list, and the way on or back from there."""
    found: dict[str, str | None] = {"after": None}
    for _ in range(pages):
        found = _ask(bench, token, {**question, "limit": 250, "cursor": found["after"]})["cursor"]
    cursor = found[case.start]
    assert cursor is not None, "the list is longer than that"
    return cursor


def _ask(bench: Bench, token: str, question: dict[str, Any]) -> Any:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    asked = urllib.request.Request(
        f"{bench.stack.base_url}/v6/conversations/query", json.dumps(question).encode(), headers
    )
    with urllib.request.urlopen(asked, timeout=10) as answer:
        return json.load(answer)


def _named(house: House, name: str) -> Case:
    return next(case for case in lists.cases(house) if case.name == name)


def add(bench: Bench, work: str, outcomes: Sequence[Outcome]) -> None:
    """A row of lists: the same at every size."""
    rates = " / ".join(f"{outcome.rate:,.0f}" for outcome in outcomes)
    cpu = " / ".join(f"{outcome.cpu:,.0f}" for outcome in outcomes)
    answered = all(outcome.requests for outcome in outcomes)
    growth = outcomes[-1].cpu / outcomes[0].cpu if answered else float("inf")
    middle = outcomes[len(outcomes) // 2]
    bench.add(
        "P4",
        work,
        f"{rates} /s; {cpu} µs CPU; x {growth:.2f}",
        f"≥ 1,500/s, x ≤ {FLAT}",
        middle.rate >= 1500 and growth <= FLAT,
        outcomes=[told(outcome) for outcome in outcomes],
    )
