"""The filters of a list as the page draws them: what can be asked, and what is asked, which can be taken away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from koine.core.views.model import View
from koine.inbox import narrowing
from koine.inbox.asking import SEARCH, SORTS, Shown
from koine.inbox.shown.furniture import Furniture
from koine.inbox.shown.sides import Option
from koine.inbox.visit import Visit

ORIGINS = {"native": "API", "tight": "Tight", "highlevel": "HighLevel", "libredesk": "Libredesk", "email": "E-mail"}
CHANNELS = {"email": "E-mail", "sms": "SMS", "chat": "Chat", "live_chat": "Live chat", "api": "API", "call": "Call"}
_LABELS = {
    "category": "State",
    "status": "Status",
    "assignee": "Assignee",
    "team": "Team",
    "inbox": "Inbox",
    "tag": "Tag",
    "priority": "Priority",
    "entity": "Entity",
    "origin": "Came by",
    "channel": "Last by",
    "unread": "",
    "starred": "",
    "since": "From",
    "until": "Until",
    "contact": "Contact",
}
_WHETHER = {"unread": {"1": "Unread", "0": "Read"}, "starred": {"1": "Starred", "0": "Not starred"}}


@dataclass(frozen=True, slots=True)
class Check:
    """A value of a filter; `on`: it is asked for."""

    value: str
    label: str
    on: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """A filter with what can be chosen of it."""

    name: str
    label: str
    checks: Sequence[Check]

    @property
    def chosen(self) -> int:
        """How many are."""
        return sum(each.on for each in self.checks)


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is on; `href` is the list without it."""

    label: str
    href: str


@dataclass(frozen=True, slots=True)
class Kept:
    """The saved view that is shown: `changed` when the address says other filters, `own` when it may be changed."""

    id: int
    name: str
    shared: bool
    changed: bool
    own: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """The filter bar of a list. `action` is where its form leads; `hidden` is what it says besides.

    `words` are the entities that are asked for, `days` since and until. `query` is the whole as an address says it, for
    a view that is made of it; empty where none can be.
    """

    action: str
    hidden: Sequence[tuple[str, str]]
    facets: Sequence[Facet]
    whether: Sequence[Facet]
    words: Sequence[str]
    days: Mapping[str, str]
    sort: str
    sorts: Mapping[str, str]
    chips: Sequence[Chip]
    clear: str
    query: str
    may_share: bool
    kept: Kept | None = None


def bar(visit: Visit, shown: Shown, has: Furniture) -> Bar:
    """The bar of a list that is settled."""
    names, pairs, root = narrowing.open_to(shown.slug), shown.pairs, visit.root
    known = _known(has)
    chosen = frozenset(pairs)
    facets = [
        Facet(
            name, _LABELS[name], [Check(value, label, (name, value) in chosen) for value, label in known[name].items()]
        )
        for name in names
        if known.get(name) and (name != "category" or any(each == name for each, _ in pairs))
    ]
    kept = _kept(visit, shown, has.views)
    clear = shown.with_pairs(root, ()) if pairs and kept is None else f"{root}/{shown.slug}"
    return Bar(
        f"{root}/{shown.slug}",
        [("set", "1")] * (shown.view is not None) + [("q", shown.words)] * bool(shown.words),
        facets,
        [
            Facet(name, label, [Check(value, says, (name, value) in chosen) for value, says in _WHETHER[name].items()])
            for name, label in (("unread", "Read or not"), ("starred", "Star"))
        ],
        [value for name, value in pairs if name == "entity"],
        {name: next((value for each, value in pairs if each == name), "") for name in ("since", "until")},
        shown.asked.sort,
        {} if shown.slug == SEARCH else {str(sort): says for sort, says in SORTS.items()},
        [_chip(shown, root, pair, known) for pair in pairs],
        clear,
        _query(shown),
        visit.may("conversations:read_all"),
        kept,
    )


def _chip(shown: Shown, root: str, pair: tuple[str, str], known: Mapping[str, Mapping[str, str]]) -> Chip:
    name, value = pair
    said = _WHETHER.get(name, known.get(name, {})).get(value, value)
    label = f"{_LABELS[name]}: {said}" if _LABELS[name] else said
    return Chip(label, shown.with_pairs(root, [each for each in shown.pairs if each != pair]))


def _query(shown: Shown) -> str:
    if shown.slug == SEARCH or narrowing.kept(shown.slug, shown.asked.filters) is None:
        return ""
    return shown.query()


def _kept(visit: Visit, shown: Shown, views: Sequence[View]) -> Kept | None:
    for view in views:
        if view.id == shown.view:
            own = view.owner_id == visit.actor.id or visit.may("conversations:read_all")
            return Kept(view.id, view.name, view.shared, shown.changed or bool(shown.sort), own)
    return None


def _known(has: Furniture) -> Mapping[str, Mapping[str, str]]:
    def named(options: Sequence[Option], **besides: str) -> Mapping[str, str]:
        return {**besides, **{each.value: each.label for each in options}}

    return {
        "status": named(has.statuses),
        "assignee": named(has.agents, me="Me", none="Nobody"),
        "team": named(has.teams, none="No team"),
        "inbox": {str(id): name for id, (name, _) in has.inboxes.items()},
        "tag": named(has.tags),
        "priority": named(has.priorities, none="None"),
        "origin": ORIGINS,
        "channel": CHANNELS,
        "category": {"open": "Open", "waiting": "Waiting", "resolved": "Resolved"},
    }
