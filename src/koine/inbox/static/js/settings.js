// What the pages of the settings do beyond what browsers do by themselves: copying, the look, and the live feed.
import "./menus.js";
import "./stream.js";
import { all, byId, heed, on } from "./dom.js";

const MOST = 300; // events that stay on the page

document.documentElement.classList.add("scripted");

heed("refresh", () => location.reload());

// A filter holds as soon as it is chosen.
on("change", ".filters[method=get] select", (select) => select.form.requestSubmit());

// The feed goes on for ever: what is far down leaves, unless somebody reads it.
heed("changed", () => {
  const events = byId("events");
  if (!events) return;
  document.querySelector(".quiet-feed")?.remove();
  for (const line of all(":scope > li", events).slice(MOST)) if (!line.querySelector("details[open]")) line.remove();
});
