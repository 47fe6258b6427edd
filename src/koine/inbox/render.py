"""Templates become pages: everything is escaped, and a value that is missing is an error."""

from __future__ import annotations

import functools
import uuid
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup
from starlette.responses import Response

from koine.inbox import assets, icons, policy, times
from koine.inbox.visit import Guest

_TEMPLATES = Path(__file__).parent / "templates"


def page(visit: Guest, template: str, /, *, status: int = 200, leads_to: str | None = None, **values: Any) -> Response:
    """A whole page, from `templates/<template>`, which sees `visit` and the values.

    `leads_to` is the origin that its form may lead to besides ours.
    """
    html = _environment().get_template(template).render(visit=visit, **values)
    return Response(html, status, policy.headers(visit.nonce, leads_to=leads_to), "text/html")


def partial(visit: Guest, template: str, /, **values: Any) -> Markup:
    """A piece of a page: the same that the page includes, the stream pushes and a form's answer holds."""
    return Markup(_environment().get_template(template).render(visit=visit, **values))  # noqa: S704 - it is escaped


@functools.cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals |= {
        "static": assets.url,
        "icon": _icon,
        "csrf_field": _csrf_field,
        "time": _time,
        "new_attempt": _new_attempt,
    }
    made.filters |= {"bytes": times.size, "day": _day}
    return made


@functools.cache
def _icon(name: str, label: str = "") -> Markup:
    """A drawing; with a label it says something by itself, without it stands beside words."""
    if name not in icons.NAMES:
        raise LookupError(f"There is no icon named {name}.")
    said = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    return Markup('<svg class="icon" {}><use href="{}#{}"></use></svg>').format(said, assets.url("icons.svg"), name)


@pass_context
def _csrf_field(context: Context) -> Markup:
    """What every form that posts must hold."""
    return _hidden(context["visit"].csrf)


@functools.lru_cache(maxsize=256)
def _hidden(csrf: str) -> Markup:
    return Markup('<input type="hidden" name="_csrf" value="{}">').format(csrf)


@pass_context
def _time(context: Context, at: Any, form: str = "ago") -> Markup:
    """A moment in few words, with the whole of it on hover: in the reader's zone."""
    zone = context["visit"].zone
    exact, whole, said = at.isoformat(timespec="seconds"), times.whole(at, zone), times.said(at, zone, form)
    # Put together by hand: a page has a hundred of them, and none of these words can hold markup.
    return Markup(f'<time datetime="{exact}" title="{whole}" data-as="{form}">{said}</time>')  # noqa: S704


@pass_context
def _day(context: Context, at: Any) -> str:
    return times.day(at, context["visit"].zone)


def _new_attempt() -> str:
    """A name for what will be sent next, so that sending it twice says it once."""
    return str(uuid.uuid4())
