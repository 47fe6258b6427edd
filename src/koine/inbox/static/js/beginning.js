// Whom a conversation is begun with is found while one types.
import { ask, later, one, on } from "./dom.js";
import { perform } from "./operations.js";

const seek = later(async (/** @type {HTMLInputElement} */ field) => {
  const url = new URL(field.dataset.seek ?? "", location.href);
  const chosen = /** @type {HTMLInputElement | null} */ (one("input[name=contact]:checked", field.form ?? document));
  url.searchParams.set("q", field.value);
  if (chosen) url.searchParams.set("contact", chosen.value);
  const response = await ask(url);
  if (response.ok && field.isConnected) perform(await response.text());
}, 150);

on("input", "input[data-seek]", seek);
