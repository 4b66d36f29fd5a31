import assert from "node:assert/strict";
import { test } from "node:test";
import { noMatchKind, outcomes } from "./outcome.js";

const totals = { records: 100, process_creations: 12, matches: 6, groups: 5, problems: 1, unreadable: 3, not_events: 0, shown: 6, hidden: 0, hidden_groups: 0 };

test("the core's outcome decides which state it is; with rows there is none", () => {
  assert.equal(noMatchKind(/** @type {any} */ ({ outcome: "matches" })), null);
  assert.equal(noMatchKind(/** @type {any} */ ({ outcome: "coverage_unknown" })), "coverage_unknown");
});

test("matches that were left out are not said to be shown", () => {
  assert.deepEqual([outcomes({ ...totals, shown: 4 }).shown, outcomes({ ...totals, shown: 4 }).leftOut], [4, 2]);
  const { shown, hidden, leftOut } = outcomes({ ...totals, hidden: 4, shown: 0 });
  assert.deepEqual([shown, hidden, leftOut], [0, 4, 2]);
});

test("the outcomes add up to the records", () => {
  const all = outcomes(totals);
  assert.equal(outcomes({ ...totals, shown: 4, hidden: 2, hidden_groups: 1 }).shownGroups, 4);
  assert.equal(all.other + all.otherParents + all.hidden + all.shown, all.records);
  assert.deepEqual([all.other, all.unreadable], [88, 3], "what could not be read is no record");
});
