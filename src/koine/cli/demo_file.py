"""The file that scripts read to get into the demo's world: its shape."""

from __future__ import annotations

from typing import TypedDict


class Place(TypedDict):
    """A workspace."""

    id: int
    uuid: str
    name: str


class Person(TypedDict):
    """Somebody whom Tight's token endpoint knows."""

    user_id: str
    email: str
    role: str


class TightClient(TypedDict):
    """A Tight partner, and its users."""

    client_id: str
    client_secret: str
    users: list[Person]


class HighLevelToken(TypedDict):
    """The token of one workspace. The contacts have no conversation yet."""

    token: str
    location_id: str
    contact_ids: list[str]


class LibredeskKey(TypedDict):
    """An agent's key, in the first workspace."""

    api_key: str
    api_secret: str
    inbox_id: int
    agent_id: int
    team_id: int


class NativeToken(TypedDict):
    """A token of the native API, for the first workspace."""

    token: str


class InboxLink(TypedDict):
    """Where browsers begin. The link signs in as the agent, once; each start makes a new one."""

    url: str
    email: str
    link: str


class Credentials(TypedDict):
    """The file that scripts read."""

    base_url: str
    workspaces: list[Place]
    tight: TightClient
    highlevel: list[HighLevelToken]
    libredesk: LibredeskKey
    native: NativeToken
    inbox: InboxLink
