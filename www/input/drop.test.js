import assert from "node:assert/strict";
import { test } from "node:test";
import { droppedInputs, listenForDrops } from "./drop.js";

const file = new File(["a"], "a.xml");

/** An item of a drop, which gives what it is given. @param {{ file?: File | null, handle?: unknown, entry?: unknown }} gives */
const item = ({ file: own = null, handle = null, entry = null }) => ({
  kind: "file", getAsFile: () => own, webkitGetAsEntry: () => entry,
  getAsFileSystemHandle: () => (handle instanceof Error ? Promise.reject(handle) : Promise.resolve(handle)),
});

/** @param {unknown[]} items @param {File[]} [files] */
const drop = (items, files = []) => droppedInputs(/** @type {any} */ ({ items, files }));

test("each item gives its own file, also where others give none", async () => {
  const other = new File(["b"], "b.xml");
  const inputs = await drop([item({}), item({ file }), item({ handle: { kind: "file", getFile: async () => other } })], [file]);
  assert.deepEqual(inputs.map(({ name, unopened }) => [name, unopened === undefined]), [["dropped item 1", false], ["a.xml", true], ["b.xml", true]]);
});

test("an item that the browser gives nothing of is an input that could not be opened", async () => {
  const names = async (/** @type {unknown[]} */ items) => (await drop(items)).map(({ name, unopened }) => [name, unopened?.split(";")[0]]);
  const why = "For this item of the drop the browser gave neither a file nor a folder";
  assert.deepEqual(await names([item({})]), [["dropped item 1", why]]);
  const broken = { kind: "file", getFile: async () => { throw new Error("gone"); } };
  assert.deepEqual(await names([item({ handle: new Error("no") }), item({ handle: broken }), item({ entry: { isDirectory: false } })]), [["dropped item 1", why], ["dropped item 2", why], ["dropped item 3", why]]);
});

test("a text that is dropped along is no lost file", async () => {
  assert.deepEqual(await drop([{ kind: "string" }, item({ file })], [file]), [{ file, name: "a.xml" }]);
});

test("an empty folder is nothing to read, and nothing lost", async () => {
  const folder = { kind: "directory", name: "case", async *values() {} };
  assert.deepEqual(await drop([item({ handle: folder })]), []);
});

test("a drop with files but without items gives the files", async () => {
  assert.deepEqual(await drop([], [file]), [{ file, name: "a.xml" }]);
});

/** @param {string} name @param {unknown[]} inside */
const folderHandle = (name, inside) => ({
  kind: "directory", name,
  async *values() {
    for (const one of inside) {
      if (one instanceof Error) throw one;
      yield one;
    }
  },
});

/** @param {string} name @param {unknown[]} inside */
const folderEntry = (name, inside) => ({
  isDirectory: true, name,
  createReader: () => {
    const left = [...inside];
    return {
      readEntries: (/** @type {(entries: unknown[]) => void} */ gives, /** @type {(error: unknown) => void} */ fails) => {
        const next = left.splice(0, 1);
        if (next[0] instanceof Error) fails(next[0]);
        else gives(next);
      },
    };
  },
});

test("what can't be opened in a folder is named and costs nothing else", async () => {
  const no = new Error("NotAllowedError");
  const handle = (/** @type {string} */ name, opens = true) => ({ kind: "file", name, getFile: async () => { if (!opens) throw no; return file; } });
  const entry = (/** @type {string} */ name, opens = true) => ({
    isDirectory: false, name,
    file: (/** @type {(file: File) => void} */ gives, /** @type {(error: unknown) => void} */ fails) => (opens ? gives(file) : fails(no)),
  });
  const drops = [
    item({ handle: folderHandle("case", [handle("b.xml"), handle("locked", false), folderHandle("shut", [handle("c.xml"), no]), handle("a.xml")]) }),
    item({ entry: folderEntry("case", [entry("b.xml"), entry("locked", false), folderEntry("shut", [entry("c.xml"), no]), entry("a.xml")]) }),
  ];
  for (const one of drops) {
    const inputs = await drop([one]);
    assert.deepEqual(inputs.map(({ name, unopened }) => `${name} ${unopened ?? ""}`.trim()), [
      "case/a.xml", "case/b.xml", "case/locked It could not be opened; check who may read it.",
      "case/shut/ It could not be opened; check who may read it.", "case/shut/c.xml",
    ]);
  }
});

test("the veil goes with the drag, also when an element went from under the pointer meanwhile", (t) => {
  /** @type {(() => void) | null} */
  let late = null;
  t.mock.method(globalThis, "setTimeout", (/** @type {() => void} */ run) => { late = run; return 1; });
  t.mock.method(globalThis, "clearTimeout", () => { late = null; });
  const target = new EventTarget();
  const seen = /** @type {boolean[]} */ ([]);
  listenForDrops(/** @type {any} */ (target), { over: (dragging) => seen.push(dragging), drop() {} });
  const says = (/** @type {string} */ type, more = {}) => target.dispatchEvent(Object.assign(new Event(type), { dataTransfer: { types: ["Files"], items: [], files: [] }, relatedTarget: null, ...more }));
  says("dragenter");
  says("dragenter");
  says("dragleave", { relatedTarget: {} });
  says("dragover");
  assert.deepEqual(seen.splice(0), [true]);
  says("dragleave");
  assert.deepEqual(seen.splice(0), [false], "the window was left, though one leave never came");
  assert.equal(late, null);
  says("dragover");
  assert.deepEqual(seen.splice(0), [true]);
  /** @type {any} */ (late)();
  assert.deepEqual(seen.splice(0), [false], "no word of it any more");
  says("dragenter");
  says("drop");
  assert.deepEqual(seen, [true, false]);
});
