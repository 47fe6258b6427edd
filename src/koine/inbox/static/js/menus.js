// Small things: what stays open, the theme, and copying.
import { all, ask, heed, on } from "./dom.js";

const KEY = "koine-open";
/** @type {Record<string, boolean>} */
const kept = JSON.parse(localStorage.getItem(KEY) ?? "{}");

function restore() {
  for (const each of all("details[data-keep]")) {
    const open = kept[each.dataset.keep ?? ""];
    if (open !== undefined) /** @type {HTMLDetailsElement} */ (each).open = open;
  }
}
restore();
heed("visited", restore);

on("toggle", "details[data-keep]", (details) => {
  kept[details.dataset.keep] = details.open;
  localStorage.setItem(KEY, JSON.stringify(kept));
}, true);

on("change", "input[name=theme]", (input) => {
  document.documentElement.dataset.theme = input.value;
  ask("/inbox/settings/preferences", { method: "POST", body: new URLSearchParams({ theme: input.value }) }).catch(() => null);
});

on("click", "[data-copy]", async (button) => {
  await navigator.clipboard?.writeText(button.dataset.copy);
  const label = button.getAttribute("aria-label");
  button.setAttribute("aria-label", "Copied");
  button.classList.add("copied");
  setTimeout(() => { button.setAttribute("aria-label", label); button.classList.remove("copied"); }, 1200);
});

on("click", "[data-remove]", (button) => document.getElementById(button.dataset.remove)?.remove());
on("click", ".floating:popover-open a", (link) => link.closest("[popover]").hidePopover());
document.addEventListener("click", (event) => {
  for (const details of all("details.switcher[open]")) if (!details.contains(/** @type {Node} */ (event.target))) details.removeAttribute("open");
});
