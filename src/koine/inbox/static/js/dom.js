// Finding elements, hearing what happens to them, and asking the server.

/** @type {(id: string) => HTMLElement | null} */
export const byId = (id) => document.getElementById(id);

/** @type {(selector: string, within?: ParentNode) => HTMLElement | null} */
export const one = (selector, within = document) => within.querySelector(selector);

/** @type {(selector: string, within?: ParentNode) => HTMLElement[]} */
export const all = (selector, within = document) => [...within.querySelectorAll(selector)];

/**
 * Hear of an event at any element that matches, also at those that come later.
 * @param {string} type
 * @param {string} selector
 * @param {(element: any, event: any) => void} heard
 * @param {boolean} [capture] for events that do not rise, such as toggle and focus
 */
export function on(type, selector, heard, capture = false) {
  document.addEventListener(type, (event) => {
    const target = event.target instanceof Element ? event.target.closest(selector) : null;
    if (target) heard(target, event);
  }, capture);
}

/** Tell whoever listens that a part of the page is new. @param {string} what */
export const announce = (what) => document.dispatchEvent(new CustomEvent(`koine:${what}`));

/** Hear of that. @param {string} what @param {() => void} heard */
export const heed = (what, heard) => document.addEventListener(`koine:${what}`, heard);

/**
 * Ask the server for operations or a page, as one of our pages.
 * @param {string | URL} address
 * @param {RequestInit} [how]
 */
export async function ask(address, how = {}) {
  const headers = new Headers(how.headers);
  headers.set("Koine-Partial", "1");
  if (how.method && how.method !== "GET") headers.set("Koine-Csrf", document.body.dataset.csrf ?? "");
  const response = await fetch(address, { ...how, headers, credentials: "same-origin" });
  if (response.status === 401) location.reload();
  return response;
}

/**
 * @template {(...args: any[]) => void} F
 * @param {F} act
 * @param {number} wait milliseconds without another call
 */
export function later(act, wait) {
  let timer = 0;
  return (/** @type {Parameters<F>} */ ...args) => {
    clearTimeout(timer);
    timer = window.setTimeout(() => act(...args), wait);
  };
}

/** Whether somebody is writing there. @param {EventTarget | null} target */
export const isWriting = (target) =>
  target instanceof HTMLElement && (target.isContentEditable || target.matches("textarea, select, input:not([type=checkbox], [type=radio])"));
