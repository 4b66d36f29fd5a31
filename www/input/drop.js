// A drop anywhere in the window. From file:// Chromium's webkitGetAsEntry() gives entries that cannot be
// read, so folders come through getAsFileSystemHandle() and files through getAsFile(), which works everywhere.

import { en } from "../text/en.js";
import { readEntry, readHandle, unopenedInput } from "./folder.js";

/** @param {DataTransfer | null} data */
const hasFiles = (data) => !!data && [...data.types].includes("Files");

/**
 * @param {Window} target
 * @param {{ over(dragging: boolean): void, drop(dropped: Promise<App.Input[]>): void }} listener
 */
export function listenForDrops(target, listener) {
  let depth = 0;
  target.addEventListener("dragenter", (event) => {
    if (!hasFiles(event.dataTransfer)) return;
    event.preventDefault();
    depth += 1;
    listener.over(true);
  });
  target.addEventListener("dragover", (event) => {
    if (!hasFiles(event.dataTransfer)) return;
    event.preventDefault();
    if (event.dataTransfer) event.dataTransfer.dropEffect = "copy";
  });
  target.addEventListener("dragleave", (event) => {
    if (!hasFiles(event.dataTransfer)) return;
    depth = Math.max(0, depth - 1);
    if (depth === 0) listener.over(false);
  });
  target.addEventListener("drop", (event) => {
    // Without this the browser would leave the page for the dropped file.
    event.preventDefault();
    depth = 0;
    listener.over(false);
    if (event.dataTransfer && hasFiles(event.dataTransfer)) listener.drop(droppedInputs(event.dataTransfer));
  });
}

/**
 * The items must be asked for before the event is over, so everything starts before the first await.
 * @param {DataTransfer} data
 * @returns {Promise<App.Input[]>} also what could not be opened
 */
export async function droppedInputs(data) {
  const items = [...data.items].filter((item) => item.kind === "file");
  const files = [...data.files];
  // A drop made by a script has files but, in some browsers, no items.
  if (items.length < files.length) return files.map((file) => ({ file, name: file.name }));
  const found = items.map((item) => {
    const anyItem = /** @type {any} */ (item);
    return {
      file: item.getAsFile(),
      /** @type {Promise<any> | null} */
      handle: typeof anyItem.getAsFileSystemHandle === "function" ? anyItem.getAsFileSystemHandle().catch(() => null) : null,
      /** @type {FileSystemEntry | null} */
      entry: typeof item.webkitGetAsEntry === "function" ? item.webkitGetAsEntry() : null,
    };
  });
  const lists = await Promise.all(found.map(oneItem));
  return lists.flatMap((list, index) => list ?? unopenedInput(en.say.nameless(index + 1), en.reader.lost));
}

/** Null: it is neither a folder nor a file. @param {{ file: File | null, handle: Promise<any> | null, entry: FileSystemEntry | null }} item */
async function oneItem({ file, handle, entry }) {
  const known = await handle;
  if (known?.kind === "directory") return readHandle(known);
  if (!known && entry?.isDirectory) return readEntry(/** @type {FileSystemDirectoryEntry} */ (entry));
  // Neither said "folder": what there is is a file.
  const there = file ?? (known?.kind === "file" ? await known.getFile().catch(() => null) : null);
  return there ? [{ file: there, name: there.name }] : null;
}
