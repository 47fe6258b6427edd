"""Having a second factor: the picture for the phone, recovery codes, and giving it up."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode

import segno
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from koine.core.errors import TooMany
from koine.core.sealing import Sealing, SealingFailed
from koine.core.second_factors import second_factors, totp
from koine.core.second_factors.refusals import CodeRefused, NoSecondFactor, SecondFactorThere
from koine.core.users import signing_in
from koine.inbox import entering, form, recognising, render
from koine.inbox.recognising import NotRecognised
from koine.inbox.runtime import Runtime
from koine.inbox.visit import Visit

PATH = "/inbox/settings/two-factor"
ISSUER = "Koine"
_TOO_MANY = "Too many tries. Wait a few minutes, then try again."


async def show(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """How it stands; where there is none yet, a secret to begin with, which is kept nowhere until a code shows it."""
    async with runtime.database.reading(()) as tx:
        there = await second_factors.of(tx, visit.actor)
    if there is not None:
        return render.page(visit, "two_factor.html", there=there, problem="")
    said = "Two-factor authentication is off." if "off" in request.query_params else ""
    return await _offer(runtime, visit, totp.new_secret(), said=said)


async def enable(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """Password and a code of the phone; then the recovery codes, this once."""
    sent = await form.read(request)
    sealing = _sealing(runtime)
    secret = _unsealed(sealing, visit, sent.get("secret", ""))
    if secret is None:
        return entering.led_to(PATH)
    try:
        if await _has_password(runtime, visit):
            await runtime.recognising.must_be_password(visit.actor, sent.get("password", ""))
        async with runtime.database.writing(()) as tx:
            code = "".join(sent.get("code", "").split())
            codes = await second_factors.enable(tx, visit.actor, sealing, secret, code)
    except SecondFactorThere:
        return entering.led_to(PATH)
    except TooMany:
        return await _offer(runtime, visit, secret, problem=_TOO_MANY, status=429)
    except (NotRecognised, CodeRefused) as refused:
        return await _offer(runtime, visit, secret, problem=refused.says, status=422)
    return render.page(visit, "recovery_codes.html", codes=codes, fresh=True)


async def renew(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """New recovery codes, for who shows a code."""
    try:
        await runtime.recognising.count_code(visit.actor)
        async with runtime.database.writing(()) as tx:
            await recognising.use_code(tx, visit.actor, runtime.sealing, (await form.read(request)).get("code", ""))
            codes = await second_factors.renew_codes(tx, visit.actor)
    except NoSecondFactor:
        return entering.led_to(PATH)
    except (TooMany, CodeRefused) as refused:
        return await _refused(runtime, visit, refused)
    return render.page(visit, "recovery_codes.html", codes=codes, fresh=False)


async def disable(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """A password alone will do again, for who shows a code."""
    try:
        await runtime.recognising.count_code(visit.actor)
        async with runtime.database.writing(()) as tx:
            await recognising.use_code(tx, visit.actor, runtime.sealing, (await form.read(request)).get("code", ""))
            await second_factors.disable(tx, visit.actor, visit.actor.must_be_person())
    except NoSecondFactor:
        return entering.led_to(PATH)
    except (TooMany, CodeRefused) as refused:
        return await _refused(runtime, visit, refused)
    return entering.led_to(f"{PATH}?off=1")


async def _refused(runtime: Runtime, visit: Visit, refused: TooMany | CodeRefused) -> Response:
    late = isinstance(refused, TooMany)
    async with runtime.database.reading(()) as tx:
        there = await second_factors.of(tx, visit.actor)
    problem = _TOO_MANY if late else refused.says
    return render.page(visit, "two_factor.html", status=429 if late else 422, there=there, problem=problem)


async def _offer(
    runtime: Runtime, visit: Visit, secret: bytes, problem: str = "", *, status: int = 200, said: str = ""
) -> Response:
    address = totp.address(secret, visit.actor.email or visit.actor.name, ISSUER)
    picture = segno.make(address, error="m", micro=False)
    drawn = picture.svg_inline(border=3, light="#fff", svgclass="qr", lineclass=None, omitsize=True)
    return render.page(
        visit,
        "two_factor_off.html",
        status=status,
        drawn=Markup(drawn),  # noqa: S704 - squares of ours
        written=totp.written(secret),
        sealed=urlsafe_b64encode(_sealing(runtime).seal(secret, _about(visit))).decode(),
        has_password=await _has_password(runtime, visit),
        problem=problem,
        said=said,
    )


async def _has_password(runtime: Runtime, visit: Visit) -> bool:
    by = visit.actor
    async with runtime.database.reading(()) as tx:
        return (await signing_in.claimed(tx, by.account_id, by.email or "")).password_hash is not None


def _sealing(runtime: Runtime) -> Sealing:
    if runtime.sealing is None:
        raise RuntimeError("this process cannot seal second factors")
    return runtime.sealing


def _unsealed(sealing: Sealing, visit: Visit, sealed: str) -> bytes | None:
    """The secret that this very session was shown; None for anything else."""
    try:
        return sealing.open(urlsafe_b64decode(sealed.encode("ascii", "replace")), _about(visit))
    except (SealingFailed, binascii.Error, ValueError):
        return None


def _about(visit: Visit) -> bytes:
    return b"second factor offered in session %d" % visit.session_id
