import assert from "node:assert/strict";
import { test } from "node:test";
import { createStore } from "../state/store.js";
import { detailsActions } from "./details.js";

const settled = () => new Promise((resolve) => setTimeout(resolve));
const match = (at) => ({ at, time: `of ${at}` });

/** A page whose session knows these events of its one group, in their order. */
function setUp(places) {
  globalThis.document = /** @type {any} */ ({ activeElement: null });
  const store = createStore(/** @type {any} */ ({ phase: "reading", revision: 0, panel: null, details: null }));
  const ask = async (method, { most }) => (method === "listed" ? { matches: places.slice(0, most).map(match), count: places.length } : null);
  const asked = [];
  const pool = {
    ask,
    evidence: async (group, index) => ({ ...match(places[index]), evidence: { of: places[index] } }),
    context: async (group, at) => { asked.push(at); },
  };
  const page = /** @type {any} */ ({ store, pool, ask, recall: 0, lastInput: "pointer", app: { details: { focus() {} } } });
  return { store, asked, page, actions: detailsActions(page) };
}

test("an event that others come before while logs are read keeps its evidence, and its context is its own", async () => {
  const places = ["0:b"];
  const { store, asked, actions } = setUp(places);
  await actions.details(/** @type {any} */ ({ group: 3, count: 1 }));
  await settled();
  places.unshift("0:a");
  store.set({ revision: 1 });
  await settled();
  const { details } = store.get();
  assert.deepEqual([details.at, details.evidence, details.index, details.row.count], ["0:b", { of: "0:b" }, 1, 2]);
  await actions.context(3, details.at, 5, () => {});
  assert.deepEqual(asked, ["0:b"]);
  actions.step(-1);
  await settled();
  assert.equal(store.get().details.at, "0:a");
});

test("an event that one steps to while others come before it is the one that is shown", async () => {
  const places = ["0:b", "0:c"];
  const { store, page, actions } = setUp(places);
  await actions.details(/** @type {any} */ ({ group: 3, count: 2 }));
  await settled();
  const { evidence } = page.pool;
  let go = () => {};
  const held = new Promise((resolve) => { go = () => resolve(null); });
  page.pool.evidence = async (group, index) => { const read = await evidence(group, index); await held; return read; };
  actions.step(1);
  await settled();
  places.unshift("0:a");
  store.set({ revision: 1 });
  await settled();
  store.set({ phase: "done" });
  go();
  await settled();
  const { details } = store.get();
  assert.deepEqual([details.at, details.index, details.row.count], ["0:c", 2, 3]);
});

test("an event behind those that are listed has its own time, and is reached also after a change of the tuning", async () => {
  const places = Array.from({ length: 1500 }, (_, at) => `0:${at}`);
  const { store, page, actions } = setUp(places);
  await actions.details(/** @type {any} */ ({ group: 3, count: 1500, firstTime: "of 0:0" }));
  await settled();
  assert.equal(store.get().details.time, "of 0:0");
  actions.step(1200);
  assert.equal(store.get().details.time, null, "not that of another one until it is read");
  await settled();
  assert.deepEqual([store.get().details.at, store.get().details.time], ["0:1200", "of 0:1200"]);
  places.splice(0, 200);
  await page.retuned();
  await settled();
  assert.deepEqual([store.get().details.at, store.get().details.time, store.get().details.row.count], ["0:200", "of 0:200", 1300]);
  actions.step(2000);
  await settled();
  assert.equal(store.get().details.at, "0:1499");
});

test("a row that is pressed again shows how many events it has now", async () => {
  const { store, actions } = setUp(["0:a"]);
  await actions.details(/** @type {any} */ ({ group: 3, count: 1 }));
  await actions.details(/** @type {any} */ ({ group: 3, count: 5 }));
  assert.equal(store.get().details.row.count, 5);
});

test("nothing of an event is left under the number of the next, which may take long to read", async () => {
  const { store, page, actions } = setUp(["0:a", "0:b"]);
  await actions.details(/** @type {any} */ ({ group: 3, count: 2 }));
  await settled();
  page.pool.evidence = () => new Promise(() => {});
  actions.step(1);
  const { details } = store.get();
  assert.deepEqual([details.index, details.evidence, details.error, details.at], [1, null, null, ""]);
});

test("an event that is still the first after a change of the tuning stays, and so does what was asked of it", async () => {
  const places = ["0:a", "0:b"];
  const { store, page, actions } = setUp(places);
  await actions.details(/** @type {any} */ ({ group: 3, count: 2 }));
  await settled();
  page.pool.evidence = () => new Promise(() => {});
  places.pop();
  await page.retuned();
  assert.deepEqual(store.get().details.evidence, { of: "0:a" });
  places[0] = "0:c";
  await page.retuned();
  assert.equal(store.get().details.evidence, null);
});
