"""The set-up page: what a browser sees, and what it may not do."""

from __future__ import annotations

import uuid
from datetime import timedelta
from html.parser import HTMLParser

import asyncpg
import httpx
import pytest

from koine.core.accounts import accounts
from koine.core.actor import system
from koine.core.tokens import once
from koine.postgres.database import Database

FORM = {
    "workspace": "Noether & Co",
    "name": "Emmy Amalie Noether",
    "email": "emmy@example.com",
    "password": "lamp-gravel-ochre",
}


@pytest.fixture
async def link(database: Database) -> str:
    """A good link, to an account of its own."""
    async with database.writing(()) as tx:
        account = await accounts.found(tx, f"Set up {uuid.uuid4().hex}")
        return "/inbox/setup/" + await once.issue(tx, system(account.id), "setup", lifetime=timedelta(hours=1))


async def test_the_link_shows_a_form(http: httpx.AsyncClient, link: str) -> None:
    shown = await http.get(link)
    assert shown.status_code == 200
    assert {name for name, _ in inputs(shown.text)} == set(FORM)


async def test_filling_it_in_sets_up_and_says_what_is_next(
    http: httpx.AsyncClient, link: str, sql: asyncpg.Connection
) -> None:
    done = await http.post(link, data=FORM)
    assert done.status_code == 200
    row = await sql.fetchrow(
        """
        select w.id, u.first_name, u.last_name, u.email, u.password_hash from users u
          join memberships m on m.user_id = u.id join workspaces w on w.id = m.workspace_id
         where w.name = $1 order by w.id desc limit 1
        """,
        FORM["workspace"],
    )
    assert (row["first_name"], row["last_name"], row["email"]) == ("Emmy Amalie", "Noether", "emmy@example.com")
    assert row["password_hash"].startswith("$argon2id$")
    assert f"koine token create --dialect highlevel --workspace {row['id']}" in done.text
    assert (await http.get("/inbox/first-token")).status_code == 200
    assert "Noether &amp; Co" in done.text


async def test_afterwards_the_link_is_dead(http: httpx.AsyncClient, link: str, sql: asyncpg.Connection) -> None:
    assert (await http.post(link, data=FORM)).status_code == 200
    before = await sql.fetchval("select count(*) from users")
    for answer in (await http.get(link), await http.post(link, data=FORM | {"email": "other@example.com"})):
        assert answer.status_code == 404
        assert "does not work any more" in answer.text
    assert await sql.fetchval("select count(*) from users") == before


@pytest.mark.parametrize("secret", ["x", "0" * 43, "%00", "%ff", "ä", "'", "a" * 5000])
async def test_a_link_that_never_was_one_is_told_the_same(http: httpx.AsyncClient, link: str, secret: str) -> None:
    await http.post(link, data=FORM)
    dead = await http.get(link)
    answer = await http.get(f"/inbox/setup/{secret}")
    assert (answer.status_code, answer.content) == (404, dead.content)
    assert (await http.post(f"/inbox/setup/{secret}", data=FORM)).status_code == 404


async def test_every_page_forbids_what_it_does_not_need(http: httpx.AsyncClient, link: str) -> None:
    answers = [await http.get(link), await http.post(link, data={"name": ""}), await http.post(link, data=FORM)]
    answers += [await http.get(link), await http.post(link, headers={"sec-fetch-site": "cross-site"}, data=FORM)]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"


async def test_no_page_has_scripts_or_styles_in_it(http: httpx.AsyncClient, link: str) -> None:
    for answer in (await http.get(link), await http.post(link, data={"name": ""}), await http.post(link, data=FORM)):
        page = Page(answer.text)
        assert "script" not in page.tags
        assert "style" not in page.tags
        assert not any(name == "style" or name.startswith("on") for name in page.attributes)
        assert [each for each in page.loads if not each.startswith("/inbox")] == ["data:,"]


async def test_the_style_comes_from_our_own_path(http: httpx.AsyncClient, link: str) -> None:
    (style,) = (each for each in Page((await http.get(link)).text).loads if each.endswith(".css"))
    answer = await http.get(style)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert "url(" not in answer.text


async def test_all_that_is_wrong_is_said_at_once_and_what_was_right_is_kept(http: httpx.AsyncClient, link: str) -> None:
    answer = await http.post(link, data={"workspace": " <b>Noether</b> ", "email": "nowhere", "password": "short"})
    assert answer.status_code == 422
    page = Page(answer.text)
    assert page.problems == ["name", "email", "password"]
    assert dict(inputs(answer.text))["workspace"] == "<b>Noether</b>"
    assert dict(inputs(answer.text))["password"] is None
    assert "b" not in page.tags
    assert (await http.get(link)).status_code == 200


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("workspace", "x" * 101),
        ("workspace", "\u2028"),
        ("name", "\x00\x1b"),
        ("email", "a@b@c"),
        ("email", "emmy@example.com\nbcc: all@example.com"),
        ("email", f"{'x' * 250}@example.com"),
        ("password", "elevenchars"),
        ("password", "passwordpassword"),
        ("password", "Emmy Amalie Noether"),
        ("password", "x" * 1025),
    ],
)
async def test_what_will_not_do_is_refused(http: httpx.AsyncClient, link: str, field: str, value: str) -> None:
    answer = await http.post(link, data=FORM | {field: value})
    assert answer.status_code == 422
    assert Page(answer.text).problems == [field]


async def test_a_password_may_have_any_characters(http: httpx.AsyncClient, link: str) -> None:
    assert (await http.post(link, data=FORM | {"password": "пароль & 'из' <слов>"})).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "same-origin", "origin": "null"}, 200),
        ({"origin": "https://elsewhere.example"}, 403),
        ({"origin": "null"}, 200),
        ({}, 200),
    ],
)
async def test_a_form_on_another_site_cannot_be_sent_here(
    http: httpx.AsyncClient, link: str, headers: dict[str, str], status: int
) -> None:
    assert (await http.post(link, data=FORM, headers=headers)).status_code == status
    assert (await http.get(link)).status_code == (404 if status == 200 else 200)


async def test_a_form_from_our_own_origin_is_taken(http: httpx.AsyncClient, link: str) -> None:
    origin = str(http.base_url).rstrip("/")
    assert (await http.post(link, data=FORM, headers={"origin": origin})).status_code == 200


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{}", "application/json", 415),
        (b"", "", 415),
        (b"workspace=x&" * 30, "application/x-www-form-urlencoded", 400),
        (b"x" * 20_000, "application/x-www-form-urlencoded", 413),
        (b"name=%ff", "application/x-www-form-urlencoded", 400),
        (b"name=%ed%a0%80", "application/x-www-form-urlencoded", 400),
        (b"name=\xff", "application/x-www-form-urlencoded", 400),
        (b"", "application/x-www-form-urlencoded", 422),
    ],
)
async def test_what_is_no_form_of_ours_is_refused(
    http: httpx.AsyncClient, link: str, content: bytes, kind: str, status: int
) -> None:
    answer = await http.post(link, content=content, headers={"content-type": kind})
    assert answer.status_code == status
    assert (await http.get(link)).status_code == 200


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
async def test_other_methods_do_nothing(http: httpx.AsyncClient, link: str, method: str) -> None:
    assert (await http.request(method, link)).status_code == 405
    assert (await http.get(link)).status_code == 200


def inputs(html: str) -> list[tuple[str, str | None]]:
    """The fields of a page, with their values."""
    return Page(html).inputs


class Page(HTMLParser):
    """What there is in a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.inputs: list[tuple[str, str | None]] = []
        self.problems: list[str] = []
        self.loads: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.add(tag)
        self.attributes |= found.keys()
        if tag == "input":
            self.inputs.append((found["name"] or "", found.get("value")))
        if found.get("class") == "problem":
            self.problems.append((found["id"] or "").removesuffix("-problem"))
        self.loads += [found[name] or "" for name in ("src", "href") if name in found]
