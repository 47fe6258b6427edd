"""Made-up talk that shows every part of the pages: for the pattern page, and for looking at what one changes."""

# ruff: noqa: E501, RUF001 - one thing a line, and words of other scripts
# fmt: off
from __future__ import annotations

from datetime import UTC, datetime, timedelta

from markupsafe import Markup

from koine.inbox.shown.bubbles import Attached, Bubble, Chosen
from koine.inbox.shown.lists import Filter, Queue
from koine.inbox.shown.people import Face
from koine.inbox.shown.rails import Group, Rail, Stop
from koine.inbox.shown.rows import Row, Tag
from koine.inbox.shown.sides import Choice, Fact, Option, Side
from koine.inbox.shown.threads import Composer, Thread

ROSALIND = Face("contact", "Rosalind Marsh", "rosalind.marsh@example.com", 1)
OTTO = Face("contact", "Otto Brandt", "otto.brandt@example.com", 2)
INES = Face("contact", "Inês Duarte", "ines.duarte@example.com", 3)
KOFI = Face("contact", "Kofi Mensah", "kofi.mensah@example.com", 4)
YUKI = Face("contact", "田中 由紀", "yuki.tanaka@example.com", 5)
NOOR = Face("contact", "نور الهاشمي", "noor@example.com", 6)
LINUS = Face("user", "Linus Pauling", "linus@example.com", 7)
MARY = Face("user", "Mary Somerville", "mary@example.com", 8)


def _ago(**passed: float) -> datetime:
    return datetime.now(UTC) - timedelta(**passed)


def rows() -> list[Row]:
    """A list in which every mark of a row stands somewhere."""
    lamp, urgent = Tag("lamps", 4), Tag("refund", 3)
    return [
        Row(1, 118, "#", ROSALIND, "The lamp flickers since Tuesday", "It is worse in the evening. I have attached a photo of the socket.",
            _ago(minutes=3), unread=True, origin="email", waiting_since=_ago(minutes=3), priority="Urgent", assignee=MARY, tags=[lamp, urgent]),
        Row(2, 117, "#", OTTO, "Invoice 2024-118", "Thank you, that is exactly what our bookkeeper needed.", _ago(minutes=41),
            unread=True, origin="chat", assignee=LINUS, waiting_since=_ago(minutes=41)),
        Row(3, 116, "#", INES, "Can I change the delivery address?", "Of course! I have changed it to the new one; it arrives on Friday.",
            _ago(hours=2), origin="libredesk", answered=True, category="waiting", status="Waiting", assignee=MARY),
        Row(4, 115, "#", KOFI, "Transaction review: what was this for?", "What was btxn_7 for?", _ago(hours=5), origin="tight", tags=[Tag("books", 8)], priority="High",
            waiting_since=_ago(hours=5)),
        Row(5, 114, "#", YUKI, "ランプの部品について", "お世話になっております。交換部品の在庫はありますか？", _ago(hours=8), origin="email", starred=True),
        Row(6, 113, "#", NOOR, "سؤال عن الضمان", "هل يشمل الضمان الكسر أثناء الشحن؟", _ago(days=1), unread=True, origin="highlevel", tags=[Tag("warranty", 1), lamp, Tag("arabic", 7)]),
        Row(7, 112, "#", OTTO, "Wholesale prices", "Let me ask my partner and come back to you next week.", _ago(days=2), origin="sms", answered=True,
            snoozed_until=datetime.now(UTC) + timedelta(days=3), assignee=LINUS),
        Row(8, 111, "#", ROSALIND, "", "👍🎉", _ago(days=3), origin="api", category="resolved", status="Resolved", answered=True, assignee=MARY),
        Row(9, 110, "#", KOFI, "A very long subject that nobody could ever read whole in a list as narrow as this one is", "Short.", _ago(days=12),
            origin="highlevel", category="resolved", status="Resolved"),
        Row(10, 109, "#", INES, "Broken on arrival", "The shade has a crack from top to bottom. What do I do now?", _ago(days=40), origin="email",
            category="resolved", status="Closed", tags=[urgent]),
    ]


def rail(chosen: str = "mine") -> Rail:
    """Every kind of list that one can go to."""
    queues = [
        Stop("mine", "Mine", "mine", "4", loud=True),
        Stop("unassigned", "Unassigned", "unassigned", "7"),
        Stop("all", "All open", "inbox", "31"),
        Stop("mentions", "Mentions", "mentions", "1"),
        Stop("snoozed", "Snoozed", "snooze", "2"),
        Stop("resolved", "Resolved", "resolve"),
    ]
    groups = [
        Group("Inboxes", [Stop("inbox/1", "Support", "email", "19"), Stop("inbox/2", "Website chat", "chat", "8")]),
        Group("Teams", [Stop("team/1", "Front desk", "team", "12"), Stop("team/2", "Returns", "team")]),
        Group("Tags", [Stop("tag/1", "lamps", "tag"), Stop("tag/2", "refund", "tag", "3")]),
        Group("Views", [Stop("view/1", "Waiting over a day", "views", "5")]),
    ]
    return Rail(MARY, queues, groups, chosen)


def queue() -> Queue:
    """A list with filters and more to come."""
    filters = [Filter("All", "#", True), Filter("Unread", "#", False), Filter("Starred", "#", False)]
    orders = [
        Filter("Newest first", "#", True),
        Filter("Oldest first", "#", False),
        Filter("Longest waiting", "#", False),
    ]
    return Queue("mine", "Mine", "#", rows(), "#more", filters, orders, count="4")


def empty_queue() -> Queue:
    """A list with nothing in it."""
    return Queue("mentions", "Mentions", "#", [], None, empty="Nobody has mentioned you. Enjoy the quiet.")


def bubbles() -> list[Bubble]:
    """A talk in which everything happens that can happen in one."""
    old, late = {"days": 1, "hours": 2}, {"minutes": 50}
    photo = Attached(
        "socket.jpg",
        248_113,
        "image/jpeg",
        "data:image/gif;base64,R0lGODlhAQABAPAAAMzMzAAAACwAAAAAAQABAAACAkQBADs=",
        True,
    )
    manual = Attached("Lamp, model 7: manual and guarantee.pdf", 1_204_551, "application/pdf", "#")
    lost = Attached("old.zip", 5_120, "application/zip", None)
    text = Markup("<p class='text'>{}</p>").format
    return [
        Bubble(1, "in", ROSALIND, _ago(**old), text("Hello, the lamp that I bought from you flickers since Tuesday."), opens_day=True,
               channel="email"),
        Bubble(2, "in", ROSALIND, _ago(days=1, hours=1, minutes=58), text("It is worse in the evening. I have attached a photo of the socket."),
               follows=True, files=[photo, manual, lost]),
        Bubble(3, "activity", MARY, _ago(days=1, hours=1), Markup("<b>Mary Somerville</b> assigned it to herself")),
        Bubble(4, "out", MARY, _ago(days=1, minutes=50), Markup("<p>Thank you for the photo, Rosalind. I would like to know two things:</p><ol><li>Does it flicker when you take <strong>another bulb</strong> too?</li><li>Is it plugged into <code>socket A</code> now?</li></ol>"),
               state="read", reactions=[Chosen("👍", ["Rosalind Marsh"]), Chosen("🙏", ["Rosalind Marsh", "Mary Somerville"], True)]),
        Bubble(5, "note", LINUS, _ago(days=1, minutes=40), Markup("<p><span class='mention'>@Mary Somerville</span> same batch as last week, I think. Replace it if the bulb is not it.</p>")),
        Bubble(6, "in", ROSALIND, _ago(**late), text("With another bulb it is the same :("), opens_day=True, first_unread=True,
               folded=text("> Does it flicker with another bulb?\n> Is it plugged into socket A?")),
        Bubble(7, "out", MARY, _ago(minutes=12), Markup("<p>Then you get a new one from us.</p>"), state="sent"),
        Bubble(8, "out", MARY, _ago(minutes=11), Markup("<p>It leaves today; here is the <a href='#'>tracking page</a>.</p>"), state="failed", follows=True),
        Bubble(9, "activity", MARY, _ago(minutes=3), Markup("<b>Mary Somerville</b> set the priority to <b>Urgent</b>")),
    ]


def composer(kind: str = "reply") -> Composer:
    """Something that was begun."""
    return Composer(kind, "", "sample", names=[LINUS, MARY])


def thread() -> Thread:
    """A conversation with all of that."""
    first = rows()[0]
    return Thread(first.id, first.number, "#", "#", first.subject, first.who, first.status, first.category, starred=True, assignee=MARY,
                  snoozed_until=None, bubbles=bubbles(), older="#older", composer=composer(),
                  agents=[Option("", "Nobody"), Option("7", LINUS.name, LINUS), Option("8", MARY.name, MARY)])


def side() -> Side:
    """What is known beside it."""
    statuses = [Option("1", "Open"), Option("2", "Waiting"), Option("3", "Resolved")]
    priorities = [Option("", "None"), Option("1", "Low"), Option("2", "High"), Option("3", "Urgent")]
    people = [Option("", "Nobody"), Option("7", LINUS.name, LINUS), Option("8", MARY.name, MARY)]
    teams = [Option("", "No team"), Option("1", "Front desk")]
    return Side(
        contact=ROSALIND,
        details=[
            Fact("E-mail", ROSALIND.email),
            Fact("Phone", "+1 555 010 0101"),
            Fact("Company", "Marsh & Daughters"),
        ],
        choices=[
            Choice("status", "Status", "#", "1", statuses),
            Choice("assignee", "Assignee", "#", "8", people),
            Choice("team", "Team", "#", "1", teams),
            Choice("priority", "Priority", "#", "3", priorities),
        ],
        tags=[Tag("lamps", 4), Tag("refund", 3)],
        entities=["btxn_1001", "invoice_2024-118"],
        attributes=[Fact("Order", "A-20418"), Fact("Plan", "Household")],
        participants=[ROSALIND, MARY, LINUS],
        others=rows()[7:9],
        ids=[
            Fact("Native", "0192f0c4-7b1e-7c3a-9d2e-0c4b6a7f1e08", True),
            Fact("Tight", "con_118", True),
            Fact("Libredesk", "118", True),
        ],
        since=_ago(days=420),
    )
