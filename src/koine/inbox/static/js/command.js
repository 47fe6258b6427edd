// The command bar: everything on the page that says what it does can be found and done by its words.
import { all, byId, heed, on, one } from "./dom.js";

const dialog = () => /** @type {HTMLDialogElement} */ (byId("command"));
const field = () => /** @type {HTMLInputElement} */ (one("input", dialog()));
/** @type {{ label: string, element: HTMLElement }[]} */
let found = [];
let chosen = 0;

/** Open it. */
export function open() {
  if (dialog().open) return;
  field().value = "";
  draw();
  dialog().showModal();
}

function commands() {
  const known = new Map(all("[data-command]").map((element) => [element.dataset.command ?? "", element]));
  for (const link of all(".row-link")) {
    const label = `Open ${one(".row-who", link)?.textContent?.replace("Unread: ", "")}: ${one(".row-subject", link)?.textContent}`;
    if (!known.has(label)) known.set(label, link);
  }
  return [...known].map(([label, element]) => ({ label, element }));
}

function draw() {
  const words = field().value.toLowerCase().split(/\s+/).filter(Boolean);
  const begins = (/** @type {string} */ label) => Number(!label.toLowerCase().startsWith(words.join(" ")));
  found = commands().filter(({ label }) => words.every((word) => label.toLowerCase().includes(word)));
  found = found.sort((one, other) => begins(one.label) - begins(other.label)).slice(0, 40);
  chosen = 0;
  const list = /** @type {HTMLElement} */ (byId("commands"));
  list.replaceChildren(...found.map(({ label }, n) => item(label, n)));
  if (words.length) list.append(item(`Search for “${field().value.trim()}”`, found.length));
  mark();
}

/** @param {string} label @param {number} n */
function item(label, n) {
  const line = document.createElement("li");
  Object.assign(line, { id: `command-${n}`, textContent: label });
  line.setAttribute("role", "option");
  return line;
}

function mark() {
  all("#commands > li").forEach((line, n) => line.setAttribute("aria-selected", String(n === chosen)));
  field().setAttribute("aria-activedescendant", `command-${chosen}`);
  byId(`command-${chosen}`)?.scrollIntoView({ block: "nearest" });
}

function run() {
  const typed = field().value.trim();
  dialog().close();
  const command = found[chosen];
  if (command) return press(command.element);
  if (typed) location.assign(`${document.body.dataset.root}/search?q=${encodeURIComponent(typed)}`);
}

/** @param {HTMLElement} element */
function press(element) {
  if (element instanceof HTMLInputElement && element.type === "radio") { element.click(); return byId("text")?.focus(); }
  element.click();
}

on("input", "#command input", draw);
on("click", "#commands > li", (line) => { chosen = Number(line.id.slice(8)); run(); });
on("keydown", "#command input", (_, event) => {
  const count = all("#commands > li").length;
  if (event.key === "ArrowDown") chosen = (chosen + 1) % count;
  else if (event.key === "ArrowUp") chosen = (chosen + count - 1) % count;
  else if (event.key === "Enter") return event.preventDefault(), run();
  else return;
  event.preventDefault();
  mark();
});
heed("visited", () => dialog().open && dialog().close());
