import assert from "node:assert/strict";
import { test } from "node:test";
import { withNews } from "./summary.js";

test("sources that did not change stay, all else is new", () => {
  const first = withNews(null, { outcome: "nothing_read", sources: [[0, { name: "a" }], [1, { name: "b" }]] });
  assert.deepEqual(first.sources, [{ name: "a" }, { name: "b" }]);
  const second = withNews(first, { outcome: "matches", sources: [[1, { name: "b", matches: 2 }]] });
  assert.deepEqual(second, { outcome: "matches", sources: [{ name: "a" }, { name: "b", matches: 2 }] });
  assert.deepEqual(first.sources[1], { name: "b" }, "what was shown before is not changed");
});
