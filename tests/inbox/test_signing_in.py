"""The sign-in page: who comes in, who does not, and what it tells."""

from __future__ import annotations

import itertools
import time
from collections.abc import AsyncIterator
from statistics import median

import asyncpg
import httpx
import pytest

from koine import app
from koine.core.limits.model import Rate
from koine.core.users.users import User
from koine.demo import World
from koine.inbox import recognising, ways
from koine.postgres.database import Database
from koine.realtime.hub import Hub
from tests.dialects.highlevel.letting_in import PASSWORD
from tests.inbox.conftest import Browser, hidden, token

PAGE = "/inbox/sign-in"
INSIDE = "/inbox/settings/profile"
WRONG = "This address and this password do not belong together."
_V4 = (f"198.51.100.{n}" for n in itertools.count(1))
_V6 = (f"2001:db8:0:{n:x}" for n in itertools.count(1))


# ── The way in and out ──────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_right_password_leads_in(browser: Browser, linus: User) -> None:
    led = await browser.sign_in(linus)
    assert (led.status_code, led.headers["location"]) == (303, "/inbox")
    assert (await browser.http.get(INSIDE)).status_code == 200


async def test_the_address_is_known_in_any_case(browser: Browser, linus: User) -> None:
    led = await browser.post(PAGE, PAGE, email=f" {linus.email.upper()} ", password=PASSWORD)
    assert led.status_code == 303


async def test_a_page_leads_to_the_sign_in_page_and_back(browser: Browser, linus: User) -> None:
    away = await browser.http.get(f"{INSIDE}?saved=profile")
    assert (away.status_code, away.headers["location"]) == (
        303,
        f"{PAGE}?next=%2Finbox%2Fsettings%2Fprofile%3Fsaved%3Dprofile",
    )
    shown = await browser.http.get(away.headers["location"])
    sent = {"_csrf": token(shown), "next": hidden(shown, "next"), "email": linus.email, "password": PASSWORD}
    assert (await browser.http.post(PAGE, data=sent)).headers["location"] == f"{INSIDE}?saved=profile"


async def test_who_is_signed_in_is_led_on(browser: Browser, linus: User) -> None:
    await browser.sign_in(linus)
    assert (await browser.http.get(f"{PAGE}?next={INSIDE}")).headers["location"] == INSIDE


@pytest.mark.parametrize("headers", [{"koine-partial": "1"}, {"accept": "text/event-stream"}])
async def test_scripts_and_streams_are_told_plainly(browser: Browser, headers: dict[str, str]) -> None:
    assert (await browser.http.get(INSIDE, headers=headers)).status_code == 401


async def test_signing_out_ends_the_session_and_takes_the_cookie(browser: Browser, linus: User) -> None:
    await browser.sign_in(linus)
    kept = browser.session or ""
    out = await browser.post("/inbox/sign-out", INSIDE)
    assert (out.status_code, out.headers["location"], browser.session) == (303, PAGE, None)
    browser.http.cookies.set("koine", kept)
    assert (await browser.http.get(INSIDE)).status_code == 303


async def test_a_link_cannot_sign_anybody_out(browser: Browser, linus: User) -> None:
    await browser.sign_in(linus)
    assert (await browser.http.get("/inbox/sign-out")).status_code == 405
    assert (await browser.http.get(INSIDE)).status_code == 200


# ── The cookie ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_session_is_always_a_new_one(browser: Browser, linus: User, sql: asyncpg.Connection) -> None:
    browser.http.cookies.set("koine", "chosen-by-somebody-else")
    await browser.sign_in(linus)
    first = browser.http.cookies.get("koine", domain="127.0.0.1") or ""
    assert first not in ("", "chosen-by-somebody-else")
    assert len(first) >= 43
    browser.http.cookies.clear()
    await browser.sign_in(linus)
    assert browser.session != first


async def test_signing_in_again_ends_the_session_before(browser: Browser, linus: User, sql: asyncpg.Connection) -> None:
    form = await browser.http.get(PAGE)
    await browser.sign_in(linus)
    again = await browser.http.post(PAGE, data={"_csrf": token(form), "email": linus.email, "password": PASSWORD})
    assert again.status_code == 303
    rows = await sql.fetch("select revoked_at is null as good from sessions where user_id = $1 order by id", linus.id)
    assert [row["good"] for row in rows] == [False, True]


async def test_over_http_the_cookie_is_out_of_reach_of_scripts_and_other_sites(browser: Browser, linus: User) -> None:
    (kept,) = (await browser.sign_in(linus)).headers.get_list("set-cookie")
    name, *flags = (part.strip() for part in kept.lower().split(";"))
    assert name.startswith("koine=")
    assert {"httponly", "samesite=lax", "path=/"} <= set(flags)
    assert not {flag for flag in flags if flag == "secure" or flag.startswith("domain")}


@pytest.fixture
async def over_tls(database: Database, hub: Hub) -> AsyncIterator[Browser]:
    """A browser that reaches a Koine behind a proxy with TLS."""
    url = "https://koine.example"
    transport = httpx.ASGITransport(app.create(database, base_url=url, hub=hub))
    async with httpx.AsyncClient(transport=transport, base_url=url) as client:
        yield Browser(client)


async def test_over_tls_the_cookie_belongs_to_the_host_and_to_tls(over_tls: Browser, linus: User) -> None:
    (kept,) = (await over_tls.sign_in(linus)).headers.get_list("set-cookie")
    name, *flags = (part.strip() for part in kept.split(";"))
    assert name.startswith("__Host-koine=")
    assert {"Secure", "HttpOnly", "SameSite=lax", "Path=/"} <= set(flags)
    assert not [flag for flag in flags if flag.lower().startswith("domain")]
    assert (await over_tls.http.get(INSIDE)).status_code == 200
    plain = (kept.partition(";")[0]).replace("__Host-koine", "koine")
    over_tls.http.cookies.clear()
    assert (await over_tls.http.get(INSIDE, headers={"cookie": plain})).status_code == 303


@pytest.mark.parametrize(
    "cookie", ["koine=", "koine=x", f"koine={'x' * 43}", f"koine={'x' * 5000}", "koine=%00", "koine=é"]
)
async def test_a_made_up_cookie_opens_nothing(http: httpx.AsyncClient, cookie: str) -> None:
    shown = await http.get(INSIDE, headers={"cookie": cookie.encode()})  # type: ignore[dict-item]
    assert shown.status_code == 303


async def test_only_the_hash_of_the_secret_is_kept(browser: Browser, linus: User, sql: asyncpg.Connection) -> None:
    await browser.sign_in(linus)
    rows = await sql.fetch("select to_jsonb(s)::text as said from sessions s where user_id = $1", linus.id)
    assert rows
    assert not any((browser.session or "?") in row["said"] for row in rows)


# ── Who is not known ────────────────────────────────────────────────────────────────────────────────────────────────


async def test_nobody_learns_who_is_known(browser: Browser, linus: User, world: World, sql: asyncpg.Connection) -> None:
    await sql.execute("update users set enabled = false, password_hash = 'x' where id = $1", world.mary.id)
    shown = await browser.http.get(PAGE)
    answers = set()
    for email in (linus.email, "nobody@example.com", world.ada.email, world.mary.email, "", "\x00", "x" * 300):
        sent = {"_csrf": token(shown), "email": email, "password": "not the password"}
        answer = await browser.http.post(PAGE, data=sent)
        assert (answer.status_code, WRONG in answer.text, browser.session) == (422, True, None)
        plain = answer.text.replace(f'value="{email[:254]}"', 'value=""')
        answers.add(plain.replace(" autofocus", ""))
    assert len(answers) == 1


async def test_an_unknown_address_takes_as_long(browser: Browser, linus: User) -> None:
    shown = await browser.http.get(PAGE)

    async def takes(email: str) -> float:
        began = time.perf_counter()
        await browser.http.post(PAGE, data={"_csrf": token(shown), "email": email, "password": "not the password"})
        return time.perf_counter() - began

    await takes("warm@example.com")
    spent = {email: median([await takes(email) for _ in range(5)]) for email in (linus.email, "no@example.com")}
    assert 0.3 < spent[linus.email] / spent["no@example.com"] < 3


async def test_too_many_tries_with_one_address_have_to_wait(browser: Browser, linus: User) -> None:
    shown = await browser.http.get(PAGE)

    async def tries(email: str, password: str = "not the password") -> httpx.Response:
        return await browser.http.post(PAGE, data={"_csrf": token(shown), "email": email, "password": password})

    for n in range(recognising.OF_AN_ADDRESS[0].requests):
        assert (await tries(linus.email if n % 2 else linus.email.upper())).status_code == 422
    refused = await tries(linus.email, PASSWORD)
    assert (refused.status_code, browser.session) == (429, None)
    assert int(refused.headers["retry-after"]) > 0


@pytest.mark.parametrize(
    ("first", "then", "last"),
    [
        ("{v4}", "1.2.3.4, {v4}", "{v4}"),  # what the client itself says does not count
        ("{v6}::1", "{v6}::2", "{v6}:ffff::3"),  # a household has as many of these as it likes
        ("{v4}", "::ffff:{v4}", "{v4}, 127.0.0.1"),
    ],
)
async def test_somebody_who_tries_many_addresses_has_to_wait(
    browser: Browser, linus: User, monkeypatch: pytest.MonkeyPatch, first: str, then: str, last: str
) -> None:
    monkeypatch.setattr(recognising, "OF_A_CLIENT", (Rate(2, 300),))
    marks = {"v4": next(_V4), "v6": next(_V6)}
    shown = await browser.http.get(PAGE)

    async def tries(place: str, email: str, password: str = "x") -> int:
        sent = {"_csrf": token(shown), "email": email, "password": password}
        headers = {"x-forwarded-for": place.format(**marks)}
        return (await browser.http.post(PAGE, data=sent, headers=headers)).status_code

    assert await tries(first, "one@example.com") == 422
    assert await tries(then, "two@example.com") == 422
    assert await tries(last, linus.email, PASSWORD) == 429
    assert browser.session is None
    assert await tries(next(_V4), linus.email, PASSWORD) == 303


@pytest.mark.parametrize(
    "asked",
    [
        "https://evil.example/",
        "//evil.example/inbox",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/inbox\\..\\\\evil.example",
        "/inbox\r\nlocation: https://evil.example",
        "javascript:alert(1)",
        "/inbox@evil.example",
        "/inboxes",
        "inbox",
        " /inbox/w/1",
        "/%2f/evil.example",
        "http:/inbox",
        "///inbox",
        "/v1/events",
        "/inbox/sign-out",
        "/inbox/sign-in?next=/inbox/sign-in",
        "/inbox/" + "x" * ways.LONGEST,
        "",
    ],
)
async def test_signing_in_leads_nowhere_else(browser: Browser, linus: User, asked: str) -> None:
    assert (await browser.sign_in(linus, next=asked)).headers["location"] == "/inbox"
    assert ways.safe(asked) == "/inbox"


@pytest.mark.parametrize(
    "asked", ["/inbox/w/12/mine?sort=newest", "/inbox?x=1#y", "/oauth/chooselocation?client_id=a%2Fb"]
)
def test_our_own_pages_are_led_to(asked: str) -> None:
    assert ways.safe(asked) == asked


# ── Forms that are not ours ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "forged",
    [
        {"headers": {"sec-fetch-site": "cross-site"}},
        {"headers": {"sec-fetch-site": "same-site"}},
        {"headers": {"origin": "https://evil.example"}},
        {"headers": {"origin": "http://127.0.0.1"}},
        {"_csrf": None},
        {"_csrf": ""},
        {"_csrf": "x" * 43},
        {"_csrf": "another"},
        {"headers": {"koine-csrf": "x" * 43}},
        {"headers": {"content-type": "text/plain"}},
        {"headers": {"content-type": "multipart/form-data; boundary=x"}},
        {"headers": {"content-type": "application/json"}},
    ],
    ids=str,
)
async def test_forms_of_others_do_nothing(
    browser: Browser, another: Browser, linus: User, forged: dict[str, object]
) -> None:
    await browser.sign_in(linus)
    await another.sign_in(linus)
    good = token(await browser.http.get(INSIDE))
    foreign = token(await another.http.get(INSIDE))
    said = forged.get("_csrf", good)
    sent = {} if said is None else {"_csrf": foreign if said == "another" else said}
    headers: dict[str, str] = forged.get("headers", {})  # type: ignore[assignment]
    content = "&".join(f"{name}={value}" for name, value in sent.items())
    usual = {"content-type": "application/x-www-form-urlencoded"}
    refused = await browser.http.post("/inbox/sign-out", content=content, headers=usual | headers)
    assert refused.status_code in (403, 415)
    assert (await browser.http.get(INSIDE)).status_code == 200
    mine = await browser.http.post("/inbox/sign-out", headers={"koine-csrf": good, "sec-fetch-site": "same-origin"})
    assert mine.status_code == 303


async def test_nobody_can_be_signed_in_by_a_form_of_somebody_else(
    browser: Browser, another: Browser, linus: User
) -> None:
    sent = {"_csrf": token(await another.http.get(PAGE)), "email": linus.email, "password": PASSWORD}
    assert (await browser.http.post(PAGE, data=sent)).status_code == 403
    await browser.http.get(PAGE)
    assert (await browser.http.post(PAGE, data=sent)).status_code == 403
    assert (await browser.http.post(PAGE, data=sent | {"_csrf": ""})).status_code == 403
    assert browser.session is None


# ── What pages allow, and what is written down ──────────────────────────────────────────────────────────────────────


async def test_every_page_forbids_what_it_does_not_need(browser: Browser, linus: User) -> None:
    pages = [await browser.http.get(PAGE), await browser.http.get(INSIDE), await browser.sign_in(linus)]
    pages += [
        await browser.http.get(path) for path in (INSIDE, "/inbox/settings/sessions", "/inbox/settings/two-factor")
    ]
    pages += [
        await browser.http.get("/inbox/link/x"),
        await browser.http.post(PAGE),
        await browser.http.get("/inbox/first-token"),
    ]
    for page in pages:
        policy = page.headers["content-security-policy"]
        assert policy.startswith("default-src 'none';")
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "no-referrer"
        assert page.headers["x-content-type-options"] == "nosniff"
        assert " style=" not in page.text
        assert "<style" not in page.text


async def test_what_the_browser_says_is_escaped(browser: Browser, linus: User) -> None:
    browser.http.headers["user-agent"] = "<script>alert(1)</script>"
    await browser.sign_in(linus)
    shown = await browser.http.get("/inbox/settings/sessions")
    assert "<script" not in shown.text
    assert "&lt;script&gt;" in shown.text
    assert "<b>" not in (await browser.post(PAGE, "/inbox/settings/profile", email="<b>@example.com")).text


async def test_no_secret_is_logged(browser: Browser, linus: User, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    await browser.sign_in(linus, "another password")
    await browser.sign_in(linus)
    shown = await browser.http.get(INSIDE)
    ours = "\n".join(record.getMessage() for record in caplog.records if not record.name.startswith("http"))
    for secret in (PASSWORD, "another password", browser.session or "?", token(shown)):
        assert secret not in ours


async def test_signing_in_and_out_is_in_the_accounts_history(
    browser: Browser, linus: User, sql: asyncpg.Connection
) -> None:
    await browser.sign_in(linus)
    await browser.post("/inbox/sign-out", INSIDE)
    rows = await sql.fetch(
        "select kind, data from account_events where actor_id = $1 and actor_kind = 'user' order by id", linus.id
    )
    assert [row["kind"] for row in rows] == ["user.signed_in", "user.signed_out"]
    assert (browser.session or "") == ""
