import assert from "node:assert/strict";
import { test } from "node:test";
import { amount, branches, deeds, later, share, took } from "./context.js";

test("amounts of time have the units that people use", () => {
  const said = [0, 420, 1500, 9994, 9996, 59_400, 60_000, 192_000, 3_600_000, 7_500_000, 200 * 3_600_000].map(amount);
  assert.deepEqual(said, ["0 s", "0.42 s", "1.5 s", "9.99 s", "10 s", "59 s", "1 min", "3 min 12 s", "1 h", "2 h 5 min", "8 d"]);
});

test("a time is told from another one, with all its digits", () => {
  assert.equal(later("2020-05-02T02:56:10.5Z", "2020-05-02T02:56:10.92Z"), "+0.42 s");
  assert.equal(later("2020-05-02T00:00:01Z", "2020-05-01T23:59:59Z"), "\u22122 s");
  assert.equal(later(null, "2020-05-01T23:59:59Z"), null);
  assert.equal(took("2020-05-02T00:00:01Z", "2020-05-02T00:00:04Z"), "3 s");
  assert.equal(took("2020-05-02T00:00:04Z", "2020-05-02T00:00:01Z"), null);
});

test("a tree's items know their place", () => {
  const items = [{ parent: null, depth: 0 }, { parent: 0, depth: 1 }, { parent: 1, depth: 2 }, { parent: 1, depth: 2 }, { parent: 0, depth: 1 }];
  assert.deepEqual(branches(items).map(({ level, position, siblings, below }) => [level, position, siblings, below]), [
    [1, 1, 1, 4], [2, 1, 2, 2], [3, 1, 2, 0], [3, 2, 2, 0], [2, 2, 2, 0],
  ]);
});

test("what the log cannot tell is told apart from what was not done", () => {
  const did = (/** @type {string} */ kind, /** @type {number} */ logged, /** @type {number} */ items) => /** @type {any} */ ({ kind, logged, list: { items: Array(items).fill({}) } });
  const { done, others, silent } = deeds([did("network", 5, 2), did("dns", 3, 0), did("file", 0, 0)]);
  assert.deepEqual([done, others, silent].map((list) => list.map(({ kind }) => kind)), [["network"], ["dns"], ["file"]]);
});

test("the share that was read is never more than all", () => {
  assert.equal(share({ round: 1, bytes: 0, size: 0 }), 0);
  assert.equal(share({ round: 1, bytes: 30, size: 20 }), 1);
});
