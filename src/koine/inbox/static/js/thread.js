// The thread: where it opens, what has been read, and times that go on.
import { all, ask, byId, heed, on, one } from "./dom.js";
import { more } from "./visit.js";

function arrive() {
  const unread = byId("unread");
  const scroll = byId("thread-scroll");
  if (!scroll) return;
  if (unread) unread.scrollIntoView({ block: "start" });
  read();
  watch();
}

/** Say that it has been read, once it is looked at. */
function read() {
  const scroll = byId("thread-scroll");
  if (!scroll || document.visibilityState !== "visible") return;
  const newest = all("#messages > .message:not(.note)").at(-1)?.id ?? "";
  if (scroll.dataset.unread === undefined && (scroll.dataset.seen ?? newest) === newest) {
    scroll.dataset.seen = newest;
    return;
  }
  delete scroll.dataset.unread;
  scroll.dataset.seen = newest;
  ask(scroll.dataset.read ?? "", { method: "POST", body: new URLSearchParams({ read: "yes" }) }).then(async (response) => {
    const { perform } = await import("./operations.js");
    if (response.ok) perform(await response.text());
  }).catch(() => null); // where the line is cut, it is said again with what comes next
}

const near = new IntersectionObserver((seen) => {
  for (const each of seen) if (each.isIntersecting) more(/** @type {HTMLAnchorElement} */ (each.target));
}, /** @type {any} */ ({ rootMargin: "300px", scrollMargin: "300px" }));

function watch() {
  near.disconnect();
  const link = one("a[data-older]");
  if (link) near.observe(link);
}

heed("visited", arrive);
heed("changed", () => { watch(); read(); });
document.addEventListener("visibilitychange", read);
on("submit", "form[action*='/read?']", () => { const scroll = byId("thread-scroll"); if (scroll) scroll.dataset.seen = all("#messages > .message:not(.note)").at(-1)?.id ?? ""; });

/** Moments that are told by how long ago they were. */
function tick() {
  const now = Date.now();
  for (const each of all("time[data-as=ago]")) {
    const passed = (now - Date.parse(each.getAttribute("datetime") ?? "")) / 60000;
    if (passed < 0 || passed >= 1440) continue;
    const said = passed < 1 ? "now" : passed < 60 ? `${Math.floor(passed)} m` : `${Math.floor(passed / 60)} h`;
    if (each.textContent !== said) each.textContent = said;
  }
}
setInterval(tick, 30000);
arrive();
