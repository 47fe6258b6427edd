"""What a filled database holds, and the keys to it; kept beside the data so that a later run can use it again."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

FILE = "houses.json"


@dataclass(frozen=True)
class Person:
    """A user of the account, or one of its contacts."""

    id: int
    external_id: str | None
    email: str
    name: str = ""


@dataclass
class Place:
    """One workspace. Its conversations have the ids from `first` up to and without `last`."""

    workspace_id: int
    uuid: str
    inbox_id: int | None
    open_status: int
    resolved_status: int
    highlevel: str
    first: int = 0
    last: int = 0
    fresh: list[tuple[str, str]] = field(default_factory=list)  # uuid and address of contacts without a conversation


@dataclass
class Street:
    """One account with many small workspaces, each with an owner of its own, known by the id in `owners`."""

    people: dict[str, Person]
    places: list[Place]
    owners: list[str]
    tight: tuple[str, str]


@dataclass
class House:
    """One account of a certain size.

    In the workspace `usual` most conversations are resolved and everybody has read some. In `extreme` a handful are
    resolved, and `grace` has read all but a handful. `linus` reads `usual` and has read only a handful of it. The
    conversations `short` and `long` of `usual` have 10 and 10,000 messages.
    """

    name: str
    size: int
    account_id: int
    usual: Place
    extreme: Place
    people: dict[str, Person]
    tight: tuple[str, str]
    libredesk: tuple[str, str]
    short: int = 0
    long: int = 0


def save(folder: Path, known: dict[str, House | Street]) -> None:
    """Remember what a data folder holds."""
    text = json.dumps({name: asdict(found) for name, found in known.items()}, indent=1)
    (folder / FILE).touch(mode=0o600)
    (folder / FILE).write_text(text)


def read(folder: Path) -> dict[str, House | Street]:
    """What an earlier run has filled a data folder with; nothing when there was none."""
    try:
        found = json.loads((folder / FILE).read_text())
    except FileNotFoundError:
        return {}
    return {name: _street(said) if "places" in said else _house(said) for name, said in found.items()}


def _house(said: dict[str, Any]) -> House:
    usual, extreme = _place(said.pop("usual")), _place(said.pop("extreme"))
    return House(usual=usual, extreme=extreme, people=_people(said.pop("people")), **said)


def _street(said: dict[str, Any]) -> Street:
    places = [_place(place) for place in said.pop("places")]
    return Street(places=places, people=_people(said.pop("people")), **said)


def _place(said: dict[str, Any]) -> Place:
    said["fresh"] = [(uuid, email) for uuid, email in said["fresh"]]
    return Place(**said)


def _people(said: dict[str, Any]) -> dict[str, Person]:
    return {key: Person(**person) for key, person in said.items()}
