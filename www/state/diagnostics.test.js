import assert from "node:assert/strict";
import { test } from "node:test";
import { diagnostics } from "./diagnostics.js";
import { initialState } from "./initial.js";

test("diagnostics name no file and quote no log", () => {
  const state = initialState({ zone: "utc", theme: "system" });
  state.files = [/** @type {any} */ ({ name: "SECRET-HOST.evtx", size: 5, bytes: 5, status: "done", crash: null })];
  state.summary = /** @type {any} */ ({ sources: [{ name: "SECRET-HOST.evtx", format: "evtx", complete: true,
    problems: [{ severity: "error", code: "damaged_chunk", where: "SECRET member", message: "SECRET", next: "SECRET", count: 2 }] }] });
  const text = diagnostics({ version: "1", build: "abc", agent: "test" }, state);
  assert.doesNotMatch(text, /SECRET/);
  assert.deepEqual(JSON.parse(text).files[0].problems, [{ severity: "error", code: "damaged_chunk", count: 2 }]);
});
