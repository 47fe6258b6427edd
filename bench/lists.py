"""Every list that is documented: each order both ways and from the middle, each filter where it is common, rare, absent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, get_args

from bench.load import words
from bench.load.house import House
from koine.core.actor import Actor
from koine.core.conversations.asked import Asked, Compared, Comparison, Field, Order, OrderBy
from koine.core.permissions import ROLES

Start = Literal["first", "after", "before"]


@dataclass(frozen=True)
class Case:
    """One list: `reader` asks in the workspace `kind` of a house; `start` is the first page or one beside the middle."""

    name: str
    asked: Asked = field(default_factory=Asked)
    order: Order = field(default_factory=Order)
    start: Start = "first"
    reader: str = "ada"
    kind: Literal["usual", "extreme", "both"] = "usual"

    def actor(self, house: House) -> Actor:
        """Who asks."""
        person = house.people[self.reader]
        places = {"usual": [house.usual], "extreme": [house.extreme], "both": [house.usual, house.extreme]}[self.kind]
        access = {place.workspace_id: ROLES["Owner"] for place in places}
        return Actor("user", person.id, house.account_id, access, person.external_id, person.email, person.name)


def cases(house: House) -> list[Case]:
    """All of them, for the people and subjects of a house."""
    return [*_orders(), *_subjects(), *_authors(house), *_states(), *_entities(house), *_together(house)]


def _orders() -> Iterator[Case]:
    starts: tuple[Start, ...] = get_args(Start)
    for by in ("created", "updated", "subject", "id", "last_message"):
        for descending in (True, False):
            for start in starts:
                way = "desc" if descending else "asc"
                yield Case(f"order {by} {way}, {start}", order=Order(by, descending), start=start)
    yield Case("order created desc, first, two workspaces", reader="blaise", kind="both")
    yield Case("order created desc, after, two workspaces", reader="blaise", kind="both", start="after")


def _subjects() -> Iterator[Case]:
    rare = f"The {words.RARE} matter 3"
    yield from _compared("subject", "equal", {"common": words.CLOSING, "rare": rare, "absent": words.ABSENT})
    yield from _compared("subject", "not_equal", {"common": words.CLOSING})
    yield from _compared("subject", "greater", {"common": "B", "rare": "The", "absent": "zz"})
    yield from _compared("subject", "greater_equal", {"common": "B", "rare": "The", "absent": "zz"})
    yield from _compared("subject", "less", {"common": "Q", "rare": "1", "absent": ""})
    yield from _compared("subject", "less_equal", {"common": "Q", "absent": " "})
    known = {"common": words.COMMON, "uncommon": words.UNCOMMON, "rare": words.RARE, "absent": words.ABSENT}
    yield from _compared("subject", "contains", known)
    yield from _compared("subject", "contains", {"two letters, common": "in", "two letters, absent": "qq"})
    for by in ("updated", "subject", "id"):
        for name in ("common", "rare", "absent"):
            compared = Compared("subject", "contains", known[name])
            yield Case(f"subject contains, {name}, order {by}", Asked(compared=[compared]), Order(by))


def _authors(house: House) -> Iterator[Case]:
    ada, vera, emil = (house.people[name] for name in ("ada", "vera", "emil"))
    emails = {"common": ada.email, "rare": vera.email, "absent": emil.email, "unknown": "nobody@example.org"}
    ids = {name: id or "" for name, id in _ids(house).items()}
    yield from _compared("author_email", "equal", emails)
    yield from _compared("author_email", "not_equal", {"common": ada.email})
    yield from _compared("author_email", "contains", {"common": "lovelace", "rare": "rubin", "absent": "nobody"})
    yield from _compared("author_email", "contains", {"everybody": "example"})
    yield from _compared("author_email", "greater", {"common": "a", "rare": "v", "absent": "zz"})
    yield from _compared("author_email", "less_equal", {"common": "b", "absent": "!"})
    yield from _compared("author_external_id", "equal", ids)
    yield from _compared("author_external_id", "not_equal", {"common": ids["common"]})
    yield from _compared("author_external_id", "contains", {"common": "ada", "rare": "vera", "absent": "nobody"})
    for by in ("updated", "subject", "id"):
        for name in ("common", "rare", "absent"):
            compared = Compared("author_email", "equal", emails[name])
            yield Case(f"author_email equal, {name}, order {by}", Asked(compared=[compared]), Order(by))


def _states() -> Iterator[Case]:
    for by in ("created", "updated", "subject", "id"):
        for descending in (True, False):
            order, way = Order(by, descending), f"order {by} {'desc' if descending else 'asc'}"
            yield Case(f"resolved, common, {way}", Asked(resolved=[True]), order)
            yield Case(f"resolved, rare, {way}", Asked(resolved=[True]), order, kind="extreme", reader="grace")
            yield Case(f"open, recent ones, {way}", Asked(resolved=[False]), order)
            yield Case(f"open, common, {way}", Asked(resolved=[False]), order, kind="extreme", reader="grace")
    for by in ("created", "updated"):
        for descending in (True, False):
            order, way = Order(by, descending), f"order {by} {'desc' if descending else 'asc'}"
            yield Case(f"read, common, {way}", Asked(read=[True]), order)
            yield Case(f"read, rare, {way}", Asked(read=[True]), order, reader="linus")
            yield Case(f"unread, common, {way}", Asked(read=[False]), order, reader="linus")
            yield Case(f"unread, rare, {way}", Asked(read=[False]), order, kind="extreme", reader="grace")


def _entities(house: House) -> Iterator[Case]:
    one, other = f"btxn_{house.usual.first + 1}", f"btxn_{house.usual.last - 5}"
    for by in ("created", "updated", "subject", "id"):
        yield Case(f"entity in, one, order {by}", Asked(entities=[one]), Order(by))
        yield Case(f"entity in, common, order {by}", Asked(entities=["sum_1"]), Order(by))
    yield Case("entity in, several", Asked(entities=[one, other, "sum_2"]))
    yield Case("entity in, absent", Asked(entities=["btxn_0"]))
    yield Case("entity in, none", Asked(entities=[]))


def _together(house: House) -> Iterator[Case]:
    """Filters as an inbox has them."""
    yield Case("open and unread", Asked(resolved=[False], read=[False]), reader="linus")
    yield Case("open and contains, absent", Asked([Compared("subject", "contains", words.ABSENT)], resolved=[False]))
    vera = Compared("author_email", "equal", house.people["vera"].email)
    yield Case("open and of the rare author", Asked([vera], resolved=[False]))


def _compared(by: Field, comparison: Comparison, values: dict[str, str]) -> Iterator[Case]:
    for name, value in values.items():
        yield Case(f"{by} {comparison}, {name}", Asked(compared=[Compared(by, comparison, value)]))


def _ids(house: House) -> dict[str, str | None]:
    people = house.people
    return {"common": people["ada"].external_id, "rare": people["vera"].external_id,
            "absent": people["emil"].external_id, "unknown": "nobody"}  # fmt: skip
