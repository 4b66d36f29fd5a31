// All files under a folder, in the order of their names, each with its path as its name. What can't be opened costs
// nothing but itself, and is told of as a file that could not be read.

import { en } from "../text/en.js";

/** What is there by name only. @param {string} name @param {string} unopened why @returns {App.Input} */
export const unopenedInput = (name, unopened) => ({ file: new File([], name), name, unopened });

/** @param {App.Input[]} inputs */
function inOrder(inputs) {
  return inputs.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** @param {App.Input[]} found @param {string} path @param {() => Promise<unknown>} open */
async function orName(found, path, open) {
  try {
    await open();
  } catch {
    found.push(unopenedInput(path, en.reader.unopened));
  }
}

/**
 * @param {any} folder a FileSystemDirectoryHandle
 * @returns {Promise<App.Input[]>}
 */
export async function readHandle(folder) {
  /** @type {App.Input[]} */
  const found = [];
  await addHandle(folder, `${folder.name}/`, found);
  return inOrder(found);
}

/** @param {any} folder @param {string} path @param {App.Input[]} found */
async function addHandle(folder, path, found) {
  await orName(found, path, async () => {
    for await (const handle of folder.values()) {
      const name = path + handle.name;
      if (handle.kind === "directory") await addHandle(handle, `${name}/`, found);
      else await orName(found, name, async () => found.push({ file: await handle.getFile(), name }));
    }
  });
}

/**
 * @param {FileSystemDirectoryEntry} folder
 * @returns {Promise<App.Input[]>}
 */
export async function readEntry(folder) {
  /** @type {App.Input[]} */
  const found = [];
  await addEntry(folder, `${folder.name}/`, found);
  return inOrder(found);
}

/** @param {FileSystemDirectoryEntry} folder @param {string} path @param {App.Input[]} found */
async function addEntry(folder, path, found) {
  await orName(found, path, async () => {
    const reader = folder.createReader();
    // A reader gives at most 100 entries at a time, and an empty list at the end.
    for (;;) {
      const entries = await new Promise((/** @type {(entries: FileSystemEntry[]) => void} */ resolve, reject) =>
        reader.readEntries(resolve, reject));
      if (entries.length === 0) break;
      for (const entry of entries) {
        const name = path + entry.name;
        if (entry.isDirectory) await addEntry(/** @type {FileSystemDirectoryEntry} */ (entry), `${name}/`, found);
        else await orName(found, name, async () => found.push({ file: await fileOf(entry), name }));
      }
    }
  });
}

/** @param {FileSystemEntry} entry @returns {Promise<File>} */
function fileOf(entry) {
  return new Promise((resolve, reject) => /** @type {FileSystemFileEntry} */ (entry).file(resolve, reject));
}

/** What <input webkitdirectory> chose. @param {FileList} files @returns {App.Input[]} */
export function chosenFolder(files) {
  return inOrder([...files].map((file) => ({ file, name: file.webkitRelativePath || file.name })));
}
