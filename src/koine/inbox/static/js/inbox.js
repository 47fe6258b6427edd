// What the pages do beyond what browsers do by themselves. Each module is one behaviour; without them all still works.
import "./menus.js";
import "./visit.js";
import "./forms.js";
import "./list.js";
import "./filters.js";
import "./beginning.js";
import "./thread.js";
import "./composer.js";
import "./echo.js";
import "./uploads.js";
import "./mentions.js";
import "./presence.js";
import "./command.js";
import "./shortcuts.js";
import "./stream.js";

document.documentElement.classList.add("scripted");
