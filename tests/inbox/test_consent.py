"""The page on which people let apps in: what a browser sees, and what nobody can make it do."""

from __future__ import annotations

import re
import time
from statistics import median

import asyncpg
import httpx
import pytest

from koine.demo import World
from koine.inbox import recognising
from koine.postgres.database import Database
from tests.dialects.highlevel.letting_in import BACK, PAGE, Program, answer, give_password, known, register

WRONG = "This address and this password do not belong together."


@pytest.fixture
async def program(database: Database, world: World, http: httpx.AsyncClient) -> Program:
    """An app; Linus administers Lamplight, Mary answers there, and both have a password."""
    await give_password(database, world, world.linus, world.mary)
    return await register(database, world, http)


def _lamplight(world: World) -> int:
    return world.lamplight.workspace.id


# ── The way through ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", [PAGE, "/v2/oauth/chooselocation"])
async def test_the_page_says_who_asks_and_asks_who_decides(program: Program, path: str) -> None:
    shown = await program.http.get(path, params=program.asks)
    assert shown.status_code == 200
    assert "Lamps &amp; Mirrors" in shown.text
    assert "https://client.example" in shown.text
    assert set(re.findall(r'<input[^>]* name="([^"]+)"', shown.text)) == {"email", "password"}


async def test_who_signed_in_sees_what_is_wanted_and_their_own_locations(program: Program, world: World) -> None:
    asked = await program.sign_in(world.linus.email, scope="contacts.readonly conversations/message.write")
    assert "See contacts" in asked.text
    assert "Send messages" in asked.text
    assert "Add, change and delete contacts" not in asked.text
    assert "Lamplight Ltd" in asked.text
    assert "Harbour Books" not in asked.text


async def test_yes_leads_back_with_a_code_and_the_state(program: Program, world: World) -> None:
    decided = await program.decide(known(await program.sign_in(world.linus.email)), _lamplight(world))
    told = answer(decided)
    assert set(told) == {"code", "state"}
    assert told["state"] == "a state"
    assert decided.content == b""


async def test_an_address_with_a_query_keeps_it(program: Program, world: World) -> None:
    other = {"redirect_uri": f"{BACK}/too?a=b"}
    decided = await program.decide(known(await program.sign_in(world.linus.email, **other)), _lamplight(world), **other)
    assert answer(decided)["a"] == "b"


async def test_no_leads_back_without_a_code(program: Program, world: World) -> None:
    decided = await program.decide(known(await program.sign_in(world.linus.email)), decision="deny")
    assert answer(decided) == {"error": "access_denied", "state": "a state"}


async def test_signing_in_is_remembered_in_the_accounts_history(
    program: Program, world: World, sql: asyncpg.Connection
) -> None:
    await program.let_in(world.linus, _lamplight(world))
    kinds = await sql.fetch(
        "select kind from account_events where account_id = $1 and kind in ('user.signed_in', 'app.authorized')"
        " order by id",
        world.account_id,
    )
    assert [row["kind"] for row in kinds] == ["user.signed_in", "app.authorized"]


# ── Who may not ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": "nobody"},
        {"client_id": ""},
        {"client_id": "\x00"},
        {"redirect_uri": "https://evil.example/back"},
        {"redirect_uri": f"{BACK}/"},
        {"redirect_uri": f"{BACK}?x=y"},
        {"redirect_uri": f"{BACK}/../elsewhere"},
        {"redirect_uri": "https://client.example@evil.example/back"},
        {"redirect_uri": "javascript:alert(1)"},
        {"redirect_uri": "//client.example/back"},
        {"redirect_uri": ""},
    ],
)
async def test_a_foreign_address_is_never_redirected_to(
    program: Program, world: World, changed: dict[str, str]
) -> None:
    for shown in (
        await program.http.get(PAGE, params=program.asks | changed),
        await program.sign_in(world.linus.email, **changed),
        await program.decide("x" * 43, _lamplight(world), **changed),
        await program.decide("x" * 43, decision="deny", **changed),
    ):
        assert (shown.status_code, "location" in shown.headers) == (400, False)
        assert "cannot be used" in shown.text
        assert "evil.example" not in shown.text


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": ""}, "unsupported_response_type"),
        ({"scope": "contacts.readonly everything"}, "invalid_scope"),
        ({"code_challenge": "x" * 43}, "invalid_request"),
        ({"code_challenge": "x" * 43, "code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "short", "code_challenge_method": "S256"}, "invalid_request"),
    ],
)
async def test_what_else_is_wrong_the_app_is_told(program: Program, changed: dict[str, str], error: str) -> None:
    shown = await program.http.get(PAGE, params=program.asks | changed)
    assert answer(shown) == {"error": error, "state": "a state"}


async def test_an_unknown_address_is_answered_like_a_wrong_password(program: Program, world: World) -> None:
    answers = {}
    for email, password in (
        (world.linus.email, "not the password"),
        ("nobody@example.com", "not the password"),
        (world.ada.email, "not the password"),  # who has no password yet
    ):
        shown = await program.sign_in(email, password)
        assert (shown.status_code, WRONG in shown.text) == (422, True)
        answers[shown.text.replace(email, "…")] = shown.headers["content-length"]
    assert len(answers) == 1


async def test_looking_at_an_unknown_address_takes_as_long(program: Program, world: World) -> None:
    async def takes(email: str) -> float:
        began = time.perf_counter()
        await program.sign_in(email, "not the password")
        return time.perf_counter() - began

    await takes("warm@example.com")
    spent = {email: median([await takes(email) for _ in range(5)]) for email in (world.linus.email, "no@example.com")}
    assert 0.3 < spent[world.linus.email] / spent["no@example.com"] < 3


async def test_somebody_who_was_disabled_cannot_decide(program: Program, world: World, sql: asyncpg.Connection) -> None:
    asked = await program.sign_in(world.linus.email)
    await sql.execute("update users set enabled = false where id = $1", world.linus.id)
    assert WRONG in (await program.sign_in(world.linus.email)).text
    decided = await program.decide(known(asked), _lamplight(world))
    assert (decided.status_code, "location" in decided.headers) == (409, False)


async def test_who_administers_nothing_cannot_give_it(program: Program, world: World) -> None:
    shown = await program.sign_in(world.mary.email)
    assert (shown.status_code, "you administer no location" in shown.text) == (403, True)
    assert 'name="known"' not in shown.text


async def test_no_location_can_be_given_that_one_does_not_administer(program: Program, world: World) -> None:
    secret = known(await program.sign_in(world.linus.email))
    for place in (world.harbour.workspace.id, 0, 2**70):
        decided = await program.decide(secret, place)
        assert (decided.status_code, "location" in decided.headers) == (409, False)
    assert (await program.decide(secret)).status_code == 409
    assert (await program.decide(secret, _lamplight(world))).status_code == 303


async def test_too_many_tries_have_to_wait(program: Program, world: World) -> None:
    for _ in range(recognising.OF_AN_ADDRESS[0].requests):
        assert (await program.sign_in("somebody@example.com", "x")).status_code == 422
    assert (await program.sign_in("somebody@example.com", "x")).status_code == 429
    assert (await program.sign_in("SOMEBODY@example.com", "x")).status_code == 429
    assert (await program.sign_in(world.linus.email)).status_code == 200


# ── What other pages can make a browser do ──────────────────────────────────────────────────────────────────────────


async def test_other_pages_cannot_send_the_forms(program: Program, world: World) -> None:
    secret = known(await program.sign_in(world.linus.email))
    sent = {"known": secret, "decision": "allow", "place": str(_lamplight(world))}
    for headers in (
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
    ):
        for body in (sent, {"email": world.linus.email, "password": "x"}):
            refused = await program.http.post(PAGE, params=program.asks, data=body, headers=headers)
            assert (refused.status_code, "location" in refused.headers) == (403, False)
    same = await program.http.post(PAGE, params=program.asks, data=sent, headers={"sec-fetch-site": "same-origin"})
    assert same.status_code == 303


async def test_a_decision_needs_the_secret_of_the_page_before_and_uses_it_up(
    program: Program, world: World, database: Database, http: httpx.AsyncClient
) -> None:
    other = await register(database, world, http, name="Another")
    secret = known(await program.sign_in(world.linus.email))
    for wrong in ("", "x" * 43, "\x00"):
        assert (await program.decide(wrong, _lamplight(world))).status_code == 409
    assert (await other.decide(secret, _lamplight(world))).status_code == 409
    assert (await program.decide(secret, _lamplight(world))).status_code == 303
    assert (await program.decide(secret, _lamplight(world))).status_code == 409


async def test_the_secret_is_good_for_minutes(program: Program, world: World, sql: asyncpg.Connection) -> None:
    secret = known(await program.sign_in(world.linus.email))
    await sql.execute(
        "update tokens set expires_at = now() where dialect = 'consent' and client_id = $1", program.app.id
    )
    assert (await program.decide(secret, _lamplight(world))).status_code == 409


async def test_every_page_forbids_what_it_does_not_need(program: Program, world: World) -> None:
    asked = await program.sign_in(world.linus.email)
    away = await program.decide(known(asked), _lamplight(world))
    pages = [await program.http.get(PAGE, params=program.asks), asked, away, await program.http.get(PAGE)]
    for page in pages:
        policy = page.headers["content-security-policy"]
        assert policy.startswith("default-src 'none';")
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert page.headers["referrer-policy"] == "no-referrer"
        assert page.headers["cache-control"] == "no-store"
        assert "<script" not in page.text
        assert " style=" not in page.text
    assert "form-action 'self' https://client.example;" in asked.headers["content-security-policy"]
    assert "form-action 'self';" in pages[0].headers["content-security-policy"]


async def test_names_are_escaped(database: Database, world: World, http: httpx.AsyncClient, program: Program) -> None:
    rude = await register(database, world, http, name="<script>alert(1)</script>")
    for shown in (await http.get(PAGE, params=rude.asks), await rude.sign_in(world.linus.email)):
        assert "<script" not in shown.text
        assert "&lt;script&gt;" in shown.text
    assert "<b>" not in (await program.sign_in("<b>@example.com", "x")).text


async def test_reading_the_page_writes_nothing(program: Program, sql: asyncpg.Connection) -> None:
    query = "select (select count(*) from tokens), (select count(*) from account_events)"
    before = await sql.fetchrow(query)
    await program.http.get(PAGE, params=program.asks)
    assert await sql.fetchrow(query) == before


async def test_no_secret_is_logged(program: Program, world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    asked = await program.sign_in(world.linus.email)
    code = answer(await program.decide(known(asked), _lamplight(world)))["code"]
    tokens = (await program.exchange(code)).json()
    await program.sign_in(world.linus.email, "another password")
    ours = "\n".join(record.getMessage() for record in caplog.records if not record.name.startswith("http"))
    for secret in (
        known(asked),
        code,
        tokens["access_token"],
        tokens["refresh_token"],
        program.secret,
        "another password",
    ):
        assert secret not in ours
