// Files that are dropped, pasted or chosen: sent at once, shown below what is being written.
import { ask, byId, on } from "./dom.js";
import { notice } from "./notices.js";
import { perform } from "./operations.js";

/** @param {Iterable<File>} files */
async function upload(files) {
  const form = byId("composer");
  if (!form) return;
  for (const file of files) {
    form.setAttribute("aria-busy", "true");
    const headers = { "Koine-File-Name": encodeURIComponent(file.name), "Content-Type": "application/octet-stream" };
    const response = await ask(form.dataset.upload ?? "", { method: "POST", body: file, headers }).catch(() => null);
    form.removeAttribute("aria-busy");
    if (response?.ok) perform(await response.text());
    else notice(`“${file.name}” could not be sent.`);
  }
}

on("change", "#composer input[type=file]", (input) => { upload([...input.files]); input.value = ""; });
on("paste", "#composer", (_, event) => {
  if (!event.clipboardData?.files.length) return;
  event.preventDefault();
  upload(event.clipboardData.files);
});
on("dragover", ".thread-pane", (_, event) => {
  if (!event.dataTransfer?.types.includes("Files")) return;
  event.preventDefault();
  byId("composer")?.classList.add("dropping");
});
on("dragleave", ".thread-pane", () => byId("composer")?.classList.remove("dropping"));
on("drop", ".thread-pane", (_, event) => {
  if (!event.dataTransfer?.files.length) return;
  event.preventDefault();
  byId("composer")?.classList.remove("dropping");
  upload(event.dataTransfer.files);
});
