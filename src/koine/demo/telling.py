"""Having the talks of the demo said, by those who say it, in as few statements as that allows."""

from __future__ import annotations

import random
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from koine.core import markup
from koine.core.actor import Actor, Author
from koine.core.contacts.model import Contact
from koine.core.conversations import messages, opening
from koine.core.conversations.correspondence import emails
from koine.core.conversations.correspondence.model import Email, Sent
from koine.core.conversations.model import Opening, Posting, Said, State
from koine.demo.script import Line, Talk, span
from koine.demo.stage import Stage
from koine.postgres.database import Tx

AGENTS = ("linus", "mary", "hedy", "wu", "hasan", "wangari")  # those who answer
_LONG = 20  # lines
_USUAL = (2, 4, 7, 11, 18, 26, 43, 75, 130)  # minutes after which somebody goes on
_STATES: Sequence[State] = ("pending", "sent", "delivered", "read")


@dataclass(frozen=True, slots=True)
class Way:
    """How a talk came to be: by which contract, through what kind of inbox, and over which channel."""

    origin: str | None
    channel: str
    inbox: str | None = None
    continuous: bool = False


WAYS: Mapping[str, Way] = {
    "tight": Way("tight", "api"),
    "email": Way("libredesk", "email", "email"),
    "chat": Way(None, "chat", "chat"),
    "api": Way("native", "api", "api"),
    **{
        name: Way("highlevel", name, continuous=True)
        for name in ("sms", "whatsapp", "instagram", "facebook", "live_chat", "call")
    },
    "mail": Way("highlevel", "email", continuous=True),
}


@dataclass(slots=True)
class Told:
    """A talk that is a conversation now. `times` are when its lines were said, by their places."""

    talk: Talk
    times: Sequence[datetime]
    id: int = 0
    uuid: UUID | None = None
    messages: dict[int, tuple[int, UUID]] = field(default_factory=dict)  # by the places of their lines

    @property
    def way(self) -> Way:
        """How it came to be."""
        return WAYS[self.talk.facts.get("by", "email")]

    @property
    def answers(self) -> str:
        """Who of us speaks where nobody is named."""
        return self.talk.facts.get("to", "linus").split()[0]

    @property
    def unanswered(self) -> int:
        """How much was said at the end by others than those who answer."""
        ours = [line.kind == "out" and (line.who or self.answers) in AGENTS for line in reversed(self.talk.said)]
        return ours.index(True) if True in ours else len(ours)

    @property
    def ended(self) -> datetime:
        """When the last line was said."""
        return max(self.times)


async def tell(tx: Tx, stage: Stage, talks: Sequence[Talk], now: datetime) -> list[Told]:
    """Have everything said that the other side sees; oldest talk first, as they would have come."""
    told = sorted((_placed(talk, now) for talk in talks), key=lambda each: each.times[0])
    await _open(tx, stage, told)
    queues = {each.id: deque(_rest(each)) for each in told}
    by_id = {each.id: each for each in told}
    while any(queues.values()):
        await _post_next(tx, stage, by_id, queues)
    return told


def _rest(told: Told) -> list[int]:
    places = [place for place, line in enumerate(told.talk.lines) if line.kind in ("in", "out")]
    return places[1:]


def _placed(talk: Talk, now: datetime) -> Told:
    """Lines follow each other after minutes or hours, the same at every start; the last one was so long ago."""
    dice = random.Random(talk.subject)  # noqa: S311  # nothing depends on it
    gaps = [line.after or timedelta(minutes=dice.choice(_USUAL), seconds=dice.randrange(60)) for line in talk.lines]
    last = now - span(talk.facts["ended"])
    return Told(talk, [last - sum(gaps[place + 1 :], timedelta()) for place in range(len(gaps))])


async def _open(tx: Tx, stage: Stage, told: Sequence[Told]) -> None:
    """Neighbours in time that the same one opens go together, so that numbers rise with time."""
    run: list[Told] = []
    for each in (*told, None):
        if run and (each is None or _opener(stage, each) != _opener(stage, run[0])):
            opened = await opening.open(tx, _opener(stage, run[0]), [_opening(stage, one) for one in run])
            for one, became in zip(run, opened, strict=True):
                one.id, one.uuid = became.id, became.uuid
                if became.message_id is not None and became.message_uuid is not None:
                    one.messages[_first(one)] = became.message_id, became.message_uuid
            run = []
        if each is not None:
            run.append(each)


def _first(told: Told) -> int:
    return next(place for place, line in enumerate(told.talk.lines) if line.kind in ("in", "out"))


def _opener(stage: Stage, told: Told) -> Actor:
    line = told.talk.lines[_first(told)]
    by = stage.app if line.kind == "in" else stage.person(line.who or told.answers)
    return replace(by, origin=told.way.origin)


def _opening(stage: Stage, told: Told) -> Opening:
    way, facts = told.way, told.talk.facts
    return Opening(
        stage.workspace_id,
        told.talk.subject,
        said(stage, told, told.talk.lines[_first(told)]),
        entity=facts.get("entity"),
        inbox_id=None if way.inbox is None else stage.inboxes[way.inbox],
        contact_id=stage.contacts[facts["with"]].id if "with" in facts else None,
        continuous=way.continuous,
    )


async def _post_next(tx: Tx, stage: Stage, told: Mapping[int, Told], queues: Mapping[int, deque[int]]) -> None:
    """Of all who could speak next, let the one speak who has most to say, everywhere at once."""
    runs: dict[str, list[tuple[Told, int]]] = defaultdict(list)
    for id, queue in queues.items():
        if queue:
            each, name = told[id], _speaker(told[id], queue[0])
            for place in queue:
                if _speaker(each, place) != name:
                    break
                runs[name].append((each, place))
    name, run = max(runs.items(), key=lambda pair: len(pair[1]))
    by = stage.app if name == ">" else stage.person(name)
    postings = [Posting(each.id, said(stage, each, each.talk.lines[place])) for each, place in run]
    for (each, place), posted in zip(run, await messages.post(tx, by, postings), strict=True):
        if posted is None:
            raise LookupError(f"nobody can speak in {each.talk.subject!r}")
        queues[each.id].popleft()
        each.messages[place] = posted.id, posted.uuid


def _speaker(told: Told, place: int) -> str:
    """Who posts it: in a long talk the app does all of it, in the name of those who speak."""
    line = told.talk.lines[place]
    return ">" if line.kind == "in" or len(told.talk.lines) > _LONG else line.who or told.answers


def said(stage: Stage, told: Told, line: Line) -> Said:
    """What a line says. HTML comes as a message from outside does: made harmless, with the text that it reads as."""
    contact = stage.contacts[told.talk.facts["with"]] if "with" in told.talk.facts else None
    html = markup.clean(line.text) if "html" in line.facts else None
    meta: dict[str, object] = {"automated": True} if "automated" in line.facts else {}
    if "call" in line.facts:
        meta["call"] = {"status": line.facts["call"] or "completed"}
    words = Said(
        markup.to_text(line.text) if html is not None else line.text,
        html,
        [stage.files[name] for name in line.files],
        channel=line.facts.get("by", told.way.channel),
        meta=meta,
    )
    if line.kind == "in" and contact is not None:
        return replace(words, author=_author_of(contact), direction="in", state="received")
    state: State = next((state for state in _STATES if state in line.facts), "sent")
    return replace(words, author=stage.person(line.who or told.answers).author, state=state)


def _author_of(contact: Contact) -> Author:
    return Author("contact", contact.id, contact.external_id, contact.email, contact.name)


async def keep_as_given(tx: Tx, stage: Stage, told: Sequence[Told]) -> None:
    """E-mails that came by HighLevel are kept as they were given besides, which nobody has made harmless."""
    for each in told:
        if each.way is not WAYS["mail"] or each.uuid is None:
            continue
        theirs = stage.contacts[each.talk.facts["with"]].email or ""
        for place, (id, uuid) in each.messages.items():
            line = each.talk.lines[place]
            ways = (theirs, "support@example.com") if line.kind == "in" else ("support@example.com", theirs)
            sent = Sent(id, uuid, each.id, each.uuid, each.times[place])
            html = line.text if "html" in line.facts else None
            email = Email(each.talk.subject or "(no subject)", ways[0], [ways[1]], html=html)
            await emails.write(tx, stage.workspace_id, sent, email, None, "received" if line.kind == "in" else "sent")
