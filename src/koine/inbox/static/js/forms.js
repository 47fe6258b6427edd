// Forms are sent without leaving the page; what comes back is done to it.
import { ask, on } from "./dom.js";
import { notice } from "./notices.js";
import { perform } from "./operations.js";

/**
 * What a form would send, and where to.
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} [button]
 * @param {Record<string, string>} [besides] fields that only a script can fill in
 */
export function written(form, button = null, besides = {}) {
  const body = new URLSearchParams(besides);
  for (const [name, value] of new FormData(form, /** @type {any} */ (button))) if (typeof value === "string") body.append(name, value);
  return { address: button?.getAttribute("formaction") ?? form.getAttribute("action") ?? location.href, body };
}

/**
 * Send it, and do to the page what comes back.
 * @param {string} address
 * @param {URLSearchParams} body
 * @param {(target: string) => boolean} [wanted] which parts of the page may change
 * @returns {Promise<string>} why it was not taken; nothing when it was
 */
export async function post(address, body, wanted) {
  try {
    const response = await ask(address, { method: "POST", body });
    const text = await response.text();
    if (response.ok) perform(text, wanted);
    return response.ok ? "" : said(text) || "This could not be done.";
  } catch {
    return "The server cannot be reached. Nothing was changed.";
  }
}

/**
 * Send a form as its button would.
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} [button]
 * @param {Record<string, string>} [besides] fields that only a script can fill in
 * @returns {Promise<boolean>} whether it was taken
 */
export async function send(form, button = null, besides = {}) {
  const { address, body } = written(form, button, besides);
  const wrong = await post(address, body);
  if (wrong) notice(wrong);
  return !wrong;
}

/** What a page that refuses says. @param {string} text */
function said(text) {
  const page = new DOMParser().parseFromString(text, "text/html");
  return page.querySelector(".lead, main p")?.textContent?.trim() ?? "";
}

on("submit", ".shell form[method=post]:not([data-whole])", async (form, event) => {
  if (event.defaultPrevented || form.id === "composer") return;
  event.preventDefault();
  const button = event.submitter;
  if (form.matches("[popover]")) form.hidePopover();
  button?.setAttribute("aria-disabled", "true");
  const taken = await send(form, button);
  button?.removeAttribute("aria-disabled");
  if (taken && form.id === "selection") form.reset();
});

on("change", "form[data-auto] select", (select) => send(select.form));
