"""What the page's script is told to do: a handful of operations on DOM ids, as HTML that carries them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup
from starlette.responses import Response

from koine.inbox import policy

Kind = Literal["append", "prepend", "replace", "remove", "refresh"]


@dataclass(frozen=True, slots=True)
class Operation:
    """`append` and `prepend` put HTML into an element, `replace` puts it in its place, `remove` takes it away.

    An element that is in the HTML and, by its id, already on the page is replaced rather than doubled. `refresh` has
    the page fetched anew; it has no target.
    """

    kind: Kind
    target: str = ""
    html: str = ""


def append(target: str, html: Markup) -> Operation:
    """Put it at the end of an element."""
    return Operation("append", target, html)


def prepend(target: str, html: Markup) -> Operation:
    """Put it at the beginning of an element."""
    return Operation("prepend", target, html)


def replace(target: str, html: Markup) -> Operation:
    """Put it in the place of an element."""
    return Operation("replace", target, html)


def remove(target: str) -> Operation:
    """Take an element away."""
    return Operation("remove", target)


REFRESH = Operation("refresh")


def write(operations: Iterable[Operation]) -> Markup:
    """Operations as they travel: `<template data-operation="append" data-target="thread">…</template>`."""
    form = Markup('<template data-operation="{}" data-target="{}">{}</template>')
    return Markup("\n").join(form.format(each.kind, each.target, each.html) for each in operations)


def answer(*operations: Operation, status: int = 200) -> Response:
    """The answer to a form that the page's script has sent."""
    return Response(write(operations), status, policy.headers(""), "text/html")
