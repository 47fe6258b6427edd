"""Every page of the inbox: method, path, and what answers it."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.routing import BaseRoute, Route

from koine.inbox import assets, door, first_token, links, signing_in, stream
from koine.inbox.door import Handler, OpenHandler
from koine.inbox.pages import (
    acts,
    beginning,
    composing,
    conversations,
    lists,
    own_sessions,
    patterns,
    profile,
    reacting,
    saving_views,
    searching,
    two_factor,
    typing,
    uploads,
)
from koine.inbox.pages.settings import routes as settings
from koine.inbox.runtime import Runtime

WORKSPACE = "/inbox/w/{workspace:int}"
CONVERSATION = WORKSPACE + "/conversations/{number:int}"

# For those who are signed in. Paths with {workspace} are only for its members.
PAGES: Sequence[tuple[str, str, Handler]] = (
    ("GET", "/inbox", lists.home),
    ("GET", WORKSPACE, lists.enter),
    ("GET", WORKSPACE + "/stream", stream.follow),
    ("GET", WORKSPACE + "/search", searching.show),
    ("POST", WORKSPACE + "/files", uploads.take),
    ("GET", WORKSPACE + "/new", beginning.show),
    ("POST", WORKSPACE + "/new", beginning.begin),
    ("GET", WORKSPACE + "/new/contacts", beginning.seek),
    ("POST", WORKSPACE + "/views", saving_views.create),
    ("POST", WORKSPACE + "/views/{view:int}", saving_views.update),
    ("POST", WORKSPACE + "/views/{view:int}/removal", saving_views.delete),
    ("POST", WORKSPACE + "/selection/{act}", acts.several),
    ("GET", CONVERSATION, conversations.show),
    ("GET", CONVERSATION + "/messages/{message:int}/body", conversations.body),
    ("POST", CONVERSATION + "/messages", composing.say),
    ("POST", CONVERSATION + "/messages/{message:uuid}/withdrawal", composing.take_back),
    ("POST", CONVERSATION + "/messages/{message:int}/reactions", reacting.react),
    ("POST", CONVERSATION + "/preview", composing.preview),
    ("POST", CONVERSATION + "/draft", composing.draft),
    ("POST", CONVERSATION + "/typing", typing.tell),
    ("POST", CONVERSATION + "/{act}", acts.one),
    *((method, WORKSPACE + "/settings" + path, handler) for method, path, handler in settings.PAGES),
    ("GET", WORKSPACE + "/{queue:path}", lists.show),  # mine, team/4, …: what nothing above it is
)

# For those who are signed in, about themselves.
OWN: Sequence[tuple[str, str, Handler]] = (
    ("POST", "/inbox/sign-out", signing_in.leave),
    ("GET", first_token.PATH, first_token.show),
    ("POST", first_token.PATH, first_token.make),
    ("GET", profile.PATH, profile.show),
    ("POST", profile.PATH, profile.save),
    ("POST", "/inbox/settings/preferences", profile.prefer),
    ("POST", "/inbox/settings/password", profile.change_password),
    ("GET", own_sessions.PATH, own_sessions.show),
    ("POST", own_sessions.PATH + "/revocation", own_sessions.revoke_others),
    ("POST", own_sessions.PATH + "/{session:int}/revocation", own_sessions.revoke),
    ("GET", two_factor.PATH, two_factor.show),
    ("POST", two_factor.PATH, two_factor.enable),
    ("POST", two_factor.PATH + "/recovery-codes", two_factor.renew),
    ("POST", two_factor.PATH + "/removal", two_factor.disable),
)

# For anybody.
OPEN: Sequence[tuple[str, str, OpenHandler]] = (
    ("GET", "/inbox/sign-in", signing_in.show),
    ("POST", "/inbox/sign-in", signing_in.accept),
    ("POST", "/inbox/sign-in/code", signing_in.accept_code),
    ("GET", "/inbox/link/{secret}", links.show),
    ("POST", "/inbox/link/{secret}", links.accept),
)


def mount(runtime: Runtime) -> list[BaseRoute]:
    """The pages before and behind the door, and what they are drawn with."""
    before = [Route(path, door.greet(runtime, handler), methods=[method]) for method, path, handler in OPEN]
    if runtime.development:
        before.append(Route(patterns.PATH, door.greet(runtime, patterns.show), methods=["GET"]))
    behind = [Route(path, door.admit(runtime, handler), methods=[method]) for method, path, handler in (*OWN, *PAGES)]
    return [*assets.routes(), *before, *behind]
