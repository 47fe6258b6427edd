"""Pages as the browser gets them: from a template, escaped, and with headers that allow nothing but our own style."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from html import escape
from importlib import resources
from string import Template

from starlette.responses import Response

_POLICY = "default-src 'none'; style-src 'self'; form-action {forms}; base-uri 'none'; frame-ancestors 'none'"
HEADERS = {
    "content-security-policy": _POLICY.format(forms="'self'"),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
STYLE = "/inbox/static/koine.css"


class Markup(str):
    """HTML of ours, which `show` puts in as it is."""

    __slots__ = ()


def show(
    template: str, values: Mapping[str, str], *, title: str, status: int = 200, leads_to: str | None = None
) -> Response:
    """A page: the template's text, with each `$name` replaced by its value, escaped unless it is Markup.

    `leads_to` is the origin that its form may lead to besides ours: browsers look at where an answer redirects, too.
    """
    content = Markup(_template(template).substitute({name: _escaped(value) for name, value in values.items()}))
    page = _template("page").substitute(title=escape(title), content=content, style=STYLE)
    forms = "'self'" if leads_to is None else f"'self' {leads_to}"
    return Response(page, status, HEADERS | {"content-security-policy": _POLICY.format(forms=forms)}, "text/html")


def styled() -> Response:
    """The stylesheet."""
    headers = HEADERS | {"cache-control": "public, max-age=3600"}
    return Response(_read("static/koine.css"), 200, headers, "text/css")


def _escaped(value: str) -> str:
    return value if isinstance(value, Markup) else escape(value)


@functools.cache
def _template(name: str) -> Template:
    return Template(_read(f"templates/{name}.html"))


@functools.cache
def _read(path: str) -> str:
    return (resources.files("koine.inbox") / path).read_text(encoding="utf-8")
