// All files under a folder, in the order of their names, each with its path as its name. What can't be opened costs
// nothing but itself.

/** The files, and the paths of what could not be opened. @typedef {{ inputs: App.Input[], unopened: string[] }} Found */

/** @returns {Found} */
const nothing = () => ({ inputs: [], unopened: [] });

/** @param {App.Input[]} inputs */
function inOrder(inputs) {
  return inputs.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** @param {Found} found @param {string} path @param {() => Promise<unknown>} open */
async function orName(found, path, open) {
  try {
    await open();
  } catch {
    found.unopened.push(path);
  }
}

/**
 * @param {any} folder a FileSystemDirectoryHandle
 * @returns {Promise<Found>}
 */
export async function readHandle(folder) {
  const found = nothing();
  await addHandle(folder, `${folder.name}/`, found);
  return { inputs: inOrder(found.inputs), unopened: found.unopened };
}

/** @param {any} folder @param {string} path @param {Found} found */
async function addHandle(folder, path, found) {
  await orName(found, path, async () => {
    for await (const handle of folder.values()) {
      const name = path + handle.name;
      if (handle.kind === "directory") await addHandle(handle, `${name}/`, found);
      else await orName(found, name, async () => found.inputs.push({ file: await handle.getFile(), name }));
    }
  });
}

/**
 * @param {FileSystemDirectoryEntry} folder
 * @returns {Promise<Found>}
 */
export async function readEntry(folder) {
  const found = nothing();
  await addEntry(folder, `${folder.name}/`, found);
  return { inputs: inOrder(found.inputs), unopened: found.unopened };
}

/** @param {FileSystemDirectoryEntry} folder @param {string} path @param {Found} found */
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
        else await orName(found, name, async () => found.inputs.push({ file: await fileOf(entry), name }));
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
