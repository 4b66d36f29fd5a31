import assert from "node:assert/strict";
import { test } from "node:test";
import { noMatchKind, outcomes } from "./outcome.js";

const totals = { records: 100, process_creations: 12, matches: 6, groups: 5, problems: 1, unreadable: 3, not_events: 0, shown: 6, hidden: 0, hidden_groups: 0 };
/** @returns {any} */
const summary = (patch = {}, outcome = "no_match") => ({ outcome, totals: { ...totals, ...patch } });

test("matches are no 'no match', unless all are hidden", () => {
  assert.equal(noMatchKind(summary({}, "matches")), null);
  assert.equal(noMatchKind(summary({ hidden: 6, shown: 0 }, "all_hidden")), "all_hidden");
  assert.equal(noMatchKind(summary({ hidden: 2, shown: 4 }, "matches")), null);
});

test("matches that were left out are not said to be shown, nor do they keep the rest from being all hidden", () => {
  assert.deepEqual([outcomes({ ...totals, shown: 4 }).shown, outcomes({ ...totals, shown: 4 }).leftOut], [4, 2]);
  const { shown, hidden, leftOut } = outcomes({ ...totals, hidden: 4, shown: 0 });
  assert.deepEqual([shown, hidden, leftOut], [0, 4, 2]);
  assert.equal(noMatchKind(summary({ hidden: 4, shown: 0 }, "all_hidden")), "all_hidden");
});

test("the core's outcome decides the other states", () => {
  for (const kind of ["no_match", "no_process_creations", "coverage_unknown", "nothing_read"]) {
    assert.equal(noMatchKind(summary({ matches: 0 }, kind)), kind);
  }
});

test("the outcomes add up to the records", () => {
  const all = outcomes(totals);
  assert.equal(outcomes({ ...totals, shown: 4, hidden: 2, hidden_groups: 1 }).shownGroups, 4);
  assert.equal(all.other + all.otherParents + all.hidden + all.shown, all.records);
  assert.deepEqual([all.other, all.unreadable], [88, 3], "what could not be read is no record");
});
