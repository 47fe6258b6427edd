// Short words at the bottom of the page, read out and then gone.
import { byId } from "./dom.js";

/** @param {string} text */
export function notice(text) {
  const line = document.createElement("p");
  line.className = "notice";
  line.textContent = text;
  byId("notices")?.append(line);
}

new MutationObserver((changes) => {
  for (const change of changes) for (const node of change.addedNodes) {
    const seconds = node instanceof HTMLElement ? Number(node.dataset.seconds ?? 6) : 0;
    if (seconds) setTimeout(() => /** @type {HTMLElement} */ (node).remove(), seconds * 1000);
  }
}).observe(/** @type {Node} */ (byId("notices")), { childList: true });
