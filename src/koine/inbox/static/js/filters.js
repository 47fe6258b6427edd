// Filters are asked for without leaving the page, and said in its address; and all of a list can be selected.
import { all, announce, byId, on } from "./dom.js";
import { go } from "./visit.js";

on("submit", "form[data-go]", (form, event) => {
  event.preventDefault();
  const url = new URL(form.getAttribute("action"), location.href);
  for (const [name, value] of new FormData(form)) {
    if (value && !(name === "sort" && value === "newest" && !form.elements.namedItem("set"))) url.searchParams.append(name, String(value));
  }
  if (form.matches(":popover-open")) form.hidePopover();
  go(url.href, { keepList: false });
});

on("click", "[data-select-all]", () => {
  for (const box of all("#rows input[name=conversation]")) /** @type {HTMLInputElement} */ (box).checked = true;
  announce("changed");
});

// Whoever does something with many by a menu has chosen; the menu goes.
on("click", "#selection .menu-item", (item) => item.closest("[popover]").hidePopover());

// With the keyboard one begins at the first thing that can be chosen.
document.addEventListener("toggle", (event) => {
  const menu = event.target instanceof HTMLElement ? event.target : null;
  if (menu?.matches("#filters:popover-open")) byId("filters")?.querySelector("select")?.focus();
  else if (menu?.matches("#selection .menu:popover-open")) menu.querySelector("button")?.focus();
}, true);
