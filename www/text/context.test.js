import assert from "node:assert/strict";
import { test } from "node:test";
import { context } from "./context.js";

const list = (/** @type {number} */ items, /** @type {number | null} */ count) => ({ items: Array(items).fill(null), count });

test("how many there are is told, not how many are listed", () => {
  const told = (/** @type {any} */ lists) => context.done({ complete: true, ...lists });
  assert.equal(told({ tree: list(2, 2), beside: list(1000, 20_066), logon: list(1000, null) }), "Context read: 1 process started, 20,066 beside it, 1,000+ in its logon.");
  assert.match(told({ tree: list(1000, 1500), beside: list(0, 0), logon: list(0, 0) }), /: 1,499 processes started, 0 beside it/);
});
