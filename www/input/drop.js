// A drop anywhere in the window. From file:// Chromium's webkitGetAsEntry() gives entries that cannot be
// read, so folders come through getAsFileSystemHandle() and files through getAsFile(), which works everywhere.

import { en } from "../text/en.js";
import { readEntry, readHandle, unopenedInput } from "./folder.js";

/** @param {DataTransfer | null} data */
const hasFiles = (data) => !!data && [...data.types].includes("Files");

/** Browsers tell of a drag at least so often, moved or not, in ms; one that is not told of is over, or elsewhere. */
const TOLD_MS = 700;

/**
 * @param {Window} target
 * @param {{ over(dragging: boolean): void, drop(dropped: Promise<App.Input[]>): void }} listener
 */
export function listenForDrops(target, listener) {
  let over = false;
  let timer = 0;
  /** Enters and leaves can't be counted: an element that goes from under the pointer is never left. @param {boolean} now */
  function turn(now) {
    clearTimeout(timer);
    if (now) timer = Number(setTimeout(() => turn(false), TOLD_MS));
    if (now !== over) listener.over(now);
    over = now;
  }
  for (const type of /** @type {const} */ (["dragenter", "dragover"])) {
    target.addEventListener(type, (event) => {
      if (!hasFiles(event.dataTransfer)) return;
      event.preventDefault();
      if (event.dataTransfer) event.dataTransfer.dropEffect = "copy";
      turn(true);
    });
  }
  target.addEventListener("dragleave", (event) => {
    // Of the window, not of one element for another.
    if (event.relatedTarget === null) turn(false);
  });
  target.addEventListener("drop", (event) => {
    // Without this the browser would leave the page for the dropped file.
    event.preventDefault();
    turn(false);
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
