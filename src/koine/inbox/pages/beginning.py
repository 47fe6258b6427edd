"""Beginning a conversation by hand: with whom, where, and what is said or noted first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from koine.core.contacts import contacts, finding
from koine.core.contacts.model import Described
from koine.core.conversations import finding as conversations
from koine.core.conversations import opening
from koine.core.conversations.handling import assignment, notes, replying, tagging
from koine.core.conversations.model import Opening, Said
from koine.core.errors import Invalid, Problem, Refused
from koine.inbox import asking, form, markdown, operations, render
from koine.inbox.pages import composing, desk
from koine.inbox.runtime import Runtime
from koine.inbox.shown import furniture, people
from koine.inbox.visit import Visit
from koine.postgres.database import Tx

_LONGEST = {"subject": 500, "name": 200, "email": 254, "phone": 50, "q": 100}
_NEEDED = "conversations:write"


@dataclass(frozen=True, slots=True)
class Begun:
    """What has been filled in. `contact` is an id, `new`, or empty for nobody outside; `tags` are ids."""

    sent: Mapping[str, str] = field(default_factory=dict)
    tags: frozenset[str] = frozenset()
    problem: str = ""

    def __getitem__(self, name: str) -> str:
        return self.sent.get(name, "")


async def show(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """The form, empty."""
    return await _page(runtime, visit, request, Begun({"contact": request.query_params.get("contact", "")}))


async def seek(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """For the page's script: the contacts that what is typed may mean."""
    visit.actor.must(_NEEDED, visit.here)
    query = request.query_params
    begun = Begun({"contact": query.get("contact", ""), "q": query.get("q", "")})
    async with runtime.database.reading((visit.here,)) as tx:
        found = await _found(tx, visit, begun)
    return operations.answer(
        operations.replace("new-contacts", render.partial(visit, "_new_contacts.html", begun=begun, found=found))
    )


async def begin(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """Open it and lead there; what is wrong is said on the form, where all that was typed still stands."""
    fields = await form.fields(request, form.OF_PEOPLE)
    tags = frozenset(value for name, value in fields if name == "tag")
    begun = Begun({name: value.replace("\x00", "") for name, value in fields}, tags)
    if begun["do"] == "seek":
        return await _page(runtime, visit, request, begun)
    try:
        async with runtime.database.writing((visit.here,)) as tx:
            number = await _open(tx, visit, begun)
    except Refused as refused:
        return await _page(runtime, visit, request, replace(begun, problem=refused.says), status=422)
    return RedirectResponse(f"{visit.root}/conversations/{number}?queue=all", 303)


async def _open(tx: Tx, visit: Visit, begun: Begun) -> int:
    """The number of what was opened. All of it is done, or nothing."""
    by, here = visit.actor, visit.here
    by.must(_NEEDED, here)
    for name, longest in _LONGEST.items():
        if len(begun[name]) > longest:
            raise Invalid(f"This is too long: {name}.", problems=[Problem("too_long", (name,), limit=longest)])
    said = _said(begun)
    inbox = await _inbox(tx, visit, begun["inbox"])
    wanted = Opening(
        here, " ".join(begun["subject"].split()), inbox_id=inbox, contact_id=await _contact(tx, visit, begun)
    )
    (opened,) = await opening.open(tx, by, [wanted])
    conversation = await conversations.by_id(tx, by, opened.id)
    if begun["kind"] == "note":
        await notes.write(tx, by, conversation, said)
    else:
        await replying.reply(tx, by, conversation, said)
    await _handle(tx, visit, opened.id, begun)
    return opened.number


def _said(begun: Begun) -> Said:
    source = begun["text"].replace("\r\n", "\n").strip()
    if not source or len(source) > composing.LONGEST:
        says = "Write the first message or note." if not source else "This is too long for one message."
        raise Invalid(says, problems=[Problem("too_long" if source else "missing", ("text",))])
    return Said(markdown.text(source), markdown.html(source), meta={"markdown": source})


async def _handle(tx: Tx, visit: Visit, id: int, begun: Begun) -> None:
    by, here = visit.actor, visit.here
    if begun.tags:
        await tagging.add(tx, by, here, [id], tags=[_id(tag, "tag") for tag in sorted(begun.tags)])
    if begun["team"]:
        await assignment.give_to_team(tx, by, here, [id], team=_id(begun["team"], "team"))
    if begun["assignee"]:
        await assignment.assign(tx, by, here, [id], to=_id(begun["assignee"], "assignee"))


async def _contact(tx: Tx, visit: Visit, begun: Begun) -> int | None:
    chosen = begun["contact"]
    if chosen == "new":
        described = _described(begun)
        return (await contacts.create(tx, visit.actor, visit.here, described)).id
    return (await finding.by_id(tx, visit.actor, visit.here, _id(chosen, "contact"))).id if chosen else None


def _described(begun: Begun) -> Described:
    first, _, last = " ".join(begun["name"].split()).partition(" ")
    email, phone = begun["email"].strip(), begun["phone"].strip()
    if not (email or phone):
        raise Invalid("A new contact needs an e-mail address or a number.", problems=[Problem("missing", ("email",))])
    if email and ("@" not in email.strip("@") or " " in email):
        raise Invalid("This is no e-mail address.", problems=[Problem("malformed", ("email",))])
    return Described(email=email or None, phone=phone or None, first_name=first, last_name=last)


async def _inbox(tx: Tx, visit: Visit, chosen: str) -> int | None:
    if not chosen:
        return None
    there = set((await furniture.read(tx, visit)).inboxes)
    if (id := _id(chosen, "inbox")) not in there:
        raise Invalid("There is no such inbox.", problems=[Problem("not_found", ("inbox",))])
    return id


async def _found(tx: Tx, visit: Visit, begun: Begun) -> list[people.Face]:
    """Those who are sought, with whoever is chosen already."""
    found = await finding.named(tx, visit.actor, visit.here, begun["q"])
    chosen = begun["contact"]
    if chosen.isdecimal() and chosen.isascii() and len(chosen) < 19 and int(chosen) not in {each.id for each in found}:
        found = [await finding.by_id(tx, visit.actor, visit.here, int(chosen)), *found]
    return [people.of_contact(each) for each in found]


async def _page(runtime: Runtime, visit: Visit, request: Request, begun: Begun, *, status: int = 200) -> Response:
    visit.actor.must(_NEEDED, visit.here)
    shown = asking.read(request.query_params.get("queue", "mine"), request.query_params)
    async with runtime.database.reading((visit.here,)) as tx:
        around = await desk.read(tx, visit, shown, {})
        found = await _found(tx, visit, begun)
    values: dict[str, Any] = {"rail": around.rail, "queue": around.queue, "position": around.position}
    values |= {"thread": None, "side": None, "begun": begun, "found": found, "has": around.has, "beside": shown.query()}
    return render.page(visit, "new.html", status=status, **values)


def _id(text: str, name: str) -> int:
    if not text.isdecimal() or not text.isascii() or len(text) > 18:
        raise Invalid(f"There is no such {name}.", problems=[Problem("not_found", (name,))])
    return int(text)
