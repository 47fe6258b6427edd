"""The sign-in page: who comes in, who does not, and what it tells."""

from __future__ import annotations

from koine.core.users.users import User
from tests.inbox.conftest import Browser


async def test_the_right_password_leads_in(browser: Browser, linus: User) -> None:
    led = await browser.sign_in(linus)
    assert (led.status_code, led.headers["location"]) == (303, "/inbox")
    assert browser.session is not None
