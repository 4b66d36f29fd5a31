import assert from "node:assert/strict";
import { test } from "node:test";
import { moveCursor, sortedBy, visibleRange } from "./grid.js";

test("the window follows the scroll and stays inside", () => {
  assert.deepEqual(visibleRange(0, 320, 32, 1000, 5), { from: 0, to: 15 });
  assert.deepEqual(visibleRange(3200, 320, 32, 1000, 5), { from: 95, to: 115 });
  assert.deepEqual(visibleRange(99999, 320, 32, 10, 5), { from: 10, to: 10 });
  assert.deepEqual(visibleRange(0, 320, 32, 0, 5), { from: 0, to: 0 });
});

test("the cursor stops at the edges", () => {
  const size = { rows: 3, columns: 2, page: 10 };
  assert.deepEqual(moveCursor({ row: 0, column: 0 }, "k", size), { row: 0, column: 0 });
  assert.deepEqual(moveCursor({ row: 0, column: 0 }, "PageDown", size), { row: 2, column: 0 });
  assert.deepEqual(moveCursor({ row: 1, column: 1 }, "ArrowRight", size), { row: 1, column: 1 });
  assert.deepEqual(moveCursor({ row: 1, column: 1 }, "Home", { ...size, ctrl: true }), { row: 0, column: 0 });
  assert.equal(moveCursor({ row: 1, column: 1 }, "x", size), null);
});

test("sorting twice by a column turns it round", () => {
  const first = sortedBy({ sort: "firstTime", descending: false, search: "a" }, "user");
  assert.deepEqual(first, { sort: "user", descending: false, search: "a" });
  assert.equal(sortedBy(first, "user").descending, true);
});
