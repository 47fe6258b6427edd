// What was sent stands in the thread at once, and is replaced by what the server made of it, whoever brings that first.
import { byId, on, one } from "./dom.js";
import { post } from "./forms.js";
import { notice } from "./notices.js";

/** What has not been taken yet, by attempt. @type {Map<string, { address: string, body: URLSearchParams }>} */
const unsent = new Map();
let sending = 0;
let queue = Promise.resolve();

/** Whether something is on its way. */
export const isSending = () => sending > 0;

/** @param {string} attempt the pending one; what the server has drawn in its place is none any more */
const pending = (attempt) => one(`li[data-attempt="${CSS.escape(attempt)}"]`);

/** A name that nobody else takes; browsers make UUIDs themselves only where pages came over TLS. */
function newAttempt() {
  const hex = [...crypto.getRandomValues(new Uint8Array(16))].map((each) => each.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/**
 * Show it, send it after what was sent before, and say so when it was not taken. Sent again it is said once.
 * @param {string} address
 * @param {URLSearchParams} body
 * @param {string[]} [files] their names
 */
export function deliver(address, body, files = []) {
  const attempt = body.get("attempt") ?? "";
  const number = byId("thread-scroll")?.dataset.number;
  const field = /** @type {HTMLInputElement | null} */ (byId("attempt"));
  if (field?.value === attempt) field.value = newAttempt();
  if (!pending(attempt)) draw(attempt, body, files);
  unsent.set(attempt, { address, body });
  sending += 1;
  queue = queue.then(async () => {
    const wrong = await post(address, body, (target) => target !== "attempt" && (byId("thread-scroll")?.dataset.number === number || !/^(messages|thread-bar|side-content)$/.test(target)));
    sending -= 1;
    if (wrong) failed(attempt, wrong);
    else unsent.delete(attempt);
  });
}

/** @param {string} attempt @param {URLSearchParams} body @param {string[]} files */
function draw(attempt, body, files) {
  const form = /** @type {HTMLTemplateElement | null} */ (byId(body.get("kind") === "note" ? "pending-note" : "pending-out"));
  const item = /** @type {HTMLElement | undefined} */ (form?.content.firstElementChild?.cloneNode(true));
  const words = item && one(".said", item);
  if (!item || !words) return;
  item.id = `message-${attempt}`;
  item.dataset.attempt = attempt;
  words.classList.add("plain");
  words.textContent = [body.get("text") ?? "", ...files].filter(Boolean).join("\n");
  one("#messages > .empty")?.remove();
  byId("messages")?.append(item);
}

/** @param {string} attempt @param {string} why */
function failed(attempt, why) {
  const item = pending(attempt);
  notice(why);
  if (!item) return;
  const form = /** @type {HTMLTemplateElement | null} */ (byId("not-sent"));
  one(".state", item)?.remove();
  item.classList.add("failed");
  if (form) item.append(form.content.cloneNode(true));
}

on("click", "[data-again]", (button) => {
  const item = button.closest("[data-attempt]");
  const it = unsent.get(item?.dataset.attempt ?? "");
  if (!it) return;
  item.classList.remove("failed");
  one(".state", item)?.remove();
  deliver(it.address, it.body);
});

on("click", "[data-edit]", (button) => {
  const item = button.closest("[data-attempt]");
  const area = /** @type {HTMLTextAreaElement | null} */ (byId("text"));
  const it = unsent.get(item?.dataset.attempt ?? "");
  if (!it || !area) return;
  if (area.value.trim()) return notice("Send what you are writing first.");
  area.value = it.body.get("text") ?? "";
  unsent.delete(item.dataset.attempt);
  item.remove();
  area.focus();
  area.dispatchEvent(new Event("input", { bubbles: true }));
});
