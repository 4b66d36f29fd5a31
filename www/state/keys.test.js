import assert from "node:assert/strict";
import { test } from "node:test";
import { typed } from "./keys.js";

/** @param {string} key @param {boolean} [shiftKey] */
const press = (key, shiftKey = false) => typed(/** @type {KeyboardEvent} */ ({ key, shiftKey }));

test("Caps Lock makes no other key of a letter", () => {
  assert.deepEqual([press("x"), press("X"), press("X", true), press("?", true), press("Escape"), press("F1")], ["x", "x", "X", "?", "Escape", "F1"]);
});
