// The list: more of it when its end comes near, and what is selected.
import { all, byId, heed, on, one } from "./dom.js";
import { more } from "./visit.js";

const near = new IntersectionObserver((seen) => {
  for (const each of seen) if (each.isIntersecting) more(/** @type {HTMLAnchorElement} */ (each.target));
}, /** @type {any} */ ({ rootMargin: "600px", scrollMargin: "600px" }));

function watch() {
  near.disconnect();
  const link = one("a[data-more]");
  if (link) near.observe(link);
}
watch();
heed("changed", watch);

function count() {
  const picked = all("input[name=conversation]:checked").length;
  const said = one(".selection-count");
  if (said) said.textContent = picked === 1 ? "1 selected" : `${picked} selected`;
}
on("change", "input[name=conversation]", count);
document.addEventListener("reset", () => setTimeout(count));
heed("changed", count);

/** The row that the keyboard is at: the one with the focus, else that of the open conversation. */
export function current() {
  return /** @type {HTMLElement | null} */ (document.activeElement?.closest(".row") ?? one(".row:has([aria-current])"));
}

/** Go to the next or the previous row. @param {1 | -1} step */
export function move(step) {
  const rows = all(".row", byId("rows") ?? document);
  const at = rows.indexOf(/** @type {HTMLElement} */ (current()));
  const next = rows[at < 0 ? 0 : Math.min(Math.max(at + step, 0), rows.length - 1)];
  const link = next && one(".row-link", next);
  link?.focus({ preventScroll: true });
  next?.scrollIntoView({ block: "nearest" });
}
