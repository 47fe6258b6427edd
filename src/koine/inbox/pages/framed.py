"""HTML from outside, as it is shown: cleaned, in a frame without scripts, without our origin, and without pictures from
elsewhere until somebody asks for them.
"""

from __future__ import annotations

import base64
import functools
import hashlib

import nh3
from starlette.responses import Response

from koine.inbox.policy import HEADERS

_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'sha256-{style}'; "
    "img-src {pictures}; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
_SCHEMES = {"http", "https", "mailto"}
_ATTRIBUTES = {tag: names for tag, names in nh3.ALLOWED_ATTRIBUTES.items() if tag != "blockquote"}
_STYLE = (
    "html{color-scheme:light;background:#fff;color:#1b1d22;font:14px/1.55 system-ui,sans-serif}"
    "body{margin:10px 12px;overflow-wrap:anywhere}"
    "img{max-width:100%;height:auto}table{max-width:100%}a{color:#2f5fd0}pre{white-space:pre-wrap}"
    "h1,h2,h3{font-size:1.2em;line-height:1.3;margin:.6em 0 .3em}"
    "blockquote{margin:.5em 0;padding-left:.8em;border-left:3px solid #cfcfc8;color:#4c515b}"
    "summary{width:2em;border-radius:4px;background:#ebebe8;text-align:center;line-height:1;list-style:none}"
)


def answer(html: str, *, pictures: bool) -> Response:
    """The frame's own page."""
    cleaned = nh3.clean(html, attributes=_ATTRIBUTES, url_schemes=_SCHEMES, link_rel="noopener noreferrer")
    folded = cleaned.replace("<blockquote>", "<details><summary>…</summary><blockquote>").replace(
        "</blockquote>", "</blockquote></details>"
    )
    page = (
        '<!doctype html><html><head><meta charset="utf-8"><base target="_blank">'
        '<meta name="referrer" content="no-referrer">'
        f'<style>{_STYLE}</style></head><body dir="auto">{folded}</body></html>'
    )
    allowed = "https: http: data:" if pictures else "data:"
    policy = _POLICY.format(style=_digest(), pictures=allowed)
    headers = HEADERS | {"content-security-policy": policy, "x-frame-options": "SAMEORIGIN"}
    return Response(page, 200, headers, "text/html")


@functools.cache
def _digest() -> str:
    return base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
