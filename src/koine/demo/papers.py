"""The demo's files: pictures, papers and tables that are said with messages, made when they are needed."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence

from koine.core.actor import Actor
from koine.core.files import files, kinds
from koine.core.files.model import Described, Stored
from koine.demo import pictures
from koine.postgres.database import Tx
from koine.storage import Storage, new_key


def pdf(title: str, lines: Sequence[str]) -> bytes:
    """A sheet of paper with a title and lines of text, in letters of Western Europe."""
    written = [f"BT /F1 20 Tf 56 770 Td ({_escaped(title)}) Tj ET"]
    written += [f"BT /F1 11 Tf 56 {730 - 18 * n} Td ({_escaped(line)}) Tj ET" for n, line in enumerate(lines)]
    drawn = "\n".join(written).encode("latin-1")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R"
        b" /Resources << /Font << /F1 4 0 R >> >> >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(drawn), drawn),
    ]
    body, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (count, len(body))
    return body + b"xref\n0 %d\n0000000000 65535 f \n" % count + table + trailer


def table(rows: Sequence[Sequence[str]]) -> bytes:
    """Rows of values as CSV."""
    return "".join(",".join(row) + "\r\n" for row in rows).encode()


_MADE: Mapping[str, Callable[[], bytes]] = {
    "hall-lamp.png": lambda: pictures.lamp((232, 196, 120), (150, 120, 60)),
    "cracked-shade.png": lambda: pictures.lamp((214, 108, 84), (90, 92, 98), cracked=True),
    "off.png": lambda: pictures.lamp((150, 170, 190), (70, 74, 80), lit=False),
    "green-lamp.png": lambda: pictures.lamp((86, 160, 120), (196, 168, 92)),
    "אור בסלון.png": lambda: pictures.lamp((240, 214, 214), (170, 130, 110)),
    "ferry.png": lambda: pictures.boat((40, 52, 84)),
    "morning-crossing.png": lambda: pictures.boat((168, 52, 48)),
    "turnover.png": lambda: pictures.bars((60, 84, 72, 120, 148, 110, 164, 190), (70, 110, 200)),
    "postage.png": lambda: pictures.bars((190, 180, 150, 120, 90, 84), (200, 110, 70)),
    "invoice-2041.pdf": lambda: pdf(
        "Invoice 2041",
        [
            "Lamplight Ltd, 4 Wick Lane",
            "",
            "2 x Harbour lantern, brass      178.00",
            "1 x Shade, linen, 30 cm          34.50",
            "Carriage                          8.00",
            "",
            "Total due in 14 days            220.50",
        ],
    ),
    "wiring.pdf": lambda: pdf(
        "Wiring of the Harbour lantern",
        [
            "Unplug it first.",
            "Brown to L, blue to N, green and yellow to the frame.",
            "The dimmer takes LEDs of 3 to 60 W.",
        ],
    ),
    "statement-october.pdf": lambda: pdf(
        "Statement, October",
        ["Opening balance     4,210.08", "Paid in             9,884.20", "Paid out            7,316.51"],
    ),
    "timetable-winter.pdf": lambda: pdf(
        "Saltmarsh Ferries: winter timetable",
        [
            "Quay      07:10  09:40  13:00  16:20",
            "Island    08:05  10:35  14:00  17:15",
            "Dogs travel free. Bicycles 2.00.",
        ],
    ),
    "Anmerkungen zur Leitung - endgültige Fassung (2) wirklich letzte.pdf": lambda: pdf(
        "Anmerkungen", ["Die Leitung zum Turm braucht 2,5 mm²."]
    ),
    "orders.csv": lambda: table(
        [["order", "item", "amount"]]
        + [[str(4100 + n), ("lantern", "shade", "bulb")[n % 3], f"{12.5 + 7 * (n % 5):.2f}"] for n in range(40)]
    ),
    "bank-november.csv": lambda: table(
        [["date", "id", "text", "amount"]]
        + [[f"2031-11-{n + 1:02}", f"btxn_{2000 + n}", "Card payment", f"{-9.8 - n:.2f}"] for n in range(28)]
    ),
    "passengers.csv": lambda: table([["name", "crossing"], ["M. Henson", "07:10"], ["J. Cochrane", "07:10"]]),
    "log.txt": lambda: b"07:02 pump off\n07:03 pump on\n07:05 pump off\n07:05 skipper on\n",
}


async def store(tx: Tx, by: Actor, workspace_id: int, storage: Storage, names: Iterable[str]) -> dict[str, int]:
    """Put files of these names down in a workspace; their ids."""
    return {name: await _store(tx, by, workspace_id, storage, name, _MADE[name]()) for name in names}


async def _store(tx: Tx, by: Actor, workspace_id: int, storage: Storage, name: str, body: bytes) -> int:
    async def pieces() -> AsyncIterator[bytes]:
        yield body

    key = new_key()
    await storage.put(key, pieces())
    stored = Stored(key, name, kinds.sniffed(body), len(body), hashlib.sha256(body).digest())
    return (await files.add(tx, by, workspace_id, stored, Described())).id


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
