// Writing: formatting, preview, drafts and sending.
import { all, ask, byId, heed, isWriting, later, on, one } from "./dom.js";
import { deliver, isSending } from "./echo.js";
import { written } from "./forms.js";
import { perform } from "./operations.js";
import { stop } from "./presence.js";

const form = () => /** @type {HTMLFormElement | null} */ (byId("composer"));
const text = () => /** @type {HTMLTextAreaElement | null} */ (byId("text"));

/** Go there to write. @param {"reply" | "note"} kind */
export function write(kind) {
  const tab = /** @type {HTMLInputElement | null} */ (byId(`kind-${kind}`));
  if (tab) tab.checked = true;
  text()?.focus();
}

const saveDraft = later(async () => {
  const it = form();
  if (!it || isSending()) return; // what is on its way stays a draft until it has been taken
  const body = new URLSearchParams({ text: text()?.value ?? "", kind: String(new FormData(it).get("kind") ?? "reply") });
  const response = await ask(it.dataset.draft ?? "", { method: "POST", body }).catch(() => null);
  const state = byId("draft-state");
  if (state) state.textContent = !response?.ok ? "Not saved" : text()?.value.trim() ? "Draft saved" : "";
}, 700);

on("input", "#text", saveDraft);
on("change", "#composer input[name=kind]", () => { saveDraft(); text()?.focus(); });

/** Put marks around what is selected, or before its lines. @param {string} mark */
function put(mark) {
  const area = text();
  if (!area) return;
  const { selectionStart: from, selectionEnd: to, value } = area;
  const chosen = value.slice(from, to);
  let fresh = `${mark}${chosen}${mark}`;
  if (mark === "[]") fresh = `[${chosen || "text"}](https://)`;
  else if (mark.endsWith(" ")) fresh = (chosen || "").split("\n").map((line, n) => (mark === "1. " ? `${n + 1}. ` : mark) + line).join("\n");
  area.focus();
  area.setRangeText(fresh, from, to, "end");
  if (!chosen && mark.length <= 2 && !mark.endsWith(" ") && mark !== "[]") area.setSelectionRange(from + mark.length, from + mark.length);
  area.dispatchEvent(new Event("input", { bubbles: true }));
}
on("click", "[data-mark]", (button) => put(button.dataset.mark));

on("click", "[data-toggle-preview]", async (button) => {
  const area = text();
  const shows = button.getAttribute("aria-pressed") === "true";
  if (!shows) {
    const body = new URLSearchParams({ text: area?.value ?? "" });
    perform(await (await ask(form()?.dataset.preview ?? "", { method: "POST", body })).text());
  }
  button.setAttribute("aria-pressed", String(!shows));
  const preview = byId("preview");
  if (preview) preview.hidden = shows;
  if (area) area.hidden = !shows;
  if (shows) area?.focus();
});

/** Send what was written: it is shown at once. @param {HTMLElement | null} button */
function say(button) {
  const it = form();
  const area = text();
  const files = byId("to-attach");
  if (!it || it.getAttribute("aria-busy") === "true" || (!area?.value.trim() && !files?.childElementCount)) return area?.focus();
  const { address, body } = written(it, button, { undo: "1", entry: byId("thread-scroll")?.dataset.entry ?? "" });
  deliver(address, body, all(".file-name", files ?? it).map((each) => each.textContent ?? ""));
  stop();
  if (!area) return;
  area.value = "";
  area.hidden = false;
  byId("preview")?.setAttribute("hidden", "");
  one("[data-toggle-preview]")?.setAttribute("aria-pressed", "false");
  files?.replaceChildren();
  const state = byId("draft-state");
  if (state) state.textContent = "";
  area.focus();
  byId("thread-scroll")?.scrollTo({ top: 0 });
}
on("submit", "#composer", (_, event) => { event.preventDefault(); say(event.submitter); });

document.addEventListener("keydown", (event) => {
  const command = event.metaKey || event.ctrlKey;
  if (!command || !isWriting(event.target) || !form()?.contains(/** @type {Node} */ (event.target))) return;
  const mark = /** @type {Record<string, string>} */ ({ b: "**", i: "_", e: "`" })[event.key];
  if (event.key === "Enter") { event.preventDefault(); say(one(event.shiftKey ? ".send-resolve" : ".send", form() ?? document)); }
  else if (mark && !event.shiftKey) { event.preventDefault(); put(mark); }
});

heed("visited", () => { const state = byId("draft-state"); if (state && text()?.value) state.textContent = "Draft"; });
