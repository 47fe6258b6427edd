// The keyboard: one key for each thing that can also be pressed.
import { byId, isWriting, one } from "./dom.js";
import { write } from "./composer.js";
import { current, move } from "./list.js";
import { open as openCommands } from "./command.js";

/** Press what is on the page for this. @param {string} what */
const act = (what) => () => one(`[data-act="${what}"]`)?.click();

/** @type {Record<string, () => void>} */
const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  o: () => one(".row-link", current() ?? document)?.click(),
  r: () => write("reply"),
  n: () => write("note"),
  e: act("resolve"),
  s: act("snooze"),
  a: act("assign"),
  t: tag,
  u: act("unread"),
  x: () => /** @type {HTMLElement | null} */ (current() && one("input[name=conversation]", /** @type {HTMLElement} */ (current())))?.click(),
  "/": () => byId("find")?.focus(),
  "?": () => /** @type {HTMLDialogElement | null} */ (byId("help"))?.showModal(),
};

/** The menu of tags is beside the thread, where it may have to be shown first. */
function tag() {
  const side = byId("side");
  if (side && !side.checkVisibility()) side.showPopover();
  act("tag")();
}

document.addEventListener("keydown", (event) => {
  if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    return openCommands();
  }
  if (event.key === "Escape" && isWriting(event.target) && !one("dialog[open]")) return leave(/** @type {HTMLElement} */ (event.target));
  if (event.metaKey || event.ctrlKey || event.altKey || isWriting(event.target) || one("dialog[open]")) return;
  const does = KEYS[event.key];
  if (!does) return;
  event.preventDefault();
  does();
});

/** Out of what one writes, back to the list. @param {HTMLElement} field */
function leave(field) {
  field.blur();
  one(".row-link[aria-current]")?.focus({ preventScroll: true });
}
