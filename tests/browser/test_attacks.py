"""Whatever somebody writes, wherever it is shown: nothing runs, nothing is loaded from elsewhere, nobody is led away.

And it is not only the policy that prevents it.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator, Sequence
from itertools import islice
from typing import TypeVar
from urllib.parse import quote

import httpx
import pytest
from playwright.async_api import Error, Page, expect

from koine.core.actor import Author, system
from koine.core.contacts import contacts
from koine.core.contacts.model import Described
from koine.core.conversations import opening
from koine.core.conversations.handling import tagging
from koine.core.conversations.model import Opening, Said
from koine.core.inboxes import inboxes
from koine.core.statuses import statuses
from koine.core.tags import tags
from koine.core.teams import teams
from koine.core.views import views
from koine.core.views.model import Described as Question
from tests.browser import attacks
from tests.browser.canary import Canary, elsewhere
from tests.browser.conftest import Enter
from tests.dialects.highlevel import locations
from tests.dialects.highlevel.messaging import bring
from tests.dialects.libredesk import wire
from tests.dialects.tight.speaking import speaker
from tests.inbox.pages.conftest import Desk

pytestmark = pytest.mark.usefixtures("relaying")

PAGE = 50  # rows of a list, entries of a thread
T = TypeVar("T")
MARK = "<i>harmless</i>"


@pytest.fixture
async def canary(base_url: str) -> AsyncIterator[Canary]:
    """Nothing that it notices may have happened when the test ends."""
    async with elsewhere(base_url) as watching:
        yield watching
        assert watching.wrong == []


@pytest.fixture
async def page(enter: Enter, desk: Desk, canary: Canary) -> Page:
    """Linus's, watched."""
    entered = await enter(desk.world.linus)
    await canary.watch(entered.context)
    return entered


async def test_the_canary_notices(enter: Enter, desk: Desk, base_url: str) -> None:
    page = await enter(desk.world.linus)
    async with elsewhere(base_url) as canary:
        await canary.watch(page.context)
        await page.goto(f"{desk.root}/all")
        bad = "<img src=x onerror=ran()><img src=AWAY/1><a href='javascript:ran()'>x</a><p id=main style='top:0'>x</p>"
        await page.evaluate(
            "html => document.body.insertAdjacentHTML('beforeend', html)", attacks.aimed(bad, canary.away)
        )
        await page.evaluate("ran()")
        bare = await page.context.new_page()
        await bare.set_content(attacks.aimed("<img src=AWAY/1>", canary.away))
        await canary.look(page)
        await page.wait_for_timeout(200)
        said = "\n".join(canary.wrong)
        for each in (
            "a script ran",
            "asked for",
            "script-src",
            "img-src",
            "onerror: ",
            "leads to javascript:",
            "style: ",
            "twice",
        ):
            assert each in said, each


async def test_libredesk_content(page: Page, desk: Desk, canary: Canary, base_url: str) -> None:
    headers = {"Authorization": wire.basic(desk.world.libredesk)}
    body = {
        "inbox_id": desk.world.lamplight.inbox.id,
        "contact_email": "otto.brandt@example.com",
        "first_name": "Otto",
        "initiator": "contact",
    }
    opened = 0
    async with httpx.AsyncClient(base_url=base_url, timeout=30, headers=headers) as client:
        for some in _parts(attacks.html(), 25):
            content = "<hr>".join(_aimed(each, canary) for each in some)
            sent = await client.post(
                wire.PATH, json=body | {"subject": _aimed(some[0], canary)[:200], "content": content}
            )
            assert sent.status_code in (200, 400), sent.text
            opened += sent.status_code == 200
    assert opened > 10
    await page.goto(f"{desk.root}/unassigned")
    await canary.look(page)
    for href in await page.eval_on_selector_all(".row-link", "all => all.map(each => each.href)"):
        await page.goto(href)
        await _frames(page)
        await canary.look(page)


async def test_highlevel_mail(page: Page, desk: Desk, canary: Canary, base_url: str) -> None:
    headers = locations.headers(desk.world.lamplight.highlevel.secret)
    async with httpx.AsyncClient(base_url=base_url, timeout=30, headers=headers) as client:
        at = locations.Location(desk.world.lamplight, client)
        for n, some in enumerate(_parts(attacks.html(), 8)):
            html = "<hr>" + "\n".join(_aimed(each, canary) for each in some)
            subject = _aimed(some[0], canary)[:200].replace("\x00", "")
            sent = await bring(at, number=n % 2, type="Email", html=html.replace("\x00", ""), subject=subject)
            assert sent.status_code in (200, 201), sent.text
    await page.goto(f"{desk.root}/unassigned")
    hrefs = await page.eval_on_selector_all(".row-link", "all => all.map(each => each.href)")
    assert len(hrefs) >= 2
    for href in hrefs:
        await page.goto(href)
        await _frames(page)
        await canary.look(page)


async def test_tight_text(page: Page, desk: Desk, canary: Canary, http: httpx.AsyncClient) -> None:
    ada = await speaker(http, desk.world, userId=desk.world.ada.external_id)
    for some in _parts(attacks.html(), PAGE - 2):
        texts = [_aimed(each, canary).replace("\x00", "")[:1_000].strip() for each in some]
        talk = await ada.opened(message={"text": texts[0]}, subject=texts[0][:100])
        sent = await ada.say(*({"conversationId": talk["id"], "text": text} for text in texts[1:] if text))
        assert sent.status_code in (200, 201, 207), sent.text
    await page.goto(f"{desk.root}/all")
    rows = await page.eval_on_selector_all(".row-link", "all => all.map(each => each.href)")
    assert len(rows) > 6
    shown = ""
    for href in rows:
        await page.goto(href)
        await canary.look(page)
        shown += await page.inner_text("#messages")
    for each in ("<ScRiPt>ran()</sCrIpT>", "<svg><set attributeName=href to=javascript:ran() /></svg>"):
        assert each in shown


async def test_names_and_words(page: Page, desk: Desk, canary: Canary) -> None:
    """Subjects, previews, contacts and their addresses, attributes, entities, and whatever else has a name."""
    here, place = desk.here, desk.world.lamplight
    by = system(desk.world.account_id, here)
    linus = desk.world.acting(desk.world.linus, "Admin", place)
    wanted = []
    given = [_aimed(each, canary).replace("\x00", "") for each in attacks.words(200)[::3]]
    async with desk.database.writing((here,)) as tx:
        marks = [await tags.create(tx, by, here, name=f"{n}{each}"[:60]) for n, each in enumerate(given[::5])]
        for n, each in enumerate(given[4::6]):
            name = f"{n}{each}"[:60]
            team = await teams.create(tx, by, here, name=name)
            inbox = await inboxes.create(
                tx, by, here, name=name, channel="email", address=f"{n}{each}@example.com"[:200]
            )
            await statuses.create(tx, by, here, name=name[:25], category="open")
            await views.create(tx, linus, here, Question(name, {}))
        for n, each in enumerate(given):
            email = f'{n}{desk.world.ada.id}"{each}"@example.com'
            person = Described(email, None, each[:90], each[::-1][:90], company_name=each)
            contact = await contacts.create(tx, by, here, person)
            said = Said(
                each,
                author=Author("contact", contact.id, each, each),
                direction="in",
                channel=each[:20],
                state="received",
            )
            wanted.append(
                Opening(
                    here,
                    each,
                    said,
                    each[:90],
                    False,
                    inbox.id,
                    contact.id,
                    team_id=team,
                    custom_attributes={each: each, "x": [each]},
                )
            )
        opened = [each for some in _parts(wanted, 10) for each in await opening.open(tx, by, some)]
        for at, mark in enumerate(marks):
            await tagging.add(tx, by, here, [each.id for each in opened[at :: len(marks)]], tags=[mark.id])
    subjects: list[str] = []
    href: str | None = f"{desk.root}/all"
    while href:
        await page.goto(href)
        await canary.look(page)
        subjects += await page.locator(".row-subject").all_text_contents()
        more = page.locator("#more a")
        href = await more.get_attribute("href") if await more.count() else None
    assert set(given) & set(subjects)
    assert len(set(subjects)) > len(given) * 0.9
    for talk in opened[::12]:
        await page.goto(f"{desk.root}/conversations/{talk.number}?queue=all")
        await canary.look(page)
    await page.keyboard.press("Control+k")
    await page.keyboard.type("script")
    await expect(page.locator("#commands li").first).to_be_visible()
    await canary.look(page)


async def test_files(page: Page, desk: Desk, canary: Canary) -> None:
    """Opened by their links, whatever they are called and whatever is in them."""
    talk = await desk.talk()
    await page.goto(f"{desk.root}/conversations/{talk.number}?queue=all")
    script = _aimed("<script>RUN</script><img src=AWAY/1 onerror=RUN>", canary).encode()
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" onload="ran()">' + script + b"</svg>"
    contents = (
        script,
        svg,
        b"<?xml version='1.0'?>" + svg,
        b"%PDF-1.4 " + script,
        b"GIF89a/*" + script,
        b"\x89PNG\r\n\x1a\n" + script,
    )
    names = (
        "x.html",
        "x.svg",
        "x.xml",
        "x.pdf",
        "x.gif",
        "x.png",
        "<img src=x onerror=ran()>.html",
        '"onmouseover=ran() x=".png',
        "\u202egnp.lmth",
        "..\\..\\x.svg",
        "x.html\r\nContent-Type: text/html",
        "'-ran()-'.xhtml",
        "</script><script>ran()</script>",
    )
    files = [
        {"name": name, "mimeType": "text/html", "buffer": contents[n % len(contents)]} for n, name in enumerate(names)
    ]
    await page.set_input_files("#composer input[type=file]", files)  # type: ignore[arg-type]
    await expect(page.locator("#to-attach li")).to_have_count(len(files))
    await canary.look(page)
    await page.fill("#text", "Files")
    await page.click(".send")
    await expect(page.locator("#messages .files li")).to_have_count(len(files))
    await canary.look(page)
    saved: list[str] = []
    for href in await page.eval_on_selector_all("#messages .files a", "all => all.map(each => each.href)"):
        opened = await page.context.new_page()
        try:
            await opened.goto(href)
        except Error as stopped:
            saved.append(stopped.message)
        else:
            await canary.look(opened)
        await opened.close()
    assert all("Download is starting" in each or "ERR_ABORTED" in each for each in saved)
    assert len(saved) >= 8


async def test_what_an_address_says(page: Page, desk: Desk, canary: Canary) -> None:
    """What is looked for, filters, lists that there are not: said back or not, it stays words."""
    given = [_aimed(each, canary).replace("\x00", "") for each in attacks.words(120)]
    for each in given[::12]:
        await page.goto(f"{desk.root}/search?q={quote(each, safe='')}", wait_until="domcontentloaded")
        await canary.look(page)
    said = quote(_aimed('"><script>RUN</script><img src=AWAY/1 onerror=RUN>', canary), safe="")
    number = (await desk.talk()).number
    for path in (
        f"all?sort={said}",
        f"all?unread={said}&starred={said}",
        f"all?after={said}",
        f"all?after={said}~7",
        f"team/{said}",
        f"view/{said}",
        f"tag/{said}",
        said,
        f"{said}/{said}",
        f"conversations/{number}?queue={said}",
        f"conversations/{said}",
        f"conversations/{number}?queue=all&sort={said}",
        f"conversations/{number}/messages/{said}/body",
        f"stream?position={said}",
        f"search?q={said}&sort={said}",
    ):
        with contextlib.suppress(Error):  # some are no pages at all
            await page.goto(f"{desk.root}/{path}", wait_until="domcontentloaded")
            await canary.look(page)
    for path in (
        f"/inbox/{said}",
        f"/inbox/link/{said}",
        f"/inbox/settings/{said}",
        f"/inbox/static/{said}/{said}",
        f"/{said}",
        f"/oauth/chooselocation?client_id={said}&redirect_uri={said}&scope={said}&state={said}",
        f"/inbox/setup?token={said}",
        f"/inbox/setup/{said}",
    ):
        await page.goto(path, wait_until="domcontentloaded")
        await canary.look(page)


async def test_where_one_is_led_after_signing_in(page: Page, canary: Canary, enter: Enter, desk: Desk) -> None:
    stranger = await page.context.browser.new_context(base_url=canary.home)  # type: ignore[union-attr]
    await canary.watch(stranger)
    at_the_door = await stranger.new_page()
    led = []
    for each in attacks.AWAYS:
        path = f"/inbox/sign-in?next={quote(_aimed(each, canary), safe='')}"
        answer = await page.request.get(path, max_redirects=0)
        led.append(answer.headers["location"])
        await at_the_door.goto(path, wait_until="commit")
        await canary.look(at_the_door)
    ends = await page.evaluate("all => all.map(each => new URL(each, location.href).origin)", led)
    assert set(ends) == {canary.home}
    await at_the_door.eval_on_selector("input[name=email]", "each => each.type = 'text'")
    await at_the_door.fill("input[name=email]", '"><script>ran()</script>')
    await at_the_door.fill("input[name=password]", "not the password")
    await at_the_door.click("main button")
    await expect(at_the_door.locator("[role=alert]")).to_be_visible()
    await canary.look(at_the_door)
    await stranger.close()


async def test_people_and_their_browsers(enter: Enter, desk: Desk, canary: Canary) -> None:
    """Their names where others see them, and what their browsers call themselves."""
    bad = _aimed('"><img src=AWAY/1 onerror=RUN>', canary)
    page = await enter(desk.world.linus, user_agent=f"Mozilla/5.0 <script>ran()</script> {bad} Chrome/1'\"")
    await canary.watch(page.context)
    await page.goto("/inbox/settings/profile")
    await page.fill("[name=first_name]", bad)
    await page.fill("[name=last_name]", "<script>ran()</script>")
    await page.click(".own-sheet >> nth=0 >> button")
    await expect(page.locator(".own-said")).to_be_visible()
    talk = await desk.talk()
    number = talk.number
    for path in (
        "/inbox/settings/profile",
        "/inbox/settings/sessions",
        "/inbox/settings/two-factor",
        "/inbox/first-token",
        f"{desk.root}/all",
        f"{desk.root}/conversations/{number}",
    ):
        await page.goto(path)
        await canary.look(page)
    await page.fill("#text", "@")
    await page.check("#kind-note", force=True)
    await page.fill("#text", f"@{bad} <script>ran()</script>, look")
    await page.click(".send")
    await expect(page.locator("#messages .note")).to_be_visible()
    await canary.look(page)
    await page.click("[data-act=assign]")
    await canary.look(page)


def _aimed(attack: str, canary: Canary) -> str:
    return attacks.aimed(attack, canary.away)


def _parts(given: Sequence[T], size: int) -> Iterator[list[T]]:
    """Some at a time: neighbours in one part, so that each part has one kind of attack."""
    rest = iter(given)
    while part := list(islice(rest, size)):
        yield part


async def _frames(page: Page) -> None:
    """Have all frames loaded, also those that are far below; again when news have drawn the thread anew meanwhile."""
    for _ in range(5):
        await page.evaluate("for (const each of document.querySelectorAll('iframe')) each.loading = 'eager'")
        try:
            for frame in page.frames:
                if frame.parent_frame:
                    await frame.wait_for_url("**/body*")
                    await frame.wait_for_load_state()
        except Error as gone:
            if "detached" not in gone.message:
                raise
        else:
            return
    raise AssertionError("the thread is drawn anew again and again")
