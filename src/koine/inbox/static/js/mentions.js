// Colleagues by name in a note: an @ opens the list of them.
import { all, byId, on } from "./dom.js";

const menu = () => /** @type {HTMLElement | null} */ (byId("mentions"));
const isNote = () => /** @type {HTMLInputElement | null} */ (byId("kind-note"))?.checked;
let chosen = 0;

/** What stands between the last @ and the cursor. @param {HTMLTextAreaElement} area */
const begun = (area) => /(?:^|\s)@([^@\n]{0,40})$/u.exec(area.value.slice(0, area.selectionStart))?.[1];

const shown = () => all("[data-mention]:not([hidden])", menu() ?? document);

function mark() {
  shown().forEach((each, n) => each.setAttribute("aria-selected", String(n === chosen)));
}

on("input", "#text", (area) => {
  const list = menu();
  const word = isNote() ? begun(area)?.toLowerCase() : undefined;
  if (!list) return;
  for (const each of all("[data-mention]", list)) each.hidden = word === undefined || !each.dataset.mention?.toLowerCase().includes(word);
  const open = word !== undefined && shown().length > 0;
  if (open !== list.matches(":popover-open")) open ? list.showPopover() : list.hidePopover();
  chosen = 0;
  mark();
});

/** @param {string} name */
function take(name) {
  const area = /** @type {HTMLTextAreaElement} */ (byId("text"));
  const word = begun(area) ?? "";
  area.setRangeText(`${name} `, area.selectionStart - word.length, area.selectionStart, "end");
  menu()?.hidePopover();
  area.focus();
  area.dispatchEvent(new Event("input", { bubbles: true }));
  menu()?.hidePopover();
}
on("click", "[data-mention]", (button) => take(button.dataset.mention));

document.addEventListener("keydown", (event) => {
  if (!menu()?.matches(":popover-open")) return;
  const there = shown();
  if (event.key === "ArrowDown" || event.key === "ArrowUp") chosen = (chosen + (event.key === "ArrowDown" ? 1 : there.length - 1)) % there.length;
  else if (event.key === "Enter" || event.key === "Tab") take(there[chosen]?.dataset.mention ?? "");
  else if (event.key === "Escape") menu()?.hidePopover();
  else return;
  event.preventDefault();
  event.stopImmediatePropagation();
  mark();
}, true);
