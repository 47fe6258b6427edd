"""How PostgreSQL answers each list: which rows it touches, and whether it reads or sorts more than a page needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

from bench.recording import Statement, literal
from koine.postgres.database import Tx

# Global tables are small and no tenant's.
_GLOBAL = {"users", "accounts", "workspaces", "roles", "memberships", "tokens"}


@dataclass(frozen=True)
class Explained:
    """One execution: `touched` rows were read, from `buffers` pages of 8 kB, and at most `sorted` rows were sorted."""

    touched: int
    buffers: int
    sorted: int
    scanned: list[str] = field(default_factory=list)  # tenant tables that were read from end to end
    plan: dict[str, Any] = field(default_factory=dict, repr=False)

    def complaints(self, limit: int) -> list[str]:
        """What no list may do: `limit` is how many rows it may sort, or read without an index."""
        found = [f"reads all of {table}" for table in self.scanned]
        if self.sorted > limit:
            found.append(f"sorts {self.sorted:,} rows")
        return found


async def explain(tx: Tx, statement: Statement) -> Explained:
    """Run a statement under the generic plan, as the product's connections do."""
    await tx.rows(f"prepare explained as {statement.sql}")
    try:
        values = ", ".join(map(literal, statement.values))
        execute = f"execute explained ({values})" if values else "execute explained"
        await tx.rows(execute)  # so that what is counted is a warm one
        rows = await tx.rows(f"explain (analyze, buffers, timing off, format json) {execute}")
    finally:
        await tx.rows("deallocate explained")
    plan = orjson.loads(rows[0][0])[0]["Plan"]
    nodes = list(_nodes(plan))
    return Explained(
        touched=sum(map(_touched, nodes)),
        buffers=plan["Shared Hit Blocks"] + plan["Shared Read Blocks"],
        sorted=max(
            (_rows(below) for node in nodes if "Sort" in node["Node Type"] for below in node["Plans"]), default=0
        ),
        scanned=sorted({node["Relation Name"] for node in nodes if _reads_all(node)}),
        plan=plan,
    )


def outline(plan: dict[str, Any], depth: int = 0) -> Iterator[str]:
    """A plan in a few words a line."""
    what = plan.get("Index Name") or plan.get("Relation Name") or plan.get("CTE Name") or plan.get("Subplan Name") or ""
    removed = plan.get("Rows Removed by Filter", 0) + plan.get("Rows Removed by Index Recheck", 0)
    counted = f"{_rows(plan):,} rows in {plan['Actual Loops']:,} loops"
    yield f"{'  ' * depth}{plan['Node Type']} {what}: {counted}" + (f", {removed:,} removed" if removed else "")
    for below in plan.get("Plans", []):
        yield from outline(below, depth + 1)


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", []):
        yield from _nodes(below)


def _rows(node: dict[str, Any]) -> int:
    return int(node["Actual Rows"] * node["Actual Loops"])


def _touched(node: dict[str, Any]) -> int:
    """Rows that a scan has read, whether it kept them or not."""
    if "Scan" not in node["Node Type"] or node["Node Type"] in ("CTE Scan", "Subquery Scan", "Function Scan"):
        return 0
    removed = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    return _rows(node) + int(removed * node["Actual Loops"])


def _reads_all(node: dict[str, Any]) -> bool:
    return bool(node["Node Type"] == "Seq Scan" and node["Relation Name"] not in _GLOBAL) and _touched(node) > 1000
