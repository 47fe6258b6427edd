// What happens elsewhere, as it happens: the stream of the list and the conversation that are open.
import { announce, byId, heed } from "./dom.js";
import { perform } from "./operations.js";

/** @type {EventSource | null} */
let source = null;
let opened = "";
let position = "";
let failures = 0;

function address() {
  const from = document.body.dataset.stream;
  if (!from) return "";
  const url = new URL(from, location.href);
  const scroll = byId("thread-scroll");
  for (const [name, value] of new URLSearchParams(byId("list")?.dataset.query ?? "")) url.searchParams.set(name, value);
  if (scroll) {
    url.searchParams.set("conversation", scroll.dataset.number ?? "");
    url.searchParams.set("entry", scroll.dataset.entry ?? "0");
  }
  return url.href;
}

/** Follow what is open now; the browser comes back by itself where it was when the connection breaks. */
function follow() {
  const wanted = address();
  if (!wanted || (wanted === opened && source && source.readyState !== EventSource.CLOSED)) return;
  source?.close();
  opened = wanted;
  source = new EventSource(wanted);
  source.addEventListener("open", () => { failures = 0; delete document.body.dataset.offline; });
  source.addEventListener("message", (event) => { position = event.lastEventId; if (event.data) perform(event.data); });
  source.addEventListener("over", () => { source?.close(); location.reload(); });
  source.addEventListener("error", failed);
}

function failed() {
  failures += 1;
  if (failures > 1) document.body.dataset.offline = "";
  if (source?.readyState !== EventSource.CLOSED) return;
  setTimeout(() => { opened = ""; failures > 3 ? announce("refresh") : follow(); }, Math.min(1000 * 2 ** failures, 15000));
}

heed("visited", follow);
addEventListener("online", follow);
addEventListener("pagehide", () => source?.close());
addEventListener("pageshow", (event) => { if (event.persisted) { opened = ""; announce("refresh"); } });
follow();
