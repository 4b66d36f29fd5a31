// All files under a folder, in the order of their names, each with its path as its name.

/** @param {App.Input[]} inputs */
function inOrder(inputs) {
  return inputs.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/**
 * @param {any} folder a FileSystemDirectoryHandle
 * @returns {Promise<App.Input[]>}
 */
export async function readHandle(folder, path = `${folder.name}/`) {
  /** @type {App.Input[]} */
  const inputs = [];
  for await (const handle of folder.values()) {
    if (handle.kind === "directory") inputs.push(...(await readHandle(handle, `${path}${handle.name}/`)));
    else inputs.push({ file: await handle.getFile(), name: path + handle.name });
  }
  return inOrder(inputs);
}

/**
 * @param {FileSystemDirectoryEntry} folder
 * @returns {Promise<App.Input[]>}
 */
export async function readEntry(folder, path = `${folder.name}/`) {
  const reader = folder.createReader();
  /** @type {App.Input[]} */
  const inputs = [];
  // A reader gives at most 100 entries at a time, and an empty list at the end.
  for (;;) {
    const entries = await new Promise((/** @type {(entries: FileSystemEntry[]) => void} */ resolve, reject) =>
      reader.readEntries(resolve, reject));
    if (entries.length === 0) break;
    for (const entry of entries) {
      if (entry.isDirectory) {
        inputs.push(...(await readEntry(/** @type {FileSystemDirectoryEntry} */ (entry), `${path}${entry.name}/`)));
      } else {
        const file = await new Promise((/** @type {(file: File) => void} */ resolve, reject) =>
          /** @type {FileSystemFileEntry} */ (entry).file(resolve, reject));
        inputs.push({ file, name: path + entry.name });
      }
    }
  }
  return inOrder(inputs);
}

/** What <input webkitdirectory> chose. @param {FileList} files @returns {App.Input[]} */
export function chosenFolder(files) {
  return inOrder([...files].map((file) => ({ file, name: file.webkitRelativePath || file.name })));
}
