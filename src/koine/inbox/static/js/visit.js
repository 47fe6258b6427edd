// Going somewhere without loading everything again: the page is fetched, and only its panes that differ are put in.
import { announce, ask, byId, heed, on, one } from "./dom.js";
import { replace } from "./operations.js";

let going = new AbortController();

/**
 * Show another page of the inbox in this one.
 * @param {string} href
 * @param {{ push?: boolean, keepList?: boolean }} [how]
 */
export async function go(href, { push = true, keepList = true } = {}) {
  going.abort();
  going = new AbortController();
  document.body.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(href, { credentials: "same-origin", signal: going.signal });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    if (!page.body.classList.contains("shell")) return location.assign(href);
    if (push) history.pushState({}, "", response.url);
    show(page, keepList);
  } catch (error) {
    if (/** @type {Error} */ (error).name !== "AbortError") location.assign(href);
  } finally {
    document.body.removeAttribute("aria-busy");
  }
}

/** @param {Document} page @param {boolean} keepList */
function show(page, keepList) {
  document.title = page.title;
  const same = keepList && byId("list")?.dataset.query === one("#list", page)?.dataset.query;
  Object.assign(document.body.dataset, { ...page.body.dataset });
  if (!same) swap(page, "list");
  swap(page, "rail");
  swap(page, "main");
  byId("side")?.remove();
  const side = one("#side", page);
  if (side) byId("main")?.after(document.adoptNode(side));
  mark();
  announce("visited");
  announce("changed");
}

/** @param {Document} page @param {string} id */
function swap(page, id) {
  const [old, fresh] = [byId(id), one(`#${id}`, page)];
  if (!old || !fresh) return;
  const top = one(".rail-lists", old)?.scrollTop ?? 0;
  if (old.matches(":popover-open")) old.hidePopover();
  replace(old, document.adoptNode(fresh));
  const lists = one(".rail-lists", fresh);
  if (lists) lists.scrollTop = top;
}

/** Mark the row of the conversation that is open. */
function mark() {
  const open = one("#thread-scroll")?.dataset.conversation;
  for (const link of document.querySelectorAll(".row-link[aria-current]")) link.removeAttribute("aria-current");
  if (open) one(`#row-${open} .row-link`)?.setAttribute("aria-current", "true");
}

on("click", "a[data-pane], a.other-link", (link, event) => {
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.button || event.defaultPrevented) return;
  event.preventDefault();
  go(link.href, { keepList: link.dataset.pane === "thread" });
});

addEventListener("popstate", () => go(location.href, { push: false }));
heed("refresh", () => go(location.href, { push: false, keepList: false }));

/** The next or earlier part of something, put where it belongs. @param {HTMLAnchorElement} link */
export async function more(link) {
  if (link.getAttribute("aria-disabled")) return;
  link.setAttribute("aria-disabled", "true");
  const response = await ask(link.href).catch(() => null);
  const { perform } = await import("./operations.js");
  if (response?.ok) perform(await response.text());
  else link.removeAttribute("aria-disabled");
}
on("click", "a[data-more], a[data-older]", (link, event) => { event.preventDefault(); more(link); });
