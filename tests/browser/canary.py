"""Notices what an attack does to a browser: what runs, what is loaded from elsewhere, what only the policy stopped."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from playwright.async_api import BrowserContext, ConsoleMessage, Frame, Page

# What is on a page, asked of every frame: no handler or style of anybody's, no script but ours, nothing from elsewhere.
_LOOK = """(away) => {
  if (document.contentType !== "text/html") return [];
  const wrong = [], seen = new Set();
  const handlers = /^(on.*|style|srcdoc|background|ping)$/i;
  const loading = /^(src|srcset|poster|data|action|formaction|xlink:href|manifest|code|codebase)$/i;
  const strangers = new RegExp("^(object|embed|applet|base|meta|link|style|script|math|frame|frameset|noembed" +
    "|plaintext|xmp|marquee|portal|fencedframe)$");
  const leads = new Set(["http:", "https:", "mailto:", "blob:"]);
  const look = (each, tell) => {
    for (const { name, value } of each.attributes) {
      if (handlers.test(name)) tell(name);
      const foreign = value.includes(away) || /script:|data:text/i.test(value);
      if (loading.test(name) && foreign && !(each.localName === "img" && self !== top)) tell(name);
    }
    if (/^(a|area)$/.test(each.localName) && each.href && !leads.has(each.protocol)) tell(`leads to ${each.protocol}`);
    if (strangers.test(each.localName) && !each.closest("head")) tell("stands there");
    if (each.localName === "script" && !each.nonce) tell("a script");
    if (each.shadowRoot) tell("a shadow");
    if (each.id && seen.has(each.id)) tell("twice");
    seen.add(each.id);
  };
  const visit = (root) => {
    for (const each of root.querySelectorAll("*")) {
      look(each, (what) => wrong.push(`${what}: ${each.outerHTML.slice(0, 160)}`));
      if (each.localName === "template") visit(each.content);
    }
  };
  visit(document);
  return wrong;
}"""
_HEAR = """document.addEventListener("securitypolicyviolation", (event) => {
  if (self === top) heard(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`);
})"""


@dataclass
class Canary:
    """`wrong` is what must not have happened; `away` the origin of a server that nobody may ask anything of."""

    away: str
    home: str
    wrong: list[str] = field(default_factory=list)

    async def watch(self, context: BrowserContext) -> None:
        """Watch every page and frame of a window from now on."""
        await context.expose_function("ran", lambda *_: self.wrong.append("a script ran"))
        await context.expose_function("heard", lambda said: self.wrong.append(f"only the policy stopped it: {said}"))
        await context.add_init_script(_HEAR)
        context.on("requestfinished", lambda request: self._asked(request.url))
        context.on("requestfailed", lambda request: request.failure == "csp" or self._asked(request.url))
        context.on("page", self.follow)
        for page in context.pages:
            self.follow(page)

    def follow(self, page: Page) -> None:
        """Hear what a page says."""
        page.on("dialog", lambda dialog: self.wrong.append(f"a dialog: {dialog.message}"))
        page.on("pageerror", lambda error: self.wrong.append(f"an error: {error}"))
        page.on("console", self._said)
        page.on("framenavigated", self._led)

    async def look(self, page: Page) -> None:
        """What stands on it, and in its frames."""
        for frame in page.frames:
            if not frame.is_detached():
                self.wrong += await frame.evaluate(_LOOK, self.away)

    def _asked(self, url: str) -> None:
        if not url.startswith((self.home, "data:", "blob:", "about:")):
            self.wrong.append(f"asked for {url}")

    def _led(self, frame: Frame) -> None:
        if frame.parent_frame is None and not frame.url.startswith((self.home, "about:", "chrome-error:")):
            self.wrong.append(f"led to {frame.url}")

    def _said(self, said: ConsoleMessage) -> None:
        # That pictures wait until somebody asks for them is what the frame's policy is for.
        stopped = "Content Security Policy" in said.text or "violates" in said.text
        # Nor may the page that Chromium itself puts around a picture style that.
        around = "Applying inline style" in said.text and said.page is not None and "/files/" in said.page.url
        if stopped and not around and "img-src data:" not in said.text:
            self.wrong.append(said.text)


@contextlib.asynccontextmanager
async def elsewhere(home: str) -> AsyncIterator[Canary]:
    """A canary, and the server that whoever is led away would reach: that somebody so much as connects is noticed."""
    canary = Canary("", home)

    async def notice(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = ""
        with contextlib.suppress(ConnectionError, TimeoutError):
            async with asyncio.timeout(1):
                line = (await reader.readline()).decode(errors="replace")
        canary.wrong.append(f"somebody else's server was asked: {line}")
        writer.close()

    serving = await asyncio.start_server(notice, "127.0.0.1", 0)
    async with serving:
        canary.away = f"http://127.0.0.1:{serving.sockets[0].getsockname()[1]}"
        yield canary
