"""What can be done with the conversations that are selected, each as a menu."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from koine.inbox.shown.furniture import Furniture
from koine.inbox.shown.sides import Option
from koine.inbox.visit import Visit

UNTIL = (
    Option("later", "In three hours"),
    Option("tomorrow", "Tomorrow morning"),
    Option("monday", "Monday morning"),
    Option("week", "In a week"),
    Option("", "Wake them now"),
)


@dataclass(frozen=True, slots=True)
class Group:
    """Some of the values that a menu offers, under a heading: each is sent as `field`."""

    head: str
    field: str
    options: Sequence[Option]


@dataclass(frozen=True, slots=True)
class Bulk:
    """A menu; `act` is what its form does, as pages/acts.py knows it."""

    act: str
    label: str
    icon: str
    groups: Sequence[Group]


def of(visit: Visit, has: Furniture) -> list[Bulk]:
    """What the visitor may do with many at once."""
    people = [Group("Assign to", "assignee", [Option("me", "Me"), *has.agents, Option("", "Nobody")])]
    teams = [Group("Give to a team", "team", [*has.teams, Option("", "No team")])] if has.teams else []
    may_assign, may_give = _may(visit, "user_assignee"), _may(visit, "team_assignee")
    assigning = people * may_assign + teams * may_give
    tagging = [Group("Tag as", "tag", has.tags), Group("Take off", "without", has.tags)]
    menus = (
        (bool(assigning), Bulk("assignment", "Assign", "assign", assigning)),
        (_may(visit, "status"), Bulk("status", "Status", "status", [Group("Status", "status", has.statuses)])),
        (
            _may(visit, "priority"),
            Bulk("priority", "Priority", "priority",
                 [Group("Priority", "priority", [*has.priorities, Option("", "None")])]),
        ),
        (_may(visit, "tags") and bool(has.tags), Bulk("tags", "Tag", "tag", tagging)),
        (_may(visit, "status"), Bulk("snooze", "Snooze", "snooze", [Group("Snooze until", "until", UNTIL)])),
    )  # fmt: skip
    return [bulk for may, bulk in menus if may]


def _may(visit: Visit, what: str) -> bool:
    return visit.may(f"conversations:update_{what}")
