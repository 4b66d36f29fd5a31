import assert from "node:assert/strict";
import { test } from "node:test";
import { passes } from "./passes.js";

/** @param {Partial<Core.MatchRef>} [more] @returns {any} */
const event = (more = {}) => ({ time: "2024-03-04T08:00:00.5Z", source: 1, member: null, ...more });
/** @param {Partial<Core.Query>} [more] @returns {any} */
const view = (more = {}) => ({ range: null, source: null, member: "", ...more });

test("without a filter each passes", () => {
  assert.ok(passes(event(), view()) && passes(event({ time: null }), view()));
});

test("a range holds its beginning, and ends before its end", () => {
  const range = (/** @type {string} */ from, /** @type {string} */ to) => view({ range: { from, to } });
  assert.ok(passes(event(), range("2024-03-04T08:00:00.500Z", "2024-03-04T08:00:01.000Z")));
  assert.ok(!passes(event(), range("2024-03-04T08:00:00.000Z", "2024-03-04T08:00:00.500Z")));
  assert.ok(!passes(event({ time: null }), range("2024-03-04T08:00:00.000Z", "2024-03-04T09:00:00.000Z")));
});

test("of another file, or another member, none passes", () => {
  assert.ok(passes(event(), view({ source: 1 })) && !passes(event(), view({ source: 0 })));
  assert.ok(passes(event({ member: "a" }), view({ source: 1, member: "a" })) && !passes(event({ member: "b" }), view({ source: 1, member: "a" })));
});
