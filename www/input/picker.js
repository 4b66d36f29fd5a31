// The two file inputs of the page.

import { chosenFolder } from "./folder.js";

/**
 * @param {HTMLInputElement} files
 * @param {HTMLInputElement} folder
 * @param {(inputs: App.Input[]) => void} open
 */
export function listenForChoices(files, folder, open) {
  files.addEventListener("change", () => {
    const inputs = [...(files.files ?? [])].map((file) => ({ file, name: file.name }));
    // Emptied, so that choosing the same file again is heard.
    files.value = "";
    open(inputs);
  });
  folder.addEventListener("change", () => {
    const inputs = folder.files ? chosenFolder(folder.files) : [];
    folder.value = "";
    open(inputs);
  });
}
