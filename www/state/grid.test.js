import assert from "node:assert/strict";
import { test } from "node:test";
import { isNarrowed, moveCursor, sortedBy, stackedBy, unstacked, visibleRange, widened } from "./grid.js";
import { FIRST_VIEW } from "./initial.js";

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
  const first = sortedBy({ ...FIRST_VIEW, search: "a" }, "user");
  assert.deepEqual(first, { ...FIRST_VIEW, sort: "user", search: "a" });
  assert.equal(sortedBy(first, "user").descending, true);
});

test("a stack begins with the rarest and leads back to the rows that hold a value", () => {
  const stacked = stackedBy({ ...FIRST_VIEW, search: "a", descending: true }, "user");
  assert.deepEqual(stacked, { ...FIRST_VIEW, search: "a", stack: "user", sort: "events" });
  assert.deepEqual(unstacked(stacked, "x"), { ...FIRST_VIEW, search: "a", only: { field: "user", value: "x" } });
});

test("what narrows the table can be taken away", () => {
  const narrow = { ...FIRST_VIEW, source: 0, sort: "user" };
  assert.equal(isNarrowed(FIRST_VIEW), false);
  assert.equal(isNarrowed(narrow), true);
  assert.deepEqual(widened(narrow), { ...FIRST_VIEW, sort: "user" });
});
