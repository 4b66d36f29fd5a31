import assert from "node:assert/strict";
import { test } from "node:test";
import { droppedInputs } from "./drop.js";

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
  const { inputs, lost } = await drop([item({}), item({ file }), item({ handle: { kind: "file", getFile: async () => other } })], [file]);
  assert.deepEqual(inputs.map(({ name }) => name), ["a.xml", "b.xml"]);
  assert.equal(lost, 1);
});

test("an item that the browser gives nothing of is counted", async () => {
  assert.deepEqual(await drop([item({})]), { inputs: [], lost: 1 });
  const broken = { kind: "file", getFile: async () => { throw new Error("gone"); } };
  assert.deepEqual(await drop([item({ handle: new Error("no") }), item({ handle: broken }), item({ entry: { isDirectory: false } })]), { inputs: [], lost: 3 });
});

test("a text that is dropped along is no lost file", async () => {
  assert.equal((await drop([{ kind: "string" }, item({ file })], [file])).lost, 0);
});

test("an empty folder is nothing to read, and nothing lost", async () => {
  const folder = { kind: "directory", name: "case", async *values() {} };
  assert.deepEqual(await drop([item({ handle: folder })]), { inputs: [], lost: 0 });
});

test("a drop with files but without items gives the files", async () => {
  assert.deepEqual(await drop([], [file]), { inputs: [{ file, name: "a.xml" }], lost: 0 });
});
