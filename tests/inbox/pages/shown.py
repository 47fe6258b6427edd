"""A page as it was sent: its elements, to be asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


@dataclass(slots=True)
class Element:
    """An element with its attributes, the text in it and in all that is in it, and what it stands in."""

    tag: str
    attributes: dict[str, str]
    parents: list[Element]
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join("".join(self.pieces).split())

    @property
    def classes(self) -> list[str]:
        return self.attributes.get("class", "").split()

    def __getitem__(self, name: str) -> str:
        return self.attributes[name]


class Shown(HTMLParser):
    """HTML, read."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.html = html
        self.elements: list[Element] = []
        self._open: list[Element] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs}, list(self._open))
        self.elements.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if any(each.tag == tag for each in self._open):
            while self._open.pop().tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.pieces.append(data)

    def all(self, tag: str = "", *, cls: str = "", **attributes: str) -> list[Element]:
        """The elements of a tag and a class with these attributes."""
        wanted = {name.strip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [
            each
            for each in self.elements
            if tag in ("", each.tag)
            and not any("id" in parent.attributes for parent in each.parents if parent.tag == "template")
            and (not cls or cls in each.classes)
            and all(each.attributes.get(name) == value for name, value in wanted.items())
        ]

    def one(self, tag: str = "", *, cls: str = "", **attributes: str) -> Element:
        """The only one of them."""
        (found,) = self.all(tag, cls=cls, **attributes)
        return found

    @property
    def said(self) -> list[str]:
        """What was said in the thread."""
        return [each.text for each in self.all(cls="said") if each.attributes.get("id") != "preview"]

    def texts(self, cls: str) -> list[str]:
        """What the elements of a class say."""
        return [each.text for each in self.all(cls=cls)]
