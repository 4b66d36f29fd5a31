import assert from "node:assert/strict";
import { test } from "node:test";
import { copiesIn, doubledIn, hasWarning, undecidedIn, withNews } from "./summary.js";

test("sources that did not change stay, all else is new", () => {
  const first = withNews(null, { outcome: "nothing_read", sources: [[0, { name: "a" }], [1, { name: "b" }]] });
  assert.deepEqual(first.sources, [{ name: "a" }, { name: "b" }]);
  const second = withNews(first, { outcome: "matches", sources: [[1, { name: "b", matches: 2 }]] });
  assert.deepEqual(second, { outcome: "matches", sources: [{ name: "a" }, { name: "b", matches: 2 }] });
  assert.deepEqual(first.sources[1], { name: "b" }, "what was shown before is not changed");
});

test("copies and warnings are counted over what is known of all files", () => {
  const file = (/** @type {[string, string][]} */ ...problems) => /** @type {any} */ ({ problems: problems.map(([severity, code]) => ({ severity, code })) });
  const summary = (/** @type {any[]} */ ...sources) => /** @type {Core.Summary} */ (/** @type {unknown} */ ({ sources }));
  assert.equal(copiesIn(null), 0);
  assert.equal(hasWarning(null), false);
  const one = summary(file(), file(["warning", "same_content"], ["info", "stale_header"]), file(["warning", "same_content"]));
  assert.equal(copiesIn(one), 2);
  assert.equal(hasWarning(one), true);
  assert.equal(hasWarning(summary(file(["info", "stale_header"]))), false);
});

test("files whose matches stand elsewhere are counted, but those that were taken out", () => {
  const file = (/** @type {string} */ code, removed = false) => ({ removed, problems: [{ code }] });
  const sources = [file("same_events"), file("same_content"), file("same_events", true), { problems: [] }];
  assert.equal(doubledIn(/** @type {Core.Summary} */ (/** @type {unknown} */ ({ sources }))), 1);
});

test("undecided events are counted in the files that are still in the result", () => {
  const undecided = (/** @type {number} */ count, removed = false) => ({ removed, problems: [{ code: "undecided", count }, { code: "stale_header", count: 9 }] });
  const sources = [undecided(2), { removed: false, problems: [] }, undecided(3), undecided(5, true)];
  assert.equal(undecidedIn(/** @type {Core.Summary} */ (/** @type {unknown} */ ({ sources }))), 5);
});
