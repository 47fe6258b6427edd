// Forms are sent without leaving the page; what comes back is done to it.
import { ask, on } from "./dom.js";
import { notice } from "./notices.js";
import { perform } from "./operations.js";

/**
 * Send a form as its button would.
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} [button]
 * @param {Record<string, string>} [besides] fields that only a script can fill in
 * @returns {Promise<boolean>} whether it was taken
 */
export async function send(form, button = null, besides = {}) {
  const body = new URLSearchParams(besides);
  for (const [name, value] of new FormData(form, /** @type {any} */ (button))) if (typeof value === "string") body.append(name, value);
  const address = button?.getAttribute("formaction") ?? form.getAttribute("action") ?? location.href;
  try {
    const response = await ask(address, { method: "POST", body });
    const text = await response.text();
    if (response.ok) perform(text);
    else notice(said(text) || "This could not be done.");
    return response.ok;
  } catch {
    notice("The server cannot be reached. Nothing was changed.");
    return false;
  }
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
