import assert from "node:assert/strict";
import { test } from "node:test";
import { initialState } from "../state/initial.js";
import { createStore } from "../state/store.js";
import { fileActions } from "./files.js";

const settled = () => new Promise((resolve) => setTimeout(resolve));
const input = (/** @type {string} */ name) => ({ name, file: { name, size: 1, lastModified: 7, slice: () => ({ arrayBuffer: async () => new ArrayBuffer(1) }) } });

/** A page on which these files were read, and what takes one out is answered when the test says so. */
function setUp(names) {
  globalThis.document = /** @type {any} */ ({ getElementById: () => null });
  const files = names.map((name, source) => ({ source, name, status: "crashed", crash: "no", size: 1 }));
  const store = createStore(/** @type {any} */ ({ ...initialState(/** @type {any} */ ({})), phase: "done", files }));
  const added = [];
  const said = [];
  let answer = () => {};
  const removed = new Promise((resolve) => { answer = () => resolve([]); });
  const pool = { remove: () => removed, add: (inputs) => added.push(...inputs.map(({ name }) => name)), close() {} };
  const page = /** @type {any} */ ({ store, pool, inputs: names.map(input), passwords: [], recall: 0, starting: Promise.resolve(), say: (text, kind) => said.push([text, kind]), unsay() {}, show() {} });
  return { store, page, added, said, answer, actions: fileActions(page, { tool: { version: "", build: "" }, source: null }).actions };
}

/** All was started over, and other files were opened. */
function startOver(page) {
  page.pool = { add() {}, close() {} };
  page.inputs = [input("of another case")];
}

for (const [what, act] of /** @type {const} */ ([
  ["taken out", ({ actions }) => actions.remove(0)],
  ["read once more", ({ actions }) => actions.retry([0])],
  ["added again", ({ actions }) => actions.open([input("a")])],
])) {
  test(`a file that is ${what} while all is started over is none of the next ones`, async () => {
    const set = setUp(["a", "b"]);
    act(set);
    await settled();
    startOver(set.page);
    const { inputs } = set.page;
    const state = set.store.get();
    set.answer();
    await settled();
    assert.deepEqual(set.page.inputs, inputs);
    assert.equal(inputs[0].name, "of another case");
    assert.equal(set.store.get(), state);
    assert.deepEqual([set.added, set.said], [[], []]);
  });
}

test("a file that is being read is not told to be gone", async () => {
  const set = setUp(["a", "b"]);
  set.page.pool.remove = async () => null;
  await set.actions.remove(0);
  assert.deepEqual(set.said, []);
});

test("more files than a call takes arguments are read", async () => {
  const set = setUp([]);
  set.page.pool = { add: (inputs) => set.added.push(inputs.length) };
  await set.actions.open(Array.from({ length: 250_000 }, (_, at) => input(`f${at}`)));
  await settled();
  assert.deepEqual([set.page.inputs.length, set.added], [250_000, [250_000]]);
});

test("why files can't be read is told, and the next ones are read", async () => {
  const set = setUp([]);
  const { add } = set.page.pool;
  set.page.pool.add = () => { throw new Error("no room"); };
  await set.actions.open([input("a")]);
  await settled();
  assert.deepEqual(set.said, [["The files could not be read: no room", "error"]]);
  set.page.pool.add = add;
  await set.actions.open([input("b")]);
  await settled();
  assert.deepEqual(set.added, ["b"]);
});

test("where nothing works any more, files that are dropped are not asked about", async () => {
  const set = setUp(["a"]);
  set.store.set({ fatal: { title: "", text: "", next: "" } });
  await set.actions.offer([input("b")]);
  assert.deepEqual(set.store.get().waiting, []);
});

test("with a password all encrypted archives are read once more, and all that is added later", async () => {
  const set = setUp(["a", "b", "c"]);
  set.page.pool.remove = async () => [];
  // The pool has not told yet that the others are gone.
  set.page.pool.add = (inputs) => set.added.push(...inputs.map(({ name, passwords }) => [name.replace(" (2)", ""), passwords]));
  const locked = { problems: [{ code: "encrypted_member" }] };
  set.store.set({ summary: /** @type {any} */ ({ sources: [locked, { problems: [{ code: "not_a_log" }] }, locked] }) });
  set.actions.unlock("one");
  await settled();
  assert.deepEqual(set.added, [["a", "one"], ["c", "one"]]);
  set.added.length = 0;
  set.store.set({ phase: "done", summary: null });
  set.actions.unlock("two");
  await set.actions.open([input("d")]);
  await settled();
  assert.deepEqual(set.added, [["d", "two\none"]]);
});
