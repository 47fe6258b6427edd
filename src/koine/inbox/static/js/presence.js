// Others are told that somebody writes: at the first key, now and then while it goes on, and when it is over.
import { ask, byId, heed, later, on } from "./dom.js";

const EVERY = 4000; // milliseconds; the server forgets it after ten seconds
let said = 0;
let where = "";

/** @param {boolean} writes */
function tell(writes) {
  const to = byId("composer")?.dataset.typing;
  if (writes ? !to || (to === where && Date.now() - said < EVERY) : !where) return;
  const address = writes ? to ?? "" : where;
  said = Date.now();
  where = writes ? address : "";
  ask(address, { method: "POST", body: new URLSearchParams({ writes: writes ? "yes" : "no" }) }).catch(() => {});
}
const rest = later(() => tell(false), 8000);

/** Nothing is being written any more. */
export const stop = () => tell(false);

on("input", "#text", (area) => { tell(Boolean(area.value.trim())); rest(); });
heed("visited", () => { if (where && byId("composer")?.dataset.typing !== where) tell(false); });
