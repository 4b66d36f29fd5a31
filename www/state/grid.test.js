import assert from "node:assert/strict";
import { test } from "node:test";
import { isNarrowed, moveCursor, queryOf, sortedBy, stackedBy, steppedBack, unstacked, visibleRange, widened } from "./grid.js";
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
  assert.deepEqual(unstacked(stacked, "x", 7), { ...FIRST_VIEW, search: "a", only: [{ field: "user", value: "x", sort: "events", descending: false, row: 7 }] });
});

test("a stack within a stack keeps to the first one, and Esc leads out of one after the other", () => {
  const first = unstacked(stackedBy({ ...FIRST_VIEW, hint: "a" }, "user"), "x");
  const second = unstacked(stackedBy(first, "dest"), "y");
  assert.deepEqual(second.only.map(({ field, value }) => [field, value]), [["user", "x"], ["dest", "y"]]);
  const dest = steppedBack(second);
  assert.deepEqual([dest.only, dest.stack, dest.sort], [first.only, "dest", "events"]);
  const user = steppedBack(dest);
  assert.deepEqual([user.only, user.stack, user.hint], [[], "user", "a"]);
  assert.equal(isNarrowed(steppedBack(user)), false);
});

test("one comes back to a stack as it was ordered", () => {
  const stacked = sortedBy(sortedBy(stackedBy(FIRST_VIEW, "user"), "hosts"), "hosts");
  assert.equal(stacked.descending, true);
  assert.deepEqual(steppedBack(sortedBy(unstacked(stacked, "x"), "dest")), stacked);
});

test("a search is told by which clock times are shown, and only then", () => {
  const summary = /** @type {any} */ ({ verdict: { firstTime: "2024-01-01T00:00:00Z", lastTime: "2024-12-31T00:00:00Z" } });
  const search = { ...FIRST_VIEW, search: "12:00" };
  assert.equal(queryOf({ zone: "utc", summary }, search), search);
  assert.equal(queryOf({ zone: "local", summary }, FIRST_VIEW), FIRST_VIEW);
  assert.equal(queryOf({ zone: "local", summary: null }, search), search);
  assert.equal(queryOf({ zone: "local", summary }, search).clock?.[0]?.from, Date.UTC(2024, 0, 1));
});

test("what narrows the table can be taken away", () => {
  const narrow = { ...FIRST_VIEW, source: 0, sort: "user" };
  assert.equal(isNarrowed(FIRST_VIEW), false);
  assert.equal(isNarrowed(narrow), true);
  assert.deepEqual(widened(narrow), { ...FIRST_VIEW, sort: "user" });
});
