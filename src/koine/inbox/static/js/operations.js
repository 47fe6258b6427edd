// What the server says is done to the page: append, prepend, replace, remove, refresh, by ids. Nothing else is drawn here.
import { all, announce, byId, one } from "./dom.js";
import { place } from "./rows.js";

/**
 * Do what a text of operations says.
 * @param {string} text
 * @param {(target: string) => boolean} [wanted] which of their targets may change
 */
export function perform(text, wanted = () => true) {
  const holder = document.createElement("template");
  holder.innerHTML = text;
  for (const each of holder.content.querySelectorAll("template[data-operation]")) {
    const operation = /** @type {HTMLTemplateElement} */ (each);
    if (wanted(operation.dataset.target ?? "")) doOne(operation.dataset.operation ?? "", operation.dataset.target ?? "", operation.content);
  }
  announce("changed");
}

/** @param {string} kind @param {string} id @param {DocumentFragment} content */
function doOne(kind, id, content) {
  if (kind === "refresh") return announce("refresh");
  const target = byId(id);
  if (!target) return;
  if (kind === "remove") return removeKindly(target);
  if (kind === "replace") return content.firstElementChild ? replace(target, /** @type {HTMLElement} */ (content.firstElementChild)) : undefined;
  const parts = /** @type {HTMLElement[]} */ ([...content.children]);
  const next = new Map(); // what has come before stays behind what belongs before it
  if (kind === "append") parts.reduceRight((after, part) => { next.set(part, after); const there = part.id ? byId(part.id) : null; return there?.parentElement === target ? there : after; }, /** @type {HTMLElement | null} */ (null));
  for (const part of kind === "prepend" ? parts.reverse() : parts) {
    const there = part.id ? byId(part.id) : null;
    if (id === "rows") place(target, part, there, kind);
    else if (there) replace(there, part);
    else if (isSaid(part, target)) continue;
    else kind === "append" ? target.insertBefore(part, next.get(part)) : target.prepend(part);
  }
}

/** A line with a day stands there only once. @param {HTMLElement} part @param {HTMLElement} target */
const isSaid = (part, target) =>
  part.dataset.dayLine !== undefined && all("[data-day-line]", target).some((line) => line.dataset.dayLine === part.dataset.dayLine);

/**
 * Put an element in the place of another: focus, open parts and scrolling stay as they are.
 * @param {HTMLElement} old
 * @param {HTMLElement} fresh
 */
export function replace(old, fresh) {
  if (old.isEqualNode(fresh)) return;
  const focus = old.contains(document.activeElement) ? path(/** @type {HTMLElement} */ (document.activeElement)) : "";
  const open = all("[popover]:popover-open", old).map((each) => each.id);
  const scrolled = old.scrollTop;
  for (const details of /** @type {HTMLDetailsElement[]} */ (all("details", old))) {
    const twin = details.dataset.keep && /** @type {HTMLDetailsElement | null} */ (one(`details[data-keep="${details.dataset.keep}"]`, fresh));
    if (twin) twin.open = details.open;
  }
  for (const picked of all("input[name=conversation]:checked", old)) {
    const twin = /** @type {HTMLInputElement | null} */ (one(`input[value="${/** @type {HTMLInputElement} */ (picked).value}"]`, fresh));
    if (twin) twin.checked = true;
  }
  old.replaceWith(fresh);
  fresh.scrollTop = scrolled;
  for (const id of open) byId(id)?.showPopover();
  if (focus) one(focus)?.focus({ preventScroll: true });
}

/** A selector that will find it again. @param {HTMLElement} element */
function path(element) {
  if (element.id) return `#${CSS.escape(element.id)}`;
  const parent = element.closest("[id]");
  const name = element.getAttribute("name");
  const own = name ? `[name="${CSS.escape(name)}"]${element.matches("button, input") ? `[value="${CSS.escape(element.getAttribute("value") ?? "")}"]` : ""}` : element.tagName.toLowerCase();
  return parent ? `#${CSS.escape(parent.id)} ${own}` : own;
}

/** Whoever had the focus there goes on beside it. @param {HTMLElement} element */
function removeKindly(element) {
  if (element.contains(document.activeElement)) {
    const beside = /** @type {HTMLElement | null} */ (element.nextElementSibling ?? element.previousElementSibling);
    one("a, button", beside ?? document)?.focus({ preventScroll: true });
  }
  element.remove();
}
