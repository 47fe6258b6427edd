"""Links: what they lead to, in whole and in part, and that nothing else leads there."""

from __future__ import annotations

import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest

from koine.core.actor import system
from koine.core.files import files, kinds, links, names
from koine.core.files.model import Described, File, Means, Stored
from koine.core.sealing import NAME, Sealing
from koine.demo import World
from koine.downloads import headers, icons, ranges
from koine.postgres.database import Database
from koine.storage import new_key

BYTES = bytes(range(256)) * 4096  # 1 MiB
DIGEST = b"\x01" * 32
TAG = f'"{DIGEST.hex()}"'

Put = Callable[..., Awaitable[File]]


@pytest.fixture
def put(means: Means, database: Database, world: World) -> Put:
    async def put(content: bytes = BYTES, name: str = "lamp.bin", kind: str = kinds.UNKNOWN) -> File:
        async def once() -> AsyncIterator[bytes]:
            yield content

        stored = Stored(new_key(), name, kind, len(content), DIGEST)
        await means.storage.put(stored.key, once())
        home = world.lamplight.workspace.id
        async with database.writing((home,)) as tx:
            return await files.add(tx, system(world.account_id, home), home, stored, Described("x"))

    return put


def link(means: Means, file: File) -> str:
    return links.path(means.sealing, file.workspace_id, file.id, file.file_name)


async def test_a_link_leads_to_the_bytes(put: Put, means: Means, http: httpx.AsyncClient) -> None:
    path = link(means, await put())
    got = await http.get(path)
    assert (got.status_code, got.content) == (200, BYTES)
    told = await http.head(path)
    assert (told.status_code, told.content) == (200, b"")
    assert {**told.headers, "date": ""} == {**got.headers, "date": ""}
    assert got.headers["etag"] == TAG
    assert got.headers["accept-ranges"] == "bytes"


async def test_nobody_is_made_to_run_a_file(put: Put, means: Means, http: httpx.AsyncClient) -> None:
    for kind, way in ((kinds.UNKNOWN, "attachment"), ("image/png", "inline"), ("text/html", "attachment")):
        got = await http.get(link(means, await put(b"x", kind=kind)))
        assert got.headers["content-disposition"].startswith(f"{way};")
        assert got.headers.get_list("x-content-type-options") == ["nosniff"]
        assert got.headers.get_list("cache-control") == ["no-store"]
        assert "sandbox" in got.headers["content-security-policy"]
        assert got.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(
    ("asked", "status", "part", "said"),
    [
        ("bytes=0-0", 206, slice(0, 1), "bytes 0-0/1048576"),
        ("bytes=5-9", 206, slice(5, 10), "bytes 5-9/1048576"),
        ("bytes=1048575-", 206, slice(1048575, None), "bytes 1048575-1048575/1048576"),
        ("bytes=1000000-9999999", 206, slice(1000000, None), "bytes 1000000-1048575/1048576"),
        ("bytes=-3", 206, slice(-3, None), "bytes 1048573-1048575/1048576"),
        ("bytes=-9999999", 206, slice(0, None), "bytes 0-1048575/1048576"),
        ("bytes=1048576-", 416, slice(0, 0), "bytes */1048576"),
        ("bytes=-0", 416, slice(0, 0), "bytes */1048576"),
        ("bytes=9-5", 200, slice(0, None), None),
        ("bytes=0-1,4-5", 200, slice(0, None), None),
        ("bytes=-", 200, slice(0, None), None),
        ("lines=0-1", 200, slice(0, None), None),
        ("bytes=a-b", 200, slice(0, None), None),
    ],
)
async def test_a_part_of_the_bytes(
    put: Put, means: Means, http: httpx.AsyncClient, asked: str, status: int, part: slice, said: str | None
) -> None:
    got = await http.get(link(means, await put()), headers={"Range": asked})
    assert (got.status_code, got.headers.get("content-range")) == (status, said)
    assert got.content == BYTES[part]
    assert got.headers["content-length"] == str(len(got.content))


async def test_a_part_is_only_given_of_what_the_client_knows(put: Put, means: Means, http: httpx.AsyncClient) -> None:
    path = link(means, await put())
    for known, status in ((TAG, 206), ('"other"', 200), ("Fri, 20 Nov 2026 10:00:00 GMT", 200), (f"W/{TAG}", 200)):
        assert (await http.get(path, headers={"Range": "bytes=0-1", "If-Range": known})).status_code == status
    assert (await http.get(path, headers={"If-None-Match": f'"a", {TAG}'})).status_code == 304
    assert (await http.get(path, headers={"If-None-Match": '"a"'})).status_code == 200


async def test_every_other_link_leads_nowhere(
    put: Put, means: Means, http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:
    file = await put()
    path = link(means, file)
    token, name = path.removeprefix(links.PATH).split("/")
    says = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    wrong = [
        f"{links.PATH}{token[:at]}{'B' if token[at] != 'B' else 'C'}{token[at + 1 :]}/{name}"
        for at in range(len(token))
    ]
    wrong += [
        f"{path}x",
        f"{links.PATH}{token}/other.bin",
        f"{links.PATH}{token}=/{name}",
        f"{links.PATH}{token[:-1]}/{name}",
    ]
    wrong += [
        f"{links.PATH}{'A' * len(token)}/{name}",
        f"{links.PATH}x/{name}",
        f"{links.PATH}ä/{name}",
        f"{links.PATH}%00/{name}",
    ]
    wrong.append(f"{links.PATH}{urlsafe_b64encode(says[:24] + says).decode().rstrip('=')}/{name}")
    wrong.append(links.path(Sealing(tmp_path / NAME), file.workspace_id, file.id, file.file_name))
    wrong.append(links.path(means.sealing, file.workspace_id, 999_999_999, file.file_name))
    wrong.append(links.path(means.sealing, file.workspace_id + 1, file.id, file.file_name))
    monkeypatch.setattr(links, "LIFETIME", -1)
    wrong.append(link(means, file))
    nothing = (await http.get(links.PATH + "x/y")).content
    for each in wrong:
        got = await http.get(each)
        assert (got.status_code, got.content) == (404, nothing), each
    assert (await http.get(path)).status_code == 200


async def test_a_link_lasts_five_minutes_at_most() -> None:
    assert links.LIFETIME <= 300


async def test_a_link_survives_a_new_key_and_ends_with_its_own(tmp_path) -> None:
    keys = tmp_path / NAME
    path = links.path(Sealing(keys), 1, 2, "a")
    token = path.split("/")[2]
    with keys.open("a") as lines:
        lines.write(f"{'ab' * 4} {'cd' * 32}\n")
    assert links.read(Sealing(keys), token, "a") == links.Link(1, 2)
    assert links.path(Sealing(keys), 1, 2, "a") != path
    keys.write_text(f"{'ab' * 4} {'cd' * 32}\n")
    assert links.read(Sealing(keys), token, "a") is None


async def test_what_is_lost_leads_nowhere(put: Put, means: Means, http: httpx.AsyncClient, sql) -> None:
    file = await put()
    await sql.execute("update attachments set missing_at = now() where id = $1", file.id)
    assert (await http.get(link(means, file))).status_code == 404


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("lamp.png", 'inline; filename="lamp.png"'),
        ("my lamp.png", 'inline; filename="my lamp.png"'),
        ("Bild ä.png", "inline; filename=\"Bild a.png\"; filename*=UTF-8''Bild%20%C3%A4.png"),
        ('a"b\\c.png', "inline; filename=\"a_b_c.png\"; filename*=UTF-8''a%22b%5Cc.png"),
        ("100%.png", "inline; filename=\"100_.png\"; filename*=UTF-8''100%25.png"),
        ("灯.png", "inline; filename=\"_.png\"; filename*=UTF-8''%E7%81%AF.png"),
    ],
)
def test_a_name_in_a_header(name: str, expected: str) -> None:
    assert headers.disposition("image/png", name) == expected


def test_no_name_gets_out_of_a_header() -> None:
    for code in range(0x3000):
        said = headers.disposition("image/png", names.clean(f"a{chr(code)}b"))
        assert said.isascii()
        assert said.isprintable()
        assert said.count('"') == 2


def test_all_ranges_of_small_files() -> None:
    for size in range(4):
        for first in ["", *map(str, range(5))]:
            for last in ["", *map(str, range(5))]:
                found = ranges.wanted(f"bytes={first}-{last}", None, None, size)
                if found is not None:
                    start, end, status = found
                    assert 0 <= start <= end <= size
                    assert (status == 206) <= (start < end)


# ── Icons ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_every_icon_is_there_and_no_other(http: httpx.AsyncClient) -> None:
    for name in (*kinds.ICONS, kinds.ANY_ICON):
        got = await http.get(f"/icons/attachments/{name}.svg")
        assert (got.status_code, got.headers["content-type"]) == (200, "image/svg+xml")
        assert "default-src 'none'" in got.headers["content-security-policy"]
        assert got.headers["x-content-type-options"] == "nosniff"
        assert (name.upper() in got.text) is (name != kinds.ANY_ICON)
    for name in ("exe", "<b>", "..%2ffile"):
        assert (await http.get(f"/icons/attachments/{name}.svg")).status_code == 404


def test_an_icon_is_well_formed() -> None:
    import xml.etree.ElementTree as xml

    for name in (*kinds.ICONS, kinds.ANY_ICON):
        assert xml.fromstring(icons.drawn(name)).tag == "{http://www.w3.org/2000/svg}svg"


def test_a_file_has_the_icon_of_its_ending() -> None:
    assert [kinds.icon(name) for name in ("a.PDF", "a.b.docx", "a.exe", "a", ".png")] == ["pdf", "docx"] + ["file"] * 3


def test_a_link_ends(means: Means) -> None:
    token = links.path(means.sealing, 1, 2, "a").split("/")[2]
    end = int.from_bytes(urlsafe_b64decode(token + "==")[16:20], "big")
    assert 0 < end - time.time() <= 300
