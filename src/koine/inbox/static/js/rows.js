// Where a row of the list stands: nothing moves under the pointer, or away from where somebody has scrolled to.
import { all, byId, one } from "./dom.js";
import { replace } from "./operations.js";

/** Rows that wait for the pointer to leave. @type {Map<string, HTMLElement>} */
const waiting = new Map();

const list = () => one(".list-scroll");
const isCalm = () => !list()?.matches(":hover") && (list()?.scrollTop ?? 0) < 40;

/**
 * Put a row where it belongs; one that would move while somebody looks waits, and the page says so.
 * @param {HTMLElement} rows
 * @param {HTMLElement} row
 * @param {HTMLElement | null} there
 * @param {string} kind
 */
export function place(rows, row, there, kind) {
  if (kind === "append") return there ? undefined : rows.append(row);
  one(".list-scroll > .empty")?.remove();
  if (there && !moves(rows, row, there)) return replace(there, row);
  if (isCalm()) return settle(rows, row);
  if (there) replace(there, /** @type {HTMLElement} */ (row.cloneNode(true)));
  waiting.set(row.id, row);
  tell();
}

/** @param {HTMLElement} rows @param {HTMLElement} row */
function settle(rows, row) {
  const at = Number(row.dataset.at);
  const there = byId(row.id);
  const before = all(".row", rows).find((each) => each !== there && Number(each.dataset.at) < at);
  if (!before && one("#more a")) return there?.remove(); // it belongs to a page that is not loaded
  if (there) replace(there, row);
  const newest = (byId("list")?.dataset.sort ?? "newest") === "newest";
  if (newest || !there) before && newest ? before.before(row) : rows.append(row);
}

/** @param {HTMLElement} rows @param {HTMLElement} row @param {HTMLElement} there */
function moves(rows, row, there) {
  if ((byId("list")?.dataset.sort ?? "newest") !== "newest") return false;
  const before = all(".row", rows).find((each) => Number(each.dataset.at) < Number(row.dataset.at));
  return before !== undefined && before !== there && before !== there.nextElementSibling;
}

function tell() {
  const scroll = list();
  if (!scroll) return;
  let button = /** @type {HTMLElement | null} */ (one(".fresh button", scroll));
  if (!button) {
    scroll.insertAdjacentHTML("afterbegin", '<div class="fresh"><button class="button small primary" type="button"></button></div>');
    button = /** @type {HTMLElement} */ (one(".fresh button", scroll));
    button.addEventListener("click", () => { scroll.scrollTop = 0; release(); });
  }
  button.textContent = waiting.size === 1 ? "1 conversation has news" : `${waiting.size} conversations have news`;
}

/** Put those that wait where they belong. */
export function release() {
  const rows = byId("rows");
  if (!rows) return;
  for (const row of waiting.values()) settle(rows, row);
  waiting.clear();
  one(".fresh")?.remove();
}

document.addEventListener("pointerover", () => { if (waiting.size && isCalm()) release(); });
