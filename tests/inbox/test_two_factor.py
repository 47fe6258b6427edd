"""The second factor: turning it on, signing in with it, recovery codes, and what nobody can do with it."""

from __future__ import annotations

import asyncio
import base64
import re
from urllib.parse import parse_qs, urlsplit

import asyncpg
import httpx
import pytest

from koine.core.limits.model import Rate
from koine.core.second_factors import second_factors, totp
from koine.core.users.users import User
from koine.demo import World
from koine.inbox import recognising
from koine.postgres.database import Database
from tests.dialects.highlevel.letting_in import PASSWORD, register
from tests.inbox.conftest import Browser, hidden, token

PAGE = "/inbox/settings/two-factor"
CODE = "/inbox/sign-in/code"


class Phone:
    """An authenticator app: it makes codes of the secret that a page shows."""

    def __init__(self, shown: httpx.Response) -> None:
        found = re.search(r'<code class="secret">([A-Z2-7 ]+)</code>', shown.text)
        assert found is not None, shown.text
        self.secret = base64.b32decode(found[1].replace(" ", ""))

    def code(self, steps: int = 0) -> str:
        """The code of now, or of so many steps later."""
        return totp.code(self.secret, int(second_factors.time.time() // totp.STEP) + steps)


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    """More tries than people have; who wants to be limited says so."""
    monkeypatch.setattr(recognising, "OF_CODES", (Rate(1000, 300),))


async def turn_on(browser: Browser, password: str = PASSWORD) -> tuple[Phone, list[str]]:
    """The phone, and the recovery codes. The code of this step and earlier ones are used then."""
    shown = await browser.http.get(PAGE)
    phone = Phone(shown)
    sent = {"_csrf": token(shown), "secret": hidden(shown, "secret"), "code": phone.code(-1), "password": password}
    done = await browser.http.post(PAGE, data=sent)
    assert done.status_code == 200, done.text
    return phone, re.findall(r"<li><code>([^<]+)</code></li>", done.text)


@pytest.fixture
async def phone(another: Browser, linus: User) -> Phone:
    """Linus has turned it on, elsewhere."""
    await another.sign_in(linus)
    return (await turn_on(another))[0]


async def half_way(browser: Browser, linus: User) -> httpx.Response:
    """The page that asks for a code."""
    asked = await browser.sign_in(linus)
    assert (asked.status_code, "six digits" in asked.text) == (200, True)
    return asked


async def show_code(browser: Browser, asked: httpx.Response, code: str) -> httpx.Response:
    """Fill it in."""
    sent = {name: hidden(asked, name) for name in ("_csrf", "next", "known")}
    return await browser.http.post(CODE, data=sent | {"code": code})


# ── RFC 6238 ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("at", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_codes_are_those_of_the_standard(at: int, code: str) -> None:
    secret = b"12345678901234567890"
    assert totp.code(secret, at // totp.STEP) == code
    assert totp.matching(secret, code, at) == [at // totp.STEP]
    for off, found in ((-60, []), (-30, [at // totp.STEP]), (30, [at // totp.STEP]), (60, [])):
        assert totp.matching(secret, code, max(at + off, 0)) == found or at + off < 0


def test_the_address_is_what_phones_read() -> None:
    address = urlsplit(totp.address(b"12345678901234567890", "a b@example.com", "Koine"))
    assert (address.scheme, address.netloc, address.path) == (
        "otpauth",
        "totp",
        "/Koine%3Aa%20b@example.com".replace("%3A", ":"),
    )
    assert parse_qs(address.query)["secret"] == ["GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"]


# ── Turning it on ───────────────────────────────────────────────────────────────────────────────────────────────────


async def test_it_is_on_when_the_phone_has_shown_a_code(browser: Browser, linus: User, sql: asyncpg.Connection) -> None:
    await browser.sign_in(linus)
    assert "<svg" in (await browser.http.get(PAGE)).text
    phone, codes = await turn_on(browser)
    assert len(set(codes)) == 10
    assert "10 of your recovery codes" in (await browser.http.get(PAGE)).text
    kept = await sql.fetchrow("select secret from second_factors where user_id = $1", linus.id)
    assert phone.secret not in kept["secret"]


@pytest.mark.parametrize("wrong", ["code", "password", "secret"])
async def test_it_stays_off_without_code_or_password(browser: Browser, linus: User, wrong: str) -> None:
    await browser.sign_in(linus)
    shown = await browser.http.get(PAGE)
    code = Phone(shown).code()
    sent = {"_csrf": token(shown), "secret": hidden(shown, "secret"), "code": code, "password": PASSWORD}
    refused = await browser.http.post(PAGE, data=sent | {wrong: "000000" if code != "000000" else "111111"})
    assert refused.status_code in (422, 303)
    assert "Turn on" in (await browser.http.get(PAGE)).text


async def test_a_secret_that_another_session_was_shown_is_not_taken(
    browser: Browser, another: Browser, linus: User
) -> None:
    await browser.sign_in(linus)
    await another.sign_in(linus)
    shown = await another.http.get(PAGE)
    mine = token(await browser.http.get(PAGE))
    sent = {"_csrf": mine, "secret": hidden(shown, "secret"), "code": Phone(shown).code(), "password": PASSWORD}
    assert (await browser.http.post(PAGE, data=sent)).headers["location"] == PAGE
    assert "Turn on" in (await browser.http.get(PAGE)).text


async def test_looking_at_the_page_writes_nothing(browser: Browser, linus: User, sql: asyncpg.Connection) -> None:
    await browser.sign_in(linus)
    await browser.http.get(PAGE)
    assert not await sql.fetchval("select count(*) from second_factors where user_id = $1", linus.id)


# ── Signing in with it ──────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_password_alone_opens_nothing(browser: Browser, linus: User, phone: Phone) -> None:
    asked = await half_way(browser, linus)
    assert browser.session is None
    led = await show_code(browser, asked, phone.code())
    assert (led.status_code, led.headers["location"]) == (303, "/inbox")
    assert (await browser.http.get(PAGE)).status_code == 200


@pytest.mark.parametrize(("steps", "status"), [(-2, 422), (0, 303), (1, 303), (2, 422)])
async def test_a_clock_may_be_off_by_one_step(
    browser: Browser, linus: User, phone: Phone, steps: int, status: int
) -> None:
    assert (await show_code(browser, await half_way(browser, linus), phone.code(steps))).status_code == status


async def test_a_code_is_good_once(browser: Browser, linus: User, phone: Phone) -> None:
    code = phone.code()
    assert (await show_code(browser, await half_way(browser, linus), code)).status_code == 303
    browser.http.cookies.clear()
    asked = await half_way(browser, linus)
    assert (await show_code(browser, asked, code)).status_code == 422
    assert (await show_code(browser, asked, phone.code(-1))).status_code == 422
    assert browser.session is None


async def test_of_two_who_show_a_code_at_once_one_comes_in(
    browser: Browser, linus: User, phone: Phone, sql: asyncpg.Connection
) -> None:
    asked, code = await half_way(browser, linus), phone.code()
    before = await sql.fetchval("select count(*) from sessions where user_id = $1", linus.id)
    answers = await asyncio.gather(*(show_code(browser, asked, code) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers)[0] == 303
    assert sum(answer.status_code == 303 for answer in answers) == 1
    assert await sql.fetchval("select count(*) from sessions where user_id = $1", linus.id) == before + 1


async def test_the_half_way_secret_is_good_once_and_for_minutes(
    browser: Browser, linus: User, phone: Phone, sql: asyncpg.Connection
) -> None:
    asked = await half_way(browser, linus)
    assert (await show_code(browser, asked, phone.code())).status_code == 303
    browser.http.cookies.delete("koine")
    assert (await show_code(browser, asked, phone.code(1))).status_code == 409
    asked = await half_way(browser, linus)
    await sql.execute("update tokens set expires_at = now() where dialect = 'second-step' and user_id = $1", linus.id)
    assert (await show_code(browser, asked, phone.code(1))).status_code == 409
    assert browser.session is None


@pytest.mark.parametrize("known", ["", "x" * 43, "\x00", "é"])
async def test_a_code_without_a_password_opens_nothing(browser: Browser, linus: User, phone: Phone, known: str) -> None:
    refused = await browser.post(CODE, "/inbox/sign-in", known=known, code=phone.code())
    assert (refused.status_code, browser.session) == (409, None)


async def test_a_new_password_ends_what_is_half_way(
    browser: Browser, another: Browser, linus: User, phone: Phone
) -> None:
    asked = await half_way(browser, linus)
    new = "gravel ochre lamp nine"
    changed = await another.post("/inbox/settings/password", "/inbox/settings/profile", current=PASSWORD, password=new)
    assert changed.status_code == 303
    assert (await show_code(browser, asked, phone.code())).status_code == 409


async def test_codes_cannot_be_tried_out(
    browser: Browser, linus: User, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recognising, "OF_CODES", (Rate(3, 300),))
    asked = await half_way(browser, linus)
    good = {phone.code(step) for step in (-1, 0, 1, 2)}
    wrong = [code for code in ("000000", "111111", "222222", "333333", "444444", "555555") if code not in good]
    for code in wrong[:3]:
        assert (await show_code(browser, asked, code)).status_code == 422
    assert (await show_code(browser, asked, phone.code())).status_code == 429
    asked = await half_way(browser, linus)
    assert (await show_code(browser, asked, phone.code())).status_code == 429
    assert browser.session is None


async def test_a_page_is_led_back_to_after_the_code(browser: Browser, linus: User, phone: Phone) -> None:
    asked = await browser.sign_in(linus, next=PAGE)
    assert (await show_code(browser, asked, phone.code())).headers["location"] == PAGE


async def test_an_app_is_let_in_with_the_code_too(
    browser: Browser, linus: User, phone: Phone, database: Database, world: World, http: httpx.AsyncClient
) -> None:
    program = await register(database, world, browser.http)
    asked = await program.sign_in(linus.email)
    assert (asked.status_code, "six digits" in asked.text, 'name="decision"' in asked.text) == (200, True, False)
    led = await show_code(browser, asked, phone.code())
    deciding = await browser.http.get(led.headers["location"])
    assert "Let Lamps &amp; Mirrors in?" in deciding.text


# ── Recovery codes, and turning it off ──────────────────────────────────────────────────────────────────────────────


async def test_a_recovery_code_signs_in_once(browser: Browser, another: Browser, linus: User) -> None:
    await another.sign_in(linus)
    _, codes = await turn_on(another)
    for typed, status in ((codes[0].upper().replace("-", " "), 303), (codes[0], 422), (codes[1], 303)):
        browser.http.cookies.delete("koine")
        assert (await show_code(browser, await half_way(browser, linus), typed)).status_code == status
    assert "8 of your recovery codes" in (await another.http.get(PAGE)).text


async def test_of_two_who_show_a_recovery_code_at_once_one_comes_in(
    browser: Browser, another: Browser, linus: User
) -> None:
    await another.sign_in(linus)
    _, codes = await turn_on(another)
    asked = await half_way(browser, linus)
    answers = await asyncio.gather(*(show_code(browser, asked, codes[0]) for _ in range(5)))
    assert sum(answer.status_code == 303 for answer in answers) == 1


async def test_codes_of_somebody_else_are_no_good(
    browser: Browser, another: Browser, linus: User, world: World, database: Database
) -> None:
    await another.sign_in(linus)
    _, codes = await turn_on(another)
    other = await half_way(browser, linus)
    assert (await show_code(browser, other, codes[3][:-1] + ("a" if codes[3][-1] != "a" else "b"))).status_code == 422


async def test_new_recovery_codes_end_the_old_ones(browser: Browser, another: Browser, linus: User) -> None:
    await another.sign_in(linus)
    phone, codes = await turn_on(another)
    renewed = await another.post(f"{PAGE}/recovery-codes", PAGE, code=phone.code())
    fresh = re.findall(r"<li><code>([^<]+)</code></li>", renewed.text)
    assert len(fresh) == 10
    asked = await half_way(browser, linus)
    assert (await show_code(browser, asked, codes[0])).status_code == 422
    assert (await show_code(browser, asked, fresh[0])).status_code == 303


@pytest.mark.parametrize("what", ["recovery-codes", "removal"])
async def test_a_stolen_session_cannot_weaken_it(browser: Browser, linus: User, what: str) -> None:
    await browser.sign_in(linus)
    phone, _ = await turn_on(browser)
    for code in ("", "000000", phone.code(-1)):
        assert (await browser.post(f"{PAGE}/{what}", PAGE, code=code)).status_code == 422
    assert "10 of your recovery codes" in (await browser.http.get(PAGE)).text


async def test_turned_off_a_password_is_enough(browser: Browser, another: Browser, linus: User) -> None:
    await another.sign_in(linus)
    phone, _ = await turn_on(another)
    assert (await another.post(f"{PAGE}/removal", PAGE, code=phone.code())).status_code == 303
    assert (await browser.sign_in(linus)).status_code == 303


async def test_no_code_is_logged(
    browser: Browser, another: Browser, linus: User, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    await another.sign_in(linus)
    phone, codes = await turn_on(another)
    asked = await half_way(browser, linus)
    await show_code(browser, asked, codes[0])
    ours = "\n".join(record.getMessage() for record in caplog.records if not record.name.startswith("http"))
    for secret in (phone.code(-1), codes[0], hidden(asked, "known"), base64.b32encode(phone.secret).decode()):
        assert secret not in ours
